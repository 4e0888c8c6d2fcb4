"""Forms are sent from pages of ours only: beside the token in each, the browser itself says where a request began."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE = ("GET", "HEAD", "OPTIONS")
OURS = ("same-origin", "none")


class OwnForms:
    """ASGI: refuses what another site's page sends."""

    def __init__(self, app: ASGIApp, page: Any) -> None:
        self._app, self._page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["method"] not in SAFE and _is_foreign(Request(scope)):
            await self._page(Request(scope), 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_foreign(request: Request) -> bool:
    """Browsers say `Sec-Fetch-Site`, where the page came encrypted; `Origin` else. What is no browser says neither."""
    if site := request.headers.get("sec-fetch-site"):
        return site not in OURS
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
