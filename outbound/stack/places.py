"""Folders that a server's account can reach, and sockets whose paths are short enough."""

import os
import tempfile
from pathlib import Path

SOCKET_PATH_LIMIT = 107
"""Linux keeps the path of a unix socket in 108 bytes, the last of them a zero."""

NOBODY = 65534
"""The account that PostgreSQL runs as when we are root, which it refuses to run as. It exists everywhere."""


def reachable(folder: Path) -> bool:
    """Whether any account may pass through this folder and those above it; root's home bars it."""
    return all(place.stat().st_mode & 0o001 for place in (folder.resolve(), *folder.resolve().parents))


def scratch(prefix: str) -> Path:
    """A new temporary folder for us alone, with a short path, in a place that every account can reach."""
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]  # noqa: S108
    open_places = [place for place in places if place.is_dir() and reachable(place) and len(str(place)) < 60]
    return Path(tempfile.mkdtemp(prefix=prefix, dir=(open_places or places)[0]))


def fits_a_socket(folder: Path, name: str) -> bool:
    """Whether a unix socket of this name can be made in the folder."""
    return len(os.fsencode(folder / name)) <= SOCKET_PATH_LIMIT
