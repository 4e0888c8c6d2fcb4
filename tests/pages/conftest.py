from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from outbound.delivery import House
from tests.browsing import started
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.serving import Served, serve, signing_in


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    """A house whose people sign in."""
    opened = open_house(sqlite_url, tmp_path, world, **signing_in(tmp_path))
    yield opened
    opened.ledger.close()


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    with serve(house) as running:
        yield running


@pytest.fixture
def drift(served: Served) -> Iterator[httpx.Client]:
    """Somebody of IT operations, signed in."""
    with served.signed_in("drift") as browser:
        yield browser


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the tests of a module; each opens a window of its own."""
    with started(chromium) as opened:
        yield opened
