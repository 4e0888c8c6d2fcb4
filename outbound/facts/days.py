"""What the entries of a day add up to, by the way that letters went: what the reports are made of.

A year of five million letters is some seventy million entries; by day and way it is some hundred thousand sums. They
are plain sums, so that facts and entries can be held against each other, and `outbound audit` does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Subquery, and_, case, cast, delete, func, insert, select
from sqlalchemy.exc import OperationalError

from outbound.accounts import BOOKED, CHARGED, CORRECTED, LETTER, REMINDER, TOLD, Kind, kind_and_part
from outbound.facts.cursor import committed, folded_upto, go_on, insert_into
from outbound.ledger import Ledger, deferred
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.tariff_row import Part

NAME = "day"
AT_ONCE = 50_000  # numbers of entries
EVERY = timedelta(minutes=1)
COUNTED = (BOOKED, CORRECTED, *TOLD)
SUMS = tuple(column.name for column in t.day_fact.c if not column.primary_key)
NOT_SAID = "not-said"
_PLACES = {name: place for place, name in enumerate(SUMS)}

Sums = list[int]
"""A number for each of SUMS: letters, øre without VAT, reminders."""


@dataclass(frozen=True, slots=True)
class Way:
    """Who sent what, and how it went. `channel`, `route` and `mailbox` are codes, empty where there is none.

    A reminder went no way of a letter, and of what a supplier charged no route is told. `mailbox` is what the look-up
    had said: empty where nobody was looked up, NOT_SAID by entries of before it was kept.
    """

    department: str
    system: str
    letter_type: str
    channel: str = ""
    route: str = ""
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A fact that stood otherwise than its entries add up to: what it said, and what it says now."""

    day: date
    way: Way
    was: Mapping[str, int]
    now: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """What the entries of a month (YYYY-MM, as far as it is asked for) or day (YYYY-MM-DD) add up to for one way."""

    period: str
    way: Way
    sums: Mapping[str, int]


Found = dict[tuple[Any, Way], Sums]
"""Sums by day, or by month, and way."""


def facts_of(tx: Connection, first: date, last: date, *, by_day: bool = False) -> list[Fact]:
    """The facts of these Danish days, month by month or day by day: what is folded, and whatever was entered since."""
    deferred.flush(tx)
    found: Found = {}
    for period, way, sums in _folded_by_day(tx, first, last) if by_day else _folded(tx, first, last):
        _add(found, period, way, sums)
    e = t.entry.c
    for day, way, sums in _summed(tx, e.id > folded_upto(tx, NAME), e.day >= first, e.day <= last):
        _add(found, f"{day:%Y-%m-%d}" if by_day else f"{day:%Y-%m}", way, sums)
    return [Fact(period, way, _named(sums)) for (period, way), sums in found.items() if any(sums)]


def fold(ledger: Ledger, most: int = AT_ONCE) -> int:
    """Fold the next entries, `most` numbers of them at most; how many numbers they have."""
    try:
        with ledger.writing() as tx:
            upto = committed(tx, NAME, EVERY)
    except OperationalError:  # somebody writes for long; the fold stays as short as it is
        return 0
    with ledger.reading() as tx:
        after = folded_upto(tx, NAME)
        last = min(upto, after + most)
        if last <= after:
            return 0
        found = _of_range(tx, after, last)
    with ledger.writing() as tx:
        if go_on(tx, NAME, after, last):
            _keep(tx, found)
    return last - after


def rebuild(ledger: Ledger, most: int = AT_ONCE) -> list[Otherwise]:
    """Make every fact anew from the entries; those that stood otherwise before, in the order of their days.

    Whoever reads meanwhile reads the facts of before: they are exchanged in one transaction.
    """
    with ledger.writing() as tx:
        upto = committed(tx, NAME)
    found: Found = {}
    for after in range(0, upto, most):
        with ledger.reading() as tx:
            _merge(found, _of_range(tx, after, min(upto, after + most)))
    with ledger.writing() as tx:
        return _exchange(tx, found, upto)


def _exchange(tx: Connection, made: Found, upto: int) -> list[Otherwise]:
    """Put what was made of all entries up to that one in the place of what is there."""
    tx.execute(select(t.fold).where(t.fold.c.name == NAME).with_for_update())  # first, as whoever folds does
    newest = tx.execute(select(func.coalesce(func.max(t.entry.c.id), 0))).scalar_one()
    before, was = min(folded_upto(tx, NAME), newest), _standing(tx)  # a restored ledger may have fewer entries
    _merge(was, _of_range(tx, before, upto))
    _merge(made, _of_range(tx, upto, before))
    tx.execute(delete(t.day_fact))
    tx.execute(t.fold.update().where(t.fold.c.name == NAME).values(entry_id=max(before, upto), upto=max(before, upto)))
    _keep(tx, made)
    nothing = [0] * len(SUMS)
    unlike = [key for key in was.keys() | made.keys() if was.get(key, nothing) != made.get(key, nothing)]
    unlike.sort(key=lambda key: (key[0], astuple(key[1])))
    return [Otherwise(*key, *(_named(found.get(key, nothing)) for found in (was, made))) for key in unlike]


def _named(sums: Sums) -> dict[str, int]:
    return dict(zip(SUMS, sums, strict=True))


def _of_range(tx: Connection, after: int, last: int) -> Found:
    """What these entries add up to; nothing, where none lie between."""
    found: Found = {}
    if after < last:
        e = t.entry.c
        for day, way, sums in _summed(tx, e.id > after, e.id <= last):
            _add(found, day, way, sums)
    return found


def _add(found: Found, when: Any, way: Way, sums: Iterable[int]) -> None:
    mine = found.setdefault((when, way), [0] * len(SUMS))
    for place, amount in enumerate(sums):
        mine[place] += amount


def _merge(found: Found, more: Found) -> None:
    for (when, way), sums in more.items():
        _add(found, when, way, sums)


def _summed(tx: Connection, *which: ColumnElement[bool]) -> Iterator[tuple[date, Way, Sums]]:
    """Every sum of the entries that are meant, one at a time: its day, its way, and the sums with it alone in them."""
    for row in tx.execute(_letters(which)):
        route, mailbox = _booked(row.way)
        way = Way(row.department, row.system, row.letter_type, row.channel, route, mailbox)
        yield row.day, way, _placed(_made_of(row))
    for row in tx.execute(_reminders(which)):
        way = Way(row.department, row.system, row.letter_type)
        yield row.day, way, _placed([("reminders" if row.measure == REMINDER else "reminders_cost", int(row.amount))])


def _letters(which: tuple[ColumnElement[bool], ...]) -> Any:
    """By day, letter, way, stage and measure. A letter sent again (it follows another) counts as no letter."""
    e, one, d, ways = t.entry.c, t.letter.c, t.dispatch.c, _ways(which)
    sign = case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0)
    count = case((and_(e.measure == LETTER, one.follows.is_(None)), sign), else_=0)
    parts = (Part.PORTO, Part.MATERIALS)
    shared = case((and_(e.measure.in_(parts), e.inputs.like('%"weights"%')), 1), else_=0).label("shared")
    way = case((e.stage.in_(TOLD), None), else_=ways.c.way).label("way")
    keys = (e.day, one.department, one.system, one.letter_type, d.channel, way, e.stage, e.measure, shared)
    rows = t.entry.join(t.letter, one.id == e.letter_id).join(t.dispatch, d.id == e.dispatch_id)
    return (
        select(*keys, func.sum(count).label("letters"), func.sum(e.amount).label("amount"))
        .select_from(rows.outerjoin(ways, ways.c.dispatch_id == e.dispatch_id))
        .where(*which, e.stage.in_(COUNTED), d.kind == "letter")
        .group_by(*keys)
    )


def _ways(which: tuple[ColumnElement[bool], ...]) -> Subquery:
    """How each dispatch was booked: the inputs of its counting entries, with the route as it was then.

    By the letters of the entries that are meant, so that it is the index by letter that serves.
    """
    counting = t.entry.alias("counting").c
    touched = select(t.entry.c.letter_id).where(*which, t.entry.c.stage.in_((BOOKED, CORRECTED))).distinct()
    wanted = select(counting.dispatch_id, func.min(counting.inputs).label("way"))
    mine = counting.letter_id.in_(touched)
    return wanted.where(mine, counting.measure == LETTER).group_by(counting.dispatch_id).subquery("ways")


def _reminders(which: tuple[ColumnElement[bool], ...]) -> Any:
    """By day and sender; a count's amount is how many."""
    e, one = t.entry.c, t.letter.c
    sign = case((e.stage == BOOKED, 1), else_=-1)
    amount = case((e.measure == REMINDER, sign), else_=e.amount)
    keys = (e.day, one.department, one.system, one.letter_type, e.measure)
    return (
        select(*keys, func.sum(amount).label("amount"))
        .select_from(t.entry.join(t.letter, one.id == e.letter_id))
        .where(*which, e.stage.in_((BOOKED, CORRECTED)), e.measure.startswith(REMINDER, autoescape=True))
        .group_by(*keys)
    )


@lru_cache(1_000)
def _booked(inputs: str | None) -> tuple[str, str]:
    """The route, and what the look-up had said."""
    if inputs is None:
        return "", ""
    found = json.loads(inputs)
    said = found.get("mailbox")
    return found["route"], NOT_SAID if said is None else said


def _placed(some: Iterable[tuple[str, int]]) -> Sums:
    sums = [0] * len(SUMS)
    for name, amount in some:
        sums[_PLACES[name]] += amount
    return sums


def _made_of(row: Any) -> Iterator[tuple[str, int]]:
    """The sums that an amount goes into: of a count letters, of a measure known here money, of any other nothing."""
    amount = int(row.amount)
    if row.stage in TOLD:
        yield ("charged" if row.stage == CHARGED else "invoiced"), amount
    elif row.measure == LETTER:
        yield "letters", int(row.letters)
    elif known := kind_and_part(row.measure):
        yield from _money(*known, amount, row.channel == Channel.DIGITAL, row.shared)


def _money(kind: Kind, part: Part, amount: int, digital: bool, shared: bool) -> Iterator[tuple[str, int]]:
    if kind is Kind.BASELINE:
        yield f"office_{part}", amount
    elif kind is Kind.BY_PRINT:
        yield f"print_{part}", amount
    elif kind is Kind.ALONE:
        yield "householding", amount
    else:
        yield f"cost_{part}", amount
        if not digital:
            yield f"print_{part}", amount
        if kind in (Kind.FAILED, Kind.RETURNED):
            yield ("failed" if kind is Kind.FAILED else "returned"), amount
        elif shared:
            yield "householding", -amount


def _folded(tx: Connection, first: date, last: date) -> Iterator[tuple[str, Way, Sums]]:
    """The facts of the days, summed by month and way.

    A month at a time: grouped by months too, PostgreSQL sorts all facts of the years before it adds them up.
    """
    f = t.day_fact.c
    begin, end = tx.execute(select(func.min(f.day), func.max(f.day)).where(f.day >= first, f.day <= last)).one()
    sums, ways = [cast(func.sum(f[name]), BigInteger) for name in SUMS], _known(tx)
    while begin is not None and begin <= end:
        after = (begin.replace(day=1) + timedelta(days=31)).replace(day=1)
        wanted = select(f.way_id, *sums).where(f.day >= begin, f.day <= min(end, after - timedelta(days=1)))
        for row in tx.execute(wanted.group_by(f.way_id)):
            yield f"{begin:%Y-%m}", ways[row[0]], [*row[1:]]
        begin = after


def _folded_by_day(tx: Connection, first: date, last: date) -> Iterator[tuple[str, Way, Sums]]:
    for (day, way), sums in _standing(tx, t.day_fact.c.day.between(first, last)).items():
        yield f"{day:%Y-%m-%d}", way, sums


def _standing(tx: Connection, *which: ColumnElement[bool]) -> Found:
    """Every fact that is folded, or those that are meant."""
    ways = _known(tx)
    return {(row.day, ways[row.way_id]): list(row[2:]) for row in tx.execute(select(t.day_fact).where(*which))}


def _keep(tx: Connection, found: Found) -> None:
    """Add these to what is folded."""
    numbers = _numbers(tx, {way for _, way in found})
    rows = [
        {"day": day, "way_id": numbers[way], **dict(zip(SUMS, sums, strict=True))}
        for (day, way), sums in sorted(found.items(), key=lambda one: (one[0][0], astuple(one[0][1])))
        if any(sums)
    ]
    if rows:
        new, f = insert_into(t.day_fact, tx), t.day_fact.c
        more = {name: f[name] + new.excluded[name] for name in SUMS}
        tx.execute(new.on_conflict_do_update(index_elements=[f.day, f.way_id], set_=more), rows)


def _numbers(tx: Connection, ways: set[Way]) -> dict[Way, int]:
    """The number of each way, given where it is new. Ways are few, and whoever folds them is alone in it."""
    known = {way: number for number, way in _known(tx).items()}
    names = [column.name for column in t.way.c if column.name != "id"]
    new = sorted(astuple(way) for way in ways - known.keys())
    if new:
        tx.execute(insert(t.way), [dict(zip(names, one, strict=True)) for one in new])
        known = {way: number for number, way in _known(tx).items()}
    return known


def _known(tx: Connection) -> dict[int, Way]:
    return {row[0]: Way(*row[1:]) for row in tx.execute(select(t.way))}
