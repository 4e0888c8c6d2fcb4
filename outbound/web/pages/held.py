"""`/drift/standset`: letters HELD for one reason; those that somebody has looked at are released together."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound import desk, standing
from outbound.desk import DeskRefusal, Verb
from outbound.held import verbs_of
from outbound.ledger.values import Letter, Step
from outbound.letter import WaitsFor
from outbound.web.pages import drift_words, words
from outbound.web.pages.choosing import held_so
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import A_PAGE, OnDuty, letters_page
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.rooms import Inside, Rooms
from workers.queues import queue_name

router = APIRouter(prefix="/drift/standset")
Code = Annotated[str, Query(max_length=60, pattern=r"^[^\x00-\x1f]*$")]


@router.get("")
def held(person: OnDuty, inside: Inside, kode: Code, venter: WaitsFor, efter: UUID | None = None) -> Response:
    """HELD letters for one reason, a page at a time."""
    with inside.house.ledger.reading() as tx:
        found = standing.held_letters(tx, kode, venter, efter, A_PAGE + 1)
        fitting = verbs_of(tx, [one for one in found[:A_PAGE] if person.account.may_see(one.department)])
    said = " ".join((words.reason(kode), *drift_words.held_said({verb for each in fitting.values() for verb in each})))
    more = {"code": kode, "waits_for": venter, "after": efter, "many": held_so(kode, venter)}
    free = [letter.hex for letter, verbs in fitting.items() if Verb.RELEASE in verbs]
    return letters_page(person, found, "Standsede breve", said=said, free=free, **more)


@router.post("")
def release_shown(
    person: OnDuty, request: Request, form: Form, inside: Inside, kode: Code, venter: WaitsFor
) -> Response:
    """Release the letters that the page showed, where they are still HELD for that reason."""
    check_token(person, form)
    why, shown = form.get("why", "").strip()[:500], _ids(form.get("breve", ""))
    if not desk.says_something(why):
        return fault_page(request, 422, words.REFUSALS["why"])
    if not shown:
        return fault_page(request, 422, "Se listen igen, og slip så brevene fri.")
    with inside.house.ledger.reading() as tx:
        found = standing.still_held(tx, shown, kode, venter)
    for one in found:
        if person.account.may_see(one.department):
            _release(inside, one, person, why)
    return RedirectResponse("/drift", 303)


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(one) for one in text.split()[:A_PAGE]]
    except ValueError:
        return []


def _release(inside: Rooms, one: Letter, person: Person, why: str) -> None:
    try:
        desk.release(inside.house, one.id, person.hand(why))
    except DeskRefusal:
        return  # it has gone on meanwhile, or a dispatch of it is live: it stays on the list if so
    inside.ring(queue_name(Step.ROUTE if one.document_fingerprint else Step.RENDER, one.lane), 1)
