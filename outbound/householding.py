"""Householding (samkuvertering): which letters of a print run share an envelope. Pure.

Nothing here knows whether a letter may share one: a letter that may not has no household.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Household:
    """What must be the same of all letters in one envelope: whose, where to, and how they are printed and posted.

    `recipient` and `address` are keyed fingerprints, `name` is the recipient as the letter speaks to them; `department`
    is empty where letters of several may go together.
    """

    recipient: str
    address: str
    name: str = field(repr=False)
    department: str
    letter_class: str
    country: str
    colour: bool
    plex: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A letter of the run: its sheets, and its household; None = it goes in an envelope of its own."""

    letter: UUID
    sheets: int
    household: Household | None


Cost = Callable[[Household, int], int | None]
"""What an envelope of so many sheets costs (øre); None where no envelope takes them or there is no price."""


def together(pieces: Sequence[Piece], most: int, cost: Cost) -> list[tuple[Piece, ...]]:
    """The envelopes of a run, each letter in one of them, the letter on top first.

    A letter joins the first envelope of its household that it makes cheaper than two; `most` letters go in one. The
    order of the letters is kept, so that the same run gives the same envelopes.
    """
    envelopes: list[list[Piece]] = []
    known: dict[Household, list[list[Piece]]] = {}
    for piece in pieces:
        mine = known.setdefault(piece.household, []) if piece.household else []
        into = next((one for one in mine if len(one) < most and _is_cheaper(one, piece, cost)), None)
        if into is None:
            into = []
            envelopes.append(into)
            mine.append(into)
        into.append(piece)
    return [tuple(one) for one in envelopes]


def _is_cheaper(envelope: Sequence[Piece], piece: Piece, cost: Cost) -> bool:
    """Does the whole cost less than the envelope as it is and the letter by itself?"""
    household = envelope[0].household
    if household is None:
        return False
    sheets = sum(one.sheets for one in envelope)
    shared, so_far, alone = (cost(household, count) for count in (sheets + piece.sheets, sheets, piece.sheets))
    return shared is not None and so_far is not None and alone is not None and shared < so_far + alone
