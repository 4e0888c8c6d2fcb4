"""The pages say what is so: states, settings, commands, exit codes, metrics and the processes of a deployment."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from outbound.cli.app import app
from outbound.cli.faults import Code
from outbound.cli.settings_page import page
from outbound.life import MOVES, Status
from outbound.settings import HOME, OTHER_NAMES, Settings
from tests.people import valid_modulus_11
from workers.queues import QUEUES, QUEUES_NETWORK, QUEUES_RENDER

DOCS, DEPLOY = HOME / "docs", HOME / "deploy"
README = (HOME / "README.md").read_text()
RUN_BOOK = (DOCS / "operations.md").read_text()
PAGES = [HOME / "README.md", *sorted(DOCS.rglob("*.md"))]


def commands() -> list[str]:
    """Every command of `outbound`, `keys new` and its like included."""
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found += [f"{name} {inner}" for inner in getattr(command, "commands", [])] or [name]
    return found


def test_the_diagram_of_states_is_the_table_of_moves() -> None:
    diagram = (DOCS / "architecture.md").read_text().split("stateDiagram-v2")[1].split("```")[0]
    drawn = [(was, now) for was, now in re.findall(r"(\w+) --> (\w+)", diagram)]
    assert sorted(drawn) == sorted((str(was), str(now)) for was, nows in MOVES.items() for now in nows)


def test_every_state_is_explained() -> None:
    text = (DOCS / "architecture.md").read_text()
    assert all(f"| {state} | " in text for state in Status)


def test_every_setting_is_documented_as_it_is() -> None:
    assert (DOCS / "settings.md").read_text() == page()
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_stands_in_the_run_book() -> None:
    assert [name for name in commands() if f"outbound {name}" not in RUN_BOOK] == []


def test_every_exit_code_stands_in_the_run_book() -> None:
    assert [int(code) for code in Code if f"| {int(code)} | " not in RUN_BOOK] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_command_that_a_page_names_is_there(file: Path) -> None:
    named = re.findall(r"`?(?:\.venv/bin/|^)outbound (?:--env \S+ )?([a-z-]+)", file.read_text(), re.MULTILINE)
    named += re.findall(r"`outbound ([a-z][a-z-]*)", file.read_text())
    assert set(named) <= {name.split()[0] for name in commands()}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_link_of_a_page_leads_somewhere(file: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", file.read_text()):
        assert "://" in link or (file.parent / link).exists(), link


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_number_of_a_person_on_a_page_is_invented(file: Path) -> None:
    for number in re.findall(r"(?<![\w.-])\d{10}(?!\d)", file.read_text()):
        assert not valid_modulus_11(number), number
        assert number[:4] != "0101"


def test_every_make_target_that_the_readme_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (HOME / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", README)) <= targets


def test_the_readme_names_the_two_commands_and_explains_the_field() -> None:
    assert {"make demo", "make up"} <= set(re.findall(r"\bmake [a-z]+", README))
    for term in ("Digital Post", "MeMo", "Fjernprint", "Porto", "Forvaltning", "Fagsystem", "CPR", "CVR"):
        assert f"| **{term}**" in README, term


def test_a_deployment_serves_every_queue_and_every_process() -> None:
    units = "\n".join(file.read_text() for file in sorted((DEPLOY / "systemd").iterdir()))
    compose = (DEPLOY / "compose.yaml").read_text()
    for text in (units, compose):
        for module in ("workers.actors", "workers.timer", "outbound.web --", "outbound.web.receipts"):
            assert module in text
        served = [name for line in re.findall(r"-Q ([a-z \-]+)", text) for name in line.split()]
        assert sorted(served) == sorted(QUEUES)
        for names in (QUEUES_RENDER, QUEUES_NETWORK):
            assert f"-Q {' '.join(names)}" in text


def test_the_deployment_names_settings_that_there_are() -> None:
    text = "".join(file.read_text() for file in DEPLOY.rglob("*") if file.is_file())
    known = {f"OUTBOUND_{name.upper()}" for name in (*Settings.model_fields, *OTHER_NAMES)}
    assert set(re.findall(r"OUTBOUND_[A-Z_]*[A-Z]", text)) <= known


def test_the_version_stands_in_the_changelog() -> None:
    version = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (HOME / "CHANGELOG.md").read_text()


def test_a_second_name_of_the_command_is_the_same_command() -> None:
    from sys import executable

    said = [
        subprocess.run(words, capture_output=True, text=True, check=True).stdout
        for words in ([executable, "-m", "outbound", "--help"], [str(Path(executable).parent / "outbound"), "--help"])
    ]
    assert said[0] == said[1]
