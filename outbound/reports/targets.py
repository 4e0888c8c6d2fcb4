"""Realised against what was to be reached: shares, gains in current and fixed prices, gross and net, and enrolment.

docs/measures.md defines every figure. Amounts are computed in exact fractions and rounded once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import Connection

from outbound.facts import NOT_SAID, Fact, People, facts_of, people_of
from outbound.letter import Channel, Mailbox
from outbound.organisation import EVERYONE, Organisation
from outbound.reports.figures import Figure, Letters, Money, rounded, share
from outbound.reports.reading import By, Period, grouped
from outbound.reports.report import Report
from outbound.routing import Route
from outbound.targets import Budget, Enrolled, Plan

MEASURES = ("digital", "fjernprint", "digitisable", "digitisable-assumed", "enrolled")

PERHAPS_DIGITAL = frozenset(
    route.code for route in (Route.DIGITAL_REFUSED, Route.DIGITAL_TOO_LARGE, Route.CHOSEN_PAPER, Route.PAPER_DEMANDED)
)
"""Routes to paper whose recipient may have been enrolled, for entries that do not say what the look-up said."""


@dataclass(frozen=True, slots=True)
class Prices:
    """An amount in øre, in the prices of its own years and in those of the fixed year; None = unknown."""

    current: int | None = None
    fixed: int | None = None

    def __sub__(self, other: "Prices") -> "Prices":
        return Prices(_less(self.current, other.current), _less(self.fixed, other.fixed))


@dataclass(frozen=True, slots=True)
class Against:
    """A department, or all: what is realised, and what was to be. `digitisable`: letters that could be digital."""

    key: str
    label: str
    letters: Letters
    digitisable: Letters
    targets: Mapping[str, int | None]
    certain: Prices
    certain_budget: Prices
    estimated: Prices
    estimated_budget: Prices


@dataclass(frozen=True, slots=True)
class TargetReport:
    """The whole report. `net` is the certain gain less what the router costs."""

    period: Period
    fixed_year: int | None
    lines: tuple[Against, ...]
    total: Against
    running: Prices
    net: Prices
    official: Enrolled | None
    recipients: People


def target_report(tx: Connection, organisation: Organisation, made: Report) -> TargetReport:
    """Realised against budget and targets, for each department and all together. `made` is the report by department."""
    facts = facts_of(tx, made.period.first, made.period.last)
    return target_report_in(organisation, made, facts, recipients(tx, made.period))


def target_report_in(
    organisation: Organisation, made: Report, facts: Sequence[Fact], found: People, key: str = EVERYONE
) -> TargetReport:
    """The same of facts that were read already. `key`: whose targets and budget those of all together are held to."""
    plan, period = organisation.plan, made.period
    gained = _by_year(period, facts)
    could = digitisable_in(facts)
    lines = tuple(
        _against(organisation, period, line.key, line.label, line.figure, could.get(line.key, Letters()), gained)
        for line in made.lines
    )
    whole = {part: {key: sum(of.values(), Figure())} for part, of in gained.items()}
    together = sum(could.values(), Letters())
    total = _against(organisation, period, key, made.total.label, made.total.figure, together, whole)
    running = running_costs(plan, period)
    official = plan.enrolled_on(period.last)
    return TargetReport(period, plan.fixed_year, lines, total, running, total.certain - running, official, found)


def _by_year(period: Period, facts: Sequence[Fact]) -> dict[Period, dict[str, Figure]]:
    """The figures of each department, year by year."""
    return {
        year: grouped([fact for fact in facts if fact.period[:4] == f"{year.first:%Y}"], By.DEPARTMENT)
        for year in _years(period)
    }


def digitisable(tx: Connection, period: Period) -> dict[str, Letters]:
    """By department: letters that went to the mailbox, and those on paper that could have gone there."""
    return digitisable_in(facts_of(tx, period.first, period.last))


def digitisable_in(facts: Iterable[Fact]) -> dict[str, Letters]:
    """The same of facts that were read already."""
    found: dict[str, Letters] = {}
    for fact in facts:
        way, many = fact.way, fact.sums["letters"]
        digital = way.channel == Channel.DIGITAL
        if many and (digital or could_be_digital(way.route, way.mailbox)):
            more = Letters(many, 0) if digital else Letters(0, many)
            found[way.department] = found.get(way.department, Letters()) + more
    return found


def could_be_digital(route: str, mailbox: str) -> bool:
    """Was a letter on paper to somebody enrolled, and of no type for paper only?"""
    if mailbox == NOT_SAID:
        return route in PERHAPS_DIGITAL
    return mailbox == Mailbox.ENROLLED and route != Route.PAPER_ONLY.code


def recipients(tx: Connection, period: Period) -> People:
    """The citizens looked up for letters that were handed over in the period, each once a month."""
    return sum((people_of(tx, month.first, month.last) for month in period.months()), People())


def share_of_people(found: People) -> Fraction | None:
    """Enrolled of the people. None without any, or where some are forgotten."""
    return None if found.forgotten else share(found.people_enrolled, found.people)


def share_of_letters(found: People) -> Fraction | None:
    """Letters to enrolled citizens, of letters to citizens who were looked up. None without any."""
    return share(found.letters_enrolled, found.letters)


def running_costs(plan: Plan, period: Period) -> Prices:
    """What the router itself costs in the period: each year's by its days."""
    return _prices(plan, period, lambda year: (plan.running[year].amount, year) if year in plan.running else None)


def budgeted(plan: Plan, department: str, period: Period, amount: Callable[[Budget], int | None]) -> Prices:
    """What the department was to gain in the period: each year's budget by its days. Unknown where a year has none."""

    def of_year(year: int) -> tuple[int, int] | None:
        found = plan.budgets.get((department, year))
        wanted = amount(found) if found else None
        return (wanted, found.price_year) if found and wanted is not None else None

    return _prices(plan, period, of_year)


def _prices(plan: Plan, period: Period, of_year: Callable[[int], tuple[int, int] | None]) -> Prices:
    """Amounts of whole years (øre, and the year in whose prices) by the days of the period."""
    current: Fraction | None = Fraction(0)
    fixed: Fraction | None = Fraction(0)
    for part in _years(period):
        year = part.first.year
        found = of_year(year)
        if found is None:
            return Prices()
        amount = found[0] * Fraction(_days(part), _days(Period(date(year, 1, 1), date(year, 12, 31))))
        current = _plus(current, amount, plan.factor(found[1], year))
        fixed = _plus(fixed, amount, plan.factor(found[1], plan.fixed_year))
    return Prices(_rounded(current), _rounded(fixed))


def _realised(
    plan: Plan, gained: Mapping[Period, Mapping[str, Figure]], key: str, of: Callable[[Money], int]
) -> Prices:
    amounts = {part.first.year: of(found.get(key, Figure()).money) for part, found in gained.items()}
    fixed: Fraction | None = Fraction(0)
    for year, amount in amounts.items():
        fixed = _plus(fixed, Fraction(amount), plan.factor(year, plan.fixed_year))
    return Prices(sum(amounts.values()), _rounded(fixed))


def _against(
    organisation: Organisation,
    period: Period,
    key: str,
    label: str,
    figure: Figure,
    could: Letters,
    gained: Mapping[Period, Mapping[str, Figure]],
) -> Against:
    plan = organisation.plan
    return Against(
        key,
        label,
        figure.letters,
        could,
        {measure: organisation.target(measure, key, period.last) for measure in MEASURES},
        _realised(plan, gained, key, lambda money: money.certain),
        budgeted(plan, key, period, lambda budget: budget.certain),
        _realised(plan, gained, key, lambda money: money.estimated),
        budgeted(plan, key, period, lambda budget: budget.estimated),
    )


def _years(period: Period) -> Iterator[Period]:
    """The calendar years that the period touches, cut to it."""
    for year in range(period.first.year, period.last.year + 1):
        yield Period(max(period.first, date(year, 1, 1)), min(period.last, date(year, 12, 31)))


def _days(period: Period) -> int:
    return (period.last - period.first).days + 1


def _plus(so_far: Fraction | None, amount: Fraction, factor: Fraction | None) -> Fraction | None:
    return None if so_far is None or factor is None else so_far + amount * factor


def _rounded(amount: Fraction | None) -> int | None:
    """To the nearest øre, half upwards."""
    return None if amount is None else rounded(amount)


def _less(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other
