"""Reads the figures from the facts that the accounts were folded to, and the entries since. Reads only; nothing here
can point at a person.

Figures are made of entries alone: booked at hand-over, corrected on the day a refusal arrives. So the figures of a
month that is over stay as they were reported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import add, itemgetter

from sqlalchemy import Connection, func, select

from outbound.facts import Fact, facts_of
from outbound.facts.days import SUMS
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Status
from outbound.reports.figures import Figure, Letters, Money
from outbound.tariff_row import Part


class By(StrEnum):
    """What a report has a line for."""

    DEPARTMENT = "department"
    MONTH = "month"
    CHANNEL = "channel"
    ROUTE = "route"
    SYSTEM = "system"
    LETTER_TYPE = "letter-type"


@dataclass(frozen=True, slots=True)
class Period:
    """Danish days, the first and the last included. Raises ValueError where they stand the wrong way round."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The period ends on {self.last}, before it begins on {self.first}; exchange the days.")

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """That calendar month."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls(date(year, month, 1), following - timedelta(days=1))

    def months(self) -> Iterator["Period"]:
        """The calendar months that the period touches, cut to it."""
        day = self.first
        while day <= self.last:
            month = Period.month(day.year, day.month)
            yield Period(day, min(month.last, self.last))
            day = month.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many letters stand so just now, whatever month they came in."""

    route: str
    channel: Channel
    status: Status
    letters: int


def figures(tx: Connection, period: Period, by: By) -> dict[str, Figure]:
    """A figure for each department (month as YYYY-MM, channel, route, …) that letters were handed over for."""
    return grouped(facts_of(tx, period.first, period.last), by)


def grouped(facts: Iterable[Fact], by: By) -> dict[str, Figure]:
    """The same of facts that were read already."""
    found: dict[str, Figure] = {}
    for (key, channel), sums in _added(facts, KEYS[by]).items():
        found[key] = found.get(key, NOTHING) + _figure(dict(zip(OF_LETTERS, sums, strict=True)), channel)
    return {key: found[key] for key in sorted(found)}


def _added(facts: Iterable[Fact], key: Callable[[Fact], str]) -> dict[tuple[str, str], tuple[int, ...]]:
    """The sums of facts by key and channel: plain numbers, for there may be tens of thousands of facts."""
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for fact in facts:
        if any(sums := _sums(fact.sums)):
            which = key(fact), fact.way.channel
            found[which] = tuple(map(add, found[which], sums)) if which in found else sums
    return found


def total(tx: Connection, period: Period) -> Figure:
    """The figure of the whole municipality."""
    return sum(figures(tx, period, By.CHANNEL).values(), Figure())


def standing(tx: Connection, system: str | None = None) -> list[Standing]:
    """Letters by route, channel and state, just now; of one system, or of all."""
    one = t.letter.c
    wanted = select(one.route, one.channel, one.status, func.count().label("letters"))
    if system is not None:
        wanted = wanted.where(one.system == system)
    rows = tx.execute(wanted.group_by(one.route, one.channel, one.status))
    found = [
        Standing(row.route or "", Channel(row.channel or Channel.NONE), Status(row.status), row.letters) for row in rows
    ]
    return sorted(found, key=lambda each: (each.route, each.channel, each.status))


NOTHING = Figure()
OF_LETTERS = tuple(name for name in SUMS if name not in ("reminders", "reminders_cost"))
"""Sums of a fact that are of letters."""
_sums: Callable[[Mapping[str, int]], tuple[int, ...]] = itemgetter(*OF_LETTERS)
KEYS: Mapping[By, Callable[[Fact], str]] = {
    By.DEPARTMENT: lambda fact: fact.way.department,
    By.MONTH: lambda fact: fact.period,
    By.CHANNEL: lambda fact: fact.way.channel,
    By.ROUTE: lambda fact: fact.way.route,
    By.SYSTEM: lambda fact: fact.way.system,
    By.LETTER_TYPE: lambda fact: fact.way.letter_type,
}


def _figure(sums: Mapping[str, int], channel: str) -> Figure:
    """The figure of the letters of a channel."""
    letters = sums["letters"]
    money = Money(
        _parts(sums, "cost"),
        _parts(sums, "office"),
        sums["charged"],
        _parts(sums, "print"),
        sums["failed"],
        sums["returned"],
        sums["invoiced"],
        sums["householding"],
    )
    return Figure(Letters(letters, 0) if channel == Channel.DIGITAL else Letters(0, letters), money)


def _parts(sums: Mapping[str, int], what: str) -> dict[Part, int]:
    return {part: amount for part in Part if (amount := sums.get(f"{what}_{part}", 0))}
