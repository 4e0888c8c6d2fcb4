"""Paragraphs and tables that are one element each, over however many lines, cells and pages they go."""

from typing import Any

from reportlab.platypus import Paragraph

from outbound.rendering.structure import Element
from outbound.rendering.tagged import RULE, MarkedText


class TaggedParagraph(Paragraph):
    """A paragraph of one element, also where it is parted over pages. Without an element it is an ordinary one."""

    element: Element | None = None
    label: Element | None = None  # of its bullet or number
    tail = ""  # what follows the last line: a space where the element goes on elsewhere
    source: str | None = None  # the text before it was broken into lines
    _wrapped: float | None = None
    _labelled = False
    _splitLongWordCount: int
    blPara: Any
    canv: Any

    def wrap(self, availWidth: float, availHeight: float) -> Any:
        """Break into lines; once for each width."""
        if self._wrapped == availWidth and hasattr(self, "blPara"):
            return self.width, self.height
        if self.source is None:
            self.source = "".join(["\n" if hasattr(one, "lineBreak") else one.text for one in self.frags])
        size = super().wrap(availWidth, availHeight)
        self._wrapped = availWidth
        return size

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        """In two parts that know what they are parts of."""
        parts: list[Any] = super().split(availWidth, availHeight)
        if len(parts) == 2:
            first, second = parts
            first.element = second.element = self.element
            first.label, second.tail = self.label, self.tail
            lines = len(first.blPara.lines)
            first.tail = self._ends()[lines - 1]
            first.source, second.source = self._parted(lines)
        return parts

    def _parted(self, lines: int) -> tuple[str, str]:
        source = self.source or ""
        if not self._splitLongWordCount:
            return source, source  # never asked for
        cut = self._breaks()[lines - 1]
        return source[:cut], source[cut:]

    def _ends(self) -> list[str]:
        count = len(self.blPara.lines)
        if not self._splitLongWordCount:
            return [" "] * (count - 1) + [self.tail]
        source = self.source or ""
        ends = ["" if cut < len(source) and not source[cut].isspace() else " " for cut in self._breaks()]
        return [*ends[:-1], self.tail]

    def _breaks(self) -> list[int]:
        """Where in the source each line ends. Only for text in which a word was too long for its line."""
        ends = [place + 1 for place, sign in enumerate(self.source or "") if not sign.isspace()]
        breaks, seen = [], 0
        for line in self.blPara.lines:
            words = line[1] if isinstance(line, tuple) else [frag.text for frag in line.words]
            seen += sum(not sign.isspace() for word in words for sign in word)
            breaks.append(ends[min(seen, len(ends)) - 1] if seen else 0)
        return breaks

    def draw(self) -> None:
        """The label as its own element, then the text."""
        self._labelled = self.label is not None and bool(self.bulletText and self.blPara.lines)
        if self._labelled:
            self.canv.begin(self.canv.mark(self.label))
        super().draw()

    def beginText(self, x: float, y: float) -> Any:
        """ReportLab's name for: here the text begins; the bullet is done."""
        if self._labelled:
            self.canv.end()
        if self.element is None:
            return super().beginText(x, y)
        return MarkedText(self.canv, x, y, self.element, self._ends())


class TableMarks:
    """What a table calls while it is drawn: one for all the parts of a table that goes over pages."""

    def __init__(self, heads: int) -> None:
        self.heads, self.drawn = heads, False

    def __call__(self, table: Any, happens: str, *where: Any) -> None:
        """Rules are artifacts, and so is the heading on every page after the first."""
        canvas = table.canv
        if happens in ("startBG", "startLines"):
            canvas.begin(RULE)
        elif happens in ("endBG", "endLines"):
            canvas.end()
        elif happens == "startRow":
            canvas.repeating = self.drawn and where[0] < self.heads
        elif happens == "endRow":
            canvas.repeating = False
        elif happens == "endTable":
            self.drawn = True
