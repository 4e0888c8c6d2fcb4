"""Hand-overs booked straight into a ledger by the accounts themselves, without rendering and sending each letter."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from outbound import accounts
from outbound.clock import COPENHAGEN
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.letters import letter
from outbound.ledger.sending import dispatch
from outbound.life import Outcome
from outbound.postage import Tariffs
from outbound.shares import Share


@dataclass(frozen=True)
class HandOver:
    """A letter that was handed over."""

    day: date
    channel: str = "digital"
    department: str = "borgerservice"
    letter_type: str = "moedeindkaldelse"
    route: str = "enrolled"
    mailbox: str | None = "enrolled"
    sheets: int = 1
    size: int = 30_000
    letter_class: str = "economy"
    country: str = "DK"
    recipient: str | None = None
    run: UUID | None = None
    again: bool = False
    refused: date | None = None
    share: Share | None = None


def book(tx: Connection, tariffs: Tariffs, one: HandOver) -> UUID:
    """Book it, and take it back where it was refused later. The letter's id."""
    at = noon(one.day)
    letter_id, dispatch_id, run = uuid4(), uuid4(), one.run or uuid4()
    _letter(tx, letter_id, one, at)
    consignment: dict[str, Any] = {"channel": one.channel, "provider": provider(one), "lane": "single"}
    if tx.execute(t.consignment.select().where(t.consignment.c.id == run)).first() is None:
        tx.execute(insert(t.consignment).values(id=run, letters=1, closed_at=at, tries=0, **consignment))
    row = {"channel": one.channel, "provider": provider(one), "kind": "letter", "outcome": Outcome.TAKEN}
    tx.execute(
        insert(t.dispatch).values(
            id=dispatch_id, letter_id=letter_id, consignment_id=run, created_at=at, taken_at=at, **row
        )
    )
    kept = letter(tx, letter_id)
    assert kept is not None
    sent = dispatch(tx, dispatch_id)
    accounts.book(tx, tariffs, kept, sent, one.letter_class, at, "print", one.share)
    if one.refused:
        tx.execute(t.dispatch.update().where(t.dispatch.c.id == dispatch_id).values(outcome=Outcome.REFUSED))
        accounts.correct(tx, kept, sent)
    return letter_id


def keep(ledger: Ledger, tariffs: Tariffs, *some: HandOver) -> None:
    """Book them in one transaction."""
    with ledger.writing() as tx:
        for one in some:
            book(tx, tariffs, one)


def provider(one: HandOver) -> str:
    return "digital-post" if one.channel == "digital" else "print"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=COPENHAGEN)


def _letter(tx: Connection, letter_id: UUID, one: HandOver, at: datetime) -> None:
    submission = uuid4()
    head = {"id": submission, "system": "jobcenter", "reference": letter_id.hex, "fingerprints": "{}"}
    tx.execute(insert(t.submission).values(created_at=at, **head))
    plain = {"role": "party", "system": "jobcenter", "case_number": "", "lane": "single", "ready_made": False}
    state = {"status": "DELIVERED", "version": 1, "deaths": 0, "tries": 0, "refused": "", "wish": "any"}
    known = {"id_type": "CPR", "recipient_key": one.recipient, "country": one.country, "retention_month": "2027-01"}
    about = {"department": one.department, "letter_type": one.letter_type, "route": one.route, "channel": one.channel}
    made = {"mailbox": one.mailbox, "sheets": one.sheets, "bytes": one.size, "follows": uuid4() if one.again else None}
    keys = {"id": letter_id, "submission_id": submission, "recipient_no": 0, "reference": letter_id.hex}
    times = {"created_at": at, "updated_at": at}
    tx.execute(insert(t.letter).values({**plain, **state, **known, **about, **made, **keys, **times}))
