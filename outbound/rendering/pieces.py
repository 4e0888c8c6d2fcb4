"""From the checked body to flowables."""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml.etree import _Element
from reportlab.platypus import Flowable

from outbound.rendering.fonts import BOLD
from outbound.rendering.fragments import BODY, INK, NOTE, PALE, SIGNATURE, STYLES, paragraph_of, paragraphs_of, text_of
from outbound.rendering.sizes import NORMAL, Size
from outbound.rendering.structure import ORDERED, UNORDERED, Element
from outbound.rendering.tables import table_of
from outbound.rendering.tagged import RULE
from outbound.rendering.window import MM, Box

STICKS = "sticks"  # the attribute of a flowable that never ends a page
_SHORT = 250  # characters: a paragraph that leads into a list and is no longer stays with it


class Group(Flowable):
    """Flowables that stand on one page where they fit on one at all; `tinted`: on a grey ground.

    `tallest`: points of a whole page.
    """

    canv: Any
    PAD = 9.0  # points inside a tinted group

    def __init__(
        self, inside: Sequence[Flowable], *, tinted: bool = False, size: Size = NORMAL, tallest: float
    ) -> None:
        super().__init__()
        self.inside, self.tinted, self.size, self.tallest = list(inside), tinted, size, tallest
        self.spaceBefore, self.spaceAfter = (size.points(8), size.points(8)) if tinted else (0, 0)
        self._pad = size.points(self.PAD) if tinted else 0.0
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
        if tall <= self.tallest:
            return []
        if not self.tinted:
            return list(self.inside)
        first, rest = self._parted(width - 2 * self._pad, height - self._pad)
        parts = (first, rest) if first and rest else ()
        return [Group(part, tinted=True, size=self.size, tallest=self.tallest) for part in parts]

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


def flowables(body: _Element, root: Element, size: Size, page: Box) -> list[Flowable]:
    """The whole body, in order; its elements are added to the tree under `root`. `page`: the place of the body."""
    headings = _heading_tags(body)
    return [piece for element in body for piece in _pieces(element, root, headings, size, page)]


def _heading_tags(body: _Element) -> Iterator[str]:
    """The tag of each heading in turn. No level is left out, which PDF/UA does not allow, whatever a template does."""
    level = 0
    for heading in body.iter("h1", "h2", "h3"):
        level = min(int(str(heading.tag)[1]), level + 1)
        yield f"H{level}"


def _pieces(element: _Element, parent: Element, headings: Iterator[str], size: Size, page: Box) -> Iterator[Flowable]:
    tag = element.tag
    if tag in ("h1", "h2", "h3"):
        yield _sticking(paragraph_of(element, size.style(STYLES[tag]), BOLD, Element(next(headings), parent)))
    elif tag in ("ul", "ol"):
        yield from _items(element, parent, size)
    elif tag == "table":
        yield table_of(element, parent, size, page.width * MM)
    elif tag == "section":
        within = Element("Sect", parent)
        pieces = [piece for child in element for piece in _pieces(child, within, headings, size, page)]
        yield Group(pieces, tinted=element.get("class") == "box", size=size, tallest=page.height * MM)
    else:
        yield from _text_block(element, Element("P", parent), size, page)


def _text_block(element: _Element, tag: Element, size: Size, page: Box) -> list[Flowable]:
    kind = element.get("class")
    if kind == "signature":
        style = size.style(SIGNATURE)
        signature = Group(paragraphs_of(element, style, tag=tag), tallest=page.height * MM)
        signature.spaceBefore = style.spaceBefore
        return [signature]
    paragraphs = paragraphs_of(element, size.style(NOTE if kind == "note" else BODY), tag=tag)
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and len(text_of(element)) < _SHORT:
        _sticking(paragraphs[0])
    return [*paragraphs]


def _sticking(flowable: Flowable) -> Flowable:
    """It never ends a page: what follows it begins on the same one."""
    setattr(flowable, STICKS, True)
    return flowable


def _items(element: _Element, parent: Element, size: Size) -> Iterator[Flowable]:
    whole = Element("L", parent, UNORDERED if element.tag == "ul" else ORDERED)
    for number, item in enumerate(element, 1):
        bullet = "•" if element.tag == "ul" else f"{number}."
        style = size.style(STYLES["li" if item.getnext() is not None else "last-li"])
        entry = Element("LI", whole)
        label = Element("Lbl", entry)
        paragraphs = paragraphs_of(item, style, bullet=bullet, tag=Element("LBody", entry))
        paragraphs[0].label = label
        yield from paragraphs
