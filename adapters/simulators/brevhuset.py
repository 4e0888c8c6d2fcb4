"""How Brevhuset, an invented provider, reads a run: a folder with a job ticket, a list of documents, and the PDFs.

Its words are not the router's: it never heard of a print-run.xsd.
"""

import csv
import io
import re
from pathlib import Path

from lxml import etree

from adapters.simulators.openpgp import HouseKey
from adapters.simulators.print_jobs import BYTES_A_LETTER, Rejected, Row, TakenRun, jobs_of
from adapters.simulators.print_run import LIKE_CPR, UUID, parsed

TICKET, LIST, LOCKED = "jobticket.xml", "documents.csv", ".pgp"
POSTAGE = {"A": "quick", "B": "economy", "R": "registered"}
INK = {"1/1": "mono", "4/4": "colour"}
SIDES = {"1": "simplex", "2": "duplex"}
NUMBER = re.compile(r"[1-9]\d{0,5}")
HEAD = {"version", "order", "customer", "test", "date"}
MAILPIECE = {"ref", "cover", "postage", "country"}
DOCUMENT = {"ref", "file", "sha256", "pages", "ink", "sides", "account"}
ACCOUNT = 20  # characters


def read_run(folder: Path, run: str, read_text: bool, key: HouseKey) -> TakenRun:
    """The letters of a run. Raises Rejected."""
    if not folder.is_dir():
        raise Rejected("manifest", "A run is a folder.")
    rows, proof = _ticket(_file(folder, TICKET), run)
    _check_list(_file(folder, LIST), rows)
    if {one.name for one in folder.iterdir()} != {TICKET, LIST, *(row["file"] for row in rows)}:
        raise Rejected("manifest", "The folder holds each file of the ticket and nothing else.")

    def content_of(name: str) -> bytes:
        content = _file(folder, name)
        return key.opened(content) if name.endswith(LOCKED) else content

    return TakenRun(jobs_of(rows, content_of, read_text), proof)


def _file(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.is_file() or path.stat().st_size > 2 * BYTES_A_LETTER:
        raise Rejected("manifest", "A file of the ticket is missing or too large.")
    return path.read_bytes()


def _ticket(content: bytes, run: str) -> tuple[list[Row], bool]:
    root = parsed(content)
    pieces, total = root.findall("Mailpiece"), root.findall("Total")
    if root.tag != "JobTicket" or len(root) != len(pieces) + 1 or len(total) != 1 or set(root.keys()) != HEAD:
        raise Rejected("manifest", "A ticket is a JobTicket of Mailpieces and one Total.")
    if root.get("version") != "3" or root.get("order") != run or root.get("test") not in ("yes", "no"):
        raise Rejected("manifest", "Another version, another order, or neither test nor none.")
    rows = [row for piece in pieces for row in _documents(piece)]
    told = {"mailpieces": len(pieces), "documents": len(rows)}
    told |= {name: sum(int(row[name]) for row in rows) for name in ("pages", "sheets")}
    said = {str(name): str(value) for name, value in total[0].attrib.items()}
    if said != {name: str(number) for name, number in told.items()}:
        raise Rejected("manifest", "The total does not fit.")
    if len({row["job"] for row in rows}) != len(rows) or len({row["file"] for row in rows}) != len(rows):
        raise Rejected("manifest", "A document comes once.")
    return rows, root.get("test") == "yes"


def _documents(piece: etree._Element) -> list[Row]:
    if set(piece.keys()) != MAILPIECE or not len(piece) or any(one.tag != "Document" for one in piece):
        raise Rejected("manifest", "A Mailpiece holds Documents.")
    ref, cover, postage = (str(piece.get(name)) for name in ("ref", "cover", "postage"))
    if not UUID.fullmatch(ref) or cover not in ("C5", "C4") or postage not in POSTAGE:
        raise Rejected("manifest", "A Mailpiece is not as agreed.")
    around = {"id": ref, "format": cover, "class": POSTAGE[postage], "country": str(piece.get("country"))}
    return [{**{f"envelope-{name}": said for name, said in around.items()}, **_document(one)} for one in piece]


def _document(one: etree._Element) -> Row:
    said = {str(name): str(value) for name, value in one.attrib.items()}
    if not set(said) >= DOCUMENT or set(said) - DOCUMENT - {"add", "code"} or not UUID.fullmatch(said["ref"]):
        raise Rejected("manifest", "A Document is not as agreed.")
    if not NUMBER.fullmatch(said["pages"]) or said["ink"] not in INK or said["sides"] not in SIDES:
        raise Rejected("manifest", "A Document's pages, ink or sides are not as agreed.")
    if len(said["account"]) > ACCOUNT or LIKE_CPR.search(said["account"]):
        raise Rejected("manifest", "An account has at most 20 characters.")
    if not re.fullmatch(r"\d{5}\.pdf(\.pgp)?", said["file"]):
        raise Rejected("manifest", "Files are numbered, 00001.pdf and so on.")
    pages, sides = int(said["pages"]), int(said["sides"])
    return {
        "job": said["ref"], "file": said["file"], "sha256": said["sha256"], "bytes": "", "pages": said["pages"],
        "sheets": str(-(-pages // sides)), "colour": INK[said["ink"]], "plex": SIDES[said["sides"]],
        "inserts": said.get("add", "").replace(",", " "), "account": said["account"],
    }  # fmt: skip


def _check_list(content: bytes, rows: list[Row]) -> None:
    try:
        table = list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Rejected("manifest", "The list of documents cannot be read.") from None
    wanted = [[row[name] for name in ("file", "job", "pages", "account")] for row in rows]
    if table != [["file", "ref", "pages", "account"], *wanted]:
        raise Rejected("manifest", "The list of documents does not say what the ticket says.")
