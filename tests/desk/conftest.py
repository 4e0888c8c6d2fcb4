from collections.abc import Iterator
from pathlib import Path

import pytest

from outbound.delivery import House
from tests.audited import differences
from tests.house import MovingClock, open_house
from tests.outside import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    """On SQLite: the desk's own rules are the same on both, and its walks go on both in tests/delivery."""
    opened = open_house(sqlite_url, tmp_path, world)
    yield opened
    assert differences(opened.ledger) == []
    opened.ledger.close()
