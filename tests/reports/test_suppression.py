"""What is left out of a public file cannot be worked out from what stands in it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound.reports.monthly_public import LETTERS, public_sheets, shown_of, without_money
from outbound.reports.monthly_told import Told
from outbound.reports.suppression import FEW, LEFT_OUT, Sum, bounded, few, hidden
from tests.reports.made_months import month_of


def rank(rows: Sequence[Sequence[int]]) -> int:
    """Of a matrix, by elimination from the left."""
    left, found = [[Fraction(one) for one in row] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for row in left[found + 1 :]:
            times = row[column] / pivot[column]
            row[:] = [one - times * other for one, other in zip(row, pivot, strict=True)]
        found += 1
    return found


def follow(sums: Sequence[Sum], marks: Mapping[str, str]) -> list[str]:
    """The cells left out that subtraction gives away: their unit row adds nothing to the rank of the sums."""
    names = sorted(marks)
    rows = [[(name in parts) - (name == whole) for name in names] for whole, parts in sums]
    return [
        name
        for place, name in enumerate(names)
        if rank([*rows, [int(place == other) for other in range(len(names))]]) == rank(rows)
    ]


counts = st.one_of(st.integers(0, 9), st.integers(-3, 3), st.integers(0, 3000))
departments = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(counts, counts, counts), min_size=1, max_size=8)


@st.composite
def parts_of(draw: st.DrawFn, whole: int) -> dict[str, int]:
    """Some names with numbers that add up to this."""
    some = draw(st.lists(counts, max_size=5))
    return {f"n{place}": many for place, many in enumerate([*some, whole - sum(some)])}


@given(st.data(), departments)
@settings(max_examples=60, deadline=None)
def test_no_small_number_follows_from_a_public_report(
    data: st.DataObject, found: dict[str, tuple[int, int, int]]
) -> None:
    printed = sum(one[1] for one in found.values())
    lists = [data.draw(parts_of(printed)) for _ in range(3)]
    both = [{name: (7, many) for name, many in one.items()} for one in lists[1:]]
    made = month_of(
        found, routes=lists[0], types=both[0], systems=both[1], returned=[("a", "moved", 3), ("b", "unknown", 9)]
    )
    told = Told(made.figures)
    shown = shown_of(told)
    given_away = [name for name in follow(shown.sums, shown.marks) if few(shown.cells[name])]
    assert given_away == []
    assert not any(few(shown.cells[name]) for name in bounded(shown.cells, shown.sums, shown.marks))
    whole = [shown.cells[name] for name in LETTERS]
    assert {name for name in LETTERS if name in shown.marks} == (set(LETTERS) if any(map(few, whole)) else set())
    assert all(name in shown.marks for name, value in shown.cells.items() if few(value))
    assert len(without_money(told, shown)) != 1
    for sheet in public_sheets(made.figures):
        for row in sheet.every_row:
            for column, value in zip(sheet.columns, row, strict=True):
                assert not (isinstance(value, int) and column.kind == "count" and few(value)), (sheet.name, row)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"t": 103, "a": 3, "b": 100}, {"a": FEW, "b": LEFT_OUT}),
        (
            {"t": 8, "a": 4, "b": 4, "c": 0},
            {"a": FEW, "b": FEW, "c": LEFT_OUT},
        ),  # two under five that make eight: both are four
        ({"t": 107, "a": 3, "b": 4, "c": 100}, {"a": FEW, "b": FEW}),
        ({"t": 300, "a": 100, "b": 200}, {}),
        ({"t": 100, "a": 100, "b": 0}, {}),
        ({"t": 3, "a": 3, "b": 0}, {"t": FEW, "a": FEW}),
        ({"t": 8, "a": 4, "b": 4}, {"a": LEFT_OUT, "b": LEFT_OUT}),
        ({"t": 5, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, dict.fromkeys("abcde", LEFT_OUT)),
    ],
)
def test_a_second_one_goes_where_one_alone_would_follow(cells: dict[str, int], expected: dict[str, str]) -> None:
    parts = tuple(name for name in cells if name != "t")
    assert hidden(cells, [("t", parts)], frozenset("t")) == expected


def test_a_total_that_later_reports_show_again_is_not_the_second_one() -> None:
    cells = {"t": 53, "a": 3, "b": 50}
    assert "t" not in hidden(cells, [("t", ("a", "b"))], frozenset("t"))
    assert "t" in hidden({"t": 53, "a": 3, "b": 0, "c": 50}, [("t", ("a", "b", "c"))], frozenset("abc"))


def test_no_department_follows_from_the_month_as_it_stands_among_the_others() -> None:
    sheets = {sheet.name: sheet for sheet in public_sheets(month_of({"a": (100, 4, 0), "b": (90, 4, 0)}).figures)}
    assert sheets["Måned for måned"].rows[0][1:4] == (198, 190, 8)
    assert [row[3] for row in sheets["Breve og digital andel"].rows] == [LEFT_OUT, LEFT_OUT]


def test_what_is_said_to_be_few_in_one_list_gives_nothing_away_in_another() -> None:
    systems = {name: (7, many) for name, many in (("a", 1), ("b", 1), ("c", 1), ("d", -2))}
    made = month_of({"a": (5, 1, 0)}, systems=systems, returned=[("a", "moved", 3), ("b", "unknown", 9)])
    shown = shown_of(Told(made.figures))
    assert not any(few(shown.cells[name]) for name in bounded(shown.cells, shown.sums, shown.marks))
    assert "returned Årsagen kendes ikke" in shown.marks


def test_the_order_of_rows_tells_nothing_of_their_numbers() -> None:
    systems = {name: (0, many) for name, many in (("Løn", 2), ("Byg", 1), ("Østre bad", 26), ("Aktiv", 11), ("c", 40))}
    made = month_of({"a": (100, 80, 0)}, systems=systems)
    (listed,) = [sheet for sheet in public_sheets(made.figures) if sheet.name == "Fagsystemer med mest papir"]
    assert [row[0] for row in listed.rows] == ["Aktiv", "Byg", "c", "Løn", "Østre bad"]


def test_a_month_with_few_letters_is_left_out_of_every_later_report() -> None:
    made = month_of({"a": (100, 50, 0), "b": (90, 60, 0)}, before=[(3, 40), (80, 20)])
    (months,) = [sheet for sheet in public_sheets(made.figures) if sheet.name == "Måned for måned"]
    assert months.rows[0][1:] == (LEFT_OUT,) * 4
    assert months.rows[1][1:4] == (100, 80, 20)
    assert months.total is None
