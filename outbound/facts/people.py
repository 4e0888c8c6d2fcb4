"""How many people letters were for, each once a month: counted while they can be told apart, and kept without them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import Connection, case, distinct, func, select

from outbound import clock
from outbound.accounts import BOOKED, LETTER
from outbound.facts.cursor import insert_into
from outbound.ledger import Ledger, deferred
from outbound.ledger import tables as t
from outbound.letter import Mailbox

SETTLED = timedelta(hours=1)
"""So long after midnight a day is counted: no act of it is still on its way."""


@dataclass(frozen=True, slots=True)
class People:
    """Citizens that letters were handed over for, as far as they were looked up, and how many of them were enrolled.

    `letters` likewise. `forgotten` letters say no more who they were for.
    """

    people: int = 0
    people_enrolled: int = 0
    letters: int = 0
    letters_enrolled: int = 0
    forgotten: int = 0

    def __add__(self, other: "People") -> "People":
        return People(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def people_of(tx: Connection, first: date, last: date) -> People:
    """The people of these Danish days of one month, each once: as kept where that is of the same days, else counted.

    A month that is not over is kept up to the day before.
    """
    m = t.month_people.c
    row = tx.execute(select(t.month_people).where(m.month == first)).one_or_none()
    if row and row.last == min(last, _over()):
        return People(*row[2:])
    return _counted(tx, first, last)


def count_people(ledger: Ledger) -> bool:
    """Count and keep the next month that is not kept as far as it is over. False where there is none."""
    with ledger.reading() as tx:
        wanted = next(_not_kept(tx), None)
        if wanted is None:
            return False
        found = _counted(tx, *wanted)
    values = {"last": wanted[1], **{one.name: getattr(found, one.name) for one in fields(found)}}
    with ledger.writing() as tx:
        new = insert_into(t.month_people, tx).values(month=wanted[0], **values)
        tx.execute(new.on_conflict_do_update(index_elements=["month"], set_=values))
    return True


def _not_kept(tx: Connection) -> Iterator[tuple[date, date]]:
    """The first and last day to be counted, of each month that is not kept so; the newest first."""
    e = t.entry.c
    begin = tx.execute(select(func.min(e.day)).where(e.stage == BOOKED)).scalar()
    kept = {row.month: row.last for row in tx.execute(select(t.month_people.c.month, t.month_people.c.last))}
    last = _over()
    while begin is not None and last >= begin:
        first = last.replace(day=1)
        if kept.get(first) != last:
            yield first, last
        last = first - timedelta(days=1)


def _over() -> date:
    """The last day that is over for so long that nothing more is entered in it."""
    return clock.danish_day(clock.now() - SETTLED) - timedelta(days=1)


def _counted(tx: Connection, first: date, last: date) -> People:
    deferred.flush(tx)
    e, one = t.entry.c, t.letter.c
    enrolled = one.mailbox == Mailbox.ENROLLED
    wanted = (
        select(
            func.count(distinct(one.recipient_key)),
            func.count(distinct(case((enrolled, one.recipient_key)))),
            func.count(distinct(one.id)),
            func.count(distinct(case((enrolled, one.id)))),
            func.count(distinct(case((one.recipient_key.is_(None), one.id)))),
        )
        .select_from(t.entry.join(t.letter, one.id == e.letter_id))
        .where(e.stage == BOOKED, e.day >= first, e.day <= last, e.measure == LETTER)
        .where(one.id_type == "CPR", one.mailbox.is_not(None))
    )
    return People(*tx.execute(wanted).one())
