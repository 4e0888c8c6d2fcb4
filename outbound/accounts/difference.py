"""Something in the accounts that is not as it must be."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in the accounts that is not as it must be.

    `entry` is None where none is there or several are meant, `letter` where it is about no single letter; `expected`
    None where no amount can be computed. Amounts are øre; of measures `letter` and `entries` they are counts.
    """

    entry: int | None
    letter: UUID | None
    measure: str
    stored: int | None
    expected: int | None
    why: str
