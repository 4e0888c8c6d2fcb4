"""From the checked body to flowables."""

from collections.abc import Iterator, Sequence

from lxml.etree import _Element
from reportlab.platypus import Flowable, Paragraph

from outbound.rendering.fonts import BOLD
from outbound.rendering.fragments import BODY, INK, NOTE, PALE, SIGNATURE, STYLES, fragments, paragraph_of, text_of
from outbound.rendering.tables import table_of
from outbound.rendering.window import BODY_LATER, MM

STICKS = "sticks"  # the attribute of a flowable that never ends a page
_SHORT = 250  # characters: a paragraph that leads into a list and is no longer stays with it


class Group(Flowable):
    """Flowables that stand on one page where they fit on one at all; `tinted`: on a grey ground."""

    PAD = 9.0  # points inside a tinted group

    def __init__(self, inside: Sequence[Flowable], tinted: bool = False) -> None:
        super().__init__()
        self.inside, self.tinted = list(inside), tinted
        self.spaceBefore, self.spaceAfter = (8, 8) if tinted else (0, 0)
        self._tops: list[float] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Place the parts one under the other."""
        pad = self.PAD if self.tinted else 0.0
        self.width, y, after = width, pad, 0.0
        self._tops = []
        for number, part in enumerate(self.inside):
            gap = max(after, part.getSpaceBefore()) if number else 0.0
            _, tall = part.wrap(width - 2 * pad, height)
            self._tops.append(y + gap)
            y, after = y + gap + tall, part.getSpaceAfter()
        self.height = y + pad
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Only what is taller than a page is split at all, between its parts."""
        _, tall = self.wrap(width, height)
        if tall <= BODY_LATER.height * MM or len(self.inside) < 2:
            return [] if tall <= BODY_LATER.height * MM or self.tinted else list(self.inside)
        if not self.tinted:
            return list(self.inside)
        ends = [*self._tops[1:], self.height]
        fits = sum(end + self.PAD <= height for end in ends)
        fits = min(fits, len(self.inside) - 1)
        return [Group(self.inside[:fits], True), Group(self.inside[fits:], True)] if fits else []

    def draw(self) -> None:
        """The ground, then the parts on it."""
        pad = self.PAD if self.tinted else 0.0
        if self.tinted:
            self.canv.setFillColor(PALE)
            self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            self.canv.setFillColor(INK)
        for top, part in zip(self._tops, self.inside, strict=True):
            part.drawOn(self.canv, pad, self.height - top - part.height)


def flowables(body: _Element) -> list[Flowable]:
    """The whole body, in order."""
    return [piece for element in body for piece in _pieces(element)]


def _pieces(element: _Element) -> Iterator[Flowable]:
    tag = element.tag
    if tag in ("h1", "h2", "h3"):
        yield _sticking(paragraph_of(element, STYLES[tag], BOLD))
    elif tag in ("ul", "ol"):
        yield from _items(element)
    elif tag == "table":
        yield table_of(element)
    elif tag == "section":
        yield Group([piece for child in element for piece in _pieces(child)], tinted=element.get("class") == "box")
    else:
        yield _text_block(element)


def _text_block(element: _Element) -> Flowable:
    kind = element.get("class")
    if kind == "signature":
        signature = Group([paragraph_of(element, SIGNATURE)])
        signature.spaceBefore = SIGNATURE.spaceBefore
        return signature
    paragraph = paragraph_of(element, NOTE if kind == "note" else BODY)
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and len(text_of(element)) < _SHORT:
        return _sticking(paragraph)
    return paragraph


def _sticking(flowable: Flowable) -> Flowable:
    """It never ends a page: what follows it begins on the same one."""
    setattr(flowable, STICKS, True)
    return flowable


def _items(element: _Element) -> Iterator[Flowable]:
    for number, item in enumerate(element, 1):
        bullet = "•" if element.tag == "ul" else f"{number}."
        style = STYLES["li" if item.getnext() is not None else "last-li"]
        yield Paragraph("", style, bulletText=bullet, frags=fragments(item, style))
