"""How far a fold has come in the entries, and how far it may go."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger import tables as t


def committed(tx: Connection, name: str, every: timedelta | None = None) -> int:
    """An entry before which nothing can be entered any more. Found out anew once in `every`, or at once.

    On PostgreSQL numbers are given before they are committed: for a moment nobody may write entries.
    """
    f = t.fold.c
    row = tx.execute(select(t.fold).where(f.name == name)).one_or_none()
    if row and every is not None and (row.entry_id < row.upto or row.at > clock.now() - every):
        return int(row.upto)
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET LOCAL lock_timeout = '2s'"))
        tx.execute(text("LOCK TABLE entry IN SHARE MODE"))
    upto = tx.execute(select(func.coalesce(func.max(t.entry.c.id), 0))).scalar_one()
    values = {"upto": upto, "at": clock.now()}
    if row:
        tx.execute(update(t.fold).where(f.name == name).values(values))
    else:
        tx.execute(insert_into(t.fold, tx).on_conflict_do_nothing(), {"name": name, "entry_id": 0, **values})
    return int(upto)


def folded_upto(tx: Connection, name: str) -> int:
    """The last entry that is folded; 0 where none is."""
    return tx.execute(select(t.fold.c.entry_id).where(t.fold.c.name == name)).scalar_one_or_none() or 0


def go_on(tx: Connection, name: str, after: int, last: int) -> bool:
    """False where somebody else has folded these entries meanwhile."""
    f = t.fold.c
    return tx.execute(update(t.fold).where(f.name == name, f.entry_id == after).values(entry_id=last)).rowcount == 1


def insert_into(table: Any, tx: Connection) -> Any:
    """An insert that knows what to do where the row is there."""
    return (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(table)


def portions(many: Sequence[str], size: int = 500) -> Iterator[list[str]]:
    """As many at once as a statement takes."""
    for start in range(0, len(many), size):
        yield list(many[start : start + size])
