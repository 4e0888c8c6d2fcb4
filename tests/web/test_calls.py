"""Every call has a correlation id, which is the caller's own where that can be one, and a line in the log."""

import logging
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from outbound import correlation
from outbound.delivery import House
from outbound.intake import take_in
from outbound.ledger import tables as t
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, hand_in, submission
from tests.people import person
from tests.serving import Served

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize("own", ["sag-26-1042.brev_1", "0f1e2d3c-4b5a-4697-8877-665544332211", "a" * 64])
def test_the_callers_own_id_is_kept(own: str) -> None:
    assert correlation.of_call(own, f"00-{TRACE}-00f067aa0ba902b7-01") == own


@pytest.mark.parametrize(
    "own",
    [
        "",
        "kort",
        "a" * 65,
        "to ord og mere",
        "linje\nskift",
        "<script>alert(1)",
        "-begynder-med-streg",
        "øæå-øæå-øæå",
        person(),
        f"sag-{person()}",
        f"{person()[:6]}-{person()[6:]}",
        f"sag.{person()[:6]}.{person()[6:]}",
        f"1{person()}",
    ],
)
def test_what_cannot_be_one_or_hides_a_number_is_made_anew(own: str) -> None:
    made = correlation.of_call(own, "")
    assert made != own
    assert correlation.FITS.fullmatch(made)


@pytest.mark.parametrize(
    ("traceparent", "taken"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", True),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (f"01-{TRACE}-00f067aa0ba902b7-01", False),
        (f"00-{person():0>32}-00f067aa0ba902b7-01", False),
        (TRACE, False),
    ],
)
def test_a_trace_is_taken_where_it_is_one(traceparent: str, taken: bool) -> None:
    assert (correlation.of_call("", traceparent) == traceparent[3:35]) is taken


def correlations(house: House) -> list[str | None]:
    with house.ledger.reading() as tx:
        return list(tx.execute(select(t.letter.c.correlation).order_by(t.letter.c.id)).scalars())


def body() -> dict[str, Any]:
    one = submission()
    return {
        "reference": one.reference,
        "department": one.department,
        "letter_type": one.letter_type,
        "recipients": [{"name": "Solvej Prøvesen", "cpr": person()}],
        "fields": one.fields,
    }


def test_it_is_given_back_and_stays_with_the_letter(served: Served, house: House) -> None:
    with served.system() as system:
        for headers in ({"X-Correlation-Id": "min-egen-id-7"}, {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, {}):
            answer = system.post("/v1/letters", json=body(), headers=headers)
            assert answer.status_code == 202
            assert answer.headers["X-Correlation-Id"] == correlations(house)[-1]
    assert correlations(house)[:2] == ["min-egen-id-7", TRACE]
    assert len(set(correlations(house))) == 3


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    return [record.fields for record in caplog.records if record.getMessage() == event]  # type: ignore[attr-defined]


def test_a_call_is_logged_by_its_route_and_nothing_that_was_sent(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    secret = person()
    with served.system() as system:
        system.get(f"/v1/letters/{uuid4()}")
        system.get("/v1/letters", params={"reference": secret})
        system.request(secret, "/v1/letters")
    httpx.get(f"{served.url}/v1/letters/{secret}", headers={"Authorization": f"Bearer {secret}"})
    httpx.get(f"{served.url}/healthz")
    found = lines(caplog, "call")
    assert [(one["route"], one["status"], one.get("system")) for one in found] == [
        ("/v1/letters/{letter}", 404, "jobcenter"),
        ("/v1/letters", 200, "jobcenter"),
        ("/v1/letters", 405, None),
        ("/v1/letters/{letter}", 401, None),
    ]
    assert all(one["ms"] >= 0 for one in found)
    assert secret not in "".join(map(str, found))


def test_a_move_is_logged_after_its_commit_and_never_where_it_failed(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    moves = lines(caplog, "moved")
    assert [one["now"] for one in moves] == ["RECEIVED", "RENDERED", "ROUTED", "SENDING", "SENT"]
    assert {one["letter"] for one in moves} == {letter}
    (sent,) = dispatches(house, letter)
    assert [one.get("dispatch") for one in moves] == [None, None, None, sent.id, sent.id]
    assert {one["consignment"] for one in moves[3:]} == {sent.consignment_id}
    assert {one["correlation"] for one in moves} == set(correlations(house))
    caplog.clear()

    with pytest.raises(ZeroDivisionError):
        _fail_after_a_move(house)
    hand_in(house, submission(person()))
    assert [one["now"] for one in lines(caplog, "moved")] == ["RECEIVED"]


def _fail_after_a_move(house: House) -> None:
    with house.ledger.writing() as tx:
        take_in(tx, house, submission(person()))
        raise ZeroDivisionError
