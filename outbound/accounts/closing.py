"""Months that are reported, and from then on closed: nothing is booked in them any more.

Closing is one row, written under a lock that every transaction with entries of its own holds (the triggers of the
ledger take it): the closing waits for those that have begun, and those that come after it are refused an entry of the
month. So the entries of a closed month are known for good, and their digest can be made at leisure.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text

from outbound import clock
from outbound.ledger import deferred
from outbound.ledger import tables as t

LONGEST = timedelta(hours=1)
"""After midnight, before a month may be closed: no transaction lasts so long, and none is refused for having begun
before midnight. One that did would be rolled back whole, and done again as whatever a worker did not finish."""

AT_ONCE = 5000
HASHED = (
    "id", "letter_id", "dispatch_id", "stage", "measure", "amount", "certain", "inputs", "tariff_hash", "at", "day",
)  # fmt: skip
"""The fields of an entry that are hashed, in this order; what an entry gets later is not among them."""


class NotNow(Exception):
    """The month cannot be closed, or not yet; the text says why."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month: its first day, who closed it and when."""

    month: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """Where the ledger stands with a month: how many entries it has, the number of the last, and their digest."""

    entries: int
    last: int
    digest: str


def close(tx: Connection, month: date, by: str) -> bool:
    """Close the month that begins on this day; False where it is closed already. Raises NotNow."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("LOCK TABLE month_closed IN EXCLUSIVE MODE"))
    known = closed(tx)
    if any(one.month == month for one in known):
        return False
    _must_be_next(tx, month, known[-1].month if known else None)
    tx.execute(insert(t.month_closed).values(month=month, by=by, at=clock.now()))
    return True


def closed(tx: Connection) -> list[Closed]:
    """The closed months, oldest first."""
    return [Closed(*row) for row in tx.execute(select(t.month_closed).order_by(t.month_closed.c.month))]


def next_month(tx: Connection) -> date | None:
    """The first day of the month that is to be closed next; None where nothing was ever booked."""
    known = closed(tx)
    return after(known[-1].month) if known else _first_of(tx)


def opens(month: date) -> datetime:
    """From when on the month that begins on this day can be closed."""
    return datetime(*after(month).timetuple()[:3], tzinfo=clock.COPENHAGEN) + LONGEST


def _must_be_next(tx: Connection, month: date, last: date | None) -> None:
    over = opens(month)
    if clock.now() < over:
        raise NotNow(f"{month:%Y-%m} can be closed from {over:%Y-%m-%d %H:%M} on; until then letters may count in it.")
    wanted = after(last) if last else _first_of(tx)
    if wanted and month != wanted:
        raise NotNow(f"The next month to be closed is {wanted:%Y-%m}, not {month:%Y-%m}: each rests on the one before.")


def _first_of(tx: Connection) -> date | None:
    deferred.flush(tx)
    first = tx.execute(select(func.min(t.entry.c.day))).scalar()
    return first.replace(day=1) if first else None


def after(month: date) -> date:
    """The first day of the month after the one that begins on this day."""
    return (month + timedelta(days=31)).replace(day=1)


def position(tx: Connection, month: date) -> Position:
    """The entries of the month, and the invoices that came in it, hashed in their order.

    SHA-256 over a line for each, fields parted by `|`, ending in a line feed: see docs/measures.md.
    """
    deferred.flush(tx)
    digest, entries, last = hashlib.sha256(), 0, 0
    for row in _of_month(tx, month):
        digest.update(entry_line(row).encode())
        entries, last = entries + 1, row.id
    for row in _lines_of_month(tx, month):
        digest.update(f"{'|'.join(map(_plain, row))}\n".encode())
    return Position(entries, last, digest.hexdigest())


def entry_line(row: Row[Any]) -> str:
    """An entry as it is hashed."""
    return f"{'|'.join(_plain(getattr(row, name)) for name in HASHED)}\n"


def _of_month(tx: Connection, month: date) -> Iterator[Row[Any]]:
    e = t.entry.c
    wanted = select(t.entry).where(e.day >= month, e.day < after(month)).order_by(e.id)
    return iter(tx.execute(wanted.execution_options(yield_per=AT_ONCE)))


def _lines_of_month(tx: Connection, month: date) -> Iterator[Row[Any]]:
    i, line = t.invoice.c, t.invoice_line.c
    columns = (i.provider, i.number, i.month, i.digest, line.line, line.job, line.dispatch_id, line.kind, line.amount)
    wanted = select(*columns, line.ours).join_from(t.invoice, t.invoice_line)
    return iter(tx.execute(wanted.where(i.day >= month, i.day < after(month)).order_by(line.id)))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
