"""The person register: who is alive and where, and what it does not know."""

import signal
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.people import address_of, child, company, name_of, person, successor_of
from tests.simulators.running import HTTP, Simulator


def ask(register: Simulator, *ids: object, token: str | None = None, body: object = None) -> httpx.Response:
    bearer = token or register.env["OUTBOUND_PERSONS_TOKEN"]
    url = register.env["OUTBOUND_PERSONS_URL"] + "persons"
    given = {"ids": list(ids)} if body is None else body
    return HTTP.post(url, json=given, headers={"authorization": f"Bearer {bearer}"})


def found(register: Simulator, *numbers: str) -> list[dict[str, Any]]:
    ids = [{"cpr" if len(number) == 10 else "cvr": number} for number in numbers]
    answer: list[dict[str, Any]] = ask(register, *ids).raise_for_status().json()["persons"]
    return answer


@pytest.mark.parametrize(("outcome", "status"), [
    ("well", "alive"), ("closed", "dead"), ("absent_dead", "dead"), ("refused_dead", "dead"), ("protected", "alive"),
    ("exempt_abroad", "alive"), ("exempt_no_address", "alive"), ("emigrated", "emigrated"), ("absent", "alive"),
    ("changed_number", "alive"), ("exempt_not_found", "not_found"), ("exempt_register_error", "unavailable"),
])  # fmt: skip
def test_the_number_picks_the_life_sign(register: Simulator, outcome: str, status: str) -> None:
    assert found(register, person(outcome))[0]["status"] == status
    assert found(register, child(outcome))[0]["status"] == status
    assert found(register, company(outcome))[0]["status"] == {"dead": "dissolved"}.get(status, status)


def test_a_person_has_the_name_and_the_address_that_belong_to_the_number(register: Simulator) -> None:
    for n, entry in enumerate(found(register, *(person("well", n) for n in range(50)))):
        address = address_of(person("well", n))
        assert address is not None
        assert (entry["name"], entry["address"]["street"]) == (name_of(person("well", n)), address.street)
        assert entry["address"]["country"] == "DK"
        assert (entry["protected"], entry["currentCpr"]) == (False, None)


def test_protection_departure_and_hiding_show(register: Simulator) -> None:
    protected, abroad, hidden, gone, changed = found(
        register, *map(person, ("protected", "exempt_abroad", "no_address", "emigrated", "changed_number"))
    )
    assert protected["protected"]
    assert protected["address"]
    assert abroad["address"]["country"] != "DK"
    assert hidden["address"] is gone["address"] is None
    assert changed["currentCpr"] == successor_of(person("changed_number"))


def test_names_that_try_printers_and_templates_are_there(register: Simulator) -> None:
    long, hostile = found(register, person("long_name"), person("markup_name"))
    assert len(long["name"]) > 150
    assert "<img" in hostile["name"]


def test_answers_keep_the_order_of_the_questions(register: Simulator) -> None:
    numbers = [person("well", 3), company("closed"), person("exempt_not_found"), person("well", 1)]
    assert [next(iter(entry["id"].values())) for entry in found(register, *numbers)] == numbers


@pytest.mark.parametrize("body", [
    [], {}, {"ids": []}, {"ids": "x"}, {"ids": [{}]}, {"ids": [{"cpr": 201500000}]}, {"ids": [{"cpr": "020150-0000"}]},
    {"ids": [{"cvr": "0201500000"}]}, {"ids": [{"cpr": "0201500000", "cvr": "10000000"}]}, {"ids": ["0201500000"]},
    {"ids": [{"cpr": "0201500000"}], "more": 1}, {"ids": [{"cpr": "0201500000"}] * 1001},
    {"ids": [{"cpr": "٠٢٠١٥٠٠٠٠٠"}]},
])  # fmt: skip
def test_a_question_out_of_form_is_refused(register: Simulator, body: object) -> None:
    assert ask(register, body=body).status_code == 400


def test_numbers_do_not_belong_in_the_address_line(register: Simulator) -> None:
    url, token = register.env["OUTBOUND_PERSONS_URL"], register.env["OUTBOUND_PERSONS_TOKEN"]
    bearer = {"authorization": f"Bearer {token}"}
    body = {"ids": [{"cpr": person()}]}
    assert HTTP.get(url + "persons", params={"cpr": person()}, headers=bearer).status_code == 404
    assert HTTP.post(f"{url}persons?cpr={person()}", json=body, headers=bearer).status_code == 404


def test_nobody_without_the_token_comes_in(register: Simulator) -> None:
    assert ask(register, {"cpr": person()}, token="wrong").status_code == 401


def test_a_question_nested_to_the_bottom_is_refused(register: Simulator) -> None:
    bearer = {"authorization": f"Bearer {register.env['OUTBOUND_PERSONS_TOKEN']}"}
    url = register.env["OUTBOUND_PERSONS_URL"] + "persons"
    assert HTTP.post(url, content=b"[" * 100_000, headers=bearer).status_code == 400


@pytest.mark.parametrize(("mood", "status"), [("busy", 503), ("error_before_take", 500), ("wrong_certificate", 403)])
def test_a_bad_mood_answers_nothing(register: Simulator, mood: str, status: int) -> None:
    register.be(mood, next=1)
    assert ask(register, {"cpr": person()}).status_code == status
    assert ask(register, {"cpr": person()}).status_code == 200


def test_it_can_hang_up_and_be_away(register: Simulator) -> None:
    register.be("drop_answer")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(register, {"cpr": person()})
    register.be("down")
    with pytest.raises(httpx.ConnectError):
        ask(register, {"cpr": person()})
    register.be("well")
    assert ask(register, {"cpr": person()}).status_code == 200


def test_killed_and_started_again_it_goes_on(own: Callable[[str], Simulator]) -> None:
    register = own("persons")
    env, counted = dict(register.env), register.requests
    ask(register, {"cpr": person()})
    register.end(signal.SIGKILL)
    register.start()
    assert register.env == env
    assert counted() == {"lookup": 1}
