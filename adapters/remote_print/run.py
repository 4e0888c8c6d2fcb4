"""A print run: the letters of a consignment as one zip of PDFs, a manifest in XML and the same as CSV.

The same consignment gives the same bytes: letters in the order of their ids, fixed times in the zip, no compression
(a PDF is compressed already), and the consignment's own closing time in the manifest.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from adapters.xml import escaped, one_line, stamp
from outbound.letter import Consignment, Dispatch

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

RUN = "urn:outbound:print-run:1"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the zip format's first second
TEXT = 100  # characters of a manifest's free values


@dataclass(frozen=True, slots=True)
class Line:
    """One letter in the manifest. Nothing here says whom it is for: the address stands in the window of the PDF."""

    job: str
    file: str
    sha256: str
    pages: int
    sheets: int
    colour: str
    plex: str
    envelope: str
    letter_class: str
    country: str
    cost_centre: str
    inserts: str = ""

    def attributes(self) -> dict[str, str]:
        """By their names on the wire, in the order of the schema."""
        names = {"letter_class": "class", "cost_centre": "cost-centre"}
        return {names.get(name, name): str(value) for name, value in asdict(self).items()}


def archive(consignment: Consignment) -> Iterator[bytes]:
    """The zip in pieces, one letter's worth of memory at a time: manifest.xml, manifest.csv, then the PDFs."""
    dispatches = sorted(consignment.dispatches, key=lambda dispatch: str(dispatch.id))
    lines = [_line(dispatch) for dispatch in dispatches]
    window = _Window()
    with ZipFile(window, "w", ZIP_STORED) as packed:
        packed.writestr(_entry("manifest.xml"), manifest_xml(consignment, lines))
        packed.writestr(_entry("manifest.csv"), manifest_csv(lines))
        yield window.taken()
        for dispatch, line in zip(dispatches, lines, strict=True):
            packed.writestr(_entry(line.file), dispatch.document.pdf)
            yield window.taken()
    yield window.taken()


def manifest_xml(consignment: Consignment, lines: Sequence[Line]) -> bytes:
    """The manifest as `print-run.xsd` has it."""
    head = {
        "id": str(consignment.id),
        "provider": consignment.provider,
        "lane": str(consignment.lane),
        "created": stamp(consignment.closed_at),
        "letters": str(len(lines)),
        "pages": str(sum(line.pages for line in lines)),
        "sheets": str(sum(line.sheets for line in lines)),
    }
    letters = "".join(f"  <letter {_written(row)}/>\n" for row in _rows(lines))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<run xmlns="{RUN}" {_written(head)}>\n{letters}</run>\n'.encode()


def manifest_csv(lines: Sequence[Line]) -> bytes:
    """The same letters as a table: semicolons, UTF-8, one line of headings."""
    text = io.StringIO()
    rows = _rows(lines)
    table = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], delimiter=";", lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def _rows(lines: Sequence[Line]) -> list[dict[str, str]]:
    """The letters' attributes; without `inserts` where no letter of the run has one, as most runs are."""
    rows = [line.attributes() for line in lines]
    if any(line.inserts for line in lines):
        return rows
    return [{name: value for name, value in row.items() if name != "inserts"} for row in rows]


def _line(dispatch: Dispatch) -> Line:
    document, address = dispatch.document, dispatch.recipient.address
    return Line(
        job=str(dispatch.id),
        file=f"{dispatch.id}.pdf",
        sha256=hashlib.sha256(document.pdf).hexdigest(),
        pages=document.pages,
        sheets=document.sheets,
        colour="colour" if dispatch.colour else "mono",
        plex=document.plex,
        envelope=one_line(dispatch.envelope, TEXT),
        letter_class=one_line(dispatch.letter_class, TEXT),
        country=address.country if address else "DK",
        cost_centre=one_line(dispatch.department, TEXT),
        inserts=" ".join(document.inserts),
    )


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f'{name}="{escaped(value)}"' for name, value in attributes.items())


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
