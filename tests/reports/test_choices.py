"""What is written of choices, and what is understood: never more than can be asked, and every fault at once."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.reports.choices import (
    MOST_POINTS,
    MOST_POSTAGE,
    MOST_TYPES,
    Asked,
    CannotAsk,
    Choices,
    Fault,
    choices_of,
    points_of,
    postage_of,
    switch_of,
    types_of,
)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", 0),
        (" ", 0),
        ("5", 5),
        ("+5", 5),
        ("2,5", Fraction(5, 2)),
        ("0,125", Fraction(1, 8)),
        ("2.25", Fraction(9, 4)),
    ],
)
def test_points_are_exact(text: str, points: Fraction) -> None:
    assert points_of(text) == points


@pytest.mark.parametrize(
    ("kroner", "postage"), [("", None), ("0", 0), ("33", 3300), ("33,5", 3350), ("33.05", 3305), ("10000", 1_000_000)]
)
def test_kroner_become_whole_oere(kroner: str, postage: int | None) -> None:
    assert postage_of(kroner) == postage


@given(st.text(max_size=12))
def test_whatever_is_written_is_understood_within_bounds_or_refused(text: str) -> None:
    found = Choices()
    with suppress(CannotAsk):
        found = choices_of(text, text, [text], text)
    assert 0 <= found.points <= MOST_POINTS
    assert found.postage is None or 0 <= found.postage <= MOST_POSTAGE


@pytest.mark.parametrize(
    "text", ["1e999", "-5", "NaN", "٣", "5 5", "1_0", "5,", ",5", "0x5", "5\0", "1.000", "1000000"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    for read in (points_of, postage_of):
        with pytest.raises(CannotAsk):
            read(text)


def test_types_are_counted_once_each() -> None:
    assert types_of([" a", "a", "", "b "]) == {"a", "b"}
    assert len(types_of([f"t{number}" for number in range(MOST_TYPES)] * 2)) == MOST_TYPES
    with pytest.raises(CannotAsk):
        types_of([f"t{number}" for number in range(MOST_TYPES + 1)])


def test_a_switch_is_on_off_or_as_it_was() -> None:
    assert [switch_of(word) for word in ("on", "off", "")] == [True, False, None]


def test_every_fault_is_told_at_once_and_belongs_to_a_choice() -> None:
    with pytest.raises(CannotAsk) as refused:
        choices_of("many", "10000,01", ["\0"], "maybe")
    assert refused.value.faults == (
        Fault.POINTS_WRITTEN, Fault.TYPE_NAME, Fault.NOT_A_SWITCH, Fault.POSTAGE_TOO_MUCH,
    )  # fmt: skip
    assert {fault.of for fault in Fault} == set(Asked)


def test_householding_on_is_asked_apart_from_who_moves() -> None:
    for points, types in (("5", []), ("", ["a"])):
        with pytest.raises(CannotAsk) as refused:
            choices_of(points, "40", types, "on")
        assert refused.value.faults == (Fault.TOGETHER,)
        assert choices_of(points, "40", types, "off").householding is False
    assert choices_of("0", "40", [""], "on") == Choices(postage=4000, householding=True)
