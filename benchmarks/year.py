"""An invented year of a municipality: when its letters come, whose they are, and which way they go. Pure, and seeded.

Letters are numbered from 1. A *batch* is a run of numbers that come on one day in one lane; a *slot* is one of a
thousand equally likely answers, so that the database can draw whose a letter is and which way it goes by a number.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from benchmarks.money import PRINTER, Pattern, entries, provider
from outbound.letter import Channel
from outbound.organisation import Organisation
from outbound.postage import Sending, Tariffs
from outbound.postal_days import is_working_day
from outbound.rendering import LetterTypes

DAYS = 365
SOURCES, WAYS = 1024, 4096
"""How many slots there are for whose a letter is, and for the way it goes."""

PAPER_ONLY = {"sundhedskort"}
"""Of paper alone in the invented year, where no letter type says so itself."""
DIGITAL = [("enrolled", "enrolled", 990), ("digital-demanded", "enrolled", 10)]
ENROLLED_OF_ALL = 0.83
PAPER = [
    ("exempt", "exempt", "DK", 520),
    ("not-enrolled", "not-enrolled", "DK", 200),
    ("under-15", "under-15", "DK", 70),
    ("no-number", "", "DK", 60),
    ("paper-demanded", "enrolled", "DK", 60),
    ("left-the-country", "left-the-country", "SE", 50),
    ("not-yet-active", "not-yet-active", "DK", 25),
    ("digital-too-large", "enrolled", "DK", 15),
]
PAPER_OF_TYPE = [
    ("paper-only", "enrolled", "DK", 82),
    ("paper-only", "exempt", "DK", 11),
    ("paper-only", "not-enrolled", "DK", 7),
]
REFUSED = [("digital-refused", "enrolled", "DK", 1)]
REFUSED_OF_ALL, RETURNED_OF_PAPER = 0.005, 0.009
SHEETS = [(1, 55), (2, 28), (3, 10), (4, 4), (5, 2), (10, 1)]
SIZES = [20_000 + 2_048 * step for step in range(24)]
"""Bytes of a letter's PDF."""
SEVERAL = 4
"""Batches of a day: single letters, and mailings."""


@dataclass(frozen=True)
class Source:
    """Whose a letter is: a system, for a department, of a letter type. `quick`: the type's class on paper."""

    system: str
    department: str
    letter_type: str
    ready_made: bool
    months: int
    paper_only: bool
    quick: bool
    reminds: bool

    @property
    def kind(self) -> int:
        """Which of the four sets of ways its letters draw from."""
        return 2 * self.paper_only + self.quick


@dataclass(frozen=True)
class Batch:
    """Letters `first` to `first + letters - 1`: from `begins` on, in seconds of that Danish day, over `span` seconds.

    `slot`: all of one source. `story`: all of one fate; `patterns`: and of these patterns.
    """

    day: date
    period: int
    first: int
    letters: int
    begins: int
    span: int
    mailing: UUID | None = None
    slot: int | None = None
    story: str | None = None
    patterns: Sequence[int] | None = None


@dataclass(frozen=True)
class Way:
    """What a slot says: the pattern, the one of a try that was refused before it, and what became of the letter."""

    pattern: int
    refused: int | None
    story: str


class Year:
    """The twelve months up to `last`, of so many letters."""

    def __init__(
        self, last: date, letters: int, seed: int, tariffs: Tariffs, organisation: Organisation, types: LetterTypes
    ) -> None:
        self.first, self.last, self.letters, self.seed = last - timedelta(days=DAYS - 1), last, letters, seed
        self.tariffs, self._organisation, self._types = tariffs, organisation, types
        self.patterns: list[Pattern] = []
        self._known: dict[tuple[object, ...], int] = {}

    @cached_property
    def periods(self) -> list[date]:
        """The days on which prices change, the year's first day before them."""
        rows = [row for many in self.tariffs.products.values() for row in many]
        return [self.first, *sorted({row.valid_from for row in rows if self.first < row.valid_from <= self.last})]

    @cached_property
    def sources(self) -> list[Source]:
        """One for each slot."""
        one = self._organisation
        known = [
            self._source(system.name, department, kind)
            for system in one.systems
            for department in sorted(system.departments)
            for kind in sorted(system.letter_types)
        ]
        chance = random.Random(f"{self.seed} sources")
        weights = [chance.paretovariate(1.2) for _ in known]
        return [*known, *chance.choices(known, weights, k=SOURCES - len(known))][:SOURCES]

    def _source(self, system: str, department: str, name: str) -> Source:
        kind = self._types[name]
        paper = kind.paper_only or (name in PAPER_ONLY and not any(one.paper_only for one in self._types.values()))
        return Source(
            *(system, department, name, kind.ready_made, kind.retention_months),
            *(paper, kind.letter_class == "quick", kind.reminder is not None),
        )

    @cached_property
    def ways(self) -> list[tuple[int, int, int, Way]]:
        """For each period, kind of source and slot: the way."""
        return [
            (period, kind, slot, way)
            for period in range(len(self.periods))
            for kind in range(4)
            for slot, way in enumerate(self._ways(period, kind))
        ]

    def _ways(self, period: int, kind: int) -> Iterator[Way]:
        chance = random.Random(f"{self.seed} {period} {kind}")
        quick = bool(kind % 2)
        for _ in range(WAYS):
            if kind < 2 and chance.random() < ENROLLED_OF_ALL:
                digital = self._digital(chance, period)
                if chance.random() < REFUSED_OF_ALL:
                    yield Way(self.paper(chance, period, REFUSED, quick), digital, "refused")
                else:
                    yield Way(digital, None, "digital")
            else:
                paper = self.paper(chance, period, PAPER if kind < 2 else PAPER_OF_TYPE, quick)
                yield Way(paper, None, "returned" if chance.random() < RETURNED_OF_PAPER else "paper")

    def _digital(self, chance: random.Random, period: int) -> int:
        [(route, mailbox, _)] = chance.choices(DIGITAL, [one[-1] for one in DIGITAL])
        return self._number(period, Channel.DIGITAL, route, mailbox, "DK", _sheets(chance), chance.choice(SIZES), "")

    def paper(
        self, chance: random.Random, period: int, ways: Sequence[tuple[str, str, str, int]], quick: bool = False
    ) -> int:
        """A pattern of one of these ways."""
        [(route, mailbox, country, _)] = chance.choices(ways, [one[-1] for one in ways])
        way = (Channel.PRINT, route, mailbox, country, _sheets(chance), chance.choice(SIZES[::6]))
        return self._number(period, *way, "quick" if quick else "economy")

    def _number(
        self, period: int, channel: Channel, route: str, mailbox: str, country: str, sheets: int, size: int, by: str
    ) -> int:
        key = (period, channel, route, mailbox, country, sheets, size, by)
        if key not in self._known:
            sending = Sending(channel, provider(channel), sheets, by, country, size)
            money = entries(self.tariffs, sending, self.periods[period], route, mailbox, PRINTER)
            self._known[key] = len(self.patterns)
            self.patterns.append(Pattern(str(channel), route, mailbox, sheets, size, money, by, country))
        return self._known[key]

    def period_of(self, day: date) -> int:
        """The period that the day lies in."""
        return bisect_right(self.periods, day) - 1

    @cached_property
    def batches(self) -> list[Batch]:
        """Of each working day: single letters through the day, and three mailings in its morning."""
        days = [self.first + timedelta(days=n) for n in range(DAYS)]
        days = [day for day in days if is_working_day(day)]
        chance = random.Random(f"{self.seed} days")
        shares = [chance.uniform(0.6, 1.4) * share for _ in days for share in (0.55, 0.25, 0.15, 0.05)]
        total, so_far, first, found = sum(shares), 0.0, 1, []
        for place, share in enumerate(shares):
            so_far += share
            after = 1 + round(self.letters * so_far / total)
            if after > first:
                found.append(self._batch(chance, days[place // SEVERAL], place % SEVERAL, first, after - first))
            first = after
        return found

    def _batch(self, chance: random.Random, day: date, place: int, first: int, letters: int) -> Batch:
        period = self.period_of(day)
        if place == 0:
            return Batch(day, period, first, letters, 6 * 3600 + 1800, 7 * 3600 + 3000)
        begins = 7 * 3600 + place * 1800
        mailing = UUID(int=chance.getrandbits(128), version=4)
        return Batch(day, period, first, letters, begins, 1200, mailing, chance.randrange(SOURCES))


def _sheets(chance: random.Random) -> int:
    return chance.choices([sheets for sheets, _ in SHEETS], [weight for _, weight in SHEETS])[0]
