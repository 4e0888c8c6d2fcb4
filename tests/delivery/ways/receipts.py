"""Receipts: late, doubled, out of order, before the answer, contradicting, of a whole run, or never."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from outbound import clock, delivery, desk
from outbound.ledger import tables as t
from outbound.letter import Blame, Channel, Lane, Mailbox, News, RawReceipt, Receipt, WaitsFor
from outbound.life import Status
from outbound.ports import Unavailable
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import dispatch_of, letters, way
from tests.delivery.ways.doubts import TO_THE_DEADLINE, on_paper, plans


@way
def a_letter_refused_late_is_printed_then(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.pass_(hours=20)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert walk.crashed or walk.see(letter).route == "digital-refused"
    assert walk.world.digital.counted(letter) == 0 or walk.crashed


@way
def a_letter_refused_late_as_faulty_waits_for_its_sender(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report(News.REFUSED, "memo.invalid", Blame.LETTER)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="refused-letter")


@way
def a_letter_refused_late_by_an_unknown_code_waits_for_operations(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    for one in walk.world.digital.takings:
        walk.world.digital_receipts.send(one.dispatch, News.REFUSED, "new.code", Blame.UNKNOWN)
    walk.run()
    walk.ends(letter, Status.HELD, code="unknown-refusal")
    assert walk.crashed or walk.outcomes(letter) == ["taken"]


@way
def a_doubt_refused_by_an_unknown_code_stays_a_doubt(walk: Walk) -> None:
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    for one in walk.world.digital.takings:
        walk.world.digital_receipts.send(one.dispatch, News.REFUSED, "new.code", Blame.UNKNOWN)
    walk.run()
    walk.ends(letter, Status.HELD, code="unknown-refusal")
    assert walk.crashed or walk.outcomes(letter) == ["doubt"]


@way
def a_letter_that_came_back_is_shown_until_somebody_has_seen_it(walk: Walk) -> None:
    (letter,) = on_paper(walk, 1)
    walk.run()
    walk.world.report(News.RETURNED, "moved")
    walk.run()
    for one in walk.world.paper.takings:  # out of order, and late
        walk.world.paper_receipts.send(one.dispatch, News.DELIVERED)
    walk.run()
    if walk.see(letter).status is Status.RETURNED:
        walk.act(lambda house: desk.acknowledge(house, letter, HAND))
        assert walk.see(letter).acknowledged_at
    if not walk.crashed:
        walk.ends(letter, Status.RETURNED)


@way
def a_letter_comes_back_after_it_was_delivered(walk: Walk) -> None:
    (letter,) = on_paper(walk, 1)
    walk.run()
    for news in (News.DELIVERED, News.RETURNED):
        for one in walk.world.paper.takings:
            walk.world.paper_receipts.send(one.dispatch, news)
        walk.run()
    walk.ends(letter, Status.RETURNED)


@way
def a_doubled_receipt_is_one_receipt(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    for one in walk.world.digital.takings:
        text = f"{one.dispatch} {News.DELIVERED} - {Blame.UNKNOWN}"
        for receipt in ("first", "first", "second"):  # the same again before it is confirmed, and under another id
            walk.world.digital_receipts.put(text, receipt)
            walk.step(delivery.fetch)
        walk.step(delivery.settle)
    walk.run()
    assert not walk.world.digital_receipts.lying
    walk.ends(letter, Status.DELIVERED)


@way
def a_receipt_before_the_answer_is_no_surprise(walk: Walk) -> None:
    def at_once(place: str, consignment: object) -> None:
        if place == "taken":
            walk.world.report()
            delivery.fetch(walk.house)
            delivery.settle(walk.house)

    walk.world.digital.hook = at_once
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_refusal_before_the_answer_outlives_the_answer(walk: Walk) -> None:
    def at_once(place: str, consignment: object) -> None:
        if place == "taken":
            walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
            delivery.fetch(walk.house)
            delivery.settle(walk.house)

    walk.world.digital.hook = at_once
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert walk.crashed or walk.world.paper.counted(letter) == 1


@way
def a_receipt_for_nobody_is_shown_to_a_person(walk: Walk) -> None:
    walk.setting(unmatched_seconds=600.0)
    (letter,) = letters(walk)
    walk.world.digital_receipts.put("00000000-0000-4000-8000-000000000000 delivered - unknown", "stranger")
    walk.world.digital_receipts.put("this is no receipt", "nonsense")
    walk.world.digital_receipts.lying["empty"] = RawReceipt("ngdp", "empty", b"")
    for _ in range(12):
        walk.run()
        walk.pass_(minutes=3)
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)
    assert inbox_states(walk) == {"stranger": "unmatched", "nonsense": "unreadable", "empty": "unreadable"}


def inbox_states(walk: Walk) -> dict[str, str]:
    """What became of the receipts with names of ours."""
    with walk.house.ledger.reading() as tx:
        rows = tx.execute(select(t.receipt_inbox.c.provider_id, t.receipt_inbox.c.state))
        return {row.provider_id: row.state for row in rows if len(row.provider_id) < 20}


def given_up(walk: Walk) -> UUID:
    """A letter that was taken, and of which a person says that it was not; ROUTED again."""
    walk.setting(print_gather_seconds=0.0)
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.step(lambda house: delivery.mind_doubts(house, Channel.DIGITAL))
    if walk.see(letter).held_code == "doubt":
        walk.misled.add(letter)
        walk.act(lambda house: desk.settle_not_taken(house, letter, HAND))
    return letter


@way
def a_receipt_that_contradicts_before_the_next_hand_over_stops_it(walk: Walk) -> None:
    letter = given_up(walk)
    walk.world.report()
    walk.step(delivery.fetch)
    walk.step(delivery.settle)
    if walk.crashed:
        return
    assert walk.see(letter).held_code == "contradicted"
    assert walk.outcomes(letter) == ["taken"]
    walk.run()
    assert walk.world.counted(letter) == 1
    walk.act(lambda house: desk.arrived(house, letter, HAND))
    walk.ends(letter, Status.DELIVERED)


@way
def a_receipt_that_contradicts_while_the_next_is_closed_but_not_begun_stops_it(walk: Walk) -> None:
    letter = given_up(walk)
    calls, begun = walk.world.digital.calls, []

    def contradict() -> None:
        begun.append(1)
        if len(begun) == 4:  # claimed, found good, closed; not begun
            walk.ledger.fate.before_each = None
            walk.world.report()
            delivery.fetch(walk.house)
            delivery.settle(walk.house)

    walk.run_until_sending(letter)
    walk.ledger.fate.before_each = contradict
    walk.step(lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE))
    walk.ledger.fate.before_each = None
    walk.run()
    if walk.crashed:
        return
    assert walk.world.digital.calls == calls
    assert walk.outcomes(letter) == ["taken", "void"]
    walk.ends(letter, Status.HELD, code="contradicted")


@way
def a_receipt_that_contradicts_after_the_next_hand_over_is_an_incident(walk: Walk) -> None:
    letter = given_up(walk)
    walk.run()
    walk.world.report()
    walk.run()
    if walk.crashed:
        return
    assert walk.world.counted(letter) == 2
    assert incidents_of(walk, letter) == ["both-suspected"]
    walk.ends(letter, Status.DELIVERED, taken=2)


@way
def a_receipt_that_contradicts_a_begun_hand_over_is_an_incident(walk: Walk) -> None:
    """The second hand-over has begun, and is not answered yet."""
    letter = given_up(walk)
    walk.run_until_sending(letter)

    def contradict(place: str, consignment: object) -> None:
        if place == "calling":
            walk.world.report()
            delivery.fetch(walk.house)
            delivery.settle(walk.house)

    walk.world.digital.hook = contradict
    walk.step(lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE))
    walk.world.digital.hook = None
    walk.run()
    if walk.crashed:
        return
    assert incidents_of(walk, letter) == ["both-suspected"]
    walk.ends(letter, Status.SENT, taken=2)


def incidents_of(walk: Walk, letter: UUID) -> list[str]:
    """The codes of its incidents."""
    with walk.house.ledger.reading() as tx:
        return list(tx.execute(select(t.incident.c.code).where(t.incident.c.letter_id == letter)).scalars())


@way
def a_letter_without_a_receipt_to_the_deadline_waits_for_a_person(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    if not walk.crashed:
        assert walk.see(letter).held_code == "no-receipt"
        walk.act(lambda house: desk.wait_on(house, letter, HAND))
        assert walk.see(letter).status is Status.SENT
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_letter_held_without_a_receipt_goes_on_when_one_comes(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_run_rejected_whole_goes_again(walk: Walk) -> None:
    ids = on_paper(walk)
    walk.run()
    throw_away(walk)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)
        assert walk.crashed or walk.outcomes(letter) == ["refused", "taken"]


@way
def a_run_rejected_again_and_again_waits_for_a_person(walk: Walk) -> None:
    ids = on_paper(walk, 2)
    for _ in range(walk.house.settings.most_tries_again):
        walk.run()
        throw_away(walk)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.HELD, taken=0, code="thrown-away-too-often")


def throw_away(walk: Walk) -> None:
    """The printer throws away every run that it has not reported on."""
    for run in {one.consignment for one in walk.world.paper.takings if not one.reported}:
        walk.world.paper_receipts.send_of_run(run, News.TRY_AGAIN, "checksum")
    for one in walk.world.paper.takings:
        one.refused = one.refused or not one.reported
        one.reported = True


@way
def a_run_rejected_after_a_letter_of_it_was_delivered_is_an_incident(walk: Walk) -> None:
    ids = on_paper(walk, 2)
    walk.run()
    walk.world.report(only=ids[0])
    walk.run()
    if walk.crashed:
        return
    for run in {one.consignment for one in walk.world.paper.takings}:
        walk.world.paper_receipts.send_of_run(run, News.TRY_AGAIN, "checksum")
    walk.run()
    assert incidents_of(walk, ids[1]) == ["rejected-after-delivery"]
    walk.ends(ids[0], Status.DELIVERED)
    walk.ends(ids[1], Status.SENT)


@way
def a_receipt_for_a_cancelled_letter_is_an_incident(walk: Walk) -> None:
    letter = given_up(walk)
    if walk.see(letter).status is not Status.ROUTED:
        assert walk.crashed
        return
    walk.act(lambda house: desk.cancel(house, letter, HAND))
    walk.world.report()
    walk.run()
    if walk.world.ever_taken(letter):
        assert incidents_of(walk, letter) == ["both-suspected"]
    assert walk.see(letter).status is Status.CANCELLED


@way
def a_refusal_after_the_delivery_waits_for_a_person(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.run()
    for one in walk.world.digital.takings:
        walk.world.digital_receipts.send(one.dispatch, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.run()
    walk.ends(letter, Status.HELD, code="refused-after-delivery")


@way
def a_doubled_rejection_of_a_run_is_no_incident(walk: Walk) -> None:
    ids = on_paper(walk, 2)
    walk.run()
    runs = {one.consignment for one in walk.world.paper.takings}
    throw_away(walk)
    walk.run()
    walk.world.report()
    walk.run()
    for run in runs:
        walk.world.paper_receipts.send_of_run(run, News.TRY_AGAIN, "checksum")
    walk.run()
    for letter in ids:
        assert walk.crashed or incidents_of(walk, letter) == []
        walk.ends(letter, Status.DELIVERED)


@way
def a_letter_arrives_when_it_first_did(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.run()
    arrived = dispatch_of(walk, letter).available_at
    walk.pass_(hours=3)
    for one in walk.world.digital.takings:
        walk.world.digital_receipts.send(one.dispatch, News.DELIVERED)
    walk.run()
    assert dispatch_of(walk, letter).available_at == arrived
    walk.ends(letter, Status.DELIVERED)


@way
def a_receipt_with_a_name_that_no_column_keeps_stops_no_other(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    for name in ("x" * 300, "nul\x00nul", "surrogate\udcff", "line\nline"):
        walk.world.digital_receipts.put("this is no receipt", name)
    walk.world.report()
    walk.run()
    assert not walk.world.digital_receipts.lying
    walk.ends(letter, Status.DELIVERED)


@way
def a_supplier_whose_receipts_cannot_be_fetched_keeps_nobody_from_the_others(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.world.digital_receipts.fetch = _fail  # type: ignore[method-assign]
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_receipt_that_cannot_be_confirmed_keeps_nobody_from_the_rest(walk: Walk) -> None:
    receipts = walk.world.digital_receipts
    confirm, stuck = receipts.confirm, receipts.put("this is no receipt")

    def refuse(receipt: RawReceipt) -> None:
        if receipt.id == stuck:
            raise Unavailable("http-500")
        confirm(receipt)

    receipts.confirm = refuse  # type: ignore[method-assign]
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)
    assert [*receipts.lying] == [stuck]


@way
def a_receipt_that_lay_here_when_the_road_was_changed_is_still_read(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.step(delivery.fetch)
    gone, outside = walk.world.digital_receipts, walk.house.outside
    left = [source for source in outside.sources if source is not gone]
    walk.house = replace(walk.house, outside=replace(outside, sources=left, readers={gone.provider: gone.parse}))
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_no_that_comes_for_a_letter_that_is_held_says_whose_it_is_now(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    walk.world.report(News.REFUSED, "memo.invalid", Blame.LETTER)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="refused-letter")
    assert walk.see(letter).waits_for is WaitsFor.SENDER


@way
def an_unknown_code_stands_where_a_person_looks(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    for one in walk.world.digital.takings:
        walk.world.digital_receipts.send(one.dispatch, News.REFUSED, "new.code", Blame.UNKNOWN)
    walk.run()
    walk.ends(letter, Status.HELD, code="unknown-refusal")
    assert dispatch_of(walk, letter).code == "new.code"


@way
def a_time_of_arrival_that_cannot_be_is_not_believed(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    parse = walk.world.digital_receipts.parse

    def dated(receipt: RawReceipt) -> Sequence[Receipt]:
        return [replace(one, at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) for one in parse(receipt)]

    walk.world.digital_receipts.parse = dated  # type: ignore[method-assign]
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)
    assert dispatch_of(walk, letter).available_at <= clock.now()


def _fail() -> Iterator[RawReceipt]:
    """A defect of an adapter: an error that its port does not name."""
    raise ArithmeticError
