"""Keeps processes running: restarts what dies, ends whole groups without remains.

dramatiq's pool ends as a whole when one worker process in it dies, and its workers live on when its master is
killed. So a second copy never starts while anything of the first is alive. If the supervisor itself is
killed, its warden ends everything.
"""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Self

from outbound.stack import places, warden
from outbound.stack.errors import StackError
from outbound.stack.processes import Process, open_behind_gate, open_gate
from outbound.stack.warden import Ending, members, send_signal

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A process that lived this long starts again after the first, short pause."""


class _State(Enum):
    RUNNING = auto()
    SWEEPING = auto()  # the leader has ended or was told to; waiting for the last of its group
    PAUSED = auto()  # waiting to start again
    DOWN = auto()


@dataclass(slots=True)
class _Charge:
    """A process in the supervisor's charge, and how far it is."""

    process: Process
    popen: subprocess.Popen[bytes] | None = None
    state: _State = _State.DOWN
    wanted: bool = False
    started_at: float = 0.0
    ending: Ending | None = None
    again_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    deaths: int = 0
    last_status: int | None = None


class Supervisor:
    """Keeps processes running until it is closed; use it as a context manager.

    `folder` gets `supervisor.log`: one line for every start and every death.
    """

    def __init__(self, folder: Path, *, keep_open: tuple[int, ...] = ()) -> None:
        """`keep_open`: file descriptors that the warden holds too (a lock, until the last process ended)."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._log = folder / "supervisor.log"
        self._charges: dict[str, _Charge] = {}
        self._scratches: list[Path] = []
        self._changed = threading.Condition(threading.RLock())
        self._closing = False
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", warden.__file__],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, pass_fds=keep_open, cwd="/",
        )  # fmt: skip
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def scratch(self, prefix: str) -> Path:
        """A temporary folder that every account can reach, removed when the supervisor is closed."""
        folder = places.scratch(prefix)
        self._scratches.append(folder)
        return folder

    def socket_folder(self, wanted: Path, socket_name: str) -> Path:
        """`wanted` if a socket of this name fits in there, else a temporary folder with a short path."""
        return wanted if places.fits_a_socket(wanted, socket_name) else self.scratch("outbound-sockets-")

    def start(self, process: Process) -> None:
        """Start a process (a name that is up already is an error) and keep it up."""
        with self._changed:
            if process.name in self._charges and self._charges[process.name].state is not _State.DOWN:
                raise StackError(f"{process.name} is running already; stop it before starting it again.")
            charge = self._charges[process.name] = _Charge(process, wanted=True)
            self._spawn(charge)
            self._changed.notify_all()

    def amend(self, process: Process) -> None:
        """Use this command from the next start on, for instance with the port that the first one found."""
        with self._changed:
            self._charges[process.name].process = process

    def stop(self, *names: str) -> None:
        """Stop these together: the stop signal to each, then SIGKILL for what outlives its grace."""
        with self._changed:
            charges = [self._charges[name] for name in names if name in self._charges]
            for charge in charges:
                charge.wanted = False
                if charge.state is _State.RUNNING:
                    self._sweep(charge)
                elif charge.state is _State.PAUSED:
                    charge.state = _State.DOWN
            self._changed.notify_all()
            self._changed.wait_for(lambda: all(charge.state is _State.DOWN for charge in charges))

    def kill(self, name: str, *, restart: bool = True) -> None:
        """SIGKILL all of this process at once, as a crash would; it starts again unless told not to."""
        with self._changed:
            charge = self._charges[name]
            charge.wanted = charge.wanted and restart
            for pid in self.pids(name):
                send_signal(pid, signal.SIGKILL)
            if charge.state is _State.PAUSED and not restart:
                charge.state = _State.DOWN
            self._changed.notify_all()
            if not restart:
                self._changed.wait_for(lambda: charge.state is _State.DOWN)

    def pids(self, name: str) -> list[int]:
        """The living processes under this name, its leader first (a pool: its master, then its workers)."""
        charge = self._charges[name]
        if charge.popen is None or charge.state is _State.DOWN:
            return []
        leader = charge.popen.pid
        found = members(leader)
        return sorted(found, key=lambda pid: (pid != leader, pid))

    def deaths(self, name: str) -> int:
        """How many times this process ended without being told to, since it was first started."""
        return self._charges[name].deaths

    def running(self) -> list[str]:
        """The names that are up or on their way up again."""
        with self._changed:
            return [name for name, charge in self._charges.items() if charge.state is not _State.DOWN]

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until `ready` says yes. Raises StackError with the end of its log when it dies or is late."""
        charge = self._charges[name]
        deaths = charge.deaths
        patience_ends = time.monotonic() + seconds
        while not ready():
            if charge.state is _State.DOWN or charge.deaths >= deaths + 3:
                raise StackError(self._why(charge, f"ended with status {charge.last_status}"))
            if time.monotonic() > patience_ends:
                raise StackError(self._why(charge, f"was not ready within {seconds:.0f} seconds"))
            time.sleep(0.01)

    def close(self) -> None:
        """Stop everything, the last started first, and end the warden and the thread."""
        for name in reversed(self._charges):
            self.stop(name)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if self._warden.stdin and not self._warden.stdin.closed:
            with suppress(BrokenPipeError):
                self._warden.stdin.close()
        self._warden.wait()
        for folder in self._scratches:
            shutil.rmtree(folder, ignore_errors=True)

    def _why(self, charge: _Charge, what: str) -> str:
        log = charge.process.log
        try:
            tail = log.read_text(errors="replace").splitlines()[-12:]
        except OSError:
            tail = []
        return "\n".join([f"{charge.process.name} {what}; its log is {log} and ends:", *tail])

    def _note(self, text: str) -> None:
        with suppress(OSError), self._log.open("a") as log:
            log.write(text + "\n")

    def _tell_warden(self, line: str) -> None:
        assert self._warden.stdin is not None
        with suppress(BrokenPipeError):
            self._warden.stdin.write(f"{line}\n".encode())
            self._warden.stdin.flush()

    def _spawn(self, charge: _Charge) -> None:
        process = charge.process
        if shutil.which(process.argv[0]) is None:
            raise StackError(f"{process.name} cannot start: there is no program {process.argv[0]}.")
        popen = open_behind_gate(process)
        self._tell_warden(f"+ {popen.pid} {int(process.stop_signal)}")
        open_gate(popen)
        charge.popen, charge.state, charge.started_at = popen, _State.RUNNING, time.monotonic()
        self._note(f"{process.name} started as process {popen.pid}")

    def _sweep(self, charge: _Charge) -> None:
        """Begin to end what there is of the session; `_tick` waits for the last one."""
        assert charge.popen is not None
        charge.state = _State.SWEEPING
        charge.ending = Ending(charge.popen.pid, charge.process.stop_signal, charge.process.grace)

    def _watch(self) -> None:
        with self._changed:
            while not self._closing:
                before = [charge.state for charge in self._charges.values()]
                for charge in self._charges.values():
                    self._tick_safely(charge)
                if before != [charge.state for charge in self._charges.values()]:
                    self._changed.notify_all()
                in_transition = any(c.state is _State.SWEEPING for c in self._charges.values())
                self._changed.wait(0.02 if in_transition else 0.05)

    def _tick_safely(self, charge: _Charge) -> None:
        """A fault with one process must not end the watch over the others."""
        try:
            self._tick(charge)
        except Exception as fault:
            self._note(f"{charge.process.name}: {fault!r}")

    def _tick(self, charge: _Charge) -> None:
        if charge.popen is None or charge.state is _State.DOWN:
            return
        now = time.monotonic()
        if charge.state is _State.RUNNING and charge.popen.poll() is not None:
            self._died(charge, now)
        if charge.state is _State.SWEEPING:
            self._finish(charge, now)
        if charge.state is _State.PAUSED and now >= charge.again_at:
            self._again(charge, now)

    def _died(self, charge: _Charge, now: float) -> None:
        assert charge.popen is not None
        charge.deaths += 1
        charge.last_status = charge.popen.returncode
        charge.wanted = charge.wanted and charge.process.restart
        if now - charge.started_at > STEADY_SECONDS:
            charge.pause = FIRST_PAUSE_SECONDS
        self._note(f"{charge.process.name} ended by itself with status {charge.last_status}")
        self._sweep(charge)

    def _finish(self, charge: _Charge, now: float) -> None:
        assert charge.popen is not None
        assert charge.ending is not None
        if not (charge.ending.over() and charge.popen.poll() is not None):
            return
        self._tell_warden(f"- {charge.popen.pid}")
        if charge.wanted:
            charge.state, charge.again_at = _State.PAUSED, now + charge.pause
            charge.pause = min(charge.pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            charge.state = _State.DOWN
            self._note(f"{charge.process.name} is down")

    def _again(self, charge: _Charge, now: float) -> None:
        try:
            self._spawn(charge)
        except (OSError, StackError) as fault:
            self._note(f"{charge.process.name} could not be started again: {fault}")
            charge.again_at = now + charge.pause


@contextmanager
def run(folder: Path, *processes: Process) -> Iterator[Supervisor]:
    """A supervisor with these processes started in order; all are stopped at the end."""
    with Supervisor(folder) as supervisor:
        for process in processes:
            supervisor.start(process)
        yield supervisor
