"""Where each system's webhook stands: its cursor in the feed, how it fares, and who delivers for it just now."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from outbound import clock
from outbound.ledger import feed
from outbound.ledger import tables as t
from outbound.ledger.feed import Cursor
from outbound.ledger.letters import insert_new

MOST_COUNTED = 10_000
MARGIN = timedelta(minutes=10)  # longer than any transaction: events are numbered when written, seen when committed


class HookState(StrEnum):
    """Whether anything is delivered: `gone` after it said 410, `given-up` after days of failing."""

    ON = "on"
    STOPPED = "stopped"
    GONE = "gone"
    GIVEN_UP = "given-up"


ENDED = frozenset({HookState.GONE, HookState.GIVEN_UP})
"""By itself: a person must start it again."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A system's webhook as the ledger knows it. Everything up to (txid, event_id) is delivered."""

    system: str
    txid: int
    event_id: int
    state: HookState
    generation: int
    older_until: datetime | None
    delivered_at: datetime | None
    failing_since: datetime | None
    code: str | None
    tries: int
    due_at: datetime
    claim_token: str | None

    @property
    def cursor(self) -> Cursor:
        """The place in the feed after the last event that was delivered."""
        return Cursor(self.txid, self.event_id)

    @property
    def generations(self) -> tuple[int, ...]:
        """The secrets that sign now, the newest first."""
        both = self.older_until is not None and clock.now() < self.older_until
        return (self.generation, self.generation - 1) if both else (self.generation,)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be delivered: so many events (no more than MOST_COUNTED are counted), the oldest since then."""

    events: int
    oldest: datetime | None


def enrol(tx: Connection, systems: Iterable[str]) -> int:
    """Give each system that has none a webhook that begins at the end of the feed; how many that were."""
    end = feed.reached(tx)
    first = {"txid": end.txid, "event_id": end.id, "state": HookState.ON, "generation": 1, "tries": 0}
    rows = [{"system": one, **first, "due_at": clock.now()} for one in sorted(systems)]
    return sum(insert_new(tx, t.webhook, row) for row in rows)


def hooks(tx: Connection, systems: Iterable[str]) -> list[Hook]:
    """The webhooks of these systems, in the order of their names."""
    wanted = select(t.webhook).where(t.webhook.c.system.in_(list(systems))).order_by(t.webhook.c.system)
    return [_hook(row) for row in tx.execute(wanted)]


def due(tx: Connection, systems: Iterable[str]) -> list[str]:
    """The systems with something to deliver now, which nobody else delivers."""
    row = t.webhook.c
    ready = select(t.webhook).where(row.system.in_(list(systems)), _is_free()).order_by(row.system)
    found = [_hook(one) for one in tx.execute(ready)]
    return [one.system for one in found if feed.events_after(tx, one.system, one.cursor, 1)]


def backlog(tx: Connection, one: Hook) -> Backlog:
    """How far it is behind the feed."""
    e, after = t.event.c, one.cursor
    past = or_(e.txid > after.txid, and_(e.txid == after.txid, e.id > after.id))
    some = select(e.id).where(e.system == one.system, past).limit(MOST_COUNTED).subquery()
    count = int(tx.execute(select(func.count()).select_from(some)).scalar_one())
    first = select(e.at).where(e.system == one.system, past).order_by(e.txid, e.id).limit(1)
    return Backlog(count, tx.execute(first).scalar_one_or_none())


def claim(tx: Connection, system: str, lease: float) -> Hook | None:
    """Deliver for this system alone, for `lease` seconds; None where it is not due, or another does."""
    row, now = t.webhook.c, clock.now()
    change = update(t.webhook).where(row.system == system, _is_free())
    taken = change.values(claim_token=uuid4().hex, claimed_until=now + timedelta(seconds=lease))
    found = tx.execute(taken.returning(t.webhook)).one_or_none()
    return _hook(found) if found else None


def progress(tx: Connection, one: Hook, upto: Cursor, lease: float) -> bool:
    """It has everything up to there; the claim goes on. False where the claim is another's, or somebody acted."""
    now = clock.now()
    fine = {"failing_since": None, "code": None, "tries": 0, "delivered_at": now}
    return _claimed(tx, one, txid=upto.txid, event_id=upto.id, claimed_until=now + timedelta(seconds=lease), **fine)


def release(tx: Connection, one: Hook) -> None:
    """End the claim: there is nothing more just now."""
    _claimed(tx, one, claim_token=None, claimed_until=None)


def failed(tx: Connection, one: Hook, code: str, state: HookState, due_at: datetime) -> None:
    """The next event was not taken; the claim ends, and it is tried again at `due_at` where `state` is still on."""
    since = func.coalesce(t.webhook.c.failing_since, clock.now(), type_=t.webhook.c.due_at.type)
    said = {"code": code[:60], "state": state, "failing_since": since, "due_at": due_at, "tries": t.webhook.c.tries + 1}
    _claimed(tx, one, claim_token=None, claimed_until=None, **said)


def turn(tx: Connection, system: str, state: HookState) -> bool:
    """Somebody starts or stops it; whoever delivers now comes too late. False where it is so already."""
    row = t.webhook.c
    change = update(t.webhook).where(row.system == system, row.state != state)
    return tx.execute(change.values(state=state, **_fresh())).rowcount == 1


def go_back(tx: Connection, system: str, to: Cursor) -> bool:
    """Deliver everything after `to` (again). False where it has not come that far: what is to come is never passed."""
    row = t.webhook.c
    before = or_(row.txid > to.txid, and_(row.txid == to.txid, row.event_id >= to.id))
    change = update(t.webhook).where(row.system == system, before)
    return tx.execute(change.values(txid=to.txid, event_id=to.id, **_fresh())).rowcount == 1


def renew(tx: Connection, system: str, overlap: float) -> Hook | None:
    """A new generation of its secret; the one before signs beside it for `overlap` seconds. None without a webhook."""
    change = update(t.webhook).where(t.webhook.c.system == system)
    until = clock.now() + timedelta(seconds=overlap)
    new = change.values(generation=t.webhook.c.generation + 1, older_until=until).returning(t.webhook)
    found = tx.execute(new).one_or_none()
    return _hook(found) if found else None


def place_at(tx: Connection, moment: datetime) -> Cursor:
    """A place in the feed with every event since `moment` after it, and some of the minutes before.

    Found by halving the events' numbers, along which their times rise but for transactions that overlap.
    """
    e, before = t.event.c, moment - MARGIN
    low, high = 0, (tx.execute(select(func.max(e.id))).scalar_one() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = tx.execute(select(e.at).where(e.id >= middle).order_by(e.id).limit(1)).scalar_one_or_none()
        low, high = (middle + 1, high) if at is not None and at < before else (low, middle)
    first = tx.execute(select(e.txid, e.id).where(e.id >= low).order_by(e.id).limit(1)).one_or_none()
    return Cursor(first.txid, first.id - 1) if first else feed.reached(tx)


def _fresh() -> dict[str, Any]:
    nothing = dict.fromkeys(("failing_since", "code", "claim_token", "claimed_until"))
    return {**nothing, "tries": 0, "due_at": clock.now()}


def _is_free() -> ColumnElement[bool]:
    """Is it due now, and does nobody deliver for it?"""
    row, now = t.webhook.c, clock.now()
    unclaimed = or_(row.claim_token.is_(None), row.claimed_until < now)
    return and_(row.state == HookState.ON, row.due_at <= now, unclaimed)


def _claimed(tx: Connection, one: Hook, **values: Any) -> bool:
    row = t.webhook.c
    change = update(t.webhook).where(row.system == one.system, row.claim_token == one.claim_token)
    return tx.execute(change.values(**values)).rowcount == 1


def _hook(row: Any) -> Hook:
    return Hook(**{**{name: getattr(row, name) for name in _NAMES}, "state": HookState(row.state)})


_NAMES = tuple(f.name for f in fields(Hook))
