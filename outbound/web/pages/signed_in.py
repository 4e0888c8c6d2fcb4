"""Who may open a page and send a form: signed in, with the role for it, and with the session's own token."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute

from outbound.desk import Hand
from outbound.web.entrance import Entrance
from outbound.web.pages.leading import page_of
from outbound.web.pages.looks import page
from outbound.web.pages.sessions import Session, Sessions
from outbound.web.people import Account, Role
from outbound.web.problems import Kind, Problem
from outbound.web.proxies import Shown
from outbound.web.rights import NotLetIn
from outbound.web.rooms import rooms_of

LARGEST_FORM = 20_000  # bytes
MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, and what their page needs."""

    account: Account
    session: Session
    token: str
    request: Request

    def page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for this person."""
        return page(self.request, name, status, signed_in=self.account, token=self.token, **values)

    def hand(self, why: str) -> Hand:
        """What they do at the desk, under their name."""
        return Hand(self.account.name, why)


class SignInNeeded(Exception):
    """Nobody is signed in: to the sign-in page, and back to `to` afterwards."""

    def __init__(self, to: str) -> None:
        super().__init__("sign in")
        self.to = to


def sign_in_first(request: Request, fault: Exception) -> Response:
    """Off to the sign-in page."""
    if not isinstance(fault, SignInNeeded):
        raise fault
    return Response(status_code=303, headers={"Location": f"/log-ind?til={quote(fault.to, safe='/')}"})


def sessions_of(request: Request) -> Sessions:
    """The sessions of this process."""
    sessions: Sessions = request.app.state.sessions
    return sessions


def cookie_name(request: Request) -> str:
    """With https the browser itself sees to it that nobody else can have set the cookie."""
    return "__Host-outbound" if request.url.scheme == "https" else "outbound"


def session_cookie(request: Request) -> str:
    """The cookie of the session, empty where there is none."""
    return request.cookies.get(cookie_name(request), "")


def entrance_of(request: Request) -> Entrance:
    """The ways in of this process."""
    entrance: Entrance = request.app.state.entrance
    return entrance


def proxied(request: Request) -> Account | None:
    """Whom a trusted proxy names in this request, if they may come in."""
    shown: Shown | None = request.scope.get("outbound.shown")
    with suppress(NotLetIn):
        return entrance_of(request).account(shown.name, shown.groups) if shown else None
    return None


def person_of(request: Request) -> Person | None:
    """Who is signed in, if anybody."""
    sessions = sessions_of(request)
    found = sessions.read(session_cookie(request), rooms_of(request).sign_ins.accounts, proxied(request))
    return Person(found[1], found[0], sessions.token(found[0]), request) if found else None


def needs(*roles: Role) -> Callable[[Request], Person]:
    """A dependency: somebody signed in who has one of these roles; without any, whoever is signed in.

    Raises SignInNeeded or Problem (403).
    """

    def check(request: Request) -> Person:
        person = person_of(request)
        if person is None:
            raise SignInNeeded(page_of(request))
        if roles and not person.account.roles & set(roles):
            raise Problem(Kind.FORBIDDEN)
        return person

    check.roles = frozenset(roles or Role)  # type: ignore[attr-defined]
    return check


def roles_of(route: APIRoute) -> frozenset[Role] | None:
    """Who may come to this page; None where it asks for nobody."""
    waiting = list(route.dependant.dependencies)
    found: list[frozenset[Role]] = []
    while waiting:
        one = waiting.pop()
        waiting += one.dependencies
        if (roles := getattr(one.call, "roles", None)) is not None:
            found.append(roles)
    return frozenset.intersection(*found) if found else None


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form. Raises Problem (400, 413)."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Problem(Kind.TOO_LARGE)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Problem(Kind.BROKEN_BODY) from None
    return dict(pairs)


Form = Annotated[dict[str, str], Depends(form_of)]


def check_token(person: Person, form: dict[str, str]) -> None:
    """The form comes from a page of this session. Raises Problem (403)."""
    if not compare_digest(person.token.encode(), form.get("token", "").encode()):
        raise Problem(Kind.FORBIDDEN)
