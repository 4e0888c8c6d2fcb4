"""Batches in the ledger: one act of a person on many letters, a row for each letter, and how far it has come.

A letter's row changes in the transaction that acts on the letter (`tick`), so that a worker that dies, or doubles
another, neither forgets a letter nor treats it twice. Whoever turns a batch locks its row; `tick` shares that lock.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, insert, literal, or_, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import Channel


class Phase(StrEnum):
    """What is being done. STOP: letters that are to be cancelled are held first, so that none leaves meanwhile."""

    STOP = "stop"
    ACT = "act"
    UNDO = "undo"
    OVER = "over"


class Row(StrEnum):
    """What became of a letter in a batch. KEPT: it was to be undone and could not be."""

    WAITING = "waiting"
    STOPPED = "stopped"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the ledger knows it. Field for field the table `batch`, but for `wanted`, which is read."""

    id: UUID
    verb: str
    channel: Channel | None
    wanted: dict[str, str]
    letters: int
    by: str
    at: datetime
    phase: Phase
    acts_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One letter's turn in a batch: its row goes from `was` to `now` while the batch is in `phase`."""

    batch: UUID
    phase: Phase
    was: Row
    now: Row


@dataclass(frozen=True, slots=True)
class BatchLetter:
    """A letter of a batch, with what is said of it on a list."""

    letter: UUID
    state: Row
    code: str | None
    system: str
    letter_type: str


def write(
    tx: Connection, batch_id: UUID, verb: str, channel: Channel | None, by: str, phase: Phase, acts_at: datetime
) -> None:
    """A new batch, empty yet; `fill` puts its letters in."""
    row = {"id": batch_id, "verb": verb, "channel": channel, "wanted": "{}", "letters": 0, "by": by, "at": clock.now()}
    row |= {"phase": phase, "acts_at": acts_at, "due_at": clock.now()}
    tx.execute(insert(t.batch).values(**row))


def fill(tx: Connection, batch_id: UUID, letters: "Select[Any]", wanted: dict[str, str]) -> int:
    """Freeze the list: the letters of this selection now, in one statement; how many."""
    some = letters.subquery()
    rows = select(literal(batch_id, t.batch_letter.c.batch_id.type), some.c.id, literal(Row.WAITING.value))
    into = insert(t.batch_letter).from_select(["batch_id", "letter_id", "state"], rows)
    tx.execute(into)
    r = t.batch_letter.c  # counted, since psycopg's driver tells no row count of such an insert
    count = int(tx.execute(select(func.count()).where(r.batch_id == batch_id)).scalar_one())
    values = {"letters": count, "wanted": json.dumps(wanted, sort_keys=True)}
    tx.execute(update(t.batch).where(t.batch.c.id == batch_id).values(**values))
    return count


def find(tx: Connection, batch_id: UUID, lock: bool = False) -> Batch | None:
    """The batch; with `lock`, nobody else turns it until this transaction ends."""
    wanted = select(t.batch).where(t.batch.c.id == batch_id)
    row = tx.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return _from(row) if row else None


def begun(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, datetime]]:
    """When somebody wanted each of these batches, and when somebody wanted it undone (else the former again)."""
    b = t.batch.c
    found = tx.execute(select(b.id, b.at, b.undone_at).where(b.id.in_(list(ids)))) if ids else ()
    return {row.id: (row.at, row.undone_at or row.at) for row in found}


def newest(tx: Connection, before: UUID | None, limit: int) -> list[Batch]:
    """Batches, the newest first, from the one after `before`."""
    b = t.batch.c
    wanted = select(t.batch)
    if before is not None:
        at = select(b.at).where(b.id == before).scalar_subquery()
        wanted = wanted.where(or_(b.at < at, and_(b.at == at, b.id < before)))
    return [_from(row) for row in tx.execute(wanted.order_by(b.at.desc(), b.id.desc()).limit(limit))]


def due(tx: Connection) -> Batch | None:
    """The batch whose turn it is, if one has something to do now."""
    b = t.batch.c
    wanted = select(t.batch).where(b.due_at.is_not(None), b.due_at <= clock.now()).order_by(b.due_at, b.id).limit(1)
    row = tx.execute(wanted).one_or_none()
    return _from(row) if row else None


def count_due(tx: Connection) -> int:
    """How many batches have something to do now."""
    b = t.batch.c
    wanted = select(func.count()).select_from(t.batch).where(b.due_at.is_not(None), b.due_at <= clock.now())
    return int(tx.execute(wanted).scalar_one())


def counts(tx: Connection, batch_id: UUID) -> dict[Row, int]:
    """How many letters are where."""
    r = t.batch_letter.c
    found = tx.execute(select(r.state, func.count()).where(r.batch_id == batch_id).group_by(r.state))
    return {Row(state): count for state, count in found}


def reasons(tx: Connection, batch_id: UUID, state: Row) -> dict[str, int]:
    """Why letters were refused (or kept), the most first."""
    r = t.batch_letter.c
    wanted = select(r.code, func.count()).where(r.batch_id == batch_id, r.state == state)
    return {code or "": count for code, count in tx.execute(wanted.group_by(r.code).order_by(func.count().desc()))}


def rows(tx: Connection, batch_id: UUID, state: Row, after: UUID | None, limit: int) -> list[BatchLetter]:
    """The letters in this state, in the order of their ids, from the one after `after`."""
    r, row = t.batch_letter.c, t.letter.c
    wanted = select(r.letter_id, r.state, r.code, row.system, row.letter_type).join(t.letter, row.id == r.letter_id)
    wanted = wanted.where(r.batch_id == batch_id, r.state == state)
    if after is not None:
        wanted = wanted.where(r.letter_id > after)
    found = tx.execute(wanted.order_by(r.letter_id).limit(limit))
    return [BatchLetter(one.letter_id, Row(one.state), one.code, one.system, one.letter_type) for one in found]


def next_letters(tx: Connection, batch_id: UUID, states: Sequence[Row], limit: int) -> list[tuple[UUID, Row, str]]:
    """The next letters whose turn it is: id, state, and how it was before."""
    r = t.batch_letter.c
    wanted = select(r.letter_id, r.state, r.was).where(r.batch_id == batch_id, r.state.in_(list(states)))
    found = tx.execute(wanted.order_by(r.letter_id).limit(limit))
    return [(one.letter_id, Row(one.state), one.was or "") for one in found]


def tick(tx: Connection, turn: Turn, letter_id: UUID, **more: str | None) -> bool:
    """Mark the letter's row; False where it is not its turn any more (done by another, or the batch was turned)."""
    b, r = t.batch.c, t.batch_letter.c
    phase = tx.execute(select(b.phase).where(b.id == turn.batch).with_for_update(read=True)).scalar_one_or_none()
    if phase != turn.phase:
        return False
    mine = update(t.batch_letter).where(r.batch_id == turn.batch, r.letter_id == letter_id, r.state == turn.was)
    return tx.execute(mine.values(state=turn.now, **more)).rowcount == 1


def turn(tx: Connection, batch_id: UUID, was: Phase, **changes: Any) -> bool:
    """Change the batch, where it is still in that phase."""
    b = t.batch.c
    return tx.execute(update(t.batch).where(b.id == batch_id, b.phase == was).values(**changes)).rowcount == 1


def departments(tx: Connection, batch_id: UUID) -> frozenset[str]:
    """The departments whose letters are in it."""
    r, row = t.batch_letter.c, t.letter.c
    wanted = select(row.department).join(t.batch_letter, r.letter_id == row.id).where(r.batch_id == batch_id).distinct()
    return frozenset(tx.execute(wanted).scalars())


def _from(row: Any) -> Batch:
    given = {one.name: getattr(row, one.name) for one in fields(Batch)}
    own = {"phase": Phase(row.phase), "channel": Channel(row.channel) if row.channel else None}
    return Batch(**{**given, **own, "wanted": json.loads(row.wanted)})
