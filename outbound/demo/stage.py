"""The demo's own folder, made anew for each run, and the waits that make it short."""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from outbound.demo.faults import DemoFault

MARK = ".outbound-demo"
SHORT = {
    "OUTBOUND_TIMER_SECONDS": "1",
    "OUTBOUND_RETRY_FIRST": "1",
    "OUTBOUND_RETRY_MOST": "3",
    "OUTBOUND_UNKNOWN_RECHECK": "2",
    "OUTBOUND_PRINT_GATHER_SECONDS": "3",
    "OUTBOUND_DOUBT_ASK_SECONDS": "2",
}
"""Minutes in real life are seconds here."""


def environment() -> dict[str, str]:
    """What the stack is given: of the caller's environment only where Redis is and the published schemas are, and
    which letters go by SF1601."""
    wanted = ("REDIS_URL", "OUTBOUND_SPECS_DIR", "OUTBOUND_SF1601")
    given = {name: os.environ[name] for name in wanted if name in os.environ}
    return {**given, **SHORT}


def fresh(folder: Path) -> None:
    """Make the folder anew. Only one that an earlier demo made is removed. Raises DemoFault."""
    if folder.exists():
        if not folder.is_dir() or folder.is_symlink() or (any(folder.iterdir()) and not (folder / MARK).is_file()):
            raise DemoFault(f"{folder} er ikke lavet af en tidligere demo; vælg en anden mappe med --dir.")
        if _is_in_use(folder):
            raise DemoFault(f"En anden demo kører i {folder}; vent, eller vælg en anden mappe med --dir.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Lavet af `outbound demo`, som fjerner mappen, når den kører igen.\n")


def _is_in_use(folder: Path) -> bool:
    with suppress(FileNotFoundError), (folder / "stack.lock").open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
