"""What stands on the pages around the body: window, return address, letterhead, marker and page numbers."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from outbound.letter import Address, Format
from outbound.print_page import INSET
from outbound.rendering.faults import RenderingFault
from outbound.rendering.fonts import BOLD, REGULAR, Face, runs, unprintable, width
from outbound.rendering.fragments import GREY, INK, plain
from outbound.rendering.pen import Pen
from outbound.rendering.pictures import LogoPicture
from outbound.rendering.sizes import HEAD_SIZES, NORMAL, Size
from outbound.rendering.structure import DANISH, Element
from outbound.rendering.tagged import FOOTER as FOOTER_ARTIFACT
from outbound.rendering.tagged import TaggedCanvas
from outbound.rendering.typesetting import TextBlock
from outbound.rendering.views import Frame, Letterhead
from outbound.rendering.window import MM, PAGE_HEIGHT, Box, PrintPage
from outbound.rendering.words import Words

_ADDRESS_SIZES = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)  # points: one size for the whole block
_LINE = 1.24  # leading of the address block, in font sizes
_HEAD_NAME = ParagraphStyle("head-name", fontName=BOLD.name, fontSize=12, leading=15)
_HEAD_TEXT = ParagraphStyle("head", fontName=REGULAR.name, fontSize=9, leading=11.6)
_HEAD_LABEL = ParagraphStyle("head-label", fontName=REGULAR.name, fontSize=7.5, leading=10, textColor=GREY)
_HEAD_VALUE = ParagraphStyle("head-value", fontName=REGULAR.name, fontSize=9.5, leading=12)


def one_line(text: str) -> str:
    """A line that the router was given, fit to be set. Raises RenderingFault: `character`."""
    return " ".join(checked(text).split())


def checked(text: str) -> str:
    """`text` composed (NFC). Raises RenderingFault: `character` where no face has one of its characters."""
    composed = unicodedata.normalize("NFC", text)
    if unprintable(composed):
        raise RenderingFault("character")
    return composed


def draw_line(canvas: Canvas, x: float, y: float, text: str, face: Face, size: float) -> None:
    """One line of text from `x` on its baseline `y`, both in points."""
    pen = Pen(canvas, size)
    pen.move(x, y)
    for part, run in runs(text, face):
        pen.write(part, run)
    pen.done()


def draw_address(canvas: TaggedCanvas, address: Address, element: Element, window: Box) -> None:
    """The address block, one face and size, in the window. Raises RenderingFault: `address` where it cannot fit."""
    size, lines = fitted(written(address), window)
    y = (PAGE_HEIGHT - window.top - INSET) * MM - size
    with canvas.tagged(element):
        for number, line in enumerate(lines, 1):
            heard = line if number == len(lines) else f"{line} "  # else two lines are heard as one word
            draw_line(canvas, (window.left + INSET) * MM, y, heard, REGULAR, size)
            y -= size * _LINE


def written(address: Address) -> tuple[str, ...]:
    """The lines of an address that have something in them. Raises RenderingFault: `character`."""
    return tuple(filter(None, map(one_line, address.as_lines())))


def fitted(lines: tuple[str, ...], window: Box) -> tuple[float, list[str]]:
    """The largest size in which the lines fit, wrapped between words only where even the smallest is too wide."""
    if not lines:
        raise RenderingFault("address")
    across, down = (window.width - 2 * INSET) * MM, (window.height - 2 * INSET) * MM
    for size in _ADDRESS_SIZES:
        if len(lines) * size * _LINE <= down and all(width(line, REGULAR, size) <= across for line in lines):
            return size, list(lines)
    size = _ADDRESS_SIZES[-1]
    wrapped = [part for line in lines for part in _wrapped(line, size, across)]
    if not wrapped or len(wrapped) * size * _LINE > down:
        raise RenderingFault("address")
    return size, wrapped


def _wrapped(line: str, size: float, across: float) -> Iterator[str]:
    """The line in parts that fit, broken between words. Raises RenderingFault: `address` for one word too wide."""
    part = ""
    for word in line.split(" "):
        if width(word, REGULAR, size) > across:
            raise RenderingFault("address")
        longer = f"{part} {word}".strip()
        if width(longer, REGULAR, size) > across:
            yield part
            longer = word
        part = longer
    yield part


def draw_name(canvas: TaggedCanvas, recipient: str, element: Element, box: Box) -> None:
    """Who the letter is for, where no address stands in the window. As much of it as one line holds."""
    name = shortened(one_line(recipient), 11.0, (box.width - 2 * INSET) * MM)
    with canvas.tagged(element):
        draw_line(canvas, (box.left + INSET) * MM, (PAGE_HEIGHT - box.top - INSET) * MM - 11.0, name, REGULAR, 11.0)


def draw_return_line(canvas: TaggedCanvas, letterhead: Letterhead, element: Element, page: PrintPage) -> None:
    """The one-line return address over the window. Raises RenderingFault: `return-address` where it is too long."""
    line, box = one_line(letterhead.return_address), page.return_line
    for size in (7.5, 7.0, 6.5, 6.0):
        if width(line, REGULAR, size) <= (box.width - 2 * INSET) * MM:
            y = (PAGE_HEIGHT - box.bottom + 1.4) * MM
            with canvas.tagged(element):
                return draw_line(canvas, (box.left + INSET) * MM, y, line, REGULAR, size)
    raise RenderingFault("return-address")


Column = Sequence[tuple[Flowable, float]]  # each with the points of space above it


@dataclass(frozen=True, slots=True)
class Head:
    """The column at right, and the elements of what else stands around the body of the first page."""

    column: Column
    marker: Element
    return_line: Element
    recipient: Element


def head_of(frame: Frame, page: PrintPage, root: Element, words: Words, language: str, colour: bool) -> Head:
    """The head of the letter. Read aloud it comes before the title, in the order of the HTML twin: who writes, to
    whom, and the facts of the case. In large print it is set as large as so narrow a column allows.

    The municipality's own names are Danish, and are said to be in a letter of another `language`.
    """
    sizes = (NORMAL,) if frame.format is Format.NORMAL else HEAD_SIZES
    for size in sizes[:-1]:
        if (
            _tall(_head_of(frame, page, Element("Document"), words, language, colour, size).column, page)
            <= page.head.height
        ):
            return _head_of(frame, page, root, words, language, colour, size)
    return _head_of(frame, page, root, words, language, colour, sizes[-1])


def _head_of(
    frame: Frame, page: PrintPage, root: Element, words: Words, language: str, colour: bool, size: Size
) -> Head:
    across = page.head.width * MM
    if language.partition("-")[0] != words.language:
        root = Element("Sect", root, DANISH)
    own = DANISH if words.language != "da" else b""
    letterhead, marker = frame.letterhead, Element("P", root, own)
    column: list[tuple[Flowable, float]] = []
    if letterhead.logo:
        column.append((LogoPicture(letterhead.logo.on(colour), page.logo), 0.0))
    column.append(
        _said(letterhead.name, _HEAD_NAME, 5.0 if column else 0.0, Element("P", root, own), size, across, BOLD)
    )
    if letterhead.department:
        column.append(_said(letterhead.department, _HEAD_TEXT, 1.0, Element("P", root, own), size, across))
    return_line = Element("P", root, own)
    phone = letterhead.phone and words.phone.format(letterhead.phone)
    reached = (phone, 5.0), (letterhead.mail, 0.0), (letterhead.web, 0.0)
    column += [_said(text, _HEAD_TEXT, space, Element("P", root), size, across) for text, space in reached if text]
    if letterhead.opening_hours.strip():
        hours = "\n".join(one_line(line) for line in letterhead.opening_hours.strip().splitlines())
        column += _labelled(words.opening_hours, _set(hours, _HEAD_TEXT, size, across), 6.0, root, size, across, own)
    recipient = Element("P", root)
    for number, (label, text) in enumerate(facts_of(frame, words)):
        value = _set(text, _HEAD_VALUE, size, across)
        column += _labelled(label, value, 2.0 if number else 12.0, root, size, across)
    return Head(column, marker, return_line, recipient)


def _said(
    text: str, style: ParagraphStyle, space: float, element: Element, size: Size, across: float, face: Face = REGULAR
) -> tuple[TextBlock, float]:
    return _set(one_line(text), style, size, across, face, element), space


def _set(
    text: str, style: ParagraphStyle, size: Size, across: float, face: Face = REGULAR, tag: Element | None = None
) -> TextBlock:
    """A paragraph of the column; smaller where a word would else be cut, but never smaller than usual."""
    for each in (one for one in HEAD_SIZES[:-1] if one.factor <= size.factor):
        made = plain(text, each.style(style), face, tag)
        if made.widest_word <= across:
            return made
    return plain(text, style, face, tag)


def _labelled(
    label: str, value: TextBlock, space: float, root: Element, size: Size, across: float, language: bytes = b""
) -> Column:
    """A small word and, under it, what it says, in its own language if it has one: heard as one."""
    over, whole = _set(label, _HEAD_LABEL, size, across), Element("P", root)
    over.tail = " "
    over.element = Element("Span", whole) if language else whole  # a Span too: it comes before that of the value
    value.element = Element("Span", whole, language) if language else whole
    return [(over, space), (value, 0.0)]


def facts_of(frame: Frame, words: Words) -> list[tuple[str, str]]:
    """Date, case number, reference and caseworker, by the words that stand over them."""
    facts = (
        (words.dated, words.day(frame.dated)),
        (words.case_number, frame.case_number),
        (words.reference, frame.reference),
        (words.caseworker, frame.caseworker),
    )
    return [(label, text) for label, given in facts if (text := one_line(given))]


def draw_head(canvas: TaggedCanvas, column: Column, page: PrintPage) -> None:
    """The column at right, from its top down."""
    y = (PAGE_HEIGHT - page.head.top) * MM
    for piece, space in column:
        y -= space + piece.height
        piece.drawOn(canvas, page.head.left * MM, y)


def head_bottom(column: Column, page: PrintPage) -> float:
    """Millimetres from the top of the page to the foot of the column. Raises RenderingFault: `letterhead`."""
    tall = _tall(column, page)
    if tall > page.head.height:
        raise RenderingFault("letterhead")
    return page.head.top + tall


def _tall(column: Column, page: PrintPage) -> float:
    tall: float = sum(space + paragraph.wrap(page.head.width * MM, 1e6)[1] for paragraph, space in column) / MM
    return tall


def draw_marker(
    canvas: TaggedCanvas, marker: str, element: Element | None, page: PrintPage, points: float = NORMAL.marker
) -> None:
    """A word such as "Genudsendt" in the top margin, in so many points or in its usual size where it is too long for
    that. Raises RenderingFault: `marker` where it is too long for its usual size."""
    word, box = one_line(marker), page.marker
    if word:
        fits = [size for size in (points, NORMAL.marker) if width(word, BOLD, size) <= box.width * MM]
        if not fits:
            raise RenderingFault("marker")
        with canvas.tagged(element):
            draw_line(canvas, box.left * MM, (PAGE_HEIGHT - box.bottom + 1.5) * MM, word, BOLD, fits[0])


def draw_footer(
    canvas: TaggedCanvas,
    sender: str,
    case_number: str,
    page: int,
    pages: int,
    words: Words,
    size: float,
    place: PrintPage,
) -> None:
    """Sender and case at left as far as there is room, `Side x af y` at right, in so many points."""
    box = place.footer
    y = (PAGE_HEIGHT - box.bottom + 1.5) * MM
    number = words.page.format(page, pages)
    x = box.right * MM - width(number, REGULAR, size)
    left = sender + (f" · {words.case_number} {case_number}" if case_number else "")
    with canvas.artifact(FOOTER_ARTIFACT):
        canvas.setFillColor(GREY)
        draw_line(canvas, x, y, number, REGULAR, size)
        draw_line(canvas, box.left * MM, y, shortened(left, size, x - box.left * MM - 12), REGULAR, size)
        canvas.setFillColor(INK)


def shortened(text: str, size: float, across: float) -> str:
    """`text`, or as much of it as fits with an ellipsis."""
    if width(text, REGULAR, size) <= across:
        return text
    while text and width(text + "…", REGULAR, size) > across:
        text = text[:-1]
    return text.rstrip() + "…"
