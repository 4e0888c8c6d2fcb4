"""Tables at a terminal, and the same rows as JSON and CSV for other programs."""

import csv
import io
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from outbound import clock

Row = Mapping[str, Any]
NARROWEST = 8  # characters of a column that is cut to fit
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Form(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def shown(rows: Sequence[Row], columns: Mapping[str, str], form: Form) -> str:
    """The rows in that form. `columns`: the key of each column to its heading; CSV and JSON carry the keys."""
    if form is Form.JSON:
        found = [{key: plain(row.get(key)) for key in columns} for row in rows]
        return json.dumps(found, ensure_ascii=False, indent=1)
    if form is Form.CSV:
        return _csv(rows, list(columns))
    cells = [[_text(row.get(key)) for key in columns] for row in rows]
    return table(cells, list(columns.values()), _terminal())


def table(rows: Sequence[Sequence[str]], headings: Sequence[str], most: int = 0) -> str:
    """Columns of text under their headings; numbers to the right. `most`: characters that a line may have; 0 = any.

    What is too wide is cut, but for ids, by which things are done; what is too wide still stands one below the other.
    """
    lines = [[clean(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(headings))]
    if most and _width(widths) > most:
        widths = _fitting(widths, [any(_is_id(line[at]) for line in lines[1:]) for at in range(len(headings))], most)
        if _width(widths) > most:
            return _one_below_the_other(lines)
        lines = [[_cut(cell, width) for cell, width in zip(line, widths, strict=True)] for line in lines]
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


def _terminal() -> int:
    """The characters of a line of the terminal; 0 where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _fitting(widths: Sequence[int], ids: Sequence[bool], most: int) -> list[int]:
    """The widest columns a character narrower each, until all fit or none may be narrower."""
    found = list(widths)
    while _width(found) > most:
        at = max((at for at in range(len(found)) if not ids[at]), key=found.__getitem__, default=None)
        if at is None or found[at] <= NARROWEST:
            break
        found[at] -= 1
    return found


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _one_below_the_other(lines: Sequence[Sequence[str]]) -> str:
    headings, *rows = lines
    left = max(map(len, headings))
    pairs = (zip(headings, row, strict=True) for row in rows)
    return "\n\n".join("\n".join(f"{name.ljust(left)}  {cell}".rstrip() for name, cell in one) for one in pairs)


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _text(value: Any) -> str:
    return "" if value is None else str(value)


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
    found = plain(value)
    if isinstance(found, list | dict):
        found = json.dumps(found, ensure_ascii=False)
    return f"'{found}" if isinstance(found, str) and found.startswith(FORMULA) else "" if found is None else found


def plain(value: Any) -> Any:
    """The value as JSON has it: times and days as ISO 8601, ids as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return value
