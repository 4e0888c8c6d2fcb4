"""Text set in lines: measured once, broken by bisection, and written as the page's own orders.

A paragraph of a letter has one size throughout. So it is one flat string with its width up to every character, and a
line is two places in it; ReportLab's Paragraph, which can do more, makes objects for every word and took most of the
time of a letter.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from outbound.rendering.danish import MONTHS
from outbound.rendering.fonts import REGULAR, SOFT_HYPHEN, Face, advances, runs
from outbound.rendering.hyphens import LEAST, points
from outbound.rendering.pen import Pen
from outbound.rendering.structure import Element
from outbound.rendering.tagged import Target

_HAIR = 1e-6  # points that rounding may cost
_STAYS = re.compile(
    rf" (?:(?<=[\d.] )(?={'|'.join(MONTHS)}|kr\.|pct\.|m²)|(?:(?<=§ )|(?<=\bkl\. )|(?<=\bstk\. ))(?=\d))"
)  # begins with the space itself: what stands before one is looked for only there


def unbroken(text: str) -> str:
    """Numbers keep their unit on their line: `22. november`, `1.234,50 kr.`, `§ 24`."""
    return _STAYS.sub("\u00a0", text)


class Run(NamedTuple):
    """Characters of one face and one link, from `start` up to the next run."""

    start: int
    face: Face
    link: Target | None


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph's characters. `at[i]` is the width of the first i, in thousandths of the size."""

    flat: str  # a line break is \n
    runs: Sequence[Run]
    at: Sequence[float]


Part = tuple[str, Face, Target | None]
KEPT_TEXTS = 512  # some 3 kB each


def text_from(parts: Sequence[Part]) -> Text:
    """The parts one after the other, each in its face or, where that lacks a character, in the one that stands in."""
    if any(link is not None for _, _, link in parts):
        return _text(tuple(parts))  # a link belongs to its letter
    return _kept(tuple(parts))


def _text(parts: tuple[Part, ...]) -> Text:
    flat, made, widths = "", list[Run](), array("d", [0.0])
    for text, face, link, wide in _measured(parts):
        if not made or made[-1].face is not face or made[-1].link is not link:
            made.append(Run(len(flat), face, link))
        flat += text
        widths.extend(wide)
    return Text(unbroken(flat), tuple(made), array("d", accumulate(widths)))


_kept = lru_cache(maxsize=KEPT_TEXTS)(_text)
"""A template's own paragraphs and a department's letterhead stand in every letter: they are measured once.

Keyed by all that they say, so that nobody is shown another's; like every letter, in memory only.
"""


def _measured(parts: Iterable[Part]) -> Iterator[tuple[str, Face, Target | None, Sequence[float]]]:
    for text, face, link in parts:
        try:
            yield text, face, link, [*map(advances(face).__getitem__, text)]
        except KeyError:  # a character that this face lacks
            for own, piece in runs(text, face):
                known = advances(own)
                yield piece, own, link, [known.get(sign, known[" "]) for sign in piece]


_WORD = re.compile(r"[^ \n]+")
_FIGURE = re.compile(r"[^ \n\d]*\d[^ \n]*")
_OWN_HYPHEN = re.compile(rf"(?<=[^\W\d_]{{{LEAST}}})-(?=[^\W\d_]{{{LEAST}}})")  # skole-hjem, and not e-mail


class Line(NamedTuple):
    """Characters `start` to `stop`. `ending`: what is written after them, so that two words are not heard as one."""

    start: int
    stop: int
    ending: str


@dataclass(frozen=True, slots=True)
class Hyphens:
    """How words are parted. `gap`: how much shorter than full, in thousandths of the size, a line may be before."""

    language: str
    gap: float


@dataclass(slots=True)
class _Span:
    """The part of a text that a block is to set."""

    text: Text
    start: int
    stop: int
    tail: str = ""


class TextBlock(Flowable):
    """A paragraph, or the part of one that stands on one page; all parts are of one element.

    Without an element it is drawn without marks, on any canvas.
    """

    canv: Any

    def __init__(
        self,
        text: Text,
        style: ParagraphStyle,
        element: Element | None = None,
        *,
        indent: float | None = None,
        hyphens: Hyphens | None = None,
    ) -> None:
        super().__init__()
        self.style, self.element, self._hyphens = style, element, hyphens
        self.indent: float = style.leftIndent if indent is None else indent
        self.label: Element | None = None
        self.bullet = ""
        self.spaceBefore, self.spaceAfter = style.spaceBefore, style.spaceAfter
        self._span = _Span(text, 0, len(text.flat))
        self._lines: list[Line] = []
        self._broken_for = -1.0

    @property
    def tail(self) -> str:
        """What follows the last line: a space where the element goes on elsewhere."""
        return self._span.tail

    @tail.setter
    def tail(self, tail: str) -> None:
        self._span.tail = tail
        self._broken_for = -1.0

    @property
    def widest_word(self) -> float:
        """Points that the widest word needs; what keeps together is one word."""
        return self._widest(_WORD)

    @property
    def widest_figure(self) -> float:
        """Points that the widest amount, date or number needs, with the words that keep with it."""
        return self._widest(_FIGURE)

    def _widest(self, kind: re.Pattern[str]) -> float:
        at = self._span.text.at
        ends = (found.span() for found in kind.finditer(self._span.text.flat))
        return max((at[stop] - at[start] for start, stop in ends), default=0.0) * self.style.fontSize / 1000

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        """Break into lines; once for each width."""
        if self._broken_for != aW:
            self._lines = list(_lines(self._span, (aW - self.indent) * 1000 / self.style.fontSize, self._hyphens))
            self._broken_for = aW
            self.width, self.height = aW, len(self._lines) * self.style.leading
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:
        """In two parts, each of two lines or more."""
        return [*self.parted(aW, aH)]

    def parted(self, wide: float, room: float) -> list["TextBlock"]:
        """What stands in so many points, and the rest: nothing, where it cannot be parted there."""
        self.wrap(wide, room)
        lines, fit = len(self._lines), int((room + _HAIR) / self.style.leading)
        if fit >= lines:
            return [self]
        if fit == lines - 1:
            fit -= 1
        if fit > 2 and self._lines[fit - 1].ending == SOFT_HYPHEN:
            fit -= 1
        if fit < 2:
            return []
        last, following = self._lines[fit - 1], self._lines[fit]
        first = self._part(self._span.start, last.stop, last.ending)
        first.label, first.bullet = self.label, self.bullet
        return [first, self._part(following.start, self._span.stop, self.tail)]

    def _part(self, start: int, stop: int, tail: str) -> "TextBlock":
        part = TextBlock(self._span.text, self.style, self.element, indent=self.indent, hyphens=self._hyphens)
        part._span = _Span(self._span.text, start, stop, tail)
        return part

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:
        """Write the lines; `x` and `y` are the lower left corner."""
        size, leading = self.style.fontSize, self.style.leading
        base = y + self.height - size
        pen = Pen(canvas, size)
        grey = self.style.textColor.red
        if grey:
            pen.grey(grey)
        if self.bullet:
            pen.own(self.label)
            pen.move(x + self.style.bulletIndent, base)
            pen.write(REGULAR, self.bullet)
        flat, at, at_right = self._span.text.flat, self._span.text.at, self.style.alignment == TA_RIGHT
        for line in self._lines:
            left = x + (self.width - (at[line.stop] - at[line.start]) * size / 1000 if at_right else self.indent)
            pen.move(left, base)
            for face, link, start, stop in self._pieces(line):
                pen.own(self._owner(canvas, link))
                pen.write(face, flat[start:stop] + line.ending if stop == line.stop else flat[start:stop])
                if link is not None and self.element is not None:
                    self._touchable(canvas, link, left + (at[start] - at[line.start]) * size / 1000, base, start, stop)
            base -= leading
        if grey:
            pen.grey(0)
        pen.done()

    def _touchable(self, canvas: Any, link: Target, x: float, base: float, start: int, stop: int) -> None:
        """The sensitive area of a link's part on one line."""
        size, at = self.style.fontSize, self._span.text.at
        under = base - size / 8
        area = (x, under, x + (at[stop] - at[start]) * size / 1000, under + self.style.leading)
        canvas.linkURL(link, area, relative=1)

    def _pieces(self, line: Line) -> Iterator[tuple[Face, Target | None, int, int]]:
        """The line's runs: face, link, and from where to where."""
        found = self._span.text.runs
        if len(found) == 1:
            yield found[0].face, found[0].link, line.start, line.stop
            return
        ends = [run.start for run in found[1:]]
        for run, end in zip(found, [*ends, line.stop], strict=True):
            start, stop = max(run.start, line.start), min(end, line.stop)
            if start < stop:
                yield run.face, run.link, start, stop

    def _owner(self, canvas: Any, link: Target | None) -> Element | None:
        if link is None or self.element is None:
            return self.element
        if link.element is None and not canvas.repeating:
            link.element = Element("Link", self.element)
        return link.element or self.element


def _lines(span: _Span, room: float, hyphens: Hyphens | None) -> Iterator[Line]:
    """Lines as full as they go, `room` in thousandths of the size; a word wider than a line is parted in any case."""
    flat, at = span.text.flat, span.text.at
    start, ending = span.start, ""
    while start < span.stop:
        stop = flat.find("\n", start, span.stop)
        stop = span.stop if stop < 0 else stop
        while (end := bisect_right(at, at[start] + room + _HAIR, start, stop + 1) - 1) < stop:
            cut = flat.rfind(" ", start, end + 1)
            place = None
            if hyphens is not None:
                if cut <= start:
                    place = _place(span.text, start, at[start] + room, hyphens.language)
                elif at[start] + room - at[cut] > hyphens.gap and ending != SOFT_HYPHEN and flat[cut + 1].islower():
                    place = _place(span.text, cut + 1, at[start] + room, hyphens.language)
            if place is not None:
                cut, ending = place
            elif cut > start:
                ending = " "
            else:
                cut, ending = max(end, start + 1), ""
            yield Line(start, cut, ending)
            start = cut + 1 if ending == " " else cut
        yield Line(start, stop, " " if stop < span.stop else span.tail)
        start, ending = stop + 1, ""


def _place(text: Text, start: int, limit: float, language: str) -> tuple[int, str] | None:
    """Where the word that begins at `start` may be parted before `limit`, and what is written there."""
    found = _WORD.match(text.flat, start)
    word = found[0] if found else ""
    after_own = [(start + one.end(), "") for one in _OWN_HYPHEN.finditer(word)]
    between = [(start + point, SOFT_HYPHEN) for point in points(word, language)]
    for place, ending in sorted(after_own + between, reverse=True):
        if text.at[place] + (_hyphen_width(text, place) if ending else 0.0) <= limit + _HAIR:
            return place, ending
    return None


def _hyphen_width(text: Text, place: int) -> float:
    """The hyphen is of the face of the letter before it."""
    face = next(run.face for run in reversed(text.runs) if run.start < place)
    return advances(face)[SOFT_HYPHEN]
