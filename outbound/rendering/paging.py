"""Pouring flowables into pages: laid out first, drawn afterwards, so that every page knows how many there are."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reportlab.platypus import Flowable

from outbound.rendering.faults import RenderingFault
from outbound.rendering.pieces import STICKS, Group, NewPage
from outbound.rendering.tables import LetterTable
from outbound.rendering.window import MM, PAGE_HEIGHT, Box

_HAIR = 1e-6  # points that rounding may cost
FEW_LINES = 44.0  # points: what a heading must have under it on its own page
MOST_PAGES = 80  # 40 sheets printed on both sides: what a C4 envelope takes (iMail Denmark, 21grams.com)


@dataclass(slots=True)
class Page:
    """One page's flowables with the place of each: points from the lower left corner."""

    area: Box
    placed: list[tuple[Flowable, float, float]] = field(default_factory=list)
    used: float = 0.0  # points from the top of the area
    after: float = 0.0  # space that the last flowable wants under it

    def room(self, flowable: Flowable) -> float:
        """Points that this flowable may be high here."""
        return self.area.height * MM - self.used - self.gap(flowable)

    def gap(self, flowable: Flowable) -> float:
        """Points between this flowable and the one above it."""
        return max(self.after, flowable.getSpaceBefore()) if self.placed else 0.0

    def put(self, flowable: Flowable, tall: float) -> None:
        """Give this flowable the next place."""
        self.used += self.gap(flowable) + tall
        top = (PAGE_HEIGHT - self.area.top) * MM
        self.placed.append((flowable, self.area.left * MM, top - self.used))
        self.after = flowable.getSpaceAfter()


def pour(story: Sequence[Flowable], first: Box, later: Box, few: float = FEW_LINES) -> list[Page]:
    """The pages of a letter; `few`: points that a heading must have under it on its page.

    Raises RenderingFault: `layout` where something fits on no page, `pages`.
    """
    pages, waiting = [Page(first)], deque(story)
    while waiting:
        flowable, page = waiting.popleft(), pages[-1]
        if isinstance(flowable, NewPage):
            if page.placed and not all(isinstance(one, NewPage) for one in waiting):
                _turn_over(pages, later)
            continue
        room = page.room(flowable)
        _, tall = flowable.wrap(page.area.width * MM, max(room, 1.0))
        if tall <= room + _HAIR and not _would_stand_alone(flowable, tall, waiting, page, few):
            page.put(flowable, tall)
            continue
        parts = [] if getattr(flowable, STICKS, False) else _split(flowable, page, room)
        if not parts:
            parts = [flowable]
            _turn_over(pages, later)
        waiting.extendleft(reversed(parts))
    return pages


def _split(flowable: Flowable, page: Page, room: float) -> list[Flowable]:
    """Its parts; empty where it has none. What did not fit begins the next page, also where some of it would fit now:
    a table keeps its sum and its last row together, and half a table more would stand under its own second head."""
    parts: list[Flowable] = flowable.split(page.area.width * MM, room) if room > 0 else []
    if len(parts) == 1 and parts[0] is flowable:
        return []
    if isinstance(flowable, Group) and not flowable.tinted:
        return parts
    return [*parts[:1], *(each for part in parts[1:] for each in (NewPage(), part))]


def _turn_over(pages: list[Page], later: Box) -> None:
    if not pages[-1].placed and pages[-1].area == later:
        raise RenderingFault("layout")
    if len(pages) == MOST_PAGES:
        raise RenderingFault("pages")
    pages.append(Page(later))


def _would_stand_alone(flowable: Flowable, tall: float, waiting: Iterable[Flowable], page: Page, few: float) -> bool:
    """A heading at the foot of a page whose text begins on the next one."""
    if not getattr(flowable, STICKS, False) or not page.placed:
        return False
    needed, after = 0.0, flowable.getSpaceAfter()
    for following in waiting:
        _, wanted = following.wrap(page.area.width * MM, page.area.height * MM)
        needed += max(after, following.getSpaceBefore())
        if not getattr(following, STICKS, False):
            least = following.least if isinstance(following, LetterTable) else few
            needed += wanted if isinstance(following, Group) else min(wanted, least)
            break
        needed, after = needed + wanted, following.getSpaceAfter()
    return page.room(flowable) - tall < needed
