"""A ready-made PDF with a sheet in front, a word in its top margin and a code in its window. In a child process only.

The file's own pages are not taken apart: the word is drawn after them, as an artifact that a screen reader skips, and
the sheet joins the structure tree of a file that has one.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
)

from outbound.rendering.cover_tags import adopt
from outbound.rendering.foreign import SheetPage, dictionary, opened
from outbound.rendering.window import MM

_STAMP = "/OutboundStamp"


def assemble(pdf: bytes, cover: bytes, stamps: Sequence[bytes]) -> bytes:
    """The new file; an empty `cover` or stamp is left out. The same inputs give the same bytes."""
    writer = PdfWriter(clone_from=opened(pdf))
    for number, stamp in enumerate(filter(None, stamps)):
        _stamp(writer, PdfReader(BytesIO(stamp)).pages[0], f"{_STAMP}{number}")
    if cover:
        reader = PdfReader(BytesIO(cover))
        pages = [writer.insert_page(page, number) for number, page in enumerate(reader.pages)]
        adopt(writer, reader, pages)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _stamp(writer: PdfWriter, stamp: PageObject, name: str) -> None:
    page = writer.pages[0]
    first = SheetPage(page, {key: page[key] for key in ("/MediaBox", "/CropBox", "/Rotate") if key in page})
    form = writer._add_object(_form(stamp, writer))
    resources = DictionaryObject(dictionary(page.get("/Resources")))
    forms = DictionaryObject(dictionary(resources.get("/XObject")))
    forms[NameObject(name)] = form
    resources[NameObject("/XObject")] = forms
    page[NameObject("/Resources")] = resources
    before, after = _stream(b"q\n"), _stream(_orders(first, name))
    own = page.raw_get("/Contents") if "/Contents" in page else None
    parts = own.get_object() if own is not None else []
    inner = list(parts) if isinstance(parts, list) else [own]
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(before), *inner, writer._add_object(after)])


def _orders(page: SheetPage, name: str) -> bytes:
    """Draw the stamp as the page is seen, whichever way it is turned."""
    a, b, c, d, e, f = page.matrix
    height = page.size[1]
    turned = (a / MM, b / MM, -c / MM, -d / MM, e + c * height, f + d * height)  # points, upwards from the lower left
    matrix = " ".join(f"{number:.4f}" for number in turned)
    return f"\nQ\n/Artifact BMC\nq\n{matrix} cm\n{name} Do\nQ\nEMC\n".encode("ascii")


def _stream(data: bytes) -> StreamObject:
    stream = StreamObject()
    stream.set_data(data)
    return stream


def _form(stamp: PageObject, writer: PdfWriter) -> StreamObject:
    contents = stamp.get_contents()
    form = _stream(contents.get_data() if contents is not None else b"")
    entries: dict[str, Any] = {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Form"),
        "/BBox": ArrayObject([FloatObject(number) for number in (0, 0, *stamp.mediabox[2:])]),
        "/Resources": stamp["/Resources"].clone(writer),
    }
    for key, value in entries.items():
        form[NameObject(key)] = value
    return form
