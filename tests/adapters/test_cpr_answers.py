"""SF1520's answers, part by part: each status, each kind of address, protection, and what is no answer."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import clock
from outbound.letter import Address, Life, Person
from outbound.ports import Unavailable
from outbound.postal_address import usable
from tests.adapters.cpr_letters import ASKED, HOME, NAME, answered, envelope, fault, read
from tests.people import person

OTHER = person("well", 7)
AT_HOME = Address(NAME, ("Prøvevænget 12,2 TV",), "4300", "Holbæk")


def address(**parts: Any) -> Address | None:
    return read(answered(**parts)).person.address


@pytest.mark.parametrize(
    ("status", "life"),
    [
        *((status, Life.ALIVE) for status in ("1", "3", "5", "7", "20", "70", "80")),
        *((status, Life.NOT_FOUND) for status in ("30", "50", "60")),
        ("90", Life.DEAD),
    ],
)
def test_each_status_of_the_schema_has_its_answer(status: str, life: Life) -> None:
    assert read(answered(status)).person.life is life


@pytest.mark.parametrize("status", ["", "2", "01", "91", "død", "1 ", "-1"])
def test_a_status_that_the_schema_does_not_have_is_no_answer(status: str) -> None:
    if status == "1 ":  # white space around a number is the schema's own
        assert read(answered(status)).person.life is Life.ALIVE
        return
    with pytest.raises(Unavailable):
        read(answered(status))


def test_the_dead_have_no_address_to_print() -> None:
    assert read(answered("90")).person == Person(Life.DEAD)


def test_whoever_lives_somewhere_gets_letters_there() -> None:
    assert address() == AT_HOME
    assert usable(address())


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ({"conavn": "Gudveig Prøvesen"}, ("c/o Gudveig Prøvesen", "Prøvevænget 12,2 TV")),
        ({"conavn": "C/O Gudveig"}, ("C/O Gudveig", "Prøvevænget 12,2 TV")),
        ({"bynavn": "Påfund"}, ("Prøvevænget 12,2 TV", "Påfund")),
        ({"standardadresse": "", "vejadresseringsnavn": "Prøvev", "vejnavn": "Prøvevænget", "husnummer": "007A"},
         ("Prøvev 7A",)),
        ({"standardadresse": "", "vejnavn": "Prøvevænget", "husnummer": "012", "etage": "02", "sidedoer": "TV"},
         ("Prøvevænget 12, 2. tv",)),
        ({"standardadresse": "", "vejnavn": "Prøvevænget", "husnummer": "1", "etage": "st"}, ("Prøvevænget 1, st.",)),
        ({"standardadresse": "Gammel Opdigtet Landevejskrydsning 112B,12 MF"},
         ("Gammel Opdigtet Landevejskrydsning", "112B,12 MF")),
    ],
)  # fmt: skip
def test_an_address_in_parts_becomes_lines(parts: dict[str, str], lines: tuple[str, ...]) -> None:
    found = address(home=HOME | parts)
    assert found is not None
    assert (found.lines, found.postcode, found.town, found.country) == (lines, "4300", "Holbæk", "DK")


def test_a_comment_cuts_nothing_off() -> None:
    found = read(answered().replace("vænget".encode(), "<!-- x -->væn<?y?>get".encode())).person.address
    assert found == AT_HOME


def test_the_name_of_the_address_outranks_the_persons() -> None:
    found = address(home=HOME | {"adresseringsnavn": "Y. Prøvesen"})
    assert found is not None
    assert found.name == "Y. Prøvesen"


def test_a_line_that_does_not_fit_is_left_whole_for_routing_to_say() -> None:
    long = "Overordentligtlangesammensattevejnavn" + "x" * 20
    found = address(home=HOME | {"standardadresse": long})
    assert found is not None
    assert long in found.lines
    assert not usable(found)


def test_an_address_without_a_street_is_read_from_its_free_lines() -> None:
    free = {"adr1-supladr": "Kolonihaven Opdigtet", "adr2-supladr": "Have 7", "adr3-supladr": "4420 Regstrup"}
    assert address(home=free) == Address(NAME, ("Kolonihaven Opdigtet", "Have 7"), "4420", "Regstrup")


def test_in_greenland_the_postcode_stands_in_the_town() -> None:
    found = address(status="5", home=HOME | {"postnummer": "3900", "postdistrikt": "Nuuk"})
    assert found == Address(NAME, ("Prøvevænget 12,2 TV",), "", "3900 Nuuk", "GL")
    assert usable(found)


SPECIAL = HOME | {"vejkode": "9901", "standardadresse": "Uden fast bopæl"}
CONTACT = {"kontaktAdr1": "Varmestuen", "kontaktAdr2": "Eksempelstræde 3", "kontaktAdr3": "4300 Holbæk"}
THERE = Address(NAME, ("Varmestuen", "Eksempelstræde 3"), "4300", "Holbæk")
HIDDEN = {"beskyttet": "true", "startdato": "2020-01-01"}


def test_a_special_road_code_is_no_place_to_send_a_letter_to() -> None:
    assert address(status="3", home=SPECIAL) is None
    assert address(status="3", home=SPECIAL, contact=CONTACT) == THERE
    assert address(home=SPECIAL) is None


def test_whoever_hides_without_a_fixed_address_gets_no_paper() -> None:
    found = read(answered("3", home=SPECIAL, contact=CONTACT, protection=HIDDEN)).person
    assert (found.life, found.protected, found.address) == (Life.ALIVE, True, None)


def test_a_contact_address_counts_while_it_is_in_force() -> None:
    today, tomorrow = clock.today(), clock.today() + timedelta(days=1)
    for dates, found in (
        ({"startdato": str(today), "slettedato": str(tomorrow)}, THERE),
        ({"startdato": str(tomorrow)}, None),
        ({"slettedato": str(today)}, None),
        ({"slettedato": f"{tomorrow}+01:00"}, THERE),
    ):
        assert address(home=None, contact=CONTACT | dates) == found


def test_an_address_at_home_outranks_the_contact_address() -> None:
    assert address(contact=CONTACT) == AT_HOME


def test_nobody_knows_where_the_disappeared_are() -> None:
    assert address(status="70", contact=CONTACT) is None


MALMO = {"udlandsadresse1": "Påhittsgatan 14", "udlandsadresse2": "211 34 MALMÖ"}


@pytest.mark.parametrize(
    ("away", "found"),
    [
        (MALMO | {"udlandsadresse3": "SVERIGE"}, Address(NAME, ("Påhittsgatan 14",), "", "211 34 MALMÖ", "SE")),
        (MALMO | {"udlandsadresse4": "Sweden"}, Address(NAME, ("Påhittsgatan 14",), "", "211 34 MALMÖ", "SE")),
        (MALMO | {"udrejselandekode": "5120"}, Address(NAME, ("Påhittsgatan 14",), "", "211 34 MALMÖ", "SE")),
        (MALMO | {"udlandsadresse3": "Sverige", "udrejselandekode": "5120"},
         Address(NAME, ("Påhittsgatan 14",), "", "211 34 MALMÖ", "SE")),
        (MALMO, None),
        ({"udlandsadresse1": "Erfundener Weg 7", "udlandsadresse2": "8000 ZÜRICH"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_emigrated_get_letters_abroad_where_the_country_is_known(
    away: dict[str, str], found: Address | None
) -> None:
    person_ = read(answered("80", home=None, abroad=away), _5120="SE").person
    assert (person_.life, person_.address) == (Life.ALIVE, found)
    assert found is None or usable(found)


@pytest.mark.parametrize(
    ("said", "protected"),
    [
        ({"beskyttet": "true"}, True),
        ({"beskyttet": "1"}, True),
        ({"beskyttet": "false", "startdato": "2020-01-01"}, False),
        ({"beskyttet": "0"}, False),
        ({"startdato": "2020-01-01"}, True),
        ({"startdato": "2020-01-01", "slutdato": "2020-02-01"}, False),
        ({"startdato": "2999-01-01"}, False),
        ({"slutdato": "2999-01-01"}, False),
    ],
)
def test_protection_is_what_is_said_or_what_has_begun(said: dict[str, str], protected: bool) -> None:
    assert read(answered(protection=said)).person.protected is protected


def test_a_changed_number_is_told_whatever_the_status() -> None:
    for status in ("60", "50", "1"):
        assert read(answered(status, gaeldendePersonnummer=OTHER)).current == OTHER
    assert read(answered(gaeldendePersonnummer=ASKED)).current == ASKED
    assert read(answered()).current == ASKED


def test_nobody_has_the_number() -> None:
    assert read(fault(f"PNRNotFound: {ASKED}")).person == Person(Life.NOT_FOUND)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"not xml",
        answered()[:-30],
        fault("Kilden svarer ikke"),
        envelope(""),
        envelope("<PersonLookupResponse/>"),
        answered(personnummer=OTHER),
        answered(personnummer=""),
        answered(gaeldendePersonnummer="12"),
        answered(navn=""),
        answered(protection={"beskyttet": "måske"}),
        answered(protection={"startdato": "i går"}),
        answered(home=HOME | {"vejkode": "vej"}),
        answered().replace(b"</persondata>", b"</persondata><persondata/>"),
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + answered().replace(b"Ymer", b"&e;"),
        b'<!DOCTYPE a [<!ENTITY e "Ymer">]>' + answered().replace(b"Ymer", b"&e;"),
        answered().replace(b"PersonBaseDataExtended/5/", b"PersonBaseDataExtended/4/"),
    ],
)
def test_anything_unclear_is_no_answer_and_carries_nobody(body: bytes) -> None:
    with pytest.raises(Unavailable) as found:
        read(body)
    assert ASKED not in repr(found.value)
    assert found.value.__context__ is None


LINE = st.text(st.characters(exclude_characters="<>&\x00", exclude_categories=("Cs", "Cc")), max_size=90)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("conavn", "bynavn", "postnummer", "postdistrikt", "standardadresse", "vejnavn", "husnummer", "etage", "sidedoer",
     "adr1-supladr", "adr2-supladr", "adresseringsnavn"), LINE)))  # fmt: skip
def test_any_text_makes_an_address_of_single_printable_lines_or_none(parts: dict[str, str]) -> None:
    try:
        found = address(home=parts)
    except Unavailable:
        return
    for line in found.as_lines() if found else ():
        assert "\n" not in line
        assert len(line) <= 34 or " " not in line or line == found.as_lines()[-1]  # type: ignore[union-attr]
