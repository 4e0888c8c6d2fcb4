import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import Ledger
from outbound.letter import Blame, Channel, Mailbox, News
from outbound.life import Status
from outbound.postage import Tariffs
from tests.delivery.walking import run_to_rest
from tests.house import DECISION, NOTICE, MovingClock, dispatches, hand_in, look, open_house, submission
from tests.outside import ModelMailer, ModelReceipts, World
from tests.people import person
from tests.reports.priced import tariffs_of

CAST = [(1, NOTICE), (2, NOTICE), (3, DECISION), (4, DECISION), (5, NOTICE), (6, DECISION)]


def suppliers() -> World:
    """Suppliers under the names that the shipped tariffs price."""
    name = "digital-post"
    return World(digital=ModelMailer(Channel.DIGITAL, name), digital_receipts=ModelReceipts(name))


@pytest.fixture
def world() -> World:
    return suppliers()


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, world)
    yield opened
    opened.ledger.close()


@pytest.fixture
def tariffs(tmp_path: Path) -> Tariffs:
    """With which a letter's cost can be computed by hand."""
    return tariffs_of(tmp_path)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """Empty, on each database in turn."""
    opened = Ledger(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def autumn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger to read from: November and December of six letters, told in `the_autumn`. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("autumn")
    with pytest.MonkeyPatch.context() as patch, _ledger(request, folder) as url:
        moving = MovingClock(folder / "clock")
        patch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
        world = suppliers()
        opened = open_house(url, folder, world)
        the_autumn(opened, world, moving)
        yield opened
        opened.ledger.close()


def the_autumn(house: House, world: World, moving: MovingClock) -> None:
    """November: four digital letters and two on paper. December: one of the digital ones is refused and printed."""
    moving.to(datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN))
    for number in (5, 6):
        world.enrolment.answers[person("well", number)] = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", n), letter_type=kind) for n, kind in CAST))
    run_to_rest(house)
    assert {look(house, one).status for one in letters} == {Status.SENT}
    for one in letters[1:]:
        (taken,) = dispatches(house, one)
        (world.paper_receipts if taken.channel == "print" else world.digital_receipts).send(taken.id, News.DELIVERED)
    run_to_rest(house)
    moving.to(datetime(2026, 12, 3, 10, tzinfo=COPENHAGEN))
    (refused,) = dispatches(house, letters[0])
    world.digital_receipts.send(refused.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    run_to_rest(house)


@contextmanager
def _ledger(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A migrated, empty ledger that outlives a test."""
    if request.param == "sqlite":
        migrated = request.getfixturevalue("migrated_sqlite")
        with closing(sqlite3.connect(migrated)) as source, closing(sqlite3.connect(folder / "ledger.db")) as copy:
            source.backup(copy)
        yield f"sqlite:///{folder / 'ledger.db'}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("migrated_postgres")
    yield server.create("reports_autumn", template=template)
    server.drop("reports_autumn")
