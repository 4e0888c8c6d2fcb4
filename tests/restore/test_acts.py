"""A ledger restored from a back-up: what suppliers have had is not sent again, and nothing accepted is lost."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from outbound import delivery, desk, restored
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import feed, reminders, restorations
from outbound.ledger import tables as t
from outbound.ledger.reminders import ReminderState
from outbound.ledger.restorations import CHANNELS
from outbound.letter import Blame, Channel, Mailbox, News, Submission
from outbound.life import Status
from tests.delivery.walking import run_to_rest
from tests.house import CrashingLedger, MovingClock, dispatches, events, hand_in, look, submission
from tests.outside import ModelMailer, World
from tests.people import person
from tests.restore.copies import TUESDAY, Copy, back_up, put_back
from tests.restore.steps import RUN_BOOK

HAND = Hand("mester", "prøve")
PAPER = person("exempt", 2)


def mailers(world: World) -> dict[Channel, ModelMailer]:
    return {Channel.DIGITAL: world.digital, Channel.PRINT: world.paper}


def on_paper(world: World, cpr: str = PAPER) -> str:
    world.enrolment.answers[cpr] = Mailbox.EXEMPT
    return cpr


def begin(house: House, moving_clock: MovingClock) -> int:
    held = restored.begin(house, TUESDAY, HAND)
    moving_clock.pass_(minutes=5)
    return held


def compare_all(house: House, world: World) -> list[restored.Compared]:
    return [
        restored.compare(house, channel, [one.dispatch for one in mailer.takings], HAND)
        for channel, mailer in mailers(world).items()
    ]


def taken(world: World, *ids: UUID) -> list[int]:
    """How many times suppliers took the letters that go under these ids, by dispatch."""
    every = [one.dispatch for mailer in mailers(world).values() for one in mailer.takings]
    return [every.count(one) for one in ids]


def takings(world: World) -> int:
    return len(world.digital.takings) + len(world.paper.takings)


def some(world: World) -> list[Submission]:
    return [submission(person("well", 1)), submission(on_paper(world)), submission(person("well", 3))]


def test_what_left_after_the_back_up_is_counted_as_sent_and_the_rest_is_sent(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    before = hand_in(house, *some(world))
    delivery.render_handful(house, look(house, before[0]).lane)  # one of each state the back-up may have
    copy = back_up(house)
    late = submission(person("well", 5))
    hand_in(house, late)
    run_to_rest(house)
    assert takings(world) == 4
    put_back(house, copy)
    unsent = hand_in(house, submission(person("well", 7)))
    assert begin(house, moving_clock) == 4
    again = hand_in(house, late)
    run_to_rest(house)
    assert takings(world) == 4, "nothing is sent meanwhile"
    digital, paper = compare_all(house, world)
    assert (digital.others, paper.others) == (3, 1)
    assert restored.finish(house, HAND) == 4
    run_to_rest(house)
    moving_clock.pass_(hours=1)
    run_to_rest(house)
    assert takings(world) == 5, "only the one that nobody had is sent"
    assert world.counted(unsent[0]) == 1
    assert {look(house, one).status for one in (*before, *again, *unsent)} == {Status.SENT}
    assert restored.standing(house).left_over == 0
    assert restored.standing(house).no_receipt == 4
    world.report()
    run_to_rest(house)
    assert restored.standing(house).no_receipt == 0
    assert all("sent-before-restore" in events(house, one) for one in (*before, *again))


def test_a_letter_handed_in_again_when_all_is_over_is_known_too(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    copy = back_up(house)
    late = submission(on_paper(world))
    hand_in(house, late)
    run_to_rest(house)
    put_back(house, copy)
    begin(house, moving_clock)
    compare_all(house, world)
    restored.finish(house, HAND)
    assert restored.standing(house).left_over == 1
    (again,) = hand_in(house, late)
    run_to_rest(house)
    assert look(house, again).status is Status.SENT
    assert takings(world) == 1


def test_one_refused_by_the_mailbox_and_printed_since_is_neither_sent_nor_printed_again(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    for sent_at_the_back_up in (False, True):
        (letter,) = hand_in(house, submission(person("well", 1 + sent_at_the_back_up)))
        if sent_at_the_back_up:
            run_to_rest(house)
        copy = back_up(house)
        run_to_rest(house)
        before = takings(world)
        world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT, only=letter)
        run_to_rest(house)
        moving_clock.pass_(hours=1)
        run_to_rest(house)
        assert look(house, letter).channel is Channel.PRINT
        assert takings(world) == before + 1
        put_back(house, copy)
        begin(house, moving_clock)
        compare_all(house, world)
        restored.finish(house, HAND)
        run_to_rest(house)
        moving_clock.pass_(hours=1)
        run_to_rest(house)
        one = look(house, letter)
        assert (one.status, one.channel) == (Status.SENT, Channel.PRINT)
        assert [each.outcome for each in dispatches(house, letter)] == ["refused", "taken"]
        assert takings(world) == before + 1


def test_a_doubt_of_the_back_up_is_settled_by_the_records(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    plans = iter(["drop", "nothing"])
    world.digital.plan = lambda _: next(plans, "take")
    had, had_not = hand_in(house, submission(person("well", 1)), submission(person("well", 3)))
    delivery.render_handful(house, look(house, had).lane)
    delivery.route_handful(house, look(house, had).lane)
    delivery.send_handful(house, Channel.DIGITAL, look(house, had).lane)
    assert {look(house, one).status for one in (had, had_not)} == {Status.SENDING}
    copy = back_up(house)
    put_back(house, copy)
    assert begin(house, moving_clock) == 2
    compare_all(house, world)
    assert sorted(look(house, one).status for one in (had, had_not)) == [Status.HELD, Status.SENT]
    restored.finish(house, HAND)
    run_to_rest(house)
    assert {look(house, one).status for one in (had, had_not)} == {Status.SENT}
    assert [world.counted(one) for one in (had, had_not)] == [1, 1]


def test_what_the_copy_calls_never_begun_may_have_been_begun_since(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = hand_in(house, submission(person("well", 1)))
    delivery.render_handful(house, look(house, letter).lane)
    delivery.route_handful(house, look(house, letter).lane)
    closed = closed_and_not_begun(house, letter)
    put_back(house, closed)
    with house.ledger.writing() as tx:
        restorations.suspect(tx)
    moving_clock.pass_(minutes=5)
    delivery.recover(house)
    assert look(house, letter).status is Status.SENDING, "it is not said to be unsent"
    begin(house, moving_clock)
    compare_all(house, world)
    restored.finish(house, HAND)
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    assert world.counted(letter) == 1


def closed_and_not_begun(house: House, letter: UUID) -> Copy:
    """The ledger between two commits of a worker, which then goes on and sends the letter."""
    assert isinstance(house.ledger, CrashingLedger)
    copies: list[Copy] = []

    def look_in() -> None:
        if look(house, letter).status is Status.SENDING and not copies:
            copies.append(back_up(house))

    house.ledger.fate.before_each = look_in
    delivery.send_handful(house, Channel.DIGITAL, look(house, letter).lane)
    house.ledger.fate.before_each = None
    return copies[0]


def test_a_doubt_of_which_no_records_tell_stays_one(house: House, world: World, moving_clock: MovingClock) -> None:
    world.digital.plan = lambda _: "drop"
    (letter,) = hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    put_back(house, back_up(house))
    begin(house, moving_clock)
    restored.finish(house, HAND, CHANNELS)
    run_to_rest(house)
    one = look(house, letter)
    assert (one.status, one.held_code) == (Status.HELD, "doubt")
    assert world.counted(letter) == 1


def test_a_receipt_is_as_good_as_the_suppliers_list(house: House, world: World, moving_clock: MovingClock) -> None:
    (letter,) = hand_in(house, submission(person("well", 1)))
    copy = back_up(house)
    run_to_rest(house)
    put_back(house, copy)
    begin(house, moving_clock)
    world.report()
    run_to_rest(house)
    for channel in CHANNELS:
        restored.compare(house, channel, [], HAND)
    restored.finish(house, HAND)
    run_to_rest(house)
    moving_clock.pass_(hours=2)
    run_to_rest(house)
    assert takings(world) == 1
    assert look(house, letter).status is Status.DELIVERED, "the receipt itself has had its effect, too"


@pytest.mark.parametrize("planned_in_the_back_up", [True, False])
def test_a_text_message_goes_once(
    house: House, world: World, moving_clock: MovingClock, planned_in_the_back_up: bool
) -> None:
    one = submission(person("well", 1))
    one = replace(one, fields={**dict(one.fields or {}), "dag": "2027-01-20", "klokken": "10:15"})
    empty = back_up(house)
    (letter,) = hand_in(house, one)
    planned = back_up(house)
    run_to_rest(house)
    world.report()
    run_to_rest(house)
    moving_clock.pass_(days=7, minutes=30)
    delivery.send_reminders(house)
    assert len(world.texts.sent) == 1
    put_back(house, planned if planned_in_the_back_up else empty)
    begin(house, moving_clock)
    sent = [each.dispatch for each in world.digital.takings] + [each.id for each in world.texts.sent]
    restored.compare(house, Channel.DIGITAL, sent, HAND)
    restored.compare(house, Channel.PRINT, [], HAND)
    (letter,) = hand_in(house, one)
    restored.finish(house, HAND)
    run_to_rest(house)
    delivery.send_reminders(house)
    assert len(world.texts.sent) == 1
    with house.ledger.reading() as tx:
        found = reminders.reminder_of(tx, letter)
    assert found is not None
    assert found.state is ReminderState.SENT


def test_the_window_shows_the_same_code_after_a_restore(house: House, world: World) -> None:
    copy, one = back_up(house), submission(on_paper(world))
    codes = []
    for _ in range(2):
        (letter,) = hand_in(house, one)
        run_to_rest(house)
        codes.append(look(house, letter).return_code)
        put_back(house, copy)
    assert codes[0]
    assert codes[0] == codes[1]


def test_ids_are_no_chance_and_no_two_tries_share_one(house: House, world: World) -> None:
    refusals = iter(["refuse"])
    world.digital.plan = lambda _: next(refusals, "take")
    copy, one = back_up(house), submission(person("well", 1))
    seen = []
    for _ in range(2):
        refusals = iter(["refuse"])
        (letter,) = hand_in(house, one)
        run_to_rest(house)
        seen.append([each.id for each in dispatches(house, letter)])
        put_back(house, copy)
    assert seen[0] == seen[1]
    assert len({*seen[0]}) == 2
    assert {each.version for each in seen[0]} == {4}, "MeMo takes no other"


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DeskRefusal) as no:
        act()
    return no.value.code


def test_what_may_not_be_done(house: House, moving_clock: MovingClock) -> None:
    assert refused(lambda: restored.compare(house, Channel.PRINT, [], HAND)) == "not-begun"
    assert refused(lambda: restored.finish(house, HAND)) == "not-begun"
    assert refused(lambda: restored.dismiss(house, HAND)) == "not-suspected"
    moving_clock.pass_(hours=-1)
    assert refused(lambda: restored.begin(house, TUESDAY, HAND)) == "taken-at"
    moving_clock.pass_(hours=1)
    assert refused(lambda: restored.begin(house, TUESDAY, Hand("mester", ""))) == "why"
    restored.begin(house, TUESDAY, HAND)
    assert refused(lambda: restored.compare(house, Channel.PRINT, [], HAND)) == "not-quiet"
    assert refused(lambda: restored.dismiss(house, HAND)) == "not-suspected"
    assert refused(lambda: desk.resume(house, "channel", "print", HAND)) == "restored"
    moving_clock.pass_(minutes=5)
    restored.compare(house, Channel.DIGITAL, [], HAND)
    assert refused(lambda: restored.finish(house, HAND)) == "not-compared"
    restored.finish(house, HAND, [Channel.PRINT])
    assert desk.pause(house, "channel", "print", HAND), "it does not stand still any more"


def test_what_people_have_stopped_stays_so(house: House, moving_clock: MovingClock) -> None:
    desk.pause(house, "channel", "print", HAND)
    begin(house, moving_clock)
    restored.finish(house, HAND, CHANNELS)
    with house.ledger.reading() as tx:
        assert list(tx.execute(select(t.pause.c.key, t.pause.c.by))) == [("print", "mester")]


def test_a_copy_put_into_another_postgresql_keeps_no_event_back(house: House, moving_clock: MovingClock) -> None:
    hand_in(house, submission(person("well", 1)))
    if not house.ledger.sqlite:
        with house.ledger.writing() as tx:
            tx.execute(update(t.event).values(txid=2**40))  # as another server counted them
        assert told(house) == []
    begin(house, moving_clock)
    assert told(house) == ["received", "restored"]


def told(house: House) -> list[str]:
    with house.ledger.reading() as tx:
        return [one.code for one in feed.events_after(tx, "jobcenter", feed.Cursor(), 10)]


def test_begun_twice_is_begun_once(house: House, moving_clock: MovingClock) -> None:
    hand_in(house, submission(person("well", 1)))
    assert begin(house, moving_clock) == 1
    assert begin(house, moving_clock) == 0
    with house.ledger.reading() as tx:
        assert tx.execute(select(func.count()).select_from(t.restoration)).scalar_one() == 1
        assert restorations.current(tx)


def test_the_run_book_has_back_ups_in_one_place_and_one_way_to_end_a_key() -> None:
    sections = dict(one.split("\n", 1) for one in RUN_BOOK.split("\n## ")[1:])
    assert all(f"```sh {name}\n" in sections["Back-ups"] for name in ("base", "dump", "sqlite"))
    assert [name for name, text in sections.items() if "pg_dump" in text] == ["Back-ups"]
    assert "`outbound keys drop`" in sections["Back-ups"]


def test_letters_whose_receipt_was_worked_before_the_loss_are_counted_until_it_comes_again(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    copy = back_up(house)
    world.report()
    run_to_rest(house)
    put_back(house, copy)
    assert restored.standing(house).no_receipt == 0, "an ordinary ledger has lost nothing"
    begin(house, moving_clock)
    compare_all(house, world)
    restored.finish(house, HAND)
    hand_in(house, submission(person("well", 3)))
    run_to_rest(house)
    assert restored.standing(house).no_receipt == 1, "what is sent afterwards is waited for as ever"
