"""What management sees: every figure of a period, of the whole municipality or of some departments, from one reading.

Pure over what `read` has read; the page, `outbound management` and what else shows these figures take them from here.
docs/measures.md defines each.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as Codes
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from outbound import clock
from outbound.facts import Fact, People, facts_of
from outbound.letter import ReturnReason
from outbound.organisation import EVERYONE, Organisation
from outbound.reports.figures import Figure
from outbound.reports.local import Local, local_of
from outbound.reports.local import together as local_together
from outbound.reports.paper import MostPaper, Reason, most_paper, reasons
from outbound.reports.reading import By, Period
from outbound.reports.reminders import Reminders, reminders_in, together
from outbound.reports.report import TOGETHER, Line, Report, lines_of, with_local
from outbound.reports.returned import Returned, returned_of
from outbound.reports.targets import TargetReport, recipients, target_report_in


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a period: the facts, and the two small tables that they do not hold."""

    period: Period
    facts: Sequence[Fact] = ()
    local: Mapping[str, Local] = field(default_factory=dict)
    returned: Returned = field(default_factory=dict)
    recipients: People = field(default_factory=People)

    @property
    def departments(self) -> frozenset[str]:
        """Every department that had something, also one that the organisation does not know."""
        return frozenset({fact.way.department for fact in self.facts} | self.local.keys() | self.returned.keys())


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the period; `over`: all of its days are in it and behind us."""

    line: Line
    over: bool


@dataclass(frozen=True, slots=True)
class Management:
    """Every figure. `whole`: of the whole municipality; only then are `against.net` and the like of the letters here.

    `against` has a line for each department, with its targets and budgets, and the total.
    """

    period: Period
    whole: bool
    total: Line
    departments: tuple[Line, ...]
    months: tuple[Month, ...]
    channels: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    letter_types: tuple[MostPaper, ...]
    systems: tuple[MostPaper, ...]
    reminders: Reminders
    returned: Mapping[ReturnReason, int]
    against: TargetReport

    @property
    def target_paper(self) -> int | None:
        """The most that paper may be of the letters, in percent: what the target of the digital share leaves."""
        return None if self.total.target is None else 100 - self.total.target


def read(tx: Connection, organisation: Organisation, period: Period, everyone: bool = True) -> Read:
    """Read all of a period. `everyone`: also how many people letters were for, which is of the whole alone."""
    return Read(
        period,
        facts_of(tx, period.first, period.last),
        local_of(tx, organisation, period),
        returned_of(tx, period),
        recipients(tx, period) if everyone else People(),
    )


def choices(organisation: Organisation, found: Read) -> dict[str, str]:
    """The departments that may be chosen in the period, by code, with their names."""
    first, last = found.period.first, found.period.last
    known = [one.code for one in organisation.departments if one.valid_from <= last and _until(one.valid_to) >= first]
    return {code: organisation.name_of(code, last) for code in dict.fromkeys((*known, *sorted(found.departments)))}


def management(organisation: Organisation, found: Read, departments: Codes[str] | None = None) -> Management:
    """The figures; of these departments alone, or of all: nothing of another is in any of them."""
    if departments is not None:
        found = _of_these(found, departments)
    key = EVERYONE if departments is None else next(iter(departments)) if len(departments) == 1 else ""
    lines = lines_of(organisation, found.period, By.DEPARTMENT, found.facts)
    lines = tuple(
        replace(line, figure=with_local(line.figure, found.local.get(line.key, Local())))
        for line in lines
        if departments is None or line.key in departments
    )
    total = _total(organisation, found, key, lines)
    report = Report(found.period, By.DEPARTMENT, lines, total)
    types, systems = (_most(organisation, found, by) for by in (By.LETTER_TYPE, By.SYSTEM))
    return Management(
        period=found.period,
        whole=departments is None,
        total=total,
        departments=lines,
        months=_months(organisation, found, key),
        channels=lines_of(organisation, found.period, By.CHANNEL, found.facts),
        reasons=reasons(found.facts),
        letter_types=types,
        systems=systems,
        reminders=together(reminders_in(found.facts).values()),
        returned=_returned(found),
        against=target_report_in(organisation, report, found.facts, found.recipients, key),
    )


def _of_these(found: Read, departments: Codes[str]) -> Read:
    return Read(
        found.period,
        [fact for fact in found.facts if fact.way.department in departments],
        {code: local for code, local in found.local.items() if code in departments},
        {code: returned for code, returned in found.returned.items() if code in departments},
    )


def _total(organisation: Organisation, found: Read, key: str, lines: Sequence[Line]) -> Line:
    figure = sum((line.figure for line in lines), Figure())
    target = organisation.target("digital", key, found.period.last)
    return Line("", TOGETHER, with_local(figure, local_together(found.local)), target)


def _most(organisation: Organisation, found: Read, by: By) -> tuple[MostPaper, ...]:
    return most_paper(found.facts, by, lines_of(organisation, found.period, by, found.facts))


def _months(organisation: Organisation, found: Read, key: str) -> tuple[Month, ...]:
    """Each month with the target that was in force at its end."""
    lines = lines_of(organisation, found.period, By.MONTH, found.facts)
    parts = {f"{part.first:%Y-%m}": part for part in found.period.months()}
    return tuple(
        Month(
            replace(line, target=organisation.target("digital", key, whole.last)),
            over=parts[line.key] == whole and whole.last < clock.today(),
        )
        for line in lines
        for whole in [Period.month(int(line.key[:4]), int(line.key[5:]))]
    )


def _returned(found: Read) -> dict[ReturnReason, int]:
    counted = {why: sum(of.get(why, 0) for of in found.returned.values()) for why in ReturnReason}
    return {why: letters for why, letters in counted.items() if letters}


def _until(day: date | None) -> date:
    return date.max if day is None else day
