"""Where each place of the flow lies in the picture: columns of steps, from left to right. Lengths are SVG units."""

from collections.abc import Iterator
from dataclasses import dataclass

from outbound.flow import Flow, Place
from outbound.standing import Stage

BOX, HIGH = 176, 62
GAP_X, GAP_Y = 30, 14
HEAD = 30
STEPS = tuple(Stage)
WIDE = len(STEPS) * BOX + (len(STEPS) - 1) * GAP_X
ROWS = 4
TALL = HEAD + ROWS * (HIGH + GAP_Y) - GAP_Y


@dataclass(frozen=True, slots=True)
class Drawn:
    """A place and its upper left corner."""

    place: Place
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """A way from the right side of one box to the left side of another."""

    x1: int
    y1: int
    x2: int
    y2: int


def drawn(way: Flow) -> list[Drawn]:
    """Every place with where it lies; a column of fewer boxes stands in the middle."""
    return [one for column, step in enumerate(STEPS) for one in _column(way.of(step), column)]


def lines(way: Flow) -> list[Line]:
    """The ways between neighbouring steps that a letter can go: in its lane, and from one channel only to itself."""
    boxes = drawn(way)
    pairs = [(a, b) for a in boxes for b in boxes if _follows(a.place, b.place)]
    return [Line(a.x + BOX, a.y + HIGH // 2, b.x, b.y + HIGH // 2) for a, b in pairs]


def _column(places: tuple[Place, ...], column: int) -> Iterator[Drawn]:
    above = (ROWS - len(places)) * (HIGH + GAP_Y) // 2
    for row, place in enumerate(places):
        yield Drawn(place, column * (BOX + GAP_X), HEAD + max(0, above) + row * (HIGH + GAP_Y))


def _follows(before: Place, after: Place) -> bool:
    next_step = STEPS.index(after.step) == STEPS.index(before.step) + 1
    return next_step and before.lane is after.lane and before.channel in (None, after.channel)
