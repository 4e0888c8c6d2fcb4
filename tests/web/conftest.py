from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from outbound.delivery import House
from tests.audited import differences
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.serving import Served, serve


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, world)
    yield opened
    assert differences(opened.ledger) == []
    opened.ledger.close()


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    with serve(house) as running:
        yield running


@pytest.fixture
def system(served: Served) -> Iterator[httpx.Client]:
    with served.system() as client:
        yield client
