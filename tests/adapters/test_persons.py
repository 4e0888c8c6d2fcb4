"""The person register over both wires: people from SF1520, companies from CVR, three answers for each."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from adapters import connect
from adapters.http import Caller
from adapters.persons.companies import CompanyRegister
from adapters.persons.cpr_answers import CprReading
from adapters.persons.sf1520 import Agreement, CprRegister
from adapters.simulators.certificates import Authority, certificates
from outbound.letter import Life, Person
from outbound.ports import Outside, PersonId
from outbound.settings import Settings
from tests.adapters.conftest import close
from tests.adapters.cpr_letters import ASKED, answered, fault, read
from tests.adapters.outside import Simulator, within
from tests.adapters.scripted import Script, Scripted, answer, drip, hang_up, scripted
from tests.people import address_of, company, name_of, person, successor_of

LIVES = {
    "well": Life.ALIVE,
    "closed": Life.DEAD,
    "emigrated": Life.ALIVE,
    "exempt_not_found": Life.NOT_FOUND,
    "exempt_register_error": Life.UNKNOWN,
    "no_address": Life.ALIVE,
}
MOODS: list[dict[str, Any]] = [
    {"down": True},
    {"wrong_certificate": True},
    {"busy": True},
    {"error_before_take": True},
    {"garbled": True},
    {"fault": True},
    {"drop_answer": True},
]
AGREEMENT = Agreement("a", "b", "c", "d")


def one(outside: Outside, outcome: str) -> Person:
    who = PersonId(cpr=person(outcome))
    return outside.persons.look_up([who])[who]


@pytest.mark.parametrize("kind", ["person", "company"])
def test_the_registers_say_alive_dead_not_found_or_nothing(outside: Outside, kind: str) -> None:
    ids = {
        PersonId(cpr=person(outcome)) if kind == "person" else PersonId(cvr=company(outcome)): life
        for outcome, life in LIVES.items()
    }
    assert {i: found.life for i, found in outside.persons.look_up(list(ids)).items()} == ids


def test_people_and_companies_are_asked_about_together(outside: Outside) -> None:
    ids = [PersonId(cpr=person()), PersonId(cvr=company()), PersonId(), PersonId(cpr=person())]
    found = outside.persons.look_up(ids)
    assert [found[i].life for i in ids] == [Life.ALIVE, Life.ALIVE, Life.UNKNOWN, Life.ALIVE]


@pytest.mark.parametrize("number", [*(person("well", n) for n in range(30)), *(company("well", n) for n in range(20))])
def test_name_and_address_come_along(outside: Outside, number: str) -> None:
    who = PersonId(cpr=number) if len(number) == 10 else PersonId(cvr=number)
    found, invented = outside.persons.look_up([who])[who], address_of(number)
    assert found.name == name_of(number)
    assert found.address
    assert invented
    assert (found.address.postcode, found.address.town) == (invented.postcode, invented.town)
    written = " ".join(found.address.lines)
    assert all(part in written for part in (invented.street, invented.co or "", invented.place or ""))
    assert not invented.floor or f", {invented.floor}. {invented.door}" in written


def test_protection_emigration_and_homelessness_are_told(outside: Outside) -> None:
    assert one(outside, "protected").protected
    assert not one(outside, "well").protected
    assert one(outside, "emigrated").address is None
    assert one(outside, "no_address").address is None


def test_an_address_abroad_has_its_postcode_in_the_town(outside: Outside) -> None:
    for number in (PersonId(cpr=person("exempt_abroad")), PersonId(cvr=company("exempt_abroad"))):
        found = outside.persons.look_up([number])[number].address
        assert found is not None
        assert found.country != "DK"
        assert found.postcode == ""
        assert any(letter.isdigit() for letter in found.town)
        assert len(found.lines) == 1


def test_after_a_change_of_number_name_and_address_are_those_of_today(outside: Outside) -> None:
    old = person("changed_number")
    found = one(outside, "changed_number")
    assert (found.life, found.current_cpr, found.name) == (Life.ALIVE, successor_of(old), name_of(old))
    assert found.address is not None
    assert "Fraflyttet" not in found.address.lines[0]


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: next(iter(mood)))
def test_a_failed_look_up_is_no_answer_and_logs_nobody(
    outside: Outside, persons: Simulator, companies: Simulator, mood: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    persons.mood(**mood)
    companies.mood(**mood)
    ids = [PersonId(cpr=person()), PersonId(cvr=company())]
    assert list(outside.persons.look_up(ids).values()) == [Person(Life.UNKNOWN)] * 2
    assert person() not in caplog.text
    assert company() not in caplog.text
    assert "about 1 people" in caplog.text
    assert "about 1 companies" in caplog.text


@pytest.mark.parametrize("mood", ["garbled", "fault", "busy", "error_before_take", "drop_answer"])
def test_one_broken_answer_is_no_answer_for_that_one_only(outside: Outside, persons: Simulator, mood: str) -> None:
    persons.mood(**{mood: {"next": 1}})
    ids = [PersonId(cpr=person("well", n)) for n in range(12)]
    lives = [found.life for found in outside.persons.look_up(ids).values()]
    assert sorted(lives) == [Life.ALIVE] * 11 + [Life.UNKNOWN]


def test_a_register_that_is_away_is_not_asked_about_everybody(outside: Outside, persons: Simulator) -> None:
    persons.mood(wrong_certificate=True)
    before = persons.requests().get("lookup", 0)
    outside.persons.look_up([PersonId(cpr=person("well", n)) for n in range(200)])
    assert 0 < persons.requests()["lookup"] - before <= 16


def test_many_companies_are_one_question(outside: Outside, companies: Simulator) -> None:
    before = companies.requests().get("lookup", 0)
    ids = [PersonId(cvr=company("well", n)) for n in range(120)]
    assert {found.life for found in outside.persons.look_up(ids).values()} == {Life.ALIVE}
    assert companies.requests()["lookup"] - before == 1


def test_a_stranger_is_not_let_in(settings: Settings) -> None:
    assert settings.persons_ca_file
    stranger = certificates(settings.persons_ca_file.parent).stranger
    shown = {"persons_certificate_file": stranger.certificate, "persons_key_file": stranger.key}
    other = {"persons_ca_file": Authority(settings.persons_ca_file.parent, "other-ca").certificate}
    for changes in (shown, other):
        outside = connect(settings.model_copy(update=changes))
        assert one(outside, "well").life is Life.UNKNOWN
        close(outside)


def test_another_agreement_gets_no_answer(settings: Settings) -> None:
    outside = connect(settings.model_copy(update={"persons_user": "11111111-1111-1111-1111-111111111111"}))
    assert one(outside, "well").life is Life.UNKNOWN
    close(outside)


@contextmanager
def people(server: Scripted, timeout: float = 5, patience: float = 5, at_once: int = 4) -> Iterator[CprRegister]:
    with closing(Caller(server.url, {}, timeout)) as caller:
        yield CprRegister(caller, AGREEMENT, CprReading(AGREEMENT.namespace, {}), patience, at_once)


OTHER, THIRD = person("well", 7), person("well", 8)


def about(number: str, **parts: Any) -> Script:
    return answer(200, answered(personnummer=number, **parts))


@pytest.mark.parametrize(
    ("scripts", "found"),
    [
        ([about(ASKED)], read(answered()).person),
        ([answer(500, fault("PNRNotFound"))], Person(Life.NOT_FOUND)),
        ([answer(500, fault("Kilden svarer ikke"))], None),
        ([answer(502, fault("PNRNotFound"))], None),
        ([about(ASKED, status="60", gaeldendePersonnummer=OTHER), about(OTHER, status="90")],
         Person(Life.DEAD, current_cpr=OTHER)),
        ([about(ASKED, status="60", gaeldendePersonnummer=OTHER), about(OTHER, gaeldendePersonnummer=THIRD)], None),
        ([about(ASKED, status="60", gaeldendePersonnummer=OTHER), about(ASKED)], None),
        ([about(ASKED, status="60", gaeldendePersonnummer=OTHER), hang_up()], None),
        ([hang_up()], None),
    ],
)  # fmt: skip
def test_what_one_call_or_two_come_to(scripts: list[Script], found: Person | None) -> None:
    with scripted(*scripts) as server, people(server) as register:
        assert register.look_up([ASKED]).get(ASKED) == found


def test_numbers_stand_in_the_body_and_never_in_the_address() -> None:
    with scripted(about(ASKED)) as server, people(server) as register:
        register.look_up([ASKED, ASKED])
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert ASKED.encode() not in head
    assert ASKED.encode() in body


def test_a_dripping_register_is_left_when_the_time_is_up() -> None:
    with scripted(drip(b"HTTP/1.1 200 OK\r\n" * 100, 0.05)) as server, people(server, 0.5) as register, within(3):
        assert register.look_up([ASKED]) == {}


def test_no_call_is_begun_when_patience_has_ended() -> None:
    def slowly(stream: Any, request: bytes) -> None:
        threading.Event().wait(0.2)
        about(ASKED)(stream, request)

    numbers = [person("well", n) for n in range(40)]
    with scripted(slowly) as server, people(server, patience=0.3, at_once=2) as register:
        began = time.monotonic()
        register.look_up(numbers)
        assert time.monotonic() - began < 3
    assert len(server.requests) < 10


def test_so_many_are_asked_about_at_once_and_no_more() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def counted(stream: Any, request: bytes) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.05)
        with lock:
            now[0] -= 1
        about(ASKED)(stream, request)

    with scripted(counted) as server, people(server, at_once=3) as register:
        register.look_up([person("well", n) for n in range(12)])
    assert 1 < most[0] <= 3


A, B = company("well", 1), company("well", 2)
OPEN, ENDED = {"periode": {"gyldigTil": None}}, {"periode": {"gyldigTil": "2020-01-01"}}


def unit(**changes: Any) -> dict[str, Any]:
    place = {"vejnavn": "Prøvevej", "husnummerFra": 4, "postnummer": 800, "postdistrikt": "Høje Taastrup"}
    about_it = {"nyesteNavn": {"navn": "Prøve ApS"}, "nyesteBeliggenhedsadresse": place}
    return {"cvrNummer": int(A), "livsforloeb": [OPEN], "virksomhedMetadata": about_it} | changes


def found_by(*units: Any, **changes: Any) -> dict[str, Any]:
    hits = {"total": len(units), "hits": [{"_source": {"Vrvirksomhed": one}} for one in units]}
    return {"timed_out": False, "_shards": {"failed": 0}, "hits": hits} | changes


@pytest.mark.parametrize(
    ("script", "life"),
    [
        (answer(200, found_by(unit())), Life.ALIVE),
        (answer(200, found_by(unit(), unit())), Life.ALIVE),
        (answer(200, found_by(unit(cvrNummer=A))), Life.ALIVE),
        (answer(200, found_by(unit(livsforloeb=[ENDED]))), Life.DEAD),
        (answer(200, found_by(unit(livsforloeb=[ENDED, OPEN]))), Life.ALIVE),
        (answer(200, found_by(unit(livsforloeb=[{"periode": {"gyldigTil": "2999-01-01"}}]))), Life.ALIVE),
        (answer(200, found_by()), Life.NOT_FOUND),
        (answer(200, found_by(hits={"total": {"value": 0}, "hits": []})), Life.NOT_FOUND),
        (answer(200, found_by(unit(), unit(livsforloeb=[ENDED]))), None),
        (answer(200, found_by(unit(livsforloeb=[]))), None),
        (answer(200, found_by(unit(livsforloeb=None))), None),
        (answer(200, found_by(unit(livsforloeb=[{"periode": {"gyldigTil": "snart"}}]))), None),
        (answer(200, found_by(unit(virksomhedMetadata=None))), None),
        (answer(200, found_by(unit(virksomhedMetadata={"nyesteNavn": {"navn": ""}}))), None),
        (answer(200, found_by(unit(cvrNummer=int(B)))), None),
        (answer(200, found_by("x")), None),
        (answer(200, found_by(timed_out=True)), None),
        (answer(200, found_by(_shards={"failed": 1})), None),
        (answer(200, found_by(hits={"total": 1, "hits": []})), None),
        (answer(200, found_by(hits=None)), None),
        (answer(200, []), None),
        (answer(500), None),
        (hang_up(), None),
    ],
)
def test_a_company_exists_has_ended_or_was_not_told_of(script: Script, life: Life | None) -> None:
    assert ask_about_a(script, lambda told: told.get(A, Person(Life.UNKNOWN)).life) is (life or Life.UNKNOWN)


def ask_about_a(script: Script, look: Callable[[dict[str, Person]], Any]) -> Any:
    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller:
        return look(CompanyRegister(caller, 5).look_up([A]))


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ({}, ("Prøvevej 4", "0800 Høje Taastrup")),
        ({"husnummerTil": 8, "bogstavFra": "A", "bogstavTil": "C"}, ("Prøvevej 4A-8C", "0800 Høje Taastrup")),
        ({"etage": "1", "sidedoer": "th"}, ("Prøvevej 4, 1. th", "0800 Høje Taastrup")),
        ({"conavn": "Regnskab"}, ("c/o Regnskab", "Prøvevej 4", "0800 Høje Taastrup")),
        ({"vejnavn": None, "husnummerFra": None, "postboks": "17"}, ("Postboks 17", "0800 Høje Taastrup")),
        ({"vejnavn": None, "fritekst": "Havn 3\n4300 Holbæk"}, ("Havn 3", "4300 Holbæk")),
        ({"vejnavn": None, "landekode": "SE", "fritekst": "Gatan 1\n211 34 MALMÖ\nSverige"},
         ("Gatan 1", "211 34 MALMÖ", "SVERIGE")),
        ({"vejnavn": None, "fritekst": "Havn 3"}, ()),
    ],
)  # fmt: skip
def test_a_companys_address_becomes_lines(place: dict[str, Any], written: tuple[str, ...]) -> None:
    about_it = unit()["virksomhedMetadata"]
    about_it["nyesteBeliggenhedsadresse"] |= place
    found = ask_about_a(answer(200, found_by(unit(virksomhedMetadata=about_it))), lambda told: told[A].address)
    assert (found.as_lines()[1:] if found else ()) == written
