"""What the outside must offer, and the errors it may raise.

No error here carries a number, a name or a supplier's words: the class and its stand code say it all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from outbound.letter import (
    Answer,
    Blame,
    CannotSay,
    Channel,
    Consignment,
    Lane,
    Mailbox,
    NotTaken,
    Person,
    RawReceipt,
    Receipt,
    Taken,
    TextMessage,
)


class OutsideError(Exception):
    """Something outside did not go as it should. `code` is a stand code of ours or of the supplier."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(OutsideError):
    """Nothing was taken: no connection, 429, closed hours, a 503 that the supplier declares. Try again later."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after  # seconds, where the supplier says


class OutcomeUnknown(OutsideError):
    """The request left and no usable answer came: it may have been taken."""


class Refused(OutsideError):
    """Not taken, said plainly: not on this channel (recipient), not at all (letter), or a code we do not know."""

    def __init__(self, code: str, blame: Blame) -> None:
        super().__init__(code)
        self.blame = blame


class Misconfigured(OutsideError):
    """Nobody's letter passes: certificate, 401, 403, host key. Nothing was taken; a person must mend the channel."""


class Gone(OutsideError):
    """A system says that its webhook is no more (410): nothing is to be sent there again."""


@dataclass(frozen=True, slots=True)
class PersonId:
    """Whom to ask about: at most one of CPR (10 digits) and CVR (8 digits). Its repr shows neither."""

    cpr: str | None = None
    cvr: str | None = None

    def __repr__(self) -> str:
        return "PersonId(…)"


class Mailer(Protocol):
    """A channel out of the house: the digital mailbox or remote print."""

    channel: Channel
    provider: str
    repeat_is_safe: bool
    """May the same id be handed over twice without a second letter? A setting of the provider, default no."""

    largest: int
    """The most bytes of PDF that one letter may have on this channel."""

    most_bytes: int
    """The most bytes of PDF in a consignment of several; a letter that has more goes alone."""

    shares_envelopes: bool
    """Can several letters of a consignment go in one envelope (`Dispatch.envelope_of`)? Such letters have one fate: a
    mailer that does not hand over one of them hands over none of that envelope."""

    def gathers(self, lane: Lane) -> int:
        """The most letters in one consignment of this lane: 1, or many."""
        ...

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """Hand it over; an answer per dispatch, each as soon as it is known.

        Raises Unavailable, Misconfigured (nothing was taken), Refused (the whole consignment) or OutcomeUnknown.
        After the first answer only OutcomeUnknown may be raised.
        """
        ...

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        """Was it taken? NotTaken only where nothing can be on its way any more. Never raises."""
        ...


class RunOrder(StrEnum):
    """What a printer can be asked to do with a run that it has."""

    HOLD = "hold"  # do not print it yet
    RELEASE = "release"
    RECALL = "recall"  # do not print it at all


class PrintHouse(Protocol):
    """Orders about print runs. What became of an order comes as a receipt (News.HELD_BACK and the three after it)."""

    provider: str

    def order(self, run: UUID, order: RunOrder) -> None:
        """Ask for it; the same order may be given again. Raises Unavailable, Misconfigured or OutcomeUnknown."""
        ...


class EnrolmentRegister(Protocol):
    """Who can receive Digital Post."""

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Mailbox]:
        """An answer for every id; UNKNOWN where none could be had. Never raises OutsideError."""
        ...


class TextMessages(Protocol):
    """Reminders by text message (NemSMS): who gets them, and the way to them. Never a substitute for a letter.

    Whoever has NemSMS signed up for it apart from Digital Post, and may be exempt from that.
    """

    provider: str
    repeat_is_safe: bool
    """May the same id be handed over twice without a second text message? A setting of the provider, default no."""

    def registered(self, ids: Sequence[PersonId]) -> Mapping[PersonId, bool | None]:
        """Has each of them NemSMS? None where no answer could be had. Never raises OutsideError."""
        ...

    def send(self, message: TextMessage) -> Answer:
        """Hand one over. Raises Unavailable, Misconfigured (nothing was taken) or OutcomeUnknown."""
        ...


class PersonRegister(Protocol):
    """Name, address, protection, death, current CPR."""

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """An answer for every id; Life.UNKNOWN where none could be had. Never raises OutsideError."""
        ...


class ReceiptSource(Protocol):
    """Receipts that we fetch."""

    provider: str

    def fetch(self) -> Iterator[RawReceipt]:
        """What lies there now, oldest first. Raises Unavailable or Misconfigured."""
        ...

    def confirm(self, receipt: RawReceipt) -> None:
        """We have it, committed: the provider may delete it. May be called again. Raises Unavailable."""
        ...

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """Its news, one or more; empty where it tells nothing we act on. Raises ValueError where it is unreadable."""
        ...


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may knock at a door, by the certificate they show.

    `setting`: what the settings' names begin with, for sentences (`DIGITAL_POST_PUSH`). `authorities`: a PEM file of
    those who may vouch for them. `named`: the certificates themselves, each by its SHA-256 fingerprint or by parts of
    its subject; an authority of a whole country vouches for everybody in it, so that none named is nobody let in.
    """

    setting: str
    authorities: Path
    named: tuple[str, ...]


class ReceiptDoor(Protocol):
    """Receipts that are pushed to us: opened at `path` by a process of its own (`python -m outbound.web.receipts`)."""

    provider: str
    path: str
    callers: Callers

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """Its news, as in ReceiptSource."""
        ...

    def answer(self) -> tuple[str, bytes]:
        """Media type and body of the answer that says: committed."""
        ...


class HookDoor(Protocol):
    """The address at which a specialist system takes its webhooks."""

    def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Hand it one. Raises Gone (410), or another OutsideError for everything that is not a plain 2xx in time."""

    def close(self) -> None:
        """Let go of its connections; the next call opens new ones."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything outside, as `adapters.connect` chose it."""

    mailers: Mapping[Channel, Mailer]
    enrolment: EnrolmentRegister
    persons: PersonRegister
    sources: Sequence[ReceiptSource]
    doors: Sequence[ReceiptDoor] = ()
    text_messages: TextMessages | None = None
    print_house: PrintHouse | None = None  # None: the printer takes no orders about runs
    readers: Mapping[str, Callable[[RawReceipt], Sequence[Receipt]]] = field(default_factory=dict)
    """How receipts of every supplier are read, by its name, also of a road that is not chosen now: what was committed
    before the road was changed is still to be worked."""
    hooks: Mapping[str, HookDoor] = field(default_factory=dict)
    """The specialist systems that take webhooks, by their names."""
