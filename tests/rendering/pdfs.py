"""PDFs as they come from strangers, written byte by byte."""

import zlib
from collections.abc import Sequence

A4 = "[0 0 595 842]"


def pdf(
    *,
    boxes: Sequence[str] = (A4,),
    contents: bytes = b"0 0 m",
    stream: str = "",
    catalog: str = "",
    page: str = "",
    pages: str = "",
    extra: Sequence[bytes] = (),
) -> bytes:
    """A page per box; `extra` are further objects, numbered from 4 + the number of pages."""
    numbers = range(4, 4 + len(boxes))
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        f"<</Type/Pages/Kids[{kids}]/Count {len(boxes)}{pages}>>".encode(),
        f"<</Length {len(contents)}{stream}>>stream\n".encode() + contents + b"\nendstream",
        *(f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 3 0 R{page}>>".encode() for box in boxes),
        *extra,
    ]
    return _written(objects)


def _written(objects: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def inflating() -> bytes:
    """A hundred kilobytes that unpack to as many megabytes."""
    return pdf(contents=zlib.compress(b"0 " * 50_000_000), stream="/Filter/FlateDecode")


def slow() -> bytes:
    """Nothing wrong with it but the time it takes: sixty million bytes, each in a row of its own."""
    packed = zlib.compress(bytes(60_000_000))
    return pdf(contents=packed, stream="/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 1>>")
