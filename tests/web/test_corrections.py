"""A system hears which of its own faulty letters reached somebody, and how far their corrections are."""

from uuid import UUID, uuid4

import httpx

from outbound import clock
from outbound import faulty as lists
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger.search import Wanted
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, submission
from tests.people import person
from tests.serving import Served
from tests.web.bodies import letter


def a_list(house: House) -> tuple[UUID, list[UUID]]:
    """Two letters of one system and one of another, all gone, and the list of them."""
    own = sorted(hand_in(house, *(submission(person("well", number)) for number in range(2))))
    hand_in(house, submission(person("well", 2), system="boligstoette"))
    run_to_rest(house)
    wanted = Wanted(letter_type="moedeindkaldelse")
    return lists.write_down(house, wanted, clock.now(), Hand("mester", "byttet om")), own


def test_a_system_hears_of_its_own_letters_alone_and_a_page_at_a_time(served: Served, house: House) -> None:
    made, own = a_list(house)
    with served.system("jobcenter") as system:
        first = system.get(f"/v1/corrections/{made}", params={"limit": 1}).json()
        assert [one["id"] for one in first["letters"]] == [str(own[0])]
        assert first["letters"][0]["correction"] == "missing"
        rest = system.get(f"/v1/corrections/{made}", params={"after": first["next"]}).json()
        assert [one["id"] for one in rest["letters"]] == [str(own[1])]
        assert rest["next"] is None
        end = system.get(f"/v1/corrections/{made}", params={"after": str(own[1])})
        assert (end.status_code, end.json()["letters"]) == (200, [])


def test_a_correction_is_handed_in_once_and_for_a_letter_of_ones_own(served: Served, house: House) -> None:
    made, own = a_list(house)
    with served.system("jobcenter") as system, served.system("boligstoette") as other:
        body = letter() | {"reference": "rettelse-1", "corrects": str(own[0])}
        assert system.post("/v1/letters", json=body).status_code == 202
        assert system.post("/v1/letters", json=body).status_code == 200  # a repeat
        again = system.post("/v1/letters", json=body | {"reference": "rettelse-2"})
        assert (again.status_code, again.json()["errors"][0]["pointer"]) == (422, "/corrects")
        foreign = other.post("/v1/letters", json=body)
        assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/corrects")
        told = system.get(f"/v1/corrections/{made}").json()["letters"]
    assert [one["correction"] for one in told] == ["on-its-way", "missing"]


def test_a_list_of_others_or_none_is_not_found(served: Served, house: House) -> None:
    made, _ = a_list(house)
    with served.system("skole") as other:
        assert other.get(f"/v1/corrections/{made}").status_code == 404
        assert other.get(f"/v1/corrections/{uuid4()}").status_code == 404
    assert httpx.get(f"{served.url}/v1/corrections/{made}").status_code == 401
