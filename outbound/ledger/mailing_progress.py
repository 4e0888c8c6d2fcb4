"""How far mailings have come, from an index alone: letters by state and channel. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, func, or_, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Status

BEFORE = frozenset({Status.RECEIVED, Status.RENDERED, Status.ROUTED})
GONE = frozenset({Status.SENDING, Status.SENT, Status.DELIVERED, Status.RETURNED})


@dataclass(frozen=True, slots=True)
class ListedMailing:
    """A mailing as it stands on a list."""

    id: UUID
    system: str
    reference: str
    department: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """The letters of a mailing by state and channel, in the order of the states."""

    rows: tuple[tuple[Status, Channel | None, int], ...] = ()

    def of(self, states: frozenset[Status]) -> int:
        """How many are in one of these states."""
        return sum(count for status, _, count in self.rows if status in states)

    @property
    def letters(self) -> int:
        """All that have come in."""
        return sum(count for *_, count in self.rows)

    @property
    def gone(self) -> int:
        """Sent, or being handed over: these cannot be stopped any more."""
        return self.of(GONE)

    @property
    def waiting(self) -> int:
        """Still to be sent."""
        return self.of(BEFORE)

    @property
    def held(self) -> int:
        """Waiting for a person."""
        return self.of(frozenset({Status.HELD}))


def newest(
    tx: Connection, before: UUID | None, limit: int, departments: frozenset[str] | None = None
) -> list[ListedMailing]:
    """Mailings, the newest first, from the one after `before`; of these departments, where they are given."""
    m = t.mailing.c
    wanted = select(*_COLUMNS)
    if departments is not None:
        wanted = wanted.where(m.department.in_(sorted(departments)))
    if before is not None:
        at = select(m.created_at).where(m.id == before).scalar_subquery()
        wanted = wanted.where(or_(m.created_at < at, and_(m.created_at == at, m.id < before)))
    rows = tx.execute(wanted.order_by(m.created_at.desc(), m.id.desc()).limit(limit))
    return [ListedMailing(*row) for row in rows]


def listed(tx: Connection, mailing_id: UUID) -> ListedMailing | None:
    """One of them."""
    row = tx.execute(select(*_COLUMNS).where(t.mailing.c.id == mailing_id)).one_or_none()
    return ListedMailing(*row) if row else None


def progress(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """How far these have come."""
    row = t.letter.c
    wanted = select(row.mailing_id, row.status, row.channel, func.count()).where(row.mailing_id.in_(list(ids)))
    found: dict[UUID, list[tuple[Status, Channel | None, int]]] = {one: [] for one in ids}
    for mailing_id, status, channel, count in tx.execute(wanted.group_by(row.mailing_id, row.status, row.channel)):
        found[mailing_id].append((Status(status), Channel(channel) if channel else None, count))
    return {one: Progress(tuple(sorted(rows, key=_in_order))) for one, rows in found.items()}


def taken_lately(tx: Connection, mailing_id: UUID, minutes: int) -> int:
    """How many of its letters the suppliers took in the last so many minutes."""
    row, d = t.letter.c, t.dispatch.c
    since = clock.now() - timedelta(minutes=minutes)
    wanted = select(func.count()).select_from(t.letter.join(t.dispatch, d.letter_id == row.id))
    return int(tx.execute(wanted.where(row.mailing_id == mailing_id, d.taken_at > since)).scalar_one())


def _in_order(row: tuple[Status, Channel | None, Any]) -> tuple[int, str]:
    return list(Status).index(row[0]), row[1] or ""


_COLUMNS = [t.mailing.c[name] for name in ("id", "system", "reference", "department", "title", "created_at")]
