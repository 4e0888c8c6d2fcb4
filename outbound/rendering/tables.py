"""Tables of a letter: amounts at right, rules between the lines, a heading that is repeated on every page."""

import re
from collections.abc import Sequence
from typing import Any

from lxml.etree import _Element
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from outbound.rendering.fonts import BOLD, REGULAR, width
from outbound.rendering.fragments import CELL, CELL_RIGHT, INK, LINE, fragments, paragraphs_of, text_of, unbroken
from outbound.rendering.sizes import NORMAL, SMALLER, Size
from outbound.rendering.structure import ROW_HEAD, TABLE_HEAD, Element
from outbound.rendering.tagged_pieces import TableMarks, TaggedParagraph


def table_of(element: _Element, parent: Element, size: Size, whole: float) -> Flowable:
    """The table, ready to be laid out in so many points and to be parted over pages between its rows."""
    rows = [(row, group.tag == "thead") for group in element for row in group]
    columns = max((len(row) for row, _ in rows), default=0)
    if not columns:
        return Spacer(1, 0)
    facts = element.get("class") == "facts"
    table = Element("Table", parent)
    if size is NORMAL:
        widths = _widths(rows, columns, facts, size, whole)
    else:
        size, widths = _holding_words(rows, columns, facts, size, whole)
    grid = [_line(row, head, columns, facts, Element("TR", table), size) for row, head in rows]
    heads = sum(head for _, head in rows)
    return Table(
        grid,
        colWidths=widths,
        repeatRows=heads,
        style=_table_style(rows, facts, heads, size),
        hAlign="LEFT",
        splitInRow=1,
        renderCB=TableMarks(heads),  # type: ignore[arg-type] # any callable will do
        spaceBefore=size.points(3),
        spaceAfter=size.points(10),
    )


def _is_total(row: _Element) -> bool:
    return row.get("class") == "total"


def _line(
    row: _Element, head: bool, columns: int, facts: bool, tag: Element, size: Size
) -> list[list[TaggedParagraph]]:
    """The cells of a row; one that is missing at its end is an empty one, so that all rows have as many."""
    bold = head or _is_total(row)
    cells = [_cell(cell, bold or (facts and cell.tag == "th"), _tag(cell, head, tag), size) for cell in row]
    for _ in range(columns - len(cells)):
        Element("TD", tag)
        cells.append([])
    return cells


def _tag(cell: _Element, head: bool, row: Element) -> Element:
    if cell.tag == "th":
        return Element("TH", row, TABLE_HEAD if head else ROW_HEAD)
    return Element("TD", row)


def _cell(cell: _Element, bold: bool, tag: Element, size: Size) -> list[TaggedParagraph]:
    style = size.style(CELL_RIGHT if cell.get("class") == "amount" else CELL)
    return paragraphs_of(cell, style, BOLD if bold else REGULAR, tag=tag)


_GAP = 6.0  # points at either side inside a cell
_PARTING = re.compile("[ \\n]+")


def _widths(rows: Sequence[tuple[_Element, bool]], columns: int, facts: bool, size: Size, whole: float) -> list[float]:
    """Columns of amounts, and the names of a table of facts, take what they need; the rest share what is left."""
    narrow: dict[int, float] = {}
    for row, _ in rows:
        for number, cell in enumerate(row):
            if cell.get("class") == "amount" or (facts and number == 0):
                needed = width(unbroken(" ".join(text_of(cell).split())), BOLD, size.points(CELL.fontSize))
                narrow[number] = max(narrow.get(number, 0.0), needed + 2 * _GAP + 1)
    most = whole * (0.34 if facts else 0.8 / columns)
    narrow = {number: min(needed, most) for number, needed in narrow.items()}
    others = columns - len(narrow)
    each = (whole - sum(narrow.values())) / others if others else 0.0
    return [narrow.get(number, each) for number in range(columns)]


def _holding_words(
    rows: Sequence[tuple[_Element, bool]], columns: int, facts: bool, size: Size, whole: float
) -> tuple[Size, list[float]]:
    """The largest size in which every column holds its longest word, and the columns' widths in it. The smallest is
    the usual size; what does not fit in that either is broken as usual."""
    for each in (size, *SMALLER):
        least = _longest_words(rows, columns, each)
        if sum(least) <= whole:
            return each, _raised(_widths(rows, columns, facts, each, whole), least)
    return NORMAL, _widths(rows, columns, facts, NORMAL, whole)


def _longest_words(rows: Sequence[tuple[_Element, bool]], columns: int, size: Size) -> list[float]:
    """Points that the longest word of each column needs. An amount with its unit is one word."""
    least = [0.0] * columns
    for row, _ in rows:
        for number, cell in enumerate(row):
            parts = ["\n" if hasattr(one, "lineBreak") else one.text for one in fragments(cell, CELL)]
            for word in _PARTING.split("".join(parts)):
                needed = width(word, BOLD, size.points(CELL.fontSize)) + 2 * _GAP + 1
                least[number] = max(least[number], needed)
    return least


def _raised(widths: list[float], least: list[float]) -> list[float]:
    """No column narrower than its longest word: what is missing is taken from those that have more than they need."""
    missing = sum(max(low - wide, 0.0) for wide, low in zip(widths, least, strict=True))
    spare = sum(max(wide - low, 0.0) for wide, low in zip(widths, least, strict=True))
    share = min(missing / spare, 1.0) if spare else 0.0
    return [low if wide < low else wide - share * (wide - low) for wide, low in zip(widths, least, strict=True)]


def _table_style(rows: Sequence[tuple[_Element, bool]], facts: bool, heads: int, size: Size) -> TableStyle:
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), CELL.fontName, size.points(CELL.fontSize)),  # else Helvetica, which is not embedded
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _GAP),
        ("RIGHTPADDING", (0, 0), (-1, -1), _GAP),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), size.points(1.5 if facts else 2.5)),
        ("BOTTOMPADDING", (0, 0), (-1, -1), size.points(2.5 if facts else 4)),
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
