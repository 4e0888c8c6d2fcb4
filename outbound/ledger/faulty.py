"""Letters that were faulty, or went to the wrong people: a frozen list of who got them, and who has got the correction.

A correction is a letter of the same system that says that it `corrects` the faulty one; one only sent again is none.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Subquery, and_, case, func, insert, literal, or_, select

from outbound import clock
from outbound.ledger import same_person
from outbound.ledger import tables as t
from outbound.ledger.search import Wanted, conditions
from outbound.letter import Channel
from outbound.life import LIVE, Outcome, Status

FAILED = (Status.RETURNED, Status.CANCELLED)
"""Where a correction has not reached whom it was for, and another may be handed in."""


class Correction(StrEnum):
    """How far the correction of a faulty letter is. HELD: it waits for a person, also where it came back.

    One that came back or was cancelled makes room for another; one sent again is the same correction still.
    """

    MISSING = "missing"
    ON_ITS_WAY = "on-its-way"
    HELD = "held"
    GOT = "got"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Faulty:
    """A list of faulty letters. `found_at`: when somebody found it out."""

    id: UUID
    wanted: dict[str, str]
    letters: int
    found_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """A faulty letter that went out: by which dispatch (messageUUID or print job), and where its correction is."""

    letter: UUID
    system: str
    reference: str
    letter_type: str
    department: str
    status: Status
    channel: Channel
    provider: str
    dispatch: UUID
    transmission: str
    run: UUID
    outcome: Outcome
    taken_at: datetime | None
    available_at: datetime | None
    correction: Correction


def write(tx: Connection, faulty_id: UUID, wanted: Wanted, found_at: datetime, by: str) -> int:
    """Freeze the list: letters with a dispatch that was or may have been taken; how many."""
    row, d, now = t.letter.c, t.dispatch.c, clock.now()
    head = {"id": faulty_id, "wanted": json.dumps(wanted.plain(), sort_keys=True), "letters": 0}
    tx.execute(insert(t.faulty).values(**head, found_at=found_at, by=by, at=now))
    live = and_(d.letter_id == row.id, d.kind == "letter", d.outcome.in_(sorted(LIVE)))
    chosen = select(literal(faulty_id, t.faulty.c.id.type), row.id, d.id)
    chosen = chosen.select_from(t.letter.join(t.dispatch, live)).where(*conditions(wanted))
    into = insert(t.faulty_letter).from_select(["faulty_id", "letter_id", "dispatch_id"], chosen)
    tx.execute(into)
    fl = t.faulty_letter.c  # counted, since psycopg's driver tells no row count of such an insert
    count = int(tx.execute(select(func.count()).where(fl.faulty_id == faulty_id)).scalar_one())
    tx.execute(t.faulty.update().where(t.faulty.c.id == faulty_id).values(letters=count))
    return count


def find(tx: Connection, faulty_id: UUID) -> Faulty | None:
    """The list, if there is one of that id."""
    row = tx.execute(select(t.faulty).where(t.faulty.c.id == faulty_id)).one_or_none()
    return _from(row) if row else None


def newest(tx: Connection, before: UUID | None, limit: int) -> list[Faulty]:
    """Lists, the newest first, from the one after `before`."""
    f = t.faulty.c
    wanted = select(t.faulty)
    if before is not None:
        at = select(f.at).where(f.id == before).scalar_subquery()
        wanted = wanted.where(or_(f.at < at, and_(f.at == at, f.id < before)))
    return [_from(row) for row in tx.execute(wanted.order_by(f.at.desc(), f.id.desc()).limit(limit))]


def departments(tx: Connection, faulty_id: UUID) -> frozenset[str]:
    """The departments whose letters are on it."""
    row, fl = t.letter.c, t.faulty_letter.c
    wanted = select(row.department).join(t.faulty_letter, fl.letter_id == row.id).where(fl.faulty_id == faulty_id)
    return frozenset(tx.execute(wanted.distinct()).scalars())


def reach(tx: Connection, faulty_id: UUID) -> dict[tuple[Channel, Outcome], int]:
    """How many went on each channel, and what came of it as far as is known now."""
    d, fl = t.dispatch.c, t.faulty_letter.c
    wanted = select(d.channel, d.outcome, func.count()).join(t.faulty_letter, fl.dispatch_id == d.id)
    found = tx.execute(wanted.where(fl.faulty_id == faulty_id).group_by(d.channel, d.outcome).order_by(d.channel))
    return {(Channel(channel), Outcome(outcome)): count for channel, outcome, count in found}


def runs(tx: Connection, faulty_id: UUID, limit: int) -> list[UUID]:
    """The print runs in which they went, the newest first."""
    d, fl, r = t.dispatch.c, t.faulty_letter.c, t.print_run.c
    wanted = select(r.id, r.closed_at).join(t.dispatch, d.consignment_id == r.id)
    wanted = wanted.join(t.faulty_letter, fl.dispatch_id == d.id).where(fl.faulty_id == faulty_id).distinct()
    return [row.id for row in tx.execute(wanted.order_by(r.closed_at.desc(), r.id).limit(limit))]


class Wrong(StrEnum):
    """Why a letter cannot be the correction of another."""

    SEVERAL = "several"
    NOT_YOURS = "not-yours"
    NEVER_LEFT = "never-left"
    SOMEBODY_ELSE = "somebody-else"
    CORRECTED = "corrected"


def lock(tx: Connection, letters: Collection[UUID]) -> None:
    """Lock faulty letters in the order of their ids: nobody else takes in a correction of them meanwhile."""
    row = t.letter.c
    if letters:
        tx.execute(select(row.id).where(row.id.in_(letters)).order_by(row.id).with_for_update()).all()


def lock_what_it_corrects(tx: Connection, letter_id: UUID) -> None:
    """The same for the one that this letter corrects, if it does."""
    corrects = tx.execute(select(t.letter.c.corrects).where(t.letter.c.id == letter_id)).scalar_one_or_none()
    lock(tx, [corrects] if corrects else [])


def wrong(tx: Connection, corrects: UUID, system: str, recipient_key: str | None) -> Wrong | None:
    """Why a new letter to this recipient is no correction of that one, which is locked (`lock`); None where it is."""
    row, d = t.letter.c, t.dispatch.c
    old = tx.execute(select(row.recipient_key).where(row.id == corrects, row.system == system)).one_or_none()
    if old is None:
        return Wrong.NOT_YOURS
    left = select(d.id).where(d.letter_id == corrects, d.kind == "letter", d.outcome.in_(sorted(LIVE))).limit(1)
    if tx.execute(left).first() is None:
        return Wrong.NEVER_LEFT
    keys = same_person.keys_of(tx, [old.recipient_key]) if old.recipient_key else {None}
    if recipient_key not in keys:
        return Wrong.SOMEBODY_ELSE
    return Wrong.CORRECTED if is_corrected(tx, corrects) else None


def is_corrected(tx: Connection, letter_id: UUID) -> bool:
    """Is there a correction of the letter that is neither cancelled nor came back?"""
    row = t.letter.c
    wanted = select(row.id).where(row.corrects == letter_id, row.status.not_in(FAILED)).limit(1)
    return tx.execute(wanted).first() is not None


def corrections(tx: Connection, faulty_id: UUID) -> dict[Correction, int]:
    """How many who got the faulty letter have got its correction, and how far the others are."""
    each = _each(faulty_id)
    rows = tx.execute(select(each.c.correction, func.count()).group_by(each.c.correction))
    return {Correction(correction): count for correction, count in rows}


def page(
    tx: Connection, faulty_id: UUID, only: Correction | None, after: UUID | None, limit: int, system: str = ""
) -> list[Reached]:
    """The letters of the list in the order of their ids, from the one after `after`; `system`: its own alone."""
    each, row, d = _each(faulty_id), t.letter.c, t.dispatch.c
    wanted = (
        select(
            *(row.id, row.system, row.reference, row.letter_type, row.department, row.status, d.channel, d.provider),
            *(d.id, d.transmission, d.consignment_id, d.outcome, d.taken_at, d.available_at, each.c.correction),
        )
        .select_from(each.join(t.letter, row.id == each.c.letter_id).join(t.dispatch, d.id == each.c.dispatch_id))
        .order_by(row.id)
        .limit(limit)
    )
    narrower = [
        *([each.c.correction == only] if only else []),
        *([row.id > after] if after else []),
        *([row.system == system] if system else []),
    ]
    return [_reached(found) for found in tx.execute(wanted.where(*narrower))]


def every(tx: Connection, faulty_id: UUID, system: str = "", at_a_time: int = 1_000) -> Iterator[Reached]:
    """All of them, some at a time."""
    after: UUID | None = None
    while found := page(tx, faulty_id, None, after, at_a_time, system):
        yield from found
        after = found[-1].letter


def _each(faulty_id: UUID) -> Subquery:
    """Each letter of the list that was taken, or may have been, with how far its correction is."""
    fl, old, d = t.faulty_letter.c, t.letter.alias("old"), t.dispatch.c
    new, first = t.letter.alias("new"), t.letter.alias("first")  # `first`: whose copy the new one is, where that stands
    corrects = and_(new.c.corrects == fl.letter_id, new.c.system == old.c.system, new.c.status != Status.CANCELLED)
    copied = and_(first.c.id == new.c.follows, first.c.corrects == new.c.corrects, first.c.status.not_in(FAILED))
    standing = case((and_(new.c.status != Status.RETURNED, first.c.id.is_(None)), new.c.status))
    came, count, status = func.count(new.c.id), func.count(standing), func.min(standing)
    how_far = case(
        (came == 0, Correction.MISSING.value),
        (count > 1, Correction.TWICE.value),
        (or_(count == 0, status == Status.HELD), Correction.HELD.value),
        (status.in_((Status.SENT, Status.DELIVERED)), Correction.GOT.value),
        else_=Correction.ON_ITS_WAY.value,
    )
    return (
        select(fl.letter_id, fl.dispatch_id, how_far.label("correction"))
        .join(old, old.c.id == fl.letter_id)
        .join(t.dispatch, and_(d.id == fl.dispatch_id, d.outcome.in_(sorted(LIVE))))
        .outerjoin(new, corrects)
        .outerjoin(first, copied)
        .where(fl.faulty_id == faulty_id)
        .group_by(fl.letter_id, fl.dispatch_id)
        .subquery()
    )


def _reached(row: Any) -> Reached:
    values = list(row)
    values[5], values[6], values[11] = Status(values[5]), Channel(values[6]), Outcome(values[11])
    values[9], values[14] = values[9] or "", Correction(values[14])
    return Reached(*values)


def _from(row: Any) -> Faulty:
    given = {one.name: getattr(row, one.name) for one in fields(Faulty)}
    return Faulty(**{**given, "wanted": json.loads(row.wanted)})
