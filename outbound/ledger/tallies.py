"""Totals that only grow, for graphs: answers of suppliers and registers, workers that died, moves, routes.

They carry no letter and no person. What a worker counts lies in its memory for some seconds: a worker that is killed
takes a few with it. No decision rests on them; what is so now is counted from the letters themselves.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Executable, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.ledger.store import Ledger
from outbound.life import Status
from outbound.routing import Route

FLUSH_SECONDS = 15.0
AT_ONCE = 20_000  # events that one round of the timer counts at most
SETTLED = timedelta(seconds=60)
"""Events are numbered just before their commit: when one is that old, none with a lower number is still to come."""


class Name(StrEnum):
    """What is counted."""

    HAND_OVER = "hand-over"  # of: the provider; answer: what it said of a dispatch
    LOOK_UP = "look-up"  # of: the register; answer: what it said of a recipient
    DEATHS = "deaths"  # claims that ran out, their worker being dead; of: letter, consignment
    MOVES = "moves"  # of: the state that letters came to
    ROUTES = "routes"  # of: the route's code
    COUNTED = "counted"  # the last event among the moves


@dataclass(frozen=True, slots=True)
class Tally:
    """One total."""

    name: Name
    of: str
    answer: str
    total: int


class Tallies:
    """What this process has counted and not yet written. Threads share it."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Name, str, str]] = Counter()
        self._lock = threading.Lock()
        self._flushed = monotonic()

    def count(self, name: Name, of: str, answer: str, many: int = 1) -> None:
        """So many more."""
        with self._lock:
            self._counts[name, of, answer] += many

    def flush(self, ledger: Ledger, every: float = FLUSH_SECONDS) -> None:
        """Write them, unless that was done less than `every` seconds ago. What cannot be written is kept."""
        with self._lock:
            if not self._counts or monotonic() - self._flushed < every:
                return
            taken, self._counts, self._flushed = self._counts, Counter(), monotonic()
        try:
            with ledger.writing() as tx:
                add(tx, taken)
        except Exception:
            with self._lock:
                self._counts.update(taken)
            raise


def add(tx: Connection, counts: Mapping[tuple[Name, str, str], int]) -> None:
    """Add to the totals."""
    rows = [
        {"name": name, "of": of, "answer": answer, "total": many}
        for (name, of, answer), many in sorted(counts.items())  # one order for everybody, or two wait for each other
        if many
    ]
    if rows:
        tx.execute(_add(tx.dialect.name), rows)


def totals(tx: Connection) -> list[Tally]:
    """Every total; not how far the events are counted."""
    row, known = t.tally.c, set(Name) - {Name.COUNTED}
    found = tx.execute(select(t.tally).order_by(row.name, row.of, row.answer))
    return [Tally(Name(one.name), one.of, one.answer, one.total) for one in found if one.name in known]


def count_moves(ledger: Ledger) -> int:
    """Count what has moved since the last time, up to AT_ONCE; how much it was. The first time says where to begin.

    Two timers may do so at once: whoever comes second counts nothing.
    """
    with ledger.reading() as tx:
        before = _counted(tx)
        last, counts = (_newest(tx), {}) if before is None else _moves_after(tx, before)
    if before == last:
        return 0
    with ledger.writing() as tx:
        if before is None:
            insert_new(tx, t.tally, {"name": Name.COUNTED, "of": "events", "answer": "", "total": last})
        elif _go_on(tx, before, last):
            add(tx, counts)
    return last - (before or 0)


def _counted(tx: Connection) -> int | None:
    row = t.tally.c
    return tx.execute(select(row.total).where(row.name == Name.COUNTED)).scalar_one_or_none()


def _newest(tx: Connection) -> int:
    return tx.execute(select(func.max(t.event.c.id))).scalar_one() or 0


def _moves_after(tx: Connection, before: int) -> tuple[int, Mapping[tuple[Name, str, str], int]]:
    e, settled = t.event.c, clock.now() - SETTLED
    rows = tx.execute(select(e.id, e.now, e.code, e.at).where(e.id > before).order_by(e.id).limit(AT_ONCE))
    last, counts = before, Counter[tuple[Name, str, str]]()
    for row in rows:
        if row.at > settled:
            break
        last = row.id
        counts[Name.MOVES, row.now, ""] += 1
        if row.now == Status.ROUTED and row.code in _routes():
            counts[Name.ROUTES, row.code, ""] += 1
    return last, counts


@cache
def _routes() -> frozenset[str]:
    codes: Iterable[str] = (route.code for route in Route)
    return frozenset(codes)


def _go_on(tx: Connection, before: int, last: int) -> bool:
    row = t.tally.c
    on = update(t.tally).where(row.name == Name.COUNTED, row.total == before)
    return tx.execute(on.values(total=last)).rowcount == 1


@cache
def _add(dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(t.tally)
    statement: Executable = new.on_conflict_do_update(
        index_elements=[t.tally.c.name, t.tally.c.of, t.tally.c.answer],
        set_={"total": t.tally.c.total + new.excluded.total},
    )
    return statement
