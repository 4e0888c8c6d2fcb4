"""Print runs in the ledger: control totals, what the printer said of each, and the orders about them.

What becomes of a run's letters is not here: their dispatches say it (`outbound.ledger.sending`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, insert, or_, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.run_orders import orders_of
from outbound.ledger.run_values import GivenOrder, Run, RunLetter, Tally
from outbound.ledger.sending import Closed
from outbound.ledger.values import LedgerConsignment
from outbound.letter import Channel, Counts, Lane
from outbound.life import Outcome, Status


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many letters for paper wait for a run, all of them and those that are due by then."""

    letters: int
    due: int


def enter(tx: Connection, closed: Closed, answer_due_at: datetime) -> None:
    """Write down a run that was just closed, with its control totals."""
    held, letters = closed.consignment, [one for _, one in closed.members]
    ours = {
        "letters": len(letters),
        "envelopes": _envelopes(tx, held),
        "pages": sum(one.pages or 0 for one in letters),
        "sheets": sum(one.sheets or 0 for one in letters),
    }
    tx.execute(insert(t.print_run).values(id=held.id, closed_at=held.closed_at, answer_due_at=answer_due_at, **ours))


def run(tx: Connection, run_id: UUID) -> Run | None:
    """The run with its orders, if there is one of that id."""
    found = _runs(tx, [t.print_run.c.id == run_id], 1)
    return found[0] if found else None


def run_of_letter(tx: Connection, letter_id: UUID) -> UUID | None:
    """The print run that the letter was in last, where it was in one."""
    d, r = t.dispatch.c, t.print_run.c
    mine = select(r.id).join(t.dispatch, d.consignment_id == r.id).where(d.letter_id == letter_id)
    return tx.execute(mine.order_by(r.closed_at.desc(), d.created_at.desc()).limit(1)).scalar_one_or_none()


def newest(tx: Connection, before: UUID | None, limit: int, only: Iterable[ColumnElement[bool]] = ()) -> list[Run]:
    """Runs, the newest first, from the one after `before`."""
    r, conditions = t.print_run.c, list(only)
    if before is not None:
        at = select(r.closed_at).where(r.id == before).scalar_subquery()
        conditions.append(or_(r.closed_at < at, and_(r.closed_at == at, r.id < before)))
    return _runs(tx, conditions, limit)


def missing() -> ColumnElement[bool]:
    """Handed over, and the printer should have said something of it by now."""
    r, d = t.print_run.c, t.dispatch.c
    taken = select(d.id).where(d.consignment_id == r.id, d.outcome == Outcome.TAKEN).exists()
    return and_(r.told_at.is_(None), r.answer_due_at <= clock.now(), taken)


def held_back() -> ColumnElement[bool]:
    """The printer keeps it until we say so."""
    return and_(t.print_run.c.held_back_at.is_not(None), t.print_run.c.recalled_at.is_(None))


def differing() -> ColumnElement[bool]:
    """The printer has counted otherwise than we."""
    r = t.print_run.c
    return or_(*(r[f"counted_{one.name}"] != r[one.name] for one in fields(Counts)))


def count(tx: Connection, condition: ColumnElement[bool]) -> int:
    """How many runs are so."""
    return int(tx.execute(select(func.count()).select_from(t.print_run).where(condition)).scalar_one())


def oldest(tx: Connection, condition: ColumnElement[bool]) -> datetime | None:
    """When the oldest of the runs that are so was closed; None where there is none."""
    closed = t.print_run.c.closed_at
    found: datetime | None = tx.execute(select(func.min(closed, type_=closed.type)).where(condition)).scalar_one()
    return found


def waiting(tx: Connection, closing: datetime) -> Waiting:
    """Letters for paper that wait for a run, and those of them that are due by that closing."""
    row = t.letter.c
    due = func.coalesce(func.sum(case((row.due_at <= closing, 1), else_=0)), 0)
    wanted = select(func.count(), due).where(
        row.status.in_((Status.RENDERED, Status.ROUTED)), row.channel == Channel.PRINT
    )
    return Waiting(*tx.execute(wanted).one())


def letters_of(tx: Connection, run_id: UUID, after: UUID | None, limit: int) -> list[RunLetter]:
    """A page of the run's letters, in the order of their ids, from the one after `after`."""
    d, row = t.dispatch.c, t.letter.c
    of_letter = (row.id, row.status, row.channel, row.department, row.letter_type, row.pages, row.sheets)
    wanted = select(*of_letter, d.outcome, d.code, d.envelope).join(t.letter, row.id == d.letter_id)
    wanted = wanted.where(d.consignment_id == run_id)
    if after is not None:
        wanted = wanted.where(row.id > after)
    return [RunLetter.of(found) for found in tx.execute(wanted.order_by(row.id).limit(limit))]


def heard(tx: Connection, run_id: UUID) -> None:
    """The printer has said something of the run, or of a letter in it."""
    r = t.print_run.c
    tx.execute(update(t.print_run).where(r.id == run_id, r.told_at.is_(None)).values(told_at=clock.now()))


def counted(tx: Connection, run_id: UUID, counts: Counts) -> None:
    """What the printer counted; its last word stands."""
    theirs = {f"counted_{name}": value for name, value in asdict(counts).items()}
    tx.execute(update(t.print_run).where(t.print_run.c.id == run_id).values(counted_at=clock.now(), **theirs))


def newer_news(tx: Connection, run_id: UUID, at: datetime) -> bool:
    """Take note of news about an order, as of the printer's time `at`. False where later news is known already."""
    r = t.print_run.c
    fresh = or_(r.order_news_at.is_(None), r.order_news_at <= at)
    return tx.execute(update(t.print_run).where(r.id == run_id, fresh).values(order_news_at=at)).rowcount == 1


def mark(tx: Connection, run_id: UUID, **moments: datetime | None) -> None:
    """Set `held_back_at` or `recalled_at`."""
    tx.execute(update(t.print_run).where(t.print_run.c.id == run_id).values(**moments))


def _envelopes(tx: Connection, held: LedgerConsignment) -> int:
    """How many envelopes the run has: a letter that goes in another's is not counted."""
    d = t.dispatch.c
    mine = select(func.count()).where(d.consignment_id == held.id, d.envelope_of.is_(None))
    return int(tx.execute(mine).scalar_one())


def _runs(tx: Connection, conditions: Iterable[ColumnElement[bool]], limit: int) -> list[Run]:
    r, c = t.print_run.c, t.consignment.c
    wanted = select(t.print_run, c.provider, c.lane, c.begun_at).join(t.consignment, c.id == r.id).where(*conditions)
    rows = tx.execute(wanted.order_by(r.closed_at.desc(), r.id.desc()).limit(limit)).all()
    ids = [row.id for row in rows]
    tallies, orders = _tallies(tx, ids), orders_of(tx, ids)
    return [_run_from(row, tallies.get(row.id, Tally()), tuple(orders.get(row.id, ()))) for row in rows]


def _tallies(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Tally]:
    d, row = t.dispatch.c, t.letter.c
    told = or_(d.available_at.is_not(None), row.status.in_((Status.DELIVERED, Status.RETURNED)))
    untold = func.sum(case((and_(d.outcome == Outcome.TAKEN, ~told), 1), else_=0))
    each = [func.sum(case((d.outcome == outcome, 1), else_=0)).label(outcome) for outcome in Outcome]
    wanted = select(d.consignment_id, *each, untold.label("untold")).join(t.letter, row.id == d.letter_id)
    rows = tx.execute(wanted.where(d.consignment_id.in_(ids)).group_by(d.consignment_id))
    names = [one.name for one in fields(Tally)]
    return {row.consignment_id: Tally(*(int(getattr(row, name)) for name in names)) for row in rows}


def _run_from(row: Row[Any], tally: Tally, orders: tuple[GivenOrder, ...]) -> Run:
    names = [one.name for one in fields(Counts)]
    theirs = [getattr(row, f"counted_{name}") for name in names]
    same = ("id", "provider", "closed_at", "begun_at", "answer_due_at", "told_at", "held_back_at", "recalled_at")
    return Run(
        **{name: getattr(row, name) for name in same},
        lane=Lane(row.lane),
        ours=Counts(*(getattr(row, name) for name in names)),
        theirs=None if row.counted_at is None else Counts(*theirs),
        tally=tally,
        orders=orders,
    )
