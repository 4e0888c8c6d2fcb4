"""Which letters of a run share an envelope."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.householding import Household, Piece, together


def at(recipient: str = "solvej", **changes: str) -> Household:
    values = {"address": "prøvevej", "name": "Solvej Prøvesen", "department": "borgerservice"}
    values |= {"letter_class": "economy", "country": "DK", "plex": "duplex", **changes}
    return Household(recipient, colour=False, **values)


def pieces(*letters: tuple[int, Household | None]) -> list[Piece]:
    return [Piece(UUID(int=number), sheets, household) for number, (sheets, household) in enumerate(letters)]


def cost(household: Household, sheets: int) -> int | None:
    """A C5 to 8 sheets costs 11.00 kr., a C4 to 40 sheets 30.00 kr.; each sheet 10 øre."""
    envelope = 1100 if sheets <= 8 else 3000 if sheets <= 40 else None
    return None if envelope is None else envelope + 10 * sheets


def numbers(envelopes: Sequence[Sequence[Piece]]) -> list[list[int]]:
    return [[piece.letter.int for piece in envelope] for envelope in envelopes]


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ([(2, at()), (3, at())], [[0, 1]]),  # 11.00 + 0.50 instead of 22.00 + 0.50
        ([(2, at()), (3, None)], [[0], [1]]),
        ([(2, None), (3, None)], [[0], [1]]),
        ([(2, at()), (3, at("alma"))], [[0], [1]]),
        ([(2, at()), (3, at(address="andetsteds"))], [[0], [1]]),
        ([(2, at()), (3, at(name="Solvej P. Prøvesen"))], [[0], [1]]),
        ([(2, at()), (3, at(department="jobcenter"))], [[0], [1]]),
        ([(2, at()), (3, at(letter_class="quick"))], [[0], [1]]),
        ([(4, at()), (4, at())], [[0, 1]]),  # eight sheets just fit
        ([(5, at()), (4, at())], [[0], [1]]),  # a C4 for 30.90 kr. is dearer than two C5 for 22.90 kr.
        ([(20, at()), (20, at())], [[0, 1]]),  # two C4 are dearer than one
        ([(20, at()), (21, at())], [[0], [1]]),  # 41 sheets fit in none
        ([(5, at()), (4, at()), (3, at()), (4, at())], [[0, 2], [1, 3]]),  # each to the first that takes it
        ([(1, at()), (1, at("alma")), (1, at()), (1, at("alma"))], [[0, 2], [1, 3]]),
        ([(1, at())] * 4, [[0, 1, 2], [3]]),  # three at most
    ],
)
def test_letters_go_together_where_that_is_allowed_fits_and_is_cheaper(
    letters: list[tuple[int, Household | None]], found: list[list[int]]
) -> None:
    assert numbers(together(pieces(*letters), 3, cost)) == found


def test_what_costs_the_same_apart_goes_apart() -> None:
    assert numbers(together(pieces((1, at()), (1, at())), 3, lambda _, sheets: 10 * sheets)) == [[0], [1]]


def test_without_a_price_a_letter_goes_alone() -> None:
    assert numbers(together(pieces((1, at()), (1, at())), 3, lambda *_: None)) == [[0], [1]]


homes = st.one_of(st.none(), st.builds(at, st.sampled_from("abc"), name=st.sampled_from("xy")))
runs = st.lists(st.tuples(st.integers(1, 40), homes), max_size=30)


@given(letters=runs, most=st.integers(1, 6), steps=st.lists(st.integers(1, 500), min_size=4, max_size=4))
def test_whatever_the_run_no_letter_is_lost_torn_or_dearer(
    letters: list[tuple[int, Household | None]], most: int, steps: list[int]
) -> None:
    prices = dict(zip((4, 8, 20, 40), steps, strict=True))  # also a price that falls with the weight

    def priced(household: Household, sheets: int) -> int | None:
        return next((amount for reach, amount in prices.items() if sheets <= reach), None)

    run = pieces(*letters)
    envelopes = together(run, most, priced)
    assert sorted(piece.letter for envelope in envelopes for piece in envelope) == [piece.letter for piece in run]
    assert envelopes == together(run, most, priced)
    assert [one[0].letter for one in envelopes] == sorted(one[0].letter for one in envelopes)
    for envelope in (one for one in envelopes if len(one) > 1):
        household = envelope[0].household
        assert household is not None
        assert {piece.household for piece in envelope} == {household}
        assert len(envelope) <= most
        assert [piece.letter for piece in envelope] == sorted(piece.letter for piece in envelope)
        shared = priced(household, sum(piece.sheets for piece in envelope))
        apart = [priced(household, piece.sheets) for piece in envelope]
        assert shared is not None
        assert shared < sum(one or 0 for one in apart)
