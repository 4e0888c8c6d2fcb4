"""A letter about a child goes to both holders of custody, or it is said why not."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.settings import HOME
from tests.people import person
from tests.serving import Served
from tests.web.bodies import letter, recipient

REASON = "Den anden forælder er ukendt."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def school(served: Served) -> Any:
    with served.system("skole") as client:
        yield client


def place(*roles: str, **changes: Any) -> dict[str, Any]:
    fields = json.loads((HOME / "templates" / "letters" / "dagtilbud-plads" / "example.json").read_text())
    people = [recipient(role=role, cpr=person("well", number)) for number, role in enumerate(roles)]
    sent = {"department": "boern-og-skole", "letter_type": "dagtilbud-plads", "fields": fields, "recipients": people}
    return letter(**{**sent, **changes})


@pytest.mark.parametrize("roles", [("parent",), ("party", "copy"), ("parent", "copy")])
def test_one_parent_alone_is_refused(school: httpx.Client, roles: tuple[str, ...]) -> None:
    answer = school.post("/v1/letters", json=place(*roles))
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "/recipients", "both-parents")


def test_both_parents_get_a_letter_each(school: httpx.Client) -> None:
    assert len(school.post("/v1/letters", json=place("parent", "parent")).json()["letters"]) == 2


def test_one_parent_with_a_reason_is_taken_in_and_the_reason_is_sealed(school: httpx.Client, house: House) -> None:
    body = place("parent", one_parent_reason=REASON)
    assert school.post("/v1/letters", json=body).status_code == 202
    assert school.post("/v1/letters", json=body).status_code == 200
    other = school.post("/v1/letters", json=body | {"one_parent_reason": "Andet."})
    assert (other.status_code, other.json()["differs"]) == (409, ["one_parent_reason"])
    with house.ledger.reading() as tx:
        assert "one-parent" in tx.execute(select(t.sealed.c.part)).scalars().all()


@pytest.mark.parametrize("changes", [{"one_parent_reason": " "}, {"roles": ("copy",), "one_parent_reason": REASON}])
def test_a_reason_stands_for_one_parent_and_no_more(school: httpx.Client, changes: dict[str, Any]) -> None:
    roles = changes.pop("roles", ("parent",))
    assert school.post("/v1/letters", json=place(*roles, **changes)).json()["errors"][0]["code"] == "both-parents"


def test_other_letter_types_take_no_such_reason(system: httpx.Client) -> None:
    answer = system.post("/v1/letters", json=letter(one_parent_reason=REASON))
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/one_parent_reason"]


def test_systems_are_told_which_types_it_is(school: httpx.Client) -> None:
    told = {one["name"]: one["both_parents"] for one in school.get("/v1/letter-types").json()["letter_types"]}
    assert told["dagtilbud-plads"]
    assert not told["moedeindkaldelse"]
