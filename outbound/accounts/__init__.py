"""Money: what was expected, booked and corrected for every letter, and the audit that makes all of it again."""

from outbound.accounts.auditing import audit
from outbound.accounts.corrections import came_back, charged, correct
from outbound.accounts.difference import Difference
from outbound.accounts.entries import book, book_reminder, booked_share, by_print, estimate, sending_of, take_back
from outbound.accounts.measures import (
    ALONE,
    BASELINE,
    BOOKED,
    BY_PRINT,
    CHARGED,
    CORRECTED,
    ESTIMATE,
    FAILED,
    INVOICED,
    LETTER,
    REMINDER,
    RETURNED,
    TOLD,
    Kind,
    kind_and_part,
)

__all__ = [
    "ALONE",
    "BASELINE",
    "BOOKED",
    "BY_PRINT",
    "CHARGED",
    "CORRECTED",
    "ESTIMATE",
    "FAILED",
    "INVOICED",
    "LETTER",
    "REMINDER",
    "RETURNED",
    "TOLD",
    "Difference",
    "Kind",
    "audit",
    "book",
    "book_reminder",
    "booked_share",
    "by_print",
    "came_back",
    "charged",
    "correct",
    "estimate",
    "kind_and_part",
    "sending_of",
    "take_back",
]
