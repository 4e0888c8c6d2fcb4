"""A print run as it goes out: job tickets and PDFs, in one zip or loose, and locked with the printer's key where there
is one.

The same consignment gives the same bytes: letters in a fixed order, fixed times in the zip, no compression (a PDF is
compressed already), and the consignment's own closing time in the manifest. What is locked is never the same bytes
twice, but the same run inside, and as long to some bytes (`Packing.slack`).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from adapters.remote_print.forms import OURS, Form
from adapters.remote_print.manifest import print_run
from adapters.remote_print.openpgp import Lock
from outbound.letter import Consignment, Dispatch

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the zip format's first second
LOCKED = ".pgp"


@dataclass(frozen=True, slots=True)
class Packing:
    """How runs go out: the provider's form, and its keys where what is in them is locked."""

    form: Form = OURS
    lock: Lock | None = None

    @property
    def slack(self) -> int:
        """Bytes by which two writings of the same file may differ in length."""
        return self.lock.slack if self.lock else 0

    def name(self, run: UUID) -> str:
        """The name under which a run is taken."""
        whole = self.lock is not None and not self.form.loose and self.form.encrypt == "all"
        return self.form.run_name(run) + LOCKED * whole

    def pieces(self, consignment: Consignment) -> Iterator[bytes]:
        """The one file of a run that is a zip, in pieces. Raises Misconfigured.

        Unlocked it is made as it goes, one letter's worth of memory at a time; locked it is one piece.
        """
        if self.lock is not None and self.form.encrypt == "all":
            yield self.lock.closed(b"".join(_zipped(self._files(consignment, None, None))))
        else:
            yield from _zipped(self._files(consignment, None, self.lock))

    def files(self, consignment: Consignment) -> Iterator[tuple[str, bytes]]:
        """The files of a run that is a folder: the tickets, then the PDFs. Raises Misconfigured."""
        return self._files(consignment, self.lock if self.form.encrypt == "all" else None, self.lock)

    def _files(
        self, consignment: Consignment, tickets: Lock | None, letters: Lock | None
    ) -> Iterator[tuple[str, bytes]]:
        def name_of(dispatch: Dispatch, number: int) -> str:
            return self.form.letter_name(dispatch, number) + LOCKED * (letters is not None)

        run = print_run(consignment, name_of, self.form.cut)
        pdfs = {str(dispatch.id): dispatch.document.pdf for dispatch in consignment.dispatches}
        for name, content in self.form.tickets(run):
            yield (name + LOCKED, tickets.closed(content)) if tickets else (name, content)
        for letter in run.letters:
            yield letter.file, letters.closed(pdfs[letter.job]) if letters else pdfs[letter.job]


def archive(consignment: Consignment) -> Iterator[bytes]:
    """A run in our own form, unlocked: manifest.xml, manifest.csv, then the PDFs."""
    return Packing().pieces(consignment)


def _zipped(files: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    window = _Window()
    with ZipFile(window, "w", ZIP_STORED) as packed:
        for name, content in files:
            packed.writestr(_entry(name), content)
            yield window.taken()
    yield window.taken()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, ZIP_TIME)
    entry.create_system = 3  # the same on every system that runs this
    entry.external_attr = 0o600 << 16
    return entry


class _Window(io.RawIOBase):
    """What zipfile writes to: the bytes since the last `taken`, in which it may still go back and mend a header."""

    def __init__(self) -> None:
        self._buffer, self._start = io.BytesIO(), 0

    def taken(self) -> bytes:
        """The bytes written since the last call; they cannot be gone back to."""
        content = self._buffer.getvalue()
        self._start += len(content)
        self._buffer = io.BytesIO()
        return content

    def write(self, content: "ReadableBuffer", /) -> int:
        return self._buffer.write(content)

    def tell(self) -> int:
        return self._start + self._buffer.tell()

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        if whence != io.SEEK_SET or place < self._start:
            raise io.UnsupportedOperation("Only what has not been taken can be gone back to.")
        return self._start + self._buffer.seek(place - self._start)

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True
