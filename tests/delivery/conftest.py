import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from outbound.delivery import House
from outbound.stack.places import scratch
from outbound.stack.postgres import PostgresServer
from tests.delivery.machine import SEEN
from tests.delivery.paper import RememberedRendering
from tests.delivery.walking import TUESDAY, Walk
from tests.house import CrashingLedger, MovingClock, open_house
from tests.outside import World


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(TUESDAY)
    return moving


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> RememberedRendering:
    rendering = RememberedRendering()
    monkeypatch.setattr("outbound.delivery.render.render", rendering)
    return rendering


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def sqlite_house(migrated_sqlite: Path) -> Iterator[House]:
    """A house on SQLite, opened once: statements that are compiled stay compiled from walk to walk."""
    folder = scratch("outbound-walks-")
    shutil.copy(migrated_sqlite, folder / "ledger.db")
    yield from _opened(f"sqlite:///{folder / 'ledger.db'}", folder)


@pytest.fixture(scope="session")
def postgresql_house(postgres_server: PostgresServer, migrated_postgres: str) -> Iterator[House]:
    """The same on PostgreSQL."""
    url = postgres_server.create("walks", template=migrated_postgres)
    yield from _opened(url, scratch("outbound-walks-"))
    postgres_server.drop("walks")


def _opened(url: str, folder: Path) -> Iterator[House]:
    opened = open_house(url, folder, World())
    yield opened
    opened.ledger.close()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, world: World, moving_clock: MovingClock) -> House:
    """A house with an empty ledger, on each database in turn."""
    opened: House = request.getfixturevalue(f"{request.param}_house")
    assert isinstance(opened.ledger, CrashingLedger)
    opened.ledger.wipe()
    opened.ledger.fate.__init__()  # type: ignore[misc]
    return replace(opened, outside=world.outside())


@pytest.fixture
def walk(house: House, world: World, moving_clock: MovingClock, remembered: RememberedRendering) -> Walk:
    return Walk(house, world, moving_clock, remembered)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the state machine has done and seen, where it ran."""
    if SEEN:
        terminalreporter.section("a letter's way, as a state machine")
        for name in sorted(SEEN):
            terminalreporter.write_line(f"{SEEN[name]:8} {name}")
