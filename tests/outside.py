"""Models of the suppliers, in the test's own process: for tests that need every ordering, not the wire.

They implement the ports, record every taking, and do what the test says next. The wire itself is tested in
tests/adapters against simulators that are processes of their own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
)
from outbound.ports import OutcomeUnknown, Outside, PersonId, Unavailable

HOME_ADDRESS = Address("Solvej Prøvesen", ("Prøvevej 7, 2. tv.",), "8000", "Aarhus C")


@dataclass
class Taking:
    """A supplier took this dispatch; `refused` once it said by receipt that it does not count."""

    dispatch: UUID
    letter: UUID
    channel: Channel
    consignment: UUID
    refused: bool = False


@dataclass
class ModelMailer:
    """A channel. `plan` is asked for each hand-over what to do; the default takes and answers."""

    channel: Channel
    provider: str
    repeat_is_safe: bool = False
    largest: int = 50_000_000
    together: int = 1
    repeat: str = "same"  # same | duplicate | second
    plan: Callable[[Consignment], str] | None = None
    takings: list[Taking] = field(default_factory=list)
    seen: set[UUID] = field(default_factory=set)
    calls: int = 0
    can_ask: bool = False

    def gathers(self, lane: Lane) -> int:
        return self.together

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        self.calls += 1
        what = self.plan(consignment) if self.plan else "take"
        if what == "unavailable":
            raise Unavailable("busy")
        if what == "nothing":
            raise OutcomeUnknown("timeout")
        if what == "refuse":
            yield from (Rejected(one.id, "recipient.is.closed", Blame.RECIPIENT) for one in consignment.dispatches)
            return
        if what == "refuse-letter":
            yield from (Rejected(one.id, "memo.invalid", Blame.LETTER) for one in consignment.dispatches)
            return
        if what == "refuse-unknown":
            yield from (Rejected(one.id, "new.code", Blame.UNKNOWN) for one in consignment.dispatches)
            return
        self.take(consignment)
        if what == "drop":
            raise OutcomeUnknown("reset")
        yield from (Accepted(one.id, "t") for one in consignment.dispatches)

    def take(self, consignment: Consignment) -> None:
        for one in consignment.dispatches:
            if one.id in self.seen and self.repeat != "second":
                continue
            self.seen.add(one.id)
            self.takings.append(Taking(one.id, one.letter, self.channel, consignment.id))

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        if not self.can_ask:
            return CannotSay()
        return Taken() if any(t.consignment == consignment.id for t in self.takings) else NotTaken()

    def counted(self, letter: UUID) -> int:
        """Takings of this letter that count."""
        return sum(1 for t in self.takings if t.letter == letter and not t.refused)


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
        whom, news, code, blame = receipt.body.decode().split()
        dispatch = None if whom.startswith("run:") else UUID(whom)
        run = UUID(whom.removeprefix("run:")) if dispatch is None else None
        return [Receipt(dispatch, News(news), code.strip("-"), Blame(blame), clock.now(), consignment=run)]


@dataclass
class World:
    """Both channels, both registers and both receipt sources."""

    digital: ModelMailer = field(default_factory=lambda: ModelMailer(Channel.DIGITAL, "ngdp"))
    paper: ModelMailer = field(default_factory=lambda: ModelMailer(Channel.PRINT, "print", together=100))
    enrolment: ModelEnrolment = field(default_factory=ModelEnrolment)
    persons: ModelPersons = field(default_factory=ModelPersons)
    digital_receipts: ModelReceipts = field(default_factory=lambda: ModelReceipts("ngdp"))
    paper_receipts: ModelReceipts = field(default_factory=lambda: ModelReceipts("print"))

    def outside(self) -> Outside:
        mailers = {Channel.DIGITAL: self.digital, Channel.PRINT: self.paper}
        return Outside(mailers, self.enrolment, self.persons, [self.digital_receipts, self.paper_receipts])

    def counted(self, letter: UUID) -> int:
        """How many times the letter was taken, in both channels together."""
        return self.digital.counted(letter) + self.paper.counted(letter)
