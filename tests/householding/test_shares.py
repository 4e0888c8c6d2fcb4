"""An amount in parts, exactly to the øre."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.shares import Share, parted

weights = st.lists(st.integers(1, 40), min_size=1, max_size=8).map(tuple)


@pytest.mark.parametrize(
    ("amount", "by", "parts"),
    [
        # 10.50 kr. by 2 and 3 sheets: 1050 x 2/5 = 420, 1050 x 3/5 = 630
        (1050, (2, 3), (420, 630)),
        # 1.00 kr. by three sheets: 33.33 each; the øre left over goes to the first, for the remainders are the same
        (100, (1, 1, 1), (34, 33, 33)),
        # 1.00 kr. by 1, 2 and 4: 14.28, 28.57, 57.14; the largest remainder is the second's
        (100, (1, 2, 4), (14, 29, 57)),
        # two øre left over (100 x 3/7 = 42.85, 42.85, 14.28): to the two with the larger remainder
        (100, (3, 3, 1), (43, 43, 14)),
        (0, (2, 3), (0, 0)),
        (7, (5,), (7,)),
    ],
)
def test_the_largest_remainders_get_what_is_left_over(amount: int, by: tuple[int, ...], parts: tuple[int, ...]) -> None:
    assert parted(amount, by) == parts


@given(amount=st.integers(0, 10**7), by=weights)
def test_the_parts_make_up_the_whole_and_none_is_an_oere_from_its_quota(amount: int, by: tuple[int, ...]) -> None:
    parts = parted(amount, by)
    assert sum(parts) == amount
    assert all(abs(part - amount * weight / sum(by)) < 1 for part, weight in zip(parts, by, strict=True))


@given(amount=st.integers(0, 10**7), by=weights)
def test_a_share_comes_again_from_what_an_entry_keeps(amount: int, by: tuple[int, ...]) -> None:
    shares = [Share(by, place) for place in range(1, len(by) + 1)]
    assert [Share.kept_in(share.inputs) for share in shares] == shares
    assert tuple(share.of(amount) for share in shares) == parted(amount, by)


def test_an_entry_of_a_letter_alone_keeps_no_share() -> None:
    assert Share.kept_in({"sheets": 2}) is None


@pytest.mark.parametrize("inputs", [{"weights": "2,3", "place": 3}, {"weights": "0,3", "place": 1}, {"weights": ""}])
def test_what_is_no_share_is_not_taken_for_one(inputs: dict[str, int | str]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Share.kept_in(inputs)
