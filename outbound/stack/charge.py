"""One process in a supervisor's charge: running, being ended, pausing before the next start, or down."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto

from outbound.stack.errors import StackError
from outbound.stack.processes import Process, open_behind_gate, open_gate
from outbound.stack.warden import Ending, members, send_signal

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A process that lived this long starts again after the first, short pause."""


class State(Enum):
    """Where a charge is. It starts again only when nothing of the last start is alive."""

    RUNNING = auto()
    ENDING = auto()
    PAUSING = auto()
    DOWN = auto()


class Charge:
    """A process and how far it is. Not for two threads at once: its supervisor holds the lock.

    `warden` and `note` take a line each: who has started or ended, and what is worth knowing afterwards.
    """

    def __init__(self, process: Process, warden: Callable[[str], None], note: Callable[[str], None]) -> None:
        self.process = process
        self.state = State.DOWN
        self.deaths = 0
        self.last_status: int | None = None
        self._warden = warden
        self._note = note
        self._wanted = True
        self._popen: subprocess.Popen[bytes] | None = None
        self._ending: Ending | None = None
        self._started_at = 0.0
        self._again_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS

    def start(self) -> None:
        """Start it, known to the warden before its first instruction. Raises StackError for no such program."""
        process = self.process
        if shutil.which(process.argv[0]) is None:
            raise StackError(f"{process.name} cannot start: there is no program {process.argv[0]}.")
        self._popen = open_behind_gate(process)
        self._warden(f"+ {self._popen.pid} {int(process.stop_signal)}")
        open_gate(self._popen)
        self.state, self._started_at = State.RUNNING, time.monotonic()
        self._note(f"{process.name} started as process {self._popen.pid}")

    def stop(self) -> None:
        """Begin to end it, for good; `tick` until it is DOWN."""
        self._wanted = False
        if self.state is State.RUNNING:
            self._end()
        elif self.state is State.PAUSING:
            self.state = State.DOWN

    def kill(self, *, restart: bool) -> None:
        """SIGKILL all of it; `tick` notices, and starts it again or not."""
        self._wanted = self._wanted and restart
        for pid in self.pids():
            send_signal(pid, signal.SIGKILL)
        if self.state is State.PAUSING and not restart:
            self.state = State.DOWN

    def pids(self) -> list[int]:
        """The living processes of its session, its leader first."""
        if self._popen is None or self.state in (State.PAUSING, State.DOWN):
            return []
        leader = self._popen.pid
        return sorted(members(leader), key=lambda pid: (pid != leader, pid))

    def tick(self) -> None:
        """Do what is due now."""
        if self.state is State.RUNNING:
            self._look()
        if self.state is State.ENDING:
            self._finish()
        if self.state is State.PAUSING and time.monotonic() >= self._again_at:
            self._start_again()

    def why(self, what: str) -> str:
        """A sentence on what went wrong with it, and the end of its log."""
        log = self.process.log
        tail: list[str] = []
        with suppress(OSError):
            tail = log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([f"{self.process.name} {what}; its log is {log} and ends:", *tail])

    def _look(self) -> None:
        assert self._popen is not None
        if self._popen.poll() is None:
            return
        self.deaths += 1
        self.last_status = self._popen.returncode
        self._wanted = self._wanted and self.process.restart
        if time.monotonic() - self._started_at > STEADY_SECONDS:
            self._pause = FIRST_PAUSE_SECONDS
        self._note(f"{self.process.name} ended by itself with status {self.last_status}")
        self._end()

    def _end(self) -> None:
        """Begin to end what there is of the session."""
        assert self._popen is not None
        self.state = State.ENDING
        self._ending = Ending(self._popen.pid, self.process.stop_signal, self.process.grace)

    def _finish(self) -> None:
        assert self._popen is not None
        assert self._ending is not None
        if not (self._ending.over() and self._popen.poll() is not None):
            return
        self._warden(f"- {self._popen.pid}")
        if self._wanted:
            self._rest()
        else:
            self.state = State.DOWN
            self._note(f"{self.process.name} is down")

    def _rest(self) -> None:
        self.state, self._again_at = State.PAUSING, time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _start_again(self) -> None:
        try:
            self.start()
        except (OSError, StackError) as fault:
            self._note(f"{self.process.name} could not be started again: {fault}")
            self._rest()
