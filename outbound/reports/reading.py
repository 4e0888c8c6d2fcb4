"""Reads the figures from the accounts. Reads only; nothing here can point at a person.

Figures are made of entries alone: booked at hand-over, corrected on the day a refusal arrives. So the figures of a
month that is over stay as they were reported.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery, and_, case, extract, func, select

from outbound.accounts import BOOKED, CHARGED, CORRECTED, LETTER, TOLD, Kind, kind_and_part
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Status
from outbound.reports.figures import Figure, Letters, Money
from outbound.tariff_row import Part


class By(StrEnum):
    """What a report has a line for."""

    DEPARTMENT = "department"
    MONTH = "month"
    CHANNEL = "channel"
    ROUTE = "route"
    SYSTEM = "system"
    LETTER_TYPE = "letter-type"


@dataclass(frozen=True, slots=True)
class Period:
    """Danish days, the first and the last included. Raises ValueError where they stand the wrong way round."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The period ends on {self.last}, before it begins on {self.first}; exchange the days.")

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """That calendar month."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls(date(year, month, 1), following - timedelta(days=1))

    def months(self) -> Iterator["Period"]:
        """The calendar months that the period touches, cut to it."""
        day = self.first
        while day <= self.last:
            month = Period.month(day.year, day.month)
            yield Period(day, min(month.last, self.last))
            day = month.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many letters stand so just now, whatever month they came in."""

    route: str
    channel: Channel
    status: Status
    letters: int


def figures(tx: Connection, period: Period, by: By) -> dict[str, Figure]:
    """A figure for each department (month as YYYY-MM, channel, route, …) that letters were handed over for."""
    found: dict[str, Figure] = {}
    deferred.flush(tx)
    for row in tx.execute(_wanted(period, by)):
        key = _key(row, by)
        found[key] = found.get(key, NOTHING) + _figure(row)
    return {key: found[key] for key in sorted(found)}


def total(tx: Connection, period: Period) -> Figure:
    """The figure of the whole municipality."""
    return sum(figures(tx, period, By.CHANNEL).values(), Figure())


def standing(tx: Connection, system: str | None = None) -> list[Standing]:
    """Letters by route, channel and state, just now; of one system, or of all."""
    one = t.letter.c
    wanted = select(one.route, one.channel, one.status, func.count().label("letters"))
    if system is not None:
        wanted = wanted.where(one.system == system)
    rows = tx.execute(wanted.group_by(one.route, one.channel, one.status))
    found = [
        Standing(row.route or "", Channel(row.channel or Channel.NONE), Status(row.status), row.letters) for row in rows
    ]
    return sorted(found, key=lambda each: (each.route, each.channel, each.status))


NOTHING = Figure()


def _wanted(period: Period, by: By) -> Select[Any]:
    """One row for each key, channel, stage and measure: how many letters and how much money."""
    one = _entries(period, by)
    kinds = [column for column in one.c if column.name not in ("letters", "amount")]
    return select(*kinds, func.sum(one.c.letters).label("letters"), func.sum(one.c.amount).label("amount")).group_by(
        *kinds
    )


def _entries(period: Period, by: By) -> Subquery:
    """The entries of the period with their keys. A letter sent again (it follows another) counts as no letter."""
    e, one, d = t.entry.c, t.letter.c, t.dispatch.c
    first_sent = case((one.follows.is_(None), 1), else_=0)
    sign = case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0)
    shared = case((and_(e.measure.in_((Part.PORTO, Part.MATERIALS)), e.inputs.like('%"weights"%')), 1), else_=0)
    ways = _ways(period) if by is By.ROUTE else None
    keys = (ways.c.way,) if ways is not None else _keys(by)
    rows = t.entry.join(t.letter, one.id == e.letter_id).join(t.dispatch, d.id == e.dispatch_id)
    wanted = (
        select(
            *(key.label(f"key_{place}") for place, key in enumerate(keys)),
            d.channel,
            e.stage,
            e.measure,
            shared.label("shared"),
            (first_sent * sign).label("letters"),
            e.amount,
        )
        .select_from(rows if ways is None else rows.join(ways, ways.c.dispatch_id == e.dispatch_id))
        .where(*_counts(e, period), d.kind == "letter")
    )
    return wanted.subquery()


def _keys(by: By) -> tuple[ColumnElement[Any], ...]:
    one, day = t.letter.c, t.entry.c.day
    return {
        By.DEPARTMENT: (one.department,),
        By.MONTH: (extract("year", day), extract("month", day)),
        By.CHANNEL: (t.dispatch.c.channel,),
        By.SYSTEM: (one.system,),
        By.LETTER_TYPE: (one.letter_type,),
    }[by]


def _ways(period: Period) -> Subquery:
    """How each dispatch was booked: the inputs of its counting entries, with the route as it was then.

    By the letters of the period, and without a condition on the stage, so that it is the index by letter that serves.
    """
    e, touched = t.entry.c, t.entry.alias("touched").c
    of_period = select(touched.letter_id).where(*_counts(touched, period)).distinct()
    wanted = select(e.dispatch_id, func.min(e.inputs).label("way"))
    return wanted.where(e.letter_id.in_(of_period), e.measure == LETTER).group_by(e.dispatch_id).subquery("ways")


def _counts(e: Any, period: Period) -> tuple[ColumnElement[bool], ...]:
    return e.stage.in_((BOOKED, CORRECTED, *TOLD)), e.day >= period.first, e.day <= period.last


def _key(row: Row[Any], by: By) -> str:
    if by is By.MONTH:
        return f"{int(row.key_0):04d}-{int(row.key_1):02d}"
    return str(json.loads(row.key_0)["route"]) if by is By.ROUTE else str(row.key_0)


def _figure(row: Row[Any]) -> Figure:
    """The figure of one row: of a count letters, of a measure known here its money, of any other nothing."""
    amount, digital = int(row.amount), row.channel == Channel.DIGITAL
    if row.stage in TOLD:
        return Figure(money=Money(charged=amount) if row.stage == CHARGED else Money(invoiced=amount))
    if row.measure == LETTER:
        return Figure(Letters(int(row.letters), 0) if digital else Letters(0, int(row.letters)))
    if known := kind_and_part(row.measure):
        return Figure(money=_money(*known, amount, digital, row.shared))
    return NOTHING


def _money(kind: Kind, part: Part, amount: int, digital: bool, shared: bool) -> Money:
    of_part = {part: amount}
    if kind is Kind.BASELINE:
        return Money(baseline=of_part)
    if kind is Kind.BY_PRINT:
        return Money(by_print=of_part)
    if kind is Kind.ALONE:
        return Money(householding=amount)
    failed, returned = amount * (kind is Kind.FAILED), amount * (kind is Kind.RETURNED)
    householding = -amount if shared and kind is Kind.COST else 0
    by_print = {} if digital else of_part
    return Money(cost=of_part, by_print=by_print, failed=failed, returned=returned, householding=householding)
