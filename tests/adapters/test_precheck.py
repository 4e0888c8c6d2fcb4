"""Ten thousand recipients are prechecked in one call, against the contact register's simulator."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from outbound import delivery
from outbound.delivery import House
from outbound.letter import Mailbox
from outbound.ports import Outside, PersonId
from tests.adapters.outside import Simulator
from tests.house import open_house
from tests.outside import World
from tests.people import person

MANY = {
    PersonId(cpr=person(outcome, number)): mailbox
    for outcome, mailbox, count in (
        ("well", Mailbox.ENROLLED, 9_000),
        ("exempt", Mailbox.EXEMPT, 500),
        ("absent", Mailbox.NOT_ENROLLED, 498),
        ("unknown", Mailbox.UNKNOWN, 1),
        ("lookup_breaks_page", Mailbox.UNKNOWN, 1),
    )
    for number in range(count)
}


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, outside: Outside) -> Iterator[House]:
    opened = open_house(sqlite_url, tmp_path, World(), precheck_seconds=120.0)
    yield replace(opened, outside=outside)
    opened.ledger.close()


def test_ten_thousand_are_answered_one_by_one(house: House, digital_post: Simulator) -> None:
    assert len(MANY) == 10_000
    before = digital_post.requests().get("lookup", 0)
    assert delivery.precheck(house, list(MANY)) == MANY
    assert digital_post.requests()["lookup"] - before < 50


def test_a_register_that_is_away_is_asked_for_the_first_of_them_alone(house: House, digital_post: Simulator) -> None:
    digital_post.mood(busy=True)
    before = digital_post.requests().get("lookup", 0)
    assert set((delivery.precheck(house, list(MANY)) or {}).values()) == {Mailbox.UNKNOWN}
    assert digital_post.requests()["lookup"] - before <= 4
