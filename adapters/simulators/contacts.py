"""The contact register of Digital Post: who is enrolled (NgDP OpenAPI 1.68, `contacts/`).

Which public status goes with the waiting details (UNCONFIRMED_REGISTRATION and its kin) is not published; since such
a mailbox "cannot receive", the register here says EXEMPT, its word for that.
"""

import uuid
from typing import Any
from urllib.parse import parse_qs

from adapters.simulators.answers import error, page_of
from adapters.simulators.outcomes import Lookup, outcome_of
from adapters.simulators.wire import Reply, Request

MOST_CRITERIA = 5000
LENGTHS = {"cprNumber": 10, "cvrNumber": 8}

STATUSES: dict[Lookup, tuple[str | None, str | None]] = {
    Lookup.EXEMPT: ("EXEMPT", "EXEMPT_OTHER_REASON"),
    Lookup.LEFT_THE_COUNTRY: ("EXEMPT", "EXEMPT_LEFT_THE_COUNTRY"),
    Lookup.CLOSED: ("CLOSED", None),
    Lookup.UNCONFIRMED: ("EXEMPT", "UNCONFIRMED_REGISTRATION"),
    Lookup.BEFORE_UNCONFIRMED: ("EXEMPT", "BEFORE_UNCONFIRMED_REGISTRATION"),
    Lookup.AWAITING: ("EXEMPT", "CREATED_AWAITING_REGISTRATION"),
    Lookup.UNKNOWN: ("UNKNOWN", None),
    Lookup.ERROR: (None, None),
}
"""Public status and detail; ERROR is the damaged row that a look-up of many shows for one it could not look up."""

NO_MOBILE = {Lookup.CLOSED, Lookup.ERROR, Lookup.NO_SUBSCRIPTION}
"""Of these no mobile is registered for NemSMS. The exempt may have one (digst.dk), and companies here have none."""


async def look_up(request: Request) -> Reply | None:
    """`GET contacts/`: one number, several, or many in the body with isBulkLookup=true. Raises ValueError."""
    numbers, page = _criteria(request), page_of(request)
    if _breaks(numbers, request.one("isBulkLookup") == "true"):
        return error(503, "registry.unavailable", "The registry does not answer.")
    found = [contact for contact in map(contact_of, numbers) if contact is not None]
    shown = found[page.start : page.start + page.size]
    return Reply(200, {"contacts": shown, **page.facts(request, len(shown), len(found))})


def contact_of(number: str) -> dict[str, Any] | None:
    """The contact, or None for one whom the register does not know."""
    lookup = outcome_of(number).lookup
    if lookup is Lookup.ABSENT:
        return None
    citizen = len(number) == 10
    found: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"contact {number}")),
        "type": "CITIZEN" if citizen else "COMPANY",
        "cprNumber" if citizen else "cvrNumber": number,
        "eligibleForVoluntaryRegistration": False,
        "createdDate": "2021-11-30T00:00:00Z",
        "lastUpdated": "2026-01-05T03:00:00Z",
    }
    if lookup is not Lookup.NO_SUBSCRIPTION:
        found["mailboxSubscription"] = _subscription(lookup, citizen)
    if citizen and outcome_of(number).nemsms and lookup not in NO_MOBILE:
        found["nemSmsSubscription"] = {
            "mobileNumber": f"2{int(number) % 10**7:07d}",
            "verificationTime": "2024-03-01T10:00:00Z",
            "confirmedDateTime": "2024-03-01T10:05:00Z",
        }
    return found


def _subscription(lookup: Lookup, citizen: bool) -> dict[str, Any]:
    status, detail = STATUSES.get(lookup, ("REGISTERED", "AUTOMATIC_REGISTRATION"))
    shown: dict[str, Any] = {"publicRegistrationStatus": status, "startTime": "2021-11-30T00:00:00Z"}
    if detail is not None:
        shown["registrationStatus"] = detail
    if lookup is Lookup.EXEMPT:
        shown["exemptionStart"] = "2024-02-01T00:00:00Z"
        if not citizen:
            shown["exemptionEnd"] = "2028-02-01T00:00:00Z"
    return shown


def _breaks(numbers: list[str], bulk: bool) -> bool:
    """Whether the look-up fails as a whole: an ERROR asked for alone, or a BREAKS_PAGE in any company."""
    lookups = {outcome_of(number).lookup for number in numbers}
    return Lookup.BREAKS_PAGE in lookups or (Lookup.ERROR in lookups and not bulk and len(numbers) == 1)


def _criteria(request: Request) -> list[str]:
    bulk = request.one("isBulkLookup") == "true"
    if bulk and set(request.query) & set(LENGTHS):
        raise ValueError("A bulk look-up has its criteria in the body.")
    if request.body and not bulk:
        raise ValueError("Criteria in the body need isBulkLookup=true.")
    given = _body_criteria(request) if bulk else request.query
    numbers = [number for name in LENGTHS for number in _many(given.get(name, []), name)]
    if not 0 < len(numbers) <= MOST_CRITERIA:
        raise ValueError(f"A look-up has 1 to {MOST_CRITERIA} numbers.")
    return list(dict.fromkeys(numbers))


def _body_criteria(request: Request) -> dict[str, Any]:
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        return dict(parse_qs(request.body.decode("ascii")))
    given = request.json()
    if not isinstance(given, dict) or set(given) - set(LENGTHS):
        raise ValueError("The body is an object of cprNumber and cvrNumber.")
    return given


def _many(value: object, name: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(v, str) and len(v) == LENGTHS[name] and v.isascii() and v.isdigit() for v in values):
        raise ValueError(f"A {name} is {LENGTHS[name]} digits without a separator.")
    return [str(v) for v in values]
