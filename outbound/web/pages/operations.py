"""`/drift`: the answer for 03:00, what needs a hand, the flow live; lists of letters; pauses. No person in it."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound import desk, standing
from outbound.desk import DeskRefusal, Verb, verbs_for
from outbound.intake import looks_like_cpr
from outbound.ledger import returned, sending
from outbound.ledger.values import Letter, Step
from outbound.letter import WaitsFor
from outbound.life import RESTING, Status
from outbound.return_code import as_scanned
from outbound.story import find_by_reference, story
from outbound.web.pages import drift_words, picture, words
from outbound.web.pages.faults import fault_page
from outbound.web.pages.now import Now, look
from outbound.web.pages.signed_in import Form, Person, check_token, needs
from outbound.web.people import Role
from outbound.web.rooms import Inside, Rooms
from workers.queues import queue_name

router = APIRouter(prefix="/drift")
OnDuty = Annotated[Person, Depends(needs(Role.OPERATIONS))]
Code = Annotated[str, Query(max_length=60, pattern=r"^[^\x00-\x1f]*$")]
A_PAGE = 50


@router.get("")
def overview(person: OnDuty, inside: Inside) -> Response:
    """How things stand now."""
    return person.page("operations.html", title="Drift", choices=_pausable(inside), **_shown(look(inside.house)))


@router.get("/nu")
def now(person: OnDuty, inside: Inside) -> Response:
    """The live parts alone, for the page's script."""
    return person.page("operations_live.html", **_shown(inside.glance.at(inside.house)))


@router.get("/standset")
def held(
    person: OnDuty,
    inside: Inside,
    kode: Code,
    venter: WaitsFor,
    efter: UUID | None = None,
) -> Response:
    """HELD letters for one reason, a page at a time."""
    with inside.house.ledger.reading() as tx:
        found = standing.held_letters(tx, kode, venter, efter, A_PAGE + 1)
        first = verbs_for(found[0], sending.live_dispatch(tx, found[0].id)) if found else ()
    said = words.reason(kode)
    more = {"said": said, "code": kode, "waits_for": venter, "after": efter, "releases": Verb.RELEASE in first}
    return letters_page(person, found, "Standsede breve", **more)


@router.post("/standset")
def release_page(
    person: OnDuty,
    request: Request,
    form: Form,
    inside: Inside,
    kode: Code,
    venter: WaitsFor,
    efter: UUID | None = None,
) -> Response:
    """Release every letter on this page of the list that may be."""
    check_token(person, form)
    with inside.house.ledger.reading() as tx:
        found = standing.held_letters(tx, kode, venter, efter, A_PAGE)
    why = form.get("why", "").strip()
    if not desk.says_something(why):
        return fault_page(request, 422, words.REFUSALS["why"])
    for one in found:
        if person.account.may_see(one.department):
            _release(inside, one, person, why)
    return RedirectResponse("/drift", 303)


@router.get("/tilstand/{status}")
def in_state(person: OnDuty, inside: Inside, status: Status, efter: UUID | None = None) -> Response:
    """The letters in one state, a page at a time."""
    with inside.house.ledger.reading() as tx:
        found = standing.letters_in(tx, status, efter, A_PAGE + 1)
    return letters_page(person, found, words.STATES[status], after=efter)


@router.post("/find")
def find(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """A letter by its id, its return code or a system's reference. A form, so that nothing searched for stands in an
    address."""
    check_token(person, form)
    wanted = form.get("soeg", "").strip()[:128]
    if looks_like_cpr(wanted):
        return fault_page(request, 422, "Her kan der ikke søges med CPR-nummer. Brug brevets id eller reference.")
    with inside.house.ledger.reading() as tx:
        letter = _as_id(wanted) or returned.letter_of(tx, as_scanned(wanted))
        if letter is not None and story(tx, letter) is not None:
            return RedirectResponse(f"/drift/breve/{letter}", 303)
        systems = inside.house.organisation.systems if wanted.isprintable() else ()
        found = [one for system in systems for one in find_by_reference(tx, system.name, wanted)]
    if len(found) == 1:
        return RedirectResponse(f"/drift/breve/{found[0].id}", 303)
    said = "" if found else "Intet brev har den reference, den returkode eller det id."
    return letters_page(person, found[:A_PAGE], "Fundne breve", said=said)


@router.post("/pause")
def pause(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """Stop a channel, system, letter type or mailing."""
    check_token(person, form)
    scope, _, key = form.get("what", "").partition(":")
    if key not in _pausable(inside).get(scope, ()) and not (scope == "mailing" and _as_id(key)):
        return fault_page(request, 422, "Vælg, hvad der skal standses.")
    key = found.hex if scope == "mailing" and (found := _as_id(key)) else key
    return _stop_or_go(person, request, form, lambda: desk.pause(inside.house, scope, key, person.hand(_why(form))))


@router.post("/pause/hvorfor")
def why_paused(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """Why something stands still; written in the reading log under this person's name."""
    check_token(person, form)
    scope, key = form.get("scope", ""), form.get("key", "")
    with inside.house.ledger.writing() as tx:
        found = next((one for one in standing.pauses(tx) if (one.scope, one.key) == (scope, key)), None)
        if found is None:
            return fault_page(request, 409, "Pausen er ophævet imens.")
        why = found.act and inside.house.seal.open(tx, found.act, "why", person.account.name, drift_words.PAUSE_READ)
    said = why.decode() if why else "Ingen har skrevet hvorfor."
    return person.page("sealed_text.html", title="Hvorfor på pause", back="/drift", back_said="Drift", text=said)


@router.post("/genoptag")
def resume(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """Let it go on."""
    check_token(person, form)
    scope, key = form.get("scope", ""), form.get("key", "")
    with inside.house.ledger.reading() as tx:
        paused = {(one.scope, one.key) for one in standing.pauses(tx)}
    if (scope, key) not in paused:
        return fault_page(request, 409, "Pausen er ophævet imens.")
    return _stop_or_go(person, request, form, lambda: desk.resume(inside.house, scope, key, person.hand(_why(form))))


def _stop_or_go(person: Person, request: Request, form: dict[str, str], act: Callable[[], object]) -> Response:
    try:
        act()
    except DeskRefusal as refusal:
        return fault_page(request, 422, words.REFUSALS.get(refusal.code, ""))
    return RedirectResponse("/drift", 303)


def _why(form: dict[str, str]) -> str:
    return form.get("why", "").strip()[:500]


def _release(inside: Rooms, one: Letter, person: Person, why: str) -> None:
    try:
        desk.release(inside.house, one.id, person.hand(why))
    except DeskRefusal:
        return  # it has gone on meanwhile, or a dispatch of it is live: it stays on the list if so
    inside.ring(queue_name(Step.ROUTE if one.document_fingerprint else Step.RENDER, one.lane), 1)


def letters_page(person: Person, found: list[Letter], title: str, **more: Any) -> Response:
    """A page of letters; one more than a page in `found` says that there is another."""
    more = {"said": "", "code": "", "waits_for": None, "after": None, "releases": False, **more}
    return person.page(
        "letters.html",
        title=title,
        words=words,
        letters=[one for one in found[:A_PAGE] if person.account.may_see(one.department)],
        next=found[A_PAGE - 1].id if len(found) > A_PAGE else None,
        **more,
    )


def _shown(seen: Now) -> dict[str, Any]:
    names = {"words": words, "says": drift_words, "picture": picture, "Status": Status, "RESTING": RESTING}
    return {**names, **seen.values()}


def _pausable(inside: Rooms) -> dict[str, tuple[str, ...]]:
    """What may be stopped from the page: scope to keys. A mailing is stopped from one of its letters."""
    return {
        "channel": ("digital", "print"),
        "system": tuple(system.name for system in inside.house.organisation.systems),
        "type": tuple(inside.house.types),
    }


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
