"""A rate holds for everybody together, evens out over the timer's rounds, and what was not used is given back."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from outbound.ledger import Ledger, pace
from outbound.ledger.pace import Rate

RATE = Rate("probe", per_minute=120, seconds=15)  # the bucket holds 30, one each half second


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url)
    yield opened
    opened.close()


def taken(ledger: Ledger, wanted: int, unused: int = 0) -> int:
    with ledger.writing() as tx:
        granted = pace.take(tx, RATE, wanted)
        pace.give_back(tx, RATE, unused)
        return granted


def test_the_bucket_holds_a_round_and_fills_evenly(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    at = stopped(monkeypatch)
    assert [taken(ledger, 20), taken(ledger, 20), taken(ledger, 20)] == [20, 10, 0]
    at[0] += timedelta(seconds=2)
    assert [taken(ledger, 20), taken(ledger, 1)] == [4, 0]
    at[0] += timedelta(seconds=0.4)
    assert taken(ledger, 1) == 0
    at[0] += timedelta(days=1)
    assert taken(ledger, 100) == 30


def test_what_is_given_back_can_be_taken(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(monkeypatch)
    assert [taken(ledger, 30, unused=25), taken(ledger, 30), taken(ledger, 1)] == [30, 25, 0]


def test_a_rate_slower_than_a_round_still_lets_one_go(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    at, slow = stopped(monkeypatch), Rate("slow", per_minute=1, seconds=15)
    with ledger.writing() as tx:
        assert [pace.take(tx, slow, 5), pace.take(tx, slow, 5)] == [1, 0]
        at[0] += timedelta(seconds=61)
        assert pace.take(tx, slow, 5) == 1


def test_no_rate_is_no_limit_and_writes_nothing(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        assert pace.take(tx, Rate("none", per_minute=0, seconds=15), 10_000) == 10_000
        pace.give_back(tx, Rate("none", per_minute=0, seconds=15), 9_000)


def test_many_at_once_take_no_more_than_one(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(monkeypatch)
    granted: list[int] = []
    threads = [threading.Thread(target=lambda: granted.append(taken(ledger, 7))) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(granted) == 12
    assert sum(granted) == 30


def stopped(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A clock that stands still; the test moves its one entry."""
    at = [datetime(2027, 1, 12, 10, tzinfo=UTC)]
    monkeypatch.setattr("outbound.clock.now", lambda: at[0])
    return at
