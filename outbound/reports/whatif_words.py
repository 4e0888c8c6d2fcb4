"""What a past period would have been, in words: the lines of the table that command and page show alike. Danish."""

from collections.abc import Sequence

from outbound.rendering.danish import kroner, tal
from outbound.reports.figures import Figure
from outbound.reports.report import percent
from outbound.reports.whatif import Line

HEADINGS = (
    "Forvaltning", "Breve", "Digitalt", "hvad nu hvis", "Forskel", "Digital andel", "hvad nu hvis",
    "Udgift", "hvad nu hvis", "Forskel", "Sparet, sikkert", "hvad nu hvis", "Forskel",
    "Tid sparet, anslået", "hvad nu hvis",
)  # fmt: skip
LETTERS, COSTS = 7, 10
"""The columns before these are of letters, then of what they cost; the rest are of what was saved."""


def words(line: Line, name: str) -> list[str]:
    """A line of the table."""
    real, other = line.real, line.other
    money = [(cost(real), cost(other)), (real.money.certain, other.money.certain)]
    return [
        name,
        tal(real.letters.through_router),
        tal(real.letters.digital),
        tal(other.letters.digital),
        tal(more_digital(line)),
        percent(real.letters.digital_share),
        percent(line.digital_share),
        *(word for was, now in money for word in (kroner(was), kroner(now), kroner(now - was))),
        kroner(real.money.estimated),
        kroner(other.money.estimated),
    ]


def cost(figure: Figure) -> int:
    """What the letters cost, in øre: all parts."""
    return sum(figure.money.cost.values())


def more_digital(line: Line) -> int:
    """By how many letters more would have been digital."""
    return line.other.letters.digital - line.real.letters.digital


def dearer(line: Line) -> int:
    """By how many øre more the letters would have cost."""
    return cost(line.other) - cost(line.real)


def in_three(row: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """A line of the table for a page's width: letters, cost, saving, each with its name before it."""
    return list(row[:LETTERS]), [row[0], *row[LETTERS:COSTS]], [row[0], *row[COSTS:]]
