"""A folder that systems drop letters in: which files are whole, reading them safely, and setting them aside.

A letter is `NAME.json`, beside it perhaps `NAME.pdf` and its attachments `NAME.bilag-1.pdf`, `NAME.bilag-2.pdf` …. It
is whole when `NAME.ready` stands beside it (written last, any content), or when none of its files has changed for a
while. Nothing is followed out of the folder, and no file's name is trusted: one that could carry a CPR number or move
a terminal's cursor is given a neutral name.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from outbound import clock
from outbound.cli.faults import CannotDo
from outbound.intake import looks_like_cpr

JSON, PDF, READY = ".json", ".pdf", ".ready"
ENDINGS = (JSON, PDF, READY)
ATTACHMENT = re.compile(r"(.+)(\.bilag-[1-9]\d?\.pdf)", re.IGNORECASE | re.DOTALL)
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")
DONE, FAULTY = "done", "faulty"
LOCK = ".outbound-submit.lock"
NAME = re.compile(r"\w[\w .,()+@=-]{0,119}")


class Unusable(Exception):
    """A file that cannot be read as it must; the text is a sentence that echoes nothing."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The files of one letter: ending to the file's name in the folder."""

    name: str
    files: Mapping[str, str]

    @property
    def shown(self) -> str:
        """What it may be called in `done/` and `faulty/`."""
        return self.name if is_plain(self.name) else unnamed()

    def called(self, kept: str) -> str:
        """What a terminal calls the letter whose files lie under the name `kept`."""
        return kept if is_tellable(self.name) or not is_plain(self.name) else unnamed()


def unnamed() -> str:
    """A name that says nothing of anybody."""
    return f"unnamed-{uuid4().hex[:8]}"


def is_tellable(name: str) -> bool:
    """Does this name number a letter? One without a digit, or of several words, could be a person's."""
    return is_plain(name) and any(sign.isdigit() for sign in name) and " " not in name


def is_plain(name: str) -> bool:
    """Can this name be shown and kept? Letters, digits and a few signs, and nothing like a CPR number."""
    return bool(NAME.fullmatch(name)) and name.isprintable() and not looks_like_cpr(name)


@contextmanager
def worked_alone(folder: Path) -> Iterator[None]:
    """Make the places for what is done with, and keep a second run out until this one ends, however it ends."""
    for name in (DONE, FAULTY):
        with suppress(FileExistsError):
            (folder / name).mkdir()
        if not stat.S_ISDIR((folder / name).lstat().st_mode):
            raise CannotDo(f"{folder / name} must be a folder, and no link to one.")
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotDo(f"Another run is at work in {folder}; it takes what lies there.") from None
    else:
        yield
    finally:
        os.close(descriptor)


def whole_letters(folder: Path, age: float) -> list[Dropped]:
    """What lies there whole, oldest name first. `age`: seconds without a change that make a file whole."""
    groups: dict[str, dict[str, os.DirEntry[str]]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _passed_over(entry):
                name, ending = _split(entry.name)
                groups.setdefault(name, {}).setdefault(ending, entry)
    whole = [name for name, files in groups.items() if READY in files or all(_is_old(e, age) for e in files.values())]
    return [Dropped(name, {end: entry.name for end, entry in groups[name].items()}) for name in sorted(whole)]


def read(folder: Path, name: str, largest: int) -> bytes:
    """The bytes of a plain file of at most `largest` bytes. Raises Unusable."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        raise Unusable(f"The file cannot be opened as a plain file ({fault.strerror}).") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unusable("This is no plain file.")
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            body = opened.read(largest + 1)
    finally:
        os.close(descriptor)
    if len(body) > largest:
        raise Unusable(f"The file has more than {largest} bytes.")
    return body


def set_aside(folder: Path, one: Dropped, place: str, reason: str = "") -> str:
    """Move a letter's files to `done` or `faulty`, the JSON last; under which name they lie there.

    A run that is killed in between finds the JSON again and goes on. The reason is written before anything moves.
    """
    try:
        return _moved(folder, one, place, reason)
    except OSError as fault:  # whose text names the file
        raise CannotDo(f"A file in {folder} cannot be moved to {place} ({fault.strerror}); see who owns it.") from None


def _moved(folder: Path, one: Dropped, place: str, reason: str) -> str:
    name = _free_name(folder / place, one)
    if reason:
        temporary = folder / place / f".{name}.reason.tmp"
        temporary.write_text(reason, encoding="utf-8")
        temporary.replace(folder / place / f"{name}.reason.txt")
    for ending in sorted(one.files, key=lambda end: end == JSON):
        with suppress(FileNotFoundError):
            if ending == READY and place == DONE:
                (folder / one.files[ending]).unlink()
            else:
                (folder / one.files[ending]).rename(folder / place / f"{name}{ending}")
    return name


def attachment(number: int) -> str:
    """How the file of the letter's attachment of this number, from 1, ends."""
    return f".bilag-{number}{PDF}"


def done_before(folder: Path, one: Dropped, ending: str = PDF) -> str | None:
    """The file that a killed run has moved to `done` already; None where there is none."""
    name = f"{one.name}{ending}"
    return f"{DONE}/{name}" if is_plain(one.name) and (folder / DONE / name).is_file() else None


def _passed_over(entry: os.DirEntry[str]) -> bool:
    """Folders, hidden files, and those that somebody still writes."""
    return entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED) or entry.is_dir(follow_symlinks=False)


def _split(file: str) -> tuple[str, str]:
    if found := ATTACHMENT.fullmatch(file):
        return found[1], found[2].lower()
    name, dot, ending = file.rpartition(".")
    known = f"{dot}{ending}".lower()
    return (name, known) if name and known in ENDINGS else (file, "")


def _is_old(entry: os.DirEntry[str], age: float) -> bool:
    """By the time of its last change, which nobody can set (a copying program can set the time of its last writing)."""
    try:
        return clock.now().timestamp() - entry.stat(follow_symlinks=False).st_ctime >= age
    except FileNotFoundError:
        return False


def _free_name(place: Path, one: Dropped) -> str:
    """The letter's name, or with a number where another letter's files are called so already.

    What a killed run has moved stands in nobody's way: its other half joins it.
    """
    name = one.shown
    names = [name, *(f"{name}-{number}" for number in range(2, len(os.listdir(place)) + 3))]
    return next(free for free in names if not any(os.path.lexists(place / f"{free}{end}") for end in one.files))
