"""`outbound up` and the README's first integration, as a newcomer does them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from outbound.cli.faults import Code
from outbound.settings import HOME
from outbound.stack.places import scratch
from outbound.web.people import Accounts
from tests.waiting import wait_for

SHIM = f"""#!{sys.executable}
import sys, httpx
given, headers, data, out = sys.argv[1:], {{}}, None, None
while given:
    word = given.pop(0)
    if word == "-H":
        name, value = given.pop(0).split(": ", 1)
        headers[name] = value
    elif word == "-d":
        data = given.pop(0)
    elif word == "-o":
        out = given.pop(0)
    elif not word.startswith("-"):
        url = word
answer = httpx.request("POST" if data else "GET", url, headers=headers, content=data)
answer.raise_for_status()
open(out, "wb").write(answer.content) if out else print(answer.text)
"""


@dataclass(frozen=True)
class Running:
    """A router that is up, and what it said until it was."""

    url: str
    said: str


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that looks like the repository to the README's commands: .venv and var."""
    made = scratch("outbound-up-")
    made.chmod(0o755)
    (made / ".venv").symlink_to(Path(sys.executable).parent.parent)
    if shutil.which("curl") is None:
        (made / "bin").mkdir()
        (made / "bin" / "curl").write_text(SHIM)
        (made / "bin" / "curl").chmod(0o755)
    yield made
    shutil.rmtree(made)


def environment(home: Path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    return {**plain, "PATH": f"{home / 'bin'}:{plain['PATH']}"}


@contextmanager
def up(home: Path) -> Iterator[Running]:
    """The router, until the context ends with Ctrl-C."""
    words = [sys.executable, "-m", "outbound", "up", "--dir", str(home / "var")]
    env = {**environment(home), "OUTBOUND_TIMER_SECONDS": "1"}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found
        try:
            yield Running(found.group(), said)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.stdout.read()
        assert "Traceback" not in process.stderr.read()
        assert process.wait(30) == Code.DONE


def blocks() -> list[str]:
    """The shell of the README's first integration, part by part."""
    chapter = (HOME / "README.md").read_text().split("## A first integration")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)


def shell(home: Path, script: str) -> str:
    with_env = script.replace("/outbound ", "/outbound --env var/env ")
    words = ["bash", "-euo", "pipefail", "-c", with_env]
    ended = subprocess.run(words, check=False, cwd=home, env=environment(home), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.timeout(300)
def test_the_readme_s_first_integration_works_and_a_second_start_goes_on(home: Path) -> None:
    with up(home) as running:
        password = re.search(r"Sign in to the pages as demo with the password (\S+)", running.said)
        assert password
        accounts = home / "var" / "keys" / "accounts.toml"
        assert Accounts(accounts).check("demo", password.group(1))
        assert httpx.get(f"{running.url}/healthz").status_code == 200
        first, second = blocks()
        *_, key, url, letter = shell(home, first + '\necho "$KEY"; echo "$URL"; echo "$ID"').split()
        assert url == running.url
        ask = {"Authorization": f"Bearer {key}"}
        wait_for(
            lambda: httpx.get(f"{url}/v1/letters/{letter}", headers=ask).json()["state"] == "DELIVERED",
            "the letter in the mailbox",
            40,
        )
        said = shell(home, f"KEY={key} URL={url} ID={letter}\n{second}")
        assert (home / "var" / "letter.pdf").read_bytes().startswith(b"%PDF")
        assert "I digital postkasse" in said
        assert json.JSONDecoder().raw_decode(said)[0]["route"]["code"] == "enrolled"
    with up(home) as again:
        assert "password" not in again.said
        assert again.url == running.url
        assert httpx.get(f"{url}/v1/letters/{letter}", headers=ask).json()["state"] == "DELIVERED"
