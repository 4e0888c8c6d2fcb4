"""The hours of the day in which people are sent text messages, and when a reminder falls due. Pure.

Hours are those of Danish clocks; moments are aware and come back in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from outbound.clock import COPENHAGEN

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenHours:
    """From the full hour `first` until just before the full hour `last` (0 <= first < last <= 24), every day."""

    first: int
    last: int

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself where it is open, else when it opens next."""
        at = moment.astimezone(COPENHAGEN)
        if self.first <= at.hour < self.last:
            return moment.astimezone(UTC)
        day = at.date() if at.hour < self.first else at.date() + DAY
        return _moment(datetime.combine(day, time(self.first)))

    def before(self, event: datetime, hours: int) -> datetime:
        """So many hours before the event by the clock on the wall (24: the same time the day before), or when it opens
        next after that; where that is no longer before the event, the last open hour before it."""
        wished = event.astimezone(COPENHAGEN).replace(tzinfo=None) - timedelta(hours=hours)
        at = self.next_open(_moment(wished))
        if at < event:
            return at
        day = wished.date() if wished.hour >= self.last else wished.date() - DAY
        return _moment(datetime.combine(day, time(self.last - 1)))


def _moment(danish: datetime) -> datetime:
    """Of the two times that an hour has in the night that winter time begins, the first."""
    return danish.replace(tzinfo=COPENHAGEN).astimezone(UTC)
