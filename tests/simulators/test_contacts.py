"""The contact register answers by the number: enrolled, not enrolled and why, unknown, or nothing at all."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.people import child, company, person

STATUS = {
    "well": ("REGISTERED", "AUTOMATIC_REGISTRATION"),
    "exempt": ("EXEMPT", "EXEMPT_OTHER_REASON"),
    "left_the_country": ("EXEMPT", "EXEMPT_LEFT_THE_COUNTRY"),
    "closed": ("CLOSED", None),
    "unconfirmed": ("EXEMPT", "UNCONFIRMED_REGISTRATION"),
    "before_unconfirmed": ("EXEMPT", "BEFORE_UNCONFIRMED_REGISTRATION"),
    "awaiting": ("EXEMPT", "CREATED_AWAITING_REGISTRATION"),
    "unknown": ("UNKNOWN", None),
    "refused_closed": ("REGISTERED", "AUTOMATIC_REGISTRATION"),
}


def look_up(post: httpx.Client, *numbers: str) -> list[dict[str, Any]]:
    name = "cprNumber" if len(numbers[0]) == 10 else "cvrNumber"
    found: list[dict[str, Any]] = (
        post.get("contacts/", params={name: list(numbers)}).raise_for_status().json()["contacts"]
    )
    return found


@pytest.mark.parametrize("outcome", STATUS)
@pytest.mark.parametrize("make", [person, child, company])
def test_the_number_picks_the_status(post: httpx.Client, outcome: str, make: Callable[[str], str]) -> None:
    (contact,) = look_up(post, make(outcome))
    subscription = contact["mailboxSubscription"]
    found = (subscription["publicRegistrationStatus"], subscription.get("registrationStatus"))
    assert found == STATUS[outcome]
    assert contact["type"] == ("COMPANY" if make is company else "CITIZEN")
    assert contact.get("cprNumber", contact.get("cvrNumber")) == make(outcome)


def test_some_are_absent_and_some_have_no_subscription(post: httpx.Client) -> None:
    assert look_up(post, person("absent")) == []
    (contact,) = look_up(post, person("no_subscription"))
    assert "mailboxSubscription" not in contact


def test_a_companys_exemption_ends(post: httpx.Client) -> None:
    assert "exemptionEnd" in look_up(post, company("exempt"))[0]["mailboxSubscription"]
    assert "exemptionEnd" not in look_up(post, person("exempt"))[0]["mailboxSubscription"]


def test_citizens_have_a_mobile_for_nemsms_whatever_their_mailbox(post: httpx.Client) -> None:
    for outcome in ("well", "exempt", "refused_closed"):
        (contact,) = look_up(post, person(outcome))
        assert re.fullmatch(r"[2-9]\d{7}", contact["nemSmsSubscription"]["mobileNumber"])
    for number in (person("no_nemsms"), person("closed"), person("no_subscription"), company("well")):
        assert "nemSmsSubscription" not in look_up(post, number)[0]


def test_one_that_cannot_be_looked_up_fails_alone_and_is_damaged_among_many(post: httpx.Client) -> None:
    one, well = person("lookup_error"), person("well")
    assert post.get("contacts/", params={"cprNumber": one}).status_code == 503
    damaged, whole = look_up(post, one, well)
    assert damaged["mailboxSubscription"]["publicRegistrationStatus"] is None
    assert whole["mailboxSubscription"]["publicRegistrationStatus"] == "REGISTERED"


def test_one_can_break_the_look_up_of_many(post: httpx.Client) -> None:
    body = {"cprNumber": [person("well"), person("lookup_breaks_page")]}
    assert post.request("GET", "contacts/", params={"isBulkLookup": "true"}, json=body).status_code == 503


def test_many_are_looked_up_in_the_body_page_by_page(post: httpx.Client) -> None:
    numbers = [person("well", n) for n in range(25)] + [person("absent"), person("exempt")]
    body = {"cprNumber": numbers, "cvrNumber": [company("well")]}
    page, seen = "contacts/?isBulkLookup=true&size=10", []
    while page:
        found = post.request("GET", page, json=body).raise_for_status().json()
        seen += [contact.get("cprNumber", contact.get("cvrNumber")) for contact in found["contacts"]]
        assert (found["totalElements"], found["totalPages"]) == (27, 3)
        assert found["elementsOnPage"] == len(found["contacts"])
        page = found.get("next", "").removeprefix("/apis/v1/")
    assert sorted(seen) == sorted({*numbers, company("well")} - {person("absent")})


def test_the_body_may_be_a_form(post: httpx.Client) -> None:
    answer = post.request("GET", "contacts/?isBulkLookup=true", data={"cprNumber": [person("well"), person("exempt")]})
    assert answer.json()["totalElements"] == 2


@pytest.mark.parametrize(("query", "body"), [
    ("", None), ("?cprNumber=020150-0000", None), ("?cprNumber=123", None), ("?cvrNumber=0201500000", None),
    ("?isBulkLookup=true", {}), ("?isBulkLookup=true", []), ("?isBulkLookup=true", {"cpr": []}),
    ("?isBulkLookup=true", {"cprNumber": [201500000]}), ("?isBulkLookup=true&cprNumber=0201500000", {"cprNumber": []}),
    ("?cprNumber=0201500000", {"cprNumber": ["0201500000"]}), ("?cprNumber=0201500000&page=-1", None),
    ("?cprNumber=0201500000&size=1001", None), ("?isBulkLookup=true", {"cprNumber": ["0201500000"] * 5001}),
])  # fmt: skip
def test_a_look_up_out_of_form_is_refused(post: httpx.Client, query: str, body: object) -> None:
    content = None if body is None else json.dumps(body)
    assert post.request("GET", f"contacts/{query}", content=content).status_code == 400
