"""Where somebody is led who has to sign in first: back to the page that they were on, never to somebody else's."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.routing import Match

LONGEST = 200
"""Characters of an address to come back to; of a longer one, its path alone."""


def inside(til: str) -> str:
    """Where to go afterwards: a page of ours, never somebody else's."""
    ours = til.startswith("/") and not til.startswith("//") and "\\" not in til
    return til if ours and til.isascii() and til.isprintable() and not til.startswith("/log-") else ""


def page_of(request: Request) -> str:
    """The page that is asked for; of a form that is sent, the page it stands on. Empty where that cannot be said."""
    if request.method == "GET":
        return _address(request.url.path, request.url.query)
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc.lower() != request.headers.get("host", "").lower() or not inside(came_from.path):
        return ""
    if _opens(request, came_from.path):
        return inside(_address(came_from.path, came_from.query))
    return _page_above(request, came_from.path)  # what a form is answered with has no page of its own


def _page_above(request: Request, path: str) -> str:
    while path := path.rpartition("/")[0]:
        if _opens(request, path):
            return path
    return ""


def _opens(request: Request, path: str) -> bool:
    """Can it be opened, as pages are?"""
    scope = {**request.scope, "path": path, "raw_path": path.encode(), "method": "GET", "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def _address(path: str, query: str) -> str:
    whole = f"{path}?{query}" if query else path
    return whole if len(whole) <= LONGEST else path
