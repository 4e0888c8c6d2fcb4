"""A print run: the letters of a consignment as one zip of PDFs, a manifest in XML and the same as CSV.

The same consignment gives the same bytes: letters in a fixed order, fixed times in the zip, no compression (a PDF is
compressed already), and the consignment's own closing time in the manifest.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from adapters.remote_print.manifest import manifest_csv, manifest_xml, print_run
from outbound.letter import Consignment

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the zip format's first second


def archive(consignment: Consignment) -> Iterator[bytes]:
    """The zip in pieces, one letter's worth of memory at a time: manifest.xml, manifest.csv, then the PDFs."""
    run = print_run(consignment, lambda dispatch, _: f"{dispatch.id}.pdf")
    pdfs = {str(dispatch.id): dispatch.document.pdf for dispatch in consignment.dispatches}
    window = _Window()
    with ZipFile(window, "w", ZIP_STORED) as packed:
        packed.writestr(_entry("manifest.xml"), manifest_xml(run))
        packed.writestr(_entry("manifest.csv"), manifest_csv(run))
        yield window.taken()
        for letter in run.letters:
            packed.writestr(_entry(letter.file), pdfs[letter.job])
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
