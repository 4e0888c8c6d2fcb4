"""What a printer and a mailbox cannot take in a ready-made PDF. Runs in a child process only: the file is foreign.

The rules: A4 portrait, no password, nothing that acts (JavaScript, launching, submitting, embedded files), every
typeface embedded but PDF's standard fourteen (iMail Denmark, 21grams.com), nothing where the printer cannot print or
the window shows it, and no more than the limits below.
"""

from dataclasses import dataclass, field

from pypdf import PdfReader

from outbound.rendering.active import document_acts, page_acts
from outbound.rendering.foreign import SheetPage, Unfit, dictionary, pages_of
from outbound.rendering.resources import DECODED, all_embedded, check_images, decoded, reaches_outside
from outbound.rendering.verdict import Figures, Place
from outbound.rendering.window import PAGE_HEIGHT, PAGE_WIDTH, Box

TOLERANCE = 2.0  # millimetres to either side of A4
_PLACES = 100  # of one code
_HAIR = 0.005  # millimetres that rounding may cost


@dataclass(slots=True)
class Finding:
    """Pages found, every code with its places in the order of the finding, figures of the text, and whether the place
    of the return code is clear."""

    pages: int = 0
    faults: dict[str, list[Place]] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    code_clear: bool = False

    def add(self, code: str, page: int = 0, box: Box | None = None) -> None:
        """Once for each place; without end only the first hundred."""
        places = self.faults.setdefault(code, [])
        if len(places) < _PLACES and Place(page, box) not in places:
            places.append(Place(page, box))


def inspect(reader: PdfReader, most_pages: int) -> tuple[Finding, list[SheetPage]]:
    """Everything wrong with how the file is built. Raises whatever a broken file makes the reader raise."""
    finding = Finding()
    pages = list(pages_of(reader, most_pages + 1))
    finding.pages = len(pages)
    if not pages:
        raise Unfit("pdf-empty")
    if len(pages) > most_pages:
        raise Unfit("too-many-pages")
    if document_acts(reader.root_object):
        finding.add("active-content")
    if not _tagged(reader):
        finding.add("not-tagged")
    _inspect_pages(pages, finding)
    return finding, pages


def _inspect_pages(pages: list[SheetPage], finding: Finding) -> None:
    left = DECODED
    seen: set[object] = set()
    for number, page in enumerate(pages, 1):
        if not is_a4(page):
            finding.add("page-not-a4-portrait", number)
        if page_acts(page) or reaches_outside(page):
            finding.add("active-content", number)
        if not all_embedded(page):
            finding.add("font-not-embedded", number)
        check_images(page)
        left -= decoded(page, seen, left)


def is_a4(page: SheetPage) -> bool:
    """Is the page A4 portrait as it is seen?"""
    wide, tall = page.size
    return page.rotation % 90 == 0 and _near(wide, PAGE_WIDTH) and _near(tall, PAGE_HEIGHT)


def _near(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= TOLERANCE + _HAIR


def _tagged(reader: PdfReader) -> bool:
    root = reader.root_object
    marked = dictionary(root.get("/MarkInfo")).get("/Marked")
    return bool(getattr(marked, "value", False)) and "/StructTreeRoot" in root
