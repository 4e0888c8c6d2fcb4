"""A server that finds itself a free port and announces it, and keeps it from then on."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from outbound.stack.errors import StackError
from outbound.stack.processes import Process, is_free
from outbound.stack.supervisor import Supervisor


def start_announced(supervisor: Supervisor, make: Callable[[int], Process], announcement: Path) -> str:
    """Start a server and wait for its announcement, a file with `{"url": "http://127.0.0.1:PORT"}`; that address.

    It starts where it was last time, if that port is free, and starts again there when it died, so that
    addresses stay good. `make` is given the port; 0 lets the server choose. Raises StackError.
    """
    last = _port(_url(announcement))
    announcement.unlink(missing_ok=True)
    first = make(last if is_free(last) else 0)
    supervisor.start(first)
    supervisor.wait_until(first.name, announcement.exists)
    url = _url(announcement)
    if not _port(url):
        raise StackError(f"{first.name} announced no address of the form http://127.0.0.1:PORT in {announcement}.")
    supervisor.amend(make(_port(url)))
    return url


def _url(announcement: Path) -> str:
    """The address in the file, without a slash at its end; empty where there is no file or it has none."""
    with suppress(OSError, ValueError):
        found = json.loads(announcement.read_text())
        if isinstance(found, dict):
            return str(found.get("url", "")).rstrip("/")
    return ""


def _port(url: str) -> int:
    with suppress(ValueError):
        return urlsplit(url).port or 0
    return 0
