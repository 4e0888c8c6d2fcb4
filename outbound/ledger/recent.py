"""How fast letters move just now: the newest events alone, so that it costs the same with five million letters.

Events are numbered as they come, so the newest are those with the highest numbers; no index on their time is needed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection, func, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import Channel, Lane
from outbound.life import Status

NEWEST = 5_000  # events
WINDOW = timedelta(minutes=15)
S = Status
STEPS: Mapping[tuple[str, str], str] = {
    (S.RECEIVED, S.RENDERED): "render",
    (S.RENDERED, S.ROUTED): "route",
    (S.ROUTED, S.SENDING): "send",  # the waiting for its turn, or for its print run
    (S.SENDING, S.SENT): "hand-over",
    (S.SENT, S.DELIVERED): "receipt",
}
AFTER_THE_ROUTE = ("send", "hand-over", "receipt")
"""The steps that are told apart by channel."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step in a lane, and from the route on its channel ('' before)."""

    step: str
    lane: Lane
    channel: Channel | str


@dataclass(frozen=True, slots=True)
class Pace:
    """What a step did lately: letters a second, and how long (seconds) each had been in the state before it, sorted."""

    per_second: float
    seconds: Sequence[float]

    def quantile(self, share: float) -> float:
        """The time within which that share of the letters had taken the step."""
        return self.seconds[max(0, ceil(share * len(self.seconds)) - 1)]


def paces(tx: Connection) -> dict[Place, Pace]:
    """Of every step that anything took within WINDOW, as far as the newest events tell."""
    rows = _newest(tx)
    since = max(clock.now() - WINDOW, rows[-1].at) if len(rows) >= NEWEST else clock.now() - WINDOW
    window = max(1.0, (clock.now() - since).total_seconds())
    took: dict[Place, list[float]] = defaultdict(list)
    for row in rows:
        step = STEPS.get((row.was, row.now))
        if step and row.at >= since and row.before is not None:
            place = Place(step, Lane(row.lane), row.channel or "" if step in AFTER_THE_ROUTE else "")
            took[place].append(max(0.0, (row.at - row.before).total_seconds()))
    return {place: Pace(len(found) / window, sorted(found)) for place, found in took.items()}


def _newest(tx: Connection) -> Sequence[Any]:
    e, row = t.event.c, t.letter.c
    newest = select(t.event).order_by(e.id.desc()).limit(NEWEST).subquery()
    earlier = t.event.alias("earlier").c
    before = select(func.max(earlier.at, type_=e.at.type)).where(
        earlier.letter_id == newest.c.letter_id, earlier.id < newest.c.id
    )
    wanted = select(
        newest.c.was, newest.c.now, newest.c.at, row.lane, row.channel, before.scalar_subquery().label("before")
    ).join(t.letter, row.id == newest.c.letter_id)
    return tx.execute(wanted.order_by(newest.c.id.desc())).all()
