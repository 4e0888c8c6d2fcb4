"""Everything that can be wrong with a call, as RFC 9457 problem details. No problem echoes what somebody sent.

Each type is documented at its own URI, `/problems/<name>`.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outbound.ledger import LedgerAway
from outbound.logs import place_of
from outbound.rendering import Fault
from outbound.web.kinds import Kind

__all__ = ["Kind", "LastResort", "Problem", "answer", "body_of", "install", "invalid", "parameter_faults", "place_of"]

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 200  # a caller that is wrong in more ways than this sees the first


@dataclass(eq=False)
class Problem(Exception):
    """A call that ends here. `detail` is a sentence of ours; `more` are further members of the problem."""

    kind: Kind
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def body_of(problem: Problem) -> dict[str, Any]:
    """The problem as JSON values."""
    kind = problem.kind
    found: dict[str, Any] = {"type": kind.uri, "title": kind.title, "status": kind.status}
    if problem.detail:
        found["detail"] = problem.detail
    if problem.faults:
        found["errors"] = [_error(fault) for fault in problem.faults[:MOST_FAULTS]]
    return {**found, **problem.more}


def answer(problem: Problem) -> JSONResponse:
    """The problem as an answer."""
    status = problem.kind.status
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(body_of(problem), status, headers=headers, media_type=MEDIA_TYPE)


def invalid(faults: Iterable[Fault]) -> Problem:
    """422 with all of these."""
    return Problem(Kind.VALIDATION, faults=tuple(faults))


def _error(fault: Fault) -> dict[str, str]:
    code = {"code": fault.code} if fault.code else {}
    if fault.pointer.startswith("?"):
        return {"parameter": fault.pointer[1:], "detail": fault.message, **code}
    return {"pointer": fault.pointer, "detail": fault.message, **code}


def parameter_faults(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """What is wrong with parameters in the address."""
    return [Fault(f"?{error['loc'][-1]}", _PARAMETER.get(error["type"], _PARAMETER_ELSE)) for error in errors]


_PARAMETER_ELSE = "This value cannot be used; /docs says what can."
_PARAMETER = {
    "missing": "This parameter is needed.",
    "uuid_parsing": "This is not a UUID.",
    "int_parsing": "This is not a whole number.",
    "greater_than_equal": "This number is too small; /docs says the least.",
    "less_than_equal": "This number is too large; /docs says the most.",
    "string_too_long": "This text is too long; /docs says how long it may be.",
    "string_pattern_mismatch": "This text has a character that cannot be used here.",
    "string_too_short": "This text is too short; /docs says how short it may be.",
}


def install(app: FastAPI, page: Any) -> None:
    """Answer problems of the API as JSON, and of the pages through `page(request, status)`."""

    def of_api(request: Request) -> bool:
        return request.url.path.startswith(("/v1", "/healthz", "/readyz", "/metrics"))

    def problem(request: Request, fault: Exception) -> Response:
        if not isinstance(fault, Problem):
            raise fault
        return answer(fault) if of_api(request) else page(request, fault.kind.status)

    def parameters(request: Request, fault: Exception) -> Response:
        if not isinstance(fault, RequestValidationError):
            raise fault
        found = invalid(parameter_faults(fault.errors()))
        if any(error["loc"][:1] == ("path",) for error in fault.errors()):
            found = Problem(Kind.NOT_FOUND)
        return problem(request, found)

    def http(request: Request, fault: Exception) -> Response:
        if not isinstance(fault, HTTPException):
            raise fault
        kind = {404: Kind.NOT_FOUND, 405: Kind.METHOD}.get(fault.status_code, Kind.BROKEN_BODY)
        headers = dict(fault.headers or {})
        if kind is Kind.METHOD and (allowed := methods_of(request)):
            headers["Allow"] = ", ".join(allowed)
        return problem(request, Problem(kind, headers=headers))

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, parameters)
    app.add_exception_handler(HTTPException, http)


def methods_of(request: Request) -> list[str]:
    """Every method that the API has for this address: FastAPI itself names those of one route only."""
    paths: Mapping[str, Mapping[str, Any]] = request.app.openapi()["paths"]
    found = [calls for path, calls in paths.items() if compile_path(path)[0].match(request.url.path)]
    return sorted({method.upper() for calls in found for method in calls})


class LastResort:
    """Whatever nobody foresaw: 500 without text for the caller, class and place for the log."""

    def __init__(self, app: ASGIApp, page: Any) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as fault:
            log.error("A call failed with %s.", place_of(fault))
            if not begun and scope["type"] == "http":
                response = self._response(Request(scope), fault)
                await response(scope, receive, send)

    def _response(self, request: Request, fault: Exception) -> Response:
        kind, headers = Kind.INTERNAL, {}
        if isinstance(fault, LedgerAway):  # a full disk, a database that restarts
            kind, headers = Kind.LEDGER_AWAY, {"Retry-After": "5"}
        if request.url.path.startswith("/v1"):
            return answer(Problem(kind, headers=headers))
        page: Response = self._page(request, kind.status)
        return page
