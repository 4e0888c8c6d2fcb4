"""A provider's invoice beside the accounts: what differs, by how much, and of which letters. And keeping it, once.

An invoice is a fact, also where it is wrong: it is kept line by line as it came, and each line that is of a letter of
ours is an entry (stage `invoiced`) in the month in which the invoice came. Nothing of ours is changed by it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, case, func, insert, select

from outbound import clock
from outbound.accounts.closing import after
from outbound.accounts.corrections import told
from outbound.accounts.difference import Difference
from outbound.accounts.entries import add
from outbound.accounts.invoice_lines import Before, Finding, InvoiceLine, What, of_lines
from outbound.accounts.measures import BOOKED, INVOICED, LETTER
from outbound.accounts.ours import Ours, booked, with_guests
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Outcome
from outbound.rendering.danish import beloeb


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice for the month that begins on `month`; `digest` is the SHA-256 of its file."""

    provider: str
    number: str
    month: date
    digest: str
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """An invoice beside our account. `matched`: each line with what is ours; None where it is of no letter of ours."""

    invoice: Invoice
    matched: tuple[tuple[InvoiceLine, Ours | None], ...]
    findings: tuple[Finding, ...]

    @property
    def amount(self) -> int:
        """What the provider asks for, in øre without VAT."""
        return sum(line.amount for line in self.invoice.lines)

    @property
    def ours(self) -> int:
        """What stands booked for the letters of its lines, each once."""
        return sum({one.dispatch: one.amount for _, one in self.matched if one}.values())


class OtherInvoice(Exception):
    """Another invoice of this number has been kept; the text says which and when."""


def compare(tx: Connection, invoice: Invoice) -> Compared:
    """The invoice beside the accounts as they stand, and beside what earlier invoices had of the same jobs."""
    deferred.flush(tx)
    before = _before(tx, invoice)
    charged = {job for job, one in before.items() if one.charged}
    charged |= {line.job for line in invoice.lines if not line.credit}
    ours = _ours(tx, invoice, charged)
    matched = tuple((line, ours.get(_id(line.job))) for line in invoice.lines)
    return Compared(invoice, matched, (*of_lines(matched, before), *_without_line(tx, invoice, charged)))


def keep(tx: Connection, invoice: Invoice, by: str) -> Compared | None:
    """Keep the invoice, once: None where it has been. Raises OtherInvoice."""
    i = t.invoice.c
    known = tx.execute(
        select(i.digest, i.day).where(i.provider == invoice.provider, i.number == invoice.number)
    ).first()
    if known and known.digest != invoice.digest:
        raise OtherInvoice(f"Another invoice {invoice.number} of {invoice.provider} was imported on {known.day}.")
    if known:
        return None
    compared, at = compare(tx, invoice), clock.now()
    head = {"provider": invoice.provider, "number": invoice.number, "month": invoice.month, "digest": invoice.digest}
    made = tx.execute(insert(t.invoice).values({**head, "by": by, "at": at, "day": clock.danish_day(at)}))
    (key,) = made.inserted_primary_key or (None,)
    tx.execute(insert(t.invoice_line), [{"invoice_id": key, **row} for row in _rows(compared)])
    add(
        tx,
        [
            told(one.letter, one.dispatch, INVOICED, line.amount, invoice=invoice.number, line=line.line)
            for line, one in compared.matched
            if one
        ],
        at,
    )
    return compared


def differences(tx: Connection) -> Iterator[Difference]:
    """Every letter whose entries of invoices are not the lines of its invoices."""
    deferred.flush(tx)
    e, line = t.entry.c, t.invoice_line.c
    entered = select(e.dispatch_id, func.count().label("count"), func.sum(e.amount).label("amount"))
    kept = select(line.dispatch_id, func.count().label("count"), func.sum(line.amount).label("amount"))
    mine = tx.execute(entered.where(e.stage == INVOICED).group_by(e.dispatch_id)).all()
    theirs = tx.execute(kept.where(line.dispatch_id.is_not(None)).group_by(line.dispatch_id)).all()
    of_entries = {row.dispatch_id: (row.count, int(row.amount)) for row in mine}
    of_lines = {row.dispatch_id: (row.count, int(row.amount)) for row in theirs}
    for dispatch in sorted(of_entries.keys() | of_lines.keys()):
        stored, expected = of_entries.get(dispatch, (0, 0)), of_lines.get(dispatch, (0, 0))
        if stored != expected:
            why = f"the entries of dispatch {dispatch} are not the lines of its invoices"
            yield Difference(None, None, INVOICED, stored[1], expected[1], why)


def _rows(compared: Compared) -> Iterator[dict[str, Any]]:
    """The lines as they are kept; what is ours stands with the first line of a letter, so that it is added up once."""
    seen: set[UUID] = set()
    for line, one in compared.matched:
        first = one is not None and one.dispatch not in seen
        yield {
            "line": line.line,
            "job": line.job,
            "dispatch_id": one.dispatch if one else None,
            "kind": "credit" if line.credit else "charge",
            "amount": line.amount,
            "ours": one.amount if one and first else 0,
        }
        if one:
            seen.add(one.dispatch)


def _without_line(tx: Connection, invoice: Invoice, charged: set[str]) -> Iterator[Finding]:
    """Letters that the provider took in the invoice's month and asks nothing for."""
    e, d = t.entry.c, t.dispatch.c
    wanted = (
        select(d.id, d.envelope_of)
        .select_from(t.entry.join(t.dispatch, d.id == e.dispatch_id))
        .where(e.stage == BOOKED, e.measure == LETTER, e.day >= invoice.month, e.day < after(invoice.month))
        .where(d.provider == invoice.provider, d.channel == Channel.PRINT, d.outcome == Outcome.TAKEN)
        .order_by(e.id)
    )
    missing = dict.fromkeys(row.id for row in tx.execute(wanted) if not {str(row.id), str(row.envelope_of)} & charged)
    stands = {one.dispatch: one for one in booked(tx, list(missing))}
    for one in filter(None, map(stands.get, missing)):  # one booked anew in another month stands in that one
        if one.day and invoice.month <= one.day < after(invoice.month):
            yield Finding(What.NO_LINE, None, str(one.dispatch), one.letter, "", beloeb(one.amount), -one.amount)


def _before(tx: Connection, invoice: Invoice) -> dict[str, Before]:
    """By job, what earlier invoices of the provider have of it."""
    i, line = t.invoice.c, t.invoice_line.c
    charge, credit = (func.max(case((line.kind == kind, line.id), else_=0)) for kind in ("charge", "credit"))
    wanted = select(line.job, func.sum(line.amount), charge, credit).join_from(t.invoice, t.invoice_line)
    wanted = wanted.where(i.provider == invoice.provider, i.number != invoice.number).group_by(line.job)
    return {job: Before(int(net), bool(last), last > back) for job, net, last, back in tx.execute(wanted)}


def _ours(tx: Connection, invoice: Invoice, charged: Collection[str]) -> dict[UUID | None, Ours]:
    """By job. A provider may charge an envelope by the letter on top: then that one's is the whole of it."""
    jobs = {job for line in invoice.lines if (job := _id(line.job))}
    found = list(booked(tx, sorted(jobs), invoice.provider))
    alone = set(filter(None, map(_id, charged)))
    return {one.dispatch: one for one in with_guests(tx, found, alone)}


def _id(job: str) -> UUID | None:
    try:
        return UUID(job)
    except ValueError:
        return None
