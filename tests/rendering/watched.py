"""A program: it renders letters with hostile text, and says what Python saw it reach for meanwhile.

    python -m tests.rendering.watched letters|leak

Each line that it prints is an event of Python's audit hooks. `leak` does what no renderer may.
"""

import socket
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from outbound.letter import Address, ReadyMade
from outbound.rendering import LetterTypes, preflight, prepare, render
from tests.rendering import made
from tests.rendering.conftest import TEMPLATES, usual_frame
from tests.rendering.wild import HOSTILE, NAMES, rewritten

WATCHED: tuple[str, ...] = (
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "pathlib.",
    "glob.",
    "tempfile.",
    "urllib.",
    "http.",
)
WATCHED += (
    "urllib.",
    "http.",
    "ctypes.",
    "mmap.",
    "fcntl.",
    "signal.",
    "sqlite3.",
    "pickle.",
    "code.",
    "import",
    "compile",
    "exec",
)
TYPES = LetterTypes.load(TEMPLATES)


def letters() -> None:
    """A letter of every type with hostile text in every field, name and address line, in each way to send it."""
    given = list(HOSTILE + NAMES)
    for one in TYPES.values():
        for changes in ({}, {"cover": True}, {"marker": "Genudsendt", "address": None}):
            if one.example:
                fields = rewritten(one.schema or {}, one.example, given)
                text = given[0]
                address = Address(text[:30], (given[1][:30], given[2][:30]), "9999", "Nordby")
                usual = {"recipient": text, "caseworker": text, "reference": text[:40], "address": address}
                assert one.faults(fields) == ()
                render(one, fields, usual_frame(**{**usual, **changes}))


def ready_made() -> None:
    """Ready-made PDFs with a cover and a marker, as they came, looked at, and one that is none."""
    for text in HOSTILE:
        pdf = made.letter(made.text(22, 140, text[:60].encode("latin-1", "replace").decode("latin-1")), lines=())
        ready = ReadyMade(pdf, text, date(2026, 11, 24))
        for changes in ({}, {"cover": True}, {"marker": "Genudsendt"}, {"cover": True, "marker": "Genudsendt"}):
            prepare(ready, usual_frame(recipient=text, **changes))
        assert preflight(pdf).pages == 1
    assert preflight(b"%PDF-nothing").codes


def leak() -> None:
    """A file, a name server, a process and a module: what the watch must see."""
    Path("/etc/passwd").read_bytes()
    with suppress(OSError):
        socket.getaddrinfo("name.invalid", 80)
    subprocess.run(["true"], check=True)
    import sched  # noqa: F401


def main(what: str) -> None:
    """Once to warm up (types are read, typefaces made, modules imported), then again under watch."""
    work = (leak,) if what == "leak" else (letters, ready_made)
    for one in work if what == "letters" else ():
        one()
    seen, watching = list[str](), True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event.startswith(WATCHED):
            seen.append(f"{event} {arguments!r:.200}")

    sys.addaudithook(hook)
    for one in work:
        one()
    watching = False
    print("\n".join(seen))


if __name__ == "__main__":
    main(sys.argv[1])
