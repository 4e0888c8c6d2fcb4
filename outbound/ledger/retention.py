"""What retention reads and deletes: letters whose time is out, what still needs them, and what it did each night."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Executable, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.reminders import ReminderState
from outbound.ledger.values import Letter, letter_from
from outbound.life import UNSETTLED
from outbound.seal import Part

OPEN_REMINDERS = (ReminderState.PLANNED, ReminderState.SENDING)
DONE, PREVIEW = "done", "preview"


@dataclass(frozen=True, slots=True)
class Ties:
    """Which of some letters still have something open, and when the last try of each was handed over or settled."""

    doubts: frozenset[UUID]
    incidents: frozenset[UUID]
    reminders: frozenset[UUID]
    last: Mapping[UUID, datetime]


@dataclass(frozen=True, slots=True)
class Count:
    """So many of this system's and type's letters (neither: not letters) had this done to them on that day."""

    day: date
    system: str
    letter_type: str
    what: str
    count: int


def candidates(tx: Connection, month: str, after: tuple[str, UUID] | None, limit: int) -> list[Letter]:
    """Letters whose retention month lies before `month` and whose content is here, from the one after `after`."""
    row = t.letter.c
    wanted = select(t.letter).where(row.retention_month < month, text(t.KEPT))
    if after is not None:
        wanted = wanted.where(
            or_(row.retention_month > after[0], (row.retention_month == after[0]) & (row.id > after[1]))
        )
    return [letter_from(one) for one in tx.execute(wanted.order_by(row.retention_month, row.id).limit(limit))]


def ties(tx: Connection, letters: Collection[UUID]) -> Ties:
    """What still needs these letters."""
    ids = list(letters)
    d, i, r = t.dispatch.c, t.incident.c, t.reminder.c
    doubts = select(d.letter_id).where(d.letter_id.in_(ids), d.outcome.in_(sorted(UNSETTLED)))
    incidents = select(i.letter_id).where(i.letter_id.in_(ids), i.closed_at.is_(None))
    reminders = select(r.letter_id).where(r.letter_id.in_(ids), r.state.in_(OPEN_REMINDERS))
    moment = func.max(func.coalesce(d.settled_at, d.available_at, d.taken_at, d.created_at), type_=d.created_at.type)
    last = select(d.letter_id, moment.label("at")).where(d.letter_id.in_(ids)).group_by(d.letter_id)
    doubt, incident, reminder = (frozenset(tx.execute(one).scalars()) for one in (doubts, incidents, reminders))
    return Ties(doubt, incident, reminder, {row.letter_id: row.at for row in tx.execute(last)})


def lock(tx: Connection, letters: Sequence[UUID]) -> list[Letter]:
    """These letters as they are now, held until the transaction ends; whoever is in somebody's hands is left out."""
    row = t.letter.c
    mine = select(t.letter).where(row.id.in_(list(letters)), row.claim_token.is_(None), text(t.KEPT))
    return [letter_from(one) for one in tx.execute(mine.order_by(row.id).with_for_update(skip_locked=True))]


def postpone(tx: Connection, letter: UUID, month: str) -> None:
    """Its content is kept to the end of that month."""
    tx.execute(update(t.letter).where(t.letter.c.id == letter).values(retention_month=month))


def forget(tx: Connection, letters: Sequence[Letter]) -> None:
    """Delete all that says who these letters were to and what stood in them. The rows stay, without a person."""
    ids = [one.id for one in letters]
    a, receipts, s = t.act.c, t.receipt_inbox.c, t.sealed.c
    owners = ids + list(tx.execute(select(a.id).where(a.letter_id.in_(ids))).scalars())
    owners += list(tx.execute(select(receipts.owner).where(receipts.letter_id.in_(ids))).scalars())
    for start in range(0, len(owners), 500):
        tx.execute(delete(t.sealed).where(s.owner.in_(owners[start : start + 500])))
    gone = {"recipient_key": None, "document_address": None, "forgotten_at": clock.now()}
    tx.execute(update(t.letter).where(t.letter.c.id.in_(ids)).values(**gone))
    _forget_keys(tx, {one.recipient_key for one in letters if one.recipient_key})


def _forget_keys(tx: Connection, keys: Collection[str]) -> None:
    """What is kept of a person by the number's fingerprint goes with the last letter."""
    known = tx.execute(select(t.letter.c.recipient_key).where(t.letter.c.recipient_key.in_(list(keys)))).scalars()
    gone = sorted(set(keys) - set(known))
    s, e = t.same_person.c, t.enrolment.c
    tx.execute(delete(t.enrolment).where(e.recipient_key.in_(gone)))
    still = [exists().where(t.letter.c.recipient_key == key) for key in (s.old_key, s.new_key)]
    tx.execute(delete(t.same_person).where(or_(s.old_key.in_(gone), s.new_key.in_(gone)), ~or_(*still)))


def under(tx: Connection, key_id: str, limit: int) -> list[Part]:
    """Parts that lie under this key."""
    s = t.sealed.c
    found = tx.execute(select(s.owner, s.part).where(s.key_id == key_id).limit(limit))
    return [Part(owner, part) for owner, part in found]


def count_under(tx: Connection, key_id: str, most: int | None = None) -> int:
    """How many parts lie under this key, up to `most`."""
    some = select(t.sealed.c.part).where(t.sealed.c.key_id == key_id)
    return tx.execute(select(func.count()).select_from((some.limit(most) if most else some).subquery())).scalar_one()


def count_by_key(tx: Connection, most: int | None = None) -> dict[str, int]:
    """How many parts lie under each key that any lies under, up to `most` each: from key to key by the index."""
    s = t.sealed.c
    keys = select(func.min(s.key_id).label("id")).cte("keys", recursive=True)
    following = select(func.min(s.key_id)).where(s.key_id > keys.c.id).scalar_subquery()
    keys = keys.union_all(select(following).where(keys.c.id.is_not(None)))
    some = select(s.part).where(s.key_id == keys.c.id).correlate(keys)
    parts = select(func.count()).select_from((some.limit(most) if most else some).subquery()).scalar_subquery()
    found = tx.execute(select(keys.c.id, parts).where(keys.c.id.is_not(None)))
    return {row[0]: row[1] for row in found}


def count_letters_under(tx: Connection, key_id: str) -> int:
    """How many letters whose content is still here have something under this key."""
    s, kept = t.sealed.c, select(t.letter.c.id).where(text(t.KEPT))
    some = select(func.count(s.owner.distinct())).where(s.key_id == key_id, s.owner.in_(kept))
    return tx.execute(some).scalar_one()


def letters_under(tx: Connection, key_id: str, after: UUID | None, limit: int) -> list[Letter]:
    """Letters with content under this key, in the order of their ids, from the one after `after`."""
    s, row = t.sealed.c, t.letter.c
    wanted = select(t.letter).where(exists().where(s.owner == row.id, s.key_id == key_id))
    if after is not None:
        wanted = wanted.where(row.id > after)
    return [letter_from(one) for one in tx.execute(wanted.order_by(row.id).limit(limit))]


def no_letters_under(tx: Connection, key_id: str, limit: int) -> list[Part]:
    """Parts under this key that are receipts and notes."""
    s = t.sealed.c
    some = select(s.owner, s.part).where(s.key_id == key_id, ~exists().where(t.letter.c.id == s.owner)).limit(limit)
    return [Part(owner, part) for owner, part in tx.execute(some)]


def bare(tx: Connection, owners: Collection[UUID]) -> frozenset[UUID]:
    """Which of these have nothing under the seal."""
    s = t.sealed.c
    return frozenset(owners) - frozenset(tx.execute(select(s.owner).where(s.owner.in_(list(owners)))).scalars())


def delete_parts(tx: Connection, parts: Sequence[Part]) -> int:
    """How many were there."""
    s = t.sealed.c
    return sum(tx.execute(delete(t.sealed).where(s.owner == p.owner, s.part == p.part)).rowcount for p in parts)


def letters_of(tx: Connection, parts: Collection[UUID]) -> dict[UUID, Letter]:
    """The letters among these owners of parts, and by the id of an act the letter that it was done with."""
    ids = list(parts)
    own = {row.id: letter_from(row) for row in tx.execute(select(t.letter).where(t.letter.c.id.in_(ids)))}
    of_acts = select(t.act.c.id.label("act_id"), t.letter).join(t.letter, t.letter.c.id == t.act.c.letter_id)
    rows = tx.execute(of_acts.where(t.act.c.id.in_(ids)))
    return own | {row.act_id: letter_from(row) for row in rows}


def notes_in_force(tx: Connection, acts: Collection[UUID]) -> frozenset[UUID]:
    """Which of these acts placed a hold that stands."""
    h = t.legal_hold.c
    return frozenset(tx.execute(select(h.id).where(h.id.in_(list(acts)), h.lifted_at.is_(None))).scalars())


def receipts_of(tx: Connection, owners: Collection[UUID]) -> dict[UUID, tuple[str, datetime]]:
    """State and arrival of the receipts among these owners of parts."""
    r = t.receipt_inbox.c
    rows = tx.execute(select(r.owner, r.state, r.arrived_at).where(r.owner.in_(list(owners))))
    return {owner: (state, at) for owner, state, at in rows}


def add(tx: Connection, day: date, counts: Mapping[tuple[str, str, str], int]) -> None:
    """Add to what was done that day, by (system, letter type, what)."""
    rows = [
        {"day": day, "system": system, "letter_type": kind, "what": what, "counted": count}
        for (system, kind, what), count in sorted(counts.items())
        if count
    ]
    if rows:
        tx.execute(_adding(tx.dialect.name), rows)


def replace_kept(tx: Connection, day: date, counts: Mapping[tuple[str, str, str], int], deeds: Collection[str]) -> None:
    """What was kept that day, in place of what an earlier walk of the day said; what was done (`deeds`) stays."""
    n = t.retention_night.c
    tx.execute(delete(t.retention_night).where(n.day == day, n.what.not_in([*deeds, DONE])))
    add(tx, day, counts)


def finish(tx: Connection, day: date) -> None:
    """That day's walk has been to the end."""
    if not finished(tx, day):
        add(tx, day, {("", "", DONE): 1})


def finished(tx: Connection, day: date) -> bool:
    """Has it?"""
    n = t.retention_night.c
    return tx.execute(select(n.day).where(n.day == day, n.what == DONE)).first() is not None


def last_day(tx: Connection, before: date | None = None) -> date | None:
    """The last day on which retention worked (before another)."""
    n = t.retention_night.c
    wanted = select(func.max(n.day))
    found: date | None = tx.execute(wanted.where(n.day < before) if before else wanted).scalar_one()
    return found


def counts(tx: Connection, day: date) -> list[Count]:
    """What it did and kept on that day."""
    n = t.retention_night.c
    wanted = select(t.retention_night).where(n.day == day, n.what != DONE)
    rows = tx.execute(wanted.order_by(n.what, n.counted.desc(), n.system, n.letter_type))
    return [Count(row.day, row.system, row.letter_type, row.what, row.counted) for row in rows]


def unjournalised(tx: Connection, systems: Collection[str], most: int) -> dict[str, int]:
    """How many letters of each system it has not said that it filed, up to `most` each."""
    row = t.letter.c
    found = {}
    for system in systems:
        some = select(row.id).where(row.system == system, text(t.UNJOURNALISED)).limit(most).subquery()
        found[system] = tx.execute(select(func.count()).select_from(some)).scalar_one()
    return {system: count for system, count in found.items() if count}


@cache
def _adding(dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(t.retention_night)
    statement: Executable = new.on_conflict_do_update(
        index_elements=["day", "system", "letter_type", "what"],
        set_={"counted": t.retention_night.c.counted + new.excluded.counted},
    )
    return statement
