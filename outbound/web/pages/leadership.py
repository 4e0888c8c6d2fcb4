"""`/ledelse`: what those see who answer for the mail, as docs/measures.md defines it; and that in Danish."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from outbound import clock
from outbound.reports import Period
from outbound.reports.definitions import DEFINITIONS
from outbound.reports.management import Management, Read, choices, management, read
from outbound.reports.management_file import as_csv
from outbound.web.pages import leadership_charts as charts
from outbound.web.pages.definition_words import WHAT_IF, reasons_for_paper
from outbound.web.pages.faults import fault_page
from outbound.web.pages.leadership_tables import tables_of, term, titled
from outbound.web.pages.months_asked import NO_DEPARTMENTS, latest, period_of, running, shown_as
from outbound.web.pages.signed_in import Person, needs
from outbound.web.pages.type_titles import titles_of
from outbound.web.people import EVERYWHERE, Role
from outbound.web.rooms import Inside, Rooms

router = APIRouter()
InCharge = Annotated[Person, Depends(needs(Role.MANAGEMENT))]
FIELDS = {"fra": "Fra", "til": "Til", "forvaltning": "Forvaltning"}
NO_SUCH_DEPARTMENT = "Vælg en forvaltning på listen."


@dataclass(frozen=True, slots=True)
class Asked:
    """A period and one department, or all of `departments`, which the account may see; and the figures of it."""

    period: Period
    department: str
    departments: dict[str, str]
    made: Management

    @property
    def query(self) -> str:
        """As the address has it."""
        asked = {"fra": f"{self.period.first:%Y-%m}", "til": f"{self.period.last:%Y-%m}"}
        return urlencode({**asked, "forvaltning": self.department} if self.department else asked)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be asked for: by field, with the departments that could be chosen."""

    faults: dict[str, str]
    departments: dict[str, str]


@router.get("/ledelse")
def figures(person: InCharge, inside: Inside, fra: str = "", til: str = "", forvaltning: str = "") -> Response:
    """The figures over some months, of all departments that the account may see, or of one."""
    asked = _asked(person, inside, fra, til, forvaltning)
    right = asked if isinstance(asked, Asked) else None
    months = shown_as(right.period if right else None, fra, til)
    return person.page(
        "leadership.html",
        200 if right else 422,
        title="Ledelse",
        asked=right,
        fields=FIELDS,
        faults={} if isinstance(asked, Asked) else asked.faults,
        months=dict(zip(("fra", "til"), months, strict=True)),
        departments=asked.departments,
        chosen=forvaltning,
        no_departments=NO_DEPARTMENTS,
        latest=latest(),
        running=running(right.period) if right else "",
        term=term,
        drawn=_drawn(right.made) if right else {},
        shown=tables_of(right.made, inside.house.types) if right else {},
    )


@router.get("/ledelse.csv")
def download(person: InCharge, inside: Inside, fra: str = "", til: str = "", forvaltning: str = "") -> Response:
    """The same figures for people with a spreadsheet; machines ask `outbound management --format csv`."""
    asked = _asked(person, inside, fra, til, forvaltning)
    if isinstance(asked, Wrong):
        return fault_page(person.request, 422, " ".join(f"{FIELDS[at]}: {said}" for at, said in asked.faults.items()))
    if not asked.departments:
        return fault_page(person.request, 403, NO_DEPARTMENTS)
    name = "-".join(
        filter(None, ("ledelse", asked.department, f"{asked.period.first:%Y-%m}", f"{asked.period.last:%Y-%m}"))
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    types = titled(asked.made.letter_types, titles_of(inside.house.types))
    made = replace(asked.made, letter_types=tuple(types))
    return Response(as_csv(made), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/ledelse/definitioner")
def definitions(person: InCharge) -> Response:
    """What each figure is, why letters go on paper, and how what-if is computed."""
    return person.page(
        "definitions.html", title="Definitioner", groups=DEFINITIONS, reasons=reasons_for_paper(), whatif=WHAT_IF
    )


def _asked(person: Person, inside: Rooms, fra: str, til: str, department: str) -> Asked | Wrong:
    """The figures; or what is wrong with the months, or with a department that is not theirs, or is none."""
    house, whole = inside.house, EVERYWHERE in person.account.departments
    period, faults = period_of(fra, til)
    if period is None:
        return Wrong(faults, _theirs(person, choices(house.organisation, Read(Period(clock.today(), clock.today())))))
    with house.ledger.reading() as tx:
        found = read(tx, house.organisation, period, everyone=whole and not department)
    theirs = _theirs(person, choices(house.organisation, found))
    if department and department not in theirs:
        return Wrong({"forvaltning": NO_SUCH_DEPARTMENT}, theirs)
    seen = {department} if department else None if whole else theirs.keys()
    return Asked(period, department, theirs, management(house.organisation, found, seen))


def _theirs(person: Person, departments: dict[str, str]) -> dict[str, str]:
    return {code: name for code, name in departments.items() if person.account.may_see(code)}


def _drawn(made: Management) -> dict[str, object]:
    return {
        "months": charts.by_month(made),
        "departments": charts.by_department(made),
        "grounds": charts.by_reason(made),
        "gains": charts.gains(made),
    }
