"""`/drift/breve/{id}/pdf-ny`: another PDF in place of the one that a system handed in, uploaded and checked first."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from outbound import clock, desk
from outbound.desk import DeskRefusal, Verb, verbs_for
from outbound.intake import document_faults
from outbound.ledger import sending
from outbound.ledger.letters import letter as find
from outbound.ledger.values import Step
from outbound.letter import Lane, ReadyMade
from outbound.web.pages import pdf_words, words
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import OnDuty
from outbound.web.pages.signed_in import Person, check_token
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Rooms, rooms_of
from outbound.web.upload import Upload, read_upload
from workers.queues import queue_name

router = APIRouter(prefix="/drift/breve")


@router.post("/{letter}/pdf-ny")
async def replace_pdf(person: OnDuty, request: Request, letter: UUID) -> Response:
    """Check it as a system's own PDF is checked; then it takes the other's place, and the letter goes on."""
    inside = rooms_of(request)
    upload = await read_upload(request, inside.house.settings.pdf_limit)
    return await run_in_threadpool(_replace, person, request, inside, letter, upload)


def _replace(person: Person, request: Request, inside: Rooms, letter: UUID, upload: Upload) -> Response:
    check_token(person, upload.fields)
    lane = _fits(person, inside, letter)
    try:
        new = _ready_made(upload.fields, upload.file)
    except ValueError:
        return fault_page(request, 422, "Vælg en PDF, og skriv dens titel og dato.")
    if not desk.says_something(upload.fields.get("why", "")):
        return fault_page(request, 422, words.REFUSALS["why"])
    if found := [*document_faults(inside.house, new, "")]:
        said = dict.fromkeys(pdf_words.fault_said(fault) for fault in found)
        return fault_page(request, 422, "PDF'en er ikke taget i brug. " + " ".join(said))
    try:
        desk.replace_pdf(inside.house, letter, new, person.hand(upload.fields["why"].strip()[:500]))
    except DeskRefusal as refusal:
        return fault_page(request, 409, words.REFUSALS.get(refusal.code, ""))
    inside.ring(queue_name(Step.RENDER, lane), 1)
    return RedirectResponse(f"/drift/breve/{letter}", 303)


def _fits(person: Person, inside: Rooms, letter: UUID) -> Lane:
    """The letter's lane. Raises Problem (404, 409), so that no file is checked in vain."""
    with inside.house.ledger.reading() as tx:
        one, live = find(tx, letter), sending.live_dispatch(tx, letter)
    if one is None or not person.account.may_see(one.department):
        raise Problem(Kind.NOT_FOUND)
    if Verb.REPLACE not in verbs_for(one, live):
        raise Problem(Kind.NOT_NOW)
    return one.lane


def _ready_made(fields: Mapping[str, str], pdf: bytes) -> ReadyMade:
    """Raises ValueError where something is missing."""
    title = fields.get("titel", "").strip()
    if not title or not pdf:
        raise ValueError("missing")
    return ReadyMade(pdf, title, clock.day_of(fields.get("dateret", "")))
