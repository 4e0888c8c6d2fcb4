"""A letter's way as a state machine: anything may happen next, and the rules hold after it.

Workers die at every commit and stall before every transaction and inside the supplier's call; requests arrive after
their worker is dead; answers are lost; receipts come late, doubled and out of order; people act, sometimes wrongly;
time passes. What it may not do is what the house rules out: a worker inside a call outlives no hard end, and no
request is on its way longer than the supplier's longest processing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from outbound import clock, delivery, desk, run_desk
from outbound.delivery import House
from outbound.delivery.doubts import quiet_until
from outbound.desk import DeskRefusal
from outbound.ledger import channels
from outbound.ledger.due import doubts_due, letters_due
from outbound.ledger.envelopes import in_envelope
from outbound.ledger.sending import live_dispatch
from outbound.letter import Blame, Channel, Consignment, Lane, Mailbox, News
from outbound.life import Status
from outbound.ports import RunOrder
from tests.delivery.rules import MOVING, broken, examine
from tests.delivery.stalling import StallingWorker, current
from tests.delivery.ticking import TickingClock
from tests.delivery.walking import HAND, work_what_is_due
from tests.house import Crash, CrashingLedger, dispatches, hand_in, look, submission
from tests.outside import HOME_ADDRESS, ModelMailer, Taking, World
from tests.people import person

SEEN: Counter[str] = Counter()
"""What was done and seen, over all examples: printed at the end of the run."""

Step = Callable[[House], Any]
STEPS: dict[str, Step] = {
    "render": lambda house: delivery.render_handful(house, Lane.SINGLE),
    "route": lambda house: delivery.route_handful(house, Lane.SINGLE),
    "send digital": lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE),
    "send print": lambda house: delivery.send_handful(house, Channel.PRINT, Lane.SINGLE),
    "doubt digital": lambda house: delivery.mind_doubts(house, Channel.DIGITAL),
    "doubt print": lambda house: delivery.mind_doubts(house, Channel.PRINT),
    "receipts": lambda house: delivery.fetch(house) + delivery.settle(house),
}
MOODS = (
    *("take", "take", "drop", "nothing", "unavailable", "misconfigured"),
    *("on its way", "unknown but taken", "die calling", "die on its way", "die taken"),
    *("refuse", "refuse-letter", "refuse-unknown", "refuse-all", "some-then-drop", "some-then-unavailable"),
)
PLAN = {
    "on its way": "nothing",
    "unknown but taken": "refuse-unknown",
    "die calling": "take",
    "die on its way": "take",
    "die taken": "take",
}
PLACES: tuple[str | int, ...] = ("calling", "taken", 1, 2, 3, 4, 5)
HARD_END, SOME_TIME, PAST_LEASE, QUIET, A_DAY = 30, 10, 61, 400, 86_400
TIMES = (SOME_TIME, PAST_LEASE, PAST_LEASE, PAST_LEASE, QUIET, QUIET, 3600, A_DAY, 4 * A_DAY)
LATE = (False, False, False, True)
OBEYED = {
    RunOrder.HOLD: News.HELD_BACK,
    RunOrder.RELEASE: News.LET_GO,
    RunOrder.RECALL: News.RECALLED,
}
KINDS = ("same", "new-code", "receipt", "second")
moods = st.sampled_from(MOODS)
crashes = st.one_of(st.none(), st.none(), st.tuples(st.integers(1, 5), st.booleans()))
SELDOM = ("act", "act", "act", "stop", "let go", "let go", "let go", "enrolled", "enrolled", "exempt", "unknown")
WORKING: Any = {"which": st.integers(0, 6), "moods": st.lists(moods, min_size=1, max_size=3), "crash": crashes}


class Way(RuleBasedStateMachine):
    """The machine over one ledger; `opened`, `clock` and `deadly` come from the test."""

    one_home = False
    """Do all letters go to one person, on paper for the most part, so that they share an envelope?"""

    opened: House
    clock: TickingClock
    begins: Any

    # ---- the beginning and the end --------------------------------------------------------------------------------

    @initialize(
        kind=st.sampled_from(KINDS),
        asks=st.booleans(),
        resumes=st.booleans(),
        paper=st.booleans(),
        letters=st.integers(1, 3),
        routed=st.sampled_from((True, True, True, False)),
    )
    def open(self, kind: str, asks: bool, resumes: bool, paper: bool, letters: int, routed: bool) -> None:
        self.ledger.wipe()
        self.ledger.fate.__init__()  # type: ignore[misc]
        self.clock.to(self.begins)
        self.world, self.misled, self.stalled = World(), set[UUID](), list[StallingWorker]()
        self.fates: dict[int, str] = {}
        digital, printer = self.world.digital, self.world.paper
        digital.repeat, digital.repeat_is_safe, digital.can_ask = kind, kind != "second", asks
        printer.repeat, printer.can_ask, printer.resumes = "second", asks, resumes
        for mailer in (digital, printer):
            mailer.hook = partial(self._reach, mailer)
        self.moods: list[str] = []
        self.mood, self.held, self.due = "take", list[UUID](), list[str]()
        self.world.enrolment.default = Mailbox.EXEMPT if paper or self.one_home else Mailbox.ENROLLED
        self.house = replace(self.opened, outside=self.world.outside(), settings=self._settings())
        self.letters = self._hand_in(letters)
        SEEN["examples"] += 1
        for step in ("render", "route", "render", "route") if routed else ():
            STEPS[step](self.house)

    def _hand_in(self, count: int) -> list[UUID]:
        """Letters whose ids are in the order of their coming, as they are anywhere but within one millisecond."""
        while True:
            numbers = [0 if self.one_home else number for number in range(count)]
            ids = hand_in(self.house, *(submission(person("well", number)) for number in numbers))
            if ids == sorted(ids):
                return ids
            self.ledger.wipe()

    def _settings(self) -> Any:
        return self.opened.settings.model_copy(update={"quiet_seconds": 300.0, "doubt_ask_seconds": 20.0})

    @property
    def ledger(self) -> CrashingLedger:
        ledger = self.opened.ledger
        assert isinstance(ledger, CrashingLedger)
        return ledger

    def teardown(self) -> None:
        """With a well outside, and time passing, every letter comes to rest or waits for a person."""
        if not hasattr(self, "letters"):
            return
        for worker in self.stalled:
            worker.kill()
        for mailer in (self.world.digital, self.world.paper):
            mailer.plan, mailer.hook = None, None
            mailer.on_the_way.clear()
        self.world.enrolment.default = Mailbox.ENROLLED
        with self.ledger.writing() as tx:
            for channel in (Channel.DIGITAL, Channel.PRINT):
                channels.resume(tx, "channel", channel)
        for _ in range(14):
            self.clock.pass_(hours=11)
            delivery.recover(self.house)
            delivery.hold_overdue(self.house)
            for _ in range(12):
                if not work_what_is_due(self.house):
                    break
        left = [look(self.house, one).status for one in self.letters]
        assert not [one for one in left if one in (*MOVING, Status.SENDING)], left
        assert broken(self.house, self.world, self.misled) == []

    # ---- workers ----------------------------------------------------------------------------------------------------

    def _due(self) -> list[str]:
        """The steps that have something to do now."""
        with self.ledger.reading() as tx:
            letters, doubts = letters_due(tx), doubts_due(tx)
        steps = [f"{one.step} {one.channel}" if one.channel else str(one.step) for one in letters]
        lying = self.world.digital_receipts.lying or self.world.paper_receipts.lying
        return sorted({*steps, *(f"doubt {channel}" for channel in doubts), *(["receipts"] if lying else [])})

    def _work(self, which: int, moods: list[str], crash: tuple[int, bool] | None) -> None:
        step = self.due[which % len(self.due)]
        self._prepare(moods)
        fate = self.ledger.fate
        fate.commits = 0
        fate.die_at, fate.after = crash or (None, False)
        try:
            STEPS[step](self.house)
        except Crash:
            SEEN["workers that died"] += 1
        finally:
            fate.die_at = None
        SEEN[f"step {step}"] += 1

    @precondition(lambda self: self.due)
    @rule(**WORKING)
    def work(self, which: int, moods: list[str], crash: tuple[int, bool] | None) -> None:
        self._work(which, moods, crash)

    @precondition(lambda self: self.due)
    @rule(**WORKING)
    def more_work(self, which: int, moods: list[str], crash: tuple[int, bool] | None) -> None:
        self._work(which, moods, crash)

    @precondition(lambda self: self.due)
    @rule(**WORKING)
    def still_more_work(self, which: int, moods: list[str], crash: tuple[int, bool] | None) -> None:
        self._work(which, moods, crash)

    @precondition(lambda self: self.due)
    @rule(moods=st.lists(moods, max_size=3))
    def go_on(self, moods: list[str]) -> None:
        """Everything that is due, once."""
        self._prepare(moods)
        try:
            work_what_is_due(self.house)
        except Crash:
            SEEN["workers that died"] += 1

    @precondition(lambda self: len(self.stalled) < 2 and self.due)
    @rule(which=st.integers(0, 6), place=st.sampled_from(PLACES), mood=moods)
    def stall(self, which: int, place: str | int, mood: str) -> None:
        step = STEPS[self.due[which % len(self.due)]]
        self._prepare([mood])
        worker = StallingWorker(self.ledger, partial(step, self.house), place)
        if worker.start():
            self.stalled.append(worker)
            SEEN["workers that stalled"] += 1

    @precondition(lambda self: self.stalled)
    @rule(which=st.integers(0, 1), mood=moods)
    def wake(self, which: int, mood: str) -> None:
        self._prepare([mood])
        self.stalled.pop(which % len(self.stalled)).wake()

    @precondition(lambda self: self.stalled)
    @rule(which=st.integers(0, 1), on_the_way=st.booleans())
    def kill(self, which: int, on_the_way: bool) -> None:
        self.stalled.pop(which % len(self.stalled)).kill(on_the_way=on_the_way)
        SEEN["workers that died"] += 1

    def timer(self) -> None:
        delivery.recover(self.house)
        delivery.hold_overdue(self.house)

    def _prepare(self, moods: list[str]) -> None:
        self.moods, self.mood = list(moods), "take"
        self.world.digital.plan = self.world.paper.plan = self._plan

    def _plan(self, consignment: Consignment) -> str:
        self.mood = self.moods.pop(0) if self.moods else "take"
        SEEN[f"hand-over: {self.mood}"] += 1
        return PLAN.get(self.mood, self.mood)

    def _reach(self, mailer: ModelMailer, place: str, consignment: Consignment) -> None:
        if worker := current():
            worker.reach(place, mailer, consignment)
        if place == "calling" and self.mood in ("on its way", "die on its way"):
            mailer.lose_its_caller(consignment)
        if place == "calling" and self.mood == "unknown but taken":
            mailer.take(consignment)
        if self.mood == "die taken" and place == "taken":
            raise Crash
        if self.mood in ("die calling", "die on its way") and place == "calling":
            raise Crash

    # ---- the outside ------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(TIMES), arrives=st.booleans(), outlives=st.booleans(), timer=st.booleans())
    def time_passes(self, seconds: int, arrives: bool, outlives: bool, timer: bool) -> None:
        """A worker in a call is dead by its hard end, its request perhaps not; and that ends too."""
        then = clock.now().timestamp() + seconds
        for worker in [one for one in self.stalled if one.call]:
            if worker.call and then - worker.call.begun_at.timestamp() >= HARD_END:
                self.stalled.remove(worker)
                worker.kill(on_the_way=outlives)
        for mailer in (self.world.digital, self.world.paper):
            for way in list(mailer.on_the_way):
                if then - way.left_at.timestamp() >= quiet_until(self.house.settings).total_seconds():
                    mailer.arrive(way, taken=arrives)
        self.clock.pass_(seconds=seconds)
        if timer:
            self.timer()

    @precondition(lambda self: self.world.digital.on_the_way or self.world.paper.on_the_way)
    @rule(taken=st.booleans())
    def a_request_on_its_way_ends(self, taken: bool) -> None:
        mailer = self.world.digital if self.world.digital.on_the_way else self.world.paper
        mailer.arrive(mailer.on_the_way[0], taken=taken)

    @precondition(lambda self: self.world.digital.takings or self.world.paper.takings)
    @rule(
        which=st.integers(0, 9),
        news=st.sampled_from((News.DELIVERED, News.RETURNED, News.REFUSED, News.RECEIVED, News.TRY_AGAIN)),
        blame=st.sampled_from(Blame),
        work=st.booleans(),
    )
    def a_receipt_comes(self, which: int, news: News, blame: Blame, work: bool) -> None:
        """What a supplier has made of a taking it says once or often, early or late; it makes but one thing of it."""
        takings = [*self.world.digital.takings, *self.world.paper.takings]
        one = takings[which % len(takings)]
        fate = self.fates.get(id(one), "")
        if news is News.TRY_AGAIN:
            self._throw_away(one)
        elif news is News.RECEIVED or fate in ("", _fate(news)):
            if news is not News.RECEIVED and not (news is News.REFUSED and blame is Blame.UNKNOWN):
                for each in self._mailer(one).beside(one):
                    self.fates[id(each)] = _fate(news)
                    each.refused = news is News.REFUSED
            self._source(one).send(one.dispatch, news, "code", blame)
            SEEN[f"receipt: {news}"] += 1
        if work:
            STEPS["receipts"](self.house)

    def _throw_away(self, one: Taking) -> None:
        run = [each for each in self.world.paper.takings if each.consignment == one.consignment]
        if run and not any(self.fates.get(id(each)) for each in run):
            for each in run:
                self.fates[id(each)], each.refused = "thrown away", True
            self.world.paper_receipts.send_of_run(one.consignment, News.TRY_AGAIN, "checksum")
            SEEN["receipt: whole run thrown away"] += 1

    @precondition(lambda self: self.world.paper.takings)
    @rule(which=st.integers(0, 9), kind=st.sampled_from((RunOrder.RECALL, *RunOrder)), late=st.sampled_from(LATE))
    def a_run_is_ordered_about(self, which: int, kind: RunOrder, late: bool) -> None:
        """The printer has the run; it obeys, or it is too late."""
        run = self.world.paper.takings[which % len(self.world.paper.takings)].consignment
        try:
            run_desk.order(self.house, run, kind, HAND)
        except DeskRefusal as refusal:
            SEEN[f"order refused: {refusal.code}"] += 1
            return
        delivery.give_orders(self.house)
        late = late or (kind is RunOrder.RECALL and not self._recalled(run))
        news = News.TOO_LATE if late else OBEYED[kind]
        self.world.paper_receipts.send_of_run(run, news)
        SEEN[f"order: {kind}, {news}"] += 1

    def _recalled(self, run: UUID) -> bool:
        """Nothing of it is printed any more, unless something was."""
        takings = [each for each in self.world.paper.takings if each.consignment == run]
        if any(self.fates.get(id(each)) for each in takings):
            return False
        if any(way.consignment.id == run for way in self.world.paper.on_the_way):
            return False
        for each in takings:
            self.fates[id(each)], each.refused = "recalled", True
        return True

    @precondition(lambda self: self.world.digital.duplicates)
    @rule()
    def a_repeat_is_called_a_duplicate(self) -> None:
        self.world.digital_receipts.send(self.world.digital.duplicates[0], News.DUPLICATE)

    def _mailer(self, one: Taking) -> ModelMailer:
        return self.world.digital if one.channel is Channel.DIGITAL else self.world.paper

    def _source(self, one: Taking) -> Any:
        return self.world.digital_receipts if one.channel is Channel.DIGITAL else self.world.paper_receipts

    # ---- people -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 2), what=st.integers(0, 4))
    def a_person_acts(self, which: int, what: int) -> None:
        """A verb that fits a HELD letter; some are said of what is not so."""
        letter = self.held[which % len(self.held)]
        with self.ledger.reading() as tx:
            fit = desk.verbs_for(look(self.house, letter), live_dispatch(tx, letter))
        self._act(letter, fit[what % len(fit)], "print" if what else "digital")

    @rule(
        which=st.integers(0, 2),
        verb=st.sampled_from(desk.Verb),
        channel=st.sampled_from(("digital", "print")),
        what=st.sampled_from(SELDOM),
    )
    def the_world_turns(self, which: int, verb: desk.Verb, channel: str, what: str) -> None:
        """What happens seldom: a person tries any verb, a channel is stopped or let go, the register changes."""
        if what == "act":
            self._act(self.letters[which % len(self.letters)], verb, channel)
        elif what in ("stop", "let go"):
            (desk.pause if what == "stop" else desk.resume)(self.house, "channel", channel, HAND)
        else:
            self.world.enrolment.default = Mailbox(what)

    def _act(self, letter: UUID, verb: desk.Verb, channel: str) -> None:
        true, about = self._is_true(verb, letter), self._in_its_envelope(letter)
        try:
            ACTS[verb](self.house, letter, Channel(channel))
        except DeskRefusal:
            SEEN["acts refused"] += 1
            return
        SEEN[f"act: {verb}"] += 1
        if not true:
            self.misled |= about
            SEEN["acts that misled"] += 1

    def _in_its_envelope(self, letter: UUID) -> set[UUID]:
        """What is said of one is said of all."""
        with self.ledger.reading() as tx:
            live = live_dispatch(tx, letter)
            members = in_envelope(tx, live) if live else []
        SEEN["letters in shared envelopes that were acted on"] += len(members)
        return {letter, *(one.letter.id for one in members)}

    def _is_true(self, verb: desk.Verb, letter: UUID) -> bool:
        """Is what the person says so, at the supplier?"""
        tries = dispatches(self.house, letter)
        live = [one.id for one in tries if one.outcome in ("open", "doubt", "taken")]
        takings = [*self.world.digital.takings, *self.world.paper.takings]
        taken = [one for one in takings if one.dispatch in live]
        counted = [one for one in taken if not one.refused]
        if verb in (desk.Verb.TAKEN, desk.Verb.ARRIVED, desk.Verb.CAME_BACK):
            return bool(counted)
        if verb in (desk.Verb.NOT_TAKEN, desk.Verb.WAS_REFUSED):
            return not counted
        return True

    # ---- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def every_rule_holds(self) -> None:
        if not hasattr(self, "letters"):
            return
        SEEN["states looked at"] += 1
        found = examine(self.house, self.world, self.misled, money=SEEN["states looked at"] % 4 == 0)
        for pair, letters in found.pairs.items():
            SEEN[f"pair: {pair[0]} {pair[1]}"] += letters
        assert found.broken == [], found.broken
        self.held = [one.row.id for one in found.letters if one.row.status == Status.HELD]
        self.due = self._due()


def _fate(news: News) -> str:
    """What the supplier made of a letter, as this news tells it. One that was delivered may come back later."""
    return "refused" if news is News.REFUSED else "delivered"


ACTS: dict[desk.Verb, Callable[[House, UUID, Channel], object]] = {
    desk.Verb.CANCEL: lambda house, one, _: desk.cancel(house, one, HAND),
    desk.Verb.HOLD: lambda house, one, _: desk.hold(house, one, HAND),
    desk.Verb.RELEASE: lambda house, one, _: desk.release(house, one, HAND),
    desk.Verb.REROUTE: lambda house, one, channel: desk.reroute(house, one, channel, HAND),
    desk.Verb.MEND: lambda house, one, _: desk.mend_address(house, one, HOME_ADDRESS, HAND),
    desk.Verb.REPLACE: lambda house, one, _: desk.acknowledge(house, one, HAND),  # these letters have no PDF to replace
    desk.Verb.TAKEN: lambda house, one, _: desk.settle_taken(house, one, HAND),
    desk.Verb.NOT_TAKEN: lambda house, one, _: desk.settle_not_taken(house, one, HAND),
    desk.Verb.WAIT_ON: lambda house, one, _: desk.wait_on(house, one, HAND),
    desk.Verb.ARRIVED: lambda house, one, _: desk.arrived(house, one, HAND),
    desk.Verb.CAME_BACK: lambda house, one, _: desk.came_back(house, one, HAND),
    desk.Verb.WAS_REFUSED: lambda house, one, _: desk.was_refused(house, one, HAND),
    desk.Verb.ACKNOWLEDGE: lambda house, one, _: desk.acknowledge(house, one, HAND),
    desk.Verb.RESEND: lambda house, one, _: desk.acknowledge(house, one, HAND),  # a letter of its own: walked in peace
}
