"""Ends the processes of a supervisor that can no longer do it itself, because it was killed.

Runs as a process of its own and reads lines from standard input, the other end of which only the supervisor
holds: `+ PGID SIGNAL` when a process group starts, `- PGID` when it has ended. At the end of the input,
however it came about, every group still listed gets its signal and, after a grace, SIGKILL.
Imports nothing but the standard library, so that it starts in milliseconds and is there first.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 8.0


def listen() -> dict[int, int]:
    """Read lines until the supervisor is gone; the groups that were still running, each with its signal."""
    groups: dict[int, int] = {}
    for line in sys.stdin:
        sign, group, *rest = line.split()
        if sign == "+":
            groups[int(group)] = int(rest[0])
        else:
            groups.pop(int(group), None)
    return groups


def send(group: int, signum: int) -> bool:
    """Signal a whole process group (0 only asks); False when nobody is left in it."""
    try:
        os.killpg(group, signum)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ask(group: int, signum: int) -> bool:
    """Tell a group's leader to stop, or all of the group when it has none left; False when it is empty."""
    try:
        os.kill(group, signum)
    except ProcessLookupError:
        return send(group, signum)
    return True


def end(groups: dict[int, int]) -> None:
    """Ask every group to stop, wait for the grace, and kill what is left."""
    left = {group for group, signum in groups.items() if ask(group, signum)}
    patience_ends = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < patience_ends:
        time.sleep(0.02)
        left = {group for group in left if send(group, 0)}
    for group in left:
        send(group, signal.SIGKILL)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(listen())
