"""Workers for the tests: each call is one round of what tickets would set off. And walks, which a crash may meet."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from outbound import clock, delivery
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand
from outbound.ledger.due import Due, doubts_due, letters_due
from outbound.ledger.values import Letter, Step
from outbound.letter import Channel, Lane, Submission
from outbound.life import Status
from outbound.seal import SealFault
from tests.delivery.paper import RememberedRendering
from tests.delivery.rules import broken
from tests.house import Crash, CrashingLedger, Killed, MovingClock, dispatches, hand_in, look
from tests.outside import World

TUESDAY = datetime(2027, 1, 12, 10, tzinfo=clock.COPENHAGEN)
"""When walks begin: a working day with working days after it."""

HAND = Hand("mester", "prøve")
PAST_THE_LEASE = 61  # seconds; tests/house.py gives every claim 60
AT_REST = (Status.SENT, Status.DELIVERED, Status.RETURNED, Status.HELD, Status.CANCELLED)

STEPS: tuple[Callable[[House], int], ...] = (
    lambda house: delivery.render_handful(house, Lane.SINGLE),
    lambda house: delivery.route_handful(house, Lane.SINGLE),
    lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE),
    lambda house: delivery.send_handful(house, Channel.PRINT, Lane.SINGLE),
    lambda house: delivery.mind_doubts(house, Channel.DIGITAL),
    lambda house: delivery.mind_doubts(house, Channel.PRINT),
    delivery.fetch,
    delivery.settle,
)


def one_round(house: House) -> int:
    """Every step once, and the timer's; how much was done."""
    done = sum(step(house) for step in STEPS)
    return done + delivery.recover(house) + delivery.hold_overdue(house)


def run_to_rest(house: House, rounds: int = 20) -> None:
    """Until nothing is due any more."""
    for _ in range(rounds):
        if not one_round(house):
            return


def work_what_is_due(house: House) -> int:
    """What the timer's tickets would set off now, of every lane and channel; how much was done."""
    with house.ledger.reading() as tx:
        letters, doubts = letters_due(tx), doubts_due(tx)
    done = sum(WORK[one.step](house, one) for one in letters)
    done += sum(delivery.mind_doubts(house, channel) for channel in doubts)
    return done + delivery.fetch(house) + delivery.settle(house)


WORK: dict[Step, Callable[[House, Due], int]] = {
    Step.RENDER: lambda house, one: delivery.render_handful(house, one.lane),
    Step.ROUTE: lambda house, one: delivery.route_handful(house, one.lane),
    Step.SEND: lambda house, one: delivery.send_handful(house, one.channel or Channel.NONE, one.lane),
}


def work_to_rest(house: House, rounds: int) -> None:
    """The timer once, then whatever is due until nothing is."""
    delivery.recover(house)
    delivery.hold_overdue(house)
    for _ in range(rounds):
        if not work_what_is_due(house):
            return


@dataclass
class Walk:
    """One way of some letters. The walk is told once; a crash may meet it at any commit, and then it goes on.

    After a crash time passes the lease, and whoever was calling calls again: systems repeat their submission, people
    their act. `ends` knows what a crash may change about the end: a doubt that nobody could settle is HELD.
    """

    house: House
    world: World
    clock: MovingClock
    rendering: RememberedRendering
    crashed: bool = False
    letters: list[UUID] = field(default_factory=list)
    misled: set[UUID] = field(default_factory=set)  # letters of which a person said what is not so

    @property
    def ledger(self) -> CrashingLedger:
        ledger = self.house.ledger
        assert isinstance(ledger, CrashingLedger)
        return ledger

    def outside(self, **changes: Any) -> None:
        """Suppliers of another kind: attributes of both mailers, set before anything is sent."""
        for mailer in (self.world.digital, self.world.paper):
            for name, value in changes.items():
                setattr(mailer, name, value)

    def setting(self, **changes: Any) -> None:
        """Other settings for this walk."""
        self.house = replace(self.house, settings=self.house.settings.model_copy(update=changes))

    def hand_in(self, *submissions: Submission) -> list[UUID]:
        """As a system does: where it gets no answer it says the same again."""
        ids: list[UUID] = self._again_after_a_crash(lambda: hand_in(self.house, *submissions))
        self.letters += ids
        return ids

    def run(self, rounds: int = 20) -> None:
        """The workers, until nothing is due any more."""
        for _ in range(20):
            try:
                work_to_rest(self.house, rounds)
            except (Killed, SealFault):
                self.pass_(seconds=PAST_THE_LEASE)
            except Crash:
                self.met_a_crash()
            else:
                return
        raise AssertionError("twenty workers died")

    def run_until_sending(self, letter: UUID) -> None:
        """Render and route it for today, where that is to do, and stop."""
        for _ in range(4):
            now = self.see(letter)
            if now.status is Status.ROUTED and now.dated == clock.today():
                return
            if now.status is Status.ROUTED:
                self.step(lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE))
            self.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
            self.step(lambda house: delivery.route_handful(house, Lane.SINGLE))

    def act(self, act: Callable[[House], Any]) -> Any:
        """As a person does: where the page broke off, the same again; that it is done already is well."""
        try:
            return act(self.house)
        except Crash:
            self.met_a_crash()
            try:
                return act(self.house)
            except DeskRefusal:
                return None

    def step(self, step: Callable[[House], Any]) -> Any:
        """One step of a worker; after a crash somebody else takes it up."""
        return self._again_after_a_crash(lambda: step(self.house))

    def pass_(self, **span: float) -> None:
        """Time passes; nobody works."""
        self.clock.pass_(**span)

    def see(self, letter: UUID) -> Letter:
        return look(self.house, letter)

    def outcomes(self, letter: UUID) -> list[str]:
        """What became of its dispatches, oldest first."""
        return [one.outcome for one in dispatches(self.house, letter)]

    def ends(self, letter: UUID, status: Status, taken: int = 1, code: str = "") -> None:
        """The letter ends so.

        After a crash it may instead be HELD for a doubt and taken at most once; or, since the end of that doubt was
        waited for, HELD for the receipt of what was taken.
        """
        if self.crashed:
            self._wait_for_the_end(letter)
        now, counted = self.see(letter), self.world.counted(letter)
        if self.crashed and now.held_code in ("doubt", "unknown-refusal"):
            assert counted <= 1
        elif self.crashed and now.held_code == "no-receipt":
            assert counted == 1
        else:
            assert (now.status, counted) == (status, taken), now.held_code
            assert not code or code in (now.held_code, now.route)

    def holds(self) -> None:
        """Every rule of a letter's way holds over the whole ledger."""
        assert broken(self.house, self.world, self.misled) == []

    def _wait_for_the_end(self, letter: UUID) -> None:
        for _ in range(10):
            if self.see(letter).status in AT_REST:
                return
            self.pass_(days=1)
            self.run()

    def _again_after_a_crash(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Crash:
            self.met_a_crash()
            return call()

    def met_a_crash(self) -> None:
        """The walk's one crash: the lease runs out, and the timer frees what the dead worker held."""
        assert not self.crashed, "a walk meets one crash"
        self.crashed = True
        self.pass_(seconds=PAST_THE_LEASE)
        delivery.recover(self.house)
