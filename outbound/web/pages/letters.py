"""`/drift/breve`: letters looked for by what the ledger knows of them, and chosen to be acted on. No person in it."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from outbound import clock
from outbound.ledger import search
from outbound.ledger.search import Wanted
from outbound.letter import Channel, WaitsFor
from outbound.life import Status
from outbound.web.pages import many_words, words
from outbound.web.pages.choosing import NotAChoice, given_of, packed, wanted_of
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import OnDuty
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/drift")
A_PAGE = 40  # letters: with their boxes they go into one form
MOST_COUNTED = 10_000
After = Annotated[UUID | None, Query()]


@router.get("/breve")
def letters(person: OnDuty, request: Request, inside: Inside, efter: After = None) -> Response:
    """Letters by state, code, system, type, department, mailing, run, batch, provider or time; a page at a time."""
    try:
        wanted = wanted_of(request.query_params, person.account)
    except NotAChoice as fault:
        said = many_words.FIELDS.get(str(fault), "Valget")
        return fault_page(request, 422, f"{said} kan ikke læses. Der kan kun søges med koder, id'er og datoer.")
    with inside.house.ledger.reading() as tx:
        found = search.page(tx, wanted, efter, A_PAGE + 1)
        count = search.count(tx, wanted, MOST_COUNTED)
    return person.page(
        "chosen_letters.html",
        title="Breve",
        words=words,
        many=many_words,
        letters=found[:A_PAGE],
        next=found[A_PAGE - 1].id if len(found) > A_PAGE else None,
        after=efter,
        count=count,
        at_least=count >= MOST_COUNTED,
        given=given_of(wanted),
        choices=choices(inside, wanted),
        **_chosen(wanted),
    )


def _chosen(wanted: Wanted) -> dict[str, Any]:
    """What the page's form and its links carry on."""
    given = given_of(wanted)
    looked = replace(wanted, came_by=clock.now())
    return {"query": urlencode({name: text for name, text in given.items() if name != "set"}), "valg": packed(looked)}


def choices(inside: Rooms, wanted: Wanted) -> dict[str, dict[str, str]]:
    """What may be chosen in each field that is a list: value to what it is called."""
    house, all_of_them = inside.house, wanted.departments
    known = [one.code for one in house.organisation.departments_on(clock.today())]
    departments = [code for code in known if all_of_them is None or code in all_of_them]
    return {
        "tilstand": {str(status): words.STATES[status] for status in Status},
        "venter": {str(who): words.WAITS_FOR[who] for who in WaitsFor},
        "system": {system.name: system.name for system in house.organisation.systems},
        "forvaltning": {code: code for code in departments},
        "type": {name: name for name in house.types},
        "kanal": {str(channel): words.CHANNELS[channel] for channel in (Channel.DIGITAL, Channel.PRINT)},
        "leverandoer": {mailer.provider: mailer.provider for mailer in house.outside.mailers.values()},
    }
