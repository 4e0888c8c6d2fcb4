"""The printing house's reading of a run: a zip of PDFs with a manifest, strict in everything (docs/simulators.md).

A4 portrait on the first page: OneTooX/KMD Printcenter error 10030. At most 8 sheets in C5, 40 in C4, and 3 MB a file:
21grams.com, iMail Denmark.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pypdf
from lxml import etree

NAMESPACE = "{urn:outbound:print-run:1}"
RUN_COLUMNS = ["id", "provider", "lane", "created", "letters", "pages", "sheets"]
COLUMNS = ["job", "file", "sha256", "pages", "sheets", "colour", "plex", "envelope", "class", "country", "cost-centre"]
INSERTS = "inserts"  # a column more, in runs where any letter has one
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LIKE_CPR = re.compile(r"\d{6}[- ]?\d{4}")
RULES = {
    "job": UUID,
    "file": re.compile(UUID.pattern + r"\.pdf"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "pages": re.compile(r"[1-9]\d{0,3}"),
    "sheets": re.compile(r"[1-9]\d{0,3}"),
    "colour": re.compile(r"mono|colour"),
    "plex": re.compile(r"duplex|simplex"),
    "envelope": re.compile(r"C5|C4"),
    "class": re.compile(r"economy|quick"),
    "country": re.compile(r"[A-Z]{2}"),
    "cost-centre": re.compile(r"[\w .,/&-]{0,60}"),
    INSERTS: re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,19}( (?!$)|$))*"),
}
RUN_RULES = {
    "id": UUID,
    "provider": re.compile(r"[a-z0-9-]{1,40}"),
    "lane": re.compile(r"[a-z0-9-]{1,40}"),
    "created": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "letters": RULES["pages"],
    "pages": re.compile(r"[1-9]\d{0,6}"),
    "sheets": re.compile(r"[1-9]\d{0,6}"),
}
SHEETS_IN = {"C5": 8, "C4": 40}
BYTES_A_LETTER = 3_000_000
BYTES_A_RUN = 2_000_000_000
MANIFEST_BYTES = 20_000_000
A4 = (595.276, 841.890)  # points
TOLERANCE = 6  # points, about 2 mm


class Rejected(Exception):
    """The run is rejected whole, with a code: checksum, manifest or pages."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One letter of a run that passed; `text` is its first page's, where that was asked for."""

    job: str
    sha256: str
    pages: int
    sheets: int
    envelope: str
    priority: str
    country: str
    text: str
    inserts: tuple[str, ...] = ()


def read_run(path: Path, run: str, read_text: bool) -> list[PrintJob]:
    """The letters of a run. Raises Rejected."""
    try:
        with zipfile.ZipFile(path) as archive:
            rows = _manifest(_member(archive, "manifest.xml", MANIFEST_BYTES), run)
            _check_csv(_member(archive, "manifest.csv", MANIFEST_BYTES), rows)
            _check_members(archive, rows)
            return [_job(row, _member(archive, row["file"], BYTES_A_LETTER), read_text) for row in rows]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise Rejected("checksum", f"The zip cannot be read: {type(fault).__name__}.") from None


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        facts = archive.getinfo(name)
    except KeyError:
        raise Rejected("manifest", f"{name} is missing.") from None
    if facts.file_size > most:
        raise Rejected("manifest", f"{name} has more than {most} bytes.")
    return archive.read(facts)


def _check_members(archive: zipfile.ZipFile, rows: list[dict[str, str]]) -> None:
    there = sorted(archive.namelist())
    if there != sorted(["manifest.csv", "manifest.xml", *(row["file"] for row in rows)]):
        raise Rejected("manifest", "The zip holds each file of the manifest once and nothing else.")
    if sum(facts.file_size for facts in archive.infolist()) > BYTES_A_RUN:
        raise Rejected("manifest", "The run is too large.")


def _manifest(content: bytes, run: str) -> list[dict[str, str]]:
    root = _parsed(content)
    if root.tag != f"{NAMESPACE}run" or any(child.tag != f"{NAMESPACE}letter" or len(child) for child in root):
        raise Rejected("manifest", "A manifest is a run of letters.")
    _check_attributes(root, RUN_COLUMNS, RUN_RULES)
    if root.get("id") != run:
        raise Rejected("manifest", "The run's id is not its file name.")
    columns = [*COLUMNS, INSERTS] if any(letter.get(INSERTS) for letter in root) else COLUMNS
    for letter in root:
        _check_attributes(letter, columns, RULES)
    rows = [{name: letter.get(name, "") for name in columns} for letter in root]
    _check_totals(root, rows)
    return rows


def _parsed(content: bytes) -> etree._Element:
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise Rejected("manifest", f"The manifest is no XML: {fault.msg}") from None
    if b"<!DOCTYPE" in content:
        raise Rejected("manifest", "A manifest has no document type.")
    return root


def _check_attributes(element: etree._Element, names: list[str], rules: dict[str, re.Pattern[str]]) -> None:
    if sorted(map(str, element.keys())) != sorted(names):
        raise Rejected("manifest", f"The attributes are {', '.join(names)}.")
    wrong = [name for name in names if not rules[name].fullmatch(str(element.get(name)))]
    wrong += [name for name in ("provider", "lane", "cost-centre") if LIKE_CPR.search(element.get(name) or "")]
    if wrong:
        raise Rejected("manifest", f"These are not as agreed: {', '.join(wrong)}.")


def _check_totals(root: etree._Element, rows: list[dict[str, str]]) -> None:
    try:
        datetime.fromisoformat(root.get("created", ""))
    except ValueError:
        raise Rejected("manifest", "created is no moment.") from None
    totals = (len(rows), sum(int(row["pages"]) for row in rows), sum(int(row["sheets"]) for row in rows))
    if totals != tuple(int(root.get(name, "0")) for name in ("letters", "pages", "sheets")):
        raise Rejected("manifest", "The control totals do not fit.")
    if len({row["job"] for row in rows}) != len(rows) or any(row["file"] != f"{row['job']}.pdf" for row in rows):
        raise Rejected("manifest", "Each job has one file that bears its id.")
    for row in rows:
        _check_sheets(row)


def _check_sheets(row: dict[str, str]) -> None:
    pages, sheets = int(row["pages"]), int(row["sheets"])
    if sheets != (-(-pages // 2) if row["plex"] == "duplex" else pages):
        raise Rejected("pages", "The sheets do not fit the pages.")
    if sheets > SHEETS_IN[row["envelope"]]:
        raise Rejected("pages", f"A {row['envelope']} envelope holds {SHEETS_IN[row['envelope']]} sheets.")


def _check_csv(content: bytes, rows: list[dict[str, str]]) -> None:
    try:
        table = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Rejected("manifest", "manifest.csv cannot be read.") from None
    if table != [[*rows[0]], *([*row.values()] for row in rows)]:
        raise Rejected("manifest", "manifest.csv does not say what manifest.xml says.")


def _job(row: dict[str, str], content: bytes, read_text: bool) -> PrintJob:
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise Rejected("checksum", f"The checksum of {row['file']} is another.")
    first, pages = _opened(content)
    if pages != int(row["pages"]):
        raise Rejected("pages", f"{row['file']} has {pages} pages.")
    box, turned = first.mediabox, first.rotation
    sizes = zip((float(box.width), float(box.height)), A4, strict=True)
    if turned % 360 or any(abs(is_ - should) > TOLERANCE for is_, should in sizes):
        raise Rejected("pages", f"The first page of {row['file']} is not A4 portrait.")
    text = " ".join(_text(first)) if read_text else ""
    numbers = (int(row["pages"]), int(row["sheets"]))
    inserts = tuple(row.get(INSERTS, "").split())
    return PrintJob(row["job"], row["sha256"], *numbers, row["envelope"], row["class"], row["country"], text, inserts)


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
