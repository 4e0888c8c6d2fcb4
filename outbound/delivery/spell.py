"""How long a worker may go on with what it claimed: well within its lease, before anybody recovers it."""

from time import monotonic


class Spell:
    """Started with the claim. `lasts` is asked before each letter; the hard end is the workers' watchdog's."""

    def __init__(self, lease: float, hard_end: float) -> None:
        self._end = monotonic() + lease * hard_end / 2

    def lasts(self) -> bool:
        """May another letter be begun?"""
        return monotonic() < self._end
