"""Tables of a letter: amounts at right, rules between the lines, a heading that is repeated on every page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from lxml.etree import _Element
from reportlab.platypus import Flowable, Spacer

from outbound.rendering.columns import GAP, columns_of
from outbound.rendering.fonts import BOLD, REGULAR
from outbound.rendering.fragments import CELL, CELL_RIGHT, INK, LINE, block_of
from outbound.rendering.setting import Setting
from outbound.rendering.sizes import Size
from outbound.rendering.structure import ROW_HEAD, TABLE_HEAD, Element
from outbound.rendering.tagged import RULE
from outbound.rendering.typesetting import TextBlock

_HAIRLINE, _HEAVY = 0.35, 0.8  # points
_ROUNDING = 1e-6  # points


class Padding(NamedTuple):
    """Points above and under the text of a cell."""

    top: float
    bottom: float


PLAIN, FACTS = Padding(2.5, 4), Padding(1.5, 2.5)


class Row(NamedTuple):
    """The cells of a row; None where the row has none. `total`: a rule over it, and never alone on a page."""

    cells: tuple[TextBlock | None, ...]
    total: bool = False


@dataclass(slots=True)
class _Shared:
    """What all parts of one table know: its columns, how it looks, and whether its heading has been heard.

    `page`: points that a whole page has for it.
    """

    widths: Sequence[float]
    heads: int
    facts: bool
    size: Size
    page: float
    heard: bool = False

    @property
    def padding(self) -> Padding:
        usual = FACTS if self.facts else PLAIN
        return Padding(*map(self.size.points, usual))

    def inside(self, column: int) -> tuple[float, float]:
        """From the column's left side to its text, and how wide the text may be."""
        left = GAP if column else 0.0
        right = GAP if column < len(self.widths) - 1 else 0.0
        return left, self.widths[column] - left - right


class LetterTable(Flowable):
    """A table, or the part of one that stands on one page."""

    def __init__(self, rows: Sequence[Row], shared: _Shared) -> None:
        super().__init__()
        self.rows, self.shared = rows, shared
        self.spaceBefore, self.spaceAfter = shared.size.points(3), shared.size.points(10)
        self._heights: list[float] = []

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        """As high as its rows."""
        if not self._heights:
            self._heights = [self._height(row) for row in self.rows]
            self.width, self.height = sum(self.shared.widths), sum(self._heights)
        return self.width, self.height

    @property
    def least(self) -> float:
        """Points that the heading and the first row need, and the sum if it is the second. It has been wrapped."""
        first = self.shared.heads + 1
        return sum(self._heights[: first + (first < len(self.rows) and self.rows[first].total)])

    def _height(self, row: Row) -> float:
        tall = 0.0
        for column, cell in enumerate(row.cells):
            if cell is not None:
                tall = max(tall, cell.wrap(self.shared.inside(column)[1], 0)[1])
        return tall + sum(self.shared.padding)

    def split(self, aW: float, aH: float) -> list[Flowable]:
        """Between two rows; within one only where it is taller than a page."""
        self.wrap(aW, aH)
        heads, fit, room = self.shared.heads, 0, aH + _ROUNDING
        while fit < len(self.rows) and self._heights[fit] <= room:
            room -= self._heights[fit]
            fit += 1
        if fit == len(self.rows):
            return [self]
        if self.rows[fit].total:
            fit -= 1
        if fit > heads:
            return [self._part(self.rows[:fit]), self._part([*self.rows[:heads], *self.rows[fit:]])]
        if fit < heads or sum(self._heights[: heads + 1]) <= self.shared.page:
            return []
        return self._split_in_row(heads, room)

    def _split_in_row(self, number: int, room: float) -> list[Flowable]:
        upper, lower = list[TextBlock | None](), list[TextBlock | None]()
        for column, cell in enumerate(self.rows[number].cells):
            parts = cell.parted(self.shared.inside(column)[1], room - sum(self.shared.padding)) if cell else []
            upper.append(parts[0] if parts else None)
            lower.append(parts[1] if len(parts) > 1 else None if parts else cell)
        if not any(upper):
            return []
        heads, total = self.rows[: self.shared.heads], self.rows[number].total
        first, rest = Row(tuple(upper), total), Row(tuple(lower), total)
        return [self._part([*heads, first]), self._part([*heads, rest, *self.rows[number + 1 :]])]

    def _part(self, rows: Sequence[Row]) -> "LetterTable":
        return LetterTable(rows, self.shared)

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:
        """The rules, which nobody hears, then the rows; a heading is heard on its first page only."""
        top = y + self.height
        self._draw_rules(canvas, x, top)
        for number, (row, tall) in enumerate(zip(self.rows, self._heights, strict=True)):
            canvas.repeating = self.shared.heard and number < self.shared.heads
            left = x
            for column, cell in enumerate(row.cells):
                if cell is not None:
                    within, _ = self.shared.inside(column)
                    cell.drawOn(canvas, left + within, top - self.shared.padding.top - cell.height)
                left += self.shared.widths[column]
            top -= tall
        canvas.repeating = False
        self.shared.heard = True

    def _draw_rules(self, canvas: Any, x: float, top: float) -> None:
        if self.shared.facts:
            return
        with canvas.artifact(RULE):
            for number, (row, tall) in enumerate(zip(self.rows, self._heights, strict=True)):
                if row.total:
                    _rule(canvas, x, top, self.width, _HEAVY, INK)
                top -= tall
                if number == self.shared.heads - 1:
                    _rule(canvas, x, top, self.width, _HEAVY, INK)
                elif number >= self.shared.heads and not self._before_total(number):
                    _rule(canvas, x, top, self.width, _HAIRLINE, LINE)

    def _before_total(self, number: int) -> bool:
        return number + 1 < len(self.rows) and self.rows[number + 1].total


def _rule(canvas: Any, x: float, y: float, wide: float, thick: float, colour: Any) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(thick)
    canvas.line(x, y, x + wide, y)


def table_of(element: _Element, parent: Element, setting: Setting) -> Flowable:
    """The table, ready to be laid out and to be parted over pages between its rows."""
    rows = [(row, group.tag == "thead") for group in element for row in group]
    if not any(len(row) for row, _ in rows):
        return Spacer(1, 0)
    facts = element.get("class") == "facts"
    size, widths = columns_of([row for row, _ in rows], facts, setting)
    shared = _Shared(widths, sum(head for _, head in rows), facts, size, setting.down)
    whole, inside = Element("Table", parent), replace(setting, size=size)
    return LetterTable([_row(row, head, shared, Element("TR", whole), inside) for row, head in rows], shared)


def _row(row: _Element, head: bool, shared: _Shared, tag: Element, setting: Setting) -> Row:
    """The cells of a row; one that is missing at its end is an empty one, so that all rows have as many."""
    total = row.get("class") == "total"
    bold = head or total
    cells: list[TextBlock | None] = [
        _cell(cell, bold or (shared.facts and cell.tag == "th"), _tag(cell, head, tag), setting) for cell in row
    ]
    for _ in range(len(shared.widths) - len(cells)):
        Element("TD", tag)
        cells.append(None)
    return Row(tuple(cells), total)


def _tag(cell: _Element, head: bool, row: Element) -> Element:
    if cell.tag == "th":
        return Element("TH", row, TABLE_HEAD if head else ROW_HEAD)
    return Element("TD", row)


def _cell(cell: _Element, bold: bool, tag: Element, setting: Setting) -> TextBlock:
    style = setting.size.style(CELL_RIGHT if cell.get("class") == "amount" else CELL)
    return block_of(cell, style, BOLD if bold else REGULAR, tag, hyphens=setting.wide)
