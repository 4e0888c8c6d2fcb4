"""Charts of our own as numbers for `html/_charts.html`: horizontal bars, and columns stacked by month. Pure.

A drawing grows with the page and its text does not: along the page places are parts of it (`12.5%`), down the page they
are pixels. Each series has a pattern, so that it is told apart without colour; all that is drawn stands in a table too.
"""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from outbound.rendering.danish import tal
from outbound.web.axis import Axis, Number, percent_of

Written = Callable[[Number], str]
"""How a number is written, with its unit where the heading does not say it."""

UNKNOWN = "–"
LABEL, LABEL_LINES = 34, 3  # characters in a line: what 250 pixels hold
LINE, BAR, GAP = 19, 14, 10  # pixels
LETTER = 8  # pixels, the widest digit or letter there is in a value, more or less
MOST_ROWS = 40  # of horizontal bars; the rest stand in the table
FIELD = 200  # pixels, the height of columns
ABOVE, BELOW = 20, 22  # pixels for what is written there
MOST_LABELS = 12  # months named below columns
NARROW_LABELS = 3  # on a narrow screen only every third of these
WIDEST_TOTAL = 7  # characters above one of twelve columns
OVER, TALL = 4, 12  # pixels between a total and what it stands on, and of its digits with the half of a line's width


@dataclass(frozen=True, slots=True)
class Row:
    """A bar for each series, or a column of them. `None` is unknown, and drawn as nothing.

    `target` is what the row should reach. `said` replaces what would be written of the values.
    """

    label: str
    values: Sequence[Number | None]
    target: Number | None = None
    said: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, and how it is written. `key` begins every id, and is its own on the page.

    `most` is the end of the axis (1 for shares); else the greatest value is. `rows_are` heads the table's first column.
    `whole` is how ticks and targets are written, where those are whole and values are not; else `written` is.
    """

    key: str
    title: str
    unit: str
    series: Sequence[str]
    rows: Sequence[Row]
    rows_are: str = "Forvaltning"
    written: Written = lambda number: tal(int(number))
    most: Number | None = None
    target: str = "Mål"
    whole: Written | None = None

    @property
    def has_target(self) -> bool:
        """Is there a target in any row?"""
        return any(row.target is not None for row in self.rows)

    def said(self, row: Row) -> tuple[str, ...]:
        """The values of a row in words."""
        return tuple(row.said) or tuple(self.say(value) for value in row.values)

    def say(self, value: Number | None) -> str:
        """A value in words."""
        return UNKNOWN if value is None else self.written(value)

    def say_whole(self, value: Number | None) -> str:
        """A tick or a target in words."""
        return UNKNOWN if value is None else (self.whole or self.written)(value)

    @property
    def table(self) -> list[tuple[str, ...]]:
        """The figures behind: label, each series, and the target where there are any."""
        targets = self.has_target
        return [(row.label, *self.said(row), *((self.say_whole(row.target),) if targets else ())) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: `x` and `width` in percent of the drawing, `y` and `height` in pixels."""

    x: str
    width: str
    y: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Word:
    """Something written: `x` in percent, `y` the pixel on which it stands. Not on a narrow screen where `wide_only`."""

    x: str
    y: float
    text: str
    wide_only: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A straight line."""

    x1: str
    x2: str
    y1: float
    y2: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with everything in its place. `room` is the width in pixels kept beside the field, for `beside`."""

    chart: Chart
    kind: str
    summary: str
    height: int
    room: int
    boxes: tuple[Box, ...]
    words: tuple[Word, ...]
    beside: tuple[Word, ...]
    above: tuple[Word, ...]
    targets: tuple[Mark, ...]
    lines: tuple[Mark, ...]
    left_out: int = 0


def bars(chart: Chart) -> Drawn:
    """Horizontal bars, one below the other, their values to the right. For departments and reasons."""
    shown = chart.rows[:MOST_ROWS]
    axis = Axis.of([value for row in shown for value in (*row.values, row.target)], chart.most)
    zero, boxes, words, beside, targets, lines, y = percent_of(axis.place(0)), [], [], [], [], [], 0
    for row in shown:
        for line in _wrapped(row.label):
            words.append(Word("0%", y + LINE - 5, line))
            y += LINE
        top = y
        for place, (value, said) in enumerate(zip(row.values, chart.said(row), strict=True)):
            boxes += [Box(*axis.span(value), y, BAR, place)] if value else []
            beside.append(Word("100%", y + BAR - 2, said))
            y += BAR + 4
        if row.target is not None:
            at = percent_of(axis.place(row.target))
            targets.append(Mark(at, at, top - 3, y - 1))
        lines.append(Mark(zero, zero, top - 3, y - 1))
        y += GAP
    return Drawn(
        chart, "bars", _summary(chart), y, _room(word.text for word in beside), tuple(boxes), tuple(words),
        tuple(beside), (), tuple(targets), tuple(lines), len(chart.rows) - len(shown),
    )  # fmt: skip


def columns(chart: Chart) -> Drawn:
    """Columns side by side, each stacked of its series, the axis to the left. For months; the targets make a line."""
    stacks = [_stacked(row) for row in chart.rows]
    reached = [bound for stack in stacks for low, high, _ in stack for bound in (low, high)]
    axis = Axis.of([*reached, *(row.target for row in chart.rows)], chart.most, ticked=True)
    slot = Fraction(100, max(1, len(chart.rows)))
    boxes, targets = [], []
    for place, (row, stack) in enumerate(zip(chart.rows, stacks, strict=True)):
        x, width = percent_of(slot * place + slot / 8), percent_of(slot * 3 / 4)
        boxes += [Box(x, width, _down(axis, high), _down(axis, low) - _down(axis, high), of) for low, high, of in stack]
        if row.target is not None:
            at = _down(axis, row.target)
            targets.append(Mark(percent_of(slot * place), percent_of(slot * (place + 1)), at, at))
    ticks = [(_down(axis, tick), chart.say_whole(tick)) for tick in axis.ticks]
    return Drawn(
        chart, "columns", _summary(chart), ABOVE + FIELD + BELOW, _room(said for _, said in ticks), tuple(boxes),
        tuple(_months(chart, slot)), tuple(Word("100%", y + 4, said) for y, said in ticks),
        tuple(_totals(chart, stacks, axis, slot)), tuple(targets),
        tuple(Mark("0%", "100%", y, y) for y, _ in ticks),
    )  # fmt: skip


def whole_percent(share: Number) -> str:
    """A share as `12,5 %`, and as `80 %` where it is whole. To the nearest tenth, half upwards."""
    tenths = (share * 1000 + Fraction(1, 2)) // 1
    return f"{tal(float(Fraction(tenths, 10)))} %"


def _down(axis: Axis, value: Number) -> float:
    return ABOVE + axis.down(value, FIELD)


def _stacked(row: Row) -> list[tuple[Number, Number, int]]:
    """From where to where each series is drawn: upwards what is above nought, downwards what is below."""
    up: Number = 0
    down: Number = 0
    found: list[tuple[Number, Number, int]] = []
    for place, value in enumerate(row.values):
        if value is not None and value > 0:
            found.append((up, up + value, place))
            up += value
        elif value is not None and value < 0:
            found.append((down + value, down, place))
            down += value
    return found


def _totals(
    chart: Chart, stacks: Sequence[list[tuple[Number, Number, int]]], axis: Axis, slot: Fraction
) -> Iterator[Word]:
    """What each column comes to, above it; nothing where there are too many to be read."""
    known = [[value for value in row.values if value is not None] for row in chart.rows]
    totals = [chart.written(sum(values)) if values else "" for values in known]
    if len(totals) > MOST_LABELS or max(map(len, totals), default=0) > WIDEST_TOTAL:
        return
    for place, (said, row, stack) in enumerate(zip(totals, chart.rows, stacks, strict=True)):
        y = _down(axis, max((high for _, high, _ in stack), default=0)) - OVER
        line = None if row.target is None else _down(axis, row.target)
        if line is not None and y - TALL <= line <= y + OVER:  # it would run through the word
            y = line - OVER
        yield Word(percent_of(slot * place + slot / 2), y, said, wide_only=True)


def _months(chart: Chart, slot: Fraction) -> Iterator[Word]:
    """The labels below, as many as can be read."""
    every = max(1, -(-len(chart.rows) // MOST_LABELS))
    for place, row in enumerate(chart.rows[::every]):
        x = percent_of(slot * place * every + slot / 2)
        yield Word(x, ABOVE + FIELD + BELOW - 6, row.label, wide_only=place % NARROW_LABELS > 0)


def _wrapped(label: str) -> list[str]:
    """In as many lines as there is room for."""
    return textwrap.wrap(label, LABEL, max_lines=LABEL_LINES, placeholder=" …") or [""]


def _summary(chart: Chart) -> str:
    """What a picture of it would show at a glance."""
    rows = "1 række" if len(chart.rows) == 1 else f"{len(chart.rows)} rækker"
    parts = [f"{chart.title}, {chart.unit}. {rows}; alle tal står i tabellen under figuren."]
    for place, name in enumerate(chart.series):
        known = [row for row in chart.rows if row.values[place] is not None]
        if known:
            low, high = (end(known, key=lambda row: row.values[place] or 0) for end in (min, max))
            ends = ((word, f"{row.label}, {chart.said(row)[place]}") for word, row in (("mest", high), ("mindst", low)))
            said = "; ".join(f"{word} {said}" for word, said in ends)
            parts.append(f"{name}: {said.removesuffix('.')}.")  # an amount ends in `kr.`
    return " ".join(parts)


def _room(texts: Iterator[str]) -> int:
    return 8 + LETTER * max((len(text) for text in texts), default=0)
