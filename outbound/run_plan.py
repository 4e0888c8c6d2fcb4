"""When print runs close: at cut-offs on the days and in the hours that the print provider works. Pure.

A run closes when its cut-off has come; what is routed exactly then goes with the next one. No Danish print provider
publishes its cut-offs or closing hours: they are data, agreed with the provider (`[print_runs]` in
`config/outbound.toml`). Moments are aware and come back in UTC; times of day and days are Danish.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, ClassVar, Literal

from outbound.clock import COPENHAGEN, danish_day
from outbound.postal_days import is_working_day

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The print provider's week and year. Runs close on working days (`outbound.postal_days`), but for `closed_days`.

    `cut_offs`: the times of day at which runs close; `urgent`: those of a letter class, in their place. `closing_hours`
    (by weekday) and `short_days` (by date): when the provider goes home; a cut-off after that is brought forward to it.
    `prepare_from`: when the letters of a day's runs that have waited for it are rendered and routed anew. Raises
    ValueError, which names the key that is wrong.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    cut_offs: tuple[time, ...] = (time(10), time(14, 30))
    urgent: Mapping[str, tuple[time, ...]] = field(default_factory=dict)
    closing_hours: Mapping[Weekday, time] = field(default_factory=dict)
    closed_days: tuple[date, ...] = ()
    short_days: Mapping[date, time] = field(default_factory=dict)
    prepare_from: time = time(4)

    def __post_init__(self) -> None:
        if faults := list(self._faults()):
            raise ValueError(" ".join(faults))

    def next_closing(self, moment: datetime, letter_class: str = "") -> datetime:
        """When the first run closes that a letter of this class can still come into: after `moment`, never at it.

        Raises ValueError for a moment without a time zone.
        """
        first = _aware(moment).date()
        closings = (at for days in count() for at in self._closings(first + timedelta(days=days), letter_class))
        return next(at for at in closings if at > moment)

    def prepared_at(self, moment: datetime, closing: datetime) -> datetime | None:
        """When letters that wait at `moment` for that closing are made ready; None where it is on the same day.

        A letter leaves on the day it is dated, so that one which has missed its day's last run is dated anew.
        """
        day = danish_day(closing)
        if day == danish_day(moment):
            return None
        return _moment(day, self.prepare_from)

    def add_open_days(self, moment: datetime, n: int) -> datetime:
        """The n-th day after `moment` on which the provider works, at the same time of day in Denmark; in UTC.

        With n = 0: `moment` itself where it works on that day, else on the next. Raises ValueError for n < 0 and for a
        moment without a time zone.
        """
        if n < 0:
            raise ValueError(f"Open days are counted forwards; {n} is less than 0.")
        at = _aware(moment)
        day = at.date()
        while n > 0 or not self._is_open(day):
            day += timedelta(days=1)
            n -= self._is_open(day)
        return _moment(day, at.time())

    def _is_open(self, day: date) -> bool:
        return is_working_day(day) and day not in self.closed_days

    def _closings(self, day: date, letter_class: str) -> list[datetime]:
        if not self._is_open(day):
            return []
        home = self.short_days.get(day) or self.closing_hours.get(WEEKDAYS[day.weekday()])
        times = self.urgent.get(letter_class, self.cut_offs)
        return sorted({_moment(day, min(at, home) if home else at) for at in times})

    def _faults(self) -> Iterator[str]:
        for key, times in self._times():
            if any(at.tzinfo for at in (*times, self.prepare_from)):
                yield f"{key}: times of day are Danish; write them without a time zone."
            elif not times and key not in ("closing_hours", "short_days"):
                yield f"{key} must name at least one time of day."
            elif times and min(times) <= self.prepare_from:
                yield f"{key} must come after prepare_from."

    def _times(self) -> Iterator[tuple[str, tuple[time, ...]]]:
        yield "cut_offs", self.cut_offs
        yield from ((f"urgent.{name}", times) for name, times in self.urgent.items())
        yield "closing_hours", tuple(self.closing_hours.values())
        yield "short_days", tuple(self.short_days.values())


def next_gathering(moment: datetime, seconds: float) -> datetime:
    """At the next whole number of gathering times, on any day and at any hour; with 0 seconds: at once."""
    if not seconds:
        return moment
    return moment + timedelta(seconds=-(-moment.timestamp() // seconds) * seconds - moment.timestamp())


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("The moment has no time zone; take it from outbound.clock.")
    return moment.astimezone(COPENHAGEN)


def _moment(day: date, at: time) -> datetime:
    # Clocks change on Sundays only, so that every time of a working day exists, and once.
    return datetime.combine(day, at, COPENHAGEN).astimezone(UTC)


PARTS = {
    "cut_offs": "Times of day at which runs close, on working days.",
    "urgent": "Cut-offs of a letter class, in their place.",
    "closing_hours": "When the print provider goes home, by weekday; a later cut-off is brought forward to it.",
    "closed_days": "Dates on which it is closed, beside weekends and holidays.",
    "short_days": "Its closing hours on a date, in place of the weekday's.",
    "prepare_from": "When letters that have waited for the day of their run are rendered and routed anew.",
}
"""What each key of the table says; for the page of settings."""
