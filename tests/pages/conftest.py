from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from tests.browsing import started
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.serving import Served, accounts_file, serve


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN))
    return moving


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    secret = SecretStr("a secret of the tests, long enough to sign with")
    opened = open_house(sqlite_url, tmp_path, world, accounts_file=accounts_file(tmp_path), session_secret=secret)
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
