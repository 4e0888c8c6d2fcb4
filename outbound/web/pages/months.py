"""`/ledelse/maaneder`: every month, closed or open, and its report as files, for management and for everybody."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from outbound.rendering import RenderingFault
from outbound.reports.months import months_of
from outbound.reports.papers import MEDIA, Broken, Form, TooSoon, file_name, may_be_public, paper
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Person, needs
from outbound.web.people import EVERYWHERE, Role
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside

router = APIRouter(prefix="/ledelse/maaneder")
Manager = Annotated[Person, Depends(needs(Role.MANAGEMENT))]
NAME = re.compile(r"maanedsrapport-(20[0-9]{2}-(?:0[1-9]|1[0-2]))(-offentlig)?\.(pdf|csv|xlsx)")
WORDS = {Form.PDF: "PDF", Form.CSV: "CSV", Form.XLSX: "Excel"}


@dataclass(frozen=True, slots=True)
class Link:
    """One file to be fetched."""

    name: str
    word: str


@router.get("")
def months(person: Manager, inside: Inside) -> Response:
    """The months, the newest first."""
    _must_see_all(person)
    with inside.house.ledger.reading() as tx:
        found = months_of(tx)
    return person.page(
        "months.html",
        title="Månedsrapporter",
        rows=[(one, _links(one.first, False), _public_links(one.first)) for one in found],
    )


@router.get("/{name}")
def file(person: Manager, request: Request, inside: Inside, name: str) -> Response:
    """One file."""
    _must_see_all(person)
    house, wanted = inside.house, NAME.fullmatch(name)
    if wanted is None:
        raise Problem(Kind.NOT_FOUND)
    month, form = date.fromisoformat(f"{wanted[1]}-01"), Form(wanted[3])
    with house.ledger.reading() as tx:
        known = any(one.first == month for one in months_of(tx))
    if not known:
        raise Problem(Kind.NOT_FOUND)
    try:
        made = paper(house.ledger, house.organisation, month, form, wanted[2] is not None)
    except TooSoon:
        return fault_page(request, 422, "Måneden er ikke slut. Den offentlige udgave laves, når den er.")
    except Broken:
        return fault_page(
            request, 422, "Den gemte rapport kan ikke læses. Driften kan se hvorfor: outbound month verify."
        )
    except RenderingFault:
        return fault_page(request, 422, "Rapporten er for lang til en PDF. Hent den som CSV eller Excel.")
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.body, media_type=MEDIA[form], headers=headers)


def _links(month: date, public: bool) -> list[Link]:
    return [Link(file_name(month, form, public), WORDS[form]) for form in Form]


def _public_links(month: date) -> list[Link]:
    return _links(month, True) if may_be_public(month) else []


def _must_see_all(person: Person) -> None:
    """The report is the municipality's: who sees some departments has none of it."""
    if EVERYWHERE not in person.account.departments:
        raise Problem(Kind.FORBIDDEN)
