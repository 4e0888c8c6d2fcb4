"""What is seen on the pages of a PDF, by pdfium: a reader that shares nothing with what writes our letters."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from unicodedata import category, normalize

import pypdfium2
from pypdfium2 import raw

MM = 72 / 25.4
SLACK = 0.3  # mm that a stroke may reach out of its area, as a j does at the beginning of a line


@dataclass(frozen=True, slots=True)
class Sign:
    """One character and its ink, in millimetres from the upper left corner. Spaces are no signs."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def hangs(self) -> bool:
        """Is it a mark such as an accent? Alone at the beginning of a line it hangs over the line's own edge."""
        return category(self.text).startswith("M")

    def inside(self, box: Any) -> bool:
        """Does all of its ink lie in the box?"""
        across = box.left - SLACK <= self.left and self.right <= box.right + SLACK
        return bool(across and box.top - SLACK <= self.top and self.bottom <= box.bottom + SLACK)

    def touches(self, box: Any) -> bool:
        """Does some of its ink lie in the box?"""
        beside = self.right <= box.left or box.right <= self.left
        return not (beside or self.bottom <= box.top or box.bottom <= self.top)


def signs(pdf: bytes) -> list[Sign]:
    """Every sign of every page, in pdfium's order; pages are counted from one."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [sign for number, page in enumerate(document, 1) for sign in _on(page, number)]


def _on(page: pypdfium2.PdfPage, number: int) -> list[Sign]:
    words, tall, found = page.get_textpage(), page.get_height(), []
    for at in range(words.count_chars()):
        text = _sign(words, at)
        if text.strip() and not raw.FPDFText_IsGenerated(words.raw, at):
            left, lower, right, upper = words.get_charbox(at)
            found.append(Sign(number, text, left / MM, (tall - upper) / MM, right / MM, (tall - lower) / MM))
    return found


def _sign(words: pypdfium2.PdfTextPage, at: int) -> str:
    """pdfium makes a hyphen at the end of a line into U+0002."""
    code = raw.FPDFText_GetUnicode(words.raw, at)
    return "-" if code == 2 else chr(code)


def count(text: str) -> Counter[str]:
    """How often each character stands in it: without spaces; without marks, of which pdfium drops those that lie on one
    another; without hyphens, since at the end of a line it does not tell a word's own from one that parts it; and as
    pdfium has it, which takes ligatures apart and code points beyond 65,535."""
    halves = text.translate(_LIGATURES).encode("utf-16-be", "surrogatepass").decode("utf-16-be")
    return Counter(
        sign for sign in halves if not (sign.isspace() or sign in "-\u00ad" or category(sign).startswith("M"))
    )


_LIGATURES = {code: normalize("NFKC", chr(code)) for code in (*range(0xFB00, 0xFB07), ord("ſ"))}
