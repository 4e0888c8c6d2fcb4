"""Styles, and the body's text as paragraphs: ReportLab's own markup is never parsed, so no text can be markup."""

import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import _Element
from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from outbound.rendering.fonts import BOLD, ITALIC, REGULAR, Face
from outbound.rendering.structure import Element
from outbound.rendering.tagged import Target
from outbound.rendering.typesetting import Hyphens, Part, TextBlock, text_from

INK = Color(0, 0, 0)
PALE = Color(0.945, 0.945, 0.945)
LINE = Color(0.6, 0.6, 0.6)
GREY = Color(0.32, 0.32, 0.32)  # 8:1 on white


def _style(name: str, face: Face = REGULAR, size: float = 10.5, leading: float = 14.5, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=face.name, fontSize=size, leading=leading, **more)


BODY = _style("body", spaceAfter=7)
NOTE = _style("note", size=9, leading=12, spaceAfter=5)
SIGNATURE = _style("signature", spaceBefore=9)
STYLES = {
    "h1": _style("h1", BOLD, 15, 19, spaceAfter=11),
    "h2": _style("h2", BOLD, 11.5, 15, spaceBefore=8, spaceAfter=3),
    "h3": _style("h3", BOLD, 10.5, 14.5, spaceBefore=5, spaceAfter=2),
    "li": _style("li", leftIndent=14, bulletIndent=3, spaceAfter=2),
}
CELL = _style("cell", size=10, leading=13)
CELL_RIGHT = _style("amount", size=10, leading=13, alignment=TA_RIGHT)
_SPACES = re.compile(r"[ \t\r\n]{2,}|[\t\r\n]")  # all white space but a single space


def text_of(element: _Element) -> str:
    """All text of an element and what it holds, as it stands there."""
    return "".join(str(part) for part in element.itertext())


def block_of(
    element: _Element,
    style: ParagraphStyle,
    face: Face = REGULAR,
    tag: Element | None = None,
    *,
    indent: float | None = None,
    hyphens: Hyphens | None = None,
) -> TextBlock:
    """The element's text as one paragraph, spaces folded as in HTML. `indent`: points, instead of the style's."""
    return TextBlock(text_from([*_folded(element, face)]), style, tag, indent=indent, hyphens=hyphens)


def plain(text: str, style: ParagraphStyle, face: Face = REGULAR, tag: Element | None = None) -> TextBlock:
    """Text of the router's own in a paragraph: line breaks are kept, nothing in it is markup."""
    return TextBlock(text_from([(text, face, None)]), style, tag)


def _folded(element: _Element, face: Face) -> Iterator[Part]:
    """The element's text in parts: one space for any white space between words, none at the ends of a line."""
    waiting: Part | None = None  # a part whose last space may be the last of its line
    begins = True  # at the beginning of a line
    for text, own, link in _inline(element, face, None):
        if text is None:
            if waiting:
                yield waiting[0].rstrip(" "), *waiting[1:]
                waiting = None
            yield "\n", own, None
            begins = True
            continue
        folded = _SPACES.sub(" ", text)
        if begins:
            folded = folded.lstrip(" ")
        if folded:
            if waiting:
                yield waiting
            waiting, begins = (folded, own, link), folded.endswith(" ")
    if waiting:
        yield waiting[0].rstrip(" "), *waiting[1:]


def _inline(element: _Element, face: Face, link: Target | None) -> Iterator[tuple[str | None, Face, Target | None]]:
    """(text, face, link) in order; text None is a line break."""
    if element.text:
        yield element.text, face, link
    for child in element:
        if child.tag == "br":
            yield None, face, None
        elif child.tag == "a":
            yield from _inline(child, face, Target(child.get("href")))
        else:
            yield from _inline(child, BOLD if child.tag == "strong" or face is BOLD else ITALIC, link)
        if child.tail:
            yield child.tail, face, link
