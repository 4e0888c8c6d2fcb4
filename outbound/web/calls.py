"""What stands around every call: its correlation id, given back to the caller, and a line in the log for the API's.

The line has the route's template and no address, so that nothing that somebody put into one comes along.
"""

import logging
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outbound import correlation, logs

log = logging.getLogger("outbound.calls")
HEADER = "X-Correlation-Id"
LOGGED = "/v1"
KNOWN = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Calls:
    """Begins the call's correlation id, and tells of the call when it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope)
        id_ = correlation.of_call(given.get(HEADER, ""), given.get("traceparent", ""))
        correlation.begin(id_)
        begun, status = perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id_
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if scope["path"].startswith(LOGGED):
                logs.told(log, "call", _line(scope, status, perf_counter() - begun, id_))


def _line(scope: Scope, status: int, seconds: float, id_: str) -> dict[str, Any]:
    return {
        "method": scope["method"] if scope["method"] in KNOWN else "other",
        "route": getattr(scope.get("route"), "path", None) or "none",
        "status": status,
        "ms": round(seconds * 1000, 1),
        "system": scope.get("state", {}).get("system"),
        "correlation": id_,
    }
