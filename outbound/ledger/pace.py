"""How much a minute, all processes together: a bucket in the ledger that fills evenly. Taken, and given back if unused.

The bucket holds what comes in `seconds`, so a worker that finds it empty may leave the rest to the timer's next round:
then it is full again. After an outage that is how a backlog drains, and never faster.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, bindparam, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import Handful, insert_new


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of `name` a minute at most, 0 = as many as there are; `seconds` between two rounds of the timer."""

    name: str
    per_minute: int
    seconds: float

    @property
    def each(self) -> timedelta:
        """The time in which one comes."""
        return timedelta(seconds=60 / self.per_minute)

    @property
    def most(self) -> int:
        """What the bucket holds."""
        return max(1, int(self.per_minute * self.seconds / 60)) if self.per_minute else sys.maxsize


def paced(tx: Connection, rate: Rate, most: int, claim: Callable[[int], Handful | None]) -> Handful | None:
    """Claim up to `most` letters, but no more than the rate lets go now."""
    granted = take(tx, rate, most)
    found = claim(granted) if granted else None
    give_back(tx, rate, granted - (len(found.letters) if found else 0))
    return found


def take(tx: Connection, rate: Rate, wanted: int) -> int:
    """Take up to so many; how many there were. Nobody else takes of them until this transaction ends."""
    if not rate.per_minute or not wanted:
        return wanted
    now = clock.now()
    insert_new(tx, t.pace, {"name": rate.name, "full_at": now})
    full_at = max(tx.execute(_LOCK, {"which": rate.name}).scalar_one(), now)
    missing = -int(-(full_at - now) // rate.each)  # rounded up
    granted = max(0, min(wanted, rate.most - missing))
    tx.execute(_SET, {"which": rate.name, "at": full_at + granted * rate.each})
    return granted


def give_back(tx: Connection, rate: Rate, unused: int) -> None:
    """What was taken in this transaction and not used."""
    if rate.per_minute and unused:
        full_at = tx.execute(_LOCK, {"which": rate.name}).scalar_one()
        tx.execute(_SET, {"which": rate.name, "at": full_at - unused * rate.each})


_LOCK = select(t.pace.c.full_at).where(t.pace.c.name == bindparam("which")).with_for_update()
_SET = update(t.pace).where(t.pace.c.name == bindparam("which")).values(full_at=bindparam("at"))
