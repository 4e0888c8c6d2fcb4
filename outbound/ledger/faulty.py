"""Letters that were faulty, or went to the wrong people: a frozen list of who got them, and who has got the correction.

A correction is a letter of the same system that says that it `corrects` the faulty one; one only sent again is none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Subquery, and_, case, func, insert, literal, or_, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.search import Wanted, conditions
from outbound.letter import Channel
from outbound.life import LIVE, Outcome, Status


class Correction(StrEnum):
    """How far the correction of a faulty letter is. HELD: it waits for a person, also where it came back."""

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


def is_corrected(tx: Connection, letter_id: UUID) -> bool:
    """Is there a correction of the letter that is not cancelled?"""
    row = t.letter.c
    wanted = select(row.id).where(row.corrects == letter_id, row.status != Status.CANCELLED).limit(1)
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
    new = t.letter.alias("new")
    corrects = and_(new.c.corrects == fl.letter_id, new.c.system == old.c.system, new.c.status != Status.CANCELLED)
    count, status = func.count(new.c.id), func.min(new.c.status)
    how_far = case(
        (count == 0, Correction.MISSING.value),
        (count > 1, Correction.TWICE.value),
        (status.in_((Status.HELD, Status.RETURNED)), Correction.HELD.value),
        (status.in_((Status.SENT, Status.DELIVERED)), Correction.GOT.value),
        else_=Correction.ON_ITS_WAY.value,
    )
    return (
        select(fl.letter_id, fl.dispatch_id, how_far.label("correction"))
        .join(old, old.c.id == fl.letter_id)
        .join(t.dispatch, and_(d.id == fl.dispatch_id, d.outcome.in_(sorted(LIVE))))
        .outerjoin(new, corrects)
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
