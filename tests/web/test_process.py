"""The web process itself: it says where it listens, serves, stops when told to, and writes nobody into its log."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from outbound.ledger import Ledger
from outbound.web.access import issue_key, revoke_keys
from outbound.web.listening import listen, url_of
from tests.house import keys_file
from tests.people import person
from tests.waiting import wait_for
from tests.web.bodies import letter


@pytest.fixture
def environment(sqlite_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of the process. Nothing outside is called before a letter is sent."""
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "printer", tmp_path / "printer.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    given = {
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": redis_url,
        "VAR_DIR": str(tmp_path),
        "SEAL_KEYS_FILE": str(keys_file(tmp_path)),
        "DIGITAL_POST_URL": "http://127.0.0.1:9/",
        "DIGITAL_POST_SYSTEM_ID": "none",
        "DIGITAL_POST_TOKEN": "none",
        "PERSONS_URL": "http://127.0.0.1:9/5",
        "PERSONS_SERVICE_AGREEMENT": "none",
        "PERSONS_USER_SYSTEM": "none",
        "PERSONS_USER": "none",
        "COMPANIES_URL": "http://127.0.0.1:9/",
        "COMPANIES_USER": "none",
        "COMPANIES_PASSWORD": "none",
        "PRINT_SFTP_HOST": "127.0.0.1",
        "PRINT_SFTP_USER": "none",
        "PRINT_SFTP_KEY_FILE": str(private),
        "PRINT_SFTP_HOST_KEY_FILE": str(public),
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    return {**own, **{f"OUTBOUND_{name}": value for name, value in given.items()}}


Web = tuple[subprocess.Popen[bytes], str]


@pytest.fixture
def web(environment: dict[str, str], tmp_path: Path) -> Iterator[Web]:
    """The process and its address."""
    announcement, log = tmp_path / "web.json", tmp_path / "web.log"
    argv = [sys.executable, "-m", "outbound.web", "--port", "0", "--announce", str(announcement)]
    with log.open("wb") as out, subprocess.Popen(argv, env=environment, stdout=out, stderr=out) as process:
        wait_for(lambda: announcement.exists() or process.poll() is not None, "the announcement")
        assert process.poll() is None, log.read_text()
        yield process, json.loads(announcement.read_text())["url"]
        process.kill()


@pytest.fixture
def key(sqlite_url: str) -> str:
    ledger = Ledger(sqlite_url)
    with ledger.writing() as tx:
        made = issue_key(tx, "jobcenter")
    ledger.close()
    return made


def test_it_serves_and_stops_when_told_to_and_its_log_knows_nobody(web: Web, key: str, tmp_path: Path) -> None:
    process, url = web
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers) as system:
        assert system.post("/v1/letters", json=letter("min-reference")).status_code == 202
        assert system.get("/v1/letters", params={"reference": "min-reference"}).status_code == 200
        assert system.get("/v1/letters?reference=" + "x" * 200).status_code == 422
        assert system.get("/readyz").status_code == 200
    process.terminate()
    assert process.wait(timeout=15) in (0, -15)
    log = (tmp_path / "web.log").read_text()
    for said in (key, "min-reference", person(), "Prøvesen", "Traceback"):
        assert said not in log


def test_an_answered_letter_is_there_after_the_process_was_killed(web: Web, key: str, sqlite_url: str) -> None:
    process, url = web
    headers = {"Authorization": f"Bearer {key}"}
    one = httpx.post(f"{url}/v1/letters", json=letter(), headers=headers).json()["letters"][0]["id"]
    process.kill()
    process.wait(timeout=15)
    ledger = Ledger(sqlite_url)
    with ledger.reading() as tx:
        found = tx.exec_driver_sql("SELECT status, id FROM letter").all()
    ledger.close()
    assert [(status, id_.replace("-", "")) for status, id_ in found] == [("RECEIVED", one.replace("-", ""))]


def test_a_revoked_key_opens_nothing_from_the_next_call_on(web: Web, key: str, sqlite_url: str) -> None:
    _, url = web
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{url}/v1/events", headers=headers).status_code == 200
    ledger = Ledger(sqlite_url)
    with ledger.writing() as tx:
        assert revoke_keys(tx, "jobcenter", key) == 1
        stored = tx.exec_driver_sql("SELECT digest FROM system_key").scalars().all()
    ledger.close()
    assert httpx.get(f"{url}/v1/events", headers=headers).status_code == 401
    assert key not in stored


def test_a_port_that_is_taken_ends_it_with_a_sentence(environment: dict[str, str]) -> None:
    with listen("127.0.0.1", 0) as taken:
        argv = [sys.executable, "-m", "outbound.web", "--port", url_of(taken).rpartition(":")[2]]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "Nobody can listen on 127.0.0.1" in done.stderr


def test_small_answers_wait_for_nobodys_acknowledgement(web: Web) -> None:
    """Without TCP_NODELAY every answer of two packets takes 40 ms; twenty of them are told apart on any machine."""
    _, url = web
    with httpx.Client(base_url=url) as client:
        client.get("/healthz")
        begun = time.monotonic()
        for _ in range(20):
            client.get("/healthz")
    assert time.monotonic() - begun < 20 * 0.04


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"OUTBOUND_SEAL_KEYS_FILE": "/nowhere/keys.json"}, "outbound keys new"),
        ({"OUTBOUND_PERSONS_USER": "", "OUTBOUND_DIGITAL_POST_URL": ""}, "OUTBOUND_PERSONS_USER"),
        ({"OUTBOUND_ACCOUNTS_FILE": "/dev/null"}, "OUTBOUND_SESSION_SECRET"),
    ],
)
def test_settings_that_cannot_be_used_end_it_with_a_sentence(
    environment: dict[str, str], broken: dict[str, str], said: str
) -> None:
    argv = [sys.executable, "-m", "outbound.web"]
    done = subprocess.run(argv, env={**environment, **broken}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "No receipts are pushed"),
        (
            {"RECEIPTS": "push", "PUSH_CA_FILE": "/dev/null", "PUSH_CLIENTS": '["CN=x"]'},
            "OUTBOUND_RECEIPTS_CERTIFICATE",
        ),
    ],
)
def test_a_listener_for_receipts_that_cannot_listen_says_why(
    environment: dict[str, str], settings: dict[str, str], said: str
) -> None:
    more = {f"OUTBOUND_DIGITAL_POST_{name}": value for name, value in settings.items()}
    argv = [sys.executable, "-m", "outbound.web.receipts"]
    done = subprocess.run(argv, env={**environment, **more}, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
