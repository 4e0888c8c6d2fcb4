"""The formulas of docs/measures.md."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.reports import Figure, Letters, Money, percent
from outbound.tariff_row import Part

COUNTS = st.integers(0, 10**9)


def test_the_shares_of_letters_that_went_both_ways() -> None:
    letters = Letters(digital=70, printed=10, local=20)
    assert letters.digital_share == Fraction(7, 8)
    assert letters.paper_share == Fraction(1, 8)
    assert letters.router_share == Fraction(4, 5)


def test_local_print_that_nobody_reported_is_not_taken_for_none() -> None:
    assert Letters(digital=70, printed=10).router_share is None
    assert (Letters(1, 1, local=5) + Letters(1, 1)).router_share is None
    assert Letters(digital=70, printed=10, local=0).router_share == 1


def test_no_letters_have_no_share() -> None:
    assert Letters().digital_share is None
    assert Letters().paper_share is None
    assert Letters(local=0).router_share is None


def test_a_month_with_more_corrections_than_letters_has_no_share() -> None:
    assert Letters(digital=-1, printed=1).digital_share is None
    assert Letters(digital=-1, printed=3).digital_share is None
    assert Letters(digital=-1, printed=3).paper_share is None


@given(COUNTS, COUNTS)
def test_digital_and_paper_share_make_up_the_whole(digital: int, printed: int) -> None:
    letters = Letters(digital, printed)
    if digital + printed:
        assert letters.digital_share is not None
        assert letters.paper_share is not None
        assert letters.digital_share + letters.paper_share == 1


def test_the_saving_is_baseline_less_cost_and_the_certain_part_stands_apart() -> None:
    money = Money(
        cost={Part.PORTO: 1050, Part.MATERIALS: 79},
        baseline={Part.PORTO: 1840, Part.MATERIALS: 60, Part.HANDLING: 1650},
    )
    assert [money.saved(part) for part in Part] == [790, -19, 1650]
    assert (money.certain, money.estimated) == (771, 1650)


def test_figures_add_up() -> None:
    one = Figure(Letters(1, 2), Money({Part.PORTO: 5}, {Part.PORTO: 7}, charged=3, householding=8))
    other = Figure(Letters(3, 4), Money({Part.MATERIALS: 1}, {Part.PORTO: 1}, charged=4, householding=-3))
    both = one + other
    assert both.letters == Letters(4, 6)
    assert both.money == Money({Part.PORTO: 5, Part.MATERIALS: 1}, {Part.PORTO: 8}, charged=7, householding=5)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Fraction(7, 8), "87,5 %"),
        (Fraction(1), "100,0 %"),
        (Fraction(0), "0,0 %"),
        (Fraction(1, 3), "33,3 %"),
        (Fraction(2, 3), "66,7 %"),
        (Fraction(1999, 2000), "100,0 %"),
        (Fraction(1, 2000), "0,1 %"),
        (None, "–"),
    ],
)
def test_a_share_is_written_in_percent_to_the_nearest_tenth(share: Fraction | None, words: str) -> None:
    assert percent(share) == words
