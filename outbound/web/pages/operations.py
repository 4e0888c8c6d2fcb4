"""`/drift`: the answer for 03:00, what needs a hand, the flow live; lists of letters; pauses. No person in it."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from outbound import desk, standing
from outbound.desk import DeskRefusal
from outbound.intake import looks_like_cpr
from outbound.ledger import returned
from outbound.ledger.values import Letter
from outbound.life import RESTING, Status
from outbound.needs import Kind
from outbound.return_code import as_scanned
from outbound.story import find_by_reference, story
from outbound.web.pages import drift_words, picture, words
from outbound.web.pages.choosing import held_so
from outbound.web.pages.concerns import may_turn, must_turn
from outbound.web.pages.faults import fault_page
from outbound.web.pages.now import Now, look
from outbound.web.pages.signed_in import Form, Person, check_token, needs
from outbound.web.people import EVERYWHERE, Role
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/drift")
OnDuty = Annotated[Person, Depends(needs(Role.OPERATIONS))]
A_PAGE = 50


@router.get("")
def overview(person: OnDuty, inside: Inside) -> Response:
    """How things stand now."""
    return person.page(
        "operations.html", title="Drift", choices=_pausable(inside), **_shown(person, inside, look(inside.house))
    )


@router.get("/nu")
def now(person: OnDuty, inside: Inside) -> Response:
    """The live parts alone, for the page's script."""
    return person.page("operations_live.html", **_shown(person, inside, inside.glance.at(inside.house)))


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
        told = story(tx, letter) if letter is not None else None
        if told is not None and person.account.may_see(told.letter.department):
            return RedirectResponse(f"/drift/breve/{letter}", 303)
        systems = inside.house.organisation.systems if wanted.isprintable() else ()
        found = [one for system in systems for one in find_by_reference(tx, system.name, wanted)]
        found = [one for one in found if person.account.may_see(one.department)]
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
    with inside.house.ledger.reading() as tx:
        must_turn(tx, person.account, scope, key)
    return _stop_or_go(person, request, form, lambda: desk.pause(inside.house, scope, key, person.hand(_why(form))))


@router.post("/pause/hvorfor")
def why_paused(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """Why something stands still; written in the reading log under this person's name."""
    check_token(person, form)
    scope, key = form.get("scope", ""), form.get("key", "")
    with inside.house.ledger.writing() as tx:
        must_turn(tx, person.account, scope, key)
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
        must_turn(tx, person.account, scope, key)
        if (scope, key) not in {(one.scope, one.key) for one in standing.pauses(tx)}:
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


def letters_page(person: Person, found: list[Letter], title: str, **more: Any) -> Response:
    """A page of letters; one more than a page in `found` says that there is another."""
    more = {"said": "", "code": "", "waits_for": None, "after": None, "free": (), "many": "", **more}
    return person.page(
        "letters.html",
        title=title,
        words=words,
        letters=[one for one in found[:A_PAGE] if person.account.may_see(one.department)],
        next=found[A_PAGE - 1].id if len(found) > A_PAGE else None,
        **more,
    )


def _shown(person: Person, inside: Rooms, seen: Now) -> dict[str, Any]:
    paused = [(one.code, one.key) for one in seen.needs if one.kind is Kind.PAUSED]
    with inside.house.ledger.reading() as tx:
        turns = {one for one in paused if may_turn(tx, person.account, *one)}
    names = {
        "words": words,
        "says": drift_words,
        "picture": picture,
        "Status": Status,
        "RESTING": RESTING,
        "many": held_so,
        "turns": turns,
        "for_all": person.account.may_see(EVERYWHERE),
    }
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
