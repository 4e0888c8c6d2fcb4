"""Signing in by name and password or through the proxy, and out again."""

import secrets
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound.ports import OutsideError
from outbound.web import sign_in_log
from outbound.web.pages import sign_in_words as words
from outbound.web.pages.entering import drop_cookie, front, keep_cookie, let_in
from outbound.web.pages.leading import LONGEST, inside
from outbound.web.pages.looks import page
from outbound.web.pages.signed_in import (
    Form,
    Person,
    check_token,
    cookie_name,
    entrance_of,
    needs,
    person_of,
    proxied,
    session_cookie,
    sessions_of,
)
from outbound.web.people import Way
from outbound.web.rooms import Inside, rooms_of

router = APIRouter()
DOOR = "outbound-door"
DOOR_LASTS = timedelta(hours=1)
Anybody = Annotated[Person, Depends(needs())]


@router.get("/log-ind")
def ask(request: Request, til: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """The ways in; whom the proxy names is in already, and whom the provider vouched for today is sent there again."""
    if person := person_of(request):
        return RedirectResponse(inside(til) or front(person.account), 303)
    if account := proxied(request):
        answer = RedirectResponse(inside(til) or front(account), 303)
        let_in(request, answer, account, Way.PROXY)
        return answer
    if request.scope.get("outbound.shown"):
        sign_in_log.turned_away(Way.PROXY, "no-role")
        return sign_in_page(request, til, words.refused("no-role"), 403)
    if Way.OIDC in entrance_of(request).ways and sessions_of(request).lapsed(session_cookie(request)):
        return RedirectResponse(f"/log-ind/oidc?stille=1&til={quote(inside(til), safe='/')}", 303)
    return sign_in_page(request, til, "", 200)


@router.post("/log-ind")
def sign_in(request: Request, form: Form, inside_: Inside) -> Response:
    """Name and password; whoever guesses waits longer each time."""
    til, name = form.get("til", ""), form.get("navn", "")[:60]
    if Way.LOCAL not in entrance_of(request).ways:
        return sign_in_page(request, til, "", 403)
    door = request.cookies.get(DOOR, "")
    if not door or not sessions_of(request).signed("door", door, form.get("token", "")):
        return _not_in(request, til, "form", words.TOO_OLD, 403)
    client = request.client.host if request.client else ""
    if wait := inside_.sign_ins.wait(name, client):
        return _not_in(request, til, "slowed", words.waiting(wait), 429)
    account = inside_.sign_ins.check(name, form.get("kode", "")[:400], client)
    if account is None:
        return _not_in(request, til, "password", words.WRONG, 422)
    answer = RedirectResponse(inside(til) or front(account), 303)
    let_in(request, answer, account, Way.LOCAL)
    drop_cookie(request, answer, DOOR)
    return answer


@router.post("/log-ud")
def sign_out(request: Request, form: Form, person: Anybody) -> Response:
    """The session is over, also for whoever has copied its cookie; then the provider's own, where it has a place.

    A page leads there, since a form of ours may be answered by nobody else (Content-Security-Policy).
    """
    check_token(person, form)
    sessions_of(request).end(person.session)
    onward = _providers_end(request) if person.session.way is Way.OIDC else ""
    answer: Response = RedirectResponse("/log-ind", 303)
    if onward:
        answer = page(request, "signed_out.html", onward=onward)
    drop_cookie(request, answer, cookie_name(request))
    return answer


def sign_in_page(request: Request, til: str, said: str, status: int) -> Response:
    """The ways in, with a sentence over them."""
    nonce = secrets.token_urlsafe(16)
    ways = entrance_of(request).ways
    values = {
        "til": inside(til),
        "said": said,
        "door": sessions_of(request).sign("door", nonce),
        "local": Way.LOCAL in ways,
        "oidc": Way.OIDC in ways,
        "nobody": ways == {Way.LOCAL} and rooms_of(request).house.settings.accounts_file is None,
    }
    answer = page(request, "sign_in.html", status, **values)
    keep_cookie(request, answer, DOOR, nonce, DOOR_LASTS)
    return answer


def _not_in(request: Request, til: str, code: str, said: str, status: int) -> Response:
    sign_in_log.turned_away(Way.LOCAL, code)
    return sign_in_page(request, til, said, status)


def _providers_end(request: Request) -> str:
    provider, ours = entrance_of(request).provider, rooms_of(request).house.settings.oidc_redirect_uri
    parts = urlsplit(ours)
    try:
        return provider.end_url(f"{parts.scheme}://{parts.netloc}/log-ind") if provider else ""
    except OutsideError:
        return ""  # our own session has ended all the same
