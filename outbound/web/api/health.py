"""Is the process alive, can it work, and how much is waiting: for whoever keeps it running. No people in it."""

from hmac import compare_digest

from anyio import fail_after
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from outbound.web.metrics import TEXT, Metrics
from outbound.web.problems import Kind, Problem
from outbound.web.readiness import State, ready
from outbound.web.rooms import Inside

router = APIRouter(tags=["operations"])
THREAD_SECONDS = 5.0  # in which a thread must become free; a probe is to wait longer than that


class Alive(BaseModel):
    """Whether the process does anything at all."""

    status: str = Field(description="`ok`, or `stuck` where every thread is busy.", examples=["ok"])


class Found(BaseModel):
    """One check."""

    state: State = Field(description="`degraded`: letters are taken in all the same.")
    says: str = Field(description="What was found.", examples=["Redis answers."])
    act: str = Field(description="What to do about it; empty where nothing is to be done.", examples=[""])


class Readiness(BaseModel):
    """Whether the process can do its work."""

    status: str = Field(description="`ok`, `degraded` (200: letters are taken in) or `not ready` (503).")
    checks: dict[str, Found] = Field(
        description="`ledger`, `writing`, `schema`, `sending`, `seal`, `clock`, `disk`, `redis`."
    )


@router.get("/healthz", response_model=Alive, responses={503: {"model": Alive, "description": "Every thread is busy"}})
async def healthz() -> JSONResponse:
    """The process answers, and a thread of it is free to work."""
    try:
        with fail_after(THREAD_SECONDS):
            await run_sync(int)
    except TimeoutError:
        return JSONResponse({"status": "stuck"}, 503)
    return JSONResponse({"status": "ok"})


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "A check failed"}})
def readyz(inside: Inside) -> JSONResponse:
    """Ledger (read, written, no back-up), schema, keys, clock, disk, Redis: each with a sentence and what to do."""
    checks = ready(inside)
    states = {one.state for one in checks.values()}
    status = "not ready" if State.FAILED in states else "degraded" if State.DEGRADED in states else "ok"
    said = {name: {"state": one.state, "says": one.says, "act": one.act} for name, one in checks.items()}
    return JSONResponse({"status": status, "checks": said}, 503 if State.FAILED in states else 200)


@router.get("/metrics", response_class=Response, responses={401: {"description": "`OUTBOUND_METRICS_TOKEN` is set"}})
def metrics(request: Request, inside: Inside) -> Response:
    """What is waiting, how fast it goes and what needs a hand, in Prometheus' text format."""
    wanted = inside.house.settings.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").encode("latin-1")
    if wanted and not compare_digest(given, f"Bearer {wanted}".encode()):
        raise Problem(Kind.UNAUTHORIZED, "The numbers ask for a token.", headers={"WWW-Authenticate": "Bearer"})
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=TEXT)
