"""The page of settings: docs/settings.md is what `outbound settings` prints."""

from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import time
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from outbound import print_page, run_plan
from outbound.settings import HOME, Settings

PARTS = {**print_page.PARTS, **run_plan.PARTS}
"""What each key of a setting that is a table says."""

HEAD = """# Settings

Made by `outbound settings > docs/settings.md` from `outbound/settings.py`; a test compares them.

A setting comes from the environment under the name below, or without its prefix and in small letters from
`config/outbound.toml`; the environment wins. Secrets come from the environment only, or from files that it names.
Every fault is reported together, and no value is shown. `.` stands for the folder that the router lies in.

| setting | default | what it is |
| --- | --- | --- |
"""


def settings() -> None:
    """Print the page of all settings."""
    typer.echo(page(), nl=False)


def page() -> str:
    """All settings, as Markdown."""
    return HEAD + "".join(row for name, field in Settings.model_fields.items() for row in _rows(name, field))


def _rows(name: str, field: Any) -> Iterator[str]:
    """A row for the setting; for one that is a table, a row under it for each of its keys."""
    if not is_dataclass(field.default):
        yield _row(name, field)
        return
    yield f"| `OUTBOUND_{name.upper()}` | see below | {field.description} |\n"
    for key in fields(field.default):
        value = getattr(field.default, key.name)
        said = "–" if value is None else f"`{_plain(value)}`"
        yield f"| `{name}.{key.name}` | {said} | {PARTS[key.name]} |\n"


def _table(value: dict[str, float]) -> str:
    return "{ " + ", ".join(f"{side} = {size:g}" for side, size in value.items()) + " }"


def _plain(value: Any) -> str:
    """As TOML has it."""
    if isinstance(value, print_page.Box):
        return _table(asdict(value))
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return "{}" if isinstance(value, dict) else f"{value:g}"


def _row(name: str, field: Any) -> str:
    described = str(field.description or "").replace("|", "\\|")
    return f"| `OUTBOUND_{name.upper()}` | {_default(field.default)} | {described} |\n"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "needed"
    if value in (None, "", ()) or (isinstance(value, SecretStr) and not value.get_secret_value()):
        return "–"
    if isinstance(value, Path):
        value = f"./{value.relative_to(HOME)}" if value.is_relative_to(HOME) else value
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
