"""Danish working days and cut-offs: when post is collected, and when a silence has lasted too long. Pure.

Closed are Saturdays, Sundays and the public holidays: the holy days of the Danish national church, among them store
bededag up to 2023 (abolished from 2024 by lov nr. 214 af 6. marts 2023), and New Year's Day. Grundlovsdag, 24 and
31 December are no holy days, yet most municipal offices, banks and the post are closed all or half of these days:
here they count as closed, so that nobody's patience runs out while nobody is there to answer. That is a policy, not a
law, and stands in `CUSTOMARY`.

Days are Danish days. Moments are aware; they come back in UTC, at the same time of day in Denmark.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import overload

from outbound.clock import COPENHAGEN, danish_day

FIXED = frozenset({(1, 1), (12, 25), (12, 26)})
"""Public holidays by (month, day)."""

CUSTOMARY = frozenset({(6, 5), (12, 24), (12, 31)})
"""Closed by custom and agreement, not by law: Grundlovsdag, Christmas Eve, New Year's Eve."""

FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
"""Days after Easter Sunday: skærtorsdag, langfredag, påskedag, 2. påskedag, Kristi himmelfart, pinse, 2. pinsedag."""

STORE_BEDEDAG = 26  # days after Easter Sunday
LAST_STORE_BEDEDAG = 2023

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The years that Easter is reckoned for; a day outside them is a mistake."""


def is_working_day(day: date) -> bool:
    """Is post handled on that day? Raises ValueError outside the years 1900 to 2199."""
    closed = (day.month, day.day) in FIXED | CUSTOMARY or day in _movable(day.year)
    return day.weekday() < 5 and not closed


@overload
def add_working_days(start: datetime, n: int) -> datetime: ...
@overload
def add_working_days(start: date, n: int) -> date: ...
def add_working_days(start: date, n: int) -> date:
    """The n-th working day after `start`; for a moment, at the same time of day in Denmark, in UTC.

    The day of `start` itself is not counted. With n = 0: `start` itself where that is a working day, else the next.
    Raises ValueError for n < 0 and for a moment without a time zone.
    """
    if n < 0:
        raise ValueError(f"Working days are counted forwards; {n} is less than 0.")
    if isinstance(start, datetime):
        at = _aware(start).astimezone(COPENHAGEN)
        return _moment(add_working_days(at.date(), n), at.time())
    day = start
    while n > 0 or not is_working_day(day):
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and including `end`; 0 where `end` is not later."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(map(is_working_day, days))


def next_cut_off(moment: datetime, at: time) -> datetime:
    """The first cut-off after `moment`: that time of day in Denmark on a working day. In UTC.

    Exactly on the cut-off is too late for it.
    """
    day = add_working_days(danish_day(_aware(moment)), 0)
    cut_off = _moment(day, at)
    return cut_off if moment < cut_off else _moment(add_working_days(day, 1), at)


def posting_day(moment: datetime, cut_off: time) -> date:
    """The Danish day on which a letter handed over at `moment` goes out: the day of the next cut-off."""
    return danish_day(next_cut_off(moment, cut_off))


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian computus). Raises ValueError outside 1900 to 2199."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"Danish holidays are known for {FIRST_YEAR} to {LAST_YEAR}, not for {year}.")
    century, in_century = divmod(year, 100)
    golden = year % 19
    correction = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(64)
def _movable(year: int) -> frozenset[date]:
    prayer = (STORE_BEDEDAG,) if year <= LAST_STORE_BEDEDAG else ()
    return frozenset(easter(year) + timedelta(days=n) for n in (*FROM_EASTER, *prayer))


def _moment(day: date, at: time) -> datetime:
    # Clocks change on Sundays only, so that every time of a working day exists, and once.
    return datetime.combine(day, at, COPENHAGEN).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("The moment has no time zone; take it from outbound.clock.")
    return moment
