"""What of one system's letters waits now; bounded, whatever there is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from outbound.ledger import tables as t
from outbound.letter import WaitsFor
from outbound.life import Status

MOST_COUNTED = 10_000
ON_ITS_WAY = (Status.RECEIVED, Status.RENDERED, Status.ROUTED, Status.SENDING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters on their way out, the oldest since then, and HELD, in all and for their sender; up to MOST_COUNTED."""

    letters: int
    oldest: datetime | None
    held: int
    held_for_sender: int


def of_system(tx: Connection, system: str) -> Waiting:
    """How it stands with this system's letters."""
    row = t.letter.c
    moving = select(row.created_at).where(row.system == system, row.status.in_(ON_ITS_WAY)).limit(MOST_COUNTED)
    found = moving.subquery()
    oldest = func.min(found.c.created_at, type_=row.created_at.type)
    count, first = tx.execute(select(func.count(), oldest).select_from(found)).one()
    held = select(row.waits_for).where(row.system == system, row.status == Status.HELD).limit(MOST_COUNTED).subquery()
    counted = tx.execute(select(held.c.waits_for, func.count()).group_by(held.c.waits_for))
    whose: dict[str, int] = dict(map(tuple, counted))
    return Waiting(count, first, sum(whose.values()), whose.get(WaitsFor.SENDER, 0))
