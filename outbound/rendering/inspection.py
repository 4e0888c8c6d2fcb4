"""What a printer and a mailbox cannot take in a ready-made PDF. Runs in a child process only: the file is foreign.

The rules: A4 portrait, no password, nothing that acts (JavaScript, launching, submitting, embedded files), every
typeface embedded but PDF's standard fourteen (iMail Denmark, 21grams.com), and no more than the limits below.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

SENTENCES: Mapping[str, str] = {
    "pdf-broken": "The file cannot be read as a PDF; make it again.",
    "pdf-encrypted": "The PDF is protected by a password or restrictions; send it without.",
    "pdf-empty": "The PDF has no pages.",
    "pdf-pages": "The PDF has more than {most} pages; part it.",
    "pdf-size": "Page {page} is not A4 (210 × 297 mm).",
    "pdf-landscape": "Page {page} lies on its side; it must be A4 portrait.",
    "pdf-action": "The PDF holds JavaScript or another action that a letter may not have.",
    "pdf-embedded": "The PDF holds embedded files, sound or film; send it without.",
    "pdf-form": "The PDF is a dynamic form (XFA); print it to an ordinary PDF first.",
    "pdf-font": "Page {page} uses a typeface that is not embedded.",
    "pdf-content": "The PDF unpacks to far more than a letter can need; make it smaller.",
    "pdf-time": "The PDF takes too long to check; make it simpler.",
    "pdf-memory": "The PDF takes too much memory to check; make it simpler.",
    "pdf-large": "The PDF has {size} bytes; at most {most} are allowed.",
    "pdf-busy": "The checking of PDFs is busy; try again shortly.",
}
A4 = (595.276, 841.89)  # points
TOLERANCE = 8.5  # points, 3 mm: programs round A4 in many ways
DECODED = 64_000_000  # bytes of drawing orders in the whole document
PIXELS = 150_000_000  # in one image
NODES = 20_000  # of the page tree, outline and annotations
_ACTS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition"}
    | {"/Movie", "/Sound", "/RichMediaExecute", "/Trans", "/GoTo3DView", "/SetOCGState", "/Hide"}
)
_MEDIA = frozenset({"/FileAttachment", "/Movie", "/Sound", "/Screen", "/RichMedia", "/3D"})
_STANDARD = ("Helvetica", "Times-", "Courier", "Symbol", "ZapfDingbats")
_INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")


class Unfit(Exception):
    """What is wrong is so wrong that nothing more can be looked at."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Finding:
    """Pages found, and faults as (code, page or 0)."""

    pages: int = 0
    faults: list[tuple[str, int]] = field(default_factory=list)

    def add(self, code: str, page: int = 0) -> None:
        """Each kind of fault once: a hundred landscape pages are one fault, at the first of them."""
        if all(code != known for known, _ in self.faults):
            self.faults.append((code, page))


@dataclass(slots=True)
class SheetPage:
    """One page with what it inherits from the tree above it."""

    node: DictionaryObject
    inherited: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """Its own entry, or the inherited one."""
        found = self.node.get(key, self.inherited.get(key))
        return found.get_object() if found is not None else None

    @property
    def rotation(self) -> int:
        """Degrees clockwise: 0, 90, 180 or 270."""
        return int(self.get("/Rotate") or 0) % 360

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The part that is shown: left, lower, right, upper, in points."""
        corners = self.get("/CropBox") or self.get("/MediaBox")
        if not corners or len(corners) != 4:
            raise Unfit("pdf-broken")
        x, y, u, v = (float(corner.get_object()) for corner in corners)
        return min(x, u), min(y, v), max(x, u), max(y, v)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as it is seen."""
        left, lower, right, upper = self.box
        wide, tall = right - left, upper - lower
        return (tall, wide) if self.rotation % 180 else (wide, tall)


def opened(pdf: bytes) -> PdfReader:
    """The file, without a password. Raises Unfit."""
    if b"%PDF-" not in pdf[:1024]:
        raise Unfit("pdf-broken")
    reader = PdfReader(BytesIO(pdf), strict=False)
    if reader.is_encrypted:
        raise Unfit("pdf-encrypted")
    return reader


def inspect(pdf: bytes, most_pages: int) -> Finding:
    """Everything that is wrong. Raises whatever a broken file makes the reader raise; the caller calls that broken."""
    reader = opened(pdf)
    finding = Finding()
    pages = list(pages_of(reader, most_pages + 1))
    finding.pages = len(pages)
    if not pages:
        raise Unfit("pdf-empty")
    if len(pages) > most_pages:
        raise Unfit("pdf-pages")
    _inspect_catalog(reader, finding)
    left = DECODED
    seen: set[object] = set()
    for number, page in enumerate(pages, 1):
        _inspect_size(page, number, finding)
        _inspect_actions(page.node, finding)
        _inspect_resources(page, number, finding)
        left -= _decoded(page, seen, left)
    return finding


def pages_of(reader: PdfReader, most: int) -> Iterator[SheetPage]:
    """The pages in order, at most so many; a tree that bites its own tail comes to an end."""
    root = reader.root_object["/Pages"].get_object()
    waiting: list[tuple[Any, Mapping[str, Any]]] = [(root, {})]
    nodes = found = 0
    while waiting and found < most:
        node, inherited = waiting.pop()
        nodes += 1
        if nodes > NODES or not isinstance(node, DictionaryObject):
            raise Unfit("pdf-broken")
        if "/Kids" not in node:
            found += 1
            yield SheetPage(node, inherited)
            continue
        given = {**inherited, **{key: node[key] for key in _INHERITED if key in node}}
        waiting += [(kid.get_object(), given) for kid in reversed(_listed(node["/Kids"])[: NODES - nodes])]


def _inspect_size(page: SheetPage, number: int, finding: Finding) -> None:
    wide, tall = page.size
    if page.rotation % 90 or float(page.get("/UserUnit") or 1) != 1:
        finding.add("pdf-size", number)
    elif _near(wide, A4[1]) and _near(tall, A4[0]):
        finding.add("pdf-landscape", number)
    elif not (_near(wide, A4[0]) and _near(tall, A4[1])):
        finding.add("pdf-size", number)


def _near(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= TOLERANCE


def _inspect_catalog(reader: PdfReader, finding: Finding) -> None:
    root = reader.root_object
    _inspect_action(root.get("/OpenAction"), finding)
    if "/AA" in root:
        finding.add("pdf-action")
    names = dictionary(root.get("/Names"))
    if "/JavaScript" in names:
        finding.add("pdf-action")
    if "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root:
        finding.add("pdf-embedded")
    form = dictionary(root.get("/AcroForm"))
    if "/XFA" in form:
        finding.add("pdf-form")
    _inspect_outline(dictionary(root.get("/Outlines")), finding)


def _inspect_outline(outline: DictionaryObject, finding: Finding) -> None:
    waiting, nodes = [outline.get("/First")], 0
    while waiting and nodes < NODES:
        nodes += 1
        entry = dictionary(waiting.pop())
        _inspect_action(entry.get("/A"), finding)
        waiting += [entry[key] for key in ("/First", "/Next") if key in entry]


def _inspect_actions(node: DictionaryObject, finding: Finding) -> None:
    if "/AA" in node:
        finding.add("pdf-action")
    if "/AF" in node:
        finding.add("pdf-embedded")
    for given in _listed(node.get("/Annots"))[:NODES]:
        annotation = dictionary(given)
        if "/AA" in annotation:
            finding.add("pdf-action")
        if annotation.get("/Subtype") in _MEDIA:
            finding.add("pdf-embedded")
        _inspect_action(annotation.get("/A"), finding)


def _inspect_action(given: Any, finding: Finding) -> None:
    """An action and those that follow it; a destination, which is a list, is none."""
    waiting, nodes = [given], 0
    while waiting and nodes < 100:
        nodes += 1
        action = dictionary(waiting.pop())
        if action.get("/S") in _ACTS:
            finding.add("pdf-action")
        following = action["/Next"].get_object() if "/Next" in action else None
        waiting += list(following)[:100] if isinstance(following, list) else [following] if following else []


def dictionary(given: Any) -> Any:
    """What is given, where it is a dictionary or points to one; else an empty one."""
    found = given.get_object() if given is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _listed(given: Any) -> list[Any]:
    found = given.get_object() if given is not None else None
    return list(found) if isinstance(found, list) else []


def _inspect_resources(page: SheetPage, number: int, finding: Finding) -> None:
    resources = dictionary(page.get("/Resources"))
    for font in dictionary(resources.get("/Font")).values():
        if not _embedded(dictionary(font)):
            finding.add("pdf-font", number)
    for given in dictionary(resources.get("/XObject")).values():
        image = dictionary(given)
        if image.get("/Subtype") == "/Image" and int(image["/Width"]) * int(image["/Height"]) > PIXELS:
            finding.add("pdf-content")


def _embedded(font: DictionaryObject) -> bool:
    if font.get("/Subtype") == "/Type3" or str(font.get("/BaseFont", "/"))[1:].startswith(_STANDARD):
        return True
    if font.get("/Subtype") == "/Type0":
        font = dictionary(next(iter(_listed(font["/DescendantFonts"])), None))
    descriptor = dictionary(font.get("/FontDescriptor"))
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _decoded(page: SheetPage, seen: set[object], left: int) -> int:
    """Bytes of drawing orders that this page adds. Raises Unfit where they are more than are left."""
    given = page.node.raw_get("/Contents") if "/Contents" in page.node else None
    contents = given.get_object() if given is not None else None
    total = 0
    for part in contents if isinstance(contents, list) else [given]:
        name = (part.idnum, part.generation) if isinstance(part, IndirectObject) else id(part)
        stream = part.get_object() if part is not None and name not in seen else None
        seen.add(name)
        if isinstance(stream, StreamObject):
            total += len(stream.get_data())
        if total > left:
            raise Unfit("pdf-content")
    return total
