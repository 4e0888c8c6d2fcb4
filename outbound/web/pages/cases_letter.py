"""`/sager/breve/{id}`: a letter's story in plain Danish, its proof, and what a caseworker may do with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outbound import cases, desk, standing
from outbound.contents import DOCUMENT, HEAD, PERSON, attachments_of, title_of, unpack_addressee
from outbound.delivery import House
from outbound.delivery.closing import cancellable_until
from outbound.desk import DeskRefusal, Hand, Verb
from outbound.ledger.values import Step
from outbound.letter import Address, Channel
from outbound.resending import Foreseen
from outbound.resending import foresee as foresee_it
from outbound.seal import Part
from outbound.story import Story
from outbound.web.api.letters import pdf_answer
from outbound.web.pages import case_story, case_words, words
from outbound.web.pages.cases import OnCase, departments_of, names, searches_of
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.problems import Kind, Problem
from outbound.web.proof_sheet import gather, proof_pdf
from outbound.web.rooms import Inside, Rooms
from workers.queues import queue_name

router = APIRouter(prefix="/sager/breve")
WHY = "Vælg, hvorfor du åbner brevet."
REFUSALS = {
    "content-missing": "Brevets indhold er slettet, fordi det ikke længere skal gemmes.",
}
PLAIN: Mapping[Verb, Callable[[House, UUID, Hand], None]] = {
    Verb.CANCEL: desk.cancel,
    Verb.RELEASE: desk.release,
    Verb.ACKNOWLEDGE: desk.acknowledge,
}


@router.get("/{letter}")
def tell(person: OnCase, inside: Inside, letter: UUID) -> Response:
    """The story, without a word of the letter or its recipient."""
    return _page(person, inside, _story(inside, person, letter))


@router.post("/{letter}/aabn")
def open_it(person: OnCase, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """The recipient and the title; written in the reading log under this person's name."""
    check_token(person, form)
    found = _story(inside, person, letter)
    if (purpose := form.get("purpose", "")) not in case_words.PURPOSES:
        return fault_page(request, 422, WHY)
    wanted = [Part(letter, PERSON), Part(letter, HEAD)]
    with inside.house.ledger.writing() as tx:
        opened = inside.house.seal.open_parts(tx, wanted, person.account.name, purpose)
    body, head = (opened.get(part) for part in wanted)
    shown = {"title_of_it": title_of(head) if head else "", "attachments": attachments_of(head) if head else ()}
    return _page(person, inside, found, open=True, addressee=unpack_addressee(body) if body else None, **shown)


@router.post("/{letter}/pdf")
def show_pdf(person: OnCase, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """The letter itself; written in the reading log."""
    check_token(person, form)
    _story(inside, person, letter)
    if (purpose := form.get("purpose", "")) not in case_words.PURPOSES:
        return fault_page(request, 422, WHY)
    with inside.house.ledger.writing() as tx:
        pdf = inside.house.seal.open(tx, letter, DOCUMENT, person.account.name, purpose)
    if pdf is None:
        return fault_page(request, 409, "Brevet er ikke sat op endnu, eller dets indhold gemmes ikke længere.")
    return pdf_answer(pdf, f"{letter}.pdf")


@router.post("/{letter}/bevis")
def prove(person: OnCase, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """The proof as a PDF; written in the reading log."""
    check_token(person, form)
    found = _story(inside, person, letter)
    if (purpose := form.get("purpose", "")) not in case_words.PURPOSES:
        return fault_page(request, 422, WHY)
    return pdf_answer(proof_pdf(gather(inside.house, found, person.account.name, purpose)), f"{letter}-bevis.pdf")


@router.post("/{letter}/send-igen")
def foresee(person: OnCase, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """What sending it again will come to: the way by today's look-ups, and whereto. Nothing is sent yet."""
    check_token(person, form)
    found = _story(inside, person, letter)
    if Verb.RESEND not in cases.verbs_of(found.letter, found.live):
        return fault_page(request, 409, words.REFUSALS["not-now"])
    why, address = _why(form), _address(form)
    if not desk.says_something(why):
        return fault_page(request, 422, words.REFUSALS["why"])
    if wait := searches_of(request).take(person.account.name):
        return fault_page(request, 429, f"Der er slået meget op. Vent {int(wait) + 1} sekunder.")
    try:
        seen = foresee_it(inside.house, found, address, person.account.name)
    except DeskRefusal as refusal:
        said = REFUSALS.get(refusal.code, words.REFUSALS.get(refusal.code, ""))
        return fault_page(request, 422 if refusal.code == "address" else 409, said)
    return _foreseen_page(person, inside, found, form, seen)


@router.post("/{letter}/handling/{verb}")
def act(person: OnCase, request: Request, form: Form, inside: Inside, letter: UUID, verb: Verb) -> Response:
    """Do one of a caseworker's verbs that fit, with a why."""
    check_token(person, form)
    found = _story(inside, person, letter)
    if verb not in cases.verbs_of(found.letter, found.live):
        return fault_page(request, 409, words.REFUSALS["not-now"])
    try:
        to = _do(inside.house, verb, letter, form, person.hand(_why(form)))
    except DeskRefusal as refusal:
        status = 422 if refusal.code in ("why", "address") else 409
        return fault_page(request, status, words.REFUSALS.get(refusal.code, ""))
    for step in (Step.RENDER, Step.ROUTE):
        inside.ring(queue_name(step, found.letter.lane), 1)
    return RedirectResponse(f"/sager/breve/{to or letter}", 303)


def _do(house: House, verb: Verb, letter: UUID, form: Mapping[str, str], hand: Hand) -> UUID | None:
    """Returns the new letter's id where the verb makes one. Raises DeskRefusal."""
    if verb is Verb.RESEND:
        return desk.resend(house, letter, hand, _address(form))
    if verb is Verb.MEND:
        desk.mend_address(house, letter, _address(form) or Address("", (), "", ""), hand)
    else:
        PLAIN[verb](house, letter, hand)
    return None


def _story(inside: Rooms, person: Person, letter: UUID) -> Story:
    """Raises Problem (404) where there is no such letter, or where it is another department's."""
    with inside.house.ledger.reading() as tx:
        found = cases.story_for(tx, letter, departments_of(person))
    if found is None:
        raise Problem(Kind.NOT_FOUND)
    return replace(found, cancellable_until=cancellable_until(found.letter))


def _page(person: Person, inside: Rooms, found: Story, **opened: Any) -> Response:
    with inside.house.ledger.reading() as tx:
        pauses = standing.pauses(tx)
    told = case_story.told(found, pauses)
    closed = {"addressee": None, "title_of_it": "", "attachments": (), "open": False}
    return person.page(
        "case.html",
        title=told.head,
        told=told,
        story=found,
        letter=found.letter,
        lines=case_story.lines(found),
        reminder=case_story.reminder(found),
        verbs=cases.verbs_of(found.letter, found.live),
        Verb=Verb,
        said_of=case_words.VERBS,
        words=words,
        purposes=case_words.PURPOSES,
        **names(inside),
        **{**closed, **opened},
    )


def _foreseen_page(person: Person, inside: Rooms, found: Story, form: Mapping[str, str], seen: Foreseen) -> Response:
    return person.page(
        "case_resend.html",
        title="Send brevet igen",
        letter=found.letter,
        story=found,
        route=seen.route,
        addressee=seen.addressee,
        source=case_words.SOURCES[seen.source] if seen.source and seen.route.channel == Channel.PRINT else "",
        cost=seen.cost,
        given=_address(form) is not None,
        form={name: form.get(name, "") for name in ("why", *ADDRESS)},
        words=words,
        **names(inside),
    )


ADDRESS = ("name", "lines", "postcode", "town", "country")


def _why(form: Mapping[str, str]) -> str:
    return form.get("why", "").strip()[:500]


def _address(form: Mapping[str, str]) -> Address | None:
    """The address in the form; None where nothing of one is filled in."""
    name, postcode, town = (form.get(part, "").strip() for part in ("name", "postcode", "town"))
    lines = tuple(line.strip() for line in form.get("lines", "").splitlines() if line.strip())
    if not (name or lines or postcode or town):
        return None
    return Address(name, lines, postcode, town, form.get("country", "DK").strip().upper() or "DK")
