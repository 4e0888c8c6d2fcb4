from collections.abc import Iterator
from pathlib import Path

import pytest

from outbound.delivery import House
from tests.delivery.paper import RememberedRendering
from tests.delivery.walking import TUESDAY
from tests.house import MovingClock, open_house
from tests.outside import World

_rendering = RememberedRendering()


@pytest.fixture
def moving_clock(moving_clock: MovingClock) -> MovingClock:
    moving_clock.to(TUESDAY)
    return moving_clock


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a letter looks like is another's test."""
    monkeypatch.setattr("outbound.delivery.render.render", _rendering)


@pytest.fixture
def database() -> str:
    """SQLite, unless a test is parametrized with both."""
    return "sqlite"


@pytest.fixture
def house(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, world: World, moving_clock: MovingClock
) -> Iterator[House]:
    """A house whose clock the test moves."""
    opened = open_house(request.getfixturevalue(f"{database}_url"), tmp_path, world, key_drop_days=0)
    yield opened
    opened.ledger.close()
