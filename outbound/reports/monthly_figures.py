"""What a month's report says in figures: of its entries, and apart from these what was known when they were counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from outbound import clock
from outbound.accounts import closing
from outbound.facts import Fact, facts_of
from outbound.organisation import EVERYONE, Organisation
from outbound.reports.billing import Place, billing, places_in
from outbound.reports.figures import Figure, Letters, Money
from outbound.reports.invoiced import invoiced
from outbound.reports.local import Local, local_of
from outbound.reports.reading import By, Period, grouped
from outbound.reports.reminders import Reminders, reminders_in, together
from outbound.reports.report import label_of
from outbound.reports.returned import returned_of
from outbound.reports.shape import VERSION
from outbound.reports.targets import MEASURES, budgeted, digitisable_in, running_costs
from outbound.targets import Budget
from outbound.tariff_row import Part

Figures = Mapping[str, Any]
LISTS: Mapping[str, By] = {"routes": By.ROUTE, "letter_types": By.LETTER_TYPE, "systems": By.SYSTEM}
"""The lists of a report beside its departments."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What departments and all else are called in a month's report, and who pays for departments on which day."""

    places: tuple[Place, ...]
    names: Mapping[str, str]
    listed: tuple[str, ...]  # the departments that have a line also without letters
    municipality: str
    others: Callable[[By, str], str]  # the name of a route, a system, a letter type

    @classmethod
    def today(cls, organisation: Organisation, period: Period) -> "Naming":
        """As the organisation has them."""
        codes = dict.fromkeys(one.code for one in organisation.departments)
        names = {code: organisation.name_of(code, period.last) for code in codes}
        return cls(
            places_in(organisation, period),
            names,
            tuple(d.code for d in organisation.departments_on(period.last)),
            organisation.municipality.name,
            lambda by, key: label_of(organisation, period, by, key),
        )

    @classmethod
    def kept(cls, reported: Figures) -> "Naming":
        """As a report has kept them."""
        places = tuple(
            Place(**{**one, "first": date.fromisoformat(one["first"]), "last": date.fromisoformat(one["last"])})
            for one in reported["places"]
        )
        names = {one["department"]: one["name"] for one in reported["lines"]}
        others = {(by, one["key"]): one["name"] for part, by in LISTS.items() for one in reported.get(part, ())}
        whose = reported.get("municipality", "")
        return cls(places, names, tuple(names), whose, lambda by, key: others.get((by, key), key))


def figures_of(tx: Connection, month: date, naming: Naming) -> dict[str, Any]:
    """All that the entries of a month make, and of its year up to it how many letters there were month by month."""
    period = Period.month(month.year, month.month)
    year = facts_of(tx, month.replace(month=1), period.last)
    facts = [fact for fact in year if fact.period == f"{month:%Y-%m}"]
    by_department, sms = grouped(facts, By.DEPARTMENT), reminders_in(facts)
    codes = [*dict.fromkeys((*naming.listed, *sorted({*by_department, *sms})))]
    lines = [
        {"department": code, "name": naming.names.get(code, code)}
        | line_of(by_department.get(code, Figure()), sms.get(code, Reminders()))
        for code in codes
    ]
    return {
        "version": VERSION,
        "municipality": naming.municipality,
        "month": f"{month:%Y-%m}",
        "ledger": asdict(closing.position(tx, month)),
        "places": [asdict(one) | {"first": str(one.first), "last": str(one.last)} for one in naming.places],
        "lines": lines,
        "total": line_of(sum(by_department.values(), Figure()), together(sms.values())),
        "digitisable": [
            {"department": code, "letters": could.printed} for code, could in sorted(digitisable_in(facts).items())
        ],
        **{part: [*_list(facts, by, naming)] for part, by in LISTS.items()},
        "months": [*_months(month, year)],
        "billing": [asdict(line) for line in billing(tx, period, naming.places, naming.names)],
        "invoices": [asdict(one) for one in invoiced(tx, period)],
    }


def _list(facts: Iterable[Fact], by: By, naming: Naming) -> Iterator[dict[str, Any]]:
    for key, figure in grouped(facts, by).items():
        yield {"key": key, "name": naming.others(by, key)} | _letters_line(figure)


def _months(month: date, facts: Iterable[Fact]) -> Iterator[dict[str, Any]]:
    found = grouped(facts, By.MONTH)
    for number in range(1, month.month + 1):
        letters = found.get(key := f"{month.year}-{number:02d}", Figure()).letters
        yield {"month": key, "digital": letters.digital, "printed": letters.printed}


def line_of(figure: Figure, sms: Reminders) -> dict[str, int]:
    """The figures of one line: counts of letters, and øre without VAT."""
    return _letters_line(figure) | {"reminders": sms.sent, "reminders_cost": sms.cost}


def _letters_line(figure: Figure) -> dict[str, int]:
    letters, money = figure.letters, figure.money
    ways = {"cost": money.cost, "office": money.baseline, "print": money.by_print}
    return {
        "digital": letters.digital,
        "printed": letters.printed,
        **{f"{way}_{part}": amounts.get(part, 0) for way, amounts in ways.items() for part in Part},
        "failed": money.failed,
        "returned": money.returned,
        "householding": money.householding,
        "charged": money.charged,
        "invoiced": money.invoiced,
    }


NO_LETTERS = line_of(Figure(), Reminders())
"""A line with every figure that it has."""


def figure_of(line: Mapping[str, Any], local: Local | None = None) -> Figure:
    """The figure back from its line, so that shares and savings are computed in one place alone."""
    local = local or Local()

    def parts(way: str) -> dict[Part, int]:
        return {part: line[f"{way}_{part}"] for part in Part}

    plain = {name: line[name] for name in ("failed", "returned", "householding", "charged", "invoiced")}
    money = Money(cost=parts("cost"), baseline=parts("office"), by_print=parts("print"), **plain)
    return Figure(Letters(line["digital"], line["printed"], local.letters, local.estimated), money)


def known_of(tx: Connection, organisation: Organisation, month: date) -> dict[str, Any]:
    """What is no entry, as it was known at one moment: local print, returned letters, targets and budgets."""
    period, at = Period.month(month.year, month.month), clock.now()
    return {
        "at": at.isoformat(timespec="microseconds"),
        "local": [*local_lines(local_of(tx, organisation, period, at))],
        "returned": [
            {"department": code, "reason": str(reason), "letters": many}
            for code, reasons in returned_of(tx, period).items()
            for reason, many in reasons.items()
        ],
        "targets": [*_targets(organisation, period)],
        "budgets": [*_budgets(organisation, period)],
        "running": [] if (cost := running_costs(organisation.plan, period).current) is None else [{"amount": cost}],
    }


def local_lines(found: Mapping[str, Local]) -> Iterator[dict[str, Any]]:
    """Local print by department; `known` false where it was not reported."""
    for code, one in sorted(found.items()):
        yield {
            "department": code,
            "known": one.letters is not None,
            "letters": one.letters or 0,
            "estimated": one.estimated,
        }


def _targets(organisation: Organisation, period: Period) -> Iterator[dict[str, Any]]:
    for code in _departments(organisation, period):
        for measure in MEASURES:
            if (percent := organisation.target(measure, code, period.last)) is not None:
                yield {"department": code, "measure": measure, "percent": percent}


def _budgets(organisation: Organisation, period: Period) -> Iterator[dict[str, Any]]:
    """In the month's own prices, by its days: see docs/measures.md."""
    kinds: Mapping[str, Callable[[Budget], int | None]] = {
        "certain": lambda budget: budget.certain,
        "estimated": lambda budget: budget.estimated,
    }
    for code in _departments(organisation, period):
        for kind, amount in kinds.items():
            if (found := budgeted(organisation.plan, code, period, amount).current) is not None:
                yield {"department": code, "kind": kind, "amount": found}


def _departments(organisation: Organisation, period: Period) -> Sequence[str]:
    return (*dict.fromkeys(place.code for place in places_in(organisation, period)), EVERYONE)


def counted_at(reported: Figures) -> datetime | None:
    """When that was which is no entry; None in a report of before it was kept. Raises ValueError."""
    return datetime.fromisoformat(reported["known"]["at"]) if "known" in reported else None
