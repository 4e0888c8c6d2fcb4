"""The distribution of CVR: an Elasticsearch that answers one kind of search."""

import json
from typing import Any

import httpx
import pytest

from tests.people import company, name_of
from tests.simulators.running import HTTP, Simulator

FIELD = "Vrvirksomhed.cvrNummer"


def search(register: Simulator, body: object, password: str | None = None) -> httpx.Response:
    who = (register.env["OUTBOUND_COMPANIES_USER"], password or register.env["OUTBOUND_COMPANIES_PASSWORD"])
    return HTTP.post(register.env["OUTBOUND_COMPANIES_URL"] + "virksomhed/_search", json=body, auth=who)


def found(register: Simulator, *numbers: str, **more: Any) -> list[dict[str, Any]]:
    answer = search(register, {"query": {"terms": {FIELD: list(numbers)}}, "size": 100} | more).raise_for_status()
    return [hit["_source"]["Vrvirksomhed"] for hit in answer.json()["hits"]["hits"]]


def test_the_number_picks_whether_it_exists(companies: Simulator) -> None:
    active, ended, unclear = found(companies, *map(company, ("well", "closed", "exempt_register_error")))
    assert active["livsforloeb"][0]["periode"]["gyldigTil"] is None
    assert ended["livsforloeb"][0]["periode"]["gyldigTil"] is not None
    assert unclear["livsforloeb"] == []
    assert found(companies, company("exempt_not_found")) == []


def test_a_company_has_its_name_and_its_address(companies: Simulator) -> None:
    (unit,) = found(companies, company())
    about = unit["virksomhedMetadata"]
    assert unit["cvrNummer"] == int(company())
    assert about["nyesteNavn"]["navn"] == name_of(company())
    assert about["nyesteBeliggenhedsadresse"]["landekode"] == "DK"
    assert isinstance(about["nyesteBeliggenhedsadresse"]["postnummer"], int)


def test_only_ten_come_unless_more_are_wanted(companies: Simulator) -> None:
    numbers = [company("well", n) for n in range(12)]
    answer = search(companies, {"query": {"terms": {FIELD: numbers}}}).json()["hits"]
    assert (answer["total"], len(answer["hits"])) == (12, 10)
    assert len(found(companies, *numbers)) == 12


@pytest.mark.parametrize("body", [
    [], {}, {"query": {}}, {"query": {"match_all": {}}}, {"query": {"terms": {"cvrNummer": ["10000009"]}}},
    {"query": {"terms": {FIELD: "10000009"}}}, {"query": {"terms": {FIELD: ["0201500000"]}}},
    {"query": {"terms": {FIELD: []}}, "size": 3001}, {"query": {"terms": {FIELD: []}}, "size": "5"},
    {"query": {"terms": {FIELD: []}}, "from": 10}, {"query": {"terms": {FIELD: []}}, "_source": ["Vrdeltager"]},
])  # fmt: skip
def test_a_search_out_of_form_is_refused(companies: Simulator, body: object) -> None:
    assert search(companies, body).status_code == 400


def test_nobody_without_the_password_comes_in(companies: Simulator) -> None:
    assert search(companies, {}, "wrong").status_code == 401


@pytest.mark.parametrize(("mood", "status"), [("busy", 503), ("error_before_take", 500), ("wrong_certificate", 403)])
def test_a_bad_mood_answers_nothing(companies: Simulator, mood: str, status: int) -> None:
    companies.be(mood, next=1)
    body = {"query": {"terms": {FIELD: [company()]}}}
    assert search(companies, body).status_code == status
    assert search(companies, body).status_code == 200


def test_it_can_break_off_time_out_and_be_away(companies: Simulator) -> None:
    body = {"query": {"terms": {FIELD: [company()]}}}
    companies.be("garbled")
    with pytest.raises(json.JSONDecodeError):
        search(companies, body).json()
    companies.be("fault")
    assert search(companies, body).json()["timed_out"]
    companies.be("down")
    with pytest.raises(httpx.ConnectError):
        search(companies, body)
    companies.be("well")
    assert search(companies, body).status_code == 200
