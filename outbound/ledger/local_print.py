"""Letters that departments printed at their own offices, as they report them: rows are only ever added.

A report is known by its department, source, kind and period. The newest row of one counts; the older ones are its
history, and one without letters withdraws it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select, text

from outbound import clock
from outbound.ledger import tables as t


class Counted(StrEnum):
    """How the letters were counted: all of a period, or those of a counting week from which a year is estimated."""

    EXACT = "exact"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class LocalPrint:
    """What a source reports of a department: letters from the first to the last day; None = withdrawn."""

    department: str
    source: str
    kind: Counted
    first: date
    last: date
    letters: int | None

    def is_of(self, other: "LocalPrint") -> bool:
        """Is one a repeat or a correction of the other?"""
        return self._key == other._key

    def overlaps(self, other: "LocalPrint") -> bool:
        """Do they count the same days of one department in the same manner, each for itself?"""
        same = (self.department, self.kind) == (other.department, other.kind) and not self.is_of(other)
        return same and self.first <= other.last and other.first <= self.last

    @property
    def _key(self) -> tuple[object, ...]:
        return self.department, self.source, self.kind, self.first, self.last


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as it is kept, by whom and since when."""

    id: int
    reported: LocalPrint
    by: str
    at: datetime


def standing(tx: Connection, known_at: datetime | None = None) -> list[Kept]:
    """The reports that count, by department and day: now, or as they were known at that moment."""
    row = t.local_print.c
    newest = select(func.max(row.id)).group_by(row.department, row.source, row.kind, row.first, row.last)
    if known_at is not None:
        newest = newest.where(row.at <= known_at)
    wanted = select(t.local_print).where(row.id.in_(newest), row.letters.is_not(None))
    found = tx.execute(wanted.order_by(row.department, row.first, row.kind))
    return [
        Kept(
            one.id,
            LocalPrint(one.department, one.source, Counted(one.kind), one.first, one.last, one.letters),
            one.by,
            one.at,
        )
        for one in found
    ]


def alone(tx: Connection) -> None:
    """Let nobody else report until this transaction ends, so that what it checks still holds when it writes."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("LOCK TABLE local_print IN SHARE ROW EXCLUSIVE MODE"))


def add(tx: Connection, one: LocalPrint, by: str) -> int:
    """Keep this report over what stood before; its number."""
    names = ("department", "source", "kind", "first", "last", "letters")
    row = {name: getattr(one, name) for name in names} | {"by": by, "at": clock.now()}
    return int(tx.execute(insert(t.local_print).values(row).returning(t.local_print.c.id)).scalar_one())
