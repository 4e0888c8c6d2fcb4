"""What the figures of a month's report are made of: the whole set of keys, by the version that made them.

A report from which something was taken must not pass for an older one: a key may be missing only where a later version
than the report's added it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from outbound.accounts.closing import Position
from outbound.reports.billing import BillingLine, Place
from outbound.reports.invoiced import Invoiced

VERSION = 2
"""Of the figures; one more whenever a key is added, which is then named in `ADDED`."""
ADDED: Mapping[str, int] = dict.fromkeys(
    ("municipality", "digitisable", "routes", "letter_types", "systems", "months", "known"), 2
)
"""The version in which a key was added, by its way: `total.failed`, `lines.failed`."""


def misshapen(reported: Any, line: Mapping[str, int]) -> Iterator[str]:
    """The ways (`lines.failed`) of all that is missing, is too many or is no such value. `line`: the figures of one."""
    version = reported.get("version") if isinstance(reported, dict) else None
    if type(version) is int and 1 <= version <= VERSION:
        yield from _unlike(reported, _shape(line), version, "")
    else:
        yield "version"


def _shape(line: Mapping[str, int]) -> dict[str, Any]:
    """Every key with a value of its type; a list with one that all of it are like."""
    return {
        "version": 1,
        "month": "",
        "ledger": _of(Position),
        "previous": "",
        "places": [_of(Place)],
        "lines": [{"department": "", "name": "", **line}],
        "total": dict(line),
        "billing": [_of(BillingLine)],
        "invoices": [_of(Invoiced)],
        "municipality": "",
        "digitisable": [{"department": "", "letters": 0}],
        **{part: [_keyed(line)] for part in ("routes", "letter_types", "systems")},
        "months": [{"month": "", "digital": 0, "printed": 0}],
        "known": {
            "at": "",
            "local": [{"department": "", "known": False, "letters": 0, "estimated": False}],
            "returned": [{"department": "", "reason": "", "letters": 0}],
            "targets": [{"department": "", "measure": "", "percent": 0}],
            "budgets": [{"department": "", "kind": "", "amount": 0}],
            "running": [{"amount": 0}],
        },
    }


def _keyed(line: Mapping[str, int]) -> dict[str, Any]:
    """A line of letters that is no department's: without reminders, which went no way of a letter."""
    return {"key": "", "name": "", **{name: 0 for name in line if not name.startswith("reminders")}}


def _of(kind: Any) -> dict[str, int | str]:
    """As `asdict` gives it, a day being a text."""
    return {one.name: 0 if one.type is int else "" for one in fields(kind)}


def _unlike(reported: Any, shape: Any, version: int, way: str) -> Iterator[str]:
    if not isinstance(reported, type(shape)):
        yield way
    elif isinstance(shape, dict):
        for key in sorted(shape.keys() | reported.keys()):
            name = f"{way}.{key}".strip(".")
            if key in shape and key in reported:
                yield from _unlike(reported[key], shape[key], version, name)
            elif key in reported or ADDED.get(name, 1) <= version:
                yield name
    elif isinstance(shape, list):
        for one in reported:
            yield from _unlike(one, shape[0], version, way)
