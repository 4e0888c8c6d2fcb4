"""Where things stand on a page for the print provider: the envelope's window, and what must stay clear.

No Danish source publishes the millimetres: print providers hand them out with their agreements. What stands here lies
inside the windows of the usual Nordic C5 and C4 window envelopes; it is data, to be changed in `config/outbound.toml`
to what the provider says. All measures are millimetres from the upper left corner of A4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0  # A4
INSET = 2.0  # between the address and the sides of its box
LEAST_ADDRESS = (57.0, 25.0)  # holds 34 letters n at 8 points (ADDRESS_LINE) in six lines, inset at both sides
LEAST_CODE = (14.0, 11.0)  # holds eleven digits of 6 points, and over them a symbol with modules of half a millimetre
USUAL_CODE = (16.0, 18.0)
LEAST_RETURN_LINE = 4.0  # the height of a line of 7.5 points
LEAST_HEAD = 45.0  # the width of the letterhead's column
LEAST_BODY = 100.0  # the height of the body on the first page
MOST_CLEAR_LEFT, MOST_CLEAR_BOTTOM, MOST_EDGE = 25.0, 65.0, 8.0  # what leaves body, footer and marker their places
_BODY_WIDTH = 164.0
_RIGHT = 190.0  # where letterhead and footer end
_TOP = 22.0  # of the body on later pages


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page in millimetres, measured from the upper left corner."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

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

    def holds(self, other: "Box") -> bool:
        """Does the other lie inside this one? Never so for a measure that is no number."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


SHEET = Box(0, 0, PAGE_WIDTH, PAGE_HEIGHT)


@dataclass(frozen=True, slots=True)
class PrintPage:
    """What the envelope shows, and what stays clear; from these follow the places of everything else.

    `risk` lies around the address and the return line: where the sheet may slide to in its envelope, so nothing else
    stands there either. `clear_left` and `clear_bottom` stay empty on every page (the machine's marks, the feeder);
    `edge` is where no printer prints, at the top and the right. `return_code` lies inside the address's box, at its
    right; None is its lower right corner, and a box without width is no code at all.
    Raises ValueError, which names every key that is wrong.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    address: Box = Box(20, 46, 90, 36)
    return_line: Box = Box(20, 40, 90, 5)
    risk: Box = Box(12, 36, 104, 52)
    clear_left: float = 12.0
    clear_bottom: float = 8.0
    edge: float = 4.0
    return_code: Box | None = None

    def __post_init__(self) -> None:
        faults = list(self._margins()) or list(self._window()) or list(self._room())
        if faults:
            raise ValueError(" ".join(faults))

    def _margins(self) -> Iterator[str]:
        most = {"clear_left": MOST_CLEAR_LEFT, "clear_bottom": MOST_CLEAR_BOTTOM, "edge": MOST_EDGE}
        for key, limit in most.items():
            if not 0 <= getattr(self, key) <= limit:
                yield f"{key} must be from 0 to {limit:g} millimetres."

    def _window(self) -> Iterator[str]:
        wide, tall = PAGE_WIDTH - self.clear_left - self.edge, PAGE_HEIGHT - self.clear_bottom - self.edge
        printable = Box(self.clear_left, self.edge, wide, tall)
        if not SHEET.holds(self.risk):
            yield "risk must lie on the page (210 × 297 mm)."
        for key, box in (("address", self.address), ("return_line", self.return_line)):
            if not printable.holds(box):
                yield f"{key} must lie where the printer prints, right of clear_left and above clear_bottom."
            if not self.risk.holds(box):
                yield f"{key} must lie inside risk."
        wide, tall = LEAST_ADDRESS
        if not (self.address.width >= wide and self.address.height >= tall):
            yield f"address must be at least {wide:g} mm wide and {tall:g} mm high, or no address fits."
        if not (self.return_line.width >= wide and self.return_line.height >= LEAST_RETURN_LINE):
            yield f"return_line must be at least {wide:g} mm wide and {LEAST_RETURN_LINE:g} mm high."
        yield from self._code()
        if not self.return_line.bottom <= self.address.top:
            yield "return_line must lie above address."

    def _code(self) -> Iterator[str]:
        box, (wide, tall) = self.return_code, LEAST_CODE
        if box is None or not box.width:
            return
        if not self.address.holds(box):
            yield "return_code must lie inside address."
        if not (box.width >= wide and box.height >= tall):
            yield f"return_code must be at least {wide:g} mm wide and {tall:g} mm high, or have no width for none."
        if not box.left - self.address.left >= LEAST_ADDRESS[0]:
            yield f"return_code must leave {LEAST_ADDRESS[0]:g} mm of the address's box at its left."

    def _room(self) -> Iterator[str]:
        if self.head.width < LEAST_HEAD:
            yield f"risk leaves less than {LEAST_HEAD:g} mm at its right for the letterhead."
        if self.body_first.height < LEAST_BODY:
            yield f"risk leaves less than {LEAST_BODY:g} mm under it for the letter, above clear_bottom."

    @property
    def figures(self) -> str:
        """All its millimetres in one line, however they were written."""
        parts = (part if isinstance(part, tuple) else (part,) for part in astuple(self) if part is not None)
        return " ".join(f"{figure:g}" for part in parts for figure in part)

    @property
    def code_box(self) -> Box | None:
        """Where the return code stands; None where none does: so it is said, or the address leaves no room for it."""
        if self.return_code is not None:
            return self.return_code if self.return_code.width else None
        wide, tall = USUAL_CODE
        if self.address.width < LEAST_ADDRESS[0] + wide:
            return None
        return Box(self.address.right - wide, self.address.bottom - tall, wide, tall)

    @property
    def beside_code(self) -> Box:
        """The address's box without the return code's column."""
        box = self.address
        right = self.code_box.left if self.code_box else box.right
        return Box(box.left, box.top, right - box.left, box.height)

    @property
    def clear(self) -> tuple[Box, ...]:
        """What stays empty on every page."""
        left = Box(0, 0, self.clear_left, PAGE_HEIGHT)
        return left, Box(0, PAGE_HEIGHT - self.clear_bottom, PAGE_WIDTH, self.clear_bottom)

    @property
    def head(self) -> Box:
        """The letterhead and, under it, date and case number: at the right of the risk zone."""
        left, top = self.risk.right + 12, 15.0
        return Box(left, top, _RIGHT - left, self._foot - 111 - top)

    @property
    def logo(self) -> Box:
        """At the top of the letterhead, over the name."""
        return Box(self.head.left, self.head.top, min(48.0, self.head.width), 13.0)

    @property
    def body_first(self) -> Box:
        """The body on the first page: under the risk zone."""
        top = max(_TOP, self.risk.bottom + 10)
        return Box(self._margin, top, _BODY_WIDTH, self._foot - top)

    @property
    def body_later(self) -> Box:
        """The body on the other pages."""
        return Box(self._margin, _TOP, _BODY_WIDTH, self._foot - _TOP)

    @property
    def footer(self) -> Box:
        """Sender, case number and page number."""
        return Box(self._margin, PAGE_HEIGHT - self.clear_bottom - 8, _RIGHT - self._margin, 6)

    @property
    def marker(self) -> Box:
        """The word "Genudsendt", in the top margin."""
        return Box(self.head.left, 8, self.head.width, 6)

    @property
    def _margin(self) -> float:
        return max(_TOP, self.clear_left + 10)

    @property
    def _foot(self) -> float:
        """Where the body ends."""
        return min(276.0, PAGE_HEIGHT - self.clear_bottom - 13)


USUAL = PrintPage()
PARTS = {
    "address": "The box of the address, as the window of the envelope shows it.",
    "return_line": "The box of the return address, above it.",
    "risk": "Where the sheet may slide to in its envelope: it holds both, and nothing else stands there.",
    "clear_left": "What stays empty at the left of every page, for the machine's marks (at most 25).",
    "clear_bottom": "What stays empty at the foot of every page, for the feeder (at most 65).",
    "edge": "What no printer prints at the top and the right (at most 8).",
    "return_code": "The box of the return code, inside `address` at its right. Left out: 16 × 18 mm in its lower right "
    "corner; `width = 0`: no code.",
}
"""What each key is, for the page of settings."""


def print_page_from(plain: Mapping[str, Any]) -> PrintPage:
    """The page back from `dataclasses.asdict`. Raises KeyError, TypeError, ValueError."""
    names = ("address", "return_line", "risk", "return_code")
    boxes = {name: Box(**plain[name]) for name in names if plain.get(name) is not None}
    return PrintPage(**{**plain, **boxes})
