"""The printing house's reading of a run: a zip of PDFs with a manifest, strict in everything (docs/simulators.md)."""

import csv
import io
import re
import uuid
import zipfile
from datetime import datetime
from pathlib import Path

from lxml import etree

from adapters.simulators.openpgp import HouseKey
from adapters.simulators.print_jobs import BYTES_A_LETTER, Rejected, Row, TakenRun, jobs_of

NAMESPACE = "{urn:outbound:print-run:2}"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LIKE_CPR = re.compile(r"\d{6}[- ]?\d{4}")
NUMBER, LARGE_NUMBER = re.compile(r"[1-9]\d{0,3}"), re.compile(r"[1-9]\d{0,9}")
FORMAT, CLASS = re.compile(r"C5|C4"), re.compile(r"economy|quick|registered")
COLOUR, PLEX = re.compile(r"mono|colour"), re.compile(r"duplex|simplex")
RUN = {
    "id": UUID,
    "provider": re.compile(r"[a-z0-9-]{1,40}"),
    "lane": re.compile(r"single|mailing"),
    "created": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "proof": re.compile(r"true|false"),
    "letters": LARGE_NUMBER,
    "envelopes": LARGE_NUMBER,
    "pages": LARGE_NUMBER,
    "sheets": LARGE_NUMBER,
    "bytes": LARGE_NUMBER,
}
PRODUCT = {
    "colour": COLOUR,
    "plex": PLEX,
    "format": FORMAT,
    "class": CLASS,
    "letters": LARGE_NUMBER,
    "pages": LARGE_NUMBER,
    "sheets": LARGE_NUMBER,
}
ENVELOPE = {"id": UUID, "format": FORMAT, "class": CLASS, "country": re.compile(r"[A-Z]{2}"), "sheets": NUMBER}
LETTER = {
    "job": UUID,
    "file": re.compile(UUID.pattern + r"\.pdf"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "bytes": LARGE_NUMBER,
    "pages": NUMBER,
    "sheets": NUMBER,
    "colour": COLOUR,
    "plex": PLEX,
    "cost-centre": re.compile(r"[\w .,/&-]{0,60}"),
}
MAY_BE = {
    "inserts": re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}( [A-Za-z0-9][A-Za-z0-9-]{0,19})*"),
    "return-code": re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,39}"),
}
BYTES_A_RUN = 2_000_000_000
MANIFEST_BYTES = 20_000_000
COLUMNS = [*(f"envelope-{name}" for name in ENVELOPE), *LETTER, "inserts", "return-code"]


def dashed(found: str) -> str:
    """A run's id as receipts write it."""
    return str(uuid.UUID(found))


def read_run(path: Path, run: str, read_text: bool, key: HouseKey) -> TakenRun:
    """The letters of a run, which may be locked whole. Raises Rejected."""
    try:
        whole = io.BytesIO(key.opened(path.read_bytes())) if path.suffix == ".pgp" else path
        with zipfile.ZipFile(whole) as archive:
            rows, proof = _manifest(_member(archive, "manifest.xml", MANIFEST_BYTES), run)
            _check_csv(_member(archive, "manifest.csv", MANIFEST_BYTES), rows)
            _check_members(archive, rows)
            return TakenRun(jobs_of(rows, lambda name: _member(archive, name, BYTES_A_LETTER), read_text), proof)
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


def _check_members(archive: zipfile.ZipFile, rows: list[Row]) -> None:
    there = sorted(archive.namelist())
    if there != sorted(["manifest.csv", "manifest.xml", *(row["file"] for row in rows)]):
        raise Rejected("manifest", "The zip holds each file of the manifest once and nothing else.")
    if sum(facts.file_size for facts in archive.infolist()) > BYTES_A_RUN:
        raise Rejected("manifest", "The run is too large.")


def _manifest(content: bytes, run: str) -> tuple[list[Row], bool]:
    root = parsed(content)
    kinds = [str(child.tag).removeprefix(NAMESPACE) for child in root]
    if root.tag != f"{NAMESPACE}run" or kinds != sorted(kinds, reverse=True) or set(kinds) != {"product", "envelope"}:
        raise Rejected("manifest", "A manifest is a run of products and then envelopes.")
    _check_attributes(root, RUN)
    if root.get("id") != run:
        raise Rejected("manifest", "The run's id is not its file name.")
    rows = [row for envelope in root.iterfind(f"{NAMESPACE}envelope") for row in _rows_of(envelope)]
    _check_totals(root, rows)
    _check_products(root, rows)
    return rows, root.get("proof") == "true"


def _rows_of(envelope: etree._Element) -> list[Row]:
    _check_attributes(envelope, ENVELOPE)
    if not len(envelope) or any(letter.tag != f"{NAMESPACE}letter" or len(letter) for letter in envelope):
        raise Rejected("manifest", "An envelope holds letters and nothing else.")
    around = {f"envelope-{name}": str(envelope.get(name)) for name in ENVELOPE}
    for letter in envelope:
        _check_attributes(letter, LETTER, MAY_BE)
    rows = [{**around, **{name: letter.get(name, "") for name in (*LETTER, *MAY_BE)}} for letter in envelope]
    if int(around["envelope-sheets"]) != sum(int(row["sheets"]) for row in rows):
        raise Rejected("manifest", "An envelope's sheets are those of its letters.")
    return [{name: row[name] for name in COLUMNS} for row in rows]


def parsed(content: bytes) -> etree._Element:
    """A manifest's root. Raises Rejected."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise Rejected("manifest", f"The manifest is no XML: {fault.msg}") from None
    if b"<!DOCTYPE" in content:
        raise Rejected("manifest", "A manifest has no document type.")
    return root


def _check_attributes(
    element: etree._Element, rules: dict[str, re.Pattern[str]], may: dict[str, re.Pattern[str]] | None = None
) -> None:
    there, every = set(map(str, element.keys())), rules | (may or {})
    if not set(rules) <= there <= set(every):
        raise Rejected("manifest", f"The attributes are {', '.join(every)}.")
    wrong = [name for name in there if not every[name].fullmatch(str(element.get(name)))]
    wrong += [name for name in ("provider", "lane", "cost-centre") if LIKE_CPR.search(element.get(name) or "")]
    if wrong:
        raise Rejected("manifest", f"These are not as agreed: {', '.join(wrong)}.")


def _check_totals(root: etree._Element, rows: list[Row]) -> None:
    try:
        datetime.fromisoformat(root.get("created", ""))
    except ValueError:
        raise Rejected("manifest", "created is no moment.") from None
    sums = {name: sum(int(row[name]) for row in rows) for name in ("pages", "sheets", "bytes")}
    envelopes = len(root.findall(f"{NAMESPACE}envelope"))
    if {"letters": len(rows), "envelopes": envelopes} | sums != {
        name: int(root.get(name, "0")) for name in ("letters", "envelopes", *sums)
    }:
        raise Rejected("manifest", "The control totals do not fit.")
    if len({row["envelope-id"] for row in rows}) != envelopes:
        raise Rejected("manifest", "An envelope comes once.")
    if len({row["job"] for row in rows}) != len(rows) or any(row["file"] != f"{row['job']}.pdf" for row in rows):
        raise Rejected("manifest", "Each job has one file that bears its id.")


def _check_products(root: etree._Element, rows: list[Row]) -> None:
    counted: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        kind = (row["colour"], row["plex"], row["envelope-format"], row["envelope-class"])
        of = counted.setdefault(kind, [0, 0, 0])
        of[:] = [of[0] + 1, of[1] + int(row["pages"]), of[2] + int(row["sheets"])]
    told = []
    for product in root.iterfind(f"{NAMESPACE}product"):
        _check_attributes(product, PRODUCT)
        told.append(tuple(str(product.get(name)) for name in PRODUCT))
    if sorted(told) != sorted((*kind, *map(str, numbers)) for kind, numbers in counted.items()):
        raise Rejected("manifest", "The products' totals do not fit.")


def _check_csv(content: bytes, rows: list[Row]) -> None:
    try:
        table = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Rejected("manifest", "manifest.csv cannot be read.") from None
    if table != [[*rows[0]], *([*row.values()] for row in rows)]:
        raise Rejected("manifest", "manifest.csv does not say what manifest.xml says.")
