from collections.abc import Iterator
from pathlib import Path

import pytest

from outbound.delivery import House
from outbound.letter import Channel
from tests.house import MovingClock, open_house
from tests.outside import ModelMailer, ModelReceipts, World


@pytest.fixture
def world() -> World:
    """Suppliers under the names that the shipped tariffs price."""
    name = "digital-post"
    return World(digital=ModelMailer(Channel.DIGITAL, name), digital_receipts=ModelReceipts(name))


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, world)
    yield opened
    opened.ledger.close()
