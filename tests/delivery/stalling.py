"""Workers that stop in the middle: before any of their transactions, or inside the supplier's call.

One thread at a time runs: whoever starts or wakes a worker waits until it has stopped again or is through.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from outbound import clock
from outbound.letter import Consignment
from tests.house import Crash, CrashingLedger
from tests.outside import ModelMailer

PATIENCE = 30.0  # seconds that one step of a worker may take before the test says that it hangs


@dataclass
class Call:
    """The call that a worker stands in."""

    mailer: ModelMailer
    consignment: Consignment
    begun_at: datetime
    taken: bool


class StallingWorker:
    """A thread that does `work` and stops where told: "calling", "taken", or before its n-th transaction."""

    def __init__(self, ledger: CrashingLedger, work: Callable[[], object], stop_at: str | int) -> None:
        self.call: Call | None = None
        self.fault: BaseException | None = None
        self._ledger, self._work, self._stop_at = ledger, work, stop_at
        self._transactions, self._killed, self._through = 0, False, False
        self._stopped, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> bool:
        """Let it work until it stops; False where it came through without stopping."""
        self._thread.start()
        return self._wait()

    def wake(self) -> None:
        """It goes on, to its end."""
        self._stop_at = "never"
        self._resume()

    def kill(self, *, on_the_way: bool = False) -> None:
        """It dies where it stands; its request may still be on its way."""
        self._killed = True
        if on_the_way and self.call and not self.call.taken:
            self.call.mailer.lose_its_caller(self.call.consignment, self.call.begun_at)
        self._resume()

    def reach(self, place: str, mailer: ModelMailer, consignment: Consignment) -> None:
        """Called in its thread, inside the supplier's call."""
        if place == self._stop_at:
            self.call = Call(mailer, consignment, clock.now(), place == "taken")
            self._stop()
            self.call = None

    def _run(self) -> None:
        _current.worker = self
        self._ledger.fate.before_each = self._before_each
        try:
            self._work()
        except Crash:
            pass
        except BaseException as fault:
            self.fault = fault
        finally:
            self._through = True
            self._stopped.set()

    def _before_each(self) -> None:
        self._transactions += 1
        if self._transactions == self._stop_at:
            self._stop()

    def _stop(self) -> None:
        self._stopped.set()
        assert self._go.wait(PATIENCE * 10), "a stalled worker was forgotten"
        self._go.clear()
        if self._killed:
            raise Crash

    def _resume(self) -> None:
        self._stopped.clear()
        self._go.set()
        assert not self._wait(), "a worker stopped twice"

    def _wait(self) -> bool:
        assert self._stopped.wait(PATIENCE), "a worker hangs"
        if self._through:
            self._thread.join(PATIENCE)
            if self.fault:
                raise self.fault
        return not self._through


class _Current(threading.local):
    worker: StallingWorker | None = None


_current = _Current()


def current() -> StallingWorker | None:
    """The stalling worker whose thread this is."""
    return _current.worker
