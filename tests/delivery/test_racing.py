"""Workers, people and receipts at the same time, in threads, on both databases."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from outbound import delivery, desk
from outbound.delivery import House
from outbound.desk import DeskRefusal
from outbound.ledger import channels
from outbound.letter import Blame, Channel, Lane, Mailbox, News
from outbound.life import Status
from tests.delivery.rules import broken
from tests.delivery.walking import HAND, work_to_rest
from tests.house import MovingClock, hand_in, look, submission
from tests.outside import World
from tests.people import person


def together(*works: Callable[[], object]) -> None:
    """All at once; the first fault of any of them is raised."""
    faults: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(20)
            work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if faults:
        raise faults[0]


def test_workers_that_race_for_the_same_letters_send_each_once(house: House, world: World) -> None:
    ids = hand_in(house, *(submission(person("well", number)) for number in range(20)))
    house = replace(house, settings=house.settings.model_copy(update={"handful": 5}))
    together(*[lambda: work_to_rest(house, 40)] * 4)
    work_to_rest(house, 40)
    assert [look(house, letter).status for letter in ids] == [Status.SENT] * 20
    assert [world.counted(letter) for letter in ids] == [1] * 20
    assert broken(house, world) == []


def test_workers_that_race_print_each_letter_once(house: House, world: World) -> None:
    world.enrolment.default, world.paper.together = Mailbox.EXEMPT, 4
    ids = hand_in(house, *(submission(person("well", number)) for number in range(12)))
    together(*[lambda: work_to_rest(house, 40)] * 3)
    work_to_rest(house, 40)
    assert [world.counted(letter) for letter in ids] == [1] * 12
    assert broken(house, world) == []


def test_two_letters_that_meet_one_misconfiguration_at_once_do_not_pause_the_channel(
    house: House, world: World
) -> None:
    both_are_calling = threading.Barrier(2)

    def refuse(consignment: object) -> str:
        both_are_calling.wait(20)
        return "misconfigured"

    ids = hand_in(house, *(submission(person("well", number)) for number in range(2)))
    house = replace(house, settings=house.settings.model_copy(update={"handful": 1}))
    for _ in ids:
        delivery.render_handful(house, Lane.SINGLE)
        delivery.route_handful(house, Lane.SINGLE)
    world.digital.plan = refuse
    together(*[lambda: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE)] * 2)
    with house.ledger.reading() as tx:
        assert channels.failures(tx, Channel.DIGITAL) == 2
        assert not channels.paused(tx, "channel", Channel.DIGITAL)


def test_cancellations_race_workers(house: House, world: World) -> None:
    ids = hand_in(house, *(submission(person("well", number)) for number in range(16)))

    def cancel() -> None:
        for letter in ids[::2]:
            with suppress(DeskRefusal):
                desk.cancel(house, letter, HAND)

    together(lambda: work_to_rest(house, 40), cancel, lambda: work_to_rest(house, 40))
    work_to_rest(house, 40)
    for letter in ids:
        cancelled = look(house, letter).status is Status.CANCELLED
        assert world.counted(letter) == (0 if cancelled else 1)
    assert broken(house, world) == []


def test_receipts_people_and_workers_all_at_once_keep_every_rule(
    house: House, world: World, moving_clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Answers are dropped, refused and late while three workers, the timer, a person and the receipts go on."""
    ids = hand_in(house, *(submission(person("well", number)) for number in range(16)))
    luck = random.Random(7)
    moods = ["take", "take", "drop", "refuse", "refuse-unknown", "unavailable"]
    world.digital.plan = lambda consignment: luck.choice(moods)

    def report() -> None:
        for _ in range(6):
            world.report(luck.choice((News.DELIVERED, News.REFUSED)), "code", Blame.RECIPIENT)
            delivery.fetch(house)
            delivery.settle(house)

    def act() -> None:
        for letter in [*ids, *ids]:
            for verb in (desk.cancel, desk.release, desk.wait_on):
                with suppress(DeskRefusal):
                    verb(house, letter, HAND)

    def timer() -> None:
        for _ in range(10):
            delivery.recover(house)
            delivery.hold_overdue(house)

    for _ in range(3):
        together(*[lambda: work_to_rest(house, 10)] * 3, report, report, act, timer)
        assert broken(house, world) == []
        moving_clock.pass_(minutes=20)
    world.digital.plan = None
    for _ in range(6):
        moving_clock.pass_(hours=12)
        delivery.recover(house)
        work_to_rest(house, 30)
        world.report()
    resting = (Status.SENT, Status.DELIVERED, Status.HELD, Status.CANCELLED)
    assert {look(house, letter).status for letter in ids} <= set(resting)
    assert broken(house, world) == []
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


def test_two_systems_that_hand_in_the_same_at_once_get_the_same_letter(house: House, world: World) -> None:
    one = submission(person(), reference="twice")
    found: list[object] = []
    together(*[lambda: found.append(hand_in(house, one))] * 4)
    assert len({str(ids) for ids in found}) == 1
    work_to_rest(house, 20)


def test_two_steps_claim_nothing_of_each_other(house: House) -> None:
    ids = hand_in(house, *(submission(person("well", number)) for number in range(10)))
    together(*[lambda: delivery.render_handful(house, Lane.SINGLE)] * 3)
    together(
        lambda: delivery.route_handful(house, Lane.SINGLE),
        lambda: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE),
        lambda: delivery.route_handful(house, Lane.SINGLE),
    )
    assert {look(house, letter).status for letter in ids} <= {Status.RENDERED, Status.ROUTED, Status.SENT}
