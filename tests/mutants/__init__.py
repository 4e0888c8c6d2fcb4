"""Mutants: the router with one of its rules taken out. A test that cannot see one of them is no test of that rule."""

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("outbound", "adapters", "workers")
BESIDE = ("config", "templates")
"""Folders that the packages look for beside themselves; linked, not copied."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One text of a file in place of another, which stands there once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule taken out, and the ways that must show it."""

    name: str
    rule: str
    edits: tuple[Edit, ...]
    shown_by: tuple[str, ...]
    torture: bool


def load_mutants() -> dict[str, Mutant]:
    """Every mutant, by name."""
    rows = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]
    mutants = {row["name"]: _mutant(row) for row in rows}
    if len(mutants) < len(rows):
        raise ValueError("Two mutants in tests/mutants/mutants.toml have the same name; rename one.")
    return mutants


def mutated_copy(name: str, folder: Path) -> Path:
    """The packages, with this mutant in them, under `folder`: put the path that comes back first in PYTHONPATH.

    The name "" gives a copy in which nothing is changed. Raises ValueError where a text is not there exactly once.
    """
    copy = folder / (name or "unchanged")
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for beside in BESIDE:
        (copy / beside).symlink_to(REPOSITORY / beside)
    for edit in load_mutants()[name].edits if name else ():
        _apply(edit, copy)
    return copy


def occurrences(edits: Sequence[Edit]) -> list[int]:
    """How often each text stands in its file now."""
    return [(REPOSITORY / edit.file).read_text().count(edit.old) for edit in edits]


def _mutant(row: Mapping[str, Any]) -> Mutant:
    edits = (row, *row.get("also", ()))
    return Mutant(
        row["name"],
        row["rule"],
        tuple(Edit(edit["file"], edit["old"], edit["new"]) for edit in edits),
        tuple(row["shown_by"]),
        row.get("torture", False),
    )


def _apply(edit: Edit, copy: Path) -> None:
    file = copy / edit.file
    text = file.read_text()
    if text.count(edit.old) != 1:
        raise ValueError(f"{edit.file}: the text to change stands there {text.count(edit.old)} times; mend the mutant.")
    file.write_text(text.replace(edit.old, edit.new))
