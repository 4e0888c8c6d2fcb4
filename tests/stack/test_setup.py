"""`make setup` finds a Python that fits, or says in a sentence what is missing."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CHOOSE = Path(__file__).resolve().parents[2] / ".ci" / "python"


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Path]:
    """Puts a Python of some version, with or without its venv module, on an otherwise empty PATH."""
    for tool in ("bash", "env"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))

    def install(name: str, version: str, *, venv: bool = True) -> Path:
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit {0 if venv else 1};; *) echo {version};; esac\n')
        program.chmod(0o755)
        return program

    return install


def choose(folder: Path, python: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(folder), "PYTHON": python}
    return subprocess.run([CHOOSE], env=env, capture_output=True, text=True, check=False)


def test_python3_is_used_when_it_fits(machine: Callable[..., Path], tmp_path: Path) -> None:
    wanted = machine("python3", "3.12")
    machine("python3.11", "3.11")
    assert choose(tmp_path).stdout.strip() == str(wanted)


def test_another_python_is_found_under_its_own_name(machine: Callable[..., Path], tmp_path: Path) -> None:
    machine("python3", "3.14")
    wanted = machine("python3.11", "3.11")
    assert choose(tmp_path).stdout.strip() == str(wanted)


def test_a_python_that_can_make_environments_is_preferred(machine: Callable[..., Path], tmp_path: Path) -> None:
    machine("python3", "3.11", venv=False)
    wanted = machine("python3.12", "3.12")
    assert choose(tmp_path).stdout.strip() == str(wanted)


def test_without_the_venv_module_the_message_names_it(machine: Callable[..., Path], tmp_path: Path) -> None:
    machine("python3", "3.11", venv=False)
    answer = choose(tmp_path)
    assert answer.returncode == 1
    assert answer.stderr == (
        "python3 cannot make a virtual environment: install its venv module (Debian: apt install python3-venv).\n"
    )


def test_without_a_python_that_fits_the_message_says_which(machine: Callable[..., Path], tmp_path: Path) -> None:
    machine("python3", "3.9")
    answer = choose(tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("There is no Python 3.11 or 3.12 on PATH: install one, or name it")


def test_a_named_python_is_used_and_no_other(machine: Callable[..., Path], tmp_path: Path) -> None:
    machine("python3", "3.11")
    wanted = machine("mine", "3.12")
    assert choose(tmp_path, "mine").stdout.strip() == str(wanted)
    refused = choose(tmp_path, "/nowhere/python")
    assert refused.returncode == 1
    assert "under the name /nowhere/python" in refused.stderr
