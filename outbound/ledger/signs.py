"""Signs of life: when the timer ended a round, a pool last worked a ticket, a supplier's receipts were fetched.

A row each, overwritten; whoever is late is seen by the age of its row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger import tables as t


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
