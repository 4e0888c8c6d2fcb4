"""A clock that only the test moves: each look at it is a millisecond, so that a run can be repeated to the letter."""

from datetime import UTC, datetime, timedelta
from typing import Any


class TickingClock:
    """Stands in for `outbound.clock.now`."""

    def __init__(self, begins: datetime) -> None:
        self._now = begins.astimezone(UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def pass_(self, **span: float) -> None:
        self._now += timedelta(**span)

    def to(self, moment: Any) -> None:
        self._now = moment.astimezone(UTC)
