"""The parameters of every page and call, at the ends of what can be written: refused in words, or answered."""

from collections.abc import Iterator
from enum import Enum
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx

from outbound.delivery import House
from outbound.web.pages.choosing import FIELDS
from outbound.web.people import Role
from tests.attacks.routes import Way, ways
from tests.serving import Served

MOMENTS = (
    "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59.999999+00:00",
)  # fmt: skip
NUMBERS = ("0", "-1", str(2**31), str(2**62 - 1), str(2**63), "9" * 40, "1e400", "9" * 18 + "-" + "9" * 18)
TEXTS = (
    "\0",
    "\ud800".encode("utf-8", "surrogatepass"),
    "%",
    "x" * 10_000,
    str(UUID(int=0)),
    str(UUID(int=2**128 - 1)),
)
EXTREMES = (*MOMENTS, *(f"{one}_{UUID(int=2**128 - 1)}" for one in MOMENTS), *NUMBERS, *TEXTS)
HIDDEN = {"/drift/breve": tuple(FIELDS)}
"""Parameters that a page reads by itself."""


def paths(one: Way) -> Iterator[str]:
    """The path with each value of each choice in it."""
    choices = [
        (part.name, list(part.field_info.annotation))
        for part in one.route.dependant.path_params
        if isinstance(part.field_info.annotation, type) and issubclass(part.field_info.annotation, Enum)
    ]
    for values in product(*(members for _, members in choices)):
        chosen = {name: value.value for (name, _), value in zip(choices, values, strict=True)}
        yield one.address(**chosen).partition("?")[0]


def named(part: Any) -> Iterator[str]:
    """The parameters of a route, or of what it depends on."""
    yield from (one.alias for one in part.query_params)
    for one in part.dependencies:
        yield from named(one)


def asked(one: Way) -> Iterator[str]:
    """Addresses with one parameter at an extreme and what else is needed."""
    needed = one.address().partition("?")[2]
    names = [*named(one.route.dependant)]
    for path, name, value in product(paths(one), [*names, *HIDDEN.get(one.path, ())], EXTREMES):
        others = "&".join(part for part in needed.split("&") if part and part.partition("=")[0] != name)
        yield f"{path}?{urlencode({name: value})}" + (f"&{others}" if others else "")


def test_no_extreme_in_an_address_is_a_fault_of_ours(
    house: House, served: Served, people: dict[Role, httpx.Client]
) -> None:
    faults, walked = [], 0
    with served.system() as system, httpx.Client(base_url=served.url) as nobody:
        for one in ways(house):
            if one.method != "GET":
                continue
            browser = system if one.takes_key else people[min(one.roles)] if one.roles else nobody
            for address in asked(one):
                walked += 1
                if (status := browser.get(address).status_code) >= 500:
                    faults.append(f"{status} {address[:120]}")
    assert walked > 500
    assert faults == []
