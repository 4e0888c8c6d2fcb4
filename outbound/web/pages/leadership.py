"""`/ledelse`: the shares and the savings, as docs/measures.md defines them and nothing beside."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from outbound import clock
from outbound.rendering import Fault
from outbound.reports import By, Period, percent, reminders_of, report, router_share, table, target_words, together
from outbound.reports.report import HEADINGS, Line, Report
from outbound.reports.targets import Against, TargetReport, target_report
from outbound.web.pages.signed_in import Person, needs
from outbound.web.people import EVERYWHERE, Role
from outbound.web.problems import invalid
from outbound.web.rooms import Inside

router = APIRouter(prefix="/ledelse")
InCharge = Annotated[Person, Depends(needs(Role.MANAGEMENT))]
Rows = tuple[tuple[str, ...], ...]
Month = Annotated[str, Query(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]
MOST_MONTHS = 60
LETTERS_ONLY = 4  # columns: a route has letters, digital and printed; a share of it says nothing
PARTS_FROM = 1 + HEADINGS.index("Tid sparet, anslået") + 1
"""From here on a report's columns are parts of its certain saving: a table of their own, for the page's width."""


@router.get("")
def figures(person: InCharge, inside: Inside, fra: Month = "", til: Month = "") -> Response:
    """The municipality's figures over some months, by department and by month."""
    period = _period(fra, til)
    with inside.house.ledger.reading() as tx:
        made = {by: report(tx, inside.house.organisation, period, by) for by in (By.DEPARTMENT, By.MONTH, By.ROUTE)}
        reminders = together(reminders_of(tx, period).values())
        so_far = Period(period.first, max(period.first, min(period.last, clock.today())))
        against = target_report(tx, inside.house.organisation, replace(made[By.DEPARTMENT], period=so_far))
    whole = EVERYWHERE in person.account.departments
    departments = made[By.DEPARTMENT]
    lines = [line for line in departments.lines if person.account.may_see(line.key)]
    return person.page(
        "leadership.html",
        title="Ledelse",
        period=period,
        total=departments.total if whole else None,
        departments=_in_two(_table(departments, lines, whole)),
        targets=[
            target_words.shares(_seen(against, person, whole)),
            target_words.gains(_seen(against, person, whole), against.fixed_year),
        ],
        municipality=target_words.whole(against) if whole else None,
        months=_in_two(table(made[By.MONTH])) if whole else None,
        routes=_routes(made[By.ROUTE]) if whole else None,
        bars=[
            (line.label, line.figure.letters, percent(line.figure.letters.digital_share), line.target) for line in lines
        ],
        reminders=reminders if whole else None,
        percent=percent,
        router_share=router_share,
        latest=f"{clock.today():%Y-%m}",
    )


def _table(made: Report, lines: list[Line], whole: bool) -> Rows:
    rows = table(made)
    kept = [row for row, line in zip(rows[1:-1], made.lines, strict=True) if line in lines]
    return (rows[0], *kept, *((rows[-1],) if whole else ()))


def _in_two(rows: Rows) -> tuple[Rows, Rows]:
    """The report, and the parts of its certain saving beside the whole of it."""
    certain = 1 + HEADINGS.index("Sparet, sikkert")
    return tuple(row[:PARTS_FROM] for row in rows), tuple((row[0], row[certain], *row[PARTS_FROM:]) for row in rows)


def _seen(against: TargetReport, person: Person, whole: bool) -> list[Against]:
    lines = [line for line in against.lines if person.account.may_see(line.key)]
    return [*lines, against.total] if whole else lines


def _routes(made: Report) -> list[tuple[str, ...]]:
    rows = table(made)
    return [row[:LETTERS_ONLY] for row in (rows if made.lines else rows[:1])]


def _period(fra: str, til: str) -> Period:
    """From the first of a month to the last of another; this year so far where nothing is said."""
    today = clock.today()
    first = date.fromisoformat(f"{fra or f'{today:%Y}-01'}-01")
    year, month = (int(part) for part in (til or f"{max(today, first):%Y-%m}").split("-"))
    last = Period.month(year, month).last
    if last < first or (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise invalid([Fault("?fra", "The months stand the wrong way round, or are too many.")])
    return Period(first, last)
