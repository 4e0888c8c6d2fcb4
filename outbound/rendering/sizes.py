"""How large a letter is set: as usual, or in large print, where everything grows with the text of the body.

The address in the window and the return line over it do not grow: a machine reads them.
"""

from dataclasses import dataclass
from functools import cache

from reportlab.lib.styles import ParagraphStyle

from outbound.letter import Format

USUAL_BODY, LARGE_BODY = 10.5, 18.0  # points. 18 is no standard's figure; it is what the municipality asked for
_GROWS = (
    *("fontSize", "leading", "leftIndent", "rightIndent", "firstLineIndent"),
    *("spaceBefore", "spaceAfter", "bulletFontSize", "bulletIndent"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many times as large as usual the letter is set; the footer and the marker in points of their own."""

    factor: float
    footer: float
    marker: float

    def style(self, usual: ParagraphStyle) -> ParagraphStyle:
        """The style in this size. `usual` is one of the few that stand in the code; the answer is kept."""
        return usual if self.factor == 1 else _enlarged(usual, self.factor)

    def points(self, usual: float) -> float:
        """A distance in this size."""
        return usual * self.factor


@cache
def _enlarged(usual: ParagraphStyle, factor: float) -> ParagraphStyle:
    grown = {name: getattr(usual, name) * factor for name in _GROWS}
    return ParagraphStyle(f"{usual.name}-{factor:.3f}", parent=usual, **grown)


NORMAL = Size(1.0, footer=8.0, marker=11.0)
LARGE = Size(LARGE_BODY / USUAL_BODY, footer=12.0, marker=16.0)
SIZES = {Format.NORMAL: NORMAL, Format.LARGE: LARGE}
SMALLER = tuple(Size(factor, LARGE.footer, LARGE.marker) for factor in (1.6, 1.45, 1.3, 1.15, 1.0))
"""What is tried in turn for a table whose words would be cut in large print."""
TIGHT = tuple(Size(factor, NORMAL.footer, NORMAL.marker) for factor in (0.9, 0.8))
"""And for one whose amounts would be parted in the usual size: 9 and 8 points."""
HEAD_SIZES = SMALLER[1:]
"""The same for the column at right, which is too narrow for more."""
