"""Can this process do its work? Each check is a sentence, and what to do. No people in it, and no supplier's words."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Empty, Queue
from shutil import disk_usage
from threading import Thread

from outbound import clock
from outbound.key_file import month_after
from outbound.ledger import restorations, signs
from outbound.ledger.revision import Schema, schema_of
from outbound.ledger.store import machine_clock
from outbound.web.problems import place_of
from outbound.web.rooms import Rooms

LEDGER_SECONDS = 4  # of Prometheus' ten for a scrape, by default
LEDGER_ACT = "Start it, or mend OUTBOUND_DATABASE_URL."


class State(StrEnum):
    """How a check came out. `degraded`: letters are taken in all the same."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found, and what whoever runs the router is to do about it."""

    state: State
    says: str
    act: str = ""
    value: float | None = None  # what was measured, where it is a number


def ready(rooms: Rooms) -> dict[str, Check]:
    """Every check, by its name. Never raises."""
    found = {"ledger": _ledger(rooms)}
    away = found["ledger"].state is State.FAILED
    for name, check in CHECKS.items():
        found[name] = NOT_ASKED if away and name in IN_THE_LEDGER else _made(check, rooms)
    return found


def _made(check: Callable[[Rooms], Check], rooms: Rooms) -> Check:
    try:
        return check(rooms)
    except Exception as fault:
        return Check(State.FAILED, f"It cannot be found out ({type(fault).__name__}).", "See the other checks first.")


def _ledger(rooms: Rooms) -> Check:
    """Asked in a thread of its own: a database that hangs must not hang whoever asks how it is."""
    said: Queue[str] = Queue()
    Thread(target=lambda: said.put(_asked(rooms)), name="ready", daemon=True).start()
    try:
        fault = said.get(timeout=LEDGER_SECONDS)
    except Empty:
        fault = f"{LEDGER_SECONDS} seconds"
    if fault:
        return Check(State.FAILED, f"The database does not answer ({fault}).", LEDGER_ACT)
    return Check(State.OK, "The database answers.")


def _asked(rooms: Rooms) -> str:
    """What was wrong when it was asked; empty where it answered."""
    try:
        with rooms.house.ledger.reading() as tx:
            tx.exec_driver_sql("SELECT 1")
    except Exception as fault:
        return type(fault).__name__
    return ""


def _writing(rooms: Rooms) -> Check:
    """A row is written and committed: a full disk and a database that only reads are found nowhere else."""
    try:
        with rooms.house.ledger.writing() as tx:
            signs.give(tx, signs.Kind.WEB, "web")
    except Exception as fault:
        says = f"The database takes nothing that is written ({type(fault).__name__})."
        return Check(State.FAILED, says, "Look for a full disk, a standby in the primary's place, a lock.")
    return Check(State.OK, "The database takes what is written.")


def _schema(rooms: Rooms) -> Check:
    with rooms.house.ledger.reading() as tx:
        found = schema_of(tx)
    if found is Schema.OLDER:
        return Check(State.FAILED, "The schema is older than this program.", "Run `outbound migrate`.")
    if found is Schema.NEWER:
        says = "The schema is newer than this program, which goes on."
        return Check(State.DEGRADED, says, "Finish the upgrade: start the new version here too.")
    return Check(State.OK, "The schema is this program's.")


def _sending(rooms: Rooms) -> Check:
    with rooms.house.ledger.reading() as tx:
        found = restorations.current(tx)
    if found and found.begun_at:
        return Check(State.DEGRADED, "The ledger is a back-up; nothing leaves.", "Run `outbound restored show`.")
    if found:
        says = "The ledger may be a back-up: it lacks events that it had; nothing leaves."
        return Check(State.DEGRADED, says, "Run `outbound restored show`.")
    return Check(State.OK, "The ledger is no back-up.")


def months_missing(rooms: Rooms) -> list[str]:
    """The retention months for which letters come in now and for which there is no seal key."""
    today = clock.today()
    months = {month_after(today, one.retention_months) for one in rooms.house.types.values()}
    return sorted(month for month in {*months, f"{today:%Y-%m}"} if not rooms.house.seal.has_month(month))


def _seal(rooms: Rooms) -> Check:
    try:
        missing = months_missing(rooms)
    except Exception as fault:
        return Check(State.FAILED, f"The seal keys cannot be read ({place_of(fault)}).", "Bring their file back.")
    if missing:
        says = f"There is no seal key for {', '.join(missing)}."
        return Check(State.FAILED, says, "Run `outbound keys extend`.", len(missing))
    return Check(State.OK, "There is a seal key for every month that letters need now.", value=0)


def _clock(rooms: Rooms) -> Check:
    with rooms.house.ledger.reading() as tx:
        theirs = machine_clock(tx)
        skew = (clock.machine() - theirs).total_seconds() if theirs else 0.0
    if abs(skew) > rooms.house.settings.clock_skew_seconds:
        says = f"Our clock is {abs(skew):.0f} seconds {'before' if skew > 0 else 'behind'} the database's."
        return Check(State.FAILED, says, "Let both hosts keep time (chrony, systemd-timesyncd).", skew)
    return Check(State.OK, "Our clock and the database's agree.", value=skew)


def _disk(rooms: Rooms) -> Check:
    """Where the ledger lies, if that is a disk of ours."""
    ledger = rooms.house.ledger
    if not ledger.sqlite:
        return Check(State.OK, "The ledger lies on the database server, whose disk is watched there.")
    free = disk_usage(Path(ledger.engine.url.database or ".").resolve().parent).free
    if free < rooms.house.settings.disk_free_bytes:
        says = f"{free:,} bytes are free where the ledger lies."
        return Check(State.DEGRADED, says, "Make room, or move the ledger to a larger disk.", free)
    return Check(State.OK, "There is room where the ledger lies.", value=free)


def _redis(rooms: Rooms) -> Check:
    if rooms.tickets is None:
        return Check(State.OK, "Redis is not asked about here.")
    with suppress(Exception):
        rooms.tickets.lying()
        return Check(State.OK, "Redis answers.")
    says = "Redis does not answer: letters are taken in, and wait."
    return Check(State.DEGRADED, says, "Start it, or mend OUTBOUND_REDIS_URL; nothing is lost.")


NOT_ASKED = Check(State.FAILED, "It cannot be found out while the database does not answer.", "See `ledger`.")
IN_THE_LEDGER = ("writing", "schema", "sending", "clock")
CHECKS: dict[str, Callable[[Rooms], Check]] = {
    "writing": _writing,
    "schema": _schema,
    "sending": _sending,
    "seal": _seal,
    "clock": _clock,
    "disk": _disk,
    "redis": _redis,
}
