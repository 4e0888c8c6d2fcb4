"""The one source of time. Everything else asks here, so that a test can move time across processes."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NEAR = range(1900, 2200)
"""The years in which something that somebody asks for can lie; nobody prescribes them."""


def now() -> datetime:
    """The time now, aware, in UTC.

    Where the environment names a file in ``OUTBOUND_CLOCK_FILE``, the number of seconds in that file is added:
    tests move the time of every process by writing it. Production leaves the variable unset.
    """
    return machine() + _offset()


def machine() -> datetime:
    """What the machine's own clock says, to be compared with others' clocks and for nothing else."""
    return datetime.now(UTC)


def today() -> date:
    """The date now in Denmark: the day a letter is dated, a cut-off counts in and a tariff is valid on."""
    return danish_day(now())


def danish_day(moment: datetime) -> date:
    """The date in Denmark at ``moment``."""
    return moment.astimezone(COPENHAGEN).date()


def day_of(text: str) -> date:
    """The day that somebody wrote, YYYY-MM-DD. Raises ValueError, also for one that no clock of ours can come near."""
    found = date.fromisoformat(text)
    _must_be_near(found)
    return found


def moment_of(text: str) -> datetime:
    """The moment that somebody wrote (ISO 8601), naive where no zone was said. Raises ValueError as `day_of` does."""
    found = datetime.fromisoformat(text)
    _must_be_near(found)
    return found


def danish_moment_of(text: str) -> datetime:
    """The same; where no zone was said, as Danish clocks show it."""
    found = moment_of(text)
    return found if found.tzinfo else found.replace(tzinfo=COPENHAGEN)


def _must_be_near(found: date) -> None:
    """At the ends of what Python can write, another zone or the day after is no time at all."""
    if found.year not in NEAR:
        raise ValueError("centuries away")


def _offset() -> timedelta:
    path = os.environ.get("OUTBOUND_CLOCK_FILE")
    if not path:
        return timedelta(0)
    try:
        return timedelta(seconds=float(Path(path).read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta(0)
