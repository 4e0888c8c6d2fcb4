"""A word across every page of a letter that must not be taken for one: PRØVE on a proof."""

from reportlab.lib.colors import Color

from outbound.print_page import PAGE_WIDTH
from outbound.rendering.fonts import BOLD, width
from outbound.rendering.sheet import draw_line
from outbound.rendering.tagged import BACKGROUND, TaggedCanvas
from outbound.rendering.window import MM

POINTS = 130.0
MIDDLE = 110.0  # millimetres from the foot of the page: it ends below every window
PALE = Color(0.86, 0.86, 0.86)


def draw_across(canvas: TaggedCanvas, word: str) -> None:
    """In large, pale letters from corner to corner, under the text; to a screen reader an artifact."""
    with canvas.artifact(BACKGROUND):
        canvas.saveState()
        canvas.setFillColor(PALE)
        canvas.translate(PAGE_WIDTH / 2 * MM, MIDDLE * MM)
        canvas.rotate(45)
        draw_line(canvas, -width(word, BOLD, POINTS) / 2, -POINTS / 3, word, BOLD, POINTS)
        canvas.restoreState()
