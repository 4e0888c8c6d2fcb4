"""How a body is set: what depends on the letter and not on the paragraph."""

from dataclasses import dataclass
from functools import cache
from math import inf

from outbound.rendering.sizes import Size
from outbound.rendering.typesetting import Hyphens
from outbound.rendering.window import MM, Box

_GAP = 5000.0  # thousandths of the size: an eighth of a line. No source: chosen by eye, for lines set flush left


@dataclass(frozen=True, slots=True)
class Setting:
    """`running`: how words of text are parted; `wide`: how those of headings and cells are, only where they must be.

    `across` and `down`: points that a whole page has for the body.
    """

    size: Size
    across: float
    down: float
    running: Hyphens
    wide: Hyphens


@cache
def setting_in(language: str, size: Size, page: Box) -> Setting:
    """The setting of a body in this language and size, on pages that have this place for it."""
    return Setting(size, page.width * MM, page.height * MM, Hyphens(language, _GAP), Hyphens(language, inf))
