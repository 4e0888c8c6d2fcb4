"""A provider's invoice beside the accounts: what differs, by how much, and of which letters. And keeping it, once.

An invoice is a fact, also where it is wrong: it is kept line by line as it came, and each line that is of a letter of
ours is an entry (stage `invoiced`) in the month in which the invoice came. Nothing of ours is changed by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select

from outbound import clock
from outbound.accounts.closing import after
from outbound.accounts.corrections import told
from outbound.accounts.difference import Difference
from outbound.accounts.entries import add
from outbound.accounts.measures import BOOKED, INVOICED, LETTER
from outbound.accounts.ours import Ours, booked, with_guests
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Outcome


class What(StrEnum):
    """How a line, or a letter without one, differs from our account."""

    UNKNOWN = "unknown-job"  # no letter of ours went under this id to this provider
    DOUBLED = "doubled"  # charged on an earlier line or invoice already
    NOT_TAKEN = "not-taken"  # a letter of ours that does not count as handed over
    SHEETS = "sheets"
    LETTER_CLASS = "letter-class"
    ENVELOPE = "envelope"
    AMOUNT = "amount"
    NO_LINE = "no-line"  # handed over in the invoice's month, and on no invoice


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line as the provider wrote it: øre without VAT (negative: money back); None and '' where it says nothing."""

    line: int
    job: str
    amount: int
    credit: bool = False
    sheets: int | None = None
    letter_class: str = ""
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice for the month that begins on `month`; `digest` is the SHA-256 of its file."""

    provider: str
    number: str
    month: date
    digest: str
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that differs: on which line, if any, of which letter, if any; theirs less ours in øre."""

    what: What
    line: int | None
    job: str
    letter: UUID | None
    theirs: str
    ours: str
    difference: int


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
    """The invoice beside the accounts as they stand."""
    deferred.flush(tx)
    ours = _ours(tx, invoice)
    matched = tuple((line, ours.get(_id(line.job))) for line in invoice.lines)
    before = _charged_before(tx, invoice)
    findings = (
        *_of_lines(matched, set(before)),
        *_without_line(tx, invoice, before | {line.job for line in invoice.lines}),
    )
    return Compared(invoice, matched, findings)


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


def _of_lines(matched: Sequence[tuple[InvoiceLine, Ours | None]], charged: set[str]) -> Iterator[Finding]:
    for line, one in matched:
        if one is None:
            yield Finding(What.UNKNOWN, line.line, line.job, None, _kroner(line.amount), "", line.amount)
        elif line.credit:
            continue
        elif line.job in charged:
            yield Finding(What.DOUBLED, line.line, line.job, one.letter, _kroner(line.amount), "", line.amount)
        else:
            yield from _of_line(line, one)
        charged.add(line.job)


def _of_line(line: InvoiceLine, one: Ours) -> Iterator[Finding]:
    def found(what: What, theirs: object, ours: object, difference: int = 0) -> Finding:
        return Finding(what, line.line, line.job, one.letter, str(theirs), str(ours), difference)

    if one.day is None:
        yield found(What.NOT_TAKEN, _kroner(line.amount), _kroner(one.amount), line.amount - one.amount)
        return
    told_by_both = (
        (What.SHEETS, line.sheets, one.inputs.get("sheets")),
        (What.LETTER_CLASS, line.letter_class, one.inputs.get("letter_class")),
        (What.ENVELOPE, line.envelope, one.inputs.get("envelope")),
    )
    for what, theirs, ours in told_by_both:
        if theirs and ours and theirs != ours:
            yield found(what, theirs, ours)
    if line.amount != one.amount:
        yield found(What.AMOUNT, _kroner(line.amount), _kroner(one.amount), line.amount - one.amount)


def _without_line(tx: Connection, invoice: Invoice, charged: set[str]) -> Iterator[Finding]:
    """Letters that the provider took in the invoice's month and asks nothing for."""
    e, d = t.entry.c, t.dispatch.c
    wanted = (
        select(d.id, d.letter_id, d.envelope_of)
        .select_from(t.entry.join(t.dispatch, d.id == e.dispatch_id))
        .where(e.stage == BOOKED, e.measure == LETTER, e.day >= invoice.month, e.day < after(invoice.month))
        .where(d.provider == invoice.provider, d.channel == Channel.PRINT, d.outcome == Outcome.TAKEN)
        .order_by(e.id)
    )
    missing = [row for row in tx.execute(wanted) if not {str(row.id), str(row.envelope_of)} & charged]
    amounts = {one.dispatch: one.amount for one in booked(tx, [row.id for row in missing])}
    for row in missing:
        ours = amounts.get(row.id, 0)
        yield Finding(What.NO_LINE, None, str(row.id), row.letter_id, "", _kroner(ours), -ours)


def _charged_before(tx: Connection, invoice: Invoice) -> set[str]:
    """The jobs that earlier invoices of the provider have charged."""
    i, line = t.invoice.c, t.invoice_line.c
    wanted = select(line.job).join_from(t.invoice, t.invoice_line).where(i.provider == invoice.provider)
    return set(tx.execute(wanted.where(line.kind == "charge", i.number != invoice.number)).scalars())


def _ours(tx: Connection, invoice: Invoice) -> dict[UUID | None, Ours]:
    """By job. A provider may charge an envelope by the letter on top: then that one's is the whole of it."""
    jobs = {job for line in invoice.lines if (job := _id(line.job))}
    found = list(booked(tx, sorted(jobs), invoice.provider))
    return {one.dispatch: one for one in with_guests(tx, found, jobs)}


def _id(job: str) -> UUID | None:
    try:
        return UUID(job)
    except ValueError:
        return None


def _kroner(oere: int) -> str:
    return f"{'-' * (oere < 0)}{abs(oere) // 100},{abs(oere) % 100:02d}"
