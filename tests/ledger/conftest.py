from collections.abc import Iterator
from pathlib import Path

import pytest

from outbound.delivery import House
from tests.house import open_house
from tests.outside import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, world)
    yield opened
    opened.ledger.close()
