"""Signing in by the municipality's identity provider: off to it, and back."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.sign_in.oidc import Begun, OpenIdConnect, SignInRefused
from outbound import clock
from outbound.ports import Misconfigured, OutsideError
from outbound.web import sign_in_log
from outbound.web.pages import sign_in_words as words
from outbound.web.pages.entering import drop_cookie, front, keep_cookie, let_in
from outbound.web.pages.leading import LONGEST, inside
from outbound.web.pages.looks import page
from outbound.web.pages.sign_in import sign_in_page
from outbound.web.pages.signed_in import cookie_name, entrance_of, session_cookie, sessions_of
from outbound.web.people import Account, Way
from outbound.web.problems import Kind, Problem
from outbound.web.rights import NotLetIn

router = APIRouter(prefix="/log-ind/oidc")
ON_THE_WAY = timedelta(minutes=10)
STATUS = {"away": 503, "misconfigured": 503, "login-required": 200}


@dataclass(frozen=True, slots=True)
class Underway:
    """Somebody whom we sent to the provider, and where they wanted to be."""

    begun: Begun
    til: str


@router.get("")
def away(
    request: Request, til: Annotated[str, Query(max_length=LONGEST)] = "", stille: Annotated[bool, Query()] = False
) -> Response:
    """Off to the provider."""
    try:
        begun = _provider(request).begin(silent=stille)
    except OutsideError as fault:
        return _not_in(request, inside(til), _code(fault))
    answer = RedirectResponse(begun.url, 303)
    keep_cookie(request, answer, _cookie(request), _packed(request, Underway(begun, inside(til))), ON_THE_WAY, lax=True)
    return answer


@router.get("/retur")
def back(request: Request) -> Response:
    """Back from the provider. The page leads on by itself: only what our own page leads to gets the session's cookie,
    which is not sent along from other sites."""
    underway = _unpacked(request)
    til = underway.til if underway else ""
    try:
        account = _account(request, underway)
    except (SignInRefused, NotLetIn) as refusal:
        return _not_in(request, til, refusal.code)
    except OutsideError as fault:
        return _not_in(request, til, _code(fault))
    answer = page(request, "signed_through.html", til=til or front(account))
    answer.headers["Referrer-Policy"] = "no-referrer"  # the code stands in this page's address
    if not sessions_of(request).renew(session_cookie(request), account):
        let_in(request, answer, account, Way.OIDC)
    drop_cookie(request, answer, _cookie(request))
    return answer


def _account(request: Request, underway: Underway | None) -> Account:
    """Raises SignInRefused, NotLetIn, OutsideError."""
    if underway is None:
        raise SignInRefused("state")
    vouched = _provider(request).finish(underway.begun, request.query_params)
    return entrance_of(request).account(vouched.name, vouched.groups)


def _provider(request: Request) -> OpenIdConnect:
    if (found := entrance_of(request).provider) is None:
        raise Problem(Kind.NOT_FOUND)
    return found


def _not_in(request: Request, til: str, code: str) -> Response:
    sign_in_log.turned_away(Way.OIDC, code)
    answer = sign_in_page(request, til, words.refused(code), STATUS.get(code, 403))
    drop_cookie(request, answer, _cookie(request))
    drop_cookie(request, answer, cookie_name(request))
    return answer


def _code(fault: OutsideError) -> str:
    return "misconfigured" if isinstance(fault, Misconfigured) else "away"


def _cookie(request: Request) -> str:
    return "__Host-outbound-oidc" if request.url.scheme == "https" else "outbound-oidc"


def _packed(request: Request, one: Underway) -> str:
    held = [one.begun.state, one.begun.nonce, one.begun.verifier, one.til, clock.now().timestamp()]
    body = urlsafe_b64encode(json.dumps(held).encode()).decode()
    return f"{body}.{sessions_of(request).sign('oidc', body)}"


def _unpacked(request: Request) -> Underway | None:
    """None where the cookie is not ours, or too old."""
    body, _, signature = request.cookies.get(_cookie(request), "").partition(".")
    if not body or not sessions_of(request).signed("oidc", body, signature):
        return None
    state, nonce, verifier, til, began = json.loads(urlsafe_b64decode(body))
    if clock.now().timestamp() - began > ON_THE_WAY.total_seconds():
        return None
    return Underway(Begun("", state, nonce, verifier), til)
