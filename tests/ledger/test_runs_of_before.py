"""Migration 0007 enters the print runs of before, and leaves alone what went letter by letter."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from outbound import clock
from outbound.delivery import House
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.store import MIGRATIONS
from outbound.letter import Channel, Mailbox
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, hand_in, look, open_house, submission
from tests.outside import World
from tests.people import person


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, world)
    yield opened
    opened.ledger.close()


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["url"] = url
    return made


def test_runs_of_before_are_entered_with_their_totals_and_miss_no_answer(
    house: House, world: World, database_url: str
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    run = consigned(house, 3)
    world.paper.provider, world.paper.together = "sf1601-print", 1
    consigned(house, 1)
    house.ledger.close()
    command.downgrade(config(database_url), "0006")
    command.upgrade(config(database_url), "head")
    ledger = Ledger(database_url)
    with ledger.reading() as tx:
        (row,) = tx.execute(select(t.print_run)).all()
    ledger.close()
    assert (row.id, row.letters, row.envelopes, row.counted_at) == (run, 3, 3, None)
    assert row.pages >= row.sheets >= 3
    assert row.told_at == row.closed_at <= clock.now() + timedelta(seconds=1)


def consigned(house: House, count: int) -> UUID:
    """So many letters that the printer has; their consignment's id."""
    letters = hand_in(house, *(submission(person("well", n)) for n in range(count)))
    run_to_rest(house)
    assert look(house, letters[0]).channel is Channel.PRINT
    found: UUID = dispatches(house, letters[0])[0].consignment_id
    return found
