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

VERSION = 1
"""Of the figures; one more whenever a key is added, which is then named in `ADDED`."""
ADDED: Mapping[str, int] = {}
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
    }


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
