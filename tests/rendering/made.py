"""PDFs of letters as specialist systems make them, drawn with ReportLab for the purpose."""

from collections.abc import Callable, Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
TALL, WIDE = 297.0, 210.0
ADDRESS = ("Ærø Øster Ågård", "Opdigtet Allé 12, 3. tv.", "9999 Nordby")
Draw = Callable[[Canvas], None]


def text(left: float, top: float, words: str, size: float = 11, face: str = "Helvetica") -> Draw:
    """One line; `top` is its baseline, both in millimetres from the upper left corner."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(face, size)
        canvas.drawString(left * MM, (TALL - top) * MM, words)

    return draw


def box(left: float, top: float, width: float, height: float, grey: float = 0) -> Draw:
    """A filled rectangle, in millimetres from the upper left corner."""

    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(grey)
        canvas.rect(left * MM, (TALL - top - height) * MM, width * MM, height * MM, stroke=0, fill=1)
        canvas.setFillGray(0)

    return draw


def window(lines: Sequence[str] = ADDRESS) -> list[Draw]:
    return [text(22, 52 + 5 * number, line) for number, line in enumerate(lines)]


BODY = [text(22, 110, "Kære borger"), text(22, 120, "Vi har behandlet din ansøgning. Du kan klage over afgørelsen.")]


def letter(*more: Draw, lines: Sequence[str] = ADDRESS, size: tuple[float, float] = (WIDE, TALL)) -> bytes:
    """One page with an address in the window and a body; `more` is drawn on top."""
    return pages([*window(lines), *BODY, *more], size=size)


def pages(*drawn: Sequence[Draw], size: tuple[float, float] = (WIDE, TALL)) -> bytes:
    """A page for each list of drawings, measured from the upper left corner of A4."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(size[0] * MM, size[1] * MM), invariant=1)
    for drawings in drawn:
        for draw in drawings:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
