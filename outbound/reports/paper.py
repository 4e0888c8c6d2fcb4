"""Why letters went on paper, by what can be done about it; and what those to enrolled people would have saved. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from outbound.facts import NOT_SAID, Fact
from outbound.letter import Channel, Mailbox
from outbound.reports.figures import CERTAIN, Figure, rounded, share
from outbound.reports.reading import By, grouped
from outbound.reports.report import Line
from outbound.routing import Route

MOST = 10
"""Letter types and systems with most paper that are named."""


class Why(StrEnum):
    """Why a letter went on paper, as far as somebody can do something about it."""

    EXEMPT = "exempt"
    NOT_ENROLLED = "not-enrolled"
    PAPER_ONLY = "paper-only"
    DEMANDED = "demanded"
    NOT_TAKEN = "not-taken"
    UNDER_15 = "under-15"
    LEFT = "left-the-country"
    NO_NUMBER = "no-number"
    OTHER = "other"


REASONS: Mapping[Route, Why] = {
    Route.EXEMPT: Why.EXEMPT,
    Route.NOT_ENROLLED: Why.NOT_ENROLLED,
    Route.NOT_YET_ACTIVE: Why.NOT_ENROLLED,
    Route.PAPER_ONLY: Why.PAPER_ONLY,
    Route.PAPER_DEMANDED: Why.DEMANDED,
    Route.CHOSEN_PAPER: Why.DEMANDED,
    Route.DIGITAL_REFUSED: Why.NOT_TAKEN,
    Route.DIGITAL_TOO_LARGE: Why.NOT_TAKEN,
    Route.UNDER_15: Why.UNDER_15,
    Route.LEFT_THE_COUNTRY: Why.LEFT,
    Route.NO_NUMBER: Why.NO_NUMBER,
}
"""Every route to paper; a code that no route has any more counts as OTHER."""
_BY_CODE = {route.code: why for route, why in REASONS.items()}


@dataclass(frozen=True, slots=True)
class Reason:
    """Letters on paper for one reason, less those taken back; and their part of all paper, if it has one."""

    why: Why
    letters: int
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class MostPaper:
    """A letter type or a system: its letters, and of those on paper the ones to people who were enrolled.

    `saved` is what these would have saved if digital, in øre (docs/measures.md); negative where paper was cheaper.
    `enrolled` is None where nobody was looked up; `saved` also where no letter was digital.
    """

    line: Line
    enrolled: int | None
    saved: int | None


def reasons(facts: Iterable[Fact]) -> tuple[Reason, ...]:
    """Every reason, also of no letter; OTHER only where it has some."""
    counted = dict.fromkeys(Why, 0)
    for fact in facts:
        if on_paper(fact):
            counted[_BY_CODE.get(fact.way.route, Why.OTHER)] += fact.sums["letters"]
    if not counted[Why.OTHER]:
        del counted[Why.OTHER]
    printed = sum(counted.values())
    return tuple(Reason(why, letters, share(letters, printed)) for why, letters in counted.items())


def most_paper(facts: Sequence[Fact], by: By, lines: Iterable[Line]) -> tuple[MostPaper, ...]:
    """Of these lines the ones with most letters on paper, most first."""
    paper = [fact for fact in facts if on_paper(fact)]
    asked = grouped([fact for fact in paper if fact.way.mailbox not in ("", NOT_SAID)], by)
    enrolled = grouped([fact for fact in paper if fact.way.mailbox == Mailbox.ENROLLED], by)
    digital = cost_per_letter(sum(grouped([one for one in facts if not on_paper(one)], By.CHANNEL).values(), Figure()))
    found = [line for line in lines if line.figure.letters.printed > 0]
    found.sort(key=lambda line: (-line.figure.letters.printed, line.key))
    return tuple(
        MostPaper(line, *_if_digital(enrolled.get(line.key, Figure()), digital))
        if line.key in asked
        else MostPaper(line, None, None)
        for line in found[:MOST]
    )


def cost_per_letter(figure: Figure) -> Fraction | None:
    """Porto and materials of a letter on the average, in øre. None without letters."""
    letters = figure.letters.through_router
    return Fraction(cost(figure), letters) if letters > 0 else None


def cost(figure: Figure) -> int:
    """Porto and materials, in øre."""
    return sum(figure.money.cost.get(part, 0) for part in CERTAIN)


def on_paper(fact: Fact) -> bool:
    """Is it of letters that were printed?"""
    return fact.way.channel != Channel.DIGITAL


def _if_digital(figure: Figure, digital: Fraction | None) -> tuple[int, int | None]:
    letters = figure.letters.printed
    return letters, None if digital is None else rounded(cost(figure) - letters * digital)
