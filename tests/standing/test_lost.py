"""Lost letters: one of each kind is planted in the ledger and seen; of letters that are well none is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, select, update

from outbound import clock, delivery, desk
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import tables as t
from outbound.letter import Lane, Mailbox, News
from outbound.life import Status
from outbound.loose_ends import HELPED, nudge
from outbound.lost import Loss, count_lost, lost_letters
from tests.delivery.walking import one_round, run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person

HAND = Hand("mester", "fundet kl. 3")
LONG_AGO = timedelta(hours=2)


def lost(house: House) -> dict[Loss, int]:
    with house.ledger.reading() as tx:
        return count_lost(tx, house.settings)


def change(house: House, table: Table, key: Any, **values: Any) -> None:
    """Tamper with a row, past the ledger's verbs."""
    with house.ledger.writing() as tx:
        tx.execute(update(table).where(table.c.id == key).values(**values))


def received(house: House, world: World) -> UUID:
    return hand_in(house, submission(person()))[0]


def routed(house: House, world: World) -> UUID:
    world.digital.plan = lambda consignment: "unavailable"
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.ROUTED
    return one


def sending(house: House, world: World) -> UUID:
    world.digital.plan = lambda consignment: "drop"
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.SENDING
    return one


def sent(house: House, world: World) -> UUID:
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.SENT
    return one


def delivered(house: House, world: World) -> UUID:
    one = sent(house, world)
    world.digital_receipts.send(dispatches(house, one)[0].id, News.DELIVERED)
    run_to_rest(house)
    assert look(house, one).status is Status.DELIVERED
    return one


def on_letter(**values: Any) -> Callable[[House, UUID], None]:
    return lambda house, one: change(house, t.letter, one, **made(values))


def on_consignment(**values: Any) -> Callable[[House, UUID], None]:
    return lambda house, one: change(house, t.consignment, dispatches(house, one)[0].consignment_id, **made(values))


def on_dispatch(**values: Any) -> Callable[[House, UUID], None]:
    return lambda house, one: change(house, t.dispatch, dispatches(house, one)[0].id, **made(values))


def made(values: dict[str, Any]) -> dict[str, Any]:
    """Times are given as spans from now."""
    return {name: clock.now() + value if isinstance(value, timedelta) else value for name, value in values.items()}


PLANTED = {
    "received, no time": (received, on_letter(due_at=None), Loss.NO_TIME),
    "received, a time that no rule gives": (received, on_letter(due_at=timedelta(days=30)), Loss.UNKNOWN_TIME),
    "received, long due, nobody works": (received, on_letter(due_at=-LONG_AGO), Loss.STANDS),
    "received, a claim long over": (
        received,
        on_letter(claim_token="dead", claimed_until=-LONG_AGO),
        Loss.DEAD_CLAIM,
    ),
    "received, a claim without an end": (received, on_letter(claim_token="dead"), Loss.DEAD_CLAIM),
    "routed, no time": (routed, on_letter(due_at=None), Loss.NO_TIME),
    "sending, nobody asks": (sending, on_consignment(due_at=None), Loss.NO_QUESTION),
    "sending, past its deadline": (
        sending,
        on_consignment(due_at=-LONG_AGO, deadline_at=-LONG_AGO),
        Loss.DOUBT_OVERDUE,
    ),
    "sending, a claim long over": (
        sending,
        on_consignment(claim_token="dead", claimed_until=-LONG_AGO),
        Loss.DEAD_CLAIM,
    ),
    "sent, no deadline": (sent, on_letter(due_at=None), Loss.NO_DEADLINE),
    "sent, past its deadline": (sent, on_letter(due_at=-LONG_AGO), Loss.OVERDUE),
    "sent, a deadline that no rule gives": (sent, on_letter(due_at=timedelta(days=90)), Loss.UNKNOWN_TIME),
    "sent, without a dispatch that was taken": (sent, on_dispatch(outcome="void"), Loss.ILLEGAL),
    "sending, taken": (sending, on_dispatch(outcome="taken"), Loss.ILLEGAL),
    "received, with a live dispatch": (sending, on_letter(status="RECEIVED", due_at=timedelta(0)), Loss.ILLEGAL),
    "held, with an open dispatch": (
        sending,
        lambda house, one: (on_letter(status="HELD")(house, one), on_dispatch(outcome="open")(house, one))[0],
        Loss.ILLEGAL,
    ),
    "delivered, in doubt": (delivered, on_dispatch(outcome="doubt"), Loss.ILLEGAL),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_letter_that_is_lost_is_counted_once_and_shown(house: House, world: World, planted: str) -> None:
    begin, spoil, loss = PLANTED[planted]
    one = begin(house, world)
    assert lost(house) == {}
    spoil(house, one)
    assert lost(house) == {loss: 1}
    with house.ledger.reading() as tx:
        assert [(found.letter.id, found.loss) for found in lost_letters(tx, house.settings, None, 10)] == [(one, loss)]
        assert lost_letters(tx, house.settings, one, 10) == []


@pytest.mark.parametrize("planted", [name for name, (_, _, loss) in PLANTED.items() if loss in HELPED])
def test_a_lost_letter_that_is_taken_up_again_is_not_lost_and_goes_on(
    house: House, world: World, moving_clock: MovingClock, planted: str
) -> None:
    begin, spoil, loss = PLANTED[planted]
    one = begin(house, world)
    spoil(house, one)
    assert nudge(house, one, HAND) is loss
    assert lost(house) == {}
    with house.ledger.reading() as tx:
        acts = tx.execute(select(t.act.c.verb, t.act.c.by).where(t.act.c.letter_id == one)).all()
    assert [tuple(act) for act in acts] == [("nudge", "mester")]
    world.digital.plan = None
    for _ in range(4):
        moving_clock.pass_(minutes=20)
        run_to_rest(house)
    assert look(house, one).status in (Status.SENT, Status.HELD, Status.SENDING)
    assert world.counted(one) == 1
    assert lost(house) == {}


@pytest.mark.parametrize("begin", [received, sending, sent, delivered])
def test_a_letter_that_is_well_cannot_be_nudged(
    house: House, world: World, begin: Callable[[House, World], UUID]
) -> None:
    one = begin(house, world)
    before = look(house, one)
    with pytest.raises(DeskRefusal) as refused:
        nudge(house, one, HAND)
    assert (refused.value.code, look(house, one)) == ("not-lost", before)


def test_a_letter_whose_pair_is_illegal_is_for_people_who_can_read_it(house: House, world: World) -> None:
    one = sent(house, world)
    on_dispatch(outcome="void")(house, one)
    with pytest.raises(DeskRefusal):
        nudge(house, one, HAND)


def test_what_explains_that_a_letter_waits_keeps_it_from_being_lost(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    (one,) = hand_in(house, submission(person()))
    desk.pause(house, "system", look(house, one).system, HAND)
    moving_clock.pass_(hours=3)
    assert lost(house) == {}
    desk.resume(house, "system", look(house, one).system, HAND)
    assert lost(house) == {Loss.STANDS: 1}


def test_a_channel_that_is_paused_explains_what_waits_for_it_and_nothing_else(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    desk.pause(house, "channel", "digital", HAND)
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.ROUTED
    moving_clock.pass_(hours=3)
    assert lost(house) == {}
    hand_in(house, submission(person("well", 2)))
    moving_clock.pass_(hours=3)
    assert lost(house) == {Loss.STANDS: 1}


def test_a_backlog_that_drains_is_not_lost(house: House, world: World, moving_clock: MovingClock) -> None:
    hand_in(house, *(submission(person("well", number)) for number in range(3)))
    moving_clock.pass_(hours=3)
    assert lost(house) == {Loss.STANDS: 3}
    slow = replace(house, settings=house.settings.model_copy(update={"handful": 1}))
    assert delivery.render_handful(slow, Lane.SINGLE) == 1
    assert lost(house) == {}
    moving_clock.pass_(minutes=11)
    assert lost(house) == {Loss.STANDS: 2}


def test_a_letter_of_a_later_day_is_not_lost(house: House, moving_clock: MovingClock) -> None:
    day = clock.today() + timedelta(days=40)
    (one,) = hand_in(house, submission(person(), not_before=day))
    run_to_rest(house)
    assert look(house, one).status is Status.RECEIVED
    assert lost(house) == {}


def test_a_run_that_the_printer_holds_back_explains_that_no_receipt_comes(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.SENT
    on_letter(due_at=-LONG_AGO)(house, one)
    assert lost(house) == {Loss.OVERDUE: 1}
    change(house, t.print_run, dispatches(house, one)[0].consignment_id, held_back_at=clock.now())
    assert lost(house) == {}


def test_on_its_whole_way_no_letter_is_lost(house: House, world: World, moving_clock: MovingClock) -> None:
    """An outage, a doubt, then receipts: none is lost at any step."""
    letters = hand_in(house, *(submission(person("well", number)) for number in range(6)))
    plans = iter(("unavailable", "drop", "take"))
    world.digital.plan = lambda consignment: next(plans, "take")
    for number in range(12):
        assert lost(house) == {}, number
        one_round(house)
        assert lost(house) == {}, number
        moving_clock.pass_(minutes=10)
    for one in letters:
        for tried in dispatches(house, one):
            world.digital_receipts.send(tried.id, News.DELIVERED)
    run_to_rest(house)
    assert lost(house) == {}
    assert {look(house, one).status for one in letters} == {Status.DELIVERED}


def test_a_letter_that_waits_for_the_next_day_s_run_is_not_lost(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    house = replace(house, settings=house.settings.model_copy(update={"print_gather_seconds": None}))
    world.enrolment.default = Mailbox.EXEMPT
    moving_clock.pass_(days=3, hours=9)  # from Tuesday to Friday evening
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    now = look(house, one)
    assert (now.status, (now.due_at or clock.now()) > clock.now() + timedelta(days=2)) == (Status.RENDERED, True)
    assert lost(house) == {}
