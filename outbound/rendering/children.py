"""A small pool of child processes for foreign PDFs: spawned, never forked, killed at the limit and replaced.

Threads may call it at once; so may the processes that a worker forks, for each begins with a pool of its own.
"""

import atexit
import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, LifoQueue
from time import monotonic

from outbound.rendering.wire import Message, receive, send

_CHILDREN = max(2, os.cpu_count() or 1)
_PATIENCE = 60.0  # seconds to wait for a free child before saying that all are busy
_REQUESTS = 500  # after so many a child is replaced, so that nothing can pile up in it
_START = 20.0  # seconds that a new child may take to be there
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "LANG", "LC_ALL")  # the rest of the environment holds secrets


class Busy(Exception):
    """Every child was at work for the whole patience."""


class Killed(Exception):
    """The child reached its time limit and was killed."""


class Died(Exception):
    """The child died of itself, or talked nonsense: its memory or its processor time had an end."""


class Child:
    """One process, to be used by one thread at a time."""

    def __init__(self) -> None:
        self.ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "outbound.rendering.preflight_child"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**environment, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
                cwd="/",
            )
        self.requests = 0

    def ask(self, request: Message, seconds: float, largest: int) -> Message:
        """Raises Killed or Died; the child is of no use afterwards."""
        try:
            if not self.requests:
                receive(self.ours, 0, monotonic() + _START)  # it says that it is there
            self.requests += 1
            deadline = monotonic() + seconds
            send(self.ours, request, deadline)
            return receive(self.ours, largest, deadline)
        except TimeoutError:
            raise Killed from None
        except OSError:
            raise Died from None

    def end(self) -> None:
        """Kill it and wait for its end, which comes at once."""
        self.ours.close()
        self.process.kill()
        self.process.wait()

    def disown(self) -> None:
        """After a fork: the process belongs to the parent, our copy of the socket must not keep it alive."""
        self.ours.close()
        self.process.returncode = 0


class Pool:
    """Slots that hold a child, or None where the next one has yet to be spawned."""

    def __init__(self, size: int = _CHILDREN) -> None:
        self.slots: LifoQueue[Child | None] = LifoQueue()
        self.alive: set[Child] = set()
        for _ in range(size):
            self.slots.put(None)

    def ask(self, request: Message, seconds: float, largest: int) -> Message:
        """One answer. Raises Busy, Killed or Died."""
        try:
            child = self.slots.get(timeout=_PATIENCE)
        except Empty:
            raise Busy from None
        try:
            child = child or self._spawned()
            answer = child.ask(request, seconds, largest)
        except BaseException:
            child = self._replaced(child)
            raise
        else:
            if answer.head.get("spent") or child.requests >= _REQUESTS:
                child = self._replaced(child)
            return answer
        finally:
            self.slots.put(child)

    def _spawned(self) -> Child:
        child = Child()
        self.alive.add(child)
        return child

    def _replaced(self, child: Child | None) -> Child | None:
        """The next one starts while nobody waits for it."""
        if child is not None:
            self.alive.discard(child)
            child.end()
        with suppress(OSError):
            return self._spawned()
        return None

    def end(self) -> None:
        """No child outlives this process."""
        for child in list(self.alive):
            with suppress(OSError):
                child.end()
        self.alive.clear()


_pool = Pool()


def pool() -> Pool:
    """The pool of this process."""
    return _pool


def _begin_anew() -> None:
    global _pool
    for child in list(_pool.alive):
        child.disown()
    _pool = Pool()


def _end() -> None:
    _pool.end()


atexit.register(_end)
os.register_at_fork(after_in_child=_begin_anew)
