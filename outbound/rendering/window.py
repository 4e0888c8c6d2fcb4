"""Where things stand on the first page: the address window of a C5 or C4 window envelope, and what must stay clear.

No Danish source publishes the millimetres: printers hand them out with their agreements. These are chosen so that
they lie inside the windows of the usual Nordic C5 and C4 window envelopes, and are data to be changed, not truth.
"""

from dataclasses import dataclass

MM = 72 / 25.4  # points
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0  # A4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page in millimetres, measured from the upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Millimetres from the left edge of the page to its right side."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Millimetres from the top of the page to its lower side."""
        return self.top + self.height

    def touches(self, other: "Box") -> bool:
        """Do the two share more than an edge?"""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, slots=True)
class Window:
    """What the envelope shows: the address and, over it, the return address; `clear` stays empty on every page.

    `risk` lies around the address and the return line: where the sheet may slide to in its envelope, so nothing
    else stands there either.
    """

    address: Box
    return_line: Box
    risk: Box
    clear: tuple[Box, ...]


WINDOW = Window(
    address=Box(20, 46, 90, 36),
    return_line=Box(20, 40, 90, 5),
    risk=Box(12, 36, 104, 52),
    clear=(
        Box(0, 0, 12, PAGE_HEIGHT),
        Box(0, PAGE_HEIGHT - 8, PAGE_WIDTH, 8),
    ),  # the machine's marks; the feeder
)
HEAD = Box(128, 15, 62, 150)  # the letterhead and, under it, date and case number
LOGO = Box(128, 15, 48, 13)  # at the top of the letterhead, over the name
BODY_FIRST = Box(22, 98, 164, 178)
BODY_LATER = Box(22, 22, 164, 254)
FOOTER = Box(22, 281, 168, 6)
MARKER = Box(128, 8, 62, 6)  # the word "Genudsendt", in the top margin
