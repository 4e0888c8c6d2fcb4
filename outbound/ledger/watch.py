"""What whoever watches asks of the ledger, each answer by an index: nothing here reads letters at rest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, case, func, or_, select, text

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import not_paused
from outbound.ledger.recent import Place
from outbound.ledger.values import CLAIMS
from outbound.letter import Channel, Lane
from outbound.life import RESTING, Outcome, Status

AN_HOUR = timedelta(hours=1)
MOVING = sorted(set(Status) - RESTING)


@dataclass(frozen=True, slots=True)
class Paused:
    """Pauses of one kind: how many, and since when the oldest. `fault`: we set them, as the channel refused us."""

    scope: str
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
    wanted = select(p.scope, fault, func.count(), func.min(p.since, type_=p.since.type)).group_by(p.scope, fault)
    return [Paused(scope, bool(by_fault), many, since) for scope, by_fault, many, since in tx.execute(wanted)]


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


def lost(tx: Connection, explained: Collection[Channel], moving: Collection[Place]) -> int:
    """Letters that nothing will take up: neither at rest nor HELD, due for an hour or never, and nothing explains it.

    Explained are those that are paused, those for a channel that is away (`explained`), and those in a queue that is
    being worked through (`moving`).
    """
    return _left_lying(tx, explained, moving) + _handed_over_and_forgotten(tx)


def _left_lying(tx: Connection, explained: Collection[Channel], moving: Collection[Place]) -> int:
    """Letters before a step: due for long, or with no time at all at which anybody looks at them."""
    row, an_hour_ago = t.letter.c, clock.now() - AN_HOUR
    steps = {status: step for step, status in CLAIMS.items()}
    never = and_(row.due_at.is_(None), row.claim_token.is_(None))
    late = and_(row.due_at < an_hour_ago, row.claim_token.is_(None), not_paused())
    wanted = (
        select(row.status, row.lane, row.channel, never.label("never"), func.count())
        .where(row.status.in_(list(steps)), or_(never, late))
        .group_by(row.status, row.lane, row.channel, never)
    )
    found = 0
    for status, lane, channel, for_ever, many in tx.execute(wanted):
        way = Channel(channel) if channel and status == Status.ROUTED else ""
        known = way in explained or Place(steps[status], Lane(lane), way) in moving
        found += many if for_ever or not known else 0
    return found


def _handed_over_and_forgotten(tx: Connection) -> int:
    """SENDING, and nobody has its consignment in hand, asks about it, or will within the hour."""
    row, d, c = t.letter.c, t.dispatch.c, t.consignment.c
    minded = (
        select(d.id)
        .join(t.consignment, c.id == d.consignment_id)
        .where(
            d.letter_id == row.id,
            d.outcome.in_((Outcome.OPEN, Outcome.DOUBT)),
            or_(c.claim_token.is_not(None), c.due_at >= clock.now() - AN_HOUR),
        )
    )
    wanted = select(func.count()).where(row.status == Status.SENDING, ~minded.exists())
    return int(tx.execute(wanted).scalar_one())
