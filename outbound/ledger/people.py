"""One person's letters, by the keyed fingerprints of the numbers; and the requests for access that were worked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.values import Letter, letter_from


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody looked for a person (`kind` look) or made something of what was found (pdf, zip)."""

    id: UUID
    kind: str
    by: str
    at: datetime
    letters: int


def letters(tx: Connection, keys: Collection[str], after: UUID | None, limit: int) -> list[Letter]:
    """Their letters, the newest first, from the one after `after`."""
    row = t.letter.c
    wanted = select(t.letter).where(row.recipient_key.in_(list(keys)))
    if after is not None:
        wanted = wanted.where(row.id < after)
    return [letter_from(one) for one in tx.execute(wanted.order_by(row.id.desc()).limit(limit))]


def count(tx: Connection, keys: Collection[str]) -> int:
    """How many they are."""
    row = t.letter.c
    return tx.execute(select(func.count()).where(row.recipient_key.in_(list(keys)))).scalar_one()


def write(tx: Connection, act: UUID, kind: str, by: str, found: int) -> None:
    """It was done, under this act."""
    tx.execute(insert(t.access_request).values(id=act, kind=kind, by=by, at=clock.now(), letters=found))


def key_of(tx: Connection, act: UUID, verb: str) -> str | None:
    """The person whom this act looked for."""
    a = t.act.c
    return tx.execute(select(a.key).where(a.id == act, a.verb == verb, a.scope == "person")).scalar_one_or_none()


def requests(tx: Connection, after: UUID | None, limit: int) -> list[Request]:
    """The newest first, from the one after `after`."""
    q = t.access_request.c
    wanted = select(t.access_request).order_by(q.at.desc(), q.id.desc()).limit(limit)
    if after is not None:
        at = select(q.at).where(q.id == after).scalar_subquery()
        wanted = wanted.where((q.at < at) | ((q.at == at) & (q.id < after)))
    return [Request(row.id, row.kind, row.by, row.at, row.letters) for row in tx.execute(wanted)]


def count_since(tx: Connection, moment: datetime) -> int:
    """How many there were since then."""
    return tx.execute(select(func.count()).where(t.access_request.c.at >= moment)).scalar_one()
