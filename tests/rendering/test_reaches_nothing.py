"""While a letter is made, no file is opened, no network asked, no process started and no code made.

A program of its own does it (`tests/rendering/watched.py`), for what Python's audit hooks see cannot be unseen.
"""

import subprocess
import sys

from outbound.settings import HOME


def seen(what: str) -> list[str]:
    """The events while the program did it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.rendering.watched", what],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split("\n")[:-1]


def test_no_letter_and_no_ready_made_pdf_reaches_for_anything() -> None:
    assert seen("letters") == [""]


def test_the_watch_sees_files_names_processes_and_modules() -> None:
    events = {line.partition(" ")[0] for line in seen("leak")}
    assert {"open", "socket.getaddrinfo", "subprocess.Popen", "import", "exec"} <= events
