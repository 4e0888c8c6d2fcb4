"""What the ways in have in common: where one is led afterwards, the cookies, and being in."""

from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from outbound.web import sign_in_log
from outbound.web.pages.sessions import LASTS
from outbound.web.pages.signed_in import cookie_name, session_cookie, sessions_of
from outbound.web.people import EVERYWHERE, Account, Role, Way

FRONT = {
    Role.OPERATIONS: "/drift",
    Role.CASES: "/sager",
    Role.MANAGEMENT: "/ledelse",
    Role.DATA_PROTECTION: "/dpo",
    Role.POST_ROOM: "/post/retur",
}


def front(account: Account) -> str:
    """Where somebody begins: where their first role has a page for them, or where it says what they may."""
    return next((path for role in FRONT if (path := front_of(role, account))), "/min-side")


def front_of(role: Role, account: Account) -> str:
    """Where this role of theirs begins; empty where they have it not, or not for enough departments."""
    wide = role is not Role.DATA_PROTECTION or account.may_see(EVERYWHERE)
    return FRONT[role] if role in account.roles and wide else ""


def let_in(request: Request, answer: Response, account: Account, way: Way) -> None:
    """A new session, which nobody can have chosen before; one that this browser had ends."""
    sessions_of(request).end_any(session_cookie(request))
    _, cookie = sessions_of(request).begin(account, way)
    keep_cookie(request, answer, cookie_name(request), cookie, LASTS)
    sign_in_log.signed_in(way, account.name)


def keep_cookie(request: Request, answer: Response, name: str, value: str, lasts: timedelta, lax: bool = False) -> None:
    """Set a cookie that no script reads. A `lax` one comes along when another site leads somebody here."""
    answer.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax" if lax else "strict",
        secure=request.url.scheme == "https",
    )


def drop_cookie(request: Request, answer: Response, name: str) -> None:
    """Take it away again."""
    answer.delete_cookie(name, secure=request.url.scheme == "https", httponly=True)
