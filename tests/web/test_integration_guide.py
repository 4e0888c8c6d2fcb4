"""docs/integration.md does what it says: its commands run as they stand, against a router whose workers work."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from outbound.delivery import House
from outbound.life import Status
from outbound.web.access import issue_key
from tests.conftest import REPOSITORY
from tests.delivery.walking import one_round
from tests.people import valid_modulus_11
from tests.serving import Served

GUIDE = REPOSITORY / "docs" / "integration.md"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def commands() -> str:
    return "\n".join(re.findall(r"^```bash\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL))


@contextmanager
def working(house: House) -> Iterator[None]:
    """Workers, for as long as the context is open."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.05):
            one_round(house)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def test_the_guides_commands_run_as_they_stand(served: Served, house: House, tmp_path: Path) -> None:
    with house.ledger.writing() as tx:
        key = issue_key(tx, "boligstoette")
    folder = tmp_path / "guide"
    folder.mkdir()
    day = "date() { echo 2026-11-23; }\n"
    env = {"PATH": os.environ["PATH"], "ROUTER": served.url, "KEY": key, "LC_ALL": "C.UTF-8"}
    script = ["bash", "-euo", "pipefail", "-c", day + commands()]
    with working(house):
        done = subprocess.run(script, env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for made in ("preview.pdf", "copy.pdf", "proof.pdf"):
        assert (folder / made).read_bytes().startswith(b"%PDF-")
    assert len((folder / "answers.ndjson").read_text().splitlines()) == 3


def test_nobody_in_the_guide_can_exist() -> None:
    numbers = set(re.findall(r'"cpr": "(\d{10})"', GUIDE.read_text()))
    assert numbers
    assert not any(valid_modulus_11(number) for number in numbers)


def test_the_guide_knows_every_state_and_every_path_it_names(served: Served) -> None:

    text = GUIDE.read_text()
    for status in Status:
        assert f"| `{status}` |" in text
    described = httpx.get(f"{served.url}/openapi.json").json()["paths"]
    for path in re.findall(r"\| `(?:PATCH|PUT|POST|DELETE) (/v1/[^`]*)` \|", text):
        assert path.replace("{id}", "{letter}") in described
