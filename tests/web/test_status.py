"""`GET /v1/status`: what a vendor may know, of the router and of its own letters."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from outbound import clock, desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import channels, letters, signs
from outbound.ledger.values import LedgerFault
from outbound.letter import Channel, WaitsFor
from outbound.web.api.status import EXAMPLE, STANDS_STILL, Answers, StatusOut
from tests.house import MovingClock, hand_in, look, submission
from tests.people import person
from tests.serving import Served
from tests.standing.living import alive

HAND = Hand("drift", "prøve")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _always_asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of the ledger are asked for at every call, so that a test sees what it did."""
    if "served" in request.fixturenames:
        monkeypatch.setattr("outbound.web.api.status.FRESH", 0.0)


def told(served: Served, name: str = "jobcenter") -> dict[str, Any]:
    with served.system(name) as system:
        found: dict[str, Any] = system.get("/v1/status").raise_for_status().json()
    return found


def test_when_all_is_well_it_says_so(served: Served) -> None:
    said = told(served)
    assert said["taking_in"] is True
    assert [(one["channel"], one["state"], one["delay_seconds"]) for one in said["channels"]] == [
        ("digital", "open", 0),
        ("print", "open", 0),
    ]
    nothing = {"waiting": 0, "oldest": None, "held": 0, "held_for_you": 0}
    assert said["queue"] == {**nothing, "paused": False, "paused_letter_types": []}
    assert datetime.fromisoformat(said["print"]["next_run_closes_at"]) >= clock.now() - timedelta(seconds=5)


def test_a_system_hears_of_its_own_letters_and_of_nobody_elses(served: Served, house: House) -> None:
    ids = hand_in(house, *(submission(person("well", number)) for number in range(3)))
    with house.ledger.writing() as tx:
        letters.hold(tx, letters.locked(tx, ids[0]), "title", WaitsFor.SENDER, "worker")
        letters.hold(tx, letters.locked(tx, ids[1]), "doubt", WaitsFor.OPERATIONS, "worker")
    mine, theirs = told(served)["queue"], told(served, "skole")["queue"]
    assert (mine["waiting"], mine["held"], mine["held_for_you"]) == (1, 2, 1)
    assert datetime.fromisoformat(mine["oldest"]) == look(house, ids[2]).created_at
    assert (theirs["waiting"], theirs["held"], theirs["oldest"]) == (0, 0, None)


def test_it_tells_of_pauses_and_of_a_supplier_that_is_away(served: Served, house: House) -> None:
    again = clock.now().replace(microsecond=0) + timedelta(days=3)
    with house.ledger.writing() as tx:
        channels.failed(tx, Channel.DIGITAL, again)
    desk.pause(house, "channel", "print", HAND)
    desk.pause(house, "system", "skole", HAND)
    desk.pause(house, "type", "moedeindkaldelse", HAND)
    said = told(served)
    assert [one["state"] for one in said["channels"]] == ["waiting", "paused"]
    assert datetime.fromisoformat(said["channels"][0]["tried_again_at"]) == again
    assert (said["queue"]["paused"], said["queue"]["paused_letter_types"]) == (False, ["moedeindkaldelse"])
    assert told(served, "skole")["queue"]["paused"] is True
    assert "rykker" not in str(said)


def test_it_says_that_letters_wait_where_a_pool_shows_no_life(
    served: Served, house: House, moving_clock: MovingClock
) -> None:
    alive(house, signs.TIMER, *signs.POOLS)
    desk.pause(house, "channel", "print", HAND)
    moving_clock.pass_(minutes=3)
    alive(house, signs.TIMER, signs.RENDER)
    digital, paper = told(served)["channels"]
    assert (digital["state"], digital["sentence"], paper["state"]) == ("waiting", STANDS_STILL, "paused")
    alive(house, signs.NETWORK)
    assert told(served)["channels"][0]["state"] == "open"


def test_without_a_key_for_a_month_it_says_that_nothing_is_taken_in(
    served: Served, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.seal, "has_month", lambda month: False)
    assert told(served)["taking_in"] is False


def test_what_is_left_of_the_rate_is_told(served: Served, house: House) -> None:
    before = told(served)["rate"]
    with served.system() as system:
        for number in range(3):
            one = submission(person("well", number))
            body = {"reference": one.reference, "department": one.department, "letter_type": one.letter_type}
            people = [{"name": "Solvej Prøvesen", "cpr": person("well", number)}]
            assert system.post("/v1/letters", json={**body, "recipients": people, "fields": one.fields}).is_success
    after = told(served)["rate"]
    assert before["left"] == before["per_minute"] == after["per_minute"]
    assert after["left"] < before["left"]


def test_it_wants_a_key(served: Served) -> None:
    assert httpx.get(f"{served.url}/v1/status").status_code == 401


def test_the_example_of_the_description_is_one(served: Served) -> None:
    assert StatusOut.model_validate(EXAMPLE).model_dump(mode="json", exclude_none=True) == EXAMPLE
    described = httpx.get(f"{served.url}/openapi.json").json()
    assert described["components"]["schemas"]["StatusOut"]["examples"] == [EXAMPLE]


def test_what_was_found_out_is_good_for_some_seconds() -> None:
    now, asked = [0.0], []
    answers = Answers(lambda: now[0])
    for at in (0.0, 4.9, 5.0, 9.9):
        now[0] = at
        answers.get("a", lambda: asked.append(now[0]))
    assert asked == [0.0, 5.0]


def test_a_fault_is_not_remembered() -> None:
    answers = Answers()

    def fails() -> int:
        raise LedgerFault("away")

    with pytest.raises(LedgerFault):
        answers.get("a", fails)
    assert answers.get("a", lambda: 7) == 7
