from collections.abc import Iterator
from pathlib import Path

import pytest

from outbound.delivery import House
from tests.audited import differences
from tests.delivery.paper import RememberedRendering
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.restore.copies import TUESDAY


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.delivery.render.render", RememberedRendering())


@pytest.fixture
def world() -> World:
    """Suppliers that take an id a second time as a second letter: nothing but our own care keeps letters single."""
    made = World()
    made.digital.repeat = made.paper.repeat = "second"
    return made


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(TUESDAY)
    return moving


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    """On each database in turn; its accounts agree at the end."""
    opened = open_house(database_url, tmp_path, world, var_dir=tmp_path)
    yield opened
    assert differences(opened.ledger) == []
    opened.ledger.close()
