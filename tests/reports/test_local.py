"""Local print spread over the days of a figure, with the arithmetic written out."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import clock
from outbound.intake.local_print import Overlaps, counting_week, local_print_faults, report_local_print
from outbound.ledger import Ledger
from outbound.ledger.local_print import Counted, LocalPrint, add, standing
from outbound.organisation import load_organisation
from outbound.reports import By, Letters, Local, Period, local_of, report, router_share
from outbound.reports.local import local_print, together
from outbound.settings import HOME

ORGANISATION = load_organisation(HOME / "config")
JANUARY = Period.month(2026, 1)


def exact(first: date, last: date, letters: int | None, department: str = "borgerservice") -> LocalPrint:
    return LocalPrint(department, "test", Counted.EXACT, first, last, letters)


def week(number: int, letters: int, department: str = "borgerservice", year: int = 2026) -> LocalPrint:
    return LocalPrint(department, "komhen", Counted.WEEK, *counting_week(year, number), letters)


def days(period: Period) -> frozenset[int]:
    return frozenset(range(period.first.toordinal(), period.last.toordinal() + 1))


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url)
    yield opened
    opened.close()


def keep(ledger: Ledger, *some: LocalPrint) -> list[bool]:
    with ledger.writing() as tx:
        return [one.new for one in report_local_print(tx, some, "en person")]


def test_an_exact_report_counts_as_it_is() -> None:
    reported = [exact(date(2026, 1, 1), date(2026, 1, 31), 412)]
    assert local_print(days(JANUARY), reported) == Local(412)


def test_a_part_of_a_report_is_spread_evenly_over_its_days_and_is_estimated() -> None:
    """412 letters in the 31 days of January: 10 days have 412 × 10 / 31 = 132.9 → 133."""
    reported = [exact(date(2026, 1, 1), date(2026, 1, 31), 412)]
    assert local_print(days(Period(date(2026, 1, 1), date(2026, 1, 10))), reported) == Local(133, estimated=True)


def test_counting_weeks_are_scaled_to_the_days_of_their_year() -> None:
    """Weeks 17 and 43 have 96 and 114 letters: (96 + 114) / (2 × 7) = 15 a day, 15 × 365 = 5475 in 2026."""
    reported = [week(17, 96), week(43, 114)]
    assert local_print(days(Period(date(2026, 1, 1), date(2026, 12, 31))), reported) == Local(5475, estimated=True)
    assert local_print(days(JANUARY), reported) == Local(15 * 31, estimated=True)


def test_what_is_counted_exactly_outranks_the_counting_week() -> None:
    """January is known: 412; the 28 days of February are 15 a day: 420."""
    reported = [exact(date(2026, 1, 1), date(2026, 1, 31), 412), week(17, 105)]
    assert local_print(days(Period(date(2026, 1, 1), date(2026, 2, 28))), reported) == Local(832, estimated=True)
    assert local_print(days(JANUARY), reported) == Local(412)


def test_a_day_that_nothing_covers_makes_the_whole_unknown() -> None:
    reported = [exact(date(2026, 1, 2), date(2026, 1, 31), 412), week(17, 96, year=2025)]
    assert local_print(days(JANUARY), reported) == Local(None)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.lists(st.integers(0, 500), min_size=6, max_size=6))
def test_reports_that_cover_a_period_add_up_to_it(lengths: list[int], letters: list[int]) -> None:
    first, reported = date(2026, 1, 1), []
    for length, many in zip(lengths, letters, strict=False):
        reported.append(exact(first, first + timedelta(days=length - 1), many))
        first += timedelta(days=length)
    whole = Period(date(2026, 1, 1), first - timedelta(days=1))
    assert local_print(days(whole), reported) == Local(sum(one.letters or 0 for one in reported))


def test_the_municipality_is_unknown_while_a_department_is() -> None:
    assert together({"a": Local(3), "b": Local(4, estimated=True)}) == Local(7, estimated=True)
    assert together({"a": Local(3), "b": Local()}) == Local()
    assert together({}) == Local()


def test_a_report_is_kept_once_and_corrected_by_another_row(ledger: Ledger) -> None:
    before = clock.now()
    first = exact(date(2026, 1, 1), date(2026, 1, 31), 412)
    assert keep(ledger, first) == [True]
    known_then = clock.now()
    assert keep(ledger, first) == [False]
    assert keep(ledger, exact(date(2026, 1, 1), date(2026, 1, 31), 400)) == [True]
    with ledger.reading() as tx:
        assert [one.reported.letters for one in standing(tx)] == [400]
        assert [one.reported.letters for one in standing(tx, known_then)] == [412]
        assert standing(tx, before) == []
        assert local_of(tx, ORGANISATION, JANUARY)["borgerservice"] == Local(400)
        assert local_of(tx, ORGANISATION, JANUARY, known_then)["borgerservice"] == Local(412)


def test_what_overlaps_is_refused_until_it_is_withdrawn(ledger: Ledger) -> None:
    january, quarter = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 1), date(2026, 3, 31))
    keep(ledger, exact(*january, 412))
    with pytest.raises(Overlaps, match="overlaps the report of 2026-01-01 to 2026-01-31 from test"):
        keep(ledger, exact(*quarter, 900))
    assert keep(ledger, week(2, 90), exact(*quarter, 900, department="beskaeftigelse")) == [True, True]
    assert keep(ledger, exact(*january, None), exact(*quarter, 900)) == [True, True]
    with ledger.reading() as tx:
        letters = [one.reported.letters for one in standing(tx) if one.reported.department == "borgerservice"]
    assert sorted(filter(None, letters)) == [90, 900]


@pytest.mark.parametrize(
    ("one", "pointer"),
    [
        (exact(date(2026, 2, 1), date(2026, 1, 1), 1), "/last"),
        (exact(date(2025, 1, 1), date(2026, 1, 2), 1), "/last"),
        (exact(date(2026, 1, 1), date(2026, 1, 2), -1), "/letters"),
        (exact(date(2026, 1, 1), date(2026, 1, 2), 1, department="havn"), "/department"),
        (exact(date(2023, 1, 1), date(2023, 1, 2), 1), "/department"),
        (exact(clock.today(), clock.today(), 1), "/last"),
    ],
)
def test_what_is_wrong_with_a_report_is_named(one: LocalPrint, pointer: str) -> None:
    assert [fault.pointer for fault in local_print_faults(ORGANISATION, one)] == [pointer]


def test_a_year_has_week_53_only_where_the_calendar_has_it() -> None:
    assert counting_week(2026, 53) == (date(2026, 12, 28), date(2027, 1, 3))
    for year, number in ((2025, 53), (2026, 54), (2026, 0)):
        with pytest.raises(ValueError, match=f"{year} has no week {number}"):
            counting_week(year, number)


def test_the_report_says_ukendt_then_anslaaet_then_the_share(ledger: Ledger) -> None:
    codes = [one.code for one in ORGANISATION.departments_on(JANUARY.last)]
    with ledger.reading() as tx:
        assert report(tx, ORGANISATION, JANUARY, By.DEPARTMENT).total.figure.letters.local is None
    keep(ledger, *(week(17, 7, code) for code in codes))
    with ledger.reading() as tx:
        made = report(tx, ORGANISATION, JANUARY, By.DEPARTMENT)
        assert made.lines[0].figure.letters == Letters(0, 0, 31, estimated=True)
        assert made.total.figure.letters == Letters(0, 0, 31 * len(codes), estimated=True)
        assert report(tx, ORGANISATION, JANUARY, By.MONTH).lines[0].figure.letters.local == 31 * len(codes)
    assert router_share(Letters(60, 9, 31, estimated=True)) == "anslået 69,0 %"
    assert router_share(Letters(60, 9, 31)) == "69,0 %"
    assert router_share(Letters(60, 9)) == "ukendt"
    assert router_share(Letters(0, 0, 0)) == "–"


def test_days_to_come_have_no_letters_yet(ledger: Ledger) -> None:
    """105 letters in a week are 15 a day: of a period from today on only today has any."""
    today = clock.today()
    with ledger.writing() as tx:
        add(tx, week(20, 105, year=today.year), "en person")
    with ledger.reading() as tx:
        begun = local_of(tx, ORGANISATION, Period(today, today + timedelta(days=3)))
        ahead = local_of(tx, ORGANISATION, Period(today + timedelta(days=1), today + timedelta(days=9)))
    assert begun["borgerservice"] == Local(15, estimated=True)
    assert ahead == {}


def test_the_ways_of_counting_stand_in_the_measures() -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    assert "## Local print" in text
    assert "anslået" in text
