"""`GET /v1/status`: what a vendor may know of how the router is, and of its own letters; of nobody else's.

It wants a key: half of the answer is about the caller, and the other half (which supplier is away, when runs close) is
the municipality's own business. Whether anybody answers at all is `/healthz`, which needs none.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from threading import Lock
from time import monotonic
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from outbound import clock, standing
from outbound.delivery.closing import class_closings
from outbound.key_file import month_after
from outbound.ledger import signs, waiting
from outbound.letter import Channel, Lane
from outbound.organisation import System
from outbound.standing import Breaker, Pause, QueueStanding
from outbound.web.access import Caller
from outbound.web.api.description import may_answer
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/v1/status", tags=["before a letter"])
FRESH = 5.0  # seconds for which an answer about the ledger is given again
DAYS_AHEAD = timedelta(days=60)
Value = TypeVar("Value")


class ChannelState(StrEnum):
    """`waiting`: the supplier does not answer, or we stand still; letters go by themselves. `paused`: by a person."""

    OPEN = "open"
    WAITING = "waiting"
    PAUSED = "paused"


SENTENCES = {
    ChannelState.OPEN: "Letters leave.",
    ChannelState.WAITING: "The supplier does not answer. Letters wait, and leave by themselves when it does.",
    ChannelState.PAUSED: "IT operations lets letters wait here for now. Nothing is lost.",
}

STANDS_STILL = (
    "The router stands still in part. Letters wait, and leave by themselves when it goes on. Nothing is lost."
)


class ChannelOut(BaseModel):
    """A channel: `delay_seconds` says how long the oldest single letter has been due there, 0 for none."""

    channel: Channel
    state: ChannelState
    sentence: str
    delay_seconds: int
    tried_again_at: datetime | None = None


class QueueOut(BaseModel):
    """Your own letters: on their way out, since when the oldest is, and HELD; no more than 10,000 are counted.

    `paused`: whether IT operations lets your system's letters, or all letters of some of your types, wait.
    """

    waiting: int
    oldest: datetime | None
    held: int
    held_for_you: int
    paused: bool
    paused_letter_types: list[str]


class PrintOut(BaseModel):
    """When the next print run closes, and the days of the next two months on which the printer is closed."""

    next_run_closes_at: datetime
    closed_days: list[date]


class RateOut(BaseModel):
    """Single letters that you may hand in a minute, and how many are left just now in the process that answers."""

    per_minute: int
    left: int


EXAMPLE: dict[str, Any] = {
    "at": "2026-11-23T09:00:00Z",
    "taking_in": True,
    "channels": [
        {"channel": "digital", "state": "open", "sentence": SENTENCES[ChannelState.OPEN], "delay_seconds": 0},
        {"channel": "print", "state": "waiting", "sentence": SENTENCES[ChannelState.WAITING], "delay_seconds": 420,
         "tried_again_at": "2026-11-23T09:05:00Z"},
    ],
    "queue": {"waiting": 12, "oldest": "2026-11-23T08:53:00Z", "held": 2, "held_for_you": 1, "paused": False,
              "paused_letter_types": []},
    "print": {"next_run_closes_at": "2026-11-23T13:30:00Z", "closed_days": ["2026-12-24"]},
    "rate": {"per_minute": 600, "left": 598},
}  # fmt: skip


class StatusOut(BaseModel):
    """How the router is. `taking_in`: whether letters can be kept; where not, a letter is answered with 503."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    at: datetime
    taking_in: bool
    channels: list[ChannelOut]
    queue: QueueOut
    print: PrintOut
    rate: RateOut


class Answers:
    """What was found out is good for some seconds; the ledger is not asked for every caller."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._fresh, self._time = FRESH, time
        self._known: dict[str, tuple[float, Any]] = {}
        self._lock = Lock()

    def get(self, name: str, find: Callable[[], Value]) -> Value:
        """What is known under this name, or found now. One finds at a time: the others wait for it."""
        with self._lock:
            until, value = self._known.get(name, (0.0, None))
            if self._time() >= until:
                value = find()
                self._known[name] = (self._time() + self._fresh, value)
        found: Value = value
        return found


def _answers(request: Request) -> Answers:
    answers: Answers = request.app.state.answers
    return answers


@router.get("", responses=may_answer())
def status(caller: Caller, inside: Inside, answers: Annotated[Answers, Depends(_answers)]) -> StatusOut:
    """Whether letters are taken in, how the channels are, and how it stands with your own letters. Seconds old."""
    pauses, channels = answers.get("*", lambda: _everybody(inside))
    found = answers.get(caller.name, lambda: _own(inside, caller))
    here = {(one.scope, one.key) for one in pauses}
    queue = QueueOut(
        waiting=found.letters,
        oldest=found.oldest,
        held=found.held,
        held_for_you=found.held_for_sender,
        paused=("system", caller.name) in here,
        paused_letter_types=sorted(one for one in caller.letter_types if ("type", one) in here),
    )
    return StatusOut(
        at=clock.now(),
        taking_in=_takes_in(inside, caller),
        channels=channels,
        queue=queue,
        print=_print(inside),
        rate=RateOut(per_minute=inside.house.settings.rate_limit_per_minute, left=inside.singles.left(caller.name)),
    )


def _everybody(inside: Rooms) -> tuple[list[Pause], list[ChannelOut]]:
    with inside.house.ledger.reading() as tx:
        pauses, breakers, queues = standing.pauses(tx), standing.breakers(tx), standing.queues(tx)
        silent = bool(signs.silent(tx, inside.house.settings.silent_seconds))
    found = [_channel(one, pauses, breakers, queues) for one in (Channel.DIGITAL, Channel.PRINT)]
    return pauses, [_standing_still(one) if silent else one for one in found]


def _standing_still(one: ChannelOut) -> ChannelOut:
    """The channel while our own timer or a pool shows no life: an open one is not."""
    if one.state is not ChannelState.OPEN:
        return one
    return one.model_copy(update={"state": ChannelState.WAITING, "sentence": STANDS_STILL})


def _channel(which: Channel, pauses: list[Pause], breakers: list[Breaker], queues: list[QueueStanding]) -> ChannelOut:
    away = next((one for one in breakers if one.channel is which), None)
    state = ChannelState.WAITING if away else ChannelState.OPEN
    if any((one.scope, one.key) == ("channel", which) for one in pauses):
        state = ChannelState.PAUSED
    due = [one.oldest for one in queues if one.channel is which and one.lane is Lane.SINGLE and one.due and one.oldest]
    delay = (clock.now() - min(due)).total_seconds() if due else 0
    again = away.open_until if away and state is ChannelState.WAITING else None
    seconds = max(0, int(delay))
    return ChannelOut(
        channel=which, state=state, sentence=SENTENCES[state], delay_seconds=seconds, tried_again_at=again
    )


def _own(inside: Rooms, caller: System) -> waiting.Waiting:
    with inside.house.ledger.reading() as tx:
        return waiting.of_system(tx, caller.name)


def _takes_in(inside: Rooms, caller: System) -> bool:
    """Is there a key for the month that each of the caller's letter types is kept to?"""
    today, types = clock.today(), inside.house.types
    months = {month_after(today, types[one].retention_months) for one in caller.letter_types if one in types}
    return all(inside.house.seal.has_month(month) for month in months)


def _print(inside: Rooms) -> PrintOut:
    today, settings = clock.today(), inside.house.settings
    closed = sorted(day for day in settings.print_runs.closed_days if today <= day <= today + DAYS_AHEAD)
    return PrintOut(next_run_closes_at=class_closings(settings)[""], closed_days=closed)
