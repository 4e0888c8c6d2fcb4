"""The nouns: what a letter is made of, and what the outside says of it. Frozen values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from outbound.countries import COUNTRY_NAMES as COUNTRY_NAMES  # for whoever reads addresses

ADDRESS_LINE = 34  # characters: PostalAddressLine of the OIO ForsendelseI schema (urn:oio:fjernprint:1.0.0)


class Channel(StrEnum):
    """The way out of the house; `none` is a route's word for "nowhere yet"."""

    DIGITAL = "digital"
    PRINT = "print"
    NONE = "none"


class Lane(StrEnum):
    """Letters of a mailing go beside the single ones, so that 100,000 never delay one."""

    SINGLE = "single"
    MAILING = "mailing"


class Role(StrEnum):
    """Why somebody gets this letter."""

    PARTY = "party"
    PARENT = "parent"
    REPRESENTATIVE = "representative"
    COPY = "copy"


class Wish(StrEnum):
    """The sender's say in the channel. `paper` and `digital` need a stated reason."""

    ANY = "any"
    PAPER = "paper"
    DIGITAL = "digital"


class Format(StrEnum):
    """How large a letter is set."""

    NORMAL = "normal"
    LARGE = "storskrift"  # large print, for those who need it


class WaitsFor(StrEnum):
    """Who can end the waiting of a HELD letter."""

    SENDER = "sender"
    DEPARTMENT = "department"
    OPERATIONS = "operations"


class Blame(StrEnum):
    """What a refusal is about."""

    RECIPIENT = "recipient"  # not on this channel: another channel may do
    LETTER = "letter"  # not at all: its sender must mend it
    UNKNOWN = "unknown"  # a code we do not know: a person decides, and the dispatch stays in doubt


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address: who, then up to three lines, then postcode and town; ISO 3166 alpha-2 country.

    Abroad, the postcode stands in `town` as the country writes it and `postcode` is empty.
    """

    name: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    postcode: str = field(repr=False)
    town: str = field(repr=False)
    country: str = "DK"

    def as_lines(self) -> tuple[str, ...]:
        """The address as it is written on the envelope, top line first."""
        last = f"{self.postcode} {self.town}".strip()
        abroad = () if self.country == "DK" else (COUNTRY_NAMES.get(self.country, self.country),)
        return (self.name, *self.lines, last, *abroad)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a letter is for. At most one of `cpr` (10 digits) and `cvr` (8 digits); neither = address only."""

    role: Role
    name: str = field(repr=False)
    cpr: str | None = field(default=None, repr=False)
    cvr: str | None = field(default=None, repr=False)
    address: Address | None = field(default=None, repr=False)

    @property
    def number(self) -> str | None:
        """CPR or CVR, whichever there is."""
        return self.cpr or self.cvr

    @property
    def id_type(self) -> Literal["CPR", "CVR"] | None:
        """MeMo's idType; None where only an address is known."""
        return "CPR" if self.cpr else "CVR" if self.cvr else None


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A finished PDF handed in by a system: its bytes, its title in the mailbox and the day it is dated.

    `must_not_occur`: addresses that its sender says must not stand in it. They are checked at the door and not kept.
    """

    pdf: bytes = field(repr=False)
    title: str = field(repr=False)
    dated: date
    must_not_occur: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A finished PDF that goes with a letter (bilag): beside it in the mailbox, behind it on paper.

    `pages` is 0 until somebody has counted them. `must_not_occur` as with a ready-made PDF.
    """

    pdf: bytes = field(repr=False)
    title: str = field(repr=False)
    pages: int = 0
    must_not_occur: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """One call of a specialist system: one letter for each recipient, linked by one reference.

    `format` holds for all recipients; `own_formats`, by the place of a recipient, outranks it.
    """

    system: str
    reference: str
    department: str
    letter_type: str
    recipients: tuple[Recipient, ...]
    fields: Mapping[str, Any] | None = field(default=None, repr=False)
    ready_made: ReadyMade | None = None
    attachments: tuple[Attachment, ...] = ()
    case_number: str = ""
    wish: Wish = Wish.ANY
    wish_reason: str = field(default="", repr=False)  # free text: lives under the seal
    format: Format = Format.NORMAL
    own_formats: Mapping[int, Format] = field(default_factory=dict)
    one_parent_reason: str = field(default="", repr=False)  # why a letter for both parents goes to one; sealed, too
    not_before: date | None = None
    useful_until: date | None = None
    mailing_id: UUID | None = None
    follows: UUID | None = None  # the letter that this one is sent again for
    corrects: UUID | None = None  # the faulty letter whose correction this one is
    answers: UUID | None = None  # the recipient's own message in Digital Post that this one answers

    def format_of(self, number: int) -> Format:
        """How large the letter to the recipient at this place is set."""
        return self.own_formats.get(number, self.format)


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mailing (masseforsendelse): letters that belong together and go in the mailing lane."""

    id: UUID
    system: str
    reference: str
    department: str
    title: str


@dataclass(frozen=True, slots=True)
class Action:
    """What the mailbox offers beside a letter: an address to go to, or a meeting (`place`, `about`, both times)."""

    kind: str
    label: str = field(repr=False)
    url: str = field(default="", repr=False)
    starts: datetime | None = field(default=None, repr=False)
    ends: datetime | None = field(default=None, repr=False)
    place: str = field(default="", repr=False)
    about: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A finished letter: PDF, its accessible HTML twin (None for a ready-made PDF) and what the printer must know.

    `dated` is the day printed on it. `sheets` counts paper (A4) for the letter's own plex, cover sheet included.

    `attachments` are named on it. For print `pdf` holds their pages too (their own `pdf` is empty here), for the
    mailbox it is the letter alone; `pages` and `sheets` are those of the whole on paper either way.
    `return_code`: what stands in its window for the post that comes back; empty where nothing does.
    """

    pdf: bytes = field(repr=False)
    title: str = field(repr=False)
    dated: date
    pages: int
    sheets: int
    html: str | None = field(default=None, repr=False)
    template_version: str = ""
    attachments: tuple[Attachment, ...] = ()
    actions: tuple[Action, ...] = ()
    inserts: tuple[str, ...] = ()  # codes of what the printer adds from its stock
    plex: str = "duplex"  # or simplex
    language: str = "da"  # a tag of BCP 47
    return_code: str = ""


class Mailbox(StrEnum):
    """The look-up's answer: enrolled; not enrolled, and why; unknown. A failed look-up is not an answer."""

    ENROLLED = "enrolled"
    CLOSED = "closed"  # dead citizen, dissolved company
    EXEMPT = "exempt"
    LEFT_THE_COUNTRY = "left-the-country"  # exempt for that reason
    NOT_YET_ACTIVE = "not-yet-active"
    UNDER_15 = "under-15"
    NOT_ENROLLED = "not-enrolled"  # reason unknown
    UNKNOWN = "unknown"


class Life(StrEnum):
    """The person register's word on somebody."""

    ALIVE = "alive"  # a company: active
    DEAD = "dead"  # a company: dissolved
    NOT_FOUND = "not-found"
    UNKNOWN = "unknown"  # no usable answer


@dataclass(frozen=True, slots=True)
class Person:
    """What the person register answers: life sign, name and address now, protection, current CPR."""

    life: Life
    name: str = field(default="", repr=False)
    address: Address | None = field(default=None, repr=False)
    protected: bool = False
    current_cpr: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """The department that a recipient may turn to; `point` is the id of its contact point in Digital Post."""

    name: str
    mail: str = ""
    phone: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a letter is about by KLE, the municipalities' common list of subjects: `number` as 32.06.04, `version` the
    edition of the list, `facet` what is being done (handlingsfacet)."""

    number: str
    version: str
    title: str
    facet: str = ""


@dataclass(frozen=True, slots=True)
class InMailbox:
    """What the digital mailbox is told beside the letter; nothing of it stands on paper.

    `label` is its heading (empty: the letter's title), `notification` the text of the mail or text message about it
    (empty: who it is from), `reply` whether the recipient may answer, `answers` the recipient's own message.
    """

    label: str = ""
    notification: str = ""
    reply: bool = False
    contact: Contact | None = None
    subject: Subject | None = None
    answers: UUID | None = None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """This letter in this consignment: the try that may count. Its id is the MeMo messageUUID or the print job id."""

    id: UUID
    letter: UUID
    recipient: Recipient
    document: Document
    department: str
    reference: str
    case_number: str = ""
    envelope: str = ""  # C5, C4; print only
    letter_class: str = ""  # economy, quick …; print only
    colour: bool = False
    cost_centre: str = ""  # whom to bill: the department's on that day; print only
    return_code: str = ""  # what stands in the window for the post that comes back; print only
    envelope_of: UUID | None = None  # the dispatch in whose envelope it goes too; None = an envelope of its own
    in_mailbox: InMailbox = InMailbox()  # digital only


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A reminder by text message (NemSMS): its id is the MeMo messageUUID, its text has at most 150 characters."""

    id: UUID
    recipient: Recipient
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consignment:
    """What is handed over in one act under one id: one MeMo, one container, one print run.

    `fence` is the claim token of the worker that hands it over: it stands in temporary names at the supplier, so
    that a worker whose claim was recovered cannot finish what another began. `proof`: a print run to be looked at,
    never posted.
    """

    id: UUID
    channel: Channel
    provider: str
    lane: Lane
    closed_at: datetime
    dispatches: tuple[Dispatch, ...]
    fence: str
    proof: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The supplier took the letter (or says it has it already)."""

    dispatch: UUID
    transmission: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The supplier did not take the letter, and says so. `code` is the supplier's own stand code, never its text."""

    dispatch: UUID
    code: str
    blame: Blame


Answer = Accepted | Rejected


@dataclass(frozen=True, slots=True)
class Taken:
    """`ask`: the supplier has it."""

    transmission: str = ""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """`ask`: the supplier certainly has nothing of it. `resume`: our half of it lies there and may be finished."""

    resume: bool = False


@dataclass(frozen=True, slots=True)
class CannotSay:
    """`ask`: no answer can be had now."""


class News(StrEnum):
    """What a receipt tells about a dispatch."""

    RECEIVED = "received"  # taken, no more
    DELIVERED = "delivered"  # available in the mailbox / handed to the postal service
    RETURNED = "returned"
    REFUSED = "refused"  # by `Receipt.blame`
    DUPLICATE = "duplicate"  # refused because they have it already: evidence of taking
    TRY_AGAIN = "try-again"  # the supplier threw it away unworked
    UNCLEAR = "unclear"  # something has happened to it after it was taken, by a code we do not know
    HELD_BACK = "held-back"  # a run: not printed until we release it, as we asked
    LET_GO = "let-go"  # a run: released again, as we asked
    RECALLED = "recalled"  # a run: nothing of it was printed or will be, as we asked
    TOO_LATE = "too-late"  # a run: it cannot be held back or recalled any more


class ReturnReason(StrEnum):
    """Why a letter came back, as far as somebody says."""

    ADDRESSEE_UNKNOWN = "addressee-unknown"
    MOVED = "moved"
    REFUSED = "refused-by-addressee"
    NOT_COLLECTED = "not-collected"
    DECEASED = "deceased"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, code: str) -> "ReturnReason":
        """The reason that a supplier's stand code names in our words; UNKNOWN for any other."""
        found = code.lower().replace(".", "-").replace("_", "-")
        return cls(found) if found in {str(one) for one in cls} else cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class Counts:
    """The control totals of a print run, as we know them or as the printer counted."""

    letters: int
    envelopes: int
    pages: int
    sheets: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One piece of news about one dispatch, or about a whole consignment (then `dispatch` is None).

    `at` is the supplier's time; `amount` its price in øre, where given; `counts` what a printer counted in a run.
    `return_code`: the letter is known by the code in its window alone. `by`: who of ours says so, with the letter in
    the hand; empty: the supplier. `foreign`: it names another system than ours as the sender, so that nobody is to look
    for its letter where none is found.
    """

    dispatch: UUID | None
    news: News
    code: str = ""
    blame: Blame = Blame.UNKNOWN
    at: datetime | None = None
    amount: int | None = None
    consignment: UUID | None = None
    foreign: bool = False
    counts: Counts | None = None
    return_code: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class RawReceipt:
    """A receipt as it came, kept whole until it is settled. `id` is unique at its provider; empty where it has none
    that can be used: then the inbox knows it by a keyed fingerprint of its body, for a plain one would tell it."""

    provider: str
    id: str
    body: bytes = field(repr=False)
