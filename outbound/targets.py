"""What the municipality wants to reach: budgets, running costs, a price index and the official number of enrolled.

Policy as data, in `config/targets.toml` beside the shares to be reached (`organisation.Target`); docs/measures.md says
how each is used. Amounts are whole øre without VAT.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from outbound.policy import Faults, T, one, rows

EVERYONE = "*"
"""The department of a target or budget of the municipality as a whole."""

Who = Annotated[str, Field(pattern=r"^(\*|[a-z0-9-]{1,64})$")]
Year = Annotated[int, Field(ge=2000, le=2100, strict=True)]
Ore = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Source = Annotated[str, Field(min_length=1, max_length=400)]


@dataclass(frozen=True, slots=True)
class Budget:
    """The gain that a department is to realise in a year, in prices of `price_year`.

    `certain` is porto and materials, `estimated` working time; the two are never added.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    department: Who
    year: Year
    certain: Ore
    price_year: Year
    source: Source
    estimated: Ore | None = None


@dataclass(frozen=True, slots=True)
class RunningCost:
    """What the router itself costs in a year, in that year's prices."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    year: Year
    amount: Ore
    source: Source


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """The price level of a year, against any year that is 100."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    year: Year
    index: Annotated[Decimal, Field(gt=0, le=10_000, max_digits=8)]
    source: Source


@dataclass(frozen=True, slots=True)
class FixedPrices:
    """The year in whose prices amounts of different years are compared."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    year: Year


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An official count: citizens of at least 15 years, and how many of them were enrolled in Digital Post that day."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    day: date
    enrolled: Annotated[int, Field(ge=0, strict=True)]
    population: Annotated[int, Field(gt=0, strict=True)]
    source: Source

    @property
    def share(self) -> Fraction:
        """Enrolled of all."""
        return Fraction(self.enrolled, self.population)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it; every part may be missing. By year, and budgets by department and year."""

    budgets: Mapping[tuple[str, int], Budget] = field(default_factory=dict)
    running: Mapping[int, RunningCost] = field(default_factory=dict)
    index: Mapping[int, PriceIndex] = field(default_factory=dict)
    fixed_year: int | None = None
    enrolled: tuple[Enrolled, ...] = ()

    def factor(self, year: int, into: int | None) -> Fraction | None:
        """What an amount in prices of the one year is multiplied by to be in the other's. None where unknown."""
        if into == year:
            return Fraction(1)
        if into is None or year not in self.index or into not in self.index:
            return None
        return Fraction(self.index[into].index) / Fraction(self.index[year].index)

    def enrolled_on(self, day: date) -> Enrolled | None:
        """The newest count that is not later than that day."""
        return max((one for one in self.enrolled if one.day <= day), key=lambda one: one.day, default=None)


TABLES = ("budget", "running_cost", "price_index", "fixed_prices", "enrolled")


def plan_of(found: Mapping[str, Any], codes: set[str], faults: Faults) -> Plan:
    """The plan in these tables of the file. `codes` are the departments that there are."""
    budgets = _rows(Budget, "budget", found, faults)
    running = _rows(RunningCost, "running_cost", found, faults)
    index = _rows(PriceIndex, "price_index", found, faults)
    enrolled = _rows(Enrolled, "enrolled", found, faults)
    fixed = (
        () if found["fixed_prices"] is None else tuple(one(FixedPrices, "fixed_prices", found["fixed_prices"], faults))
    )
    for code in sorted({each.department for each in budgets}):
        _check_years(f"budget {code}", [each.year for each in budgets if each.department == code], faults)
        if code != EVERYONE and codes and code not in codes:
            faults.add(f"budget {code}", "there is no such department; add it or correct the code.")
    _check_years("running_cost", [each.year for each in running], faults)
    _check_years("price_index", [each.year for each in index], faults)
    _check_index({each.year for each in index}, budgets, fixed, faults)
    _check_enrolled(enrolled, faults)
    return Plan(
        {(each.department, each.year): each for each in budgets},
        {each.year: each for each in running},
        {each.year: each for each in index},
        fixed[0].year if fixed else None,
        enrolled,
    )


def _rows(kind: type[T], name: str, found: Mapping[str, Any], faults: Faults) -> tuple[T, ...]:
    """The rows of a table that may be missing."""
    return () if found[name] is None else rows(kind, name, found[name], faults)


def _check_years(what: str, years: Sequence[int], faults: Faults) -> None:
    """Each year once, and none between the first and the last left out."""
    for year in sorted({year for year in years if years.count(year) > 1}):
        faults.add(what, f"two rows are of {year}; keep one.")
    for year in range(min(years, default=0), max(years, default=0)):
        if year not in years:
            faults.add(what, f"no row is of {year}; add one.")


def _check_index(known: set[int], budgets: Iterable[Budget], fixed: Iterable[FixedPrices], faults: Faults) -> None:
    needed = {
        each.price_year: f"budget {each.department} {each.year}" for each in budgets if each.price_year != each.year
    }
    needed |= {each.year: "fixed_prices" for each in fixed}
    for year, where in sorted(needed.items()):
        if year not in known:
            faults.add(where, f"price_index has no row of {year}; add one, or name another year.")


def _check_enrolled(enrolled: Sequence[Enrolled], faults: Faults) -> None:
    days = [each.day for each in enrolled]
    for day in sorted({day for day in days if days.count(day) > 1}):
        faults.add("enrolled", f"two rows are of {day}; keep one.")
    for each in enrolled:
        if each.enrolled > each.population:
            faults.add(f"enrolled {each.day}", "more are enrolled than there are; correct one of the numbers.")
