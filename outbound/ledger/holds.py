"""Legal holds: what must not be deleted, whatever retention says, until somebody lifts it. The whys lie sealed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, tuple_, update

from outbound import clock
from outbound.ledger import tables as t

TOGETHER = 200


class HoldScope(StrEnum):
    """What a hold is on."""

    LETTER = "letter"
    CASE = "case"
    PERSON = "person"
    MAILING = "mailing"


@dataclass(frozen=True, slots=True)
class Hold:
    """`id` is that of the act, under which the why is sealed. `key` of a person is an HMAC, else what it names."""

    id: UUID
    scope: HoldScope
    key: str
    by: str
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


def alone(tx: Connection) -> None:
    """Nobody else places or lifts a hold until this transaction ends, and all that stand are seen in it: whoever
    deletes what is on none, or places one on what is there, does it in such a transaction."""
    if tx.dialect.name == "postgresql":  # on SQLite whoever writes is alone
        tx.execute(text("LOCK TABLE legal_hold IN SHARE ROW EXCLUSIVE MODE"))


def place(tx: Connection, act: UUID, scope: HoldScope, key: str, by: str) -> None:
    """From now on."""
    tx.execute(insert(t.legal_hold).values(id=act, scope=scope, key=key, by=by, at=clock.now()))


def lift(tx: Connection, hold: UUID, act: UUID, by: str) -> bool:
    """False where there is no such hold, or it was lifted before."""
    h = t.legal_hold.c
    standing = update(t.legal_hold).where(h.id == hold, h.lifted_at.is_(None))
    return tx.execute(standing.values(lifted_by=by, lifted_at=clock.now(), lift_act_id=act)).rowcount == 1


def on(tx: Connection, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (scope, key) a standing hold is on."""
    h, wanted, found = t.legal_hold.c, sorted(set(pairs)), set()
    for start in range(0, len(wanted), TOGETHER):
        some = tuple_(h.scope, h.key).in_(wanted[start : start + TOGETHER])
        found |= {(scope, key) for scope, key in tx.execute(select(h.scope, h.key).where(some, h.lifted_at.is_(None)))}
    return found


def covered(tx: Connection, scope: HoldScope, keys: Collection[str], most: int) -> int:
    """How many letters whose content is still here this is on, up to `most`. `keys`: of a person all, else the one."""
    row = t.letter.c
    columns: dict[HoldScope, Any] = {
        HoldScope.LETTER: row.id,
        HoldScope.CASE: row.case_number,
        HoldScope.PERSON: row.recipient_key,
        HoldScope.MAILING: row.mailing_id,
    }
    by_id = scope in (HoldScope.LETTER, HoldScope.MAILING)
    wanted = [UUID(key) if by_id else key for key in keys]
    some = select(row.id).where(columns[scope].in_(wanted), text(t.KEPT)).limit(most).subquery()
    return tx.execute(select(func.count()).select_from(some)).scalar_one()


def persons(tx: Connection) -> frozenset[str]:
    """The keys of the persons whom a standing hold is on: few."""
    h = t.legal_hold.c
    wanted = select(h.key).where(h.scope == HoldScope.PERSON, h.lifted_at.is_(None))
    return frozenset(tx.execute(wanted).scalars())


def standing(tx: Connection, hold: UUID) -> Hold | None:
    """This hold, while it stands."""
    h = t.legal_hold.c
    row = tx.execute(select(t.legal_hold).where(h.id == hold, h.lifted_at.is_(None))).one_or_none()
    return _hold(row) if row else None


def newest(tx: Connection, after: UUID | None, limit: int, standing: bool = False) -> list[Hold]:
    """Holds, the newest first, from the one after `after`; of those that stand alone, where wanted."""
    h = t.legal_hold.c
    wanted = select(t.legal_hold).order_by(h.at.desc(), h.id.desc()).limit(limit)
    if standing:
        wanted = wanted.where(h.lifted_at.is_(None))
    if after is not None:
        at = select(h.at).where(h.id == after).scalar_subquery()
        wanted = wanted.where((h.at < at) | ((h.at == at) & (h.id < after)))
    return [_hold(row) for row in tx.execute(wanted)]


def _hold(row: Any) -> Hold:
    return Hold(row.id, HoldScope(row.scope), row.key, row.by, row.at, row.lifted_by, row.lifted_at)
