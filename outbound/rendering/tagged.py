"""Drawing with marks: a canvas that knows whose every mark is, and text that says so.

What nobody should hear (page numbers, rules, grounds, a table's heading when it is repeated) is an artifact.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from outbound.rendering.document import LetterDocument, TaggedPage, deflated, stream
from outbound.rendering.fonts import REGULAR
from outbound.rendering.images import Image
from outbound.rendering.metadata import Facts
from outbound.rendering.pen import END
from outbound.rendering.structure import Annotation, Content, Element

FOOTER = "/Artifact<</Type/Pagination/Subtype/Footer>>BDC"
BACKGROUND = "/Artifact<</Type/Page>>BDC"
REPEATED = "/Artifact<</Type/Pagination/Subtype/Header>>BDC"
RULE = "/Artifact<</Type/Layout>>BDC"


class Target(str):
    """Where a link goes, and its element once it is drawn: one, also where the link goes over two lines."""

    element: Element | None = None


class TaggedCanvas(Canvas):
    """A canvas whose bytes depend on what is drawn and on nothing else (no clock, no chance).

    It draws in black and grey, as DeviceGray: a printer counts no page of it as colour, and every output intent allows
    it. Colour comes with images only.
    """

    _code: list[str]  # these are ReportLab's, and its stubs do not know them
    _pageNumber: int
    _annotationrefs: list[Any]
    _pagesize: tuple[float, float]
    _currentPageHasImages: int
    _formsinuse: list[str]
    _setColorSpace: Any
    _setExtGState: Any
    _setXObjects: Any
    _setShadingUsed: Any
    _setAnnotations: Any
    _startPage: Any

    def __init__(self, out: IO[bytes], facts: Facts, root: Element) -> None:
        self.repeating = False  # what is drawn now was drawn, and heard, before
        self._keys: list[Element | list[Element]] = []
        self._facts, self._root, self._out = facts, root, out
        super().__init__(
            out,
            pagesize=A4,
            pageCompression=1,
            invariant=1,
            initialFontName=REGULAR.name,  # type: ignore[arg-type] # the stub takes it for a size
        )
        self._doc = LetterDocument()
        self._new_marks()

    def _make_preamble(self) -> None:
        self._preamble = ""  # every text of ours chooses its own font

    def setFillColor(self, aColor: Any, alpha: float | None = None) -> None:
        """What is filled from here on. `aColor`: a grey."""
        self._code.append(f"{fp_str(aColor.red)} g")

    def setStrokeColor(self, aColor: Any, alpha: float | None = None) -> None:
        """What is drawn from here on. `aColor`: a grey."""
        self._code.append(f"{fp_str(aColor.red)} G")

    def _new_marks(self) -> None:
        self._key, self._marks = len(self._keys), list[Element]()
        self._keys.append(self._marks)

    def mark(self, element: Element) -> str:
        """The order that begins the element's next piece; in a repeated heading, an artifact."""
        if self.repeating:
            return REPEATED
        number = len(self._marks)
        self._marks.append(element)
        element.kids.append(Content(self._pageNumber - 1, number))
        return f"/{element.tag}<</MCID {number}>>BDC"

    @contextmanager
    def tagged(self, element: Element | None) -> Iterator[None]:
        """What is drawn meanwhile belongs to the element; None marks nothing."""
        if element is not None:
            self._code.append(self.mark(element))
        yield
        if element is not None:
            self._code.append(END)

    @contextmanager
    def artifact(self, kind: str) -> Iterator[None]:
        """What is drawn meanwhile is no part of the text."""
        self._code.append(kind)
        yield
        self._code.append(END)

    def image(self, image: Image, width: float, height: float) -> None:
        """The picture at the origin, in points; its pixels are in the file once, however often it is drawn."""
        if not self._doc.hasForm(image.key):
            self._doc.addForm(image.key, stream(image.data, image.entries))
        self._formsinuse.append(image.key)
        size = fp_str(width, 0, 0, height, 0, 0)
        self._code.append(f"q {size} cm /{self._doc.getXObjectName(image.key)} Do Q")

    def figure(self, image: Image, width: float, height: float, alt: str, element: Element) -> None:
        """The picture as an element, with what is said of it and its place on the page."""
        with self.drawing(width, height, alt, element):
            self.image(image, width, height)

    @contextmanager
    def drawing(self, width: float, height: float, alt: str, element: Element) -> Iterator[None]:
        """What is drawn meanwhile, from the origin on, is one figure, of which `alt` is said."""
        corners = (*self.absolutePosition(0, 0), *self.absolutePosition(width, height))
        box = fp_str(*corners).encode("ascii")
        said = pdfdoc.PDFString(alt).format(self._doc)
        element.attributes = b"/Alt%b/A<</O/Layout/Placement/Block/BBox[%b]>>" % (said, box)
        with self.tagged(element):
            yield

    def linkURL(self, url: str, rect: Any, *args: Any, **more: Any) -> None:
        """The link's sensitive area, told apart from others by its target for those who do not see it."""
        element = getattr(url, "element", None)
        if element is None or self.repeating:
            return
        key = len(self._keys)
        self._keys.append(element)
        said = pdfdoc.PDFString(str(url))
        super().linkURL(str(url), rect, *args, F=4, StructParent=key, Contents=said, **more)
        number, _ = self._doc.idToObjectNumberAndVersion[self._annotationrefs[-1].name]
        element.kids.append(Annotation(self._pageNumber - 1, number))

    def showPage(self) -> None:
        """Close the page and begin the next one."""
        page: Any = TaggedPage()
        page.pagewidth, page.pageheight = self._pagesize
        page.hasImages = self._currentPageHasImages
        page.Contents = deflated(pdfdoc.pdfdocEnc("\n".join([*self._code, ""])))
        page.StructParents, page.Tabs = self._key, "/S"
        self._setColorSpace(page)
        self._setExtGState(page)
        self._setXObjects(page)
        self._setShadingUsed(page)
        self._setAnnotations(page)
        self._doc.addPage(page)
        self._startPage()
        self._new_marks()

    def save(self) -> None:
        """Write the file. Every page must have been shown."""
        self._keys.pop()  # of the page that has not been begun
        self._out.write(self._doc.finished(self._facts, self._root, self._keys))
