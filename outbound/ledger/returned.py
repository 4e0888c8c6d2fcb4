"""Post that came back: the codes by which letters are known again, and each return with its reason, who and when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from outbound import clock
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.ledger.letters import locked, move
from outbound.ledger.values import LedgerDispatch, Letter, dispatch_from
from outbound.letter import Channel, ReturnReason
from outbound.life import LIVE, Status, may_move
from outbound.return_code import new_code


@dataclass(frozen=True, slots=True)
class Return:
    """One return of one letter. `by`: who held it in the hand, or `receipt`."""

    id: int
    letter: UUID
    letter_type: str
    department: str
    dated: Any
    reason: ReturnReason
    by: str
    at: datetime
    undone_at: datetime | None


def new_codes(tx: Connection, count: int) -> list[str]:
    """So many codes that no letter has. A code becomes a letter's when it is written into its row."""
    found: list[str] = []
    while len(found) < count:
        wanted = {new_code() for _ in range(count - len(found))} - {*found}
        taken = tx.execute(select(t.letter.c.return_code).where(t.letter.c.return_code.in_(wanted))).scalars()
        found += sorted(wanted - {*taken})
    return found


def letter_of(tx: Connection, code: str) -> UUID | None:
    """The letter that has this code."""
    return tx.execute(select(t.letter.c.id).where(t.letter.c.return_code == code)).scalar_one_or_none()


def dispatch_of(tx: Connection, code: str) -> UUID | None:
    """The try on paper by which this code's letter came to the post: the one that counts, else the newest begun."""
    letter = letter_of(tx, code)
    found = paper_of(tx, letter) if letter else None
    return found.id if found else None


def paper_of(tx: Connection, letter: UUID) -> LedgerDispatch | None:
    """The same of a letter."""
    d, c = t.dispatch.c, t.consignment.c
    wanted = select(t.dispatch).join(t.consignment, c.id == d.consignment_id)
    wanted = wanted.where(
        d.letter_id == letter, d.channel == Channel.PRINT, d.kind == "letter", c.begun_at.is_not(None)
    )
    found = [dispatch_from(row) for row in tx.execute(wanted.order_by(d.created_at.desc()))]
    return next((one for one in found if one.outcome in LIVE), found[0] if found else None)


def come_back(
    tx: Connection, one: Letter, dispatch: UUID | None, reason: ReturnReason, by: str, code: str = "returned"
) -> bool:
    """The letter came back, and why. False where it had already, or where it cannot have."""
    if one.status is Status.RETURNED or not may_move(one.status, Status.RETURNED):
        return False
    said = code if reason is ReturnReason.UNKNOWN else f"{code}-{reason}"
    if not move(tx, one, Status.RETURNED, said, by, due_at=None):
        return False
    as_it_stood = {"was": one.status, "held_code": one.held_code, "waits_for": one.waits_for, "due_at": one.due_at}
    row = {"letter_id": one.id, "dispatch_id": dispatch, "reason": reason, "by": by, "at": clock.now()}
    tx.execute(insert(t.returned).values(**row, **as_it_stood))
    return True


def undo(tx: Connection, number: int, by: str) -> UUID | None:
    """It was a slip: the letter stands as it stood. None where it was not this person's, or the letter has gone on."""
    r = t.returned.c
    row = (
        tx.execute(select(t.returned).where(r.id == number, r.by == by, r.undone_at.is_(None))).mappings().one_or_none()
    )
    if row is None:
        return None
    one = locked(tx, row["letter_id"])
    if one.status is not Status.RETURNED or one.acknowledged_at is not None or not _stood(tx, one, row, by):
        return None
    tx.execute(update(t.returned).where(r.id == number).values(undone_at=clock.now()))
    return one.id


def _stood(tx: Connection, one: Letter, row: RowMapping, by: str) -> bool:
    before = {name: row[name] for name in ("held_code", "waits_for", "due_at")}
    return move(tx, one, Status(row["was"]), "return-undone", by, **before)


def since(tx: Connection, moment: datetime, limit: int, by: Collection[str] = ()) -> Sequence[Return]:
    """The returns since then, the newest first; of these people alone, where any are named."""
    wanted = _returns().where(t.returned.c.at >= moment)
    if by:
        wanted = wanted.where(t.returned.c.by.in_(by))
    return [_return(row) for row in tx.execute(wanted.order_by(t.returned.c.id.desc()).limit(limit))]


def count_since(tx: Connection, moment: datetime) -> int:
    """How many there were that were not undone."""
    r = t.returned.c
    return tx.execute(select(func.count(r.id)).where(r.at >= moment, r.undone_at.is_(None))).scalar_one()


def last_of(tx: Connection, letter: UUID) -> Return | None:
    """The return of this letter that stands."""
    deferred.flush(tx)
    wanted = _returns().where(t.returned.c.letter_id == letter, t.returned.c.undone_at.is_(None))
    row = tx.execute(wanted.order_by(t.returned.c.id.desc()).limit(1)).one_or_none()
    return _return(row) if row else None


def _returns() -> Select[Any]:
    r, row = t.returned.c, t.letter.c
    columns = (r.id, r.letter_id, row.letter_type, row.department, row.dated, r.reason, r.by, r.at, r.undone_at)
    return select(*columns).join(t.letter, row.id == r.letter_id)


def _return(row: Any) -> Return:
    return Return(
        row.id,
        row.letter_id,
        row.letter_type,
        row.department,
        row.dated,
        ReturnReason(row.reason),
        row.by,
        row.at,
        row.undone_at,
    )
