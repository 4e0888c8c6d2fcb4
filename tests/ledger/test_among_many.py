"""What pages ask with millions of letters behind them: the same answers, each in one question of the database's."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from outbound import clock, standing
from outbound.delivery import House
from outbound.held import verbs_of, verbs_of_oldest
from outbound.ledger import Ledger, retention, search
from outbound.ledger import tables as t
from outbound.ledger.search import Wanted
from outbound.life import Status
from tests.house import hand_in, open_house, submission
from tests.outside import World
from tests.people import person

LETTERS = 7


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, World())
    yield opened
    opened.ledger.close()


@pytest.fixture
def letters(house: House) -> list[UUID]:
    return sorted(hand_in(house, *(submission(person("well", number)) for number in range(LETTERS))))


def test_letters_of_some_days_are_paged_by_when_they_came(house: House, letters: list[UUID]) -> None:
    row, noon = t.letter.c, clock.now() - timedelta(days=2)
    ages = [3, 1, 1, 2, 2, 2, 0]  # in hours: several came at once, and later ones may have lower ids
    with house.ledger.writing() as tx:
        for one, age in zip(letters, ages, strict=True):
            tx.execute(update(t.letter).where(row.id == one).values(created_at=noon - timedelta(hours=age)))
    wanted = Wanted(since=clock.danish_day(noon) - timedelta(days=1), until=clock.danish_day(noon))
    expected = [one for _, one in sorted(zip([-age for age in ages], letters, strict=True))]

    found: list[UUID] = []
    with house.ledger.reading() as tx:
        while page := search.page(tx, wanted, found[-1] if found else None, 2):
            found += [one.id for one in page]
        assert search.page(tx, Wanted(since=clock.today()), None, 5) == []
        assert search.page(tx, wanted, UUID(int=2**128 - 1), 5) == []

    assert found == expected


def test_the_verbs_of_each_reason_are_those_of_its_oldest_letter(house: House, letters: list[UUID]) -> None:
    row, reasons = t.letter.c, ("kills-its-worker", "kills-its-worker", "no-receipt", "no-receipt", "recipient-dead")
    with house.ledger.writing() as tx:
        for place, (one, code) in enumerate(zip(letters, reasons, strict=False)):
            who = "department" if place == 3 else "operations"
            held = {"status": Status.HELD, "held_code": code, "waits_for": who}
            tx.execute(update(t.letter).where(row.id == one).values(**held))
    with house.ledger.reading() as tx:
        oldest = {(one.held_code, str(one.waits_for)): one.id for one in standing.oldest_held(tx)}
        verbs = verbs_of_oldest(tx)
        [own] = [one for one in standing.oldest_held(tx) if one.id == letters[4]]
        fitting = verbs_of(tx, [own])[own.id]

    assert oldest == {
        ("kills-its-worker", "operations"): letters[0],
        ("no-receipt", "operations"): letters[2],
        ("no-receipt", "department"): letters[3],
        ("recipient-dead", "operations"): letters[4],
    }
    assert verbs[("recipient-dead", "operations")] == fitting
    assert verbs.keys() == oldest.keys()


def test_parts_are_counted_under_each_key_up_to_a_most(house: House, letters: list[UUID]) -> None:
    with house.ledger.writing() as tx:
        house.seal.put(tx, uuid4(), "2039-01", {"note": b"x"})
        house.seal.put(tx, uuid4(), "2038-02", dict.fromkeys(("a", "b", "c"), b"x"))
    with house.ledger.reading() as tx:
        found = retention.count_by_key(tx)
        bounded = retention.count_by_key(tx, 2)
        one_by_one = {key: retention.count_under(tx, key) for key in house.seal.keys().seal}

    assert found == {key: many for key, many in one_by_one.items() if many}
    assert {found["2039-01"], found["2038-02"]} == {1, 3}
    assert bounded == {key: min(many, 2) for key, many in found.items()}
    assert len(letters) == LETTERS


def test_postgresql_knows_how_many_letters_entries_are_of(postgresql_url: str) -> None:
    ledger = Ledger(postgresql_url)
    with ledger.reading() as tx:
        told = tx.exec_driver_sql(
            "SELECT attrelid::regclass::text, attname, attoptions FROM pg_attribute WHERE attoptions IS NOT NULL"
        ).all()
    ledger.close()

    assert {(table, column) for table, column, _ in told} == {
        ("entry", "letter_id"),
        ("entry", "dispatch_id"),
        ("event", "letter_id"),
    }
    assert all(one.startswith("n_distinct=-0.1") for _, _, options in told for one in options)
