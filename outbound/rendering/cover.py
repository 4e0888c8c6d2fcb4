"""The cover sheet: carries the address where the letter itself must not, or is not known to."""

from typing import IO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from outbound.rendering import fonts, sheet
from outbound.rendering.faults import RenderingFault
from outbound.rendering.fragments import BODY, plain
from outbound.rendering.views import Frame
from outbound.rendering.window import BODY_FIRST, MM, PAGE_HEIGHT

_TEXT = "Dette ark er kun til adressen. Brevet begynder på næste ark."


def new_canvas(out: IO[bytes], title: str, author: str, language: str) -> Canvas:
    """An A4 canvas whose bytes depend on what is drawn and on nothing else (no clock, no chance)."""
    fonts.register()
    canvas = Canvas(
        out,
        pagesize=A4,
        pageCompression=1,
        invariant=1,
        lang=language,
        initialFontName=fonts.REGULAR.name,  # type: ignore[arg-type] # the stub takes it for a size
    )
    canvas.setTitle(title)
    canvas.setAuthor(" ".join(author.split()))
    canvas.setSubject("")
    canvas.setCreator("")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def draw_cover(canvas: Canvas, frame: Frame, plex: str) -> int:
    """Draw the cover, and its empty back where the letter is printed on both sides; the number of pages drawn.

    Raises RenderingFault: `cover-without-address`, or what the address and the return line may raise.
    """
    if frame.address is None:
        raise RenderingFault("cover-without-address")
    sheet.draw_return_line(canvas, frame.letterhead)
    sheet.draw_address(canvas, frame.address)
    text = plain(_TEXT, BODY)
    _, tall = text.wrap(BODY_FIRST.width * MM, BODY_FIRST.height * MM)
    text.drawOn(canvas, BODY_FIRST.left * MM, (PAGE_HEIGHT - BODY_FIRST.top) * MM - tall)
    canvas.showPage()
    if plex == "duplex":
        canvas.showPage()
        return 2
    return 1
