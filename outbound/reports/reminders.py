"""How many reminders were sent by text message, and what they cost: from the accounts alone, as the figures are."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from outbound.facts import Fact, facts_of
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
    return reminders_in(facts_of(tx, period.first, period.last))


def reminders_in(facts: Iterable[Fact]) -> dict[str, Reminders]:
    """The same of facts that were read already."""
    found: dict[str, Reminders] = {}
    for fact in facts:
        if fact.sums["reminders"] or fact.sums["reminders_cost"]:
            more = Reminders(fact.sums["reminders"], fact.sums["reminders_cost"])
            found[fact.way.department] = found.get(fact.way.department, Reminders()) + more
    return {key: found[key] for key in sorted(found)}


def together(some: Iterable[Reminders]) -> Reminders:
    """All of them as one."""
    return sum(some, Reminders())
