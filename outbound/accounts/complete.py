"""Whether every entry is of something that was sent, and all is there of what was: a part of the audit. Reads only."""

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, select

from outbound.accounts.difference import Difference
from outbound.accounts.measures import CHARGED, ESTIMATE, REMINDER
from outbound.ledger import tables as t


def orphans(tx: Connection) -> Iterator[Difference]:
    """Every entry but an estimate is of a dispatch of its letter, or of its reminder."""
    e, d, r = t.entry.c, t.dispatch.c, t.reminder.c
    dispatch = select(d.id).where(d.id == e.dispatch_id, d.letter_id == e.letter_id).exists()
    reminder = select(r.id).where(r.id == e.dispatch_id, r.letter_id == e.letter_id).exists()
    of_something = case((e.measure.startswith(REMINDER, autoescape=True), reminder), else_=dispatch)
    wanted = select(e.id, e.letter_id, e.measure, e.amount).where(e.stage != ESTIMATE, ~of_something).order_by(e.id)
    for row in tx.execute(wanted):
        why = "an entry is of no dispatch or reminder of its letter"
        yield Difference(row.id, row.letter_id, row.measure, row.amount, None, why)


def charged_again(tx: Connection) -> Iterator[Difference]:
    """By receipt a letter is charged once, however often the provider says so."""
    e = t.entry.c
    wanted = (
        select(e.letter_id, func.count().label("stored"))
        .where(e.stage == CHARGED)
        .group_by(e.letter_id, e.dispatch_id)
        .having(func.count() > 1)
        .order_by(e.letter_id)
    )
    for row in tx.execute(wanted):
        yield Difference(None, row.letter_id, "entries", row.stored, 1, "a letter is charged more than once")
