"""From the checked body to flowables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml.etree import _Element
from reportlab.platypus import Flowable

from outbound.rendering.fonts import BOLD, REGULAR, width
from outbound.rendering.fragments import BODY, INK, NOTE, PALE, SIGNATURE, STYLES, block_of, text_of
from outbound.rendering.images import Image
from outbound.rendering.markup import NEW_PAGE
from outbound.rendering.pictures import Picture
from outbound.rendering.setting import Setting
from outbound.rendering.sizes import NORMAL, Size
from outbound.rendering.structure import ORDERED, UNORDERED, Element
from outbound.rendering.tables import table_of
from outbound.rendering.tagged import RULE

STICKS = "sticks"  # the attribute of a flowable that never ends a page
_BULLET, _AFTER_BULLET = "•", 4.0  # points between a number and its text
_SHORT = 250  # characters: a paragraph that leads into a list and is no longer stays with it


class Group(Flowable):
    """Flowables that stand on one page where they fit on one at all; `tinted`: on a grey ground.

    `tallest`: points of a whole page.
    """

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

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:
        """The ground, then the parts on it."""
        if self.tinted:
            with canvas.artifact(RULE):
                canvas.setFillColor(PALE)
                canvas.rect(x, y, self.width, self.height, stroke=0, fill=1)
                canvas.setFillColor(INK)
        for (_, bottom), part in zip(self._places, self.inside, strict=True):
            part.drawOn(canvas, x + self._pad, y + self.height - bottom)


class NewPage(Flowable):
    """What follows begins a page; where nothing follows, or a page begins here anyway, there is no empty one."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """It takes no room."""
        return 0.0, 0.0


@dataclass(frozen=True, slots=True)
class _Around:
    """What the pieces of one body share: the tags of its headings to come, the images that it may show, its setting."""

    headings: Iterator[str]
    images: Mapping[str, Image]
    setting: Setting


def flowables(body: _Element, root: Element, images: Mapping[str, Image], setting: Setting) -> list[Flowable]:
    """The whole body, in order; its elements are added to the tree under `root`."""
    around = _Around(_heading_tags(body), images, setting)
    return [piece for element in body for piece in _pieces(element, root, around)]


def _heading_tags(body: _Element) -> Iterator[str]:
    """The tag of each heading in turn. No level is left out, which PDF/UA does not allow, whatever a template does."""
    level = 0
    for heading in body.iter("h1", "h2", "h3"):
        level = min(int(str(heading.tag)[1]), level + 1)
        yield f"H{level}"


def _pieces(element: _Element, parent: Element, around: _Around) -> Iterator[Flowable]:
    tag, setting, size = element.tag, around.setting, around.setting.size
    if tag in ("h1", "h2", "h3"):
        heading = Element(next(around.headings), parent)
        yield _sticking(block_of(element, size.style(STYLES[tag]), BOLD, heading, hyphens=setting.wide))
    elif tag in ("ul", "ol"):
        yield from _items(element, parent, setting)
    elif tag == "table":
        yield table_of(element, parent, setting)
    elif tag == "img":
        alt = " ".join(element.get("alt", "").split())
        picture = Picture(around.images[element.get("src", "")], alt, element.get("class", ""), parent, setting.down)
        alone = Group([picture], tallest=setting.down)  # a heading over it waits for all of it
        alone.spaceBefore, alone.spaceAfter = picture.spaceBefore, picture.spaceAfter
        yield alone
    elif tag == "section":
        within, tinted = Element("Sect", parent), element.get("class") == "box"
        if tinted:
            inner = setting.across - 2 * size.points(Group.PAD)
            around = replace(around, setting=replace(setting, across=inner))
        pieces = [piece for child in element for piece in _pieces(child, within, around)]
        if element.get("class") == NEW_PAGE:
            yield from (NewPage(), *pieces)
        else:
            yield Group(pieces, tinted=tinted, size=size, tallest=setting.down)
    else:
        yield from _text_block(element, Element("P", parent), setting)


def _text_block(element: _Element, tag: Element, setting: Setting) -> list[Flowable]:
    kind = element.get("class")
    if kind == "signature":
        style = setting.size.style(SIGNATURE)
        signature = Group([block_of(element, style, tag=tag, hyphens=setting.wide)], tallest=setting.down)
        signature.spaceBefore = style.spaceBefore
        return [signature]
    style = setting.size.style(NOTE if kind == "note" else BODY)
    paragraph = block_of(element, style, tag=tag, hyphens=setting.running)
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and len(text_of(element)) < _SHORT:
        _sticking(paragraph)
    return [paragraph]


def _sticking(flowable: Flowable) -> Flowable:
    """It never ends a page: what follows it begins on the same one."""
    setattr(flowable, STICKS, True)
    return flowable


def _items(element: _Element, parent: Element, setting: Setting) -> Iterator[Flowable]:
    ordered = element.tag == "ol"
    whole = Element("L", parent, ORDERED if ordered else UNORDERED)
    size, style = setting.size, setting.size.style(STYLES["li"])
    widest = f"{len(element)}." if ordered else _BULLET
    number_ends = style.bulletIndent + width(widest, REGULAR, style.fontSize)
    indent = max(style.leftIndent, number_ends + size.points(_AFTER_BULLET))
    for number, item in enumerate(element, 1):
        entry = Element("LI", whole)
        label = Element("Lbl", entry)
        block = block_of(item, style, tag=Element("LBody", entry), indent=indent, hyphens=setting.running)
        block.label, block.bullet = label, f"{number}." if ordered else _BULLET
        if item.getnext() is None:
            block.spaceAfter = size.points(BODY.spaceAfter)
        yield block
