"""The API describes itself truly: schemathesis believes it and looks for lies; its pages need no outside."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from outbound.web.kinds import Kind
from tests.people import person, valid_modulus_11
from tests.serving import Served
from tests.web.bodies import letter

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "negative_data_rejection,unsupported_method,allow_header_conformance,ignored_auth"
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_schemathesis_finds_no_fault(served: Served, system: httpx.Client, tmp_path: Path) -> None:
    """Lines of JSON are left out: schemathesis cannot write them; tests/web/test_handing_in.py does."""
    argv = (
        *(str(SCHEMATHESIS), "run", f"{served.url}/openapi.json", "--no-color", "--warnings", "off", "--seed", "7"),
        *(
            "-H",
            f"Authorization: {system.headers['authorization']}",
            "--checks",
            CHECKS,
            "--generation-database",
            "none",
        ),
        *("--phases", "examples,fuzzing", "--max-examples", "6", "--exclude-path", "/v1/mailings/{mailing_id}/letters"),
    )
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_examples_of_the_description_are_taken_as_they_stand(served: Served) -> None:
    described = httpx.get(f"{served.url}/openapi.json").json()
    seen = 0
    with served.system("boligstoette") as system:
        for path, calls in described["paths"].items():
            for method, call in calls.items():
                content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
                for example in content.get("examples", {}).values():
                    real = path.replace("{name}", "moedeindkaldelse")
                    if "{" in real:
                        continue
                    answer = system.request(method, real, json=example["value"])
                    assert answer.status_code < 300, (path, answer.text)
                    seen += 1
    assert seen >= 5


def test_nobody_in_the_examples_can_exist(served: Served) -> None:
    numbers = re.findall(r'"cpr": ?"(\d{10})"', httpx.get(f"{served.url}/openapi.json").text)
    assert numbers
    for number in numbers:
        assert not valid_modulus_11(number)
        assert not number.startswith("0101")


def test_the_description_can_be_read_without_a_script_and_without_the_outside(served: Served) -> None:
    page = httpx.get(f"{served.url}/docs")
    assert page.status_code == 200
    described = httpx.get(f"{served.url}/openapi.json").json()
    for path in described["paths"]:
        assert path in page.text
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    for address in set(re.findall(r'(?:src|href)="(/[^"#]*)"', page.text)):
        assert httpx.get(served.url + address, follow_redirects=True).status_code == 200, address


def test_every_problem_type_has_its_page(served: Served) -> None:
    for kind in Kind:
        page = httpx.get(served.url + kind.uri)
        assert page.status_code == 200
        assert kind.title in page.text
    assert httpx.get(f"{served.url}/problems/nothing").status_code == 404


def test_every_answer_forbids_what_comes_from_outside(served: Served, system: httpx.Client) -> None:
    for path in ("/docs", "/v1/letter-types", "/nothing", "/static/pages.css", "/healthz", "/log-ind"):
        headers = system.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_metrics_count_letters_and_carry_no_person(served: Served, system: httpx.Client) -> None:

    system.post("/v1/letters", json=letter())
    said = httpx.get(f"{served.url}/metrics").text
    assert 'outbound_letters{state="RECEIVED"} 1.0' in said
    assert 'outbound_due{channel="",lane="single",step="render"} 1.0' in said
    assert 'outbound_oldest_seconds{channel="",lane="single",step="render"}' in said
    assert 'outbound_channel_failures{channel="digital"} 0.0' in said
    for secret in (person(), "Prøvesen", "ref-1"):
        assert secret not in said


def test_it_is_ready_when_the_ledger_is_migrated(served: Served) -> None:
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{served.url}/readyz").status_code == 200
    with served.house.ledger.writing() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    not_ready = httpx.get(f"{served.url}/readyz")
    checks = not_ready.json()["checks"]
    assert (not_ready.status_code, checks["seal"]["state"]) == (503, "ok")
    assert "outbound migrate" in checks["schema"]["act"]
