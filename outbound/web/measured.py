"""How many requests came, how they ended and how long they took: by route and status, never by address or caller."""

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
NO_ROUTE = "none"
disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more of each, which nobody asks for


class Requests:
    """The counts of one web process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answered = Counter(
            "outbound_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._took = Histogram(
            "outbound_request_seconds", "Until the answer was given", ["route"], buckets=BUCKETS, registry=self.registry
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """One that was answered."""
        self._answered.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._took.labels(route).observe(seconds)


class Measured:
    """Counts every request; outermost, so that it sees what the caller sees."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._requests.note(scope["method"], _route(scope), status, perf_counter() - begun)


def _route(scope: Scope) -> str:
    """The route's template (`/v1/letters/{letter_id}`); a file's folder; none where nothing lies."""
    if template := getattr(scope.get("route"), "path", None):
        return str(template)
    return "/static" if scope.get("root_path", "").endswith("/static") else NO_ROUTE
