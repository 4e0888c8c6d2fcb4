"""Batches, lists of faulty letters and the search for letters, on both databases."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import pytest

from outbound import clock, many
from outbound import faulty as lists
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand, Verb
from outbound.intake import take_in, take_in_all
from outbound.ledger import batches, faulty, mailing_progress, search
from outbound.ledger.batches import Row
from outbound.ledger.faulty import Correction
from outbound.ledger.search import Wanted
from outbound.letter import Channel, WaitsFor
from outbound.life import Status
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, look, open_house, submission
from tests.outside import World
from tests.people import person

HAND = Hand("mester", "prøve")
JOBCENTER = Wanted(system="jobcenter")


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, World())
    yield opened
    opened.ledger.close()


@pytest.fixture
def letters(house: House) -> list[UUID]:
    return sorted(hand_in(house, *(submission(person("well", number)) for number in range(3))))


def work(house: House) -> None:
    for _ in range(20):
        if not many.work(house):
            return


def test_any_number_of_letters_can_be_named(house: House, letters: list[UUID]) -> None:
    named = many.Order(Verb.HOLD, Wanted(), (*letters, *(uuid4() for _ in range(70_000))))
    assert many.preview(house, named).listed == 3
    many.begin(house, named, 3, HAND)
    work(house)
    assert {look(house, one).status for one in letters} == {Status.HELD}


def test_a_batch_is_counted_worked_and_undone(house: House, letters: list[UUID]) -> None:
    with pytest.raises(DeskRefusal, match="More letters"):
        many.begin(house, many.Order(Verb.HOLD, JOBCENTER), 2, HAND)
    with pytest.raises(DeskRefusal, match="No letter"):
        many.begin(house, many.Order(Verb.HOLD, Wanted(system="boligstoette")), 9, HAND)
    batch = many.begin(house, many.Order(Verb.HOLD, JOBCENTER), 3, HAND)
    work(house)
    with house.ledger.reading() as tx:
        found = batches.find(tx, batch)
        assert found is not None
        assert (found.letters, batches.counts(tx, batch)) == (3, {Row.DONE: 3})
        assert batches.departments(tx, batch) == {"beskaeftigelse"}
    many.undo(house, batch, HAND)
    work(house)
    assert {look(house, one).status for one in letters} == {Status.RECEIVED}


def test_a_list_of_faulty_letters_is_counted_and_told(house: House, letters: list[UUID]) -> None:
    run_to_rest(house)
    with pytest.raises(DeskRefusal, match="None of these"):
        lists.write_down(house, Wanted(system="boligstoette"), clock.now(), HAND)
    made = lists.write_down(house, JOBCENTER, clock.now(), HAND)
    hand_in(house, submission(person("well", 0), corrects=letters[0]))
    with house.ledger.reading() as tx:
        found = faulty.find(tx, made)
        assert found is not None
        assert found.letters == 3
        assert faulty.corrections(tx, made) == {Correction.ON_ITS_WAY: 1, Correction.MISSING: 2}
        assert [one.letter for one in faulty.every(tx, made, at_a_time=1)] == letters
        assert faulty.runs(tx, made, 5) == []


def test_of_two_calls_at_once_with_a_correction_of_one_letter_one_is_kept(house: House, letters: list[UUID]) -> None:
    run_to_rest(house)
    found: list[str] = []

    def second() -> None:
        found.append(take_in_all(house, [submission(person("well", 0), corrects=letters[0])])[0].wrong)

    other = Thread(target=second)
    with house.ledger.writing() as tx:
        assert take_in(tx, house, submission(person("well", 0), corrects=letters[0])).new
        other.start()
        other.join(timeout=1.0)
    other.join()
    assert found == ["corrected"]


def test_every_field_of_the_search_is_asked_for(house: House, letters: list[UUID]) -> None:
    today = clock.today()
    full = Wanted(
        status=Status.RECEIVED,
        held_code="x",
        waits_for=WaitsFor.SENDER,
        system="jobcenter",
        department="beskaeftigelse",
        letter_type="moedeindkaldelse",
        channel=Channel.PRINT,
        mailing_id=uuid4(),
        provider="print",
        run=uuid4(),
        batch=uuid4(),
        since=today,
        until=today,
        came_by=clock.now(),
        departments=frozenset({"beskaeftigelse"}),
    )
    with house.ledger.reading() as tx:
        assert search.page(tx, full, uuid4(), 5) == []
        assert search.count(tx, full, 5) == 0
        assert search.count(tx, JOBCENTER, 2) == 2
        assert [one.id for one in search.page(tx, JOBCENTER, letters[0], 1)] == letters[1:2]
        assert search.page(tx, Wanted(since=date(2020, 1, 1), until=date(2020, 1, 2)), None, 5) == []


def test_mailings_are_paged_and_counted(house: House) -> None:
    with house.ledger.reading() as tx:
        assert mailing_progress.newest(tx, uuid4(), 5, frozenset({"beskaeftigelse"})) == []
        assert mailing_progress.progress(tx, []) == {}
        assert mailing_progress.taken_lately(tx, uuid4(), 15) == 0
        assert batches.newest(tx, uuid4(), 5) == []
        assert faulty.newest(tx, uuid4(), 5) == []
