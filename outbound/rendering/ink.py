"""What a page looks like: ink where none may be, and the words in the window. Runs in a child process only.

The page is drawn small by PDFium, so that lines, images and the notes on it count like text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

import pypdfium2
from PIL import Image

from outbound.rendering.foreign import SheetPage
from outbound.rendering.window import PAGE_HEIGHT, PAGE_WIDTH, Box, PrintPage

DPI = 72
_DOT = 25.4 / DPI
_PAPER = 215  # of 255: what is lighter is paper, as scanned paper is
_INK = [255 if grey < _PAPER else 0 for grey in range(256)]
_SAME_LINE = 1.2  # millimetres between the feet of two signs of one line
_GAP = 0.6  # of the height of a sign: what is further from its neighbour begins a word
_MOST_SIGNS = 20_000
_LEAST = 0.2  # millimetres: a sliver between two boxes is no zone


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it is seen: its ink, every sign of its text, and the lines in the window of a first page."""

    ink: Image.Image  # white where there is ink
    text: str

    def within(self, zone: Box) -> Box | None:
        """The part of a zone that has ink, to a third of a millimetre; None where it is clear. Edges do not count."""
        wide, tall = self.ink.size
        left, right = _dots(zone.left, zone.right, wide)
        top, bottom = _dots(zone.top, zone.bottom, tall)
        if right <= left or bottom <= top:
            return None
        found = self.ink.crop((left, top, right, bottom)).getbbox()
        if found is None:
            return None
        x, y, u, v = (number * _DOT for number in found)
        return Box(left * _DOT + x, top * _DOT + y, u - x, v - y)


def _dots(first: float, last: float, most: int) -> tuple[int, int]:
    """From millimetres to dots that lie wholly between the two; at the edge of the sheet to its very end."""
    begin = 0 if first <= 0 else ceil(first / _DOT) + 1
    return begin, most if last / _DOT >= most - 1 else floor(last / _DOT) - 1


def seen(page: pypdfium2.PdfPage, sheet: SheetPage) -> Seen:
    """Draw the page and read it. Raises PdfiumError."""
    bitmap = page.render(scale=sheet.unit * DPI / 72, grayscale=True, may_draw_forms=False)
    ink = bitmap.to_pil().convert("L").point(_INK)
    bitmap.close()
    words = page.get_textpage()
    text = words.get_text_bounded()
    words.close()
    return Seen(ink, text)


def window_lines(page: pypdfium2.PdfPage, sheet: SheetPage, zone: Box) -> list[str]:
    """The lines of text in the zone, as they are seen, whichever way the page is turned and drawn."""
    lines: list[list[tuple[Box, str]]] = []
    for spot, sign in sorted(_signs(page, sheet, zone), key=lambda one: one[0].bottom):
        if not lines or spot.bottom - lines[-1][-1][0].bottom > _SAME_LINE:
            lines.append([])
        lines[-1].append((spot, sign))
    return [line for signs in lines if (line := _joined(sorted(signs, key=lambda one: one[0].left)))]


def _signs(page: pypdfium2.PdfPage, sheet: SheetPage, zone: Box) -> Iterator[tuple[Box, str]]:
    """Every sign whose middle lies in the zone, after a space where PDFium saw one; as tall as its font."""
    words, space = page.get_textpage(), ""
    for at in range(min(words.count_chars(), _MOST_SIGNS)):
        sign = chr(pypdfium2.raw.FPDFText_GetUnicode(words.raw, at))
        if sign.isspace() or not sign.isprintable():
            space = " "
            continue
        high, wide = (_seen_box(words.get_charbox(at, loose=loose), sheet) for loose in (True, False))
        across, down = wide.left + wide.width / 2, high.top + high.height / 2
        if zone.left <= across <= zone.right and zone.top <= down <= zone.bottom:
            yield Box(wide.left, high.top, wide.width, high.height), space + sign
        space = ""
    words.close()


def _joined(signs: Sequence[tuple[Box, str]]) -> str:
    line, end = "", signs[0][0].left
    for spot, sign in signs:
        line += (" " if spot.left - end > _GAP * spot.height else "") + sign
        end = max(end, spot.right)
    return " ".join(line.split())


def unprintable(size: tuple[float, float], place: PrintPage) -> Iterator[Box]:
    """Where the printer does not print, or puts its own marks, on a page of this size in millimetres."""
    wide, tall = size
    yield Box(wide - place.edge, 0, place.edge, tall)
    yield Box(0, 0, wide, place.edge)
    for zone in place.clear:
        right = wide if zone.right >= PAGE_WIDTH else zone.right
        bottom = tall if zone.bottom >= PAGE_HEIGHT else zone.bottom
        yield Box(zone.left, zone.top, right - zone.left, bottom - zone.top)


def around_the_address(place: PrintPage) -> Iterator[Box]:
    """The parts of the risk zone that neither the return line nor the address may use."""
    outer, upper, inner = place.risk, place.return_line, place.address
    bands = (
        Box(outer.left, outer.top, outer.width, upper.top - outer.top),
        Box(outer.left, inner.bottom, outer.width, outer.bottom - inner.bottom),
        Box(outer.left, upper.top, inner.left - outer.left, inner.bottom - upper.top),
        Box(inner.right, upper.top, outer.right - inner.right, inner.bottom - upper.top),
    )
    yield from (band for band in bands if band.width > _LEAST and band.height > _LEAST)


def places_of(page: pypdfium2.PdfPage, sheet: SheetPage, words: str) -> Iterator[Box]:
    """Where these words stand on the page, as it is seen."""
    text = page.get_textpage()
    searcher = text.search(words)
    found = searcher.get_next()
    while found is not None:
        for at in range(text.count_rects(*found)):
            yield _seen_box(text.get_rect(at), sheet)
        found = searcher.get_next()
    searcher.close()
    text.close()


def _seen_box(rect: tuple[float, float, float, float], sheet: SheetPage) -> Box:
    a, b, c, d, e, f = sheet.matrix
    whole = a * d - b * c
    points = [
        ((d * (x - e) - c * (y - f)) / whole, (a * (y - f) - b * (x - e)) / whole)
        for x, y in ((rect[0], rect[1]), (rect[2], rect[3]))
    ]
    across, down = sorted(x for x, _ in points), sorted(y for _, y in points)
    return Box(across[0], down[0], across[1] - across[0], down[1] - down[0])
