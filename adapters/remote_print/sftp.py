"""The files at the printer: one connection a thread, kept and used again, and every failure under its name."""

import contextlib
import errno
import hashlib
import stat
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import paramiko

from adapters.remote_print.line import BROKEN, Access, Line, open_line, watch
from outbound.ports import Misconfigured, OutsideError, Unavailable

T = TypeVar("T")

PIECE = 1_000_000  # bytes written under one watch


class Lost(Unavailable):
    """The connection ended in the middle: what was asked last may have been done."""


class NotDone(Unavailable):
    """The server answered that it did not do it."""


class Missing(NotDone):
    """… because there is no such file or folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a folder: bytes, and when it was last written (seconds since 1970, by the server's clock)."""

    size: int
    written: int
    is_folder: bool = False


class Printer:
    """The files at the printer. Shared by all threads. Everything here raises Unavailable or Misconfigured."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._mine = threading.local()

    def names(self, folder: str) -> dict[str, Entry]:
        """The files in a folder. Raises Misconfigured where there is no such folder."""
        try:
            found = self._done(lambda sftp: sftp.listdir_attr(folder))
        except Missing:
            found = None
        if found is None:
            raise Misconfigured("no-folder")
        return {entry.filename: _entry(entry) for entry in found}

    def make_folder(self, path: str) -> None:
        """Makes a folder; fails where the name is taken."""
        self._done(lambda sftp: sftp.mkdir(path))

    def remove_folder(self, path: str) -> None:
        """Removes a folder and the files in it; one that is gone already is as good."""
        with contextlib.suppress(Missing):
            for name in self._done(lambda sftp: sftp.listdir(path)):
                self.remove(f"{path}/{name}")
            self._done(lambda sftp: sftp.rmdir(path))

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Writes a file, over what was there; its size in bytes, as the server tells it afterwards."""
        file = self._done(lambda sftp: _opened(sftp, path))
        for piece in pieces:
            for start in range(0, len(piece), PIECE):
                part = piece[start : start + PIECE]
                self._done(lambda sftp, part=part: _on(sftp, file).write(part))  # type: ignore[misc]
        return self._done(lambda sftp: _closed(sftp, file, path))

    def rename(self, old: str, new: str) -> None:
        """Gives a file its name; fails where the name is taken (SFTP version 3: never over another file)."""
        self._done(lambda sftp: sftp.rename(old, new))

    def remove(self, path: str) -> None:
        """Removes a file; one that is gone already is as good."""
        with contextlib.suppress(Missing):
            self._done(lambda sftp: sftp.remove(path))

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes, at most `limit`. Raises Missing where it is gone."""
        return self._done(lambda sftp: _content(sftp, path, limit))

    def sha256(self, path: str, size: int, read_back: bool) -> str | None:
        """The digest (hex) of what lies there: as the server counts it (the extension check-file), or of what comes
        when its `size` bytes are read back, where that is wanted; None where neither can be had."""
        try:
            file = self._done(lambda sftp: sftp.open(path, "rb"))
            found = self._counted_there(file) or (self._counted_here(file, size) if read_back else None)
            self._done(lambda _: file.close())
            return found
        except Lost:
            raise
        except (NotDone, Misconfigured):  # a folder that may be written to and not read
            return None

    def _counted_there(self, file: paramiko.SFTPFile) -> str | None:
        line = self._line()
        if line.counts:
            try:
                found = self._done(lambda _: file.check("sha256"))
                return found.hex() if len(found) == hashlib.sha256().digest_size else None
            except (NotDone, Misconfigured) as fault:
                if isinstance(fault, Lost):
                    raise
                line.counts = False
        return None

    def _counted_here(self, file: paramiko.SFTPFile, size: int) -> str:
        digest = hashlib.sha256()
        self._done(lambda _: file.prefetch(size))
        while piece := self._done(lambda _: file.read(PIECE)):
            digest.update(piece)
        return digest.hexdigest()

    def close(self) -> None:
        """Ends this thread's connection."""
        line: Line | None = getattr(self._mine, "line", None)
        self._mine.line = None
        if line is not None:
            line.end()

    def _done(self, act: Callable[[paramiko.SFTPClient], T]) -> T:
        """One operation on this thread's connection, cut when its time is up; failures leave by their names, and
        without their cause, which may carry the server's words."""
        line = self._line()
        try:
            with watch(line.sock, self.access.timeout):
                return act(line.sftp)
        except BROKEN:
            named: OutsideError = Lost("broken-connection")
        except OSError as fault:
            named = _told(fault) if line.is_alive() else Lost("broken-connection")
        if isinstance(named, Lost):
            self.close()
        raise named

    def _line(self) -> "Line":
        line: Line | None = getattr(self._mine, "line", None)
        if line is None or not line.is_alive():
            self.close()
            line = self._mine.line = open_line(self.access)
        return line


def _opened(sftp: paramiko.SFTPClient, path: str) -> paramiko.SFTPFile:
    """A file to write. Its writes do not wait for their answers: a failed one shows in the size at the end."""
    file = sftp.open(path, "wb")
    file.set_pipelined(True)
    return file


def _on(sftp: paramiko.SFTPClient, file: paramiko.SFTPFile) -> paramiko.SFTPFile:
    """The file, where it was opened on this connection; on a new one, the line it had ended in the middle."""
    if file.sftp is not sftp:
        raise EOFError
    return file


def _closed(sftp: paramiko.SFTPClient, file: paramiko.SFTPFile, path: str) -> int:
    _on(sftp, file).close()
    return sftp.stat(path).st_size or 0


def _content(sftp: paramiko.SFTPClient, path: str, limit: int) -> bytes:
    with sftp.open(path, "rb") as file:
        return file.read(limit)


def _entry(found: paramiko.SFTPAttributes) -> Entry:
    return Entry(found.st_size or 0, int(found.st_mtime or 0), stat.S_ISDIR(found.st_mode or 0))


def _told(fault: OSError) -> OutsideError:
    """What the server's plain no means. (paramiko knows the words of three of SFTP's status codes.)"""
    if fault.errno == errno.ENOENT:
        return Missing("no-file")
    if fault.errno == errno.EACCES:
        return Misconfigured("no-permission")
    return NotDone("sftp-failure")
