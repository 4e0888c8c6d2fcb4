"""Whether every entry is of something that was sent, and all is there of what was: a part of the audit. Reads only."""

from collections.abc import Iterator

from sqlalchemy import Connection, and_, case, func, select

from outbound.accounts.difference import Difference
from outbound.accounts.measures import BOOKED, CHARGED, ESTIMATE, LETTER, REMINDER
from outbound.ledger import tables as t
from outbound.life import Outcome, Status


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


def untimely(tx: Connection) -> Iterator[Difference]:
    """What was taken is booked at the moment at which it was taken, whatever is booked anew for it later."""
    e, d = t.entry.c, t.dispatch.c
    counted = and_(e.letter_id == d.letter_id, e.dispatch_id == d.id, e.measure == LETTER, e.stage == BOOKED)
    in_time = func.sum(case((e.at == d.taken_at, 1), else_=0))
    wanted = (
        select(d.letter_id)
        .join_from(t.dispatch, t.entry, counted)
        .where(d.kind == "letter", d.outcome == Outcome.TAKEN)
        .group_by(d.id, d.letter_id)
        .having(in_time == 0)
        .order_by(d.letter_id, d.id)
    )
    for letter in tx.execute(wanted).scalars():
        why = "it is booked at another moment than the one at which the supplier took it"
        yield Difference(None, letter, LETTER, 0, 1, why)


def otherwise_than_sent(tx: Connection) -> Iterator[Difference]:
    """A letter's own row says the way by which it was taken, and of one that came back it is kept why.

    Letters of before returns were kept have no code in their window.
    """
    row, d, r = t.letter.c, t.dispatch.c, t.returned.c
    gone = row.status.in_((Status.SENT, Status.DELIVERED, Status.RETURNED))
    taken = and_(d.letter_id == row.id, d.kind == "letter", d.outcome == Outcome.TAKEN)
    other = select(row.id).join_from(t.letter, t.dispatch, taken).where(gone, row.channel != d.channel)
    kept = select(r.id).where(r.letter_id == row.id, r.undone_at.is_(None)).exists()
    lost = select(row.id).where(row.status == Status.RETURNED, row.return_code.is_not(None), ~kept)
    for letters, why in ((other, "it went another way than the letter says"), (lost, "of its return nothing is kept")):
        for letter in tx.execute(letters.order_by(row.id)).scalars():
            yield Difference(None, letter, LETTER, None, None, why)
