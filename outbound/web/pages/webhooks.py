"""`/drift/webhooks`: what each specialist system has been told, how far it is behind, and what can be done about it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound import clock, webhooks
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import hooks
from outbound.ledger.feed import Cursor
from outbound.ledger.hooks import HookState
from outbound.web.pages import hook_words
from outbound.web.pages.concerns import OnDutyForAll
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Form, check_token
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside
from workers.queues import WEBHOOKS

router = APIRouter(prefix="/drift/webhooks")
System = Annotated[str, Path(max_length=64, pattern="^[a-z0-9-]+$")]
Code = Annotated[str, Query(max_length=64, pattern="^[a-z0-9-]*$")]
Act = Callable[[House, str, Hand], object]
PLAIN: dict[str, Act] = {"start": webhooks.start, "stop": webhooks.stop}


@router.get("")
def overview(person: OnDutyForAll, inside: Inside, proevet: Code = "", svar: Code = "") -> Response:
    """Every webhook. `proevet` and `svar`: which one was just tried out, and the code that came of it."""
    found = webhooks.standing(inside.house)
    tried = proevet if proevet in {one.hook.system for one in found} else ""
    return person.page(
        "webhooks.html",
        title="Webhooks",
        words=hook_words,
        hooks=found,
        names={one.name: one.title for one in inside.house.organisation.systems},
        State=HookState,
        tried=tried,
        answer=hook_words.code_said(svar),
    )


@router.post("/{system}/proev")
def try_out(person: OnDutyForAll, form: Form, inside: Inside, system: System) -> Response:
    """Call it now with a test; what came of it stands on the page."""
    check_token(person, form)
    try:
        code = webhooks.try_out(inside.house, system)
    except DeskRefusal:
        raise Problem(Kind.NOT_FOUND) from None
    return RedirectResponse(f"/drift/webhooks?proevet={system}&svar={code}", 303)


@router.post("/{system}/igen")
def replay(person: OnDutyForAll, request: Request, form: Form, inside: Inside, system: System) -> Response:
    """Tell it again what happened since a moment (Danish time) or after a place in the feed."""
    check_token(person, form)
    place = _place(inside.house, form.get("fra", "").strip())
    if place is None:
        return fault_page(request, 422, "Skriv et tidspunkt eller et sted i hændelseslisten, fx 1042-77.")
    return _done(inside, request, system, lambda: webhooks.replay(inside.house, system, place, _hand(person, form)))


@router.post("/{system}/{act}")
def turn(person: OnDutyForAll, request: Request, form: Form, inside: Inside, system: System, act: str) -> Response:
    """Stop it or start it."""
    check_token(person, form)
    if act not in PLAIN:
        raise Problem(Kind.NOT_FOUND)
    return _done(inside, request, system, lambda: PLAIN[act](inside.house, system, _hand(person, form)))


def _done(inside: Inside, request: Request, system: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except DeskRefusal as refusal:
        status = {"why": 422, "name": 422, "no-webhook": 404}.get(refusal.code, 409)
        return fault_page(request, status, hook_words.REFUSALS.get(refusal.code, ""))
    inside.ring(WEBHOOKS, 1)
    return RedirectResponse(f"/drift/webhooks#{system}", 303)


def _hand(person: OnDutyForAll, form: Form) -> Hand:
    return person.hand(form.get("why", "").strip()[:500])


def _place(house: House, text: str) -> Cursor | None:
    """A moment as browsers write it, or a cursor; None where it is neither."""
    try:
        return Cursor.parse(text)
    except ValueError:
        pass
    try:
        moment = clock.moment_of(text)
    except ValueError:
        return None
    with house.ledger.reading() as tx:
        return hooks.place_at(tx, moment if moment.tzinfo else moment.replace(tzinfo=clock.COPENHAGEN))
