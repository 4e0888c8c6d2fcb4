"""Recipients choose their outcome: the last two digits of a CPR or CVR number pick a row of this table.

Statuses of look-up and receipts: NgDP OpenAPI 1.68. The refusal 6003 `recipient.is.closed`: jens.bruntt.dk.
`memo.invalid` and `file.extension.not.allowed` are seen codes; every other code here is invented and says so.
"""

from dataclasses import dataclass
from enum import StrEnum


class Lookup(StrEnum):
    """What `GET contacts/` shows for a recipient."""

    REGISTERED = "registered"
    EXEMPT = "exempt"
    LEFT_THE_COUNTRY = "left-the-country"
    CLOSED = "closed"
    UNCONFIRMED = "unconfirmed"
    BEFORE_UNCONFIRMED = "before-unconfirmed"
    AWAITING = "awaiting"
    ABSENT = "absent"
    NO_SUBSCRIPTION = "no-subscription"
    UNKNOWN = "unknown"
    ERROR = "error"
    BREAKS_PAGE = "breaks-page"


class Sending(StrEnum):
    """What becomes of a MeMo that was handed in for a recipient."""

    COMPLETED = "completed"
    LATE = "late"
    NEVER = "never"
    IS_CLOSED = "is-closed"
    NOT_ALLOWED = "not-allowed"
    FILE_NOT_ALLOWED = "file-not-allowed"
    MEMO_INVALID = "memo-invalid"
    UNKNOWN_CODE = "unknown-code"
    REFUSED_AT_THE_DOOR = "refused-at-the-door"
    NO_SUBSCRIPTION = "no-subscription"  # of a NemSMS


class Register(StrEnum):
    """What the person register knows."""

    ALIVE = "alive"
    DEAD = "dead"
    PROTECTED = "protected"
    ABROAD = "abroad"
    NO_ADDRESS = "no-address"
    EMIGRATED = "emigrated"
    CHANGED = "changed"
    NOT_FOUND = "not-found"
    UNAVAILABLE = "unavailable"
    LONG_NAME = "long-name"
    MARKUP_NAME = "markup-name"


class Printing(StrEnum):
    """What the printing house does with the letter; it reads it from the street in the address window."""

    POSTED = "posted"
    REFUSED = "refused"
    RETURNED = "returned"
    UNKNOWN_CODE = "unknown-code"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: the name a test asks for, and what each of the three simulators does."""

    name: str
    lookup: Lookup = Lookup.REGISTERED
    sending: Sending = Sending.COMPLETED
    register: Register = Register.ALIVE
    printing: Printing = Printing.POSTED
    nemsms: bool = True  # a mobile is registered for NemSMS, which is signed up for apart from Digital Post


WELL = Outcome("well")

TABLE: dict[str, Outcome] = {
    "60": Outcome("exempt", Lookup.EXEMPT),
    "61": Outcome("closed", Lookup.CLOSED, Sending.IS_CLOSED, Register.DEAD),
    "62": Outcome("left_the_country", Lookup.LEFT_THE_COUNTRY, Sending.IS_CLOSED, Register.ABROAD),
    "63": Outcome("unconfirmed", Lookup.UNCONFIRMED, Sending.IS_CLOSED),
    "64": Outcome("before_unconfirmed", Lookup.BEFORE_UNCONFIRMED, Sending.IS_CLOSED),
    "65": Outcome("awaiting", Lookup.AWAITING, Sending.IS_CLOSED),
    "66": Outcome("absent", Lookup.ABSENT, Sending.IS_CLOSED),
    "67": Outcome("no_subscription", Lookup.NO_SUBSCRIPTION, Sending.IS_CLOSED),
    "68": Outcome("unknown", Lookup.UNKNOWN),
    "69": Outcome("lookup_error", Lookup.ERROR),
    "70": Outcome("lookup_breaks_page", Lookup.BREAKS_PAGE),
    "71": Outcome("refused_closed", sending=Sending.IS_CLOSED),
    "72": Outcome("refused_dead", sending=Sending.IS_CLOSED, register=Register.DEAD),
    "73": Outcome("not_allowed", sending=Sending.NOT_ALLOWED),
    "74": Outcome("file_not_allowed", sending=Sending.FILE_NOT_ALLOWED),
    "75": Outcome("memo_invalid", sending=Sending.MEMO_INVALID),
    "76": Outcome("unknown_code", sending=Sending.UNKNOWN_CODE),
    "77": Outcome("completed_late", sending=Sending.LATE),
    "78": Outcome("never_receipt", sending=Sending.NEVER),
    "79": Outcome("refused_at_the_door", sending=Sending.REFUSED_AT_THE_DOOR),
    "80": Outcome("absent_dead", Lookup.ABSENT, Sending.IS_CLOSED, Register.DEAD),
    "81": Outcome("exempt_protected", Lookup.EXEMPT, Sending.IS_CLOSED, Register.PROTECTED),
    "82": Outcome("exempt_abroad", Lookup.EXEMPT, Sending.IS_CLOSED, Register.ABROAD),
    "83": Outcome("exempt_no_address", Lookup.EXEMPT, Sending.IS_CLOSED, Register.NO_ADDRESS),
    "84": Outcome("emigrated", Lookup.LEFT_THE_COUNTRY, Sending.IS_CLOSED, Register.EMIGRATED),
    "85": Outcome("changed_number", Lookup.ABSENT, Sending.IS_CLOSED, Register.CHANGED),
    "86": Outcome("exempt_not_found", Lookup.EXEMPT, Sending.IS_CLOSED, Register.NOT_FOUND),
    "87": Outcome("exempt_register_error", Lookup.EXEMPT, Sending.IS_CLOSED, Register.UNAVAILABLE),
    "88": Outcome("protected", register=Register.PROTECTED),
    "89": Outcome("no_address", register=Register.NO_ADDRESS),
    "90": Outcome("print_refused", Lookup.EXEMPT, Sending.IS_CLOSED, printing=Printing.REFUSED),
    "91": Outcome("print_returned", Lookup.EXEMPT, Sending.IS_CLOSED, printing=Printing.RETURNED),
    "92": Outcome("print_unknown_code", Lookup.EXEMPT, Sending.IS_CLOSED, printing=Printing.UNKNOWN_CODE),
    "93": Outcome("print_never", Lookup.EXEMPT, Sending.IS_CLOSED, printing=Printing.NEVER),
    "94": Outcome("long_name", Lookup.EXEMPT, Sending.IS_CLOSED, Register.LONG_NAME),
    "95": Outcome("markup_name", Lookup.EXEMPT, Sending.IS_CLOSED, Register.MARKUP_NAME),
    "96": Outcome("refused_no_address", sending=Sending.IS_CLOSED, register=Register.NO_ADDRESS),
    "97": Outcome("absent_not_found", Lookup.ABSENT, Sending.IS_CLOSED, Register.NOT_FOUND),
    "98": Outcome("no_nemsms", nemsms=False),
}
"""Every ending that is not here (00-59, 99) is WELL: enrolled, delivered, alive, printed and posted."""

STREETS: dict[Printing, str] = {
    Printing.REFUSED: "Afvisningsvej",
    Printing.RETURNED: "Returvænget",
    Printing.UNKNOWN_CODE: "Gådestræde",
    Printing.NEVER: "Tavshedsgade",
}
"""The invented streets by which a letter's printing is chosen: the printing house sees no CPR number."""


def outcome_of(number: str) -> Outcome:
    """The row that a CPR or CVR number picks by its last two digits."""
    return TABLE.get(number[-2:], WELL)


def endings(name: str) -> list[str]:
    """The two-digit endings that pick an outcome. Raises KeyError for a name that is not in the table."""
    if name == WELL.name:
        return [f"{n:02d}" for n in range(60)]
    found = [digits for digits, row in TABLE.items() if row.name == name]
    if not found:
        raise KeyError(f"No outcome is called {name!r}; see adapters/simulators/outcomes.py.")
    return found
