"""The person register: three answers, and addresses as an envelope wants them."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http import Caller
from adapters.persons import Persons
from adapters.persons.addresses import address, split
from outbound.letter import ADDRESS_LINE, Address, Life, Person
from outbound.ports import Outside, PersonId
from tests.adapters.outside import Simulator, within
from tests.adapters.scripted import Script, Scripted, answer, drip, hang_up, scripted
from tests.people import company, name_of, person, successor_of

LIVES = {
    "well": Life.ALIVE,
    "closed": Life.DEAD,
    "emigrated": Life.ALIVE,
    "exempt_not_found": Life.NOT_FOUND,
    "exempt_register_error": Life.UNKNOWN,
    "no_address": Life.ALIVE,
}


def one(outside: Outside, outcome: str) -> Person:
    who = PersonId(cpr=person(outcome))
    return outside.persons.look_up([who])[who]


def test_the_register_says_alive_dead_not_found_or_nothing(outside: Outside) -> None:
    ids = {PersonId(cpr=person(outcome)): life for outcome, life in LIVES.items()}
    assert {i: found.life for i, found in outside.persons.look_up(list(ids)).items()} == ids


def test_a_company_is_active_or_dissolved(outside: Outside) -> None:
    active, dissolved = PersonId(cvr=company()), PersonId(cvr=company("closed"))
    found = outside.persons.look_up([active, dissolved])
    assert (found[active].life, found[dissolved].life) == (Life.ALIVE, Life.DEAD)
    assert found[active].name == name_of(company())


def test_name_and_address_come_along(outside: Outside) -> None:
    found = one(outside, "well")
    assert found.name == name_of(person("well"))
    assert found.address is not None
    assert found.address.name == found.name
    assert found.address.lines
    assert len(found.address.postcode) == 4


def test_protection_emigration_and_a_changed_number_are_told(outside: Outside) -> None:
    assert one(outside, "protected").protected
    assert not one(outside, "well").protected
    assert one(outside, "emigrated").address is None
    assert one(outside, "changed_number").current_cpr == successor_of(person("changed_number"))


def test_an_address_abroad_has_its_postcode_in_the_town(outside: Outside) -> None:
    found = one(outside, "exempt_abroad").address
    assert found is not None
    assert found.country != "DK"
    assert found.postcode == ""
    assert any(letter.isdigit() for letter in found.town)


def test_thousands_are_asked_about_in_a_few_calls(outside: Outside, persons: Simulator) -> None:
    before = persons.requests().get("lookup", 0)
    ids = [PersonId(cpr=person("well", n)) for n in range(1100)]
    assert {found.life for found in outside.persons.look_up(ids).values()} == {Life.ALIVE}
    assert persons.requests()["lookup"] - before == 3


@pytest.mark.parametrize(
    "mood", [{"down": True}, {"wrong_certificate": True}, {"busy": True}, {"error_before_take": True}]
)
def test_a_failed_look_up_is_no_answer_and_logs_nobody(
    outside: Outside, persons: Simulator, mood: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    persons.mood(**mood)
    found = one(outside, "well")
    assert found == Person(Life.UNKNOWN)
    assert person("well") not in caplog.text
    assert "about 1 people" in caplog.text


def test_a_dripping_register_is_left_when_the_time_is_up() -> None:
    with scripted(drip(b"HTTP/1.1 200 OK\r\n" * 100, 0.05)) as server, register(server, 0.5) as found, within(2):
        assert found.look_up([A])[A].life is Life.UNKNOWN


@contextmanager
def register(server: Scripted, timeout: float = 5) -> Iterator[Persons]:
    with closing(Caller(server.url, {}, timeout)) as caller:
        yield Persons(caller, timeout)


A, B = PersonId(cpr=person("well", 1)), PersonId(cpr=person("well", 2))


def row(**changes: Any) -> dict[str, Any]:
    return {"id": {"cpr": A.cpr}, "status": "alive", "name": "Ymer Prøvesen", "protected": False} | changes


def rows(*given_: object) -> Script:
    return answer(200, {"persons": list(given_)})


@pytest.mark.parametrize(
    ("script", "life"),
    [
        (rows(row()), Life.ALIVE),
        (rows(row(), row()), Life.ALIVE),
        (rows(row(), row(status="dead")), Life.UNKNOWN),
        (rows(), Life.UNKNOWN),
        (rows(row(status="asleep")), Life.UNKNOWN),
        (rows(row(status=None)), Life.UNKNOWN),
        (rows(row(status=["alive"])), Life.UNKNOWN),
        (rows(row(name=7)), Life.UNKNOWN),
        (rows(row(protected="no")), Life.UNKNOWN),
        (rows(row(currentCpr="12")), Life.UNKNOWN),
        (rows(row(currentCpr=1234567890)), Life.UNKNOWN),
        (rows(row(address="Prøvevænget 1")), Life.UNKNOWN),
        (rows(row(address={"street": 7})), Life.UNKNOWN),
        (rows(row(id={"cpr": B.cpr})), Life.UNKNOWN),
        (rows(row(id={"cvr": A.cpr})), Life.UNKNOWN),
        (rows(row(id={"cpr": [A.cpr]})), Life.UNKNOWN),
        (rows(row(id=None), None, 3, "x", row()), Life.ALIVE),
        (answer(200, {"persons": None}), Life.UNKNOWN),
        (answer(200, []), Life.UNKNOWN),
        (answer(500), Life.UNKNOWN),
        (hang_up(), Life.UNKNOWN),
    ],
)
def test_anything_unclear_is_no_answer(script: Script, life: Life) -> None:
    with scripted(script) as server, register(server) as found:
        assert found.look_up([A])[A].life is life


def test_numbers_stand_in_the_body_and_never_in_the_address() -> None:
    with scripted(rows()) as server, register(server) as found:
        found.look_up([A, PersonId()])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert str(A.cpr).encode() not in head
    assert json.loads(body) == {"ids": [{"cpr": A.cpr}]}


DANISH = {"street": "Prøvevænget 12", "postcode": "0800", "town": "Høje Taastrup", "country": "DK"}


YMER, LONG = "Ymer Prøvesen", "Liljefrid Odbjørg Søljerik Wolfeschlegelsteinhausen Prøvesen"
ROAD = "Gammel Opdigtet Landevejskrydsning"


@pytest.mark.parametrize(
    ("name", "more", "lines"),
    [
        (YMER, {}, ("Prøvevænget 12",)),
        (YMER, {"floor": "2", "door": "tv"}, ("Prøvevænget 12, 2. tv",)),
        (YMER, {"floor": "st"}, ("Prøvevænget 12, st.",)),
        (YMER, {"co": "Gudveig", "place": "Påfund"}, ("c/o Gudveig", "Prøvevænget 12", "Påfund")),
        (YMER, {"street": f"{ROAD} 112 B", "floor": "12", "door": "mf"}, (ROAD, "112 B, 12. mf")),
        (YMER, {"street": "  Prøve\nvænget\t12  "}, ("Prøve vænget 12",)),
        (LONG, {}, ("Wolfeschlegelsteinhausen Prøvesen", "Prøvevænget 12")),
    ],
)
def test_an_address_becomes_lines(name: str, more: dict[str, str], lines: tuple[str, ...]) -> None:
    found = address(name, DANISH | more)
    assert found is not None
    assert found.lines == lines
    assert (found.postcode, found.town, found.country) == ("0800", "Høje Taastrup", "DK")
    assert all(len(line) <= ADDRESS_LINE for line in found.as_lines())


def test_no_address_is_none() -> None:
    assert address("Ymer Prøvesen", None) is None


def test_a_word_that_cannot_be_split_is_left_for_routing_to_judge() -> None:
    assert split("x" * 40 + " y") == ["x" * 40, "y"]


@given(
    st.text(),
    st.dictionaries(st.sampled_from(["street", "co", "town", "place", "floor", "country"]), st.none() | st.text()),
)
def test_any_text_makes_an_address_of_single_printable_lines(name: str, parts: dict[str, str | None]) -> None:
    found = address(name, parts)
    assert isinstance(found, Address)
    assert all("\n" not in line and "\x00" not in line for line in found.as_lines())
    assert all(len(line) <= ADDRESS_LINE or " " not in line for line in found.lines)
