"""Where every letter of a PDF stands: read from the page's drawing orders, by the file's own fonts and widths."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

MM = 25.4 / 72
Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1, 0, 0, 1, 0, 0)
UNKNOWN = (b"'", b'"')


@dataclass(frozen=True)
class Glyph:
    """One character; millimetres from the upper left corner. `top` and `bottom` are generous."""

    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float

    def inside(self, box: Any) -> bool:
        across = box.left <= self.left and self.right <= box.right
        return bool(across and box.top <= self.top and self.bottom <= box.bottom)

    def touches(self, box: Any) -> bool:
        beside = self.right <= box.left or box.right <= self.left
        return not (beside or self.bottom <= box.top or box.bottom <= self.top)


class State:
    """The graphics state, as far as it moves text."""

    def __init__(self, fonts: dict[Any, "_Font"]) -> None:
        self.matrix: Matrix = UNIT
        self.text: Matrix = UNIT
        self.line: Matrix = UNIT
        self.fonts = fonts
        self.font: _Font | None = None
        self.size = self.leading = 0.0
        self.saved: list[tuple[Any, ...]] = []

    def order(self, operator: bytes, operands: list[Any]) -> None:
        assert operator not in UNKNOWN, f"an order that this reader does not know: {operator!r}"
        do = getattr(self, "order_" + {b"T*": "next"}.get(operator, operator.decode("latin-1")), None)
        if do is not None:
            do(*operands)

    def order_q(self) -> None:
        self.saved.append((self.matrix, self.font, self.size, self.leading))

    def order_Q(self) -> None:
        self.matrix, self.font, self.size, self.leading = self.saved.pop()

    def order_cm(self, *matrix: Any) -> None:
        self.matrix = _times(matrix, self.matrix)

    def order_BT(self) -> None:
        self.text = self.line = UNIT

    def order_Tf(self, name: Any, size: Any) -> None:
        self.font, self.size = self.fonts[name], float(size)

    def order_TL(self, leading: Any) -> None:
        self.leading = float(leading)

    def order_Tm(self, *matrix: Any) -> None:
        self.text = self.line = _times(matrix, UNIT)

    def order_Td(self, x: Any, y: Any) -> None:
        self.line = self.text = _times((1, 0, 0, 1, float(x), float(y)), self.line)

    def order_next(self) -> None:
        self.order_Td(0, -self.leading)


def glyphs(pdf: bytes) -> list[Glyph]:
    reader = PdfReader(BytesIO(pdf))
    return [glyph for number, page in enumerate(reader.pages, 1) for glyph in _on_page(reader, page, number)]


def _on_page(reader: PdfReader, page: PageObject, number: int) -> Iterator[Glyph]:
    state = State({name: _Font(font.get_object()) for name, font in _fonts(page).items()})
    drawn: Any = page["/Resources"]
    forms = drawn.get_object().get("/XObject", {}).values()
    assert all(form.get_object()["/Subtype"] == "/Image" for form in forms), "a form may hold text"
    content = page.get_contents()
    for operands, operator in ContentStream(content, reader).operations if content is not None else ():
        if operator in SHOWING:
            for part in parts_of(operands):
                yield from _shown(state, part, number)
        else:
            state.order(operator, list(operands))


def _fonts(page: PageObject) -> dict[str, Any]:
    resources: Any = page["/Resources"]
    return dict(resources.get_object().get("/Font", {}))


SHOWING = (b"Tj", b"TJ")


def parts_of(operands: list[Any]) -> list[Any]:
    """What an order shows: strings and, between them, thousandths of the size to go back."""
    return list(operands[0]) if isinstance(operands[0], list) else [operands[0]]


def _shown(state: State, operand: Any, page: int) -> Iterator[Glyph]:
    assert state.font is not None
    if isinstance(operand, int | float):
        state.text = _times((1, 0, 0, 1, -float(operand) / 1000 * state.size, 0), state.text)
        return
    for code in operand.original_bytes:
        text, advance = state.font.of(code)
        placed = _times(state.text, state.matrix)
        x, y = placed[4] * MM, 297 - placed[5] * MM
        wide = advance * state.size * placed[0] * MM
        tall = state.size * placed[3] * MM
        yield Glyph(page, text, x, x + wide, y - 0.75 * tall, y + 0.22 * tall)
        state.text = _times((1, 0, 0, 1, advance * state.size, 0), state.text)


class _Font:
    def __init__(self, font: Any) -> None:
        self.first, self.widths = font["/FirstChar"], font["/Widths"]
        self.embedded = "/FontFile2" in font["/FontDescriptor"].get_object()
        self.unicode = dict(_mapping(font["/ToUnicode"].get_object().get_data().decode("ascii")))

    def of(self, code: int) -> tuple[str, float]:
        return self.unicode[code], float(self.widths[code - self.first]) / 1000


def _mapping(cmap: str) -> Iterator[tuple[int, str]]:
    """ReportLab writes ranges `<00> <1F> [<0000> <0041> …]` and single characters."""
    tokens = cmap.replace("[", " [ ").replace("]", " ] ").split()
    at = 0
    while at < len(tokens):
        if tokens[at] == "[":
            end = tokens.index("]", at)
            first = int(tokens[at - 2].strip("<>"), 16)
            for step, value in enumerate(tokens[at + 1 : end]):
                yield first + step, _character(value)
            at = end
        at += 1
    yield from _singles(cmap)


def _singles(cmap: str) -> Iterator[tuple[int, str]]:
    for block in cmap.split("beginbfchar")[1:]:
        values = block.split("endbfchar")[0].split()
        for code, value in zip(values[::2], values[1::2], strict=True):
            yield int(code.strip("<>"), 16), _character(value)


def _character(value: str) -> str:
    return bytes.fromhex(value.strip("<>")).decode("utf-16-be")


def _times(one: Any, other: Any) -> Any:
    a, b, c, d, e, f = map(float, one)
    p, q, r, s, t, u = map(float, other)
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def text_of(found: list[Glyph]) -> str:
    """The text line by line, in the order of drawing; the space that parts a line from the next is not seen.

    A word that is parted at the end of its line is whole.
    """
    lines: list[str] = []
    last = None
    for glyph in found:
        if last is None or abs(glyph.bottom - last.bottom) > 0.2 or glyph.left < last.left - 0.1:
            lines.append("")
        elif glyph.left > last.right + 0.6:
            lines[-1] += " "
        lines[-1] += glyph.text
        last = glyph
    return "\n".join(line.rstrip(" ") for line in lines).replace("\u00ad\n", "")
