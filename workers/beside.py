"""Long work beside the timer's rounds: each kind in a thread of its own, so that no ticket waits for it.

To hash a month of a million letters and to count its people takes a while, and a folder may hang. Killed with the timer
it loses nothing: each of its acts is a transaction, and the next look finds what is left.
"""

import logging
import threading
from collections.abc import Callable

from outbound import facts
from outbound.delivery import House
from outbound.reports.month_end import end_months
from workers.tickets import Seldom

log = logging.getLogger(__name__)


class Beside:
    """Work of one kind: at most one thread of this process at a time, looked for again after `every` seconds."""

    def __init__(self, name: str, every: float, work: Callable[[House], object]) -> None:
        self._name, self._work, self._looks = name, work, Seldom(every)
        self._thread: threading.Thread | None = None

    def look(self, house: House) -> None:
        """Start it where it is time to look, and it is not at it already."""
        if not (self._thread and self._thread.is_alive()) and self._looks.now():
            thread = threading.Thread(target=self._do, args=(house,), name=self._name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no thread is to be had just now; the timer goes on
                log.error("No thread could be started for work beside the rounds (%s).", self._name)
            else:
                self._thread = thread

    def wait(self, seconds: float) -> None:
        """Until it is done, or so long."""
        if self._thread:
            self._thread.join(seconds)

    def _do(self, house: House) -> None:
        try:
            self._work(house)
        except Exception as fault:  # the database may be away; the next look tries again
            log.error("Work beside the rounds (%s) stopped with %s.", self._name, type(fault).__name__)


def month_end() -> Beside:
    """Closes months and writes their reports, where settings ask for it; a full disk is said as often as it looks."""
    return Beside("month-end", 300, _end_months)


def people() -> Beside:
    """Counts the people of months, once those are over."""
    return Beside("people", 60, _count_people)


def _end_months(house: House) -> None:
    if house.settings.month_closes_on or house.settings.reports_dir:
        end_months(house.ledger, house.organisation, house.settings)


def _count_people(house: House) -> None:
    while facts.count_people(house.ledger):
        pass
