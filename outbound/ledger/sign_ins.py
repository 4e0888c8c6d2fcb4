"""Who signed in, when, by which way and until when; and how often somebody guessed. The same for all web processes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger.people_tables import sign_in, sign_in_failure

FAILURES_KEPT = timedelta(days=1)
"""After a day without a guess somebody begins afresh."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in. `digest` is the SHA-256 of the session's id; `rights` are JSON as the session keeps it."""

    digest: str
    name: str
    way: str
    mark: str
    rights: str
    at: datetime
    until: datetime
    ended_at: datetime | None = None


def begin(tx: Connection, one: SignIn, kept: timedelta) -> None:
    """Write it down; what is older than `kept` goes."""
    tx.execute(delete(sign_in).where(sign_in.c.at < one.at - kept))
    row = {"digest": one.digest, "name": one.name, "way": one.way, "mark": one.mark, "rights": one.rights}
    tx.execute(insert(sign_in).values(**row, at=one.at, until=one.until))


def find(tx: Connection, digest: str) -> SignIn | None:
    """The sign-in of a session, over or not."""
    found = tx.execute(select(sign_in).where(sign_in.c.digest == digest)).one_or_none()
    return SignIn(**found._mapping) if found else None


def renew(tx: Connection, digest: str, rights: str, until: datetime) -> None:
    """The provider said again who it is and what they may."""
    tx.execute(update(sign_in).where(_open(digest)).values(rights=rights, until=until))


def end(tx: Connection, digest: str) -> None:
    """Signed out."""
    tx.execute(update(sign_in).where(_open(digest)).values(ended_at=clock.now()))


def latest(tx: Connection, name: str, most: int) -> list[SignIn]:
    """The newest sign-ins under that name."""
    wanted = select(sign_in).where(sign_in.c.name == name).order_by(sign_in.c.at.desc()).limit(most)
    return [SignIn(**row._mapping) for row in tx.execute(wanted)]


def failures(tx: Connection, keys: Collection[str]) -> Mapping[str, tuple[int, datetime]]:
    """How often each of these failed, and when last."""
    found = tx.execute(select(sign_in_failure).where(sign_in_failure.c.key.in_(list(keys))))
    return {row.key: (row.failed, row.at) for row in found}


def failed(tx: Connection, keys: Collection[str]) -> None:
    """Once more, now."""
    now = clock.now()
    tx.execute(delete(sign_in_failure).where(sign_in_failure.c.at < now - FAILURES_KEPT))
    for key in sorted(keys):  # one order for everybody: two of them wait for each other in it
        tx.execute(_once_more(tx.dialect.name), {"key": key, "failed": 1, "at": now})


def forgive(tx: Connection, keys: Collection[str]) -> None:
    """Nothing of it counts any more."""
    tx.execute(delete(sign_in_failure).where(sign_in_failure.c.key.in_(list(keys))))


def _open(digest: str) -> Any:
    return (sign_in.c.digest == digest) & sign_in.c.ended_at.is_(None)


@cache
def _once_more(dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(sign_in_failure)
    row = sign_in_failure.c
    statement: Executable = new.on_conflict_do_update(
        index_elements=[row.key], set_={"failed": row.failed + 1, "at": new.excluded.at}
    )
    return statement
