"""The letters' way as a picture: each step, lane and channel with what waits there, how fast it goes and what is wrong.

Writes nothing, and knows nothing of a person.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from outbound import clock, standing
from outbound.ledger import tables as t
from outbound.letter import Channel, Lane
from outbound.life import Status
from outbound.standing import QueueStanding, Stage, Stops

WINDOW = timedelta(minutes=10)
"""The time over which a rate is reckoned, and times are."""
MOST_EVENTS = 20_000
"""Events read for the rates at most, the newest ones: on a busy day they span less than the window."""
MOST_TIMED = 5_000
"""Events read for the times at most, the newest ones: each is set against the one before it of its letter."""
STILL = timedelta(minutes=10)
"""Something due for so long, with nothing gone on from its place within the window, stands still."""

MISCONFIGURED = "misconfigured"
"""By whom a channel is paused whose supplier refuses us altogether (`delivery.send`)."""

CHANNELS = (Channel.DIGITAL, Channel.PRINT)
FORWARD = {
    Stage.RENDER: (Status.RECEIVED, frozenset({Status.RENDERED})),
    Stage.ROUTE: (Status.RENDERED, frozenset({Status.ROUTED})),
    Stage.SEND: (Status.ROUTED, frozenset({Status.SENDING})),
    Stage.HAND_OVER: (Status.SENDING, frozenset({Status.SENT, Status.DELIVERED, Status.RETURNED})),
    Stage.RECEIPT: (Status.SENT, frozenset({Status.DELIVERED, Status.RETURNED})),
}
"""The move that ends each step well."""


class Wrong(StrEnum):
    """What can be wrong at a place."""

    PAUSED = "paused"
    MISCONFIGURED = "misconfigured"
    AWAY = "away"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class Place:
    """One step, lane and channel. `per_minute` letters have gone on from it lately; `wrong` is what a person sees to.

    Before sending a letter has no channel yet. `oldest`: since when the longest due has been due, or (handed over,
    waiting for a receipt) in that state.
    """

    step: Stage
    lane: Lane
    channel: Channel | None
    due: int
    later: int
    in_hand: int
    oldest: datetime | None
    per_minute: float
    wrong: tuple[Wrong, ...]

    @property
    def letters(self) -> int:
        """All that are there."""
        return self.due + self.later + self.in_hand


@dataclass(frozen=True, slots=True)
class Flow:
    """Every place, in the order of the steps, also the empty ones: the picture keeps its form. `paces`: as `rates`.
    `stops`: what stands still by then."""

    places: tuple[Place, ...]
    paces: Mapping[tuple[Stage, Lane, Channel | None], float]
    stops: Stops

    def of(self, step: Stage) -> tuple[Place, ...]:
        """The places of one step."""
        return tuple(one for one in self.places if one.step is step)

    @property
    def waiting(self) -> int:
        """Letters that the supplier has not taken yet."""
        return sum(one.letters for one in self.places if one.step is not Stage.RECEIPT)

    @property
    def going(self) -> int:
        """Those of them that are on their way now: due, or in a worker's hands."""
        return sum(one.due + one.in_hand for one in self.places if one.step is not Stage.RECEIPT)

    @property
    def per_minute(self) -> float:
        """How many letters a minute the suppliers take now."""
        return sum(one.per_minute for one in self.of(Stage.HAND_OVER))


Key = tuple[Stage, Lane, Channel | None]


def flow(tx: Connection) -> Flow:
    """The whole way now."""
    stops = standing.stopped(tx)
    found: dict[Key, QueueStanding] = {(one.step, one.lane, one.channel): one for one in standing.queues(tx, stops)}
    found |= {(one.step, one.lane, one.channel): one for one in _awaiting(tx)}
    paced = rates(tx)
    troubles = _Troubles(stops.by("channel"), stops.away, clock.now())
    keys = list(dict.fromkeys([*_everywhere(), *found]))
    order = list(Stage)
    keys.sort(key=lambda key: (order.index(key[0]), key[1] is Lane.MAILING, key[2] or ""))
    return Flow(tuple(_place(key, found.get(key), paced.get(key, 0.0), troubles) for key in keys), paced, stops)


def rates(tx: Connection) -> dict[Key, float]:
    """Letters a minute that have gone on from each place, over the window or the newest events."""
    e, row, now = t.event.c, t.letter.c, clock.now()
    newest = select(func.max(e.id)).scalar_subquery()
    which = e.was, e.now, row.lane, row.channel
    wanted = select(*which, func.count(), func.min(e.at, type_=e.at.type)).join(t.letter, row.id == e.letter_id)
    lately = tx.execute(wanted.where(e.id > newest - MOST_EVENTS, e.at > now - WINDOW).group_by(*which)).all()
    # Only where the newest events do not reach back over the whole window is it shorter.
    all_there = sum(one[4] for one in lately) < MOST_EVENTS
    minutes = WINDOW / timedelta(minutes=1) if all_there else _minutes(now, min(one[5] for one in lately))
    found: dict[Key, float] = {}
    for was, to, lane, channel, count, _ in lately:
        if key := _key(was, to, lane, channel):
            found[key] = found.get(key, 0.0) + count / minutes
    return found


def times(tx: Connection) -> dict[Key, Sequence[float]]:
    """For how long each letter that has gone on from a place lately had been there; seconds, the shortest first."""
    e, row = t.event.c, t.letter.c
    newest = select(t.event).order_by(e.id.desc()).limit(MOST_TIMED).subquery().c
    earlier = t.event.alias("earlier").c
    before = select(func.max(earlier.at, type_=e.at.type)).where(
        earlier.letter_id == newest.letter_id, earlier.id < newest.id
    )
    wanted = select(newest.was, newest.now, newest.at, row.lane, row.channel, before.scalar_subquery().label("before"))
    found: dict[Key, list[float]] = defaultdict(list)
    for one in tx.execute(wanted.join(t.letter, row.id == newest.letter_id).where(newest.at > clock.now() - WINDOW)):
        key = _key(one.was, one.now, one.lane, one.channel)
        if key and one.before is not None:
            found[key].append(max(0.0, (one.at - one.before).total_seconds()))
    return {key: sorted(seconds) for key, seconds in found.items()}


def _minutes(now: datetime, first: datetime) -> float:
    return max((now - first).total_seconds(), 1.0) / 60


def _key(was: str | None, to: str, lane: str, channel: str | None) -> Key | None:
    for step, (before, after) in FORWARD.items():
        if was == before and to in after:
            early = step in (Stage.RENDER, Stage.ROUTE)
            return step, Lane(lane), None if early or not channel else Channel(channel)
    return None


def _everywhere() -> list[Key]:
    early: list[Key] = [(step, lane, None) for step in (Stage.RENDER, Stage.ROUTE) for lane in Lane]
    late = (Stage.SEND, Stage.HAND_OVER, Stage.RECEIPT)
    return early + [(step, lane, channel) for step in late for channel in CHANNELS for lane in Lane]


def _awaiting(tx: Connection) -> list[QueueStanding]:
    """Letters that the supplier has, and whose receipt has not come. `due`: its time is over."""
    row = t.letter.c
    wanted = (
        select(row.lane, row.channel, func.count(), func.min(row.updated_at))
        .where(row.status == Status.SENT)
        .group_by(row.lane, row.channel)
    )
    late = (
        select(row.lane, row.channel, func.count())
        .where(row.status == Status.SENT, row.due_at <= clock.now())
        .group_by(row.lane, row.channel)
    )
    over = {(lane, channel): count for lane, channel, count in tx.execute(late)}
    return [
        QueueStanding(
            Stage.RECEIPT,
            Lane(lane),
            Channel(channel) if channel else None,
            over.get((lane, channel), 0),
            count - over.get((lane, channel), 0),
            0,
            oldest,
        )
        for lane, channel, count, oldest in tx.execute(wanted)
    ]


@dataclass(frozen=True, slots=True)
class _Troubles:
    paused: Mapping[str, str]
    away: frozenset[Channel]
    now: datetime


def _place(key: Key, found: QueueStanding | None, per_minute: float, troubles: _Troubles) -> Place:
    step, lane, channel = key
    numbers: Mapping[str, Any] = {"due": 0, "later": 0, "in_hand": 0, "oldest": None}
    if found is not None:
        numbers = {name: getattr(found, name) for name in numbers}
    wrong = tuple(_wrong(key, found, per_minute, troubles))
    return Place(step, lane, channel, per_minute=per_minute, wrong=wrong, **numbers)


def _wrong(key: Key, found: QueueStanding | None, per_minute: float, troubles: _Troubles) -> list[Wrong]:
    step, _, channel = key
    said = []
    if channel is not None and (step is Stage.SEND or (step is Stage.HAND_OVER and found is not None)):
        by = troubles.paused.get(channel)
        said += [Wrong.MISCONFIGURED if by == MISCONFIGURED else Wrong.PAUSED] if by else []
        said += [Wrong.AWAY] if channel in troubles.away else []
    waits = found is not None and found.due > 0 and found.oldest is not None and found.oldest <= troubles.now - STILL
    if waits and not per_minute and not said and step is not Stage.RECEIPT:
        said.append(Wrong.STILL)
    return said
