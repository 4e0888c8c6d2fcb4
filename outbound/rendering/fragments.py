"""Styles, and text as ReportLab's finished fragments: its own markup is never parsed, so no text can be markup."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from lxml.etree import _Element
from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus.paraparser import ParaFrag

from outbound.rendering.danish import MONTHS
from outbound.rendering.fonts import BOLD, ITALIC, REGULAR, Face, runs
from outbound.rendering.structure import Element
from outbound.rendering.tagged import Target
from outbound.rendering.tagged_pieces import TaggedParagraph

INK = Color(0, 0, 0)
PALE = Color(0.945, 0.945, 0.945)
LINE = Color(0.6, 0.6, 0.6)
GREY = Color(0.32, 0.32, 0.32)  # 8:1 on white


def _style(name: str, face: Face = REGULAR, size: float = 10.5, leading: float = 14.5, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name, fontName=face.name, fontSize=size, leading=leading, allowWidows=0, allowOrphans=0, **more
    )


BODY = _style("body", spaceAfter=7)
NOTE = _style("note", size=9, leading=12, spaceAfter=5)
SIGNATURE = _style("signature", spaceBefore=9)
STYLES = {
    "h1": _style("h1", BOLD, 15, 19, spaceAfter=11),
    "h2": _style("h2", BOLD, 11.5, 15, spaceBefore=8, spaceAfter=3),
    "h3": _style("h3", BOLD, 10.5, 14.5, spaceBefore=5, spaceAfter=2),
    "li": _style("li", leftIndent=14, bulletIndent=3, bulletFontName=REGULAR.name, bulletFontSize=10.5, spaceAfter=2),
    "last-li": _style(
        "li", leftIndent=14, bulletIndent=3, bulletFontName=REGULAR.name, bulletFontSize=10.5, spaceAfter=7
    ),
}
FACES = {"h1": BOLD, "h2": BOLD, "h3": BOLD}
CELL = _style("cell", size=10, leading=13)
CELL_RIGHT = _style("amount", size=10, leading=13, alignment=TA_RIGHT)
_STAYS = re.compile(
    rf"(?<=[\d.]) (?=(?:{'|'.join(MONTHS)}|kr\.|pct\.|m²))|(?<=§) (?=\d)|(?<=\bkl\.) (?=\d)|(?<=\bstk\.) (?=\d)"
)
_BREAKS = 40  # line breaks in one paragraph
_SPACES = re.compile(r"[ \t\r\n]+")


def unbroken(text: str) -> str:
    """Numbers keep their unit on their line: `22. november`, `1.234,50 kr.`, `§ 24`."""
    return _STAYS.sub("\u00a0", text)


def text_of(element: _Element) -> str:
    """All text of an element and what it holds, as it stands there."""
    return "".join(str(part) for part in element.itertext())


def paragraph_of(
    element: _Element, style: ParagraphStyle, face: Face = REGULAR, tag: Element | None = None
) -> TaggedParagraph:
    """The element's text as one paragraph."""
    made = TaggedParagraph("", style, frags=fragments(element, style, face))
    made.element = tag
    return made


def paragraphs_of(
    element: _Element, style: ParagraphStyle, face: Face = REGULAR, bullet: str = "", tag: Element | None = None
) -> list[TaggedParagraph]:
    """The element's text, parted after every so many line breaks: one paragraph of 20,000 lines takes minutes."""
    blocks: list[list[ParaFrag]] = [[]]
    breaks = 0
    for frag in fragments(element, style, face):
        breaks += hasattr(frag, "lineBreak")
        if breaks == _BREAKS:
            blocks.append([])
            breaks = 0
        else:
            blocks[-1].append(frag)
    made = [TaggedParagraph("", style, frags=block or [_fragment("", face, style, None)]) for block in blocks]
    for one in made:
        one.element = tag
    made[0].bulletText = bullet or None
    for upper, lower in pairwise(made):
        upper.tail = " "
        upper.style = ParagraphStyle(style.name, parent=upper.style, spaceAfter=0)
        lower.style = ParagraphStyle(style.name, parent=lower.style, spaceBefore=0)
    return made


def fragments(element: _Element, style: ParagraphStyle, face: Face = REGULAR) -> list[ParaFrag]:
    """The element's text as ReportLab's fragments, spaces folded as in HTML."""
    parts = list(_inline(element, face, None))
    made: list[ParaFrag] = []
    trailing = True  # a space at the beginning of a line is dropped
    for number, (text, own, link) in enumerate(parts):
        if text is None:
            made.append(_fragment("", own, style, None, line_break=True))
            trailing = True
            continue
        folded = unbroken(_SPACES.sub(" ", text))
        if trailing:
            folded = folded.lstrip(" ")
        if number + 1 == len(parts) or parts[number + 1][0] is None:
            folded = folded.rstrip(" ")
        if folded:
            trailing = folded.endswith(" ")
            made += [_fragment(run, part, style, link) for part, run in runs(folded, own)]
    if len(made) == 1 and made[0].link:  # alone in its paragraph, ReportLab draws a link another way, without its mark
        made.append(_fragment("", face, style, None))
    return made or [_fragment("", face, style, None)]


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


def _fragment(
    text: str, face: Face, style: ParagraphStyle, link: Target | None, *, line_break: bool = False
) -> ParaFrag:
    frag = ParaFrag(
        rise=0,
        greek=0,
        link=[(id(link), link)] if link else [],
        fontName=face.name,
        bold=0,
        italic=0,
        fontSize=style.fontSize,
        textColor=style.textColor,
        us_lines=[],
        text=text,
    )
    if line_break:
        frag.lineBreak = True
    return frag


def plain(text: str, style: ParagraphStyle, face: Face = REGULAR, tag: Element | None = None) -> TaggedParagraph:
    """Text of the router's own in a paragraph: line breaks are kept, nothing in it is markup."""
    frags: list[ParaFrag] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            frags.append(_fragment("", face, style, None, line_break=True))
        frags += [_fragment(run, part, style, None) for part, run in runs(unbroken(line), face)]
    made = TaggedParagraph("", style, frags=frags or [_fragment("", face, style, None)])
    made.element = tag
    return made
