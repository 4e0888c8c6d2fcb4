"""From the checked body to flowables. Text goes to ReportLab as finished fragments: its own markup is never parsed."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.etree import _Element
from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle
from reportlab.platypus.paraparser import ParaFrag

from outbound.rendering.danish import MONTHS
from outbound.rendering.fonts import BOLD, ITALIC, REGULAR, Face, runs, width
from outbound.rendering.window import BODY_LATER, MM

INK = Color(0, 0, 0)
PALE = Color(0.945, 0.945, 0.945)
LINE = Color(0.6, 0.6, 0.6)
GREY = Color(0.32, 0.32, 0.32)  # 8:1 on white


def _style(
    name: str, face: Face = REGULAR, size: float = 10.5, leading: float = 14.5, **more: Any
) -> ParagraphStyle:
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
    "li": _style(
        "li", leftIndent=14, bulletIndent=3, bulletFontName=REGULAR.name, bulletFontSize=10.5, spaceAfter=2
    ),
    "last-li": _style(
        "li", leftIndent=14, bulletIndent=3, bulletFontName=REGULAR.name, bulletFontSize=10.5, spaceAfter=7
    ),
}
FACES = {"h1": BOLD, "h2": BOLD, "h3": BOLD}
CELL = _style("cell", size=10, leading=13)
CELL_RIGHT = _style("amount", size=10, leading=13, alignment=TA_RIGHT)
_STAYS = re.compile(
    rf"(?<=[\d.]) (?=(?:{'|'.join(MONTHS)}|kr\.|pct\.|mm?²?)\b)|(?<=§) (?=\d)|(?<=\bkl\.) (?=\d)|(?<=\bstk\.) (?=\d)"
)
_SHORT = 250  # characters: a paragraph that leads into a list and is no longer stays with it
_SPACES = re.compile(r"[ \t\r\n]+")


def unbroken(text: str) -> str:
    """Numbers keep their unit on their line: `22. november`, `1.234,50 kr.`, `§ 24`."""
    return _STAYS.sub("\u00a0", text)


class Group(Flowable):  # type: ignore[misc]
    """Flowables that stand on one page where they fit on one at all; `tinted`: on a grey ground."""

    PAD = 9.0  # points inside a tinted group

    def __init__(self, inside: Sequence[Flowable], tinted: bool = False) -> None:
        super().__init__()
        self.inside, self.tinted = list(inside), tinted
        self.spaceBefore, self.spaceAfter = (8, 8) if tinted else (0, 0)
        self._tops: list[float] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        pad = self.PAD if self.tinted else 0.0
        self.width, y, after = width, pad, 0.0
        self._tops = []
        for number, part in enumerate(self.inside):
            gap = max(after, part.getSpaceBefore()) if number else 0.0
            _, tall = part.wrap(width - 2 * pad, height)
            self._tops.append(y + gap)
            y, after = y + gap + tall, part.getSpaceAfter()
        self.height = y + pad
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Only what is taller than a page is split at all, between its parts."""
        _, tall = self.wrap(width, height)
        if tall <= BODY_LATER.height * MM or len(self.inside) < 2:
            return [] if tall <= BODY_LATER.height * MM or self.tinted else list(self.inside)
        if not self.tinted:
            return list(self.inside)
        ends = [*self._tops[1:], self.height]
        fits = sum(end + self.PAD <= height for end in ends)
        fits = min(fits, len(self.inside) - 1)
        return [Group(self.inside[:fits], True), Group(self.inside[fits:], True)] if fits else []

    def draw(self) -> None:
        pad = self.PAD if self.tinted else 0.0
        if self.tinted:
            self.canv.setFillColor(PALE)
            self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            self.canv.setFillColor(INK)
        for top, part in zip(self._tops, self.inside, strict=True):
            part.drawOn(self.canv, pad, self.height - top - part.height)


def flowables(body: _Element) -> list[Flowable]:
    """The whole body, in order."""
    return [piece for element in body for piece in _pieces(element)]


def _pieces(element: _Element) -> Iterator[Flowable]:
    tag = element.tag
    if tag in ("h1", "h2", "h3"):
        heading = _paragraph(element, STYLES[tag], BOLD)
        heading.sticks = True  # to what follows it
        yield heading
    elif tag in ("ul", "ol"):
        yield from _items(element)
    elif tag == "table":
        yield _table(element)
    elif tag == "section":
        yield Group(
            [piece for child in element for piece in _pieces(child)], tinted=element.get("class") == "box"
        )
    else:
        yield _text_block(element)


def _text_block(element: _Element) -> Flowable:
    kind = element.get("class")
    if kind == "signature":
        signature = Group([_paragraph(element, SIGNATURE)])
        signature.spaceBefore = SIGNATURE.spaceBefore
        return signature
    paragraph = _paragraph(element, NOTE if kind == "note" else BODY)
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and len("".join(element.itertext())) < _SHORT:
        paragraph.sticks = True
    return paragraph


def _items(element: _Element) -> Iterator[Flowable]:
    for number, item in enumerate(element, 1):
        bullet = "•" if element.tag == "ul" else f"{number}."
        style = STYLES["li" if item.getnext() is not None else "last-li"]
        yield Paragraph(None, style, bulletText=bullet, frags=fragments(item, style))


def _paragraph(element: _Element, style: ParagraphStyle, face: Face = REGULAR) -> Paragraph:
    return Paragraph(None, style, frags=fragments(element, style, face))


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
    return made or [_fragment("", face, style, None)]


def _inline(element: _Element, face: Face, link: str | None) -> Iterator[tuple[str | None, Face, str | None]]:
    """(text, face, link) in order; text None is a line break."""
    if element.text:
        yield element.text, face, link
    for child in element:
        if child.tag == "br":
            yield None, face, None
        elif child.tag == "a":
            yield from _inline(child, face, child.get("href"))
        else:
            yield from _inline(child, BOLD if child.tag == "strong" or face is BOLD else ITALIC, link)
        if child.tail:
            yield child.tail, face, link


def _fragment(
    text: str, face: Face, style: ParagraphStyle, link: str | None, *, line_break: bool = False
) -> ParaFrag:
    frag = ParaFrag(
        rise=0,
        greek=0,
        link=[(0, link)] if link else [],
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


def plain(text: str, style: ParagraphStyle, face: Face = REGULAR) -> Paragraph:
    """Text of the router's own in a paragraph: line breaks are kept, nothing in it is markup."""
    frags: list[ParaFrag] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            frags.append(_fragment("", face, style, None, line_break=True))
        frags += [_fragment(run, part, style, None) for part, run in runs(unbroken(line), face)]
    return Paragraph(None, style, frags=frags or [_fragment("", face, style, None)])


def _table(element: _Element) -> Flowable:
    rows = [(row, group.tag == "thead") for group in element for row in group]
    columns = max((len(row) for row, _ in rows), default=0)
    if not columns:
        return Spacer(1, 0)
    facts = element.get("class") == "facts"
    cells = [
        [_cell(cell, head or facts and cell.tag == "th" or _is_total(row)) for cell in row]
        for row, head in rows
    ]
    widths = _widths(rows, columns, facts)
    grid = [line + [""] * (columns - len(line)) for line in cells]
    heads = sum(head for _, head in rows)
    table = Table(
        grid,
        colWidths=widths,
        repeatRows=heads,
        style=_table_style(rows, facts, heads),
        hAlign="LEFT",
        splitInRow=1,
        spaceBefore=3,
        spaceAfter=10,
    )
    return table


def _is_total(row: _Element) -> bool:
    return row.get("class") == "total"


def _cell(cell: _Element, bold: bool) -> Paragraph:
    style = CELL_RIGHT if cell.get("class") == "amount" else CELL
    return _paragraph(cell, style, BOLD if bold else REGULAR)


_WHOLE = BODY_LATER.width * MM
_GAP = 6.0  # points at either side inside a cell


def _widths(rows: Sequence[tuple[_Element, bool]], columns: int, facts: bool) -> list[float]:
    """Columns of amounts, and the names of a table of facts, take what they need; the rest share what is left."""
    narrow: dict[int, float] = {}
    for row, _ in rows:
        for number, cell in enumerate(row):
            if cell.get("class") == "amount" or (facts and number == 0):
                needed = width(unbroken(" ".join("".join(cell.itertext()).split())), BOLD, CELL.fontSize)
                narrow[number] = max(narrow.get(number, 0.0), needed + 2 * _GAP + 1)
    most = _WHOLE * (0.34 if facts else 0.8 / columns)
    narrow = {number: min(needed, most) for number, needed in narrow.items()}
    others = columns - len(narrow)
    each = (_WHOLE - sum(narrow.values())) / others if others else 0.0
    return [narrow.get(number, each) for number in range(columns)]


def _table_style(rows: Sequence[tuple[_Element, bool]], facts: bool, heads: int) -> TableStyle:
    commands: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _GAP),
        ("RIGHTPADDING", (0, 0), (-1, -1), _GAP),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5 if facts else 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5 if facts else 4),
    ]
    if not facts:
        commands.append(("LINEBELOW", (0, heads), (-1, -1), 0.35, LINE))
        commands += [("LINEBELOW", (0, heads - 1), (-1, heads - 1), 0.8, INK)] if heads else []
        for number, (row, _) in enumerate(rows):
            if _is_total(row):
                commands += [
                    ("LINEABOVE", (0, number), (-1, number), 0.8, INK),
                    ("NOSPLIT", (0, number - 1), (0, number)),
                ]
    return TableStyle(commands)


__all__ = ["BODY", "GREY", "Group", "TA_LEFT", "flowables", "plain"]
