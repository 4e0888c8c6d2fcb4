"""Workers that stall past their lease and wake up after somebody else has taken over, or die too often too early."""

from collections.abc import Callable
from uuid import UUID

from outbound import delivery, desk
from outbound.delivery import House
from outbound.ledger.letters import claim, hold
from outbound.ledger.values import Step
from outbound.letter import Channel, Consignment, Lane, Mailbox, WaitsFor
from outbound.life import Status
from tests.delivery.stalling import StallingWorker, current
from tests.delivery.walking import HAND, PAST_THE_LEASE, Walk
from tests.delivery.ways import letters, way
from tests.house import Crash, Killed, events

MOMENTS = 8  # more transactions than any step of one letter has


def stalls(walk: Walk, step: Callable[[House], object], stop_at: str | int) -> StallingWorker | None:
    """A worker that stalls there; None where it came through."""
    mailer = walk.world.digital

    def reach(place: str, consignment: Consignment) -> None:
        if worker := current():
            worker.reach(place, mailer, consignment)

    mailer.hook = reach
    worker = StallingWorker(walk.ledger, lambda: step(walk.house), stop_at)
    return worker if worker.start() else None


def overtaken(walk: Walk, step: Callable[[House], object], before: Callable[[UUID], None]) -> None:
    """At each of its transactions in turn a worker stalls, its lease runs out, others go on, and then it wakes up."""
    for moment in range(2, MOMENTS):
        (letter,) = letters(walk)
        before(letter)
        worker = stalls(walk, step, moment)
        if worker is None:
            walk.run()
            walk.ends(letter, Status.SENT)
            return
        walk.pass_(seconds=PAST_THE_LEASE)
        walk.run()
        worker.wake()
        walk.run()
        walk.ends(letter, Status.SENT)
    raise AssertionError("the step has more transactions than were tried")


@way
def a_renderer_that_wakes_up_too_late_changes_nothing(walk: Walk) -> None:
    overtaken(walk, lambda house: delivery.render_handful(house, Lane.SINGLE), lambda letter: None)


@way
def a_router_that_wakes_up_too_late_changes_nothing(walk: Walk) -> None:
    overtaken(
        walk,
        lambda house: delivery.route_handful(house, Lane.SINGLE),
        lambda letter: walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE)),
    )


@way
def a_sender_that_wakes_up_too_late_does_not_begin(walk: Walk) -> None:
    """And one that stalled after the supplier took the letter still says so."""
    overtaken(walk, lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE), walk.run_until_sending)


@way
def a_refusal_that_comes_without_the_claim_changes_nothing(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run_until_sending(letter)
    walk.world.digital.plan = lambda consignment: "refuse-unknown"
    worker = stalls(walk, lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE), 5)
    walk.world.digital.plan = None
    if worker is None:
        assert walk.crashed
        return
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    worker.wake()
    walk.run()
    assert walk.crashed or (walk.see(letter).status, walk.outcomes(letter)) == (Status.SENDING, ["doubt"])
    walk.pass_(days=4)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="doubt")


@way
def a_repeat_that_wakes_up_too_late_does_not_begin(walk: Walk) -> None:
    """Meanwhile the letter was refused by receipt and printed; a repeat now would be a second letter."""
    walk.outside(repeat_is_safe=True, repeat="second")
    walk.world.paper.repeat_is_safe = False
    plans = ["nothing"]
    walk.world.digital.plan = lambda consignment: plans.pop() if plans else "take"
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=PAST_THE_LEASE)
    worker = stalls(walk, lambda house: delivery.mind_doubts(house, Channel.DIGITAL), 4)
    if worker is None:
        assert walk.crashed
        return
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    worker.wake()
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_worker_killed_in_its_call_leaves_a_doubt(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run_until_sending(letter)
    worker = stalls(walk, lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE), "calling")
    if worker is None:
        assert walk.crashed
        return
    walk.pass_(seconds=25)
    worker.kill(on_the_way=True)
    walk.pass_(seconds=PAST_THE_LEASE - 25)
    walk.run()
    assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    for one in list(walk.world.digital.on_the_way):
        walk.world.digital.arrive(one, taken=True)
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_letter_whose_worker_always_dies_before_it_begins_waits_for_a_person(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run_until_sending(letter)
    for _ in range(8):
        if walk.see(letter).status is Status.HELD:
            break
        _die_before_beginning(walk)
        walk.pass_(seconds=PAST_THE_LEASE)
        walk.step(delivery.recover)
    walk.ends(letter, Status.HELD, taken=0, code="kills-its-worker")
    assert walk.world.digital.calls == 0


def _die_before_beginning(walk: Walk) -> None:
    """The worker's fourth transaction is the one that begins."""
    transactions: list[int] = []

    def die() -> None:
        transactions.append(1)
        if len(transactions) == 4:
            raise Killed

    walk.ledger.fate.before_each = die
    try:
        delivery.send_handful(walk.house, Channel.DIGITAL, Lane.SINGLE)
    except Killed:
        pass
    except Crash:
        walk.ledger.fate.before_each = None
        walk.met_a_crash()
    finally:
        walk.ledger.fate.before_each = None


@way
def neighbours_of_an_outage_have_no_deaths(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "unavailable"
    ids = letters(walk, 4)
    walk.run()
    if not walk.crashed:
        assert [walk.see(letter).deaths for letter in ids] == [0] * 4
        assert all(events(walk.house, letter).count("never-begun") <= 1 for letter in ids)
    walk.world.digital.plan = None
    walk.pass_(minutes=2)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_resumed_run_that_wakes_up_while_another_asks_does_not_begin(walk: Walk) -> None:
    """The first was about to finish a half that lay at the printer; the second hears that nothing was taken."""
    printer = walk.world.paper
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.outside(can_ask=True, resumes=True)
    plans = ["nothing"]
    printer.plan = lambda consignment: plans.pop() if plans else "take"
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=PAST_THE_LEASE)
    worker = stalls(walk, lambda house: delivery.mind_doubts(house, Channel.PRINT), 4)
    if worker is None:
        assert walk.crashed
        return
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.step(delivery.recover)
    walk.pass_(seconds=PAST_THE_LEASE)
    printer.resumes, printer.slow_answer, printer.hook = False, worker.wake, _die_with_the_answer
    walk.step(lambda house: delivery.mind_doubts(house, Channel.PRINT))
    printer.slow_answer, printer.hook = None, None
    walk.run()
    walk.ends(letter, Status.SENT)


def _die_with_the_answer(place: str, consignment: Consignment) -> None:
    """Were it to begin, its letter would be taken, and nobody would hear of it."""
    if current() and place == "taken":
        raise Crash


@way
def two_claims_share_no_letter(walk: Walk) -> None:
    ids = letters(walk, 2)

    def claim_twice(house: House) -> None:
        with house.ledger.writing() as tx:
            first = claim(tx, Step.RENDER, Lane.SINGLE, 10, 60)
            assert walk.crashed or (first and len(first.letters) == 2)
            assert first is None or len(first.letters) < 2 or claim(tx, Step.RENDER, Lane.SINGLE, 10, 60) is None

    walk.step(claim_twice)
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_claim_that_was_recovered_and_taken_again_is_not_the_first_ones(walk: Walk) -> None:
    """The renderer wakes up while another one holds the letter: what it made is dropped, and the other's is kept."""
    (letter,) = letters(walk)
    first = stalls(walk, lambda house: delivery.render_handful(house, Lane.SINGLE), 3)
    assert first is not None
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.step(delivery.recover)
    second = stalls(walk, lambda house: delivery.render_handful(house, Lane.SINGLE), 3)
    first.wake()
    if second is not None:
        assert walk.crashed or walk.see(letter).status is Status.RECEIVED
        second.wake()
    assert walk.crashed or walk.see(letter).status is Status.RENDERED
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_letter_touched_meanwhile_is_not_moved(walk: Walk) -> None:
    """A person has changed the letter, without moving it, since it was read."""
    (letter,) = letters(walk)
    before = walk.see(letter)
    walk.act(lambda house: desk.reroute(house, letter, Channel.PRINT, HAND))
    with walk.house.ledger.writing() as tx:
        assert not hold(tx, before, "outdated", WaitsFor.OPERATIONS, "worker")
    walk.run()
    walk.ends(letter, Status.SENT, code="chosen-paper")
