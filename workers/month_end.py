"""The end of a month, beside the timer's rounds: a thread of its own that looks whether there is something to do.

To hash a month of a million letters takes a while, and a folder may hang; no ticket may wait for that. Killed with the
timer, it loses nothing: each of its acts is a transaction, and the next one looks what is left.
"""

import logging
import threading

from outbound.delivery import House
from outbound.reports.month_end import end_months
from workers.tickets import Seldom

log = logging.getLogger(__name__)
EVERY = 300.0  # seconds between two looks: a month's end is no hurry, and a full disk is said as often


class MonthEnd:
    """At most one thread of this process at a time."""

    def __init__(self) -> None:
        self._looks = Seldom(EVERY)
        self._thread: threading.Thread | None = None

    def look(self, house: House) -> None:
        """Start it where that is wanted, it is time to look, and it is not at it already."""
        wanted = house.settings.month_closes_on or house.settings.reports_dir
        if wanted and not (self._thread and self._thread.is_alive()) and self._looks.now():
            self._thread = threading.Thread(target=_end, args=(house,), name="month-end", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Until it is done, or so long."""
        if self._thread:
            self._thread.join(seconds)


def _end(house: House) -> None:
    try:
        end_months(house.ledger, house.organisation, house.settings)
    except Exception as fault:  # the database may be away; the next look tries again
        log.error("The month's end stopped with %s; it begins again.", type(fault).__name__)
