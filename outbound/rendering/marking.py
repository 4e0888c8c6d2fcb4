"""The PDF given back with what is wrong marked in red. Runs in a child process only.

The pages are drawn as they are, the marks over them; whatever acts is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from outbound.rendering.foreign import SheetPage, dictionary, listed
from outbound.rendering.inspection import Finding
from outbound.rendering.verdict import Place
from outbound.rendering.window import Box

_FONT = "/OutboundMarks"
_SIZE = 2.6  # millimetres: the height of the letters of a mark
_LINE = 3.4
_RIM = 0.6  # millimetres that a mark stands off from what it marks
_MOST_LINES = 12
_KEPT_OF_A_NOTE = frozenset({"/Subtype", "/Rect", "/AP", "/AS", "/F", "/Type", "/BS", "/Border", "/C"})


def mark(sheets: Sequence[SheetPage], finding: Finding) -> bytes:
    """A new PDF of these pages. Whatever is about the whole document stands on its first page."""
    writer = PdfWriter()
    for number, sheet in enumerate(sheets, 1):
        page = writer.add_page(_bare(sheet))
        _draw(writer, page, sheet, [*_marks(finding.faults, number)])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _bare(sheet: SheetPage) -> Any:
    """The page without its actions; what its notes look like stays."""
    page = PageObject()
    for key in ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources"):
        if (value := sheet.get(key)) is not None:
            page[NameObject(key)] = value
    if "/Contents" in sheet.node:
        page[NameObject("/Contents")] = sheet.node.raw_get("/Contents")
    page[NameObject("/Type")] = NameObject("/Page")
    page[NameObject("/Annots")] = ArrayObject([_still(dictionary(note)) for note in listed(sheet.node.get("/Annots"))])
    return page


def _still(note: DictionaryObject) -> DictionaryObject:
    kept = DictionaryObject()
    for key in _KEPT_OF_A_NOTE & note.keys():
        kept[NameObject(key)] = note.raw_get(key)
    return kept


def _marks(faults: Mapping[str, Sequence[Place]], number: int) -> Iterator[tuple[str, Place]]:
    for code, places in faults.items():
        for place in places or (Place(0),):
            if place.page == number or (place.page == 0 and number == 1):
                yield code, place


def _draw(writer: PdfWriter, page: Any, sheet: SheetPage, marks: Sequence[tuple[str, Place]]) -> None:
    if not marks:
        return
    _lend(writer, page)
    before, after = _stream(b"q\n"), _stream(_orders(sheet, marks))
    own = page.raw_get("/Contents") if "/Contents" in page else None
    inner = listed(own) or ([own] if own is not None else [])
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(before), *inner, writer._add_object(after)])


def _lend(writer: PdfWriter, page: Any) -> None:
    """The page gets a typeface of ours beside its own."""
    face = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica-Bold"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in face.items()})
    resources = DictionaryObject(dictionary(page.get("/Resources")))
    fonts = DictionaryObject(dictionary(resources.get("/Font")))
    fonts[NameObject(_FONT)] = writer._add_object(font)
    resources[NameObject("/Font")] = fonts
    page[NameObject("/Resources")] = resources


def _orders(sheet: SheetPage, marks: Sequence[tuple[str, Place]]) -> bytes:
    """Red frames around the boxes, each with its code; what has no box stands in a list at the top."""
    orders = ["Q q", " ".join(f"{number:.5f}" for number in sheet.matrix) + " cm", "0.85 0 0 RG 0.85 0 0 rg 0.4 w"]
    wide, tall = sheet.size
    without = [(code, place.page) for code, place in marks if place.box is None]
    if any(page for _, page in without):
        orders.append(f"1 1 {wide - 2:.2f} {tall - 2:.2f} re S")
    orders += [_label(code, 14, 8 + line * _LINE) for line, (code, _) in enumerate(without[:_MOST_LINES])]
    for code, place in marks:
        if place.box is not None:
            orders += [_frame(place.box), _label(code, *_beside(place.box, code, wide))]
    return ("\n" + "\n".join([*orders, "Q"]) + "\n").encode("ascii")


def _frame(box: Box) -> str:
    place = (box.left - _RIM, box.top - _RIM, box.width + 2 * _RIM, box.height + 2 * _RIM)
    return " ".join(f"{number:.2f}" for number in place) + " re S"


def _beside(box: Box, code: str, wide: float) -> tuple[float, float]:
    """Over the box where there is room, inside the page."""
    left = min(max(box.left, 2.0), wide - len(code) * _SIZE * 0.6 - 2)
    above = box.top - _RIM - 1.0
    return left, above if above > _LINE else box.bottom + _LINE


def _label(code: str, x: float, y: float) -> str:
    return f"BT {_FONT} {_SIZE} Tf 1 0 0 -1 {x:.2f} {y:.2f} Tm ({code}) Tj ET"


def _stream(data: bytes) -> StreamObject:
    stream = StreamObject()
    stream.set_data(data)
    return stream
