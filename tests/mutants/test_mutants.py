"""Every mutant turns a way red, and without a mutant the same ways are green."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.ways import WAYS
from tests.mutants import REPOSITORY, Mutant, load_mutants, occurrences
from tests.mutants.hunt import UNCHANGED

MUTANTS = load_mutants()
every_mutant = pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda one: one.name)


@pytest.fixture(scope="module")
def hunted(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What became of each mutant that this run asks for: hunted all together, since most of a hunt is loading."""
    folder = tmp_path_factory.mktemp("mutants")
    command = [sys.executable, "-m", "tests.mutants.hunt", str(folder), str(migrated_sqlite), *_asked_for(request)]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return dict(line.split("\t", 1) for line in ran.stdout.splitlines())


def _asked_for(request: pytest.FixtureRequest) -> list[str]:
    here = [item for item in request.session.items if item.path == Path(__file__) and "hunted" in item.fixturenames]  # type: ignore[attr-defined]
    specs = [item.callspec.params["mutant"].name for item in here if hasattr(item, "callspec")]
    return specs + [UNCHANGED] * bool(os.environ.get("OUTBOUND_TORTURE"))


@every_mutant
def test_a_mutant_changes_a_text_that_stands_there_once(mutant: Mutant) -> None:
    assert occurrences(mutant.edits) == [1] * len(mutant.edits)
    assert all(edit.old != edit.new for edit in mutant.edits)
    assert set(mutant.shown_by) <= WAYS.keys()


@every_mutant
@pytest.mark.timeout(1000)
def test_a_mutant_is_seen(mutant: Mutant, hunted: dict[str, str]) -> None:
    assert hunted[mutant.name].startswith("red\t"), f"{mutant.rule}: nobody noticed ({hunted[mutant.name]})"


if os.environ.get("OUTBOUND_TORTURE"):

    @pytest.mark.timeout(1000)
    def test_without_a_mutant_the_same_ways_are_green(hunted: dict[str, str]) -> None:
        assert hunted[UNCHANGED] == "green\t"
