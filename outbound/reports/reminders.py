"""How many reminders were sent by text message, and what they cost: from the accounts alone, as the figures are."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, case, func, select

from outbound.accounts import BOOKED, CORRECTED, REMINDER
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.reports.figures import share
from outbound.reports.reading import Period


@dataclass(frozen=True, slots=True)
class Reminders:
    """Reminders sent in a period less those refused in it, and their price in øre without VAT."""

    sent: int = 0
    cost: int = 0

    def share_of(self, letters: int) -> Fraction | None:
        """Of the letters handed over in the same time. None without letters."""
        return share(self.sent, letters)

    def __add__(self, other: "Reminders") -> "Reminders":
        return Reminders(self.sent + other.sent, self.cost + other.cost)


def reminders_of(tx: Connection, period: Period) -> dict[str, Reminders]:
    """The reminders of each department that had some."""
    deferred.flush(tx)
    e = t.entry.c
    sign = case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0)
    count = case((e.measure == REMINDER, sign), else_=0)
    wanted = (
        select(t.letter.c.department, func.sum(count).label("sent"), func.sum(e.amount).label("cost"))
        .select_from(t.entry.join(t.letter, t.letter.c.id == e.letter_id))
        .where(e.stage.in_((BOOKED, CORRECTED)), e.day >= period.first, e.day <= period.last)
        .where(e.measure.startswith(REMINDER, autoescape=True))
        .group_by(t.letter.c.department)
        .order_by(t.letter.c.department)
    )
    return {row.department: Reminders(int(row.sent), int(row.cost)) for row in tx.execute(wanted)}


def together(some: Iterable[Reminders]) -> Reminders:
    """All of them as one."""
    return sum(some, Reminders())
