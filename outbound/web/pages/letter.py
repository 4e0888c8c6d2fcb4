"""`/drift/breve/{id}`: a letter's whole story, and the verbs. Its content is opened by a logged reading only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outbound import desk
from outbound.contents import DOCUMENT, HEAD, PERSON, attachments_of, unpack_addressee
from outbound.delivery import House
from outbound.delivery.closing import cancellable_until
from outbound.desk import DeskRefusal, Hand, Verb, verbs_for
from outbound.ledger.values import Step
from outbound.letter import Address, Channel
from outbound.seal import Part
from outbound.story import Story, story
from outbound.web.api.letters import pdf_answer
from outbound.web.pages import words
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import OnDuty
from outbound.web.pages.questions import question
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.problems import Kind, Problem
from outbound.web.purposes import offered
from outbound.web.rooms import Inside, Rooms
from workers.queues import queue_name

router = APIRouter(prefix="/drift/breve")
PURPOSES = offered("page-inquiry", "page-fault", "page-return", "page-access")
"""Why somebody opens a letter; the code stands in the reading log."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story: when, what, by whom."""

    at: datetime
    said: str
    by: str
    kind: str
    batch: UUID | None = None


@router.get("/{letter}")
def tell(person: OnDuty, inside: Inside, letter: UUID) -> Response:
    """The story, without a word of the letter or its recipient."""
    return _page(person, _found(inside, person, letter))


@router.post("/{letter}/aabn")
def open_it(person: OnDuty, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """The recipient and the stated reasons; written in the reading log under this person's name."""
    check_token(person, form)
    if (purpose := form.get("purpose", "")) not in PURPOSES:
        return fault_page(request, 422, "Vælg, hvorfor brevet åbnes.")
    found = _found(inside, person, letter)
    wanted = [
        Part(letter, PERSON),
        Part(letter, "wish"),
        Part(letter, "one-parent"),
        Part(letter, HEAD),
        *dict.fromkeys(Part(act.reasoned, act.why) for act in found.acts),
    ]
    with inside.house.ledger.writing() as tx:
        opened = inside.house.seal.open_parts(tx, wanted, person.account.name, purpose)
    body = opened.get(Part(letter, PERSON))
    said = {act.id: opened.get(Part(act.reasoned, act.why)) for act in found.acts}
    whys = {act: text.decode() for act, text in said.items() if text}
    wish = opened.get(Part(letter, "wish"), b"").decode()
    head = opened.get(Part(letter, HEAD))
    one_parent = opened.get(Part(letter, "one-parent"), b"").decode()
    told = {"wish": wish, "one_parent": one_parent, "attachments": attachments_of(head) if head else ()}
    return _page(person, found, addressee=unpack_addressee(body) if body else None, whys=whys, open=True, **told)


@router.post("/{letter}/pdf")
def show_pdf(person: OnDuty, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """The letter itself; written in the reading log."""
    check_token(person, form)
    if (purpose := form.get("purpose", "")) not in PURPOSES:
        return fault_page(request, 422, "Vælg, hvorfor brevet åbnes.")
    _found(inside, person, letter)
    with inside.house.ledger.writing() as tx:
        pdf = inside.house.seal.open(tx, letter, DOCUMENT, person.account.name, purpose)
    if pdf is None:
        return fault_page(request, 409, "Brevet er ikke sat op endnu, eller dets indhold gemmes ikke længere.")
    return pdf_answer(pdf, f"{letter}.pdf")


@router.post("/{letter}/handling/{verb}")
def act(person: OnDuty, request: Request, form: Form, inside: Inside, letter: UUID, verb: Verb) -> Response:
    """Do one of the verbs that fit, with a why."""
    check_token(person, form)
    found = _found(inside, person, letter)
    hand = person.hand(form.get("why", "").strip()[:500])
    try:
        to = _do(inside.house, verb, letter, form, hand)
    except DeskRefusal as refusal:
        status = 422 if refusal.code in ("why", "address") else 409
        return fault_page(request, status, words.REFUSALS.get(refusal.code, ""))
    except ValueError:
        return fault_page(request, 422, "Vælg en kanal.")
    for step in (Step.RENDER, Step.ROUTE):
        inside.ring(queue_name(step, found.letter.lane), 1)
    return RedirectResponse(f"/drift/breve/{to or letter}", 303)


@router.post("/{letter}/paamindelse")
def stop_reminder(person: OnDuty, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """Let the letter's reminder never be sent, with a why."""
    check_token(person, form)
    _found(inside, person, letter)
    try:
        desk.stop_reminder(inside.house, letter, person.hand(form.get("why", "").strip()[:500]))
    except DeskRefusal as refusal:
        return fault_page(request, 422 if refusal.code == "why" else 409, words.REFUSALS.get(refusal.code, ""))
    return RedirectResponse(f"/drift/breve/{letter}", 303)


def _do(house: House, verb: Verb, letter: UUID, form: Mapping[str, str], hand: Hand) -> UUID | None:
    """Returns the new letter's id where the verb makes one. Raises DeskRefusal, ValueError."""
    if verb is Verb.RESEND:
        given = any(form.get(name, "").strip() for name in ("name", "lines", "postcode", "town"))
        return desk.resend(house, letter, hand, _address(form) if given else None)
    if verb is Verb.REROUTE:
        desk.reroute(house, letter, _channel(form.get("channel", "")), hand)
    elif verb is Verb.MEND:
        desk.mend_address(house, letter, _address(form), hand)
    elif verb in PLAIN:
        PLAIN[verb](house, letter, hand)
    else:
        raise DeskRefusal("not-now", "This verb has no form.")
    return None


PLAIN: Mapping[Verb, Callable[[House, UUID, Hand], None]] = {
    Verb.CANCEL: desk.cancel,
    Verb.HOLD: desk.hold,
    Verb.RELEASE: desk.release,
    Verb.TAKEN: desk.settle_taken,
    Verb.NOT_TAKEN: desk.settle_not_taken,
    Verb.WAIT_ON: desk.wait_on,
    Verb.ARRIVED: desk.arrived,
    Verb.CAME_BACK: desk.came_back,
    Verb.WAS_REFUSED: desk.was_refused,
    Verb.ACKNOWLEDGE: desk.acknowledge,
}


def _channel(text: str) -> Channel:
    found = Channel(text)
    if found is Channel.NONE:
        raise ValueError("not a way out")
    return found


def _address(form: Mapping[str, str]) -> Address:
    lines = tuple(line.strip() for line in form.get("lines", "").splitlines() if line.strip())
    name, postcode, town = (form.get(part, "").strip() for part in ("name", "postcode", "town"))
    return Address(name, lines, postcode, town, form.get("country", "DK").strip().upper() or "DK")


def _found(inside: Rooms, person: Person, letter: UUID) -> Story:
    with inside.house.ledger.reading() as tx:
        found = story(tx, letter)
    if found is None or not person.account.may_see(found.letter.department):
        raise Problem(Kind.NOT_FOUND)
    return replace(found, cancellable_until=cancellable_until(found.letter))


def _page(person: Person, found: Story, **opened: Any) -> Response:
    values = {"addressee": None, "whys": {}, "wish": "", "one_parent": "", "attachments": (), "open": False, **opened}
    return person.page(
        "letter.html",
        title="Brevets historie",
        story=found,
        letter=found.letter,
        lines=_lines(found),
        verbs=verbs_for(found.letter, found.live),
        plain=PLAIN,
        Verb=Verb,
        words=words,
        question=question(found),
        purposes=PURPOSES,
        **values,
    )


def _lines(found: Story) -> list[Line]:
    """Everything that happened, in the order of time."""
    lines = [Line(one.at, words.happening(one.code, one.now), one.by, "move") for one in found.events]
    lines += [Line(one.at, words.ACTS.get(one.verb, one.verb), one.by, "act", one.batch) for one in found.acts]
    lines += [Line(one.at, words.INCIDENTS.get(one.code, one.code), "", "incident") for one in found.incidents]
    for one in found.tries:
        if one.dispatch.available_at:
            said = words.DELIVERED.get(one.dispatch.channel, "Afleveret")
            lines.append(
                Line(one.dispatch.available_at, f"{said} (leverandørens tid)", one.dispatch.provider, "receipt")
            )
    return sorted(lines, key=lambda line: line.at)
