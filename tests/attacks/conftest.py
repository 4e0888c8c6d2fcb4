"""One router for all that is tried against it and refused."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.web.people import Role
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.serving import Served, accounts_file, serve

SECRET = "a secret of the tests, long enough to sign with"
ACCOUNT = {
    Role.OPERATIONS: "drift",
    Role.CASES: "sag",
    Role.MANAGEMENT: "ledelse",
    Role.DATA_PROTECTION: "dpo",
    Role.POST_ROOM: "post",
}


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
    file = accounts_file(tmp_path)
    known = file.read_text()
    row = known.partition("[[account]]")[2].partition("[[account]]")[0]
    narrow = row.replace('name = "drift"', 'name = "snaever"').replace("['*']", "['boern-og-skole']")
    file.write_text(f"{known}\n[[account]]{narrow}")
    opened = open_house(sqlite_url, tmp_path, world, accounts_file=file, session_secret=SecretStr(SECRET))
    yield opened
    opened.ledger.close()


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    with serve(house) as running:
        yield running


@pytest.fixture
def people(served: Served) -> Iterator[dict[Role, httpx.Client]]:
    """Somebody signed in of each role, who is led nowhere."""
    with ExitStack() as stack:
        found = {role: stack.enter_context(served.signed_in(name)) for role, name in ACCOUNT.items()}
        for browser in found.values():
            browser.follow_redirects = False
        yield found
