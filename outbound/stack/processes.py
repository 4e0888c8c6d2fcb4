"""A process: what to run, and how it starts in a session of its own."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

_GATE = 'read -r _ && exec "$@" </dev/null'
"""A child waits here until its group is known to the warden; if the supervisor dies before, it ends."""


@dataclass(frozen=True, slots=True)
class Process:
    """What to run and how: a command, the environment added to ours, a log that is appended to.

    `uid` is the account (and group) to run as, possible only as root. `grace` is the time in seconds from
    `stop_signal` to SIGKILL. `restart` says whether it starts again after it died.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cwd: Path | None = None
    uid: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    restart: bool = True


def free_port() -> int:
    """A port on loopback that nobody listened on just now. Better: let the child bind port 0 and announce."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


def open_behind_gate(process: Process) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own; it runs once `open_gate` is called, never if we die first.

    Of the variables that begin with OUTBOUND_ it sees only those that it was given, never the caller's.
    """
    process.log.parent.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    with process.log.open("ab") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GATE, process.name, *process.argv],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=process.cwd,
            env={**inherited, **process.env},
            user=process.uid,
            group=process.uid,
            extra_groups=None if process.uid is None else [],
        )


def open_gate(popen: subprocess.Popen[bytes]) -> None:
    """Let a process that waits at its gate go on to its command."""
    assert popen.stdin is not None
    with suppress(BrokenPipeError), popen.stdin as gate:
        gate.write(b"\n")
