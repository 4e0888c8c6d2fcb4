"""Imports point one way, and every module of the house has its place in that order."""

import tomllib
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

REPOSITORY = Path(__file__).resolve().parents[2]
PYPROJECT = REPOSITORY / "pyproject.toml"


def test_the_import_contracts_are_kept() -> None:
    assert lint_imports(config_filename=str(PYPROJECT), no_cache=True) == EXIT_STATUS_SUCCESS


def test_every_module_of_the_router_has_its_place_in_the_order() -> None:
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = {name.strip(" ()").removeprefix("outbound.") for layer in layers for name in layer.split(":")}
    modules = {found.stem for found in (REPOSITORY / "outbound").glob("*.py")} - {"__init__"}
    packages = {found.parent.name for found in (REPOSITORY / "outbound").glob("*/__init__.py")}
    # migrations are run by alembic from their files and are imported by nobody
    assert (modules | packages) - {"migrations"} <= placed
