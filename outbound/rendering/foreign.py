"""A foreign PDF opened, page by page. Runs in a child process only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from outbound.rendering.window import MM

NODES = 20_000  # of the page tree, outline, annotations, fields
_BEGINNING = b"%PDF-"
_INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
Matrix = tuple[float, float, float, float, float, float]


class Unfit(Exception):
    """What is wrong is so wrong that nothing more can be looked at."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
        """Degrees clockwise, from 0 to 359."""
        return int(self.get("/Rotate") or 0) % 360

    @property
    def unit(self) -> float:
        """Points in a unit of the page's own space. Raises Unfit."""
        unit = float(self.get("/UserUnit") or 1)
        if not 0.01 <= unit <= 100:
            raise Unfit("pdf-unreadable")
        return unit

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The part that is shown: left, lower, right, upper, in units. Raises Unfit."""
        media, crop = _corners(self.get("/MediaBox")), _corners(self.get("/CropBox"))
        if media is None:
            raise Unfit("pdf-unreadable")
        if crop is None:
            return media
        shown = (*map(max, media[:2], crop[:2]), *map(min, media[2:], crop[2:]))
        return media if shown[0] >= shown[2] or shown[1] >= shown[3] else shown  # type: ignore[return-value]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres as it is seen."""
        left, lower, right, upper = self.box
        wide, tall = (right - left) * self.unit / MM, (upper - lower) * self.unit / MM
        return (tall, wide) if self.rotation % 180 else (wide, tall)

    @property
    def matrix(self) -> Matrix:
        """From millimetres as it is seen, right and down from the upper left corner, to the page's own space."""
        left, lower, right, upper = self.box
        k = MM / self.unit
        turned: dict[int, Matrix] = {
            0: (k, 0, 0, -k, left, upper),
            90: (0, k, k, 0, left, lower),
            180: (-k, 0, 0, k, right, lower),
            270: (0, -k, -k, 0, right, upper),
        }
        return turned.get(self.rotation, turned[0])


def _corners(given: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(given, list) or len(given) != 4:
        return None
    x, y, u, v = (float(corner.get_object()) for corner in given)
    return min(x, u), min(y, v), max(x, u), max(y, v)


def opened(pdf: bytes) -> PdfReader:
    """The file, without a password. Raises Unfit."""
    if not pdf.startswith(_BEGINNING):
        raise Unfit("pdf-unreadable")
    reader = PdfReader(BytesIO(pdf), strict=False)
    if reader.is_encrypted:
        raise Unfit("pdf-encrypted")
    return reader


def pages_of(reader: PdfReader, most: int) -> Iterator[SheetPage]:
    """The pages in order, at most so many; a tree that bites its own tail comes to an end."""
    root = reader.root_object["/Pages"].get_object()
    waiting: list[tuple[Any, Mapping[str, Any]]] = [(root, {})]
    nodes = found = 0
    while waiting and found < most:
        node, inherited = waiting.pop()
        nodes += 1
        if nodes > NODES or not isinstance(node, DictionaryObject):
            raise Unfit("pdf-unreadable")
        if "/Kids" not in node:
            found += 1
            yield SheetPage(node, inherited)
            continue
        given = {**inherited, **{key: node[key] for key in _INHERITED if key in node}}
        waiting += [(kid.get_object(), given) for kid in reversed(listed(node["/Kids"])[: NODES - nodes])]


def entry(holder: Any, key: str) -> Any:
    """The entry itself, also where it stands elsewhere in the file; None where there is none."""
    return holder[key] if key in holder else None  # noqa: SIM401 # `get` gives the pointer to it


def dictionary(given: Any) -> Any:
    """What is given, where it is a dictionary or points to one; else an empty one."""
    found = given.get_object() if given is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def listed(given: Any) -> list[Any]:
    """What is given, where it is a list or points to one; else an empty one."""
    found = given.get_object() if given is not None else None
    return list(found) if isinstance(found, list) else []
