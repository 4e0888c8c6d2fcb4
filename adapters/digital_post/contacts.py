"""Who can receive Digital Post: the bulk look-up `GET contacts/?isBulkLookup=true` (NgDP OpenAPI 1.68).

The numbers stand in the body, never in a URL, so one number too is looked up in bulk and the single look-up
(`?cprNumber=`) is not used. That the body names them `cprNumber` and `cvrNumber` as the query does is our reading: the
interface leaves its type open. The mobile number of a NemSMS subscription is looked at and not kept.
"""

import json
import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from adapters.http import Caller, usable
from outbound.letter import Mailbox
from outbound.ports import OutsideError, PersonId, Unavailable

logger = logging.getLogger(__name__)

CHUNK = 500  # numbers in one look-up; no limit is published
Kind = Literal["cprNumber", "cvrNumber"]

DETAILS = {
    "EXEMPT_LEFT_THE_COUNTRY": Mailbox.LEFT_THE_COUNTRY,
    "UNCONFIRMED_REGISTRATION": Mailbox.NOT_YET_ACTIVE,  # "karensperiode": cannot receive until it ends
    "BEFORE_UNCONFIRMED_REGISTRATION": Mailbox.NOT_YET_ACTIVE,  # 21 days before that
    "CREATED_AWAITING_REGISTRATION": Mailbox.UNDER_15,  # three weeks before the 15th birthday
}
PUBLIC = {"REGISTERED": Mailbox.ENROLLED, "EXEMPT": Mailbox.EXEMPT, "CLOSED": Mailbox.CLOSED}
MOBILE = re.compile(r"[2-9][0-9]{7}")  # nemSmsSubscription.mobileNumber of the interface


@dataclass(frozen=True, slots=True)
class Contact:
    """What the register says of one number; as it stands here, nothing. `nemsms`: has a mobile for NemSMS."""

    mailbox: Mailbox = Mailbox.UNKNOWN
    nemsms: bool | None = None

    def together(self, other: "Contact") -> "Contact":
        """What two contacts of one number say alike; where they disagree, they say nothing."""
        return Contact(
            self.mailbox if self.mailbox is other.mailbox else Mailbox.UNKNOWN,
            self.nemsms if self.nemsms is other.nemsms else None,
        )


NOTHING = Contact()
NOT_THERE = Contact(Mailbox.NOT_ENROLLED, False)


class ContactRegister:
    """The enrolment register. A failed look-up is UNKNOWN, for those it did not answer and for nobody else."""

    def __init__(self, caller: Caller, patience: float) -> None:
        """`patience`: seconds after which one look-up begins no further call."""
        self._caller, self._patience = caller, patience

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Mailbox]:
        """See `outbound.ports.EnrolmentRegister`."""
        return {one: contact.mailbox for one, contact in self.contacts(ids).items()}

    def nemsms(self, ids: Sequence[PersonId]) -> Mapping[PersonId, bool | None]:
        """Whether each can get a NemSMS; None where no answer could be had. Never raises OutsideError."""
        return {one: contact.nemsms for one, contact in self.contacts(ids).items()}

    def contacts(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Contact]:
        """All that the register says of each."""
        ends = time.monotonic() + self._patience
        cpr = _Round(self._caller, "cprNumber", ends).answers([i.cpr for i in ids if i.cpr])
        cvr = _Round(self._caller, "cvrNumber", ends).answers([i.cvr for i in ids if i.cvr and not i.cpr])
        return {i: (cpr.get(i.cpr) if i.cpr else cvr.get(i.cvr or "")) or NOTHING for i in ids}


@dataclass(slots=True)
class _Pages:
    """What the pages of one look-up told, and what ended it early. Its repr shows no number."""

    found: dict[str, Contact] = field(default_factory=dict, repr=False)
    fault: OutsideError | None = None

    @property
    def may_be_one_number(self) -> bool:
        """The register answered that it broke: perhaps on one of the numbers. Not so when it is busy or away."""
        fault = self.fault
        return isinstance(fault, Unavailable) and fault.code.startswith("http-") and fault.retry_after is None


@dataclass(slots=True)
class _Round:
    """The look-up of one kind of number, until `ends` (monotonic)."""

    caller: Caller
    kind: Kind
    ends: float

    def answers(self, numbers: Sequence[str]) -> dict[str, Contact]:
        wanted = list(dict.fromkeys(numbers))
        answers: dict[str, Contact] = {}
        for start in range(0, len(wanted), CHUNK):
            answers |= self._chunk(wanted[start : start + CHUNK])
        return answers

    def _chunk(self, numbers: list[str]) -> dict[str, Contact]:
        pages = self._pages(numbers)
        if pages.fault is not None:
            logger.warning("The look-up of %d recipients was not answered whole: %s.", len(numbers), pages.fault.code)
            return pages.found | (self._halves(numbers, pages) if pages.may_be_one_number else {})
        return dict.fromkeys(numbers, NOT_THERE) | pages.found

    def _halves(self, numbers: list[str], before: _Pages) -> dict[str, Contact]:
        """Asks for the unanswered in two halves, so that one number that breaks the register costs nobody else an
        answer. When both break, it is the register's trouble, and asking on would make it worse."""
        left = [number for number in numbers if number not in before.found]
        if len(left) < 2:
            return {}
        parts = [left[: len(left) // 2], left[len(left) // 2 :]]
        told = [self._pages(part) for part in parts]
        answers: dict[str, Contact] = {}
        for part, pages in zip(parts, told, strict=True):
            answers |= pages.found if pages.fault else dict.fromkeys(part, NOT_THERE) | pages.found
        if sum(pages.fault is not None for pages in told) == 1:
            broken = 0 if told[0].fault else 1
            answers |= self._halves(parts[broken], told[broken]) if told[broken].may_be_one_number else {}
        return answers

    def _pages(self, numbers: list[str]) -> _Pages:
        """All pages of one look-up. Whoever is on none of them is told nothing of, unless the pages are whole."""
        pages, rows, page = _Pages(), 0, 0
        body = json.dumps({self.kind: numbers}).encode()
        try:
            while True:
                found = self._page(body, page, len(numbers))
                contacts = found["contacts"]
                rows, page = rows + _gather(pages.found, contacts, self.kind, set(numbers)), page + 1
                if page >= _count(found, "totalPages"):
                    _must_be_whole(rows, _count(found, "totalElements"))
                    return pages
                if not contacts:
                    raise Unavailable("incomplete-answer")
        except OutsideError as fault:
            pages.fault = fault
        return pages

    def _page(self, body: bytes, page: int, size: int) -> dict[str, Any]:
        if time.monotonic() > self.ends:
            raise Unavailable("no-time-left")
        path = f"contacts/?isBulkLookup=true&page={page}&size={size}"
        found = usable(self.caller.call("GET", path, body, "application/json"))
        if not isinstance(found.get("contacts"), list):
            raise Unavailable("unreadable-answer")
        return found


def _gather(found: dict[str, Contact], contacts: list[Any], kind: Kind, asked: set[str]) -> int:
    """Adds what the contacts say of the numbers asked for, and counts those contacts: one of somebody else, or with a
    number written otherwise, makes the answer incomplete. Two contacts of one number that disagree say nothing."""
    ours = 0
    for contact in contacts:
        number = str(contact.get(kind)) if isinstance(contact, dict) else ""
        if number not in asked:
            continue
        ours += 1
        said = _contact(contact)
        found[number] = found.get(number, said).together(said)
    return ours


def _contact(shown: dict[str, Any]) -> Contact:
    """A contact whose mailbox cannot be read is a damaged row: that no mobile stands in it is no answer either."""
    mailbox = _mailbox(shown.get("mailboxSubscription"))
    sms = shown.get("nemSmsSubscription")
    if sms is None:
        return Contact(mailbox, None if mailbox is Mailbox.UNKNOWN else False)
    mobile = sms.get("mobileNumber") if isinstance(sms, dict) else None
    return Contact(mailbox, True if isinstance(mobile, str) and MOBILE.fullmatch(mobile) else None)


def _mailbox(subscription: object) -> Mailbox:
    """`publicRegistrationStatus` decides whether the mailbox can receive, `registrationStatus` says why it cannot.

    A company's `exemptionEnd` is not read: while the status says EXEMPT it cannot receive, whatever the day.
    """
    if subscription is None:
        return Mailbox.NOT_ENROLLED  # absent for citizens about to be registered
    if not isinstance(subscription, dict):
        return Mailbox.UNKNOWN
    public = PUBLIC.get(str(subscription.get("publicRegistrationStatus")), Mailbox.UNKNOWN)
    detail = DETAILS.get(str(subscription.get("registrationStatus")))
    return detail if detail and public not in (Mailbox.ENROLLED, Mailbox.CLOSED) else public


def _count(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unavailable("unreadable-answer")
    return value


def _must_be_whole(rows: int, total: int) -> None:
    if rows != total:
        raise Unavailable("incomplete-answer")
