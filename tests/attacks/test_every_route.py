"""Every route of the application, those that come to be as well: who may come there, and whose forms are taken."""

import re

import httpx
import pytest

from outbound.delivery import House
from outbound.settings import HOME
from outbound.web.people import Role
from tests.attacks.routes import Way, ways
from tests.serving import Served, hidden

OPEN = {
    "/", "/docs", "/problems", "/problems/{slug}", "/log-ind", "/log-ind/oidc", "/log-ind/oidc/retur",
    "/healthz", "/readyz", "/metrics",
}  # fmt: skip
"""Where nobody is asked who they are. A route that is new stands here, takes a system's key, or says which roles it is
for (`outbound.web.pages.signed_in.needs`)."""

ROW = re.compile(r"^\| `(/[^`]*)` \| ([^|]+) \|", re.MULTILINE)


def pages(house: House, method: str = "") -> list[Way]:
    return [one for one in ways(house) if one.roles is not None and method in ("", one.method)]


def test_every_route_says_who_may_come(house: House) -> None:
    found = ways(house)
    assert len(found) > 50
    undecided = [str(one) for one in found if one.roles is None and not one.takes_key and one.path not in OPEN]
    assert undecided == []
    both = [str(one) for one in found if one.path in OPEN and (one.roles or one.takes_key)]
    assert both == []


def test_the_run_book_has_the_same_table(house: House) -> None:
    """The longest row that the path begins with says who; each row is needed."""
    table = dict(
        ROW.findall(
            (HOME / "docs" / "operations.md").read_text().partition("### Who may what")[2].partition("\n## ")[0]
        )
    )
    used = set()
    for one in ways(house):
        row = max((path for path in table if (one.path + "/").startswith(path.rstrip("/") + "/")), key=len, default="")
        used.add(row)
        said = "a system's key" if one.takes_key else ", ".join(sorted(one.roles)) if one.roles else "anybody"
        if one.roles == frozenset(Role):
            said = "whoever is signed in"
        assert table.get(row, "no row").strip() == said, f"{one}: docs/operations.md, Who may what, says otherwise"
    assert set(table) - used == set()


def test_a_page_opens_for_its_roles_alone(house: House, people: dict[Role, httpx.Client], served: Served) -> None:
    for one in pages(house, "GET"):
        assert one.roles is not None
        address = one.address()
        nobody = httpx.get(served.url + address)
        assert nobody.status_code == 303, one
        assert nobody.headers["location"].startswith("/log-ind?til="), one
        for role, browser in people.items():
            answer = browser.get(address)
            assert (answer.status_code == 403) == (role not in one.roles), (str(one), role)
            assert answer.status_code < 500, (str(one), role)


def test_a_form_is_taken_from_its_roles_alone(house: House, people: dict[Role, httpx.Client], served: Served) -> None:
    for one in pages(house, "POST"):
        assert one.roles is not None
        address = one.address()
        assert httpx.post(served.url + address).headers["location"].startswith("/log-ind?til="), one
        for role in set(Role) - one.roles:
            token = hidden(people[role].get("/min-side").text)
            assert people[role].post(address, data={"token": token}).status_code == 403, (str(one), role)


def test_a_form_without_this_session_s_token_is_not_taken(
    house: House, people: dict[Role, httpx.Client], served: Served
) -> None:
    with served.signed_in("vikar") as other:
        another = hidden(other.get("/min-side").text)
    for one in pages(house, "POST"):
        browser = people[next(role for role in Role if role in (one.roles or ()))]
        for form in ({}, {"token": ""}, {"token": another}, {"token": "0" * 64}):
            answer = browser.post(one.address(), data={**form, "why": "fordi"})
            assert answer.status_code in (400, 403, 415), (str(one), form)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://ond.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.ond.example"},
    ],
)
def test_a_form_that_another_site_sends_is_not_taken_even_with_its_token(
    house: House, people: dict[Role, httpx.Client], headers: dict[str, str]
) -> None:
    tokens = {role: hidden(browser.get("/min-side").text) for role, browser in people.items()}
    for one in pages(house, "POST"):
        role = next(role for role in Role if role in (one.roles or ()))
        answer = people[role].post(one.address(), data={"token": tokens[role], "why": "fordi"}, headers=headers)
        assert answer.status_code == 403, str(one)
    assert people[Role.OPERATIONS].get("/drift").status_code == 200, "nobody was signed out by it"


def test_a_form_of_ours_is_taken_as_browsers_send_it(people: dict[Role, httpx.Client], served: Served) -> None:
    browser = people[Role.OPERATIONS]
    token = hidden(browser.get("/min-side").text)
    for headers in ({"Sec-Fetch-Site": "same-origin", "Origin": served.url}, {"Origin": served.url}):
        assert browser.post("/drift/find", data={"token": token, "soeg": "x"}, headers=headers).status_code == 200


def test_the_api_is_for_systems_with_a_key(house: House, served: Served, people: dict[Role, httpx.Client]) -> None:
    for one in (found for found in ways(house) if found.takes_key):
        for key in ("", "Bearer omr_gættet", "Basic Zm9vOmJhcg=="):
            headers = [(b"Authorization", key.encode())] if key else []
            answer = httpx.request(one.method, served.url + one.address(), headers=headers)
            assert answer.status_code == 401, (str(one), key)
        assert people[Role.OPERATIONS].request(one.method, one.address()).status_code == 401, "a session is no key"


def test_no_page_can_be_framed_or_load_what_is_not_ours(house: House, people: dict[Role, httpx.Client]) -> None:
    for one in ways(house):
        if one.method == "GET":
            said = people[Role.OPERATIONS].get(one.address()).headers
            assert "frame-ancestors 'none'" in said["content-security-policy"], str(one)
            assert said["x-content-type-options"] == "nosniff", str(one)
