"""Is the process alive, can it work, and how much is waiting: for whoever keeps it running. No people in it."""

from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from outbound import clock, standing
from outbound.intake import month_after
from outbound.ledger import runs
from outbound.ledger.revision import is_usable
from outbound.letter import Channel
from outbound.life import Status
from outbound.standing import QueueStanding
from outbound.web.problems import place_of
from outbound.web.rooms import Inside, Rooms

router = APIRouter(tags=["operations"])
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something is missing; the answer names it"}})
def readyz(inside: Inside) -> JSONResponse:
    """The ledger answers and has the newest schema, and there are seal keys for the letters that come in now."""
    checks = {"ledger": _ledger(inside), "seal": _seal(inside)}
    good = all(said == "ok" for said in checks.values())
    return JSONResponse({"status": "ok" if good else "not ready", **checks}, 200 if good else 503)


@router.get("/metrics", response_class=Response)
def metrics(inside: Inside) -> Response:
    """What is waiting, in Prometheus' text format."""
    return Response(generate_latest(_registry(inside)), media_type=TEXT)


def _ledger(inside: Rooms) -> str:
    try:
        with inside.house.ledger.reading() as tx:
            return "ok" if is_usable(tx) else "not migrated: run `outbound migrate`"
    except Exception as fault:
        return f"does not answer ({type(fault).__name__})"


def _seal(inside: Rooms) -> str:
    today = clock.today()
    months = {month_after(today, one.retention_months) for one in inside.house.types.values()}
    try:
        missing = sorted(month for month in {*months, f"{today:%Y-%m}"} if not inside.house.seal.has_month(month))
    except Exception as fault:
        return f"the keys cannot be read ({place_of(fault)})"
    return f"no key for {', '.join(missing)}: run `outbound keys extend`" if missing else "ok"


def _registry(inside: Rooms) -> CollectorRegistry:
    registry = CollectorRegistry()
    with inside.house.ledger.reading() as tx:
        states, queues, held = standing.states(tx), standing.queues(tx), standing.held(tx)
        failures = {one.channel: one.failures for one in standing.breakers(tx)}
        counts = {
            "outbound_doubts": ("Dispatches in doubt", standing.count_doubts(tx)),
            "outbound_incidents_open": ("Incidents that nobody has closed", standing.count_incidents(tx)),
            "outbound_receipts_loose": ("Receipts that match nothing", standing.count_loose_receipts(tx)),
            "outbound_receipts_foreign": ("Receipts of other systems", standing.count_foreign_receipts(tx)),
            "outbound_runs_missing": (
                "Print runs of which the printer has said nothing",
                runs.count(tx, runs.missing()),
            ),
            "outbound_runs_held_back": ("Print runs that the printer holds back", runs.count(tx, runs.held_back())),
            "outbound_pauses": ("Pauses in force", len(standing.pauses(tx))),
        }
    letters = Gauge("outbound_letters", "Letters by state", ["state"], registry=registry)
    for status in Status:
        letters.labels(status).set(states.get(status, 0))
    waiting = Gauge("outbound_held", "Letters HELD", ["code", "waits_for"], registry=registry)
    for one in held:
        waiting.labels(one.code, one.waits_for).set(one.letters)
    for name, (what, count) in counts.items():
        Gauge(name, what, registry=registry).set(count)
    away = Gauge("outbound_channel_failures", "Failures in a row of a channel", ["channel"], registry=registry)
    for channel in (Channel.DIGITAL, Channel.PRINT):
        away.labels(channel).set(failures.get(channel, 0))
    _queues(registry, queues)
    return registry


def _queues(registry: CollectorRegistry, queues: list[QueueStanding]) -> None:
    labels = ["step", "lane", "channel"]
    due = Gauge("outbound_due", "Letters due now", labels, registry=registry)
    later = Gauge("outbound_later", "Letters due later", labels, registry=registry)
    in_hand = Gauge("outbound_in_hand", "Letters in a worker's hands", labels, registry=registry)
    oldest = Gauge("outbound_oldest_seconds", "How long the oldest has been due", labels, registry=registry)
    for one in queues:
        names = (one.step, one.lane, one.channel or "")
        due.labels(*names).set(one.due)
        later.labels(*names).set(one.later)
        in_hand.labels(*names).set(one.in_hand)
        age = clock.now() - one.oldest if one.oldest else timedelta(0)
        oldest.labels(*names).set(max(0.0, age.total_seconds()))
