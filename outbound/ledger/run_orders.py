"""Orders about print runs: written before the printer gets them, given until it has them, answered by its news."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.ledger.run_values import ANSWERS, UNANSWERED, GivenOrder
from outbound.letter import News
from outbound.ports import RunOrder

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the printer's clock may go after ours; no source says. An answer from before its order is another's."""


def write(tx: Connection, order_id: UUID, run_id: UUID, kind: RunOrder, by: str) -> bool:
    """An order to be given at once. False where another about the run is open."""
    row = {"id": order_id, "run_id": run_id, "kind": kind, "by": by, "tries": 0}
    return insert_new(tx, t.run_order, {**row, "at": clock.now(), "due_at": clock.now()})


def give_up(tx: Connection, order_id: UUID) -> None:
    """An order that the printer has not answered in its time: another may be given."""
    _order(tx, order_id, answer=UNANSWERED, answered_at=clock.now(), due_at=None)


def claim(tx: Connection, provider: str, lease: float) -> list[GivenOrder]:
    """The orders that are due to be given to this printer; nobody else gives them for `lease` seconds."""
    o, c = t.run_order.c, t.consignment.c
    due = (
        select(o.id)
        .join(t.consignment, c.id == o.run_id)
        .where(o.due_at <= clock.now(), o.answered_at.is_(None), c.provider == provider)
        .order_by(o.due_at)
        .with_for_update(skip_locked=True, of=t.run_order)
        .cte("due")
    )
    until = clock.now() + timedelta(seconds=lease)
    claimed = update(t.run_order).where(o.id.in_(select(due.c.id))).values(due_at=until, tries=o.tries + 1)
    return [_order_from(row) for row in tx.execute(claimed.returning(t.run_order))]


def given(tx: Connection, order_id: UUID) -> None:
    """The printer has the order; what becomes of it comes as news."""
    _order(tx, order_id, given_at=clock.now(), due_at=None, code=None)


def not_given(tx: Connection, order_id: UUID, code: str, due_at: datetime) -> None:
    """It could not be given, or nobody knows: given again at `due_at`, unless it is answered meanwhile."""
    _order(tx, order_id, code=code[:60], due_at=due_at)


def answer(tx: Connection, run_id: UUID, news: News, at: datetime) -> bool:
    """The printer's answer to the run's open order. False where none is open that it could be the answer to."""
    o = t.run_order.c
    open_one = select(o.id, o.kind).where(o.run_id == run_id, o.answered_at.is_(None), o.at <= at + CLOCKS_DIFFER)
    found = tx.execute(open_one).one_or_none()
    if found is None or news not in ANSWERS[RunOrder(found.kind)]:
        return False
    _order(tx, found.id, answer=news, answered_at=clock.now(), due_at=None)
    return True


def was_ordered(tx: Connection, run_id: UUID, kind: RunOrder) -> bool:
    """Have we ever given this order about the run, answered or not?"""
    o = t.run_order.c
    return tx.execute(select(o.id).where(o.run_id == run_id, o.kind == kind).limit(1)).first() is not None


def orders_of(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, list[GivenOrder]]:
    """The orders about these runs, the newest first."""
    o, found = t.run_order.c, dict[UUID, list[GivenOrder]]()
    for row in tx.execute(select(t.run_order).where(o.run_id.in_(ids)).order_by(o.at.desc())):
        found.setdefault(row.run_id, []).append(_order_from(row))
    return found


def _order(tx: Connection, order_id: UUID, **changes: Any) -> None:
    o = t.run_order.c
    tx.execute(update(t.run_order).where(o.id == order_id, o.answered_at.is_(None)).values(**changes))


def _order_from(row: Row[Any]) -> GivenOrder:
    values = {one.name: getattr(row, one.name) for one in fields(GivenOrder)}
    return GivenOrder(**{**values, "kind": RunOrder(row.kind)})
