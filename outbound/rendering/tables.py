"""Tables of a letter: amounts at right, rules between the lines, a heading that is repeated on every page."""

from collections.abc import Sequence
from typing import Any

from lxml.etree import _Element
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from outbound.rendering.fonts import BOLD, REGULAR, width
from outbound.rendering.fragments import CELL, CELL_RIGHT, INK, LINE, paragraphs_of, text_of, unbroken
from outbound.rendering.structure import ROW_HEAD, TABLE_HEAD, Element
from outbound.rendering.tagged_pieces import TableMarks, TaggedParagraph
from outbound.rendering.window import BODY_LATER, MM


def table_of(element: _Element, parent: Element) -> Flowable:
    """The table, ready to be laid out and to be parted over pages between its rows."""
    rows = [(row, group.tag == "thead") for group in element for row in group]
    columns = max((len(row) for row, _ in rows), default=0)
    if not columns:
        return Spacer(1, 0)
    facts = element.get("class") == "facts"
    whole = Element("Table", parent)
    grid = [_line(row, head, columns, facts, Element("TR", whole)) for row, head in rows]
    widths = _widths(rows, columns, facts)
    heads = sum(head for _, head in rows)
    return Table(
        grid,
        colWidths=widths,
        repeatRows=heads,
        style=_table_style(rows, facts, heads),
        hAlign="LEFT",
        splitInRow=1,
        renderCB=TableMarks(heads),  # type: ignore[arg-type] # any callable will do
        spaceBefore=3,
        spaceAfter=10,
    )


def _is_total(row: _Element) -> bool:
    return row.get("class") == "total"


def _line(row: _Element, head: bool, columns: int, facts: bool, tag: Element) -> list[list[TaggedParagraph]]:
    """The cells of a row; one that is missing at its end is an empty one, so that all rows have as many."""
    bold = head or _is_total(row)
    cells = [_cell(cell, bold or (facts and cell.tag == "th"), _tag(cell, head, tag)) for cell in row]
    for _ in range(columns - len(cells)):
        Element("TD", tag)
        cells.append([])
    return cells


def _tag(cell: _Element, head: bool, row: Element) -> Element:
    if cell.tag == "th":
        return Element("TH", row, TABLE_HEAD if head else ROW_HEAD)
    return Element("TD", row)


def _cell(cell: _Element, bold: bool, tag: Element) -> list[TaggedParagraph]:
    style = CELL_RIGHT if cell.get("class") == "amount" else CELL
    return paragraphs_of(cell, style, BOLD if bold else REGULAR, tag=tag)


_WHOLE = BODY_LATER.width * MM
_GAP = 6.0  # points at either side inside a cell


def _widths(rows: Sequence[tuple[_Element, bool]], columns: int, facts: bool) -> list[float]:
    """Columns of amounts, and the names of a table of facts, take what they need; the rest share what is left."""
    narrow: dict[int, float] = {}
    for row, _ in rows:
        for number, cell in enumerate(row):
            if cell.get("class") == "amount" or (facts and number == 0):
                needed = width(unbroken(" ".join(text_of(cell).split())), BOLD, CELL.fontSize)
                narrow[number] = max(narrow.get(number, 0.0), needed + 2 * _GAP + 1)
    most = _WHOLE * (0.34 if facts else 0.8 / columns)
    narrow = {number: min(needed, most) for number, needed in narrow.items()}
    others = columns - len(narrow)
    each = (_WHOLE - sum(narrow.values())) / others if others else 0.0
    return [narrow.get(number, each) for number in range(columns)]


def _table_style(rows: Sequence[tuple[_Element, bool]], facts: bool, heads: int) -> TableStyle:
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), CELL.fontName, CELL.fontSize),  # else Helvetica, which is not embedded
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
