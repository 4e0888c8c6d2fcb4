"""Invented people: their numbers pick the simulators' outcomes and can be nobody's."""

from collections.abc import Callable
from pathlib import Path

import pytest
from stdnum.dk import cpr, cvr

from adapters.simulators.invented import address_of, name_of, successor_of
from adapters.simulators.outcomes import TABLE, WELL, outcome_of
from tests.people import OUTCOMES, child, company, person, valid_cvr, valid_modulus_11
from tests.simulators.running import HTTP, Simulator

DOCS = Path(__file__).parents[2] / "docs" / "simulators.md"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_number_picks_the_outcome_that_was_asked_for(outcome: str) -> None:
    numbers = [make(outcome, n) for make in (person, child, company) for n in range(5)]
    assert {outcome_of(number).name for number in numbers} == {outcome}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_invented_person_can_be_nobody(outcome: str) -> None:
    for number in [make(outcome, n) for make in (person, child) for n in range(150)]:
        assert cpr.validate(number) == number, "a date that exists"
        assert not valid_modulus_11(number)
        assert not number.startswith("01"), "numbers that fail modulus 11 were issued for 1 January"


def test_an_invented_company_has_a_valid_check_digit() -> None:
    for outcome in OUTCOMES:
        for number in [company(outcome, n) for n in range(100)]:
            assert cvr.validate(number) == number
            assert valid_cvr(number)


def test_the_old_check_is_the_weighted_sum_by_eleven() -> None:
    weighted = {"0000000000": 0, "0001000004": 11, "0001000005": 12, "1000000007": 11, "0000100000": 6}
    for number, total in weighted.items():
        assert valid_modulus_11(number) is (total % 11 == 0)


@pytest.mark.parametrize(("make", "outcome", "many"), [
    (person, "well", 20_000), (person, "exempt", 12_000), (child, "awaiting", 1_900), (company, "well", 20_000),
    (company, "exempt", 20_000),
])  # fmt: skip
def test_no_two_are_the_same(make: Callable[[str, int], str], outcome: str, many: int) -> None:
    assert len({make(outcome, n) for n in range(many)}) == many


def test_adults_are_grown_up_and_children_are_under_fifteen() -> None:
    assert {cpr.get_birth_date(person("well", n)).year // 10 for n in range(3000)} == {195, 196, 197, 198}
    assert {cpr.get_birth_date(child("awaiting", n)).year for n in range(1500)} == set(range(2014, 2020))


def test_names_and_addresses_are_always_the_same_and_danish() -> None:
    some = [person("well", n) for n in range(200)]
    names = "".join(name_of(number) for number in some)
    assert names == "".join(name_of(number) for number in some)
    assert all(letter in names for letter in "æøåÆØÅ")
    addresses = [address for number in some if (address := address_of(number))]
    assert (
        {bool(a.co) for a in addresses}
        == {bool(a.floor) for a in addresses}
        == {bool(a.place) for a in addresses}
        == {True, False}
    )
    assert "1000" not in {a.postcode for a in addresses}


def test_a_long_and_a_hostile_name_are_among_them() -> None:
    assert 150 < len(name_of(person("long_name"))) < 400
    assert "<img" in name_of(person("markup_name"))
    assert "{{7*7}}" in name_of(person("markup_name"))


def test_a_changed_number_leads_to_somebody_who_is_well() -> None:
    for n in range(200):
        successor = successor_of(person("changed_number", n))
        assert outcome_of(successor) is WELL
        assert not valid_modulus_11(successor)


def test_an_unknown_outcome_is_named() -> None:
    with pytest.raises(KeyError, match="no-such"):
        person("no-such")


def test_the_documented_table_is_the_table() -> None:
    text = DOCS.read_text(encoding="utf-8")
    rows = [f"| {d} | `{o.name}` | {o.lookup} | {o.sending} | {o.register} | {o.printing} |" for d, o in TABLE.items()]
    assert [row for row in rows if row not in text] == []
    assert sum(line.startswith("| ") and line[2:4].isdigit() for line in text.splitlines()) == len(rows)


def test_those_who_may_not_import_it_ask_the_control_port(register: Simulator) -> None:
    url = f"{register.ready['control']}/people"
    found = HTTP.get(url, params={"outcome": "exempt", "first": 2, "count": 3}).json()["numbers"]
    assert found == [person("exempt", n) for n in (2, 3, 4)]
    assert HTTP.get(url, params={"kind": "company"}).json()["numbers"] == [company("well")]
    for wrong in ({"outcome": "no-such"}, {"kind": "dog"}, {"count": "x"}, {"first": -1}, {"count": 10_001}):
        assert HTTP.get(url, params=wrong).status_code == 400
