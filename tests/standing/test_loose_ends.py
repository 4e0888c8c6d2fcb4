"""Incidents and receipts without a letter: each verb, its undo, and what it refuses."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from outbound import clock, standing
from outbound.delivery import House, keep, settle
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import incidents
from outbound.ledger import tables as t
from outbound.letter import Blame, Mailbox, News, RawReceipt
from outbound.life import Status
from outbound.loose_ends import (
    close_incident,
    open_receipt,
    pair_receipt,
    put_aside,
    reopen_incident,
    work_again,
)
from outbound.seal import reading
from outbound.story import story
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person

HAND = Hand("mester", "ringede til dem")


def incident(house: House) -> tuple[int, UUID]:
    (one,) = hand_in(house, submission(person()))
    with house.ledger.writing() as tx:
        incidents.report(tx, one, "both-suspected", uuid4())
    with house.ledger.reading() as tx:
        return standing.open_incidents(tx, 0, 10)[0].id, one


def loose(house: House, world: World, clock_: MovingClock) -> int:
    """A receipt about a dispatch that nobody has heard of."""
    world.digital_receipts.send(uuid4(), News.DELIVERED)
    for _ in range(12):
        run_to_rest(house)
        clock_.pass_(minutes=30)
    with house.ledger.reading() as tx:
        (found,) = standing.loose_receipts(tx, 0, 10)
    assert found.state == "unmatched"
    return found.row


def sent(house: House) -> UUID:
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.SENT
    return one


def state(house: House, row: int) -> str:
    with house.ledger.reading() as tx:
        return str(tx.execute(select(t.receipt_inbox.c.state).where(t.receipt_inbox.c.id == row)).scalar_one())


def refused(code: str, act: object, *given: object) -> None:
    with pytest.raises(DeskRefusal) as refusal:
        act(*given)  # type: ignore[operator]
    assert refusal.value.code == code


def test_an_incident_is_closed_and_opened_again_under_a_name_and_with_a_why(house: House) -> None:
    number, letter = incident(house)
    refused("why", close_incident, house, number, Hand("mester", " "))
    close_incident(house, number, HAND)
    with house.ledger.reading() as tx:
        assert (standing.count_incidents(tx), [one.id for one in standing.closed_incidents(tx, 0, 9)]) == (0, [number])
    refused("no-such-incident", close_incident, house, number, HAND)
    reopen_incident(house, number, HAND)
    refused("no-such-incident", reopen_incident, house, number, HAND)
    with house.ledger.reading() as tx:
        assert standing.count_incidents(tx) == 1
        told = story(tx, letter)
    assert told is not None
    assert [(act.verb, act.by) for act in told.acts] == [("close-incident", "mester"), ("reopen-incident", "mester")]


def test_a_receipt_is_put_aside_and_taken_up_again(house: House, world: World, moving_clock: MovingClock) -> None:
    row = loose(house, world, moving_clock)
    put_aside(house, row, HAND)
    with house.ledger.reading() as tx:
        assert (standing.receipts_loose(tx).count, [one.row for one in standing.receipts_aside(tx, 0, 9)]) == (0, [row])
    work_again(house, row, HAND)
    assert state(house, row) == "new"
    refused("no-such-receipt", put_aside, house, row, HAND)


def test_a_receipt_that_is_worked_again_finds_the_letter_that_is_there_by_now(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    one = sent(house)
    row = loose(house, world, moving_clock)
    with house.ledger.writing() as tx:  # its body says the right id from now on
        owner = tx.execute(select(t.receipt_inbox.c.owner).where(t.receipt_inbox.c.id == row)).scalar_one()
        body = f"{dispatches(house, one)[0].id} {News.DELIVERED} - {Blame.UNKNOWN}".encode()
        house.seal.put(tx, owner, f"{clock.now():%Y-%m}", {"receipt": body})
    work_again(house, row, HAND)
    settle(house)
    assert (state(house, row), look(house, one).status) == ("settled", Status.DELIVERED)


def test_a_receipt_is_paired_with_the_dispatch_that_it_is_about(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    row = loose(house, world, moving_clock)
    one = sent(house)
    assert pair_receipt(house, row, dispatches(house, one)[0].id, HAND) == one
    assert (state(house, row), look(house, one).status) == ("paired", Status.DELIVERED)
    with house.ledger.reading() as tx:
        read = tx.execute(select(reading.c.by, reading.c.purpose).where(reading.c.by == "mester")).all()
        told = story(tx, one)
    assert [tuple(each) for each in read] == [("mester", "pair-receipt")]
    assert told is not None
    assert [act.verb for act in told.acts] == ["pair-receipt"]
    refused("no-such-receipt", pair_receipt, house, row, dispatches(house, one)[0].id, HAND)


def test_a_receipt_is_not_paired_with_what_cannot_be_meant(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    row = loose(house, world, moving_clock)
    refused("no-such-dispatch", pair_receipt, house, row, uuid4(), HAND)
    world.enrolment.default = Mailbox.EXEMPT
    on_paper = sent(house)
    refused("other-supplier", pair_receipt, house, row, dispatches(house, on_paper)[0].id, HAND)
    assert (look(house, on_paper).status, state(house, row)) == (Status.SENT, "unmatched")


def test_news_of_a_whole_run_is_not_paired_with_one_letter(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    one = sent(house)
    world.paper_receipts.send_of_run(uuid4(), News.DELIVERED)
    for _ in range(12):
        run_to_rest(house)
        moving_clock.pass_(minutes=30)
    with house.ledger.reading() as tx:
        (found,) = standing.loose_receipts(tx, 0, 10)
    refused("cannot-pair", pair_receipt, house, found.row, dispatches(house, one)[0].id, HAND)
    assert look(house, one).status is Status.SENT


def test_a_receipt_that_cannot_be_read_is_not_paired(house: House, world: World) -> None:
    one = sent(house)
    keep(house, RawReceipt("digital-post", "x", b"no receipt at all"))
    settle(house)
    with house.ledger.reading() as tx:
        (found,) = standing.loose_receipts(tx, 0, 10)
    assert found.state == "unreadable"
    refused("cannot-pair", pair_receipt, house, found.row, dispatches(house, one)[0].id, HAND)
    assert (look(house, one).status, state(house, found.row)) == (Status.SENT, "unreadable")
    assert open_receipt(house, found.row, "mester", "receipt-inquiry") == "no receipt at all"
    with house.ledger.reading() as tx:
        read = tx.execute(select(reading.c.purpose).where(reading.c.by == "mester")).scalars().all()
    assert read == ["receipt-inquiry"]
