"""Money: what was expected, booked and corrected for every letter, and the audit that makes all of it again."""

from outbound.accounts.auditing import Difference, audit
from outbound.accounts.entries import (
    BASELINE,
    BOOKED,
    CHARGED,
    CORRECTED,
    ESTIMATE,
    LETTER,
    REMINDER,
    book,
    book_reminder,
    booked_share,
    charged,
    correct,
    estimate,
    sending_of,
    take_back,
)
from outbound.accounts.shared import ALONE

__all__ = [
    "ALONE",
    "BASELINE",
    "BOOKED",
    "CHARGED",
    "CORRECTED",
    "ESTIMATE",
    "LETTER",
    "REMINDER",
    "Difference",
    "audit",
    "book",
    "book_reminder",
    "booked_share",
    "charged",
    "correct",
    "estimate",
    "sending_of",
    "take_back",
]
