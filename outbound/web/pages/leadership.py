"""`/ledelse`: what those see who answer for the mail, as docs/measures.md defines it; and that in Danish."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from outbound import clock
from outbound.rendering import Fault
from outbound.reports import By, Period, table, target_words
from outbound.reports import management_words as words
from outbound.reports.definitions import DEFINITIONS, KNOWN, anchor
from outbound.reports.management import Management, choices, management, read
from outbound.reports.management_file import as_csv
from outbound.reports.report import Report
from outbound.web.pages import leadership_charts as charts
from outbound.web.pages.signed_in import Person, needs
from outbound.web.people import EVERYWHERE, Role
from outbound.web.problems import invalid
from outbound.web.rooms import Inside, Rooms

router = APIRouter()
InCharge = Annotated[Person, Depends(needs(Role.MANAGEMENT))]
Month = Annotated[str, Query(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]
Code = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,64}$")]
MOST_MONTHS = 60
SHORTER = {"Af digitaliserbare": "Digital andel af digitaliserbare"}
"""How a table calls a figure that is defined under a longer name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A period and one department, or all that the account may see; and the figures of it."""

    period: Period
    department: str
    departments: dict[str, str]
    made: Management

    @property
    def query(self) -> str:
        """As the address has it."""
        asked = {"fra": f"{self.period.first:%Y-%m}", "til": f"{self.period.last:%Y-%m}"}
        return urlencode({**asked, "forvaltning": self.department} if self.department else asked)


@router.get("/ledelse")
def figures(person: InCharge, inside: Inside, fra: Month = "", til: Month = "", forvaltning: Code = "") -> Response:
    """The figures over some months, of all departments that the account may see, or of one."""
    asked = _asked(person, inside, fra, til, forvaltning)
    made = asked.made
    return person.page(
        "leadership.html",
        title="Ledelse",
        asked=asked,
        latest=f"{clock.today():%Y-%m}",
        term=_term,
        drawn=_drawn(made),
        shown=_tables(made),
    )


@router.get("/ledelse.csv")
def download(person: InCharge, inside: Inside, fra: Month = "", til: Month = "", forvaltning: Code = "") -> Response:
    """The same figures for people with a spreadsheet; machines ask `outbound management --format csv`."""
    asked = _asked(person, inside, fra, til, forvaltning)
    name = "-".join(
        filter(None, ("ledelse", asked.department, f"{asked.period.first:%Y-%m}", f"{asked.period.last:%Y-%m}"))
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(as_csv(asked.made), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/ledelse/definitioner")
def definitions(person: InCharge) -> Response:
    """What each figure is."""
    return person.page("definitions.html", title="Definitioner", groups=DEFINITIONS)


def _asked(person: Person, inside: Rooms, fra: str, til: str, department: str) -> Asked:
    """Raises Problem (422) for months that cannot be, and for a department that is not theirs, or is none."""
    period, house, whole = _period(fra, til), inside.house, EVERYWHERE in person.account.departments
    with house.ledger.reading() as tx:
        found = read(tx, house.organisation, period, everyone=whole and not department)
    theirs = {code: name for code, name in choices(house.organisation, found).items() if person.account.may_see(code)}
    if department and department not in theirs:
        raise invalid([Fault("?forvaltning", "There is no such department, or it is not yours to look at.")])
    seen = {department} if department else None if whole else theirs.keys()
    return Asked(period, department, theirs, management(house.organisation, found, seen))


def _drawn(made: Management) -> dict[str, object]:
    return {
        "months": charts.by_month(made),
        "unfinished": charts.unfinished(made),
        "departments": charts.by_department(made),
        "grounds": charts.by_reason(made),
        "gains": charts.gains(made),
    }


def _tables(made: Management) -> dict[str, object]:
    lines = (*made.against.lines, made.against.total) if len(made.departments) > 1 else made.against.lines
    return {
        "tiles": words.tiles(made),
        "reasons": words.reasons(made),
        "savings": words.savings(made),
        "costs": words.costs(made),
        "letter_types": words.most("Brevtype", made.letter_types),
        "systems": words.most("Fagsystem", made.systems),
        "returned": words.returned(made),
        "shares": target_words.shares(lines),
        "budgets": target_words.gains(lines, made.against.fixed_year),
        "municipality": target_words.whole(made.against) if made.whole else (),
        "by_department": table(Report(made.period, By.DEPARTMENT, made.departments, made.total)),
        "by_month": table(Report(made.period, By.MONTH, tuple(month.line for month in made.months), made.total)),
    }


def _term(word: str) -> str:
    """Where a heading is defined on the page of definitions; empty where it is not."""
    name = word.replace("Heraf sikkert: ", "Heraf ").partition(", 20")[0]
    name = SHORTER.get(name, name)
    return anchor(name) if name in KNOWN else ""


def _period(fra: str, til: str) -> Period:
    """From the first of a month to the last of another, or to today; this year so far where nothing is said."""
    today = clock.today()
    first = date.fromisoformat(f"{fra or f'{today:%Y}-01'}-01")
    year, month = (int(part) for part in (til or f"{max(today, first):%Y-%m}").split("-"))
    last = Period.month(year, month).last
    if last < first or (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise invalid([Fault("?fra", "The months stand the wrong way round, or are too many.")])
    return Period(first, max(first, min(last, today)))
