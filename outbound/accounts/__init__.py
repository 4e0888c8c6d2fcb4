"""Money: what was expected, booked and corrected for every letter, and the audit that makes all of it again."""

from outbound.accounts.auditing import Difference, audit
from outbound.accounts.entries import (
    BASELINE,
    BOOKED,
    CHARGED,
    CORRECTED,
    ESTIMATE,
    LETTER,
    book,
    charged,
    correct,
    estimate,
    sending_of,
)

__all__ = [
    "BASELINE",
    "BOOKED",
    "CHARGED",
    "CORRECTED",
    "ESTIMATE",
    "LETTER",
    "Difference",
    "audit",
    "book",
    "charged",
    "correct",
    "estimate",
    "sending_of",
]
