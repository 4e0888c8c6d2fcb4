"""Are two engines' PDFs the same letter? Speeds of letters that differ say nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdfium2
from pypdf import PdfReader

_PARTED = re.compile("[\u00ad\ufffe]\\s*")  # a hyphen at the end of a line, as pdfium tells it


@dataclass(frozen=True, slots=True)
class Looks:
    """What must be the same: the number of pages, how often each word is there, the typefaces that are embedded."""

    pages: int
    words: Counter[str]
    families: frozenset[str]


def looks(pdf: bytes) -> Looks:
    """What a letter's PDF shows."""
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    families = frozenset(_family(font) for font in _fonts(pdf) if _embedded(font))
    words = Counter(word for text in texts for word in _PARTED.sub("", text).split())
    return Looks(len(texts), words, families)


def differences(ours: Looks, theirs: Looks) -> list[str]:
    """In words, what `theirs` has otherwise; empty where they are alike."""
    found = []
    if ours.pages != theirs.pages:
        found.append(f"{theirs.pages} pages for {ours.pages}")
    if ours.words != theirs.words:
        lacks, more = dict(ours.words - theirs.words), dict(theirs.words - ours.words)
        found.append(f"other words: lacks {lacks}, has besides {more}")
    if ours.families != theirs.families:
        found.append(f"typefaces {sorted(theirs.families)} for {sorted(ours.families)}")
    return found


def _fonts(pdf: bytes) -> Iterator[Any]:
    for page in PdfReader(BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            yield font.get_object()


def _embedded(font: Any) -> bool:
    within = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    return any(key in within.get("/FontDescriptor", {}) for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _family(font: Any) -> str:
    """`/ABCDEF+LetterSans-Bold` → `LetterSans`."""
    return str(font["/BaseFont"]).removeprefix("/").rpartition("+")[2].partition("-")[0]
