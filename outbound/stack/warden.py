"""Ends the processes of a supervisor that can no longer do it itself, because it was killed.

Runs as a process of its own and reads lines from standard input, the other end of which only the supervisor
holds: `+ LEADER SIGNAL` when a process starts in a session of its own, `- LEADER` when the last of the session
has ended. At the end of the input, however it came about, every session still listed is ended.
Imports nothing but the standard library, so that it starts in milliseconds and is there first.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GRACE_SECONDS = 8.0


def members(session: int) -> list[int]:
    """The living processes of a session (zombies are not), by Linux' /proc."""
    return [pid for pid, _, owner in _living() if owner == session]


def children(parent: int) -> list[int]:
    """The living direct children of a process, in whatever session."""
    return [pid for pid, ppid, _ in _living() if ppid == parent]


def _living() -> Iterator[tuple[int, int, int]]:
    """Each process as (pid, parent, session); the fields stand behind the name, which may hold blanks."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError):
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    yield int(entry), int(fields[1]), int(fields[3])


def send_signal(pid: int, signum: int) -> None:
    """Signal a process that may have ended in the meantime."""
    with suppress(ProcessLookupError):
        os.kill(pid, signum)


class Ending:
    """The end of one session: its leader is told, then what the leader leaves behind, then all are killed.

    Leader and followers are never told together: dramatiq's workers hear it from their master, and give up
    their letters at the second signal.
    """

    def __init__(self, leader: int, signum: int, grace: float) -> None:
        """Tell the leader, or the rest of its session if it has ended already."""
        self._leader = leader
        self._signum = signum
        self._patience_ends = time.monotonic() + grace
        self._orphans_told = False
        self._tell(members(leader))

    def over(self) -> bool:
        """Whether nobody is left; does what is due now, so it is to be asked again and again."""
        left = members(self._leader)
        if time.monotonic() > self._patience_ends:
            for pid in left:
                send_signal(pid, signal.SIGKILL)
        elif self._leader not in left:
            self._tell(left)
        return not left

    def _tell(self, left: list[int]) -> None:
        if self._leader in left:
            send_signal(self._leader, self._signum)
        elif not self._orphans_told:
            self._orphans_told = True
            for pid in left:
                send_signal(pid, self._signum)


def listen() -> dict[int, int]:
    """Read lines until the supervisor is gone; the sessions that are left, by leader, each with its signal."""
    sessions: dict[int, int] = {}
    for line in sys.stdin:
        sign, leader, *signum = line.split()
        if sign == "+":
            sessions[int(leader)] = int(signum[0])
        else:
            sessions.pop(int(leader), None)
    return sessions


def main() -> None:
    """Wait for the supervisor's end, then end what it left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    endings = [Ending(leader, signum, GRACE_SECONDS) for leader, signum in listen().items()]
    while endings := [ending for ending in endings if not ending.over()]:
        time.sleep(0.02)


if __name__ == "__main__":
    main()
