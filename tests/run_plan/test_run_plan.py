"""When print runs close: by hand for the days that are odd, and for any plan and moment by what a closing must be."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.clock import COPENHAGEN, danish_day
from outbound.postal_days import add_working_days, is_working_day
from outbound.run_plan import WEEKDAYS, RunPlan, next_gathering
from outbound.settings import SettingsFault, load

PLAN = RunPlan(
    cut_offs=(time(14, 30), time(10)),
    urgent={"quick": (time(8), time(12), time(16))},
    closing_hours={"friday": time(14)},
    closed_days=(date(2026, 12, 28),),
    short_days={date(2026, 12, 23): time(12)},
)


def danish(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("moment", "closing", "what"),
    [
        ("2026-11-24 07:59", "2026-11-24 10:00", "before the day's first"),
        ("2026-11-24 09:59:59.999999", "2026-11-24 10:00", "just before it"),
        ("2026-11-24 10:00", "2026-11-24 14:30", "exactly then: with the next one"),
        ("2026-11-24 14:30", "2026-11-25 10:00", "after the day's last"),
        ("2026-11-27 13:59", "2026-11-27 14:00", "on Fridays the provider goes home at two"),
        ("2026-11-27 14:00", "2026-11-30 10:00", "Friday evening: on Monday"),
        ("2026-11-29 12:00", "2026-11-30 10:00", "Sunday"),
        ("2026-12-23 10:30", "2026-12-23 12:00", "the day before Christmas Eve is short"),
        ("2026-12-23 12:00", "2026-12-29 10:00", "Christmas, a weekend, and the provider's own closed Monday"),
        ("2026-12-30 14:30", "2027-01-04 10:00", "New Year's Eve, New Year's Day, a weekend"),
        ("2027-03-26 12:00", "2027-03-30 10:00", "Easter, over the night in which summer time begins"),
        ("2026-10-23 14:00", "2026-10-26 10:00", "over the night in which summer time ends"),
    ],
)
def test_runs_close_on_the_days_and_in_the_hours_of_the_provider(moment: str, closing: str, what: str) -> None:
    assert PLAN.next_closing(danish(moment)) == danish(closing), what


def test_in_summer_time_the_clock_on_the_wall_counts() -> None:
    assert PLAN.next_closing(danish("2026-07-01 09:00")) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert PLAN.next_closing(danish("2026-12-01 09:00")) == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_an_urgent_class_has_cut_offs_of_its_own_and_the_provider_goes_home_all_the_same() -> None:
    assert PLAN.next_closing(danish("2026-11-24 10:30"), "quick") == danish("2026-11-24 12:00")
    assert PLAN.next_closing(danish("2026-11-24 10:30"), "economy") == danish("2026-11-24 14:30")
    assert PLAN.next_closing(danish("2026-11-27 12:30"), "quick") == danish("2026-11-27 14:00")


def test_a_letter_that_has_missed_its_days_last_run_is_made_ready_on_the_morning_of_the_next() -> None:
    friday, monday = danish("2026-11-27 16:00"), danish("2026-11-30 10:00")
    assert PLAN.prepared_at(friday, monday) == danish("2026-11-30 04:00")
    assert PLAN.prepared_at(danish("2026-11-30 03:59"), monday) is None
    assert PLAN.prepared_at(danish("2026-11-30 00:00"), monday) is None


times = st.builds(time, st.integers(5, 22), st.integers(0, 59))
days = st.dates(date(2026, 1, 1), date(2031, 12, 31))
plans = st.builds(
    RunPlan,
    cut_offs=st.lists(times, min_size=1, max_size=4).map(tuple),
    urgent=st.dictionaries(st.just("quick"), st.lists(times, min_size=1, max_size=3).map(tuple)),
    closing_hours=st.dictionaries(st.sampled_from(WEEKDAYS), times),
    closed_days=st.lists(days, max_size=4).map(tuple),
    short_days=st.dictionaries(days, times, max_size=4),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2031, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


def could_close(plan: RunPlan, at: datetime, letter_class: str) -> bool:
    """Said otherwise than in the plan: by the minute on the wall, when somebody is at work."""
    wall = at.astimezone(COPENHAGEN)
    day, minute = wall.date(), wall.time()
    if not is_working_day(day) or day in plan.closed_days:
        return False
    home = plan.short_days.get(day, plan.closing_hours.get(WEEKDAYS[day.weekday()], time.max))
    wished = plan.urgent.get(letter_class, plan.cut_offs)
    return (minute in wished and minute <= home) or (minute == home and any(one > home for one in wished))


@given(plans, moments, st.sampled_from(["economy", "quick"]))
def test_a_closing_is_the_first_minute_after_the_moment_at_which_a_run_can_close(
    plan: RunPlan, moment: datetime, letter_class: str
) -> None:
    closing = plan.next_closing(moment, letter_class)
    assert closing > moment
    assert could_close(plan, closing, letter_class)
    minute = max(moment.replace(second=0, microsecond=0) + timedelta(minutes=1), closing - timedelta(hours=26))
    while minute < closing:
        assert not could_close(plan, minute, letter_class), minute
        minute += timedelta(minutes=1)


@given(plans, moments, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_whoever_comes_later_never_leaves_earlier(plan: RunPlan, moment: datetime, later: timedelta) -> None:
    assert plan.next_closing(moment) <= plan.next_closing(moment + later)


@given(plans, moments)
def test_what_is_made_ready_in_the_morning_comes_into_the_closing_that_it_waited_for(
    plan: RunPlan, moment: datetime
) -> None:
    closing = plan.next_closing(moment)
    ready = plan.prepared_at(moment, closing)
    if ready is None:
        assert danish_day(closing) == danish_day(moment)
    else:
        assert moment < ready < closing
        assert danish_day(ready) == danish_day(closing)
        assert plan.next_closing(ready) == closing
        assert plan.prepared_at(ready, closing) is None


@given(moments, st.one_of(st.just(0.0), st.floats(0.01, 100_000)))
def test_gathering_ends_within_its_time_and_never_before_now(moment: datetime, seconds: float) -> None:
    ends = next_gathering(moment, seconds)
    assert moment - timedelta(milliseconds=1) <= ends <= moment + timedelta(seconds=seconds + 0.001)


@pytest.mark.parametrize(
    ("json", "said"),
    [
        ('{"cut_offs": []}', "cut_offs must name at least one time of day."),
        ('{"cut_offs": ["03:00"]}', "cut_offs must come after prepare_from."),
        ('{"urgent": {"quick": ["04:00"]}}', "urgent.quick must come after prepare_from."),
        ('{"closing_hours": {"monday": "04:00"}}', "closing_hours must come after prepare_from."),
        ('{"short_days": {"2026-12-23": "03:00"}}', "short_days must come after prepare_from."),
        ('{"closing_hours": {"sunday": "12:00"}}', "OUTBOUND_PRINT_RUNS.CLOSING_HOURS.SUNDAY"),
        ('{"cut_offs": ["10:00+02:00"]}', "without a time zone"),
        ('{"cutoffs": ["10:00"]}', "OUTBOUND_PRINT_RUNS.CUTOFFS"),
    ],
)
def test_a_plan_that_cannot_be_is_told_at_the_start(json: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_PRINT_RUNS", json)
    with pytest.raises(SettingsFault, match=said.replace(".", r"\.")):
        load()


@pytest.mark.parametrize(
    ("moment", "n", "end", "what"),
    [
        ("2026-11-24 14:00", 0, "2026-11-24 14:00", "an open day is itself"),
        ("2026-11-24 14:00", 3, "2026-11-27 14:00", "within a week"),
        ("2026-11-27 14:00", 1, "2026-11-30 14:00", "over a weekend"),
        ("2026-12-23 14:00", 1, "2026-12-29 14:00", "over Christmas and the provider's own closed Monday"),
        ("2026-12-28 14:00", 0, "2026-12-29 14:00", "from that Monday"),
        ("2027-03-24 00:30", 1, "2027-03-30 00:30", "into summer time"),
    ],
)
def test_what_the_provider_owes_is_counted_in_days_on_which_it_works(moment: str, n: int, end: str, what: str) -> None:
    assert PLAN.add_open_days(danish(moment), n) == danish(end), what


@given(moments, st.integers(0, 30))
def test_a_provider_without_closed_days_works_on_every_working_day(moment: datetime, n: int) -> None:
    assert RunPlan().add_open_days(moment, n) == add_working_days(moment, n)


def test_open_days_are_counted_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        PLAN.add_open_days(danish("2026-11-24 14:00"), -1)


def test_a_moment_without_a_time_zone_is_a_mistake() -> None:
    for asked in (PLAN.next_closing, lambda moment: PLAN.add_open_days(moment, 1)):
        with pytest.raises(ValueError, match="time zone"):
            asked(datetime(2026, 11, 24, 10))  # noqa: DTZ001
