"""Tables at a terminal, and the same rows as JSON and CSV for other programs."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from outbound import clock

Row = Mapping[str, Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Form(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def shown(rows: Sequence[Row], columns: Mapping[str, str], form: Form) -> str:
    """The rows in that form. `columns`: the key of each column to its heading; CSV and JSON carry the keys."""
    if form is Form.JSON:
        plain = [{key: _plain(row.get(key)) for key in columns} for row in rows]
        return json.dumps(plain, ensure_ascii=False, indent=1)
    if form is Form.CSV:
        return _csv(rows, list(columns))
    return table([[str(row.get(key, "")) for key in columns] for row in rows], list(columns.values()))


def table(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> str:
    """Columns of text under their headings; numbers to the right."""
    lines = [[clean(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(headings))]
    right = [bool(rows) and all(_is_number(row[at]) for row in rows) for at in range(len(headings))]
    lines.insert(1, ["-" * width for width in widths])
    laid = ("  ".join(map(_laid, line, widths, right)) for line in lines)
    return "\n".join(line.rstrip() for line in laid)


def clean(text: str) -> str:
    """The text without what could move the cursor or reverse the line: somebody's own words may be in it."""
    return "".join(sign if sign.isprintable() else "·" for sign in text)


def moment(at: datetime | None) -> str:
    """A time as Danish clocks show it, to the second."""
    return "" if at is None else f"{at.astimezone(clock.COPENHAGEN):%Y-%m-%d %H:%M:%S}"


def age(since: datetime | None) -> str:
    """How long ago, in the two largest units: `3 d 4 t`, `12 min`."""
    if since is None:
        return ""
    seconds = max(0, int((clock.now() - since).total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} t"
    return f"{hours} t {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"


def _laid(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _is_number(text: str) -> bool:
    return text in ("", "–", "ukendt") or text[-1:] in "0123456789%" or text.endswith("kr.")


def _csv(rows: Sequence[Row], keys: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_cell(row.get(key)) for key in keys] for row in rows)
    return out.getvalue().rstrip("\n")


def _cell(value: Any) -> Any:
    """A spreadsheet must not read a text as a formula."""
    plain = _plain(value)
    return f"'{plain}" if isinstance(plain, str) and plain.startswith(FORMULA) else "" if plain is None else plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
