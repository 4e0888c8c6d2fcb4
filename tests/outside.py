"""Models of the suppliers, in the test's own process: for tests that need every ordering, not the wire.

They implement the ports, record every taking, and do what the test says next. The wire itself is tested in
tests/adapters against simulators that are processes of their own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from outbound import clock
from outbound.letter import (
    Accepted,
    Address,
    Answer,
    Blame,
    CannotSay,
    Channel,
    Consignment,
    Counts,
    Dispatch,
    Lane,
    Life,
    Mailbox,
    News,
    NotTaken,
    Person,
    RawReceipt,
    Receipt,
    Rejected,
    Taken,
    TextMessage,
)
from outbound.ports import Misconfigured, OutcomeUnknown, Outside, PersonId, Refused, RunOrder, Unavailable

HOME_ADDRESS = Address("Solvej Prøvesen", ("Prøvevej 7, 2. tv.",), "8000", "Aarhus C")


@dataclass
class Taking:
    """A supplier took this dispatch; `refused` once it said by receipt that it does not count."""

    dispatch: UUID
    letter: UUID
    channel: Channel
    consignment: UUID
    refused: bool = False
    reported: bool = False
    envelope: UUID | None = (
        None  # the dispatch on top of the envelope that it is in; on paper what shares it has one fate
    )


@dataclass
class Way:
    """A request that has left its worker, who is gone; for some time it may still be taken."""

    consignment: Consignment
    left_at: datetime


Hook = Callable[[str, Consignment], None]
"""Called inside a hand-over: "calling" before anything is taken, "taken" after it and before the answers."""


@dataclass
class ModelMailer:
    """A channel. `plan` is asked for each hand-over what to do; the default takes and answers.

    `repeat` says what a second hand-over of the same id comes to: the `same` letter, a known `duplicate`, a `new-code`,
    accepted and a `receipt` DUPLICATE later, or a `second` letter.
    """

    channel: Channel
    provider: str
    repeat_is_safe: bool = False
    shares_envelopes: bool = False
    largest: int = 50_000_000
    most_bytes: int = 50_000_000
    together: int = 1
    repeat: str = "same"
    plan: Callable[[Consignment], str] | None = None
    hook: Hook | None = None
    takings: list[Taking] = field(default_factory=list)
    duplicates: list[UUID] = field(default_factory=list)
    on_the_way: list[Way] = field(default_factory=list)
    calls: int = 0
    can_ask: bool = False
    resumes: bool = False
    forgets: bool = False  # asked, it knows nothing of what it took
    slow_answer: Callable[[], None] | None = None

    def gathers(self, lane: Lane) -> int:
        return self.together

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        self.calls += 1
        what = self.plan(consignment) if self.plan else "take"
        self._reach("calling", consignment)
        self._raise_before_taking(what)
        if what in REFUSALS:
            yield from (Rejected(one.id, *REFUSALS[what]) for one in consignment.dispatches)
            return
        left_out = consignment.dispatches[0] if what == "leaves-one-out-then-drop" else None
        known = {one.dispatch for one in self.takings}
        self.take(consignment, left_out)
        self._reach("taken", consignment)
        if left_out:
            yield Rejected(left_out.id, "too-large", Blame.RECIPIENT)
            raise OutcomeUnknown("reset")
        if what == "drop":
            raise OutcomeUnknown("reset")
        for number, one in enumerate(consignment.dispatches):
            if what in SOME and number:
                raise SOME[what]()
            yield self._answer(one.id, one.id in known)

    def _reach(self, place: str, consignment: Consignment) -> None:
        if self.hook:
            self.hook(place, consignment)

    def _raise_before_taking(self, what: str) -> None:
        if what == "unavailable":
            raise Unavailable("busy")
        if what == "closed-for-long":
            raise Unavailable("closed", 1e15)
        if what == "misconfigured":
            raise Misconfigured("certificate")
        if what == "nothing":
            raise OutcomeUnknown("timeout")
        if what == "refuse-all":
            raise Refused("memo.invalid", Blame.LETTER)

    def _answer(self, dispatch: UUID, again: bool) -> Answer:
        if again and self.repeat == "new-code":
            return Rejected(dispatch, "new.code", Blame.UNKNOWN)
        if again and self.repeat == "receipt":
            self.duplicates.append(dispatch)
        return Accepted(dispatch, "t")

    def take(self, consignment: Consignment, but: Dispatch | None = None) -> None:
        known = {one.dispatch for one in self.takings}
        for one in consignment.dispatches:
            if one != but and (one.id not in known or self.repeat == "second"):
                taking = Taking(one.id, one.letter, self.channel, consignment.id, envelope=one.envelope_of or one.id)
                self.takings.append(taking)

    def lose_its_caller(self, consignment: Consignment, left_at: datetime | None = None) -> None:
        """The worker is gone; its request is not."""
        self.on_the_way.append(Way(consignment, left_at or clock.now()))

    def arrive(self, way: Way, *, taken: bool) -> None:
        """A request on its way is taken after all, or lost."""
        self.on_the_way.remove(way)
        if taken:
            self.take(way.consignment)

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        if not self.can_ask:
            return CannotSay()
        took = any(t.consignment == consignment.id for t in self.takings) and not self.forgets
        if self.slow_answer:
            self.slow_answer()
        return Taken() if took else NotTaken(self.resumes)

    def beside(self, taking: Taking) -> list[Taking]:
        """What was taken in the same envelope, this one included: all of it has one fate."""
        return [one for one in self.takings if one is taking or self._is_beside(one, taking)]

    def _is_beside(self, one: Taking, taking: Taking) -> bool:
        return one.envelope == taking.envelope and one.dispatch != taking.dispatch

    def counted(self, letter: UUID) -> int:
        """Takings of this letter that count."""
        return sum(1 for t in self.takings if t.letter == letter and not t.refused)


REFUSALS = {
    "refuse": ("recipient.is.closed", Blame.RECIPIENT),
    "refuse-letter": ("memo.invalid", Blame.LETTER),
    "refuse-unknown": ("new.code", Blame.UNKNOWN),
}
"""Answers of no to every letter of a consignment."""

SOME: dict[str, Callable[[], Exception]] = {
    "some-then-drop": lambda: OutcomeUnknown("reset"),
    "some-then-unavailable": lambda: Unavailable("busy"),
}
"""What comes after the first answer, although everything was taken. The second breaks the port's word."""


@dataclass
class ModelEnrolment:
    """Everybody is enrolled unless the test says otherwise."""

    answers: dict[str, Mailbox] = field(default_factory=dict)
    default: Mailbox = Mailbox.ENROLLED
    asked: int = 0

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Mailbox]:
        self.asked += 1
        return {one: self.answers.get(one.cpr or one.cvr or "", self.default) for one in ids}


@dataclass
class ModelPersons:
    """Everybody lives at the same invented address unless the test says otherwise."""

    answers: dict[str, Person] = field(default_factory=dict)
    default: Person = field(default_factory=lambda: Person(Life.ALIVE, HOME_ADDRESS.name, HOME_ADDRESS))

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        return {one: self.answers.get(one.cpr or one.cvr or "", self.default) for one in ids}


@dataclass
class ModelReceipts:
    """Receipts lie here until they are confirmed. `text` = "dispatch news code blame", one receipt a message."""

    provider: str
    lying: dict[str, RawReceipt] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)

    def send(self, dispatch: UUID, news: News, code: str = "", blame: Blame = Blame.UNKNOWN) -> str:
        return self.put(f"{dispatch} {news} {code or '-'} {blame}")

    def send_of_run(self, consignment: UUID, news: News, code: str = "") -> str:
        return self.put(f"run:{consignment} {news} {code or '-'} {Blame.UNKNOWN}")

    def send_counts(self, consignment: UUID, counts: Counts) -> str:
        """The printer has taken the run, and counted it."""
        return self.put(" ".join(map(str, (f"run:{consignment}", News.RECEIVED, "-", Blame.UNKNOWN, *astuple(counts)))))

    def send_by_code(self, return_code: str, reason: str = "") -> str:
        """A letter that came back, known by what stands in its window."""
        return self.put(f"code:{return_code} {News.RETURNED} {reason or '-'} {Blame.UNKNOWN}")

    def put(self, text: str, receipt_id: str | None = None) -> str:
        receipt_id = receipt_id or str(uuid4())
        self.lying[receipt_id] = RawReceipt(self.provider, receipt_id, text.encode())
        return receipt_id

    def fetch(self) -> Iterator[RawReceipt]:
        yield from list(self.lying.values())

    def confirm(self, receipt: RawReceipt) -> None:
        self.confirmed.append(receipt.id)
        self.lying.pop(receipt.id, None)

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        whom, news, code, blame, *numbers = receipt.body.decode().split()
        if whom.startswith("code:"):
            return [Receipt(None, News(news), code.strip("-"), at=clock.now(), return_code=whom.removeprefix("code:"))]
        dispatch = None if whom.startswith("run:") else UUID(whom)
        run = UUID(whom.removeprefix("run:")) if dispatch is None else None
        counts = Counts(*map(int, numbers)) if numbers else None
        code = code.strip("-")
        return [Receipt(dispatch, News(news), code, Blame(blame), clock.now(), consignment=run, counts=counts)]


@dataclass
class ModelTexts:
    """Reminders by text message. Everybody has NemSMS unless the test says otherwise; `plan` as of a mailer."""

    provider: str = "digital-post"
    repeat_is_safe: bool = False
    answers: dict[str, bool | None] = field(default_factory=dict)
    default: bool | None = True
    plan: Callable[[TextMessage], str] | None = None
    hook: Callable[[str, TextMessage], None] | None = None
    sent: list[TextMessage] = field(default_factory=list)
    calls: int = 0

    def registered(self, ids: Sequence[PersonId]) -> Mapping[PersonId, bool | None]:
        return {one: self.answers.get(one.cpr or one.cvr or "", self.default) for one in ids}

    def send(self, message: TextMessage) -> Answer:
        self.calls += 1
        what = self.plan(message) if self.plan else "take"
        if what == "unavailable":
            raise Unavailable("busy")
        if what == "misconfigured":
            raise Misconfigured("certificate")
        if what in REFUSALS:
            return Rejected(message.id, *REFUSALS[what])
        self._reach("calling", message)
        if message.id not in {one.id for one in self.sent}:
            self.sent.append(message)
        self._reach("taken", message)
        if what == "drop":
            raise OutcomeUnknown("reset")
        return Accepted(message.id, "t")

    def _reach(self, place: str, message: TextMessage) -> None:
        if self.hook:
            self.hook(place, message)


@dataclass
class ModelPrintHouse:
    """Takes orders about print runs; `plan` as of a mailer. What became of an order is the test's to tell."""

    provider: str = "print"
    plan: Callable[[UUID, RunOrder], str] | None = None
    orders: list[tuple[UUID, RunOrder]] = field(default_factory=list)

    def order(self, run: UUID, order: RunOrder) -> None:
        what = self.plan(run, order) if self.plan else "take"
        if what == "unavailable":
            raise Unavailable("busy")
        if what == "misconfigured":
            raise Misconfigured("permission")
        if what == "defect":
            raise RuntimeError
        self.orders.append((run, order))
        if what == "drop":
            raise OutcomeUnknown("reset")


@dataclass
class World:
    """Both channels, both registers and both receipt sources."""

    digital: ModelMailer = field(default_factory=lambda: ModelMailer(Channel.DIGITAL, "digital-post"))
    paper: ModelMailer = field(
        default_factory=lambda: ModelMailer(Channel.PRINT, "print", together=100, shares_envelopes=True)
    )
    enrolment: ModelEnrolment = field(default_factory=ModelEnrolment)
    persons: ModelPersons = field(default_factory=ModelPersons)
    texts: ModelTexts = field(default_factory=ModelTexts)
    digital_receipts: ModelReceipts = field(default_factory=lambda: ModelReceipts("digital-post"))
    paper_receipts: ModelReceipts = field(default_factory=lambda: ModelReceipts("print"))
    print_house: ModelPrintHouse | None = field(default_factory=ModelPrintHouse)

    def outside(self) -> Outside:
        mailers = {Channel.DIGITAL: self.digital, Channel.PRINT: self.paper}
        sources = [self.digital_receipts, self.paper_receipts]
        return Outside(
            mailers, self.enrolment, self.persons, sources, text_messages=self.texts, print_house=self.print_house
        )

    def report(
        self, news: News = News.DELIVERED, code: str = "", blame: Blame = Blame.UNKNOWN, only: UUID | None = None
    ) -> int:
        """Each supplier says by receipt what became of every taking it has not reported; how many that were."""
        sent = 0
        for mailer, receipts in ((self.digital, self.digital_receipts), (self.paper, self.paper_receipts)):
            for one in mailer.takings:
                if not one.reported and only in (None, one.letter):
                    receipts.send(one.dispatch, news, code, blame)
                    one.reported, one.refused, sent = True, news is News.REFUSED, sent + 1
            for dispatch in mailer.duplicates:
                receipts.send(dispatch, News.DUPLICATE)
            mailer.duplicates.clear()
        return sent

    def counted(self, letter: UUID) -> int:
        """How many times the letter was taken, in both channels together."""
        return self.digital.counted(letter) + self.paper.counted(letter)

    def ever_taken(self, letter: UUID) -> bool:
        """Was it taken at all, refused later or not?"""
        return any(one.letter == letter for mailer in (self.digital, self.paper) for one in mailer.takings)
