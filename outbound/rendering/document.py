"""The file around the pages, written the way PDF/A wants it and ReportLab does not.

ReportLab puts no line end before `endstream`, and where it is only LF a stream that ends in CR is misread: here it
is CRLF. It writes Python's `True` for `true`, and an empty /Filter for a stream without one: here nothing passes
through its dictionaries that could be either.
"""

import re
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from reportlab.pdfbase import pdfdoc

from outbound.rendering.metadata import Facts, colour_profile, info, xmp
from outbound.rendering.structure import Element, Parents, written

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"  # the second line says that the file is binary
_TREE = "StructTree"
_SPECIAL = re.compile(r"[()\\]")
_INTENT = (
    b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile %b>>"
)


class Raw(pdfdoc.PDFObject):
    """An object that is its bytes already; others refer to it."""

    __RefOnly__ = 1

    def __init__(self, body: bytes) -> None:
        self.body = body

    def format(self, document: Any) -> bytes:
        """ReportLab's name for: your bytes."""
        return self.body


def stream(data: bytes, entries: bytes = b"") -> Raw:
    """A stream of bytes as they are."""
    return Raw(b"<<%b/Length %d>>\nstream\n%b\r\nendstream" % (entries, len(data), data))


def deflated(data: bytes, entries: bytes = b"") -> Raw:
    """A stream, compressed."""
    return stream(zlib.compress(data), entries + b"/Filter/FlateDecode")


class TaggedPage(pdfdoc.PDFPage):
    """A page that says which marks are whose, and that the tabulator follows the structure."""

    __NoDefault__ = [*pdfdoc.PDFPage.__NoDefault__, "StructParents", "Tabs"]  # noqa: RUF012


class LetterDocument(pdfdoc.PDFDocument):
    """One letter's objects, and their way into a file."""

    Pages: Any  # what the stubs do not know of ReportLab's class, or know without types
    Reference: Any

    def __init__(self) -> None:
        super().__init__(compression=1, invariant=1, pdfVersion=(1, 7))

    def finished(self, facts: Facts, root: Element, parents: Parents) -> bytes:
        """The whole file."""
        for font in self.delayedFonts:
            font.addObjects(self)
        tree = self._number(self.Reference(Raw(b""), _TREE))
        about = self._number(self.Reference(Raw(self._info_entries(facts))))
        catalog = self._number(self.Reference(Raw(self._root_entries(facts, tree))))
        bodies = self._bodies()
        pages = [self._number(page) for page in self.Pages.Kids.sequence]
        bodies[tree - 1], *elements = written(root, parents, pages, tree, len(bodies) + 1)
        return _file([*bodies, *elements], catalog, about)

    def _number(self, reference: Any) -> int:
        number: int = self.idToObjectNumberAndVersion[reference.name][0]
        return number

    def _ref(self, thing: Any) -> bytes:
        return b"%d 0 R" % self._number(self.Reference(thing))

    def _info_entries(self, facts: Facts) -> bytes:
        entries = (b"/%b%b" % (key.encode(), _string(text)) for key, text in info(facts).items())
        return b"<<%b>>" % b"".join(entries)

    def _root_entries(self, facts: Facts, tree: int) -> bytes:
        profile = stream(colour_profile(), b"/N 3/Filter/FlateDecode")
        entries = (
            b"/Pages " + self._ref(self.Pages),
            b"/Lang" + _string(facts.language),
            b"/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>",
            b"/StructTreeRoot %d 0 R" % tree,
            b"/Metadata " + self._ref(stream(xmp(facts), b"/Type/Metadata/Subtype/XML")),
            b"/OutputIntents[%b]" % (_INTENT % self._ref(profile)),
        )
        return b"<</Type/Catalog%b>>" % b"".join(entries)

    def _bodies(self) -> list[bytes]:
        """Every object in the order of the numbers; writing one may add others after it."""
        bodies: list[bytes] = []
        while (name := self.numberToId.get(len(bodies) + 1)) is not None:
            bodies.append(pdfdoc.format(self.idToObject[name], self, toplevel=1))
        return bodies


def _string(text: str) -> bytes:
    if text.isascii() and text.isprintable() and not _SPECIAL.search(text):
        return b"(%b)" % text.encode("ascii")
    return b"<feff%b>" % text.encode("utf-16-be").hex().encode("ascii")


def _file(bodies: Sequence[bytes], catalog: int, about: int) -> bytes:
    out, offsets, at = [_HEADER], [], len(_HEADER)
    for number, body in enumerate(bodies, 1):
        out.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        offsets.append(b"%010d 00000 n \n" % at)
        at += len(out[-1])
    size = len(bodies) + 1
    name = sha256(b"".join(out)).hexdigest()[:32].encode()
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, b"".join(offsets))
    trailer = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
    return b"".join([*out, table, trailer % (size, catalog, about, name, name, at)])
