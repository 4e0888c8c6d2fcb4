"""What a shell completes beside commands and options: names from the policy files, never anything from the ledger."""

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2]
Names = Callable[[], list[str]]


def complete_values(command: Any) -> None:
    """Let the shell complete the values of this command's parameters whose names we know."""
    for one in command.params:
        if names := NAMES.get(one.name or ""):
            one._custom_shell_complete = _completing(names)


def systems() -> list[str]:
    """The specialist systems."""
    return _of_organisation("system", "name")


def departments() -> list[str]:
    """The departments' codes."""
    return _of_organisation("department", "code")


def letter_types() -> list[str]:
    """The letter types, by their folders."""
    folder = Path(os.environ.get("OUTBOUND_TEMPLATES_DIR", HOME / "templates" / "letters"))
    return sorted(one.parent.name for one in folder.glob("[!_]*/letter.toml"))


def held_codes() -> list[str]:
    """Why a letter may be HELD."""
    from outbound.routing import Route
    from outbound.web.pages.words import REASONS

    return sorted({*REASONS, *(route.code for route in Route if route.held or route.waits)})


def stoppable() -> list[str]:
    """What may be paused by name: channels, systems, letter types."""
    return ["digital", "print", *systems(), *letter_types()]


NAMES: Mapping[str, Names] = {
    "system": systems,
    "department": departments,
    "letter_type": letter_types,
    "code": held_codes,
    "key": stoppable,
}
"""By the name of the parameter."""


def _of_organisation(table: str, key: str) -> list[str]:
    file = Path(os.environ.get("OUTBOUND_CONFIG_DIR", HOME / "config")) / "organisation.toml"
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get(table, [])
        return sorted({str(row[key]) for row in rows})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []  # a shell that completes nothing is better than one that prints a fault


def _completing(names: Names) -> Callable[[Any, Any, str], list[Any]]:
    def complete(context: Any, parameter: Any, incomplete: str) -> list[Any]:
        from typer._click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete
