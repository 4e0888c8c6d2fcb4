"""The event feed: a system follows all its own letters by a cursor that never passes an uncommitted event."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, func, or_, select, text

from outbound.ledger import deferred
from outbound.ledger import tables as t

_XMIN = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_ENDED = text("event.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_LAST = 10**18 - 1  # above every event's number
_FORM = re.compile("([0-9]{1,18})-([0-9]{1,18})(?:-([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the feed: the transaction and the event's number. Its text is what systems keep.

    `mark`: of which restoration of the ledger it is, '' before the first: numbers come again after one.
    """

    txid: int = 0
    id: int = 0
    mark: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.txid}-{self.id}" + (f"-{self.mark}" if self.mark else "")

    @classmethod
    def parse(cls, value: str) -> "Cursor":
        """Raises ValueError where it is no cursor of ours."""
        found = _FORM.fullmatch(value)
        if found is None:
            raise ValueError("not a cursor")
        return cls(int(found[1]), int(found[2]), found[3] or "")


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """What happened to a letter: a move, with its code. `reference` is the system's own."""

    cursor: Cursor
    letter: UUID
    reference: str
    was: str | None
    now: str
    code: str
    at: datetime


def mark(tx: Connection) -> str:
    """The mark of the cursors that are given now: of the last restoration that a person has begun; '' without one."""
    r = t.restoration.c
    begun = select(r.id).where(r.begun_at.is_not(None)).order_by(r.begun_at.desc()).limit(1)
    last = tx.execute(begun).scalar_one_or_none()
    return last.hex[:8] if last else ""


def reached(tx: Connection) -> Cursor:
    """The end of the feed as it is now: after it come the events of transactions that have not ended."""
    if tx.dialect.name == "postgresql":
        return Cursor(int(tx.execute(_XMIN).scalar_one()) - 1, _LAST)
    return Cursor(0, tx.execute(select(func.max(t.event.c.id))).scalar_one() or 0)


def is_beyond(tx: Connection, after: Cursor) -> bool:
    """Does this cursor lie where the feed has not been, in this snapshot? No answer can have given it then.

    PostgreSQL: only events below `pg_snapshot_xmin` are given, and that never falls. SQLite: no event is deleted.
    """
    return after > reached(tx)


def bring_home(tx: Connection) -> int:
    """After a restore into another PostgreSQL, whose transactions have lower numbers: events that the feed would keep
    back until those are reached come first in it, in the order they had, and webhooks go on after what they told last;
    how many events. Systems that read the feed begin anew.
    """
    if tx.dialect.name != "postgresql":
        return 0
    ahead = "SET txid = 0 WHERE txid > pg_current_xact_id()::text::bigint"
    tx.execute(text(f"UPDATE webhook {ahead}"))
    return tx.execute(text(f"UPDATE event {ahead}")).rowcount


def events_after(tx: Connection, system: str, after: Cursor, limit: int) -> list[FeedEvent]:
    """The system's events after `after`, in an order that no later commit can change.

    PostgreSQL: an event counts only once every transaction with a lower number has ended (`pg_snapshot_xmin`), so a
    transaction that commits second is never passed. SQLite has one writer at a time: numbers are in commit order.
    """
    deferred.flush(tx)
    e = t.event.c
    past = or_(e.txid > after.txid, and_(e.txid == after.txid, e.id > after.id))
    joined = t.event.join(t.letter, t.letter.c.id == e.letter_id)
    wanted = select(t.event, t.letter.c.reference).select_from(joined).where(e.system == system, past)
    if tx.dialect.name == "postgresql":
        wanted = wanted.where(_ENDED)
    rows, now = tx.execute(wanted.order_by(e.txid, e.id).limit(limit)), mark(tx)
    return [FeedEvent(Cursor(r.txid, r.id, now), r.letter_id, r.reference, r.was, r.now, r.code, r.at) for r in rows]
