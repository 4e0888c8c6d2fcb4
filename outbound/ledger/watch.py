"""What whoever watches asks of the ledger, each answer by an index: nothing here reads letters at rest."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, case, func, or_, select, text

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.recent import Place
from outbound.ledger.values import CLAIMS
from outbound.letter import Lane
from outbound.life import RESTING, Status

AN_HOUR = timedelta(hours=1)
MOVING = sorted(set(Status) - RESTING)


@dataclass(frozen=True, slots=True)
class Paused:
    """Pauses of one kind: how many, and since when the oldest. `fault`: we set them, as the channel refused us.

    `channel`: which one is paused, empty where it is not a channel.
    """

    scope: str
    channel: str
    fault: bool
    many: int
    since: datetime


def states(tx: Connection) -> dict[Status, int]:
    """How many letters are in each state on their way, HELD included. Those at rest are all the others, and many."""
    row = t.letter.c
    found = tx.execute(select(row.status, func.count()).where(row.status.in_(MOVING)).group_by(row.status))
    return dict.fromkeys(MOVING, 0) | {Status(status): many for status, many in found}


def incidents(tx: Connection) -> dict[str, int]:
    """Incidents that nobody has closed, by code."""
    i = t.incident.c
    found = tx.execute(select(i.code, func.count().label("many")).where(text(t.OPEN)).group_by(i.code))
    return {one.code: one.many for one in found}


def doubts(tx: Connection) -> int:
    """Dispatches in doubt."""
    return int(tx.execute(select(func.count()).select_from(t.dispatch).where(text(t.DOUBT))).scalar_one())


def overdue_receipts(tx: Connection) -> int:
    """Letters that were handed over and whose receipt should have come: HELD for it, or about to be."""
    row = t.letter.c
    late = and_(row.status == Status.SENT, row.due_at <= clock.now())
    held = and_(row.status == Status.HELD, row.held_code == "no-receipt")
    return int(tx.execute(select(func.count()).where(or_(late, held))).scalar_one())


def pauses(tx: Connection) -> list[Paused]:
    """Pauses in force."""
    p = t.pause.c
    fault = case((p.by == "misconfigured", 1), else_=0).label("fault")
    channel = case((p.scope == "channel", p.key), else_="").label("channel")
    kind = (p.scope, channel, fault)
    wanted = select(*kind, func.count(), func.min(p.since, type_=p.since.type)).group_by(*kind)
    return [Paused(scope, key, bool(by_fault), many, since) for scope, key, by_fault, many, since in tx.execute(wanted)]


def last_useful_days(tx: Connection) -> dict[Place, date]:
    """For every queue that has letters with a last day of use: the first of those days."""
    row, steps = t.letter.c, {status: step for step, status in CLAIMS.items()}
    channel = case((row.status == Status.ROUTED, row.channel), else_="").label("channel")
    wanted = (
        select(row.status, row.lane, channel, func.min(row.useful_until))
        .where(row.status.in_(list(steps)), row.useful_until.is_not(None))
        .group_by(row.status, row.lane, channel)
    )
    return {Place(steps[status], Lane(lane), way or ""): day for status, lane, way, day in tx.execute(wanted)}
