"""Whose turn it is to write to a ledger on SQLite.

SQLite lets one connection write and makes the others poll with growing sleeps, up to a tenth of a second: eight sending
threads spent nine tenths of their time so (measured). A lock that wakes the next in line takes the place of the
polling; SQLite's own lock still decides.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turn:
    """First the threads of a process among themselves, then the processes, by a lock that the kernel ends with them."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-turn")
        self._threads = threading.Lock()
        self._opened: tuple[int, int] | None = None  # process, file descriptor: a fork must open its own

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and pass it on at the end."""
        with self._threads:
            descriptor = self._descriptor()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the lock's file."""
        if self._opened and self._opened[0] == os.getpid():
            os.close(self._opened[1])
        self._opened = None

    def _descriptor(self) -> int:
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = os.getpid(), os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._opened[1]
