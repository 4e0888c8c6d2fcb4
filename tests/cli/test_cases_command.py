"""`outbound find`, `case` and `todo`: what caseworkers have at `/sager`, at a terminal."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from outbound.cli.cases import Purpose
from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.letter import Life, Mailbox, Person
from outbound.seal import reading
from outbound.web.pages.case_words import PURPOSES
from tests.cli.conftest import Run
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, look, submission
from tests.outside import World
from tests.people import person


@pytest.fixture
def letter(house: House, world: World) -> UUID:
    """HELD for want of an address."""
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(Life.ALIVE, "Solvej Prøvesen")
    (found,) = hand_in(house, submission(person(), case_number="26/1042"))
    run_to_rest(house)
    return found


def readings(house: House) -> list[tuple[str, str, str]]:
    with house.ledger.reading() as tx:
        rows = tx.execute(select(reading.c.part, reading.c.purpose, reading.c.by).where(reading.c.part == "search"))
        return [(row.part, row.purpose, row.by) for row in rows]


def test_a_letter_is_found_by_whatever_is_known_of_it(run: Run, house: House, letter: UUID) -> None:
    for what in (letter, look(house, letter).reference, "26/1042"):
        (found,) = json.loads(run("find", what, "--json").out)
        assert (found["letter"], found["state"]) == (str(letter), "HELD")
    assert "Ingen breve passer på det." in run("find", "26/9999").out
    assert json.loads(run("find", "26/9999", "--json").out) == []
    assert json.loads(run("find", "26/1042", "--department", "boern-og-skole", "--json").out) == []
    assert str(letter) in run("find", "26/1042").out


def test_a_person_is_found_by_a_number_that_stands_in_no_command_line(run: Run, house: House, letter: UUID) -> None:
    words = ("find", "--person", "--purpose", "case-inquiry", "--by", "Drift Driftsen", "--json")
    (found,) = json.loads(run(*words, stdin=f"{person()[:6]}-{person()[6:]}\n").out)
    assert found["letter"] == str(letter)
    assert json.loads(run(*words, stdin=person("well", 9)).out) == []
    assert readings(house) == [("search", "case-inquiry", "Drift Driftsen")] * 2


def test_a_number_in_the_command_line_is_refused_and_not_echoed(run: Run, letter: UUID) -> None:
    ended = run("find", person())
    assert (ended.code, person() in ended.out + ended.err) == (Code.REFUSED, False)


@pytest.mark.parametrize("words", [(), ("26/1042", "--person"), ("--person",)])
def test_one_thing_is_searched_for_at_a_time_and_a_person_for_a_purpose(
    run: Run, house: House, letter: UUID, words: tuple[str, ...]
) -> None:
    assert run("find", *words, stdin=person()).code == Code.REFUSED
    assert run("find", "--person", "--purpose", "case-work", stdin="12\n").code == Code.REFUSED
    assert readings(house) == []


def test_a_case_is_told_in_plain_sentences(run: Run, letter: UUID) -> None:
    said = run("case", "26/1042").out
    assert "Standset: Brevet skal på papir, men der er ingen postadresse" in said
    assert "Det venter på fagsystemet jobcenter" in said
    (told,) = json.loads(run("case", "26/1042", "--json").out)
    assert told["known"] == ["Brevet er ikke sendt."]
    assert "Ingen breve på den sag." in run("case", "x").out


def test_what_waits_for_a_department(run: Run, letter: UUID) -> None:
    (row,) = json.loads(run("todo", "--json").out)
    assert (row["letter"], row["task"], row["verbs"]) == (str(letter), "fagsystem", ["mend", "release", "cancel"])
    assert "1 fagsystem: Skal rettes i fagsystemet" in run("todo").out
    assert "Ingen breve venter." in run("todo", "--department", "boern-og-skole").out
    assert json.loads(run("todo", "--task", "retur", "--json").out) == []
    assert run("todo", "--department", "findes-ikke").code == Code.REFUSED


def test_the_purposes_are_those_of_the_pages() -> None:
    assert {str(one) for one in Purpose} == set(PURPOSES)
