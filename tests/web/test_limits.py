"""Who may call how often, and who waits how long."""

from pathlib import Path

import pytest
from sqlalchemy import select

from outbound.ledger import Ledger
from outbound.ledger.people_tables import sign_in_failure
from outbound.web.people import Accounts, SignIns
from outbound.web.rate import Buckets
from tests.house import MovingClock


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_a_minutes_worth_and_fills_evenly() -> None:
    time = Time()
    buckets = Buckets(60, time)
    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    assert buckets.take("a") == pytest.approx(1.0)
    assert buckets.take("b") == 0.0
    time.now += 2.5
    assert [buckets.take("a"), buckets.take("a")] == [0.0, 0.0]
    assert buckets.take("a") == pytest.approx(0.5)
    time.now += 3600
    assert sum(buckets.take("a") == 0.0 for _ in range(100)) == 60


def test_each_further_guess_costs_twice_the_waiting_up_to_a_quarter_of_an_hour(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    ledger = Ledger(sqlite_url)
    sign_ins, elsewhere = (SignIns(Accounts(None), ledger, "hemmelig") for _ in range(2))
    waits = []
    for _ in range(16):
        sign_ins.check("drift", "gæt", "10.0.0.1")
        waits.append(elsewhere.wait("drift", "10.0.0.1"))
    assert waits[:4] == [0.0] * 4
    assert waits[4:8] == pytest.approx([2.0, 4.0, 8.0, 16.0], abs=1.5)
    assert max(waits) == pytest.approx(900.0, abs=1.5)
    assert sign_ins.wait("drift", "10.0.0.2") == 0.0
    moving.pass_(seconds=900)
    assert elsewhere.wait("drift", "10.0.0.1") == 0.0
    moving.pass_(days=1)
    sign_ins.check("en anden", "gæt", "10.0.0.9")
    sign_ins.check("drift", "gæt", "10.0.0.1")
    assert sign_ins.wait("drift", "10.0.0.1") == 0.0, "a day later one begins afresh"
    with ledger.reading() as tx:
        kept = str(tx.execute(select(sign_in_failure)).all())
    assert "drift" not in kept
    assert "10.0.0" not in kept
    ledger.close()
