"""A month's report as it is handed out: tables of values with their kinds. A file of any form is made of these alone,
so that all of them say the same."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from outbound.rendering.danish import beloeb, kroner, maaned, tal
from outbound.reports.figures import rounded
from outbound.reports.report import NO_LETTERS, percent


class Kind(StrEnum):
    """What a column's values are: a text, a whole number, øre, a share from 0 to 1, a percentage that was set."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    PERCENT = "percent"


Value = str | int | Fraction | None
"""None is what there is not; a text in a column of numbers says why there is none."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of another kind than its column's."""

    value: Value
    kind: Kind


Cell = Value | Typed
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what stands over it, and of what kind it is."""

    name: str
    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `name` has at most 31 characters, as a sheet of a workbook may. `total` is None where nothing is
    added up."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: str = ""

    @property
    def every_row(self) -> tuple[Row, ...]:
        """The rows, and their total where they have one."""
        return (*self.rows, *((self.total,) if self.total else ()))


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole of a report. `trend` is the digital share month by month; None = no share, or none to be shown.

    `said` are the sentences under the title; `dated` is the day that the files give as theirs.
    """

    municipality: str
    month: date
    dated: date
    public: bool
    said: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    trend: tuple[tuple[date, Fraction | None], ...]
    target: int | None

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Udgående post i {maaned(self.month)}"


def typed(cell: Cell, column: Column) -> tuple[Value, Kind]:
    """A cell's value and its kind."""
    return (cell.value, cell.kind) if isinstance(cell, Typed) else (cell, column.kind)


def words(cell: Cell, column: Column) -> str:
    """A cell as people read it."""
    value, kind = typed(cell, column)
    if value is None:
        return NO_LETTERS
    if isinstance(value, str):
        return value
    if isinstance(value, Fraction):
        return percent(value)
    return kroner(value) if kind is Kind.MONEY else f"{value} %" if kind is Kind.PERCENT else tal(value)


def plain(cell: Cell, column: Column) -> tuple[str, str]:
    """A cell as programs read it, with a decimal comma, and its unit."""
    value, kind = typed(cell, column)
    if value is None or isinstance(value, str):
        return value or "", ""
    if isinstance(value, Fraction):
        tenths = rounded(value * 1000)
        return f"{tenths // 10},{tenths % 10}", "pct."
    if kind is Kind.MONEY:
        return beloeb(value), "kr."
    return str(value), "pct." if kind is Kind.PERCENT else "stk."


def columns(first: str, *others: tuple[str, Kind]) -> tuple[Column, ...]:
    """A column of texts, then the others."""
    return (Column(first, Kind.TEXT), *(Column(name, kind) for name, kind in others))


def each(amount: int, letters: int) -> int | None:
    """Øre for one letter, to the nearest, half upwards. None without letters."""
    return rounded(Fraction(amount, letters)) if letters > 0 else None
