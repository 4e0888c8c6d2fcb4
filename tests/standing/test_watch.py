"""The answer for 03:00: what waits, when it is gone, which deadline is first; and the flow behind it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest

from outbound import clock, desk
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.delivery.send import accepted
from outbound.desk import Hand
from outbound.flow import Wrong, flow
from outbound.ledger import channels, signs
from outbound.ledger.sending import live_dispatch
from outbound.letter import Channel, Lane, Mailbox
from outbound.life import Status
from outbound.standing import Stage
from outbound.watch import Deadline, Limit, Watch, watch
from outbound.web.pages import drift_words
from tests.delivery.walking import one_round, run_to_rest
from tests.house import MovingClock, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.standing.living import alive

HAND = Hand("mester", "prøve")


def seen(house: House) -> Watch:
    with house.ledger.reading() as tx:
        return watch(tx, house.settings)


def first(house: House) -> Deadline:
    found = seen(house).deadline
    assert found is not None
    return found


def test_an_empty_ledger_has_nothing_to_say(house: House) -> None:
    one = seen(house)
    assert (one.lost, one.waiting, one.drained_at, one.deadline, one.is_well) == ({}, 0, None, None, True)
    assert drift_words.said(one) == [
        "Ingen breve er tabt.",
        "Ingen breve venter på at komme afsted.",
        "Ingen frist er i fare.",
    ]


def test_what_is_paused_is_for_later_and_nobody_promises_when_it_leaves(house: House) -> None:
    hand_in(house, submission(person()))
    desk.pause(house, "system", "jobcenter", HAND)
    one = seen(house)
    (place,) = (place for place in one.way.places if place.letters)
    assert (place.due, place.later, place.oldest) == (0, 1, None)
    assert (one.waiting, one.going, one.drained_at) == (1, 0, None)


def test_where_nothing_leaves_nobody_can_say_when_it_is_gone(house: House) -> None:
    hand_in(house, *(submission(person("well", number)) for number in range(2)))
    one = seen(house)
    assert (one.waiting, one.going, one.drained_at) == (2, 2, None)
    assert "kan ikke siges: intet er afleveret i 10 minutter." in " ".join(drift_words.said(one))


def test_what_waits_is_gone_when_the_rate_of_the_last_minutes_says(house: House, moving_clock: MovingClock) -> None:
    hand_in(house, *(submission(person("well", number)) for number in range(5)))
    run_to_rest(house)
    hand_in(house, *(submission(person("well", number)) for number in range(10, 13)))
    one = seen(house)
    assert (one.going, one.way.per_minute) == (3, 0.5)  # five letters in ten minutes
    assert one.drained_at is not None
    assert abs(one.drained_at - (clock.now() + timedelta(minutes=6))) < timedelta(seconds=5)
    moving_clock.pass_(minutes=11)
    assert seen(house).drained_at is None


@pytest.mark.parametrize(
    ("dead", "said"),
    [(signs.TIMER, "timeren"), (signs.RENDER, "puljen render"), (signs.NETWORK, "puljen network")],
)
def test_no_time_is_promised_where_what_the_letters_need_shows_no_life(
    dead: str, said: str, house: House, moving_clock: MovingClock
) -> None:
    alive(house, signs.TIMER, *signs.POOLS)
    hand_in(house, *(submission(person("well", number)) for number in range(5)))
    run_to_rest(house)
    hand_in(house, submission(person("well", 9)))
    assert (seen(house).drained_at is None, seen(house).is_well) == (False, True)
    moving_clock.pass_(minutes=3)
    alive(house, *({signs.TIMER, *signs.POOLS} - {dead}))
    one = seen(house)
    assert (one.silent, one.drained_at, one.is_well) == ((dead,), None, False)
    assert f"kan ikke siges: {said} giver ikke livstegn." in " ".join(drift_words.said(one))
    alive(house, dead)
    assert seen(house).drained_at is not None


def test_the_flow_shows_every_place_with_its_letters_and_rate(house: House, world: World) -> None:
    hand_in(house, *(submission(person("well", number)) for number in range(3)))
    run_to_rest(house)
    hand_in(house, submission(person("well", 9)))
    with house.ledger.reading() as tx:
        way = flow(tx)
    counted = {(one.step, one.channel): (one.letters, one.per_minute) for one in way.places if one.lane is Lane.SINGLE}
    assert counted[Stage.RENDER, None] == (1, 0.3)
    assert counted[Stage.ROUTE, None] == (0, 0.3)
    assert counted[Stage.HAND_OVER, Channel.DIGITAL] == (0, 0.3)
    assert counted[Stage.RECEIPT, Channel.DIGITAL] == (3, 0.0)
    assert len(way.places) == 16


def test_the_flow_says_what_is_wrong(house: House, world: World, moving_clock: MovingClock) -> None:
    hand_in(house, submission(person()))
    moving_clock.pass_(minutes=11)
    assert wrong(house, Stage.RENDER) == {Wrong.STILL}
    desk.pause(house, "channel", "digital", HAND)
    assert wrong(house, Stage.SEND) == {Wrong.PAUSED}
    desk.resume(house, "channel", "digital", HAND)
    with house.ledger.writing() as tx:
        channels.pause(tx, "channel", "digital", "misconfigured")
    assert wrong(house, Stage.SEND) == {Wrong.MISCONFIGURED}
    with house.ledger.writing() as tx:
        channels.resume(tx, "channel", "digital")
        channels.failed(tx, Channel.PRINT, clock.now() + timedelta(minutes=1))
    assert wrong(house, Stage.SEND) == {Wrong.AWAY}


def wrong(house: House, step: Stage) -> set[Wrong]:
    with house.ledger.reading() as tx:
        return {each for one in flow(tx).of(step) for each in one.wrong}


def test_the_first_deadline_is_the_one_that_comes_first(house: House, world: World) -> None:
    far, near = clock.today() + timedelta(days=20), clock.today() + timedelta(days=9)
    letters = hand_in(house, *(submission(person("well", n), useful_until=day) for n, day in enumerate((far, near))))
    one = first(house)
    assert (one.kind, one.letter, one.letters, one.in_danger) == (Limit.USEFUL, letters[1], 1, False)
    assert one.at == datetime.combine(near + timedelta(days=1), time(0), COPENHAGEN)
    assert "næste: 1 brev er uden nytte efter fristen" in drift_words.said(seen(house))[-1]


def test_a_deadline_within_a_day_is_in_danger(house: House) -> None:
    letters = hand_in(house, *(submission(person("well", number), useful_until=clock.today()) for number in range(3)))
    one = first(house)
    assert (one.kind, one.in_danger, one.letters, one.letter in letters) == (Limit.USEFUL, True, 3, True)
    assert not seen(house).is_well
    assert drift_words.said(seen(house))[-1].startswith("En frist er i fare: 3 breve er uden nytte")


def test_patience_ends_after_its_working_days(house: House, world: World, moving_clock: MovingClock) -> None:
    world.enrolment.default = Mailbox.UNKNOWN
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.RENDERED
    assert (first(house).kind, first(house).in_danger) == (Limit.PATIENCE, house.settings.patience_days <= 1)
    near = replace_settings(house, deadline_danger_hours=24.0 * 30)
    assert (first(near).letters, first(near).in_danger) == (1, True)


def test_a_letter_that_calls_to_a_meeting_must_leave_before_it(house: House, moving_clock: MovingClock) -> None:
    (one,) = hand_in(house, submission(person()))
    before = first(house)
    assert (before.kind, before.letter, before.in_danger) == (Limit.APPOINTMENT, one, False)
    moving_clock.to(before.at - timedelta(hours=23))
    assert first(house).in_danger


def test_a_doubt_and_a_receipt_have_deadlines(house: House, world: World) -> None:
    world.digital.plan = lambda consignment: "drop"
    (one,) = hand_in(house, submission(person("well", 2)))
    run_to_rest(house)
    assert (first(house).kind, first(house).letter) == (Limit.DOUBT, one)
    desk_settles(house, one)
    assert (first(house).kind, first(house).letter) == (Limit.RECEIPT, one)


def test_the_day_s_last_run_is_a_deadline_for_paper_that_is_stopped(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    house = replace_settings(house, print_gather_seconds=None)
    world.enrolment.default = Mailbox.EXEMPT
    (one,) = hand_in(house, submission(person()))
    for _ in range(3):
        one_round(house)
    assert look(house, one).status is Status.ROUTED
    assert (first(house).kind, first(house).letters, first(house).in_danger) == (Limit.CUT_OFF, 1, False)
    desk.pause(house, "channel", "print", HAND)
    assert (first(house).kind, first(house).in_danger) == (Limit.CUT_OFF, True)


def test_times_of_another_day_are_told_with_their_date(house: House) -> None:
    assert drift_words.at(datetime(2026, 11, 24, 12, 5, tzinfo=COPENHAGEN)) == "kl. 12.05"
    assert drift_words.at(datetime(2026, 12, 24, 12, 5, tzinfo=COPENHAGEN)) == "24. december 2026 kl. 12.05"


def test_a_letter_for_later_is_told_with_its_time(house: House) -> None:
    hand_in(house, submission(person(), not_before=date(2026, 12, 1)))
    said = drift_words.said(seen(house))
    assert said[1:3] == [
        "1 brev venter på at komme afsted.",
        "1 af dem venter på et tidspunkt, senest 1. december 2026 kl. 0.00.",
    ]


def desk_settles(house: House, letter: UUID) -> None:
    """The supplier has it, by its receipt."""
    with house.ledger.writing() as tx:
        live = live_dispatch(tx, letter)
        assert live is not None
        accepted(tx, house, live.id, "", "mester")


def replace_settings(house: House, **changes: object) -> House:
    return replace(house, settings=house.settings.model_copy(update=changes))
