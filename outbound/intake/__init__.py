"""From what a system hands in to letters in the ledger.

The same submission again is the same letters; other content under a reference already used is refused, naming what
differs.
"""

from outbound.intake.checking import (
    MailingFacts,
    check,
    document_faults,
    is_cpr,
    is_cvr,
    looks_like_cpr,
    number_faults,
    paper_faults,
    postal_faults,
    title_faults,
)
from outbound.intake.keeping import recipient_key, take_in, take_in_all
from outbound.ledger.letters import Submitted

__all__ = [
    "MailingFacts",
    "Submitted",
    "check",
    "document_faults",
    "is_cpr",
    "is_cvr",
    "looks_like_cpr",
    "number_faults",
    "paper_faults",
    "postal_faults",
    "recipient_key",
    "take_in",
    "take_in_all",
    "title_faults",
]
