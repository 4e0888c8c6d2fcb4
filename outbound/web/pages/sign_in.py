"""Signing in and out."""

import secrets
from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound.web.pages.looks import page
from outbound.web.pages.sessions import LASTS
from outbound.web.pages.signed_in import Form, Person, check_token, cookie_name, needs, person_of, sessions_of
from outbound.web.people import Role
from outbound.web.rooms import Inside, Rooms

router = APIRouter()
DOOR = "outbound-door"
FRONT = {
    Role.OPERATIONS: "/drift",
    Role.MANAGEMENT: "/ledelse",
    Role.POST_ROOM: "/post/retur",
    Role.DATA_PROTECTION: "/dpo",
}
Anybody = Annotated[Person, Depends(needs(*Role))]


@router.get("/log-ind")
def ask(request: Request, til: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The form."""
    if person_of(request) is not None:
        return RedirectResponse(_inside(til) or "/min-side", 303)
    return _form(request, til, "", 200)


@router.post("/log-ind")
def sign_in(request: Request, form: Form, inside: Inside) -> Response:
    """Name and password; whoever guesses waits longer each time."""
    til, name = form.get("til", ""), form.get("navn", "")[:60]
    mark = sessions_of(request).sign("door", request.cookies.get(DOOR, ""))
    if DOOR not in request.cookies or not compare_digest(mark.encode(), form.get("token", "").encode()):
        return _form(request, til, "Siden var for gammel. Prøv igen.", 403)
    client = request.client.host if request.client else ""
    if wait := inside.sign_ins.wait(name, client):
        return _form(request, til, f"For mange forsøg. Vent {int(wait) + 1} sekunder, og prøv igen.", 429)
    account = inside.sign_ins.check(name, form.get("kode", "")[:400], client)
    if account is None:
        return _form(request, til, "Navn og adgangskode passer ikke sammen.", 422)
    _, cookie = sessions_of(request).begin(account)
    answer = RedirectResponse(_inside(til) or _front(account.roles), 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        cookie_name(request),
        cookie,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    answer.delete_cookie(DOOR)
    return answer


@router.post("/log-ud")
def sign_out(request: Request, form: Form, person: Anybody) -> Response:
    """The session is over, also for whoever has copied its cookie."""
    check_token(person, form)
    sessions_of(request).end(person.session)
    answer = RedirectResponse("/log-ind", 303)
    answer.delete_cookie(cookie_name(request), secure=request.url.scheme == "https")
    return answer


@router.get("/min-side")
def mine(person: Anybody) -> Response:
    """What this account may open."""
    return person.page("mine.html", title="Min side", front=FRONT)


def _form(request: Request, til: str, said: str, status: int) -> Response:
    nonce = secrets.token_urlsafe(16)
    token = sessions_of(request).sign("door", nonce)
    inside: Rooms = request.app.state.rooms
    nobody = inside.house.settings.accounts_file is None
    answer = page(request, "sign_in.html", status, til=til, said=said, door=token, nobody=nobody)
    secure = request.url.scheme == "https"
    answer.set_cookie(DOOR, nonce, max_age=3600, httponly=True, samesite="strict", secure=secure)
    return answer


def _inside(til: str) -> str:
    """Where to go afterwards: a page of ours, never somebody else's."""
    return til if til.startswith("/") and not til.startswith("//") and "\\" not in til and til.isprintable() else ""


def _front(roles: frozenset[Role]) -> str:
    return next((path for role, path in FRONT.items() if role in roles), "/min-side")
