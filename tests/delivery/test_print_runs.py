"""Print runs that people order about: an order reaches the printer, and only the news of it settles the letters."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from outbound import clock, delivery, desk, run_desk
from outbound.delivery import House
from outbound.delivery.settle import apply
from outbound.desk import DeskRefusal, Hand, Verb, verbs_for
from outbound.ledger import run_orders, runs, sending
from outbound.ledger import tables as t
from outbound.ledger.run_values import Run, RunState
from outbound.letter import Counts, Mailbox, News, Receipt, WaitsFor
from outbound.life import Status
from outbound.ports import RunOrder
from tests.delivery.walking import HAND, Walk
from tests.house import dispatches, look, submission
from tests.people import person

HOLD, RELEASE, RECALL = RunOrder.HOLD, RunOrder.RELEASE, RunOrder.RECALL


@pytest.fixture
def printing(walk: Walk) -> Iterator[Walk]:
    """Everybody gets paper; every rule of a letter's way holds at the end."""
    walk.world.enrolment.default = Mailbox.EXEMPT
    yield walk
    walk.holds()


def sent(walk: Walk, count: int = 3) -> tuple[UUID, list[UUID]]:
    """A run that the printer has: its id and its letters."""
    letters = walk.hand_in(*(submission(person("well", n)) for n in range(count)))
    walk.run()
    assert {look(walk.house, one).status for one in letters} == {Status.SENT}
    return run_of(walk.house, letters[0]), letters


def run_of(house: House, letter: UUID) -> UUID:
    found: UUID = dispatches(house, letter)[-1].consignment_id
    return found


def seen(house: House, run_id: UUID) -> Run:
    with house.ledger.reading() as tx:
        found = runs.run(tx, run_id)
    assert found is not None
    return found


def tell(walk: Walk, run_id: UUID, news: News) -> None:
    """The printer says it of the run, and we hear."""
    walk.world.paper_receipts.send_of_run(run_id, news)
    walk.run()


def order(walk: Walk, run_id: UUID, kind: RunOrder) -> None:
    """Somebody orders it, and a worker gives it."""
    run_desk.order(walk.house, run_id, kind, HAND)
    delivery.give_orders(walk.house)


def refusal(walk: Walk, run_id: UUID, kind: RunOrder, hand: Hand = HAND) -> str:
    with pytest.raises(DeskRefusal) as refused:
        run_desk.order(walk.house, run_id, kind, hand)
    return refused.value.code


def test_a_run_has_our_control_totals_and_its_state(printing: Walk) -> None:
    run_id, letters = sent(printing)
    found, one = seen(printing.house, run_id), look(printing.house, letters[0])
    assert one.pages
    assert one.sheets
    assert found.ours == Counts(3, 3, 3 * one.pages, 3 * one.sheets)
    assert (found.state, found.theirs, found.told_at) == (RunState.TAKEN, None, None)
    printing.world.report()
    printing.run()
    assert seen(printing.house, run_id).state is RunState.DONE
    assert seen(printing.house, run_id).told_at is not None


def test_an_order_is_given_to_the_printer_under_a_name_and_with_a_sealed_why(printing: Walk) -> None:
    run_id, _ = sent(printing)
    act = run_desk.order(printing.house, run_id, HOLD, Hand("Drift Driftsen", "forkert bilag"))
    assert printing.world.print_house is not None
    assert printing.world.print_house.orders == []
    assert delivery.give_orders(printing.house) == 1
    assert printing.world.print_house.orders == [(run_id, HOLD)]
    assert delivery.give_orders(printing.house) == 0
    with printing.house.ledger.writing() as tx:
        row = tx.execute(select(t.act).where(t.act.c.id == act)).one()
        assert (row.verb, row.scope, row.key, row.by) == ("run-hold", "run", run_id.hex, "Drift Driftsen")
        assert printing.house.seal.open(tx, act, "why", "test", "test") == b"forkert bilag"
    assert refusal(printing, run_id, RECALL) == "order-open"
    with printing.house.ledger.writing() as tx:  # two people at the same moment
        assert not run_orders.write(tx, uuid4(), run_id, RECALL, "mester")


def test_without_a_why_nothing_is_ordered(printing: Walk) -> None:
    run_id, _ = sent(printing)
    assert refusal(printing, run_id, RECALL, Hand("mester", " ")) == "why"
    assert seen(printing.house, run_id).orders == ()


@pytest.mark.parametrize("trouble", ["unavailable", "misconfigured", "drop", "defect"])
def test_an_order_that_did_not_get_through_is_given_again(printing: Walk, trouble: str) -> None:
    run_id, _ = sent(printing)
    assert printing.world.print_house is not None
    moods = iter([trouble])
    printing.world.print_house.plan = lambda run, kind: next(moods, "take")
    order(printing, run_id, HOLD)
    waiting = seen(printing.house, run_id).open_order
    assert waiting is not None
    assert (waiting.given_at, bool(waiting.code)) == (None, True)
    assert delivery.give_orders(printing.house) == 0  # not before its time
    printing.pass_(minutes=2)
    assert delivery.give_orders(printing.house) == 1
    assert printing.world.print_house.orders[-1] == (run_id, HOLD)
    given = seen(printing.house, run_id).open_order
    assert given is not None
    assert given.given_at is not None


def test_a_worker_that_dies_while_it_gives_an_order_leaves_it_to_another(printing: Walk) -> None:
    run_id, _ = sent(printing)
    run_desk.order(printing.house, run_id, HOLD, HAND)
    with printing.house.ledger.writing() as tx:
        assert len(run_orders.claim(tx, "print", 60.0)) == 1
        assert run_orders.claim(tx, "print", 60.0) == []
    printing.pass_(seconds=61)
    assert delivery.give_orders(printing.house) == 1


def test_a_run_that_is_held_back_holds_no_letter_for_its_receipt_and_goes_on_with_a_new_deadline(
    printing: Walk,
) -> None:
    run_id, letters = sent(printing)
    order(printing, run_id, HOLD)
    tell(printing, run_id, News.HELD_BACK)
    assert seen(printing.house, run_id).state is RunState.HELD_BACK
    assert seen(printing.house, run_id).open_order is None
    printing.pass_(days=30)
    printing.run()
    assert {look(printing.house, one).status for one in letters} == {Status.SENT}
    order(printing, run_id, RELEASE)
    tell(printing, run_id, News.LET_GO)
    assert seen(printing.house, run_id).state is RunState.TAKEN
    printing.run()
    assert {look(printing.house, one).status for one in letters} == {Status.SENT}
    printing.pass_(days=30)
    printing.run()
    assert {look(printing.house, one).held_code for one in letters} == {"no-receipt"}


def test_old_news_of_an_order_that_comes_again_changes_nothing(printing: Walk) -> None:
    run_id, _ = sent(printing)
    order(printing, run_id, HOLD)
    tell(printing, run_id, News.HELD_BACK)
    old = clock.now()
    printing.pass_(hours=1)
    order(printing, run_id, RELEASE)
    tell(printing, run_id, News.LET_GO)
    with printing.house.ledger.writing() as tx:
        assert apply(tx, printing.house, Receipt(None, News.HELD_BACK, at=old, consignment=run_id))
    assert seen(printing.house, run_id).state is RunState.TAKEN


def test_a_recalled_run_is_the_printers_no_to_every_letter_of_it(printing: Walk) -> None:
    run_id, letters = sent(printing)
    order(printing, run_id, RECALL)
    tell(printing, run_id, News.RECALLED)
    assert seen(printing.house, run_id).state is RunState.RECALLED
    for letter in letters:
        one = look(printing.house, letter)
        assert (one.status, one.held_code, one.waits_for) == (Status.HELD, "recalled", WaitsFor.OPERATIONS)
        assert [(each.outcome, each.code) for each in dispatches(printing.house, letter)] == [("refused", "recalled")]
        assert money(printing.house, letter) == 0
        assert {Verb.RELEASE, Verb.CANCEL} <= set(verbs_for(one, None))
    tell(printing, run_id, News.RECALLED)  # doubled
    for taking in printing.world.paper.takings:
        taking.refused = True
    desk.release(printing.house, letters[0], HAND)
    desk.cancel(printing.house, letters[1], HAND)
    printing.run()
    assert [look(printing.house, one).status for one in letters] == [Status.SENT, Status.CANCELLED, Status.HELD]
    assert run_of(printing.house, letters[0]) != run_id


@pytest.mark.parametrize("news", [News.DELIVERED, News.RETURNED])
def test_what_is_posted_of_a_recalled_run_is_an_incident_and_stays_posted(printing: Walk, news: News) -> None:
    run_id, letters = sent(printing)
    printing.world.paper_receipts.send(dispatches(printing.house, letters[0])[0].id, news)
    printing.run()
    order(printing, run_id, RECALL)
    tell(printing, run_id, News.RECALLED)
    assert look(printing.house, letters[0]).status == news.upper()
    assert incidents(printing.house) == [(letters[0], "recalled-after-delivery")]
    assert {look(printing.house, one).held_code for one in letters[1:]} == {"recalled"}
    for taking in printing.world.paper.takings:
        taking.refused = taking.letter != letters[0]


def test_a_letter_that_waits_for_a_person_is_recalled_too(printing: Walk) -> None:
    run_id, letters = sent(printing, 1)
    printing.pass_(days=30)
    printing.run()
    assert look(printing.house, letters[0]).held_code == "no-receipt"
    order(printing, run_id, RECALL)
    tell(printing, run_id, News.RECALLED)
    one = look(printing.house, letters[0])
    assert (one.status, one.held_code) == (Status.HELD, "recalled")
    assert [each.outcome for each in dispatches(printing.house, letters[0])] == ["refused"]
    printing.world.paper.takings[0].refused = True


def test_a_recall_that_nobody_asked_for_moves_nothing_and_is_shown(printing: Walk) -> None:
    run_id, letters = sent(printing)
    tell(printing, run_id, News.RECALLED)
    assert {look(printing.house, one).status for one in letters} == {Status.SENT}
    assert seen(printing.house, run_id).state is RunState.TAKEN
    assert incidents(printing.house) == [(one, "unclear-receipt") for one in sorted(letters)]


def test_a_hold_that_nobody_asked_for_stops_no_clock_and_is_shown(printing: Walk) -> None:
    run_id, letters = sent(printing)
    tell(printing, run_id, News.HELD_BACK)
    assert seen(printing.house, run_id).state is RunState.TAKEN
    assert incidents(printing.house) == [(one, "unclear-receipt") for one in sorted(letters)]
    printing.pass_(days=30)
    printing.run()
    assert {look(printing.house, one).held_code for one in letters} == {"no-receipt"}


def test_too_late_is_shown_and_nothing_moves(printing: Walk) -> None:
    run_id, letters = sent(printing)
    order(printing, run_id, RECALL)
    tell(printing, run_id, News.TOO_LATE)
    found = seen(printing.house, run_id)
    assert (found.state, found.open_order, found.orders[0].answer) == (RunState.TAKEN, None, "too-late")
    assert {look(printing.house, one).status for one in letters} == {Status.SENT}
    order(printing, run_id, RECALL)  # another try is not forbidden
    assert len(seen(printing.house, run_id).orders) == 2


def test_a_letter_that_is_posted_after_its_recall_is_never_sent_twice(printing: Walk) -> None:
    run_id, letters = sent(printing, 1)
    order(printing, run_id, RECALL)
    tell(printing, run_id, News.RECALLED)
    printing.world.paper_receipts.send(dispatches(printing.house, letters[0])[0].id, News.DELIVERED)
    printing.run()
    one = look(printing.house, letters[0])
    assert one.held_code == "contradicted"
    assert [each.outcome for each in dispatches(printing.house, letters[0])] == ["taken"]
    with printing.house.ledger.reading() as tx:
        assert Verb.RELEASE not in verbs_for(one, sending.live_dispatch(tx, one.id))


def test_a_second_order_waits_for_the_first_ones_answer_or_the_end_of_its_time(printing: Walk) -> None:
    run_id, _ = sent(printing)
    order(printing, run_id, HOLD)
    assert refusal(printing, run_id, RECALL) == "order-open"
    assert run_desk.orders_for(printing.house, seen(printing.house, run_id)) == ()
    printing.pass_(hours=printing.house.settings.run_order_hours)
    order(printing, run_id, RECALL)
    assert [one.answer for one in seen(printing.house, run_id).orders] == [None, "unanswered"]
    tell(printing, run_id, News.RECALLED)
    assert seen(printing.house, run_id).state is RunState.RECALLED
    for one in printing.world.paper.takings:
        one.refused = True


@pytest.mark.parametrize("kind", list(RunOrder))
def test_what_cannot_be_ordered_is_answered_plainly(printing: Walk, kind: RunOrder) -> None:
    assert refusal(printing, uuid4(), kind) == "no-such-run"
    run_id, _ = sent(printing)
    fits = {HOLD: None, RELEASE: "run-not-held", RECALL: None}
    if fits[kind]:
        assert refusal(printing, run_id, kind) == fits[kind]
    printing.world.report()
    printing.run()
    assert refusal(printing, run_id, kind) == "run-done"


@pytest.mark.parametrize("kind", list(RunOrder))
def test_a_run_in_doubt_is_settled_before_it_is_ordered_about(printing: Walk, kind: RunOrder) -> None:
    printing.world.paper.plan = lambda consignment: "drop"
    (letter,) = printing.hand_in(submission(person()))
    printing.run()
    run_id = run_of(printing.house, letter)
    assert seen(printing.house, run_id).state is RunState.DOUBT
    assert refusal(printing, run_id, kind) == "run-in-doubt"


@pytest.mark.parametrize("kind", list(RunOrder))
def test_a_run_of_which_nothing_was_taken_is_no_matter_for_the_printer(printing: Walk, kind: RunOrder) -> None:
    printing.world.paper.plan = lambda consignment: "unavailable"
    (letter,) = printing.hand_in(submission(person()))
    printing.run()
    run_id = run_of(printing.house, letter)
    assert seen(printing.house, run_id).state is RunState.NOT_SENT
    assert refusal(printing, run_id, kind) == "run-not-sent"


def test_a_run_that_is_closed_and_not_begun_waits_by_a_pause(printing: Walk) -> None:
    found: list[str] = []

    def look_at_it() -> None:
        with printing.house.ledger.reading() as tx:
            closed = runs.newest(tx, None, 1)
        if closed and closed[0].state is RunState.CLOSED:
            printing.ledger.fate.before_each = None
            found.append(refusal(printing, closed[0].id, HOLD))

    printing.hand_in(submission(person()))
    printing.ledger.fate.before_each = look_at_it
    printing.run()
    printing.ledger.fate.before_each = None
    assert found == ["run-not-begun"]


def test_a_printer_that_takes_no_orders_is_to_be_called(printing: Walk) -> None:
    run_id, _ = sent(printing)
    printing.world.print_house = None
    printing.house = printing.house.__class__(**{**vars(printing.house), "outside": printing.world.outside()})
    assert refusal(printing, run_id, RECALL) == "no-orders"
    assert delivery.give_orders(printing.house) == 0


def test_a_run_at_another_printer_is_not_ordered_about_at_this_one(printing: Walk) -> None:
    run_id, _ = sent(printing)
    assert printing.world.print_house is not None
    printing.world.print_house.provider = "another"
    assert refusal(printing, run_id, HOLD) == "other-printer"


def test_news_of_an_order_about_a_run_of_nobody_is_loose(printing: Walk) -> None:
    printing.setting(unmatched_seconds=0.0)
    tell(printing, uuid4(), News.RECALLED)
    with printing.house.ledger.reading() as tx:
        assert tx.execute(select(t.receipt_inbox.c.state)).scalar_one() == "unmatched"


def test_a_run_of_which_nothing_is_heard_is_missing_after_its_working_days(printing: Walk) -> None:
    run_id, letters = sent(printing)  # on a Tuesday at ten
    printing.pass_(hours=23)
    assert missing(printing.house) == []
    printing.pass_(hours=2)
    assert missing(printing.house) == [run_id]
    assert {look(printing.house, one).status for one in letters} == {Status.SENT}  # no letter moves
    printing.world.paper_receipts.send(dispatches(printing.house, letters[0])[0].id, News.RECEIVED)
    printing.run()
    assert missing(printing.house) == []


def test_the_printers_counts_stand_beside_ours_and_what_differs_is_named(printing: Walk) -> None:
    run_id, _ = sent(printing)
    ours = seen(printing.house, run_id).ours
    printing.world.paper_receipts.send_counts(run_id, ours)
    printing.run()
    assert (seen(printing.house, run_id).theirs, seen(printing.house, run_id).differs) == (ours, ())
    theirs = Counts(ours.letters - 1, ours.envelopes, ours.pages, ours.sheets + 2)
    printing.world.paper_receipts.send_counts(run_id, theirs)
    printing.run()
    assert seen(printing.house, run_id).differs == ("letters", "sheets")
    with printing.house.ledger.reading() as tx:
        assert runs.count(tx, runs.differing()) == 1


def test_a_letter_is_reprinted_only_after_the_printers_definite_no_otherwise_it_is_sent_again_as_another(
    printing: Walk,
) -> None:
    """Reprint: the same letter once more. Re-send: a new letter that follows the first."""
    _, (refused, posted) = sent(printing, 2)
    for letter in (refused, posted):  # neither can be made to go once more while the printer has it
        for act in (desk.release, desk.settle_not_taken, desk.cancel):
            with pytest.raises(DeskRefusal):
                act(printing.house, letter, HAND)
    thrown_away = dispatches(printing.house, refused)[0].id
    printing.world.paper_receipts.send(thrown_away, News.TRY_AGAIN, "torn")
    next(one for one in printing.world.paper.takings if one.letter == refused).refused = True
    printing.world.paper_receipts.send(dispatches(printing.house, posted)[0].id, News.DELIVERED)
    printing.run()
    assert [one.outcome for one in dispatches(printing.house, refused)] == ["refused", "taken"]
    again = desk.resend(printing.house, posted, HAND)
    printing.letters.append(again)
    printing.run()
    assert look(printing.house, again).follows == posted
    assert [one.outcome for one in dispatches(printing.house, posted)] == ["taken"]
    assert printing.rendering.rendered[-1] == "Genudsendt"


def test_print_that_goes_letter_by_letter_has_no_runs(printing: Walk) -> None:
    printing.world.paper.together = 1
    printing.hand_in(submission(person()))
    printing.run()
    with printing.house.ledger.reading() as tx:
        assert runs.newest(tx, None, 10) == []


def missing(house: House) -> list[UUID]:
    with house.ledger.reading() as tx:
        found = [one.id for one in runs.newest(tx, None, 10, [runs.missing()])]
        assert found == [one.id for one in runs.newest(tx, None, 10) if one.missing(clock.now())]
    return found


def incidents(house: House) -> list[tuple[UUID, str]]:
    with house.ledger.reading() as tx:
        return [(row.letter_id, row.code) for row in tx.execute(select(t.incident).order_by(t.incident.c.letter_id))]


def money(house: House, letter: UUID) -> int:
    """What stands booked for it."""
    e = t.entry.c
    with house.ledger.reading() as tx:
        rows = tx.execute(select(e.amount).where(e.letter_id == letter, e.stage.in_(("booked", "corrected"))))
        return sum(rows.scalars())
