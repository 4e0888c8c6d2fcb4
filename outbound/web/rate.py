"""How many single letters a system may hand in a minute. Mailings are not counted: they have their own lane.

Each web process counts for itself: with two of them a system gets twice as much.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Buckets:
    """A bucket per name; it holds a minute's worth and fills evenly."""

    def __init__(self, per_minute: int, time: Callable[[], float] = monotonic) -> None:
        self._per_second = per_minute / 60
        self._most = float(per_minute)
        self._time = time
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, name: str) -> float:
        """Take one. 0.0 where there was one, else the seconds until there is."""
        with self._lock:
            now = self._time()
            left, since = self._left.get(name, (self._most, now))
            left = min(self._most, left + (now - since) * self._per_second)
            self._left[name] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / self._per_second

    def left(self, name: str) -> int:
        """How many there are to take now."""
        with self._lock:
            left, since = self._left.get(name, (self._most, self._time()))
            return int(min(self._most, left + (self._time() - since) * self._per_second))
