"""Text as the page's own orders, with marks that say whose it is."""

from typing import Any

from reportlab.lib.rl_accel import escapePDF, fp_str

from outbound.rendering.fonts import Face, font_of
from outbound.rendering.structure import Element

END = "EMC"


class Pen:
    """Writes one text object on a canvas, in one size (points). Nothing is on the page before `done`."""

    def __init__(self, canvas: Any, size: float) -> None:
        self._canvas, self._size, self._document = canvas, fp_str(size), canvas._doc
        self._orders = ["BT"]
        self._owner: Element | None = None
        self._font = ""

    def grey(self, level: float) -> None:
        """What is written from here on is so light: 0 is black."""
        self._orders.append(f"{fp_str(level)} g")

    def move(self, x: float, y: float) -> None:
        """Go on at this place: points from the lower left corner."""
        self._orders.append(f"1 0 0 1 {fp_str(x, y)} Tm")

    def own(self, element: Element | None) -> None:
        """What is written from here on belongs to this element; None marks nothing."""
        if element is self._owner:
            return
        if self._owner is not None:
            self._orders.append(END)
        if element is not None:
            self._orders.append(self._canvas.mark(element))
        self._owner = element

    def write(self, face: Face, text: str) -> None:
        """Write text that the face has, from here on."""
        font = font_of(face)
        for subset, codes in font.splitString(text, self._document):
            name = font.getSubsetInternalName(subset, self._document)
            if name != self._font:
                self._orders.append(f"{name} {self._size} Tf")
                self._font = name
            self._orders.append(f"({escapePDF(codes)}) Tj")

    def done(self) -> None:
        """Put it on the page."""
        self.own(None)
        self._orders.append("ET")
        self._canvas._code += self._orders
