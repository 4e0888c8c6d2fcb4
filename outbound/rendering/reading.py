"""The pages of a ready-made PDF looked at and read, against what its sender knows of it. In a child process only."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2

from outbound.rendering import likeness
from outbound.rendering.foreign import SheetPage, Unfit
from outbound.rendering.ink import around_the_address, places_of, seen, unprintable, window_lines
from outbound.rendering.inspection import Finding, is_a4
from outbound.rendering.lix import lix
from outbound.rendering.verdict import Expected, Figures
from outbound.rendering.window import Box, PrintPage

_APPEAL = re.compile(r"klage", re.IGNORECASE)


def read(pdf: bytes, sheets: Sequence[SheetPage], expected: Expected, finding: Finding, place: PrintPage) -> None:
    """Add to the finding what can be seen on the pages, where `place` says what may stand where. Raises Unfit, or what
    PDFium raises."""
    document = pypdfium2.PdfDocument(pdf)
    if len(document) != len(sheets):
        raise Unfit("pdf-unreadable")
    try:
        texts = [
            _read_page(document[at], number, sheet, finding, expected, place) if is_a4(sheet) else ""
            for at, (number, sheet) in enumerate(enumerate(sheets, 1))
        ]
    finally:
        document.close()
    whole = "\n".join(texts)
    if any(likeness.occurs(address, likeness.plain(whole)) for address in expected.must_not_occur):
        _place_addresses(finding)
    finding.figures = replace(figures_of(whole), tagged="not-tagged" not in finding.faults)


def _place_addresses(finding: Finding) -> None:
    """An address that is parted by the end of a page stands on no page; it occurs all the same."""
    if "protected-address-in-text" not in finding.faults:
        finding.add("protected-address-in-text")


def _read_page(
    page: pypdfium2.PdfPage, number: int, sheet: SheetPage, finding: Finding, expected: Expected, place: PrintPage
) -> str:
    look = seen(page, sheet)
    for zone in unprintable(sheet.size, place):
        if box := look.within(zone):
            finding.add("content-outside-printable-area", number, box)
    if look.ink.getbbox() and not look.text.strip():
        finding.add("page-without-text", number)
    if number == 1:
        for box in filter(None, map(look.within, around_the_address(place))):
            finding.add("address-window-not-clear", 1, box)
        window = place.address
        finding.code_clear = place.code_box is not None and look.within(place.code_box) is None
        _read_window(window_lines(page, sheet, window), bool(look.within(window)), finding, expected, window)
    _read_addresses(page, number, sheet, look.text, finding, expected)
    page.close()
    return look.text


def _read_window(lines: Sequence[str], inked: bool, finding: Finding, expected: Expected, window: Box) -> None:
    """Only what looks like an address can carry a wrong name."""
    if likeness.like_address(lines):
        if expected.names and not likeness.is_named(expected.names, lines):
            finding.add("recipient-mismatch", 1, window)
    elif len(lines) > 1:
        finding.add("address-window-not-clear", 1, window)
    elif lines or not inked:  # an address may be a picture; that page is told as one without text
        finding.add("address-missing", 1, window)


def _read_addresses(
    page: pypdfium2.PdfPage, number: int, sheet: SheetPage, text: str, finding: Finding, expected: Expected
) -> None:
    words = likeness.plain(text)
    for address in expected.must_not_occur:
        if likeness.occurs(address, words):
            boxes: list[Box | None] = [*places_of(page, sheet, _searchable(address))]
            for box in boxes or [None]:
                finding.add("protected-address-in-text", number, box)


def _searchable(address: str) -> str:
    """As much of the address as stands on one line, as its sender writes it."""
    return " ".join(re.split(r"[,\n]", address)[0].split())


def figures_of(text: str) -> Figures:
    """Counts for the readability index; a line that ends without a stop goes on, since a page's lines are broken."""
    counted = lix([" ".join(text.split())])
    sentences = counted.sentences if counted.words else 0
    return Figures(
        words=counted.words, long_words=counted.long_words, sentences=sentences, appeal=bool(_APPEAL.search(text))
    )
