"""How dates are written in English: the filters of templates in that language."""

from collections.abc import Callable
from datetime import date
from typing import Any

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day(given: date | str) -> str:
    """`2026-11-22` → `22 November 2026`."""
    found = _date(given)
    return f"{found.day}\u00a0{MONTHS[found.month - 1]} {found.year}"


def weekday(given: date | str) -> str:
    """`2026-11-24` → `Tuesday`."""
    return WEEKDAYS[_date(given).weekday()]


def _date(given: date | str) -> date:
    return date.fromisoformat(given) if isinstance(given, str) else given


FILTERS: dict[str, Callable[..., Any]] = {"day": day, "weekday": weekday}
