"""The house of the walks, at ten o'clock on a working day before the meeting that its letters call to."""

from datetime import datetime
from pathlib import Path

import pytest

from outbound.clock import COPENHAGEN
from tests.delivery.conftest import house, postgresql_house, remembered, sqlite_house, world
from tests.house import MovingClock

__all__ = ["house", "postgresql_house", "remembered", "sqlite_house", "world"]


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(datetime(2026, 11, 24, 10, tzinfo=COPENHAGEN))
    return moving
