"""`/healthz`, `/readyz` and `/metrics` tell the truth: each check is made to fail by its cause."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from outbound import clock
from outbound.delivery import House
from outbound.ledger import restorations
from outbound.web.api import health
from outbound.web.app import THREADS
from tests.alerts.causes import CAUSES
from tests.alerts.watched import AWAY, Watched
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.people import person
from tests.serving import Served, serve
from tests.waiting import wait_for
from tests.web.bodies import letter
from workers.tickets import TicketsInRedis

NOBODY = "postgresql://outbound@127.0.0.1:9/none"


def found(served: Served) -> tuple[int, str, dict[str, str]]:
    """Status, the word for all of it, and the checks that are not ok."""
    answer = httpx.get(f"{served.url}/readyz", timeout=60)
    said = answer.json()
    assert list(said["checks"]) == ["ledger", "writing", "schema", "sending", "seal", "clock", "disk", "redis"]
    for one in said["checks"].values():
        assert one["says"].endswith(".")
        assert bool(one["act"]) == (one["state"] != "ok")
    return answer.status_code, said["status"], {n: c["state"] for n, c in said["checks"].items() if c["state"] != "ok"}


def test_a_house_that_works_is_ready(served: Served) -> None:
    assert found(served) == (200, "ok", {})


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("9999", (200, "degraded", {"schema": "degraded"})),
        ("0001", (503, "not ready", {"schema": "failed"})),
    ],
)
def test_a_newer_schema_hinders_nobody_and_an_older_one_does(
    served: Served, version: str, expected: tuple[int, str, dict[str, str]]
) -> None:
    with served.house.ledger.writing() as tx:
        tx.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    assert found(served) == expected


def test_a_ledger_that_is_a_back_up_is_said(served: Served) -> None:
    with served.house.ledger.writing() as tx:
        restorations.suspect(tx)
    assert found(served) == (200, "degraded", {"sending": "degraded"})
    with served.house.ledger.writing() as tx:
        restorations.begin(tx, clock.now())
    said = httpx.get(f"{served.url}/readyz", timeout=60).json()["checks"]["sending"]
    assert said["says"] == "The ledger is a back-up; nothing leaves."
    assert "outbound restored show" in said["act"]
    with served.house.ledger.writing() as tx:
        restorations.end(tx)
    assert found(served) == (200, "ok", {})


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("LedgerNotWritable", (503, "not ready", {"writing": "failed"})),
        ("SealKeyMissing", (503, "not ready", {"seal": "failed"})),
        ("ClockSkew", (503, "not ready", {"clock": "failed"})),
    ],
)
def test_what_keeps_letters_from_being_taken_in_is_not_ready(
    cause: str,
    expected: tuple[int, str, dict[str, str]],
    postgresql_url: str,
    redis_url: str,
    tmp_path: Path,
    moving_clock: MovingClock,
) -> None:
    watched = Watched(postgresql_url, tmp_path, redis_url, moving_clock)
    CAUSES[cause](watched)
    with serve(watched.house) as served:
        assert found(served) == expected
    watched.house.ledger.close()


def test_a_database_that_is_away_is_said_and_the_numbers_say_it_too(
    tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    with serve(open_house(NOBODY, tmp_path, world)) as served:
        status, word, bad = found(served)
        assert (status, word) == (503, "not ready")
        assert bad == dict.fromkeys(("ledger", "writing", "schema", "sending", "clock"), "failed")
        text = httpx.get(f"{served.url}/metrics").raise_for_status().text
    assert 'outbound_check_ok{check="ledger"} 0.0' in text
    assert "outbound_due" not in text


def test_without_redis_letters_are_taken_in_all_the_same(
    sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    house = open_house(sqlite_url, tmp_path, world, redis_url=AWAY, disk_free_bytes=10**18)
    with serve(house, tickets=TicketsInRedis(house.settings)) as served, served.system() as system:
        assert found(served) == (200, "degraded", {"disk": "degraded", "redis": "degraded"})
        assert system.post("/v1/letters", json=letter()).status_code == 202
        assert "outbound_tickets{" not in httpx.get(f"{served.url}/metrics").text
    house.ledger.close()


def test_a_process_whose_threads_are_all_busy_is_stuck(
    sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "THREAD_SECONDS", 0.2)
    house = open_house(sqlite_url, tmp_path, world)
    with serve(house) as served, ThreadPoolExecutor(THREADS) as callers:

        def alive() -> int:
            return httpx.get(f"{served.url}/healthz", timeout=60).status_code

        assert alive() == 200
        with house.ledger.writing():  # whoever wants to write waits
            asked = [callers.submit(found, served) for _ in range(THREADS)]
            wait_for(lambda: alive() == 503, "every thread to be busy")
        assert {one.result()[0] for one in asked} == {200}
        assert alive() == 200
    house.ledger.close()


def test_the_numbers_can_ask_for_a_token(
    sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTBOUND_METRICS_TOKEN", "en-opdigtet-noegle")
    house = open_house(sqlite_url, tmp_path, world)
    with serve(house) as served:
        for given in (
            {"Authorization": ""},
            {"Authorization": "Bearer en anden"},
            {"Authorization": "en-opdigtet-noegle"},
        ):
            answer = httpx.get(f"{served.url}/metrics", headers=given)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert "outbound_" not in answer.text
        right = {"Authorization": "Bearer en-opdigtet-noegle"}
        assert "outbound_lost 0.0" in httpx.get(f"{served.url}/metrics", headers=right).text
        assert httpx.get(f"{served.url}/readyz").status_code == 200
    house.ledger.close()


def test_what_the_ledger_says_is_counted_once_for_many_who_ask(
    sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    house = open_house(sqlite_url, tmp_path, world, metrics_seconds=3600)
    with serve(house) as served, served.system() as system:
        first = system.get("/metrics").text
        system.post("/v1/letters", json=letter())
        second = system.get("/metrics").text
    assert 'outbound_letters{state="RECEIVED"} 0.0' in first
    assert 'outbound_letters{state="RECEIVED"} 0.0' in second
    assert 'outbound_requests_total{method="POST",route="/v1/letters",status="202"} 1.0' in second
    house.ledger.close()


def test_requests_are_counted_by_route_and_carry_no_id(served: Served, system: httpx.Client, house: House) -> None:
    wanted = uuid4()
    for path in (
        f"/v1/letters/{wanted}",
        f"/ukendt/{person()}",
        "/static/pages.css",
        f"/v1/letters?reference={person()}",
    ):
        system.get(path)
    system.request("BREW", "/v1/letters")
    httpx.post(f"{served.url}/log-ind", data={"navn": "ingen", "kode": "x"})
    text = system.get("/metrics").text
    assert 'outbound_requests_total{method="GET",route="/v1/letters/{letter}",status="404"} 1.0' in text
    assert 'outbound_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert 'outbound_requests_total{method="GET",route="/static",status="200"} 1.0' in text
    assert 'outbound_requests_total{method="other",' in text
    assert 'outbound_requests_total{method="POST",route="/log-ind",status="403"} 1.0' in text
    for said in (str(wanted), person(), "BREW", "ukendt", "ingen"):
        assert said not in text
