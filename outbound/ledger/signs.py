"""Signs of life: when the timer ended a round, a pool last worked a ticket, a supplier's receipts were fetched.

A row each, overwritten; whoever is late is seen by the age of its row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.values import CLAIMS

TIMER = "timer"
RENDER, NETWORK = POOLS = ("render", "network")


class Kind(StrEnum):
    """What gave the sign."""

    TIMER = "timer"  # a round that came to its end
    POOL = "pool"  # a worker that has worked a ticket
    FETCH = "fetch"  # receipts that were fetched; the name is the supplier's
    WEB = "web"  # a web process that has seen that the ledger takes what is written


@dataclass(frozen=True, slots=True)
class Sign:
    """The last sign of this kind and name."""

    kind: Kind
    name: str
    at: datetime


def give(tx: Connection, kind: Kind, name: str, every: float = 0) -> None:
    """Say that it lives; nothing is written where it said so less than `every` seconds ago."""
    now = clock.now()
    row = {"kind": kind, "name": name, "at": now, "before": now - timedelta(seconds=every)}
    tx.execute(_give(tx.dialect.name), row)


def signs(tx: Connection) -> list[Sign]:
    """Every last sign."""
    row = t.sign_of_life.c
    found = tx.execute(select(row.kind, row.name, row.at).order_by(row.kind, row.name))
    return [Sign(Kind(one.kind), one.name, one.at) for one in found if one.kind in set(Kind)]


def silent(tx: Connection, seconds: float) -> list[Sign]:
    """The timer and the pools that have given no sign of life for so many seconds; `at`: the last sign.

    Where there never was one: since when a letter waits; nobody is missed before there is work. A pool without work
    gets a ticket in each round of the timer: where that is silent, the pool is measured by the timer's last sign.
    """
    given = {(one.kind, one.name): one.at for one in signs(tx)}
    limit, now, found = timedelta(seconds=seconds), clock.now(), []
    for kind, name in ((Kind.TIMER, TIMER), *((Kind.POOL, pool) for pool in POOLS)):
        at = given.get((kind, name)) or _waits_since(tx)
        if at and at < now - limit:
            found.append(Sign(kind, name, at))
            now = at if kind is Kind.TIMER else now
    return found


def _waits_since(tx: Connection) -> datetime | None:
    row = t.letter.c
    oldest = select(func.min(row.due_at, type_=row.due_at.type)).where(
        row.status.in_(list(CLAIMS.values())), row.due_at <= clock.now(), row.claim_token.is_(None)
    )
    found: datetime | None = tx.execute(oldest).scalar_one()
    return found


@cache
def _give(dialect: str) -> Executable:
    table = t.sign_of_life
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    statement: Executable = new.values(
        kind=bindparam("kind"), name=bindparam("name"), at=bindparam("at")
    ).on_conflict_do_update(
        index_elements=[table.c.kind, table.c.name],
        set_={"at": new.excluded.at},
        where=table.c.at <= bindparam("before", type_=table.c.at.type),
    )
    return statement
