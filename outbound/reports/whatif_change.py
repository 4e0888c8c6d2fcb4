"""What is to be otherwise in a past period, and which letters it could move."""

from dataclasses import dataclass
from fractions import Fraction

from outbound.facts import Kind
from outbound.letter import Mailbox
from outbound.postage import Tariffs
from outbound.reports.choices import Choices
from outbound.routing import Route

CAN_ENROL = frozenset({Mailbox.EXEMPT, Mailbox.NOT_YET_ACTIVE, Mailbox.NOT_ENROLLED})
"""Who has no mailbox and could have one: not children under 15, and not those who have left the country."""

FOR_WANT_OF_A_MAILBOX = frozenset({Route.EXEMPT.code, Route.NOT_YET_ACTIVE.code, Route.NOT_ENROLLED.code})


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be otherwise; nothing, where nothing is given.

    `postage` is the porto of a letter on paper in øre without VAT, by remote print and at the office alike; `enrolled`
    the percentage points that more are enrolled; `digital_types` types for paper only that become digital;
    `householding` whether letters of one run to one recipient share an envelope, up to `household_letters` in one;
    None = as it was.
    """

    tariffs: Tariffs | None = None
    postage: int | None = None
    enrolled: Fraction = Fraction(0)
    digital_types: frozenset[str] = frozenset()
    householding: bool | None = None
    household_letters: int = 5

    @classmethod
    def of(cls, asked: Choices, household_letters: int, tariffs: Tariffs | None = None) -> "Change":
        """What was chosen."""
        return cls(tariffs, asked.postage, asked.points, asked.types, asked.householding, household_letters)


def is_freed(kind: Kind, change: Change) -> bool:
    """Is it of a type for paper only that is to become digital?"""
    return kind.route == Route.PAPER_ONLY.code and kind.letter_type in change.digital_types


def can_move(kind: Kind, freed: bool) -> bool:
    """Is it on paper for no other reason than that its recipient had no mailbox, and could have one?"""
    return kind.mailbox in CAN_ENROL and (freed or kind.route in FOR_WANT_OF_A_MAILBOX)
