"""A house whose systems take webhooks at a simulator of their own, by the real adapter."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.webhooks import webhooks as connect
from outbound import webhooks
from outbound.delivery import House
from outbound.ledger import hooks
from outbound.ledger.hooks import Hook
from tests.house import MovingClock, hand_in, open_house, submission
from tests.outside import World
from tests.people import person
from tests.simulators.running import Simulator

SYSTEM = "jobcenter"


@dataclass
class Receiving:
    """The house, and what its systems took."""

    house: House
    simulator: Simulator
    clock: MovingClock

    def trust(self, *secrets: str, system: str = SYSTEM) -> None:
        """The receiver knows these secrets."""
        (self.simulator.folder / "secrets.json").write_text(json.dumps({system: list(secrets)}))

    def taken(self) -> list[dict[str, Any]]:
        """Every event that was taken, in the order of its taking."""
        return [one["detail"]["event"]["data"] for one in self.simulator.takings()]

    def ids(self) -> list[str]:
        """The webhook-ids of the same."""
        return [str(one["dispatch"]) for one in self.simulator.takings()]

    def hook(self) -> Hook:
        with self.house.ledger.reading() as tx:
            return hooks.hooks(tx, [SYSTEM])[0]

    def letters(self, count: int = 3) -> None:
        hand_in(self.house, *(submission(person("well", number)) for number in range(count)))

    def tell(self) -> int:
        return webhooks.deliver(self.house, SYSTEM)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulator for all tests here; its clock is the tests' own."""
    folder = tmp_path_factory.mktemp("specialist")
    before, os.environ["OUTBOUND_CLOCK_FILE"] = os.environ.get("OUTBOUND_CLOCK_FILE"), str(folder / "clock")
    simulator = Simulator("specialist_system", folder).start()
    os.environ.pop("OUTBOUND_CLOCK_FILE") if before is None else os.environ.update(OUTBOUND_CLOCK_FILE=before)
    yield simulator
    simulator.end()


@pytest.fixture
def moving_clock(running: Simulator, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(running.folder / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


@pytest.fixture
def simulator(running: Simulator, moving_clock: MovingClock) -> Simulator:
    """It remembers nothing of the tests before, and is well."""
    with closing(sqlite3.connect(running.folder / "records.sqlite")) as records:
        records.executescript("DELETE FROM taking; DELETE FROM request; DELETE FROM kept WHERE name LIKE 'last-%';")
    running.be("well")
    return running


@pytest.fixture
def open_receiving(
    simulator: Simulator, tmp_path: Path, moving_clock: MovingClock
) -> Iterator[Callable[[str], Receiving]]:
    with ExitStack() as opened:
        yield lambda url: _open(url, tmp_path, simulator, moving_clock, opened)


def _open(url: str, folder: Path, simulator: Simulator, moving_clock: MovingClock, opened: ExitStack) -> Receiving:
    urls = json.loads(simulator.env["OUTBOUND_WEBHOOKS"])
    house = open_house(url, folder, World(), webhooks=urls, webhook_timeout=1.0)
    opened.callback(house.ledger.close)
    doors = connect(house.settings)
    for door in doors.values():
        opened.callback(door.close)
    house = replace(house, outside=replace(house.outside, hooks=doors))
    webhooks.enrol(house)
    found = Receiving(house, simulator, moving_clock)
    found.trust(webhooks.secret(house.seal, SYSTEM, 1))
    return found


@pytest.fixture
def receiving(open_receiving: Callable[[str], Receiving], sqlite_url: str) -> Receiving:
    return open_receiving(sqlite_url)
