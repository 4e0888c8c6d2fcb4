"""What the pages of a PDF draw with: typefaces, images, forms within forms. Runs in a child process only."""

from collections.abc import Iterator
from typing import Any

from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

from outbound.rendering.foreign import NODES, SheetPage, Unfit, dictionary, listed

DECODED = 64_000_000  # bytes of drawing orders in the whole document
PIXELS = 100_000_000  # in one image: A4 at 1000 points an inch
_LEANING = ("", "-Bold", "-Oblique", "-BoldOblique")
_STANDARD = frozenset(
    {*(f"Helvetica{how}" for how in _LEANING), *(f"Courier{how}" for how in _LEANING), "Symbol", "ZapfDingbats"}
    | {"Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"}
)  # the 14 that every reader has (ISO 32000-1, 9.6.2.2); print providers do without them (iMail Denmark, 21grams.com)
_WITH_RESOURCES = ("/XObject", "/Pattern", "/Font")


def all_embedded(page: SheetPage) -> bool:
    """Is every typeface of the page in the file, those of forms and notes included?"""
    return all(_embedded(dictionary(font)) for given in _resources(page) for font in _of(given, "/Font"))


def reaches_outside(page: SheetPage) -> bool:
    """Is a picture or form of the page to be fetched from another file?"""
    forms = [dictionary(form) for given in _resources(page) for form in _of(given, "/XObject")]
    return any("/Ref" in form or "/OPI" in form or "/F" in form for form in forms)


def check_images(page: SheetPage) -> None:
    """Raises Unfit where an image has more points than a letter can need."""
    for given in _resources(page):
        for image in map(dictionary, _of(given, "/XObject")):
            if image.get("/Subtype") == "/Image" and int(image["/Width"]) * int(image["/Height"]) > PIXELS:
                raise Unfit("pdf-content")


def decoded(page: SheetPage, seen: set[object], left: int) -> int:
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


def _resources(page: SheetPage) -> Iterator[DictionaryObject]:
    """The page's resources, and those of everything that it draws, each once."""
    notes = [dictionary(given) for given in listed(page.node.get("/Annots"))[:NODES]]
    looks = [look for note in notes for look in _looks(dictionary(note.get("/AP")).get("/N"))]
    waiting = [dictionary(page.get("/Resources")), *(dictionary(look.get("/Resources")) for look in looks)]
    seen: set[int] = set()
    while waiting and len(seen) < NODES:
        given = waiting.pop()
        if id(given) in seen:
            continue
        seen.add(id(given))
        yield given
        inner = (dictionary(part) for kind in _WITH_RESOURCES for part in _of(given, kind))
        waiting += [dictionary(part["/Resources"]) for part in inner if "/Resources" in part]


def _looks(given: Any) -> list[DictionaryObject]:
    """The appearances of a note: one, or one for each of its states."""
    look = dictionary(given)
    return [look] if isinstance(look, StreamObject) else [dictionary(one) for one in look.values()]


def _of(resources: DictionaryObject, kind: str) -> list[Any]:
    return list(dictionary(resources.get(kind)).values())


def _embedded(font: DictionaryObject) -> bool:
    if font.get("/Subtype") == "/Type3" or str(font.get("/BaseFont", "/"))[1:] in _STANDARD:
        return True
    if font.get("/Subtype") == "/Type0":
        font = dictionary(next(iter(listed(font["/DescendantFonts"])), None))
    descriptor = dictionary(font.get("/FontDescriptor"))
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
