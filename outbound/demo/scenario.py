"""Who writes to whom in the demo, and how each letter must end. The outside picks an outcome by the number's ending.

docs/simulators.md has the outcomes. 200 letters of seven departments: seven systems hand in single ones, one of them a
mailing as well.
"""

from dataclasses import dataclass
from enum import StrEnum

from outbound.letter import Wish
from outbound.life import Status
from outbound.routing import Route

DECISION, NOTICE, READY_MADE = "boligstoette-afgoerelse", "moedeindkaldelse", "faerdigt-brev"


class Kind(StrEnum):
    """What sort of number the outside is asked for."""

    PERSON = "person"
    CHILD = "child"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Group:
    """So many letters alike. `together` recipients share one submission (parents of one child).

    `enclosing`: with attachments. `to_one`: all of them to the same person, in calls of their own.
    """

    system: str
    department: str
    letter_type: str
    letters: int
    route: Route
    end: Status = Status.DELIVERED
    outcome: str = "well"
    kind: Kind = Kind.PERSON
    together: int = 1
    wish: Wish = Wish.ANY
    addressed: bool = False
    numbered: bool = True
    mailing: bool = False
    enclosing: bool = False
    to_one: bool = False


def _housing(
    letters: int,
    route: Route,
    end: Status = Status.DELIVERED,
    outcome: str = "well",
    wish: Wish = Wish.ANY,
    enclosing: bool = False,
) -> Group:
    return Group(
        "boligstoette", "borgerservice", DECISION, letters, route, end, outcome, wish=wish, enclosing=enclosing
    )  # fmt: skip


def _jobs(
    letters: int,
    route: Route,
    end: Status = Status.DELIVERED,
    outcome: str = "well",
    wish: Wish = Wish.ANY,
    to_one: bool = False,
) -> Group:
    return Group("jobcenter", "beskaeftigelse", NOTICE, letters, route, end, outcome, wish=wish, to_one=to_one)


def _mailing(letters: int, route: Route, end: Status = Status.DELIVERED, outcome: str = "well") -> Group:
    return Group("jobcenter", "borgerservice", NOTICE, letters, route, end, outcome, mailing=True)


def _school(
    letters: int,
    route: Route,
    outcome: str = "well",
    kind: Kind = Kind.PERSON,
    together: int = 1,
    addressed: bool = False,
    numbered: bool = True,
) -> Group:
    return Group(
        "skole", "boern-og-skole", READY_MADE, letters, route, outcome=outcome, kind=kind, together=together,
        addressed=addressed, numbered=numbered,
    )  # fmt: skip


FURTHER = {
    "teknik": ("teknik-og-miljoe", "byggetilladelse"),
    "sociale-ydelser": ("social", "partshoering"),
    "omsorg": ("sundhed-og-omsorg", "folkepension-helbredstillaeg"),
    "debitor": ("oekonomi", "opkraevning"),
}
"""Systems that hand in a few letters each: for which department, and of which letter type."""


def _few(system: str, letters: int, route: Route, outcome: str = "well") -> Group:
    department, letter_type = FURTHER[system]
    return Group(system, department, letter_type, letters, route, outcome=outcome)


HELD, RETURNED, WAITING = Status.HELD, Status.RETURNED, Status.RENDERED

SINGLE = (
    _housing(24, Route.ENROLLED),
    _housing(2, Route.ENROLLED, enclosing=True),
    _housing(4, Route.EXEMPT, outcome="exempt"),
    _housing(1, Route.EXEMPT, outcome="exempt_protected"),
    _housing(1, Route.EXEMPT, outcome="exempt_abroad"),
    _housing(1, Route.EXEMPT, RETURNED, "print_returned"),
    _housing(2, Route.NOT_YET_ACTIVE, outcome="unconfirmed"),
    _housing(2, Route.NOT_ENROLLED, outcome="absent"),
    _housing(3, Route.DIGITAL_REFUSED, outcome="refused_closed"),
    _housing(1, Route.PAPER_DEMANDED, wish=Wish.PAPER, enclosing=True),
    _housing(1, Route.MAILBOX_CLOSED, HELD, "closed"),
    _housing(1, Route.RECIPIENT_DEAD, HELD, "absent_dead"),
    _housing(1, Route.NO_POSTAL_ADDRESS, HELD, "exempt_no_address"),
    _housing(1, Route.LOOK_UP_UNKNOWN, WAITING, "unknown"),
    _school(20, Route.ENROLLED, together=2),
    _school(4, Route.UNDER_15, "awaiting", Kind.CHILD),
    _school(3, Route.ENROLLED, kind=Kind.COMPANY),
    _school(3, Route.NO_NUMBER, addressed=True, numbered=False),
    _jobs(15, Route.ENROLLED),
    _jobs(2, Route.ENROLLED, outcome="completed_late"),
    _jobs(1, Route.ENROLLED, outcome="protected"),
    _jobs(1, Route.EXEMPT, outcome="exempt"),
    _jobs(2, Route.EXEMPT, outcome="exempt", to_one=True),
    _jobs(1, Route.EXEMPT, outcome="markup_name"),
    _jobs(1, Route.NOT_YET_ACTIVE, outcome="before_unconfirmed"),
    _jobs(1, Route.RECIPIENT_DEAD, HELD, "refused_dead"),
    _jobs(1, Route.DIGITAL_NOT_ENROLLED, HELD, "exempt", wish=Wish.DIGITAL),
    _few("teknik", 9, Route.ENROLLED),
    _few("teknik", 1, Route.EXEMPT, "exempt"),
    _few("sociale-ydelser", 6, Route.ENROLLED),
    _few("sociale-ydelser", 2, Route.EXEMPT, "exempt"),
    _few("sociale-ydelser", 1, Route.EXEMPT, "exempt_protected"),
    _few("sociale-ydelser", 1, Route.NOT_ENROLLED, "absent"),
    _few("omsorg", 5, Route.ENROLLED),
    _few("omsorg", 4, Route.EXEMPT, "exempt"),
    _few("omsorg", 1, Route.NOT_YET_ACTIVE, "unconfirmed"),
    _few("debitor", 8, Route.ENROLLED),
    _few("debitor", 1, Route.EXEMPT, "exempt"),
    _few("debitor", 1, Route.DIGITAL_REFUSED, "refused_closed"),
)
MAILING = (
    _mailing(50, Route.ENROLLED),
    _mailing(8, Route.EXEMPT, outcome="exempt"),
    _mailing(1, Route.EXEMPT, outcome="exempt_protected"),
    _mailing(1, Route.DIGITAL_REFUSED, outcome="refused_closed"),
)
SYSTEMS = tuple(dict.fromkeys(group.system for group in SINGLE))
LETTERS = sum(group.letters for group in (*SINGLE, *MAILING))

TOLD_BY_YES_OR_NO = {
    Route.EXEMPT: Route.NOT_ENROLLED,
    Route.NOT_YET_ACTIVE: Route.NOT_ENROLLED,
    Route.UNDER_15: Route.NOT_ENROLLED,
    Route.MAILBOX_CLOSED: Route.RECIPIENT_DEAD,
}
"""The routes where a look-up says yes or no and no more, as SF1601's does: who is dead is then the register's word."""
