"""Post that came back: the codes by which letters are known again, and each return with its reason, who and when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from outbound import clock
from outbound.ledger import deferred, names
from outbound.ledger import tables as t
from outbound.ledger.letters import locked, move
from outbound.ledger.values import LedgerDispatch, Letter, dispatch_from
from outbound.letter import Channel, ReturnReason
from outbound.life import LIVE, Status, may_move
from outbound.seal import Seal


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


def new_codes(tx: Connection, seal: Seal, letters: Sequence[Letter]) -> dict[UUID, str]:
    """A code that no letter has for each of these. It becomes the letter's when it is written into its row.

    After a restore a letter gets the code that its window showed before: the first of its own that is free.
    """
    found: dict[UUID, str] = {}
    number = 1
    while left := [one for one in letters if one.id not in found]:
        wanted = {one.id: names.return_code(seal, one, number) for one in left}
        taken = {*_taken(tx, wanted.values()), *found.values()}
        for letter, code in wanted.items():
            if code not in taken:
                found[letter] = code
                taken.add(code)
        number += 1
    return found


def _taken(tx: Connection, codes: Collection[str]) -> list[str]:
    code = t.letter.c.return_code
    return [str(one) for one in tx.execute(select(code).where(code.in_(codes))).scalars()]


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


def keep(tx: Connection, letter: UUID) -> None:
    """The return of this letter that stands cannot be undone: it told more than that."""
    r = t.returned.c
    tx.execute(update(t.returned).where(r.letter_id == letter, r.undone_at.is_(None)).values(was=Status.RETURNED))


def scanned(tx: Connection, number: int, by: str) -> UUID | None:
    """The letter of this return, where this person has told of it and it was not undone."""
    r = t.returned.c
    wanted = select(r.letter_id).where(r.id == number, r.by == by, r.undone_at.is_(None))
    return tx.execute(wanted).scalar_one_or_none()


def undo(tx: Connection, letters: Collection[UUID], by: str) -> bool:
    """It was a slip: these letters, of one envelope, go on. False, and nothing is changed, where one of them was not
    told of by this person, or somebody has seen to it."""
    r = t.returned.c
    wanted = select(t.returned).where(r.letter_id.in_(letters), r.by == by, r.undone_at.is_(None)).order_by(r.letter_id)
    rows = tx.execute(wanted).mappings().all()
    found = [(locked(tx, row["letter_id"]), row) for row in rows]
    if len(found) < len(letters) or any(not _can_go_on(one, row) for one, row in found):
        return False
    for one, row in found:
        _go_on(tx, one, row, by)
    tx.execute(update(t.returned).where(r.id.in_([row["id"] for row in rows])).values(undone_at=clock.now()))
    return True


def _can_go_on(one: Letter, row: RowMapping) -> bool:
    return one.status is Status.RETURNED and one.acknowledged_at is None and row["was"] != Status.RETURNED


def _go_on(tx: Connection, one: Letter, row: RowMapping, by: str) -> None:
    """As it stood, or as posted where that is known by now."""
    paper = paper_of(tx, one.id)
    posted = paper is not None and paper.available_at is not None and row["was"] == Status.SENT
    before = {name: None if posted else row[name] for name in ("held_code", "waits_for", "due_at")}
    move(tx, one, Status.DELIVERED if posted else Status(row["was"]), "return-undone", by, **before)


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
