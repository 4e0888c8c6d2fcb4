"""When a reminder falls due: hours of the wall clock before an event, and never at night."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.clock import COPENHAGEN
from outbound.quiet_hours import OpenHours

DAYTIME = OpenHours(8, 20)


def danish(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2027-01-12T08:00", "2027-01-12T08:00"),
        ("2027-01-12T19:59:59", "2027-01-12T19:59:59"),
        ("2027-01-12T20:00", "2027-01-13T08:00"),
        ("2027-01-12T07:59:59", "2027-01-12T08:00"),
        ("2027-03-28T01:59", "2027-03-28T08:00"),  # summer time begins at 2
        ("2027-10-30T20:00", "2027-10-31T08:00"),  # and ends at 3
        ("2027-12-31T23:00", "2028-01-01T08:00"),
    ],
)
def test_the_next_open_moment(now: str, opens: str) -> None:
    assert DAYTIME.next_open(danish(now)) == danish(opens)


@pytest.mark.parametrize(
    ("event", "hours", "due"),
    [
        ("2027-01-20T10:15", 24, "2027-01-19T10:15"),
        ("2027-03-01T10:15", 24, "2027-02-28T10:15"),
        ("2028-03-01T10:15", 24, "2028-02-29T10:15"),
        ("2027-03-28T10:15", 24, "2027-03-27T10:15"),  # 23 hours before, by the sun
        ("2027-10-31T10:15", 24, "2027-10-30T10:15"),  # 25 hours
        ("2027-01-20T07:00", 24, "2027-01-19T08:00"),
        ("2027-01-20T22:00", 24, "2027-01-20T08:00"),
        ("2027-01-20T09:00", 2, "2027-01-20T08:00"),
        ("2027-01-20T08:00", 2, "2027-01-19T19:00"),
        ("2027-01-20T07:00", 2, "2027-01-19T19:00"),
        ("2027-01-20T00:00", 3, "2027-01-19T19:00"),
        ("2027-01-20T02:00", 3, "2027-01-19T19:00"),
        ("2027-01-20T00:00", 48, "2027-01-18T08:00"),
    ],
)
def test_when_it_falls_due(event: str, hours: int, due: str) -> None:
    assert DAYTIME.before(danish(event), hours) == danish(due)


@given(
    event=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(COPENHAGEN)),  # noqa: DTZ001
    hours=st.integers(1, 720),
    open_hours=st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1]),
)
def test_it_always_falls_due_before_its_event_and_in_open_hours(
    event: datetime, hours: int, open_hours: tuple[int, int]
) -> None:
    due = OpenHours(*open_hours).before(event, hours)
    assert due < event.astimezone(UTC)
    assert open_hours[0] <= due.astimezone(COPENHAGEN).hour < open_hours[1]
    assert event.astimezone(UTC) - due <= timedelta(hours=hours + 25)
