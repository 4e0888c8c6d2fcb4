"""Policy as data: reads the files of `config/` and says every fault in a sentence of its own, all of them together."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from outbound.settings import SettingsFault

T = TypeVar("T")


class Dated(Protocol):
    """A row that is valid from a day to a day, both included; None = until further notice."""

    @property
    def valid_from(self) -> date:
        """The first day."""
        ...

    @property
    def valid_to(self) -> date | None:
        """The last day."""
        ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with one file, sentence by sentence."""

    file: Path
    found: list[str]

    def add(self, where: str, what: str, line: int | None = None) -> None:
        """One more sentence: which row, in which line where that is known, and what is wrong with it."""
        at = f":{line}" if line else ""
        name = "/".join(filter(None, (self.file.parent.name, self.file.name)))
        self.found.append(f"{name}{at}: {where}: {what}")


def read(path: Path, faults: Faults) -> dict[str, Any]:
    """The file's content; empty, with a fault, where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.add("the file", "is missing; the folder is the setting config_dir.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.add("the file", f"is no TOML: {error}.")
    return {}


def tables(content: Mapping[str, Any], known: Sequence[str], faults: Faults) -> dict[str, Any]:
    """The known tables of a file; a name that nobody knows is a fault, since its rows would be left out silently."""
    for name in content.keys() - set(known):
        faults.add(name, f"is no table of this file; known are {', '.join(known)}.")
    return {name: content.get(name) for name in known}


def lines_of(text: str, name: str) -> tuple[int, ...]:
    """Where the rows of a table begin in the file: the line of each [[name]], which TOML's reader does not tell."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]")
    return tuple(number for number, line in enumerate(text.splitlines(), 1) if header.match(line))


def rows(kind: type[T], name: str, listed: object, faults: Faults, lines: Sequence[int] = ()) -> tuple[T, ...]:
    """The rows of one table, each as a `kind`; rows with faults are left out and named by number, code and line."""
    if not isinstance(listed, list) or not listed:
        faults.add(name, f"there is no row; write at least one [[{name}]].")
        return ()
    at = lines if len(lines) == len(listed) else [None] * len(listed)
    numbered = enumerate(zip(listed, at, strict=True), 1)
    return tuple(row for no, (raw, line) in numbered for row in _row(kind, f"{name} {no}", raw, faults, line))


def _row(kind: type[T], where: str, raw: object, faults: Faults, line: int | None) -> Iterable[T]:
    label = raw.get("code") or raw.get("name") if isinstance(raw, dict) else None
    return one(kind, f"{where} ({label})" if label else where, raw, faults, line)


def one(kind: type[T], where: str, raw: object, faults: Faults, line: int | None = None) -> Iterable[T]:
    """The table as a `kind`, or nothing and its faults."""
    try:
        return (TypeAdapter(kind).validate_python(raw),)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            faults.add(where, f"{'.'.join(map(str, fault['loc'])) or 'the row'}: {fault['msg']}.", line)
        return ()


def check_periods(what: str, dated: Iterable[D], faults: Faults, gaps: bool) -> None:
    """Two rows for one thing may not be valid on the same day; with `gaps`, nor may a day between them have none."""
    for _, _, fault in period_faults(dated, gaps):
        faults.add(what, fault)


def period_faults(dated: Iterable[D], gaps: bool) -> Iterator[tuple[D, D | None, str]]:
    """The same, one by one: the row that it is about, the one before it where two are, and the sentence."""
    ordered = sorted(dated, key=lambda row: row.valid_from)
    for row in ordered:
        if row.valid_to is not None and row.valid_to < row.valid_from:
            yield row, None, f"valid_to {row.valid_to} lies before valid_from {row.valid_from}; move one of them."
    for earlier, later in pairwise(ordered):
        expected = None if earlier.valid_to is None else earlier.valid_to + timedelta(days=1)
        if expected is None or later.valid_from < expected:
            yield later, earlier, f"two rows are valid on {later.valid_from}; end the earlier one the day before."
        elif gaps and later.valid_from > expected:
            fault = f"no row is valid from {expected}; add one, or move valid_from {later.valid_from} back."
            yield later, earlier, fault


def on(day: date, dated: Iterable[D]) -> D | None:
    """The row that is valid on that day."""
    return next((r for r in dated if r.valid_from <= day and (r.valid_to is None or day <= r.valid_to)), None)


def raise_if(faults: Iterable[Faults]) -> None:
    """Raise SettingsFault with all the sentences, where there are any."""
    found = [sentence for each in faults for sentence in each.found]
    if found:
        raise SettingsFault("The policy files cannot be used:\n  " + "\n  ".join(found))
