"""The reading log: who opened what under the seal, when and for what, and who looked for whom. It is only added to.

A line is about a part of a letter, a note or a receipt (`owner`), or about a search for a person (`recipient_key`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, text, true

from outbound import clock
from outbound.ledger import tables as t
from outbound.seal import PEOPLE

SEARCH = "search"
"""The part that a line names which is about looking for somebody, whether or not anything was found."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One line."""

    id: int
    owner: UUID
    part: str
    by: str
    purpose: str
    at: datetime
    of_person: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """How much somebody read: openings, letters and notes among them, and what lay outside working hours."""

    by: str
    openings: int
    owners: int
    outside_hours: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: all that are named must fit. `owners` and `keys` together are those about one person."""

    by: str = ""
    owners: Collection[UUID] = ()
    keys: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    workers: bool = False


def note_search(tx: Connection, owner: UUID, keys: Collection[str], by: str, purpose: str) -> None:
    """Somebody looked for a person, known by these keys; `owner` is the act's id."""
    at = clock.now()
    line = {"owner": owner, "part": SEARCH, "by": by, "purpose": purpose, "at": at}
    if keys:
        tx.execute(insert(t.reading), [{**line, "recipient_key": key} for key in sorted(keys)])


def lines(tx: Connection, wanted: Wanted, after: int | None, limit: int) -> list[Reading]:
    """The lines, the newest first, from the one after `after`."""
    r = t.reading.c
    found = select(t.reading).where(_fits(wanted)).order_by(r.at.desc(), r.id.desc()).limit(limit)
    if after is not None:
        at = select(r.at).where(r.id == after).scalar_subquery()
        found = found.where(or_(r.at < at, and_(r.at == at, r.id < after)))
    return [_reading(row) for row in tx.execute(found)]


def readers(tx: Connection, since: datetime, until: datetime, most: int) -> list[Reader]:
    """Who of the people and systems read how much in that time, the most first.

    Counts of at most 100,000 lines: whoever reads more than that is seen all the same.
    """
    r = t.reading.c
    some = (
        select(r.by, r.owner, r.at).where(_fits(Wanted(since=since, until=until))).order_by(r.at.desc()).limit(100_000)
    )
    counts: dict[str, list[Any]] = {}
    for by, owner, at in tx.execute(some):
        one = counts.setdefault(by, [0, set(), 0])
        one[0] += 1
        one[1].add(owner)
        one[2] += _outside_hours(at)
    found = [Reader(by, openings, len(owners), outside) for by, (openings, owners, outside) in counts.items()]
    return sorted(found, key=lambda one: (-one.owners, one.by))[:most]


def count_since(tx: Connection, moment: datetime, most: int = 10_000) -> int:
    """How many lines of people and systems there are since then, up to `most`."""
    some = select(t.reading.c.id).where(_fits(Wanted(since=moment))).limit(most).subquery()
    return tx.execute(select(func.count()).select_from(some)).scalar_one()


def drop_before(tx: Connection, moment: datetime, limit: int) -> int:
    """Remove lines of before then, up to `limit`, having written down that they go; how many it were."""
    r, d = t.reading.c, t.reading_dropped.c
    oldest = tx.execute(select(r.id, r.at).order_by(r.id).limit(limit))  # they were written in the order of time
    old = [number for number, at in oldest if at < moment]
    if not old:
        return 0
    said = tx.execute(select(func.max(d.before))).scalar_one()
    if said is None or said < moment:
        tx.execute(insert(t.reading_dropped).values(before=moment, at=clock.now()))
    return tx.execute(delete(t.reading).where(r.id.in_(old))).rowcount


def _outside_hours(at: datetime) -> bool:
    local = at.astimezone(clock.COPENHAGEN)
    return local.weekday() >= 5 or not 6 <= local.hour < 19


def _fits(wanted: Wanted) -> ColumnElement[bool]:
    r = t.reading.c
    about: list[ColumnElement[bool]] = []
    if wanted.owners:
        about.append(r.owner.in_(list(wanted.owners)))
    if wanted.keys:
        about.append(r.recipient_key.in_(list(wanted.keys)))
    conditions: Sequence[ColumnElement[bool]] = [
        or_(*about) if about else true(),
        r.by == wanted.by if wanted.by else true(),
        r.at >= wanted.since if wanted.since else true(),
        r.at < wanted.until if wanted.until else true(),
        true() if wanted.workers else text(PEOPLE),  # type: ignore[list-item]
    ]
    return and_(*conditions)


def _reading(row: Any) -> Reading:
    return Reading(row.id, row.owner, row.part, row.by, row.purpose, row.at, row.recipient_key is not None)
