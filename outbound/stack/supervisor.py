"""Keeps processes running: restarts what dies, ends whole groups without remains.

dramatiq's pool ends as a whole when one worker process in it dies, and its workers live on when its master is
killed. So a second copy never starts while anything of the first is alive. If the supervisor itself is
killed, its warden ends everything.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from outbound.stack import places, warden
from outbound.stack.charge import Charge, State
from outbound.stack.errors import StackError
from outbound.stack.processes import Process

DEATHS_AT_START = 3
"""A process that dies this often before it is ready is not going to be."""

READY_SECONDS = 120.0
"""A process that lives may take as long as this to be ready: a busy machine is no fault."""


class Supervisor:
    """Keeps processes running until it is closed; use it as a context manager.

    `folder` gets `supervisor.log`: one line for every start and every death.
    """

    def __init__(self, folder: Path, *, keep_open: tuple[int, ...] = ()) -> None:
        """`keep_open`: file descriptors that the warden holds too (a lock, until the last process ended)."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._charges: dict[str, Charge] = {}
        self._scratches: list[Path] = []
        self._changed = threading.Condition(threading.RLock())
        self._closing = False
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", warden.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=keep_open,
            cwd="/",
        )
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
        """Start a process and keep it up. Raises StackError when its name is running already."""
        with self._changed:
            if process.name in self.running():
                raise StackError(f"{process.name} is running already; stop it before starting it again.")
            charge = self._charges[process.name] = Charge(process, self._tell_warden, self._note)
            charge.start()
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
                charge.stop()
            self._changed.notify_all()
            self._changed.wait_for(lambda: all(charge.state is State.DOWN for charge in charges))

    def kill(self, name: str, *, restart: bool = True) -> None:
        """SIGKILL all of this process at once, as a crash would; it starts again unless told not to."""
        with self._changed:
            charge = self._charges[name]
            charge.kill(restart=restart)
            self._changed.notify_all()
            if not restart:
                self._changed.wait_for(lambda: charge.state is State.DOWN)

    def pids(self, name: str) -> list[int]:
        """The living processes under this name, its leader first (a pool: its master, then its workers)."""
        with self._changed:
            return self._charges[name].pids()

    def deaths(self, name: str) -> int:
        """How many times this process ended without being told to, since it was first started."""
        return self._charges[name].deaths

    def running(self) -> list[str]:
        """The names that are up or on their way up again."""
        with self._changed:
            return [name for name, charge in self._charges.items() if charge.state is not State.DOWN]

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
        """Wait until `ready` says yes. Raises StackError with the end of its log when it dies or is late."""
        charge = self._charges[name]
        too_often = charge.deaths + DEATHS_AT_START
        patience_ends = time.monotonic() + seconds
        while not ready():
            if charge.state is State.DOWN or charge.deaths >= too_often:
                raise StackError(charge.why(f"ended with status {charge.last_status}"))
            if time.monotonic() > patience_ends:
                raise StackError(charge.why(f"was not ready within {seconds:.0f} seconds"))
            time.sleep(0.01)

    def close(self) -> None:
        """Stop everything, the last started first, and end the warden and the thread."""
        for name in reversed(list(self._charges)):
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

    def _note(self, text: str) -> None:
        with suppress(OSError), (self.folder / "supervisor.log").open("a") as log:
            log.write(text + "\n")

    def _tell_warden(self, line: str) -> None:
        assert self._warden.stdin is not None
        with suppress(BrokenPipeError):
            self._warden.stdin.write(f"{line}\n".encode())
            self._warden.stdin.flush()

    def _watch(self) -> None:
        with self._changed:
            while not self._closing:
                before = self._states()
                for charge in self._charges.values():
                    self._tick(charge)
                if before != self._states():
                    self._changed.notify_all()
                self._changed.wait(0.02 if State.ENDING in self._states() else 0.05)

    def _states(self) -> list[State]:
        return [charge.state for charge in self._charges.values()]

    def _tick(self, charge: Charge) -> None:
        """A fault with one process must not end the watch over the others."""
        try:
            charge.tick()
        except Exception as fault:
            self._note(f"{charge.process.name}: {fault!r}")
