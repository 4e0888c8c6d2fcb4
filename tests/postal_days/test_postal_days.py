"""Danish working days, over holidays, month and year ends and the change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.clock import COPENHAGEN, danish_day
from outbound.postal_days import (
    add_working_days,
    easter,
    is_working_day,
    next_cut_off,
    posting_day,
    working_days_between,
)

DAYS = st.dates(date(1901, 1, 1), date(2190, 12, 31))
MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(2037, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(text: str) -> datetime:
    """Danish time as written, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN).astimezone(UTC)


@pytest.mark.parametrize(
    "day",
    # as the almanacs have it, the earliest and the latest possible among them
    ["1913-03-23", "1943-04-25", "2008-03-23", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
     "2028-04-16", "2038-04-25", "2100-03-28"],
)  # fmt: skip
def test_easter_falls_on(day: str) -> None:
    assert easter(date.fromisoformat(day).year) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "nytårsdag"),
        ("2026-04-02", "skærtorsdag"),
        ("2026-04-03", "langfredag"),
        ("2026-04-06", "2. påskedag"),
        ("2023-05-05", "store bededag, the last"),
        ("2026-05-14", "Kristi himmelfartsdag"),
        ("2026-05-25", "2. pinsedag"),
        ("2026-06-05", "grundlovsdag"),
        ("2026-12-24", "juleaftensdag"),
        ("2026-12-25", "juledag"),
        ("2029-12-26", "2. juledag"),
        ("2026-12-31", "nytårsaftensdag"),
        ("2026-11-21", "a Saturday"),
        ("2026-11-22", "a Sunday"),
    ],
)
def test_closed_on(day: str, name: str) -> None:
    assert not is_working_day(date.fromisoformat(day)), name


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2024-04-26", "what would have been store bededag"),
        ("2026-05-01", "1 May, and what would have been store bededag"),
        ("2026-04-07", "the day after Easter"),
        ("2026-05-15", "the day after Kristi himmelfart"),
        ("2026-12-23", "lillejuleaften"),
        ("2026-12-28", "between the years"),
        ("2028-02-29", "a leap day"),
        ("2026-11-23", "a plain Monday"),
    ],
)
def test_open_on(day: str, name: str) -> None:
    assert is_working_day(date.fromisoformat(day)), name


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-22", 0, "2026-11-23"),  # a Sunday waits for Monday
        ("2026-11-22", 1, "2026-11-23"),  # and Monday is the first working day after it
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-20", 1, "2026-11-23"),  # over a weekend
        ("2026-04-01", 1, "2026-04-07"),  # over Easter
        ("2026-12-23", 1, "2026-12-28"),  # over Christmas
        ("2026-12-30", 1, "2027-01-04"),  # over the year's end and a weekend
        ("2026-11-30", 2, "2026-12-02"),  # over a month's end
        ("2023-05-04", 1, "2023-05-08"),  # store bededag
        ("2024-04-25", 1, "2024-04-26"),  # no more
        ("2026-01-01", 251, "2026-12-30"),  # 261 weekdays of which ten are closed
    ],
)
def test_working_days_after_a_day(start: str, n: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), n) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        # the same time of day in Denmark, on both sides of the clocks' change
        ("2026-03-27T10:30", 1, "2026-03-30T10:30"),
        ("2026-10-23T10:30", 1, "2026-10-26T10:30"),
        # half past midnight in Denmark is still yesterday in UTC
        ("2026-11-24T00:30", 1, "2026-11-25T00:30"),
        ("2026-11-20T23:59", 1, "2026-11-23T23:59"),
        ("2026-12-31T12:00", 0, "2027-01-04T12:00"),
    ],
)
def test_working_days_after_a_moment(start: str, n: int, end: str) -> None:
    found = add_working_days(utc(start), n)
    assert found == utc(end)
    assert found.tzinfo is UTC


@given(DAYS, st.integers(0, 60))
def test_the_nth_working_day_is_a_working_day_with_n_counted_up_to_it(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert is_working_day(end)
    assert end >= day
    assert working_days_between(day, end) == (n if n or is_working_day(day) else 1)


@given(DAYS, st.integers(1, 30), st.integers(1, 30))
def test_counting_on_is_the_same_as_counting_at_once(day: date, n: int, m: int) -> None:
    assert add_working_days(add_working_days(day, n), m) == add_working_days(day, n + m)


@pytest.mark.parametrize(
    ("moment", "cut_off"),
    [
        ("2026-11-23T10:59:59", "2026-11-23T11:00"),
        ("2026-11-23T11:00", "2026-11-24T11:00"),  # exactly on it is too late
        ("2026-11-20T11:00:01", "2026-11-23T11:00"),
        ("2026-11-21T09:00", "2026-11-23T11:00"),
        ("2026-12-23T12:00", "2026-12-28T11:00"),
        ("2026-03-27T12:00", "2026-03-30T11:00"),  # summer time begins on the 29th
        ("2026-10-24T03:30", "2026-10-26T11:00"),
    ],
)
def test_the_next_cut_off_is_on_a_working_day_at_danish_time(moment: str, cut_off: str) -> None:
    assert next_cut_off(utc(moment), time(11)) == utc(cut_off)
    assert posting_day(utc(moment), time(11)) == utc(cut_off).astimezone(COPENHAGEN).date()


def test_a_cut_off_at_midnight_is_the_start_of_its_day() -> None:
    assert next_cut_off(utc("2026-11-23T00:00"), time(0)) == utc("2026-11-24T00:00")


@given(MOMENTS, st.times())
def test_the_next_cut_off_is_later_and_less_than_twelve_days_away(moment: datetime, at: time) -> None:
    cut_off = next_cut_off(moment, at)
    assert timedelta(0) < cut_off - moment < timedelta(days=12)
    assert is_working_day(danish_day(cut_off))
    assert cut_off.astimezone(COPENHAGEN).time() == at


@given(DAYS)
def test_no_year_is_closed_for_longer_than_a_week_in_a_row(day: date) -> None:
    assert any(is_working_day(day + timedelta(days=n)) for n in range(7))


@pytest.mark.parametrize("n", [-1, -(10**9)])
def test_working_days_are_not_counted_backwards(n: int) -> None:
    with pytest.raises(ValueError, match="counted forwards"):
        add_working_days(date(2026, 11, 23), n)


def test_a_moment_without_a_time_zone_is_a_mistake() -> None:
    naive = datetime(2026, 11, 23, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        add_working_days(naive, 1)
    with pytest.raises(ValueError, match="no time zone"):
        next_cut_off(naive, time(11))


@pytest.mark.parametrize("year", [1899, 2200, 1, 9999])
def test_a_year_that_easter_is_not_reckoned_for_is_a_mistake(year: int) -> None:
    with pytest.raises(ValueError, match="1900 to 2199"):
        is_working_day(date(year, 6, 1))


def test_an_endless_patience_ends_in_an_error_and_not_in_a_loop() -> None:
    with pytest.raises(ValueError, match="1900 to 2199"):
        add_working_days(date(2026, 11, 23), 10**9)
