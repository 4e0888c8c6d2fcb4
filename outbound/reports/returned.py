"""How many letters came back, by department and reason: each return that was not undone, on the day it was told."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import ReturnReason
from outbound.reports.reading import Period

Returned = Mapping[str, Mapping[ReturnReason, int]]
"""Department to reason to letters. A department or a reason without any is left out."""

RETURN_REASONS: Mapping[str, str] = {
    ReturnReason.ADDRESSEE_UNKNOWN: "modtageren er ukendt på adressen",
    ReturnReason.MOVED: "modtageren er flyttet",
    ReturnReason.REFUSED: "modtageren har nægtet at tage imod",
    ReturnReason.NOT_COLLECTED: "ikke afhentet",
    ReturnReason.DECEASED: "modtageren er død",
    ReturnReason.DAMAGED: "beskadiget",
    ReturnReason.UNKNOWN: "årsagen kendes ikke",
}
"""In Danish, as they stand within a sentence."""


def reason_said(code: str) -> str:
    """Why letters came back, as a line of a table begins; a code that none has any more as it is."""
    said = RETURN_REASONS.get(code, code)
    return said[:1].upper() + said[1:]


def returned_of(tx: Connection, period: Period) -> Returned:
    """The letters that came back in a period, each once, by the reason told last."""
    r = t.returned.c
    last = (
        select(func.max(r.id).label("id"))
        .where(r.at >= _start(period.first), r.at < _start(period.last + timedelta(days=1)), r.undone_at.is_(None))
        .group_by(r.letter_id)
        .subquery()
    )
    wanted = (
        select(t.letter.c.department, r.reason, func.count().label("letters"))
        .select_from(t.returned.join(last, last.c.id == r.id).join(t.letter, t.letter.c.id == r.letter_id))
        .group_by(t.letter.c.department, r.reason)
        .order_by(t.letter.c.department, r.reason)
    )
    found: dict[str, dict[ReturnReason, int]] = {}
    for row in tx.execute(wanted):
        found.setdefault(row.department, {})[ReturnReason(row.reason)] = row.letters
    return found


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.COPENHAGEN)
