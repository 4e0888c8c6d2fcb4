"""A small chart of shares month by month, drawn as letters are: in black and grey, one figure with a text for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable

from outbound.rendering.fonts import REGULAR, width
from outbound.rendering.fragments import INK, PALE
from outbound.rendering.sheet import draw_line
from outbound.rendering.structure import Element

HEIGHT, FOOT, TOP, LEFT, RIGHT = 128.0, 27.0, 6.0, 34.0, 52.0  # points
SIZE = 8.0
TICKS = (0, 25, 50, 75, 100)
_BAR = Color(0.45, 0.45, 0.45)
DASHES = (3.0, 2.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands under it, how high it is in percent (None = there is no bar), and the same in words."""

    label: str
    percent: float | None
    said: str


class Bars(Flowable):
    """Bars on an axis from 0 to 100 %, and a dashed line at `target` where there is one. `alt` says the same."""

    canv: Any

    def __init__(self, bars: Sequence[Bar], target: int | None, alt: str, parent: Element) -> None:
        super().__init__()
        self.bars, self.target, self.alt = bars, target, alt
        self.element = Element("Figure", parent)
        self.spaceBefore, self.spaceAfter = 4, 10

    def wrap(self, across: float, down: float) -> tuple[float, float]:
        """As wide as the text."""
        self.width, self.height = across, HEIGHT
        return self.width, self.height

    def split(self, across: float, down: float) -> list[Flowable]:
        """It is never parted."""
        return []

    def draw(self) -> None:
        """Axis, bars, target."""
        with self.canv.drawing(self.width, self.height, self.alt, self.element):
            for tick in TICKS:
                self._rule(tick, PALE if tick else INK)
                self._text(f"{tick} %", LEFT - 5, self._y(tick) - SIZE * 0.35, 1.0)
            for number, bar in enumerate(self.bars):
                self._bar(number, bar)
            if self.target is not None:
                self._target(self.target)

    def _y(self, percent: float) -> float:
        return FOOT + (HEIGHT - FOOT - TOP) * percent / 100

    def _rule(self, percent: float, colour: Color) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(0.5)
        self.canv.line(LEFT, self._y(percent), self.width - RIGHT, self._y(percent))

    def _bar(self, number: int, bar: Bar) -> None:
        step = (self.width - LEFT - RIGHT) / 12
        middle = LEFT + step * (number + 0.5)
        top = self._y(bar.percent or 0)
        if bar.percent is not None:
            self.canv.setFillColor(_BAR)
            self.canv.rect(middle - step * 0.3, FOOT, step * 0.6, top - FOOT, stroke=0, fill=1)
            self.canv.setFillColor(INK)
        self._text(bar.label, middle, FOOT - SIZE - 3, 0.5)
        self._text(bar.said, middle, FOOT - 2 * SIZE - 6, 0.5)

    def _target(self, percent: int) -> None:
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(0.8)
        self.canv.setDash(DASHES)
        self.canv.line(LEFT, self._y(percent), self.width - RIGHT, self._y(percent))
        self.canv.setDash(())
        self._text(f"Mål: {percent} %", self.width - RIGHT + 4, self._y(percent) - SIZE * 0.35, 0.0)

    def _text(self, text: str, x: float, y: float, part: float) -> None:
        """A word, `part` of whose width lies left of `x`; a space parts it from the next for those who hear it."""
        draw_line(self.canv, x - part * width(text, REGULAR, SIZE), y, f"{text} ", REGULAR, SIZE)
