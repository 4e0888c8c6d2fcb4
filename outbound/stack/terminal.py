"""`outbound up`: the stack at a terminal, until Ctrl-C or a polite kill."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from outbound.stack.up import Stack

MAKING_FACES = "Preparing the typefaces, once; this takes some ten seconds."
PATIENCE_SECONDS = 5.0
KILLS = 3
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_politely() -> Iterator[None]:
    """SIGTERM and SIGHUP end what runs in this context as Ctrl-C does, so that it stops in good order.

    Ctrl-C itself too, where it would be ignored: a shell's background job inherits it so. What comes while it stops is
    let pass, so that nothing is left half alive; the third, after PATIENCE_SECONDS, ends this process at once, and its
    warden the others.
    """
    given: list[float] = []

    def interrupt(signum: int, frame: FrameType | None) -> None:
        given.append(time.monotonic())
        if len(given) == 1:
            raise KeyboardInterrupt
        if len(given) >= KILLS and given[-1] - given[0] > PATIENCE_SECONDS:
            os._exit(128 + signum)

    before = {signum: signal.signal(signum, interrupt) for signum in ENDS}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def keep_up(folder: Path, env: Mapping[str, str], say: Callable[[str], None], *, postgres: bool = False) -> None:
    """Bring the router up in `folder`, say where its pages are, and keep it up until told to stop.

    Raises StackError when something does not start.
    """
    try:
        starting = Stack(folder, env, postgres=postgres, making_faces=lambda: say(MAKING_FACES))
        with ended_politely(), starting as stack:
            say(f"The router is up: pages at {stack.url}/drift, the API at {stack.url}/docs.")
            say(f"Its data and logs are in {folder}; `. {folder}/env` lets the outbound command speak to it.")
            say("Ctrl-C stops it; the next start goes on where this one stops.")
            threading.Event().wait()
    except KeyboardInterrupt:
        say("Stopped.")
