"""From the checked body to flowables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.etree import _Element
from reportlab.platypus import Flowable

from outbound.rendering.fonts import BOLD
from outbound.rendering.fragments import BODY, INK, NOTE, PALE, SIGNATURE, STYLES, paragraph_of, paragraphs_of, text_of
from outbound.rendering.images import Image
from outbound.rendering.markup import NEW_PAGE
from outbound.rendering.pictures import Picture
from outbound.rendering.structure import ORDERED, UNORDERED, Element
from outbound.rendering.tables import table_of
from outbound.rendering.tagged import RULE
from outbound.rendering.window import BODY_LATER, MM

STICKS = "sticks"  # the attribute of a flowable that never ends a page
_SHORT = 250  # characters: a paragraph that leads into a list and is no longer stays with it


class Group(Flowable):
    """Flowables that stand on one page where they fit on one at all; `tinted`: on a grey ground."""

    canv: Any
    PAD = 9.0  # points inside a tinted group

    def __init__(self, inside: Sequence[Flowable], *, tinted: bool = False) -> None:
        super().__init__()
        self.inside, self.tinted = list(inside), tinted
        self.spaceBefore, self.spaceAfter = (8, 8) if tinted else (0, 0)
        self._pad = self.PAD if tinted else 0.0
        self._places: list[tuple[float, float]] = []  # top and bottom of each part, from the top of the group

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Place the parts one under the other."""
        pad = self._pad
        self.width, y, after = width, pad, 0.0
        self._places = []
        for number, part in enumerate(self.inside):
            gap = max(after, part.getSpaceBefore()) if number else 0.0
            _, tall = part.wrap(width - 2 * pad, height)
            self._places.append((y + gap, y + gap + tall))
            y, after = y + gap + tall, part.getSpaceAfter()
        self.height = y + pad
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Only what is taller than a page is split at all."""
        _, tall = self.wrap(width, height)
        if tall <= BODY_LATER.height * MM:
            return []
        if not self.tinted:
            return list(self.inside)
        first, rest = self._parted(width - 2 * self._pad, height - self._pad)
        return [Group(first, tinted=True), Group(rest, tinted=True)] if first and rest else []

    def _parted(self, width: float, room: float) -> tuple[list[Flowable], list[Flowable]]:
        """What fits in so many points, and the rest; a heading goes with what follows it."""
        fits = sum(bottom <= room for _, bottom in self._places)
        first, rest = self.inside[:fits], self.inside[fits:]
        if rest:
            parts = rest[0].split(width, room - self._places[fits][0]) if room > self._places[fits][0] else []
            if len(parts) > 1:
                return [*first, parts[0]], [*parts[1:], *rest[1:]]
        while first and getattr(first[-1], STICKS, False):
            rest.insert(0, first.pop())
        return first, rest

    def draw(self) -> None:
        """The ground, then the parts on it."""
        if self.tinted:
            with self.canv.artifact(RULE):
                self.canv.setFillColor(PALE)
                self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
                self.canv.setFillColor(INK)
        for (_, bottom), part in zip(self._places, self.inside, strict=True):
            part.drawOn(self.canv, self._pad, self.height - bottom)


class NewPage(Flowable):
    """What follows begins a page; where nothing follows, or a page begins here anyway, there is no empty one."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """It takes no room."""
        return 0.0, 0.0


@dataclass(frozen=True, slots=True)
class _Around:
    """What the pieces of one body share: the tags of its headings to come, and the images that it may show."""

    headings: Iterator[str]
    images: Mapping[str, Image]


def flowables(body: _Element, root: Element, images: Mapping[str, Image]) -> list[Flowable]:
    """The whole body, in order; its elements are added to the tree under `root`."""
    around = _Around(_heading_tags(body), images)
    return [piece for element in body for piece in _pieces(element, root, around)]


def _heading_tags(body: _Element) -> Iterator[str]:
    """The tag of each heading in turn. No level is left out, which PDF/UA does not allow, whatever a template does."""
    level = 0
    for heading in body.iter("h1", "h2", "h3"):
        level = min(int(str(heading.tag)[1]), level + 1)
        yield f"H{level}"


def _pieces(element: _Element, parent: Element, around: _Around) -> Iterator[Flowable]:
    tag = element.tag
    if tag in ("h1", "h2", "h3"):
        yield _sticking(paragraph_of(element, STYLES[tag], BOLD, Element(next(around.headings), parent)))
    elif tag in ("ul", "ol"):
        yield from _items(element, parent)
    elif tag == "table":
        yield table_of(element, parent)
    elif tag == "img":
        alt = " ".join(element.get("alt", "").split())
        picture = Picture(around.images[element.get("src", "")], alt, element.get("class", ""), parent)
        alone = Group([picture])  # a heading over it waits for all of it
        alone.spaceBefore, alone.spaceAfter = picture.spaceBefore, picture.spaceAfter
        yield alone
    elif tag == "section":
        within = Element("Sect", parent)
        pieces = [piece for child in element for piece in _pieces(child, within, around)]
        if element.get("class") == NEW_PAGE:
            yield from (NewPage(), *pieces)
        else:
            yield Group(pieces, tinted=element.get("class") == "box")
    else:
        yield from _text_block(element, Element("P", parent))


def _text_block(element: _Element, tag: Element) -> list[Flowable]:
    kind = element.get("class")
    if kind == "signature":
        signature = Group(paragraphs_of(element, SIGNATURE, tag=tag))
        signature.spaceBefore = SIGNATURE.spaceBefore
        return [signature]
    paragraphs = paragraphs_of(element, NOTE if kind == "note" else BODY, tag=tag)
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and len(text_of(element)) < _SHORT:
        _sticking(paragraphs[0])
    return [*paragraphs]


def _sticking(flowable: Flowable) -> Flowable:
    """It never ends a page: what follows it begins on the same one."""
    setattr(flowable, STICKS, True)
    return flowable


def _items(element: _Element, parent: Element) -> Iterator[Flowable]:
    whole = Element("L", parent, UNORDERED if element.tag == "ul" else ORDERED)
    for number, item in enumerate(element, 1):
        bullet = "•" if element.tag == "ul" else f"{number}."
        style = STYLES["li" if item.getnext() is not None else "last-li"]
        entry = Element("LI", whole)
        label = Element("Lbl", entry)
        paragraphs = paragraphs_of(item, style, bullet=bullet, tag=Element("LBody", entry))
        paragraphs[0].label = label
        yield from paragraphs
