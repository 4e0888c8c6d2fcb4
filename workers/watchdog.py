"""A worker that overstays ends itself, before its lease ends and anybody recovers what it holds."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

log = logging.getLogger(__name__)

LOOKS_EVERY = 0.25  # seconds


class Watchdog:
    """One thread a process; work that is not done by its hard end takes the process with it."""

    def __init__(self) -> None:
        self._ends: dict[int, float] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._look, name="watchdog", daemon=True).start()

    @contextmanager
    def watching(self, seconds: float) -> Iterator[None]:
        """The work in here must be done within `seconds`."""
        key = threading.get_ident()
        with self._lock:
            self._ends[key] = monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:
                self._ends.pop(key, None)

    def _look(self) -> None:
        stop = threading.Event()
        while not stop.wait(LOOKS_EVERY):
            with self._lock:
                overdue = any(end < monotonic() for end in self._ends.values())
            if overdue:
                log.critical("Work went on past its hard end; this worker process ends itself.")
                os.kill(os.getpid(), signal.SIGKILL)
