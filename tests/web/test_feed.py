"""A system follows all its letters by a cursor, and never misses one."""

import httpx
import pytest

from outbound.delivery import House
from outbound.intake import take_in
from tests.delivery.walking import run_to_rest
from tests.house import submission
from tests.people import person
from tests.serving import Served
from tests.web.bodies import letter


def test_a_system_follows_its_letters_page_by_page(system: httpx.Client, served: Served, house: House) -> None:
    for number in range(3):
        system.post("/v1/letters", json=letter(f"r{number}"))
    with served.system("skole") as other:
        other.post("/v1/letters", json=letter(department="boern-og-skole"))
    run_to_rest(house)
    seen, cursor = [], ""
    while page := system.get("/v1/events", params={"limit": 4, **({"after": cursor} if cursor else {})}).json():
        cursor = page["next"]
        if not page["events"]:
            break
        assert len(page["events"]) <= 4
        seen += [(one["letter"], one["now"]) for one in page["events"]]
    assert len(seen) == len(set(seen)) == 3 * 5
    assert system.get("/v1/events", params={"after": cursor}).json() == {"events": [], "next": cursor}


@pytest.mark.parametrize("cursor", ["x", "1", "-", "1-", "-1", "1-2-3", "٣-٤", "1-99999999999999999999", "9" * 41])
def test_a_cursor_that_is_not_ours_is_refused(system: httpx.Client, cursor: str) -> None:
    answer = system.get("/v1/events", params={"after": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "after"


BEYOND = ["999999999999-999", "999999999999999999-0"]


@pytest.mark.parametrize("cursor", BEYOND)
def test_a_cursor_that_the_feed_has_not_reached_is_refused(system: httpx.Client, cursor: str) -> None:
    system.post("/v1/letters", json=letter())
    answer = system.get("/v1/events", params={"after": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "after"
    assert cursor not in answer.text


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """PostgreSQL: the one of the two where transactions interleave."""
    return postgresql_url


def test_the_cursor_never_passes_an_event_that_is_not_committed_yet(system: httpx.Client, house: House) -> None:
    """The first transaction numbers its event and dawdles; a second overtakes it. Neither may be lost."""
    with house.ledger.writing() as slow:
        first = take_in(slow, house, submission(person())).letters[0]
        with house.ledger.writing() as quick:
            second = take_in(quick, house, submission(person("well", 1))).letters[0]
        early = system.get("/v1/events").json()
        assert early["events"] == []
    late = system.get("/v1/events", params={"after": early["next"]}).json()
    assert [one["letter"] for one in late["events"]] == [str(first), str(second)]
    assert system.get("/v1/events", params={"after": late["next"]}).json()["events"] == []


def test_an_interleaving_of_many_is_read_whole_and_in_one_order(system: httpx.Client, house: House) -> None:
    seen: list[str] = []
    cursor = "0-0"
    expected: set[str] = set()
    for _ in range(5):
        with house.ledger.writing() as outer:
            expected.add(str(take_in(outer, house, submission(person())).letters[0]))
            with house.ledger.writing() as inner:
                expected.add(str(take_in(inner, house, submission(person())).letters[0]))
            page = system.get("/v1/events", params={"after": cursor}).json()
            seen, cursor = seen + [one["letter"] for one in page["events"]], page["next"]
    page = system.get("/v1/events", params={"after": cursor}).json()
    seen += [one["letter"] for one in page["events"]]
    assert len(seen) == len(expected) == 10
    assert set(seen) == expected
    again = system.get("/v1/events").json()["events"]
    assert [one["letter"] for one in again] == seen
