"""The return code on paper: a DataMatrix (ECC 200, ISO/IEC 16022) of 14 x 14 modules, and under it the digits.

ReportLab has the placement and the Reed-Solomon code of DataMatrix, for 44 x 44 modules and text; eleven digits need
14 x 14, two digits a codeword. It is an artifact: nobody who listens to a letter wants to hear it.
"""

from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from reportlab.graphics.barcode.ecc200datamatrix import ECC200DataMatrix
from reportlab.lib.rl_accel import fp_str

from outbound.letter import Address
from outbound.print_page import Box, PrintPage
from outbound.rendering.faults import RenderingFault
from outbound.rendering.fonts import REGULAR, width
from outbound.rendering.sheet import draw_address, draw_line, fitted, written
from outbound.rendering.structure import Element
from outbound.rendering.tagged import RULE, TaggedCanvas
from outbound.rendering.views import Frame
from outbound.rendering.window import MM, PAGE_HEIGHT
from outbound.return_code import shown

MODULES = 14
QUIET = 1  # modules that stay white around it
DIGITS_SIZE = 6.0  # points
DIGITS_HIGH = 2.4  # millimetres that they take under the symbol
PAD = 129


class _Symbol(ECC200DataMatrix):
    """14 x 14 modules: 8 codewords of data and 10 of error correction, in one region."""

    def __init__(self, digits: str) -> None:
        super().__init__(digits)
        self.row_modules = self.col_modules = MODULES
        self.row_regions = self.col_regions = 1
        self.cw_data, self.cw_ecc = 8, 10
        self.row_usable_modules = self.col_usable_modules = MODULES - 2

    def _encode_c40(self, value: str) -> list[int]:
        """ASCII encodation in its place: a codeword is 130 + two digits, or 1 + one sign; then padding."""
        pairs = [value[at : at + 2] for at in range(0, len(value), 2)]
        words = [130 + int(pair) if len(pair) == 2 else 1 + ord(pair) for pair in pairs]
        return words + [_pad(place, place == len(words) + 1) for place in range(len(words) + 1, self.cw_data + 1)]


def _pad(place: int, first: bool) -> int:
    """129, and after the first one scattered by its place (the 253-state algorithm of ISO/IEC 16022)."""
    scattered = PAD + (149 * place) % 253 + 1
    return PAD if first else scattered if scattered <= 254 else scattered - 254


@lru_cache(maxsize=64)
def modules_of(code: str) -> tuple[tuple[int, ...], ...]:
    """The rows of the symbol from its foot up; 1 is black."""
    symbol: Any = _Symbol(code)
    symbol.validate()
    return tuple(tuple(row) for row in symbol.encode())


def draw_return_code(canvas: TaggedCanvas, code: str, box: Box, *, marked: bool = True) -> None:
    """The symbol as large as the box lets it be, at its right; the digits under it. `marked`: as an artifact."""
    module = min(box.width, box.height - DIGITS_HIGH) / (MODULES + 2 * QUIET) * MM
    x = box.right * MM - (MODULES + QUIET) * module
    y = (PAGE_HEIGHT - box.bottom + DIGITS_HIGH) * MM + QUIET * module
    orders = [
        fp_str(x + column * module, y + row * module, module, module) + " re"
        for row, line in enumerate(modules_of(code))
        for column, black in enumerate(line)
        if black
    ]
    said = shown(code)
    left = (box.right - 0.1) * MM - width(said, REGULAR, DIGITS_SIZE)
    with canvas.artifact(RULE) if marked else nullcontext():
        canvas._code.append("\n".join(["0 g", *orders, "f"]))
        draw_line(canvas, left, (PAGE_HEIGHT - box.bottom + 0.6) * MM, said, REGULAR, DIGITS_SIZE)


def draw_window(canvas: TaggedCanvas, frame: Frame, address: Address, element: Element, page: PrintPage) -> None:
    """What the window shows: the address and, beside it, the return code where there is one and room for it."""
    code, box = carried(frame, page), page.code_box
    draw_address(canvas, address, element, page.beside_code if code else page.address)
    if code and box:
        draw_return_code(canvas, code, box)


def carried(frame: Frame, page: PrintPage) -> str:
    """The code that stands in the window in this frame: none where the address leaves no room, which goes first."""
    if not frame.return_code or frame.address is None or page.code_box is None:
        return ""
    try:
        fitted(written(frame.address), page.beside_code)
    except RenderingFault:
        return ""
    return frame.return_code
