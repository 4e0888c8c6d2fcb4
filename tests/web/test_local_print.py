"""A specialist system reports how many letters its department still printed itself."""

from typing import Any

import httpx
import pytest

from outbound.ledger.local_print import standing
from tests.serving import Served

JANUARY = {"department": "beskaeftigelse", "first": "2026-01-01", "last": "2026-01-31", "letters": 412}


def posted(system: httpx.Client, **changes: Any) -> httpx.Response:
    body = {name: value for name, value in {**JANUARY, **changes}.items() if value is not None}
    return system.post("/v1/local-print", json=body)


def test_the_same_report_is_kept_once_and_another_number_corrects_it(served: Served, system: httpx.Client) -> None:
    first, again, other = posted(system), posted(system), posted(system, letters=400)
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert [answer.json()["replaces"] for answer in (first, again, other)] == [False, False, True]
    with served.house.ledger.reading() as tx:
        (kept,) = standing(tx)
    assert (kept.reported.letters, kept.reported.source, kept.by) == (400, "jobcenter", "jobcenter")


def test_a_counting_week_is_said_to_be_an_estimate(system: httpx.Client) -> None:
    answer = posted(system, first=None, last=None, year=2026, week=17)
    assert answer.status_code == 201
    assert (answer.json()["first"], answer.json()["last"], answer.json()["estimated"]) == (
        "2026-04-20", "2026-04-26", True,
    )  # fmt: skip


def test_days_that_another_report_counts_are_a_conflict(system: httpx.Client) -> None:
    posted(system)
    answer = posted(system, first="2026-01-31", last="2026-02-28")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/overlaps")
    assert "2026-01-01 to 2026-01-31" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"letters": -1}, "/letters"),
        ({"letters": 1.5}, "/letters"),
        ({"letters": "5"}, "/letters"),
        ({"department": "boern-og-skole"}, "/department"),
        ({"last": "2025-12-31"}, "/last"),
        ({"last": "2999-01-31", "first": "2999-01-01"}, "/last"),
        ({"first": None}, ""),
        ({"year": 2026, "week": 17}, ""),
        ({"first": None, "last": None, "year": 2025, "week": 53}, "/week"),
        ({"first": None, "last": None, "year": 2025, "week": 54}, "/week"),
        ({"source": "mig"}, "/source"),
    ],
)
def test_what_is_wrong_is_named(system: httpx.Client, changes: dict[str, Any], pointer: str) -> None:
    answer = posted(system, **changes)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_number_that_is_out_of_bounds_is_said_in_words(system: httpx.Client) -> None:
    assert posted(system, letters=-1).json()["errors"][0]["detail"] == "This must be at least 0."


def test_without_a_key_nothing_is_reported(served: Served) -> None:
    assert httpx.post(f"{served.url}/v1/local-print", json=JANUARY).status_code == 401
