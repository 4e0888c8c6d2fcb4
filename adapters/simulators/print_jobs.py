"""The letters of a print run as the printing house holds them against its rules, whatever form the run comes in.

A4 portrait on the first page: OneTooX/KMD Printcenter error 10030. At most 8 sheets in C5, 40 in C4, and 3 MB a file:
21grams.com, iMail Denmark.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pypdf

SHEETS_IN = {"C5": 8, "C4": 40}
BYTES_A_LETTER = 3_000_000
A4 = (595.276, 841.890)  # points
TOLERANCE = 6  # points, about 2 mm


class Rejected(Exception):
    """The run is rejected whole, with a code: checksum, manifest or pages."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One letter of a run that passed, and what its envelope says; `text` is its first page's, where it was asked for.

    `first` is the envelope's first letter: its address shows, and the price of the envelope is told with it.
    """

    job: str
    sha256: str
    pages: int
    sheets: int
    envelope: str
    format: str
    priority: str
    country: str
    first: bool
    text: str
    inserts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A run that passed."""

    jobs: list[PrintJob]
    proof: bool

    def counts(self) -> dict[str, int]:
        """What the printing house counts in it."""
        return {
            "letters": len(self.jobs),
            "envelopes": len({job.envelope for job in self.jobs}),
            "pages": sum(job.pages for job in self.jobs),
            "sheets": sum(job.sheets for job in self.jobs),
        }


Row = dict[str, str]
"""A letter's attributes, and its envelope's under names that begin with `envelope-`."""


def jobs_of(rows: list[Row], content_of: Callable[[str], bytes], read_text: bool) -> list[PrintJob]:
    """The letters, each held against its PDF. Raises Rejected."""
    check_envelopes(rows)
    return [_job(row, n == 0 or rows[n - 1]["envelope-id"] != row["envelope-id"], content_of(row["file"]), read_text)
            for n, row in enumerate(rows)]  # fmt: skip


def check_envelopes(rows: list[Row]) -> None:
    """Sheets as the pages want them, envelopes that hold them, and what must not share one. Raises Rejected."""
    within: dict[str, list[Row]] = {}
    for row in rows:
        within.setdefault(row["envelope-id"], []).append(row)
        pages, sheets = int(row["pages"]), int(row["sheets"])
        if sheets != (-(-pages // 2) if row["plex"] == "duplex" else pages):
            raise Rejected("pages", "The sheets do not fit the pages.")
    for some in within.values():
        first, sheets = some[0], sum(int(row["sheets"]) for row in some)
        if sheets > SHEETS_IN[first["envelope-format"]]:
            raise Rejected("pages", f"A {first['envelope-format']} envelope holds fewer sheets.")
        if first["envelope-class"] == "registered" and len(some) > 1:
            raise Rejected("manifest", "A registered letter has an envelope of its own.")


def _job(row: Row, first: bool, content: bytes, read_text: bool) -> PrintJob:
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise Rejected("checksum", f"The checksum of {row['file']} is another.")
    if row["bytes"] not in ("", str(len(content))):
        raise Rejected("checksum", f"{row['file']} has {len(content)} bytes.")
    page, pages = _opened(content)
    if pages != int(row["pages"]):
        raise Rejected("pages", f"{row['file']} has {pages} pages.")
    box, turned = page.mediabox, page.rotation
    sizes = zip((float(box.width), float(box.height)), A4, strict=True)
    if turned % 360 or any(abs(is_ - should) > TOLERANCE for is_, should in sizes):
        raise Rejected("pages", f"The first page of {row['file']} is not A4 portrait.")
    return PrintJob(
        job=row["job"],
        sha256=row["sha256"],
        pages=pages,
        sheets=int(row["sheets"]),
        envelope=row["envelope-id"],
        format=row["envelope-format"],
        priority=row["envelope-class"],
        country=row["envelope-country"],
        first=first,
        text=" ".join(_text(page)) if read_text else "",
        inserts=tuple(row["inserts"].split()),
    )


def _opened(content: bytes) -> tuple[pypdf.PageObject, int]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
        return reader.pages[0], len(reader.pages)
    except Exception as fault:  # pypdf raises many kinds on a broken file
        raise Rejected("pages", f"A PDF cannot be read: {type(fault).__name__}.") from None


def _text(page: pypdf.PageObject) -> Iterator[str]:
    try:
        yield page.extract_text()
    except Exception:  # a page whose text cannot be read is printed all the same
        yield ""
