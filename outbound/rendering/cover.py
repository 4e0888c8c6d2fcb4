"""The cover sheet: carries the address where the letter itself must not, or is not known to."""

from outbound.rendering import sheet
from outbound.rendering.faults import RenderingFault
from outbound.rendering.fragments import BODY, plain
from outbound.rendering.return_mark import draw_window
from outbound.rendering.sizes import SIZES
from outbound.rendering.structure import Element
from outbound.rendering.tagged import TaggedCanvas
from outbound.rendering.views import Frame
from outbound.rendering.window import MM, PAGE_HEIGHT, PrintPage

_TEXT = "Dette ark er kun til adressen. Brevet begynder på næste ark."


def draw_cover(canvas: TaggedCanvas, frame: Frame, plex: str, part: Element, page: PrintPage) -> int:
    """Draw the cover, and its empty back where the letter is printed on both sides; the number of pages drawn.

    `part` is the element that all of it belongs to.
    Raises RenderingFault: `cover-without-address`, or what the address and the return line may raise.
    """
    if frame.address is None:
        raise RenderingFault("cover-without-address")
    sheet.draw_return_line(canvas, frame.letterhead, Element("P", part), page)
    draw_window(canvas, frame, frame.address, Element("P", part), page)
    text = plain(_TEXT, SIZES[frame.format].style(BODY), tag=Element("P", part))
    place = page.body_first
    _, tall = text.wrap(place.width * MM, place.height * MM)
    text.drawOn(canvas, place.left * MM, (PAGE_HEIGHT - place.top) * MM - tall)
    canvas.showPage()
    if plex == "duplex":
        canvas.showPage()
        return 2
    return 1
