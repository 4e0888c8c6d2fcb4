"""Everything that can be wrong with a call, as RFC 9457 problem details. No problem echoes what somebody sent.

Each type is documented at its own URI, `/problems/<name>`.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outbound.rendering import Fault

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 200  # a caller that is wrong in more ways than this sees the first


class Kind(Enum):
    """A kind of problem: the name in its URI, the HTTP status, its title and what to do about it."""

    def __init__(self, slug: str, status: int, title: str, what_to_do: str) -> None:
        self.slug, self.status, self.title, self.what_to_do = slug, status, title, what_to_do

    BROKEN_BODY = (
        "broken-body",
        400,
        "The body cannot be read",
        "Send UTF-8 JSON in which no name stands twice in one object, every number is finite and has at most 18 "
        "digits, text has no NUL and no half of a surrogate pair, and nothing is nested deeper than 32 levels.",
    )
    UNAUTHORIZED = (
        "unauthorized",
        401,
        "No valid API key",
        "Send `Authorization: Bearer <key>` with a key that has not been revoked. Keys are made by IT operations.",
    )
    FORBIDDEN = (
        "forbidden",
        403,
        "Not for this account",
        "The account has not the role for it, or the form does not come from a page of this session. Sign in again.",
    )
    NOT_FOUND = (
        "not-found",
        404,
        "There is no such thing here",
        "Check the address and the id. A letter or mailing of another system is answered in the same way.",
    )
    METHOD = ("method-not-allowed", 405, "Not by this method", "The header `Allow` names the methods that work here.")
    OTHER_CONTENT = (
        "other-content",
        409,
        "The reference was used before, with other content",
        "`letter` is the first letter under this reference and `differs` names the parts that are not the same. Send "
        "other content under a reference of its own, or change the first letter where that is still possible.",
    )
    NOT_NOW = (
        "not-now",
        409,
        "Not in the state that the letter is in now",
        "`detail` says why. GET the letter to see its state; what has been handed over cannot be changed or called back.",
    )
    TOO_LARGE = (
        "too-large",
        413,
        "The body is too large",
        "`limit` is the most bytes that are read here. Send a mailing in more calls, or a smaller PDF.",
    )
    MEDIA_TYPE = (
        "media-type",
        415,
        "Not in this media type",
        "Send `application/json`, and `application/x-ndjson` for the letters of a mailing, without a content encoding.",
    )
    VALIDATION = (
        "validation",
        422,
        "Something in it is wrong",
        "`errors` names everything that is wrong at once: `pointer` (RFC 6901) into the body, or `parameter` in the "
        "address, and a sentence. A name that is not known stands as `…`.",
    )
    RATE = (
        "rate-limit",
        429,
        "Too many single letters",
        "Wait as many seconds as `Retry-After` says, or send many letters as a mailing, which has no such limit.",
    )
    INTERNAL = (
        "internal",
        500,
        "A fault on our side",
        "Nothing says whether the call had its effect. Repeat it under the same reference: that is safe.",
    )
    UNAVAILABLE = (
        "unavailable",
        503,
        "Not possible just now",
        "Nothing was taken in. Repeat the call after a while; IT operations sees the reason at `/readyz`.",
    )

    @property
    def uri(self) -> str:
        """The `type` of the problem."""
        return f"/problems/{self.slug}"


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
    if fault.pointer.startswith("?"):
        return {"parameter": fault.pointer[1:], "detail": fault.message}
    return {"pointer": fault.pointer, "detail": fault.message}


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
    "string_too_short": "This text is too short; /docs says how short it may be.",
}


def install(app: FastAPI, page: Any) -> None:
    """Answer problems of the API as JSON, and of the pages through `page(request, status)`."""

    def of_api(request: Request) -> bool:
        return request.url.path.startswith(("/v1", "/healthz", "/readyz", "/metrics", "/receipts"))

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
        return problem(request, Problem(kind, headers=dict(fault.headers or {})))

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, parameters)
    app.add_exception_handler(HTTPException, http)


def place_of(fault: BaseException) -> str:
    """The class of an exception and where it was raised: never its text, which may carry what it must not."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(fault).__name__}{where}"


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
                response = self._response(Request(scope))
                await response(scope, receive, send)

    def _response(self, request: Request) -> Response:
        if request.url.path.startswith("/v1"):
            return answer(Problem(Kind.INTERNAL))
        page: Response = self._page(request, 500)
        return page
