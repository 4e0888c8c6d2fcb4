"""`outbound webhook`: a system that is told what happens, from the terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from outbound.delivery import House
from outbound.intake import take_in
from tests.cli.conftest import Run
from tests.house import submission
from tests.people import person
from tests.simulators.running import Simulator

BY = ("--by", "mester", "--why", "prøve")


@pytest.fixture
def system(tmp_path: Path, run: Run, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command, in a house of which one system takes webhooks."""
    folder = tmp_path / "specialist"
    folder.mkdir()
    running = Simulator("specialist_system", folder).start()
    urls = json.loads(running.env["OUTBOUND_WEBHOOKS"])
    monkeypatch.setenv("OUTBOUND_WEBHOOKS", json.dumps({"jobcenter": urls["jobcenter"]}))
    yield run
    running.end()


def test_a_system_is_shown_its_secret_tried_out_stopped_and_told_again(
    system: Run, house: House, tmp_path: Path
) -> None:
    listed = system("webhook", "list", "--format", "json")
    assert listed.code == 0
    assert [(one["system"], one["state"], one["behind"]) for one in json.loads(listed.out)] == [("jobcenter", "on", 0)]
    with house.ledger.writing() as tx:
        take_in(tx, house, submission(person()))
    assert "Venter på levering: 1, den ældste i" in system("webhook", "show", "jobcenter").out
    assert system("webhook", "test", "jobcenter").code == 1
    secret = system("webhook", "secret", "jobcenter", *BY).out.strip()
    assert secret.startswith("whsec_")
    (tmp_path / "specialist" / "secrets.json").write_text(json.dumps({"jobcenter": [secret]}))
    assert system("webhook", "test", "jobcenter").out == "jobcenter: taken.\n"
    assert system("webhook", "secret", "jobcenter", "--renew", *BY).out.strip() != secret
    assert system("webhook", "test", "jobcenter").code == 0  # the one before still signs
    assert system("webhook", "stop", "jobcenter", *BY).code == 0
    assert "Standset" in system("webhook", "list").out
    assert system("webhook", "start", "jobcenter", *BY).code == 0
    assert system("webhook", "replay", "jobcenter", "--after", "0-0", *BY).out == "jobcenter: told again from 0-0 on.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("show", "skole"),
        ("test", "skole"),
        ("stop", "skole", *BY),
        ("stop", "jobcenter", "--by", "mester", "--why", ""),
        ("start", "jobcenter", *BY),
        ("replay", "jobcenter", *BY),
        ("replay", "jobcenter", "--after", "0-0", "--since", "2026-11-27T13:00", *BY),
        ("replay", "jobcenter", "--since", "i går", *BY),
        ("replay", "jobcenter", "--after", "9-9", *BY),
    ],
)
def test_what_cannot_be_done_is_said(system: Run, words: tuple[str, ...]) -> None:
    ended = system("webhook", *words)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.strip().endswith(".")


def test_without_any_it_says_so(run: Run, environment: dict[str, str]) -> None:
    assert run("webhook", "list").out == "No system has a webhook; OUTBOUND_WEBHOOKS gives them one.\n"
