"""What an entry can be: its stages and its measures. docs/measures.md has the same as a table."""

from enum import StrEnum

from outbound.postage import OFFICE
from outbound.tariff_row import Part

ESTIMATE, BOOKED, CORRECTED, CHARGED, INVOICED = "estimate", "booked", "corrected", "charged", "invoiced"
TOLD = (CHARGED, INVOICED)
"""Stages of what a provider says: the amount stands in the inputs, and no tariff row belongs to it."""

BASELINE = f"{OFFICE}-"
"""The same letter printed and posted at the office."""
BY_PRINT = "print-"
"""The same letter by the municipality's own remote print: of digital letters, beside their baseline."""
ALONE = "alone-"
"""The same letter in an envelope of its own: of letters that share one, beside their share."""
FAILED = "failed-"
"""What a try costs that was refused, where its tariff row says `charged_if_refused`."""
RETURNED = "returned-"
"""What the provider takes for a letter that came back, where the tariffs price it."""
LETTER = "letter"
"""The measure that counts a letter handed over; its inputs say which way and by which route."""
REMINDER = "nemsms"
"""The measure that counts a reminder sent; its price stands beside it, as `nemsms-porto`."""


class Kind(StrEnum):
    """What the money of a measure is; its value is the prefix of the measure."""

    COST = ""
    BASELINE = BASELINE
    BY_PRINT = BY_PRINT
    ALONE = ALONE
    FAILED = FAILED
    RETURNED = RETURNED
    REMINDER = f"{REMINDER}-"


def kind_and_part(measure: str) -> tuple[Kind, Part] | None:
    """What the measure's money is, and which part of it; None for a measure that counts, or that is not known here."""
    for kind in (*_PREFIXED, Kind.COST):
        if measure.startswith(kind) and (part := measure.removeprefix(kind)) in _PARTS:
            return kind, Part(part)
    return None


_PREFIXED = tuple(kind for kind in Kind if kind)
_PARTS = frozenset(str(part) for part in Part)
