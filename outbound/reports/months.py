"""The months that there are to report: those that are closed, and those that are open up to now."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from outbound import clock
from outbound.accounts import closing
from outbound.ledger import tables as t


@dataclass(frozen=True, slots=True)
class Month:
    """A month's first day; who closed it and when, empty and None while it is open; and its report's digest, empty
    while none is kept."""

    first: date
    by: str = ""
    at: datetime | None = None
    digest: str = ""


def months_of(tx: Connection) -> list[Month]:
    """Every month from the first with an entry to this one, the newest first."""
    r = t.month_report.c
    digests = {row.month: row.digest for row in tx.execute(select(r.month, r.digest))}
    closed = [Month(one.month, one.by, one.at, digests.get(one.month, "")) for one in closing.closed(tx)]
    return [*reversed(_open(tx)), *reversed(closed)]


def _open(tx: Connection) -> list[Month]:
    found: list[Month] = []
    month = closing.next_month(tx)
    while month is not None and month <= clock.today():
        found.append(Month(month))
        month = closing.after(month)
    return found
