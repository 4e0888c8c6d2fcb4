"""A spreadsheet program of a hundred lines: computes the formulas of a workbook from its cells, and believes no value
that somebody has written beside a formula. Knows what the audit's workbook uses and stops at anything else."""

import math
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*")|(?P<ref>(?:(?:'[^']+'|[A-Za-zÆØÅæøå]+)!)?\$?[A-Z]{1,3}\$?\d+
    (?::\$?[A-Z]{1,3}\$?\d+)?)|(?P<name>[A-Z]+)\(|(?P<sign><=|>=|<>|[-+*/=<>(),]))""",
    re.VERBOSE,
)
REF = re.compile(r"(?:(?P<sheet>'[^']+'|[^!]+)!)?\$?(?P<column>[A-Z]+)\$?(?P<row>\d+)(?::\$?[A-Z]+\$?(?P<last>\d+))?")


class NotAvailable(Exception):
    """#N/A."""


class Sheets:
    """The cells of a workbook: text, numbers, and formulas that are computed when they are asked for."""

    def __init__(self, file: Path) -> None:
        with zipfile.ZipFile(file) as packed:
            names = [one.get("name") for one in etree.fromstring(packed.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]
            self.cells = {
                str(name): dict(_cells(packed.read(f"xl/worksheets/sheet{number}.xml")))
                for number, name in enumerate(names, 1)
            }
        self.value = cache(self._value)

    def _value(self, sheet: str, column: str, row: int) -> Any:
        found = self.cells[sheet].get((column, row), "")
        return Formula(self, sheet, found[1:]).computed() if isinstance(found, Code) else found

    def area(self, sheet: str, ref: str) -> list[Any]:
        """The values of a column of cells."""
        found = REF.fullmatch(ref)
        assert found, ref
        named = (found["sheet"] or sheet).strip("'")
        rows = range(int(found["row"]), int(found["last"] or found["row"]) + 1)
        return [self.value(named, found["column"], row) for row in rows]


class Code(str):
    """A formula, with its `=`."""


def _cells(body: bytes) -> Iterator[tuple[tuple[str, int], Any]]:
    for cell in etree.fromstring(body).iter(f"{SHEET}c"):
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", str(cell.get("r"))).groups()  # type: ignore[union-attr]
        formula, text = cell.find(f"{SHEET}f"), cell.find(f"{SHEET}is/{SHEET}t")
        if formula is not None:
            yield (column, int(row)), Code(f"={formula.text}")
        elif text is not None:
            yield (column, int(row)), text.text or ""
        else:
            yield (column, int(row)), float(cell.findtext(f"{SHEET}v") or "nan")


class Formula:
    """One formula, by recursive descent."""

    def __init__(self, sheets: Sheets, sheet: str, text: str) -> None:
        self.sheets, self.sheet, self.tokens, self.at = sheets, sheet, list(_tokens(text)), 0

    def computed(self) -> Any:
        value = self.comparison()()
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return value

    def taken(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def comparison(self) -> Callable[[], Any]:
        left = self.chain(self.product, "+", "-")
        if sign := self.taken("<=", ">=", "=", "<", ">"):
            right = self.chain(self.product, "+", "-")
            return lambda: COMPARED[sign](left(), right())
        return left

    def product(self) -> Callable[[], Any]:
        return self.chain(self.one, "*", "/")

    def chain(self, inner: Callable[[], Callable[[], Any]], *signs: str) -> Callable[[], Any]:
        found = inner()
        while sign := self.taken(*signs):
            found = _applied(sign, found, inner())
        return found

    def one(self) -> Callable[[], Any]:
        if self.taken("-"):
            inner = self.one()
            return lambda: -inner()
        if self.taken("("):
            inner = self.comparison()
            assert self.taken(")")
            return inner
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return lambda: float(text)
        if kind == "text":
            return lambda: text.strip('"')
        if kind == "ref":
            return lambda: _single(self.sheets.area(self.sheet, text))
        assert kind == "name", (kind, text)
        return self.function(text)

    def function(self, name: str) -> Callable[[], Any]:
        if name == "SUMIFS":
            return self.sumifs()
        given = []
        while not self.taken(")"):
            given.append(self.comparison())
            self.taken(",")
        return lambda: FUNCTIONS[name](*given)

    def sumifs(self) -> Callable[[], Any]:
        """An area of amounts, then areas and what must stand in each."""
        given: list[Any] = []
        while not self.taken(")"):
            if len(given) in (0, *range(1, 20, 2)):
                given.append(self.tokens[self.at][1])
                self.at += 1
            else:
                given.append(self.comparison())
            self.taken(",")
        return lambda: _sumifs(self.sheets, self.sheet, given)


def _sumifs(sheets: Sheets, sheet: str, given: list[Any]) -> float:
    amounts = sheets.area(sheet, given[0])
    wanted = [(sheets.area(sheet, area), value()) for area, value in zip(given[1::2], given[2::2], strict=True)]
    return float(sum(each for at, each in enumerate(amounts) if all(area[at] == value for area, value in wanted)))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        assert found, text[at:]
        at = found.end()
        yield next((kind, value) for kind, value in found.groupdict().items() if value is not None)


def _single(area: list[Any]) -> Any:
    (value,) = area
    return value


def _applied(sign: str, left: Callable[[], Any], right: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: CALCULATED[sign](float(left()), float(right()))


def _rounded(value: Callable[[], Any], digits: Callable[[], Any]) -> float:
    return float(Decimal(str(value())).quantize(Decimal(1).scaleb(-int(digits())), ROUND_HALF_UP))


def _not_available() -> float:
    raise NotAvailable


CALCULATED: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "IF": lambda when, then, otherwise: then() if when() else otherwise(),
    "ROUND": _rounded,
    "ROUNDUP": lambda value, digits: float(math.ceil(value())),
    "MIN": lambda *values: min(value() for value in values),
    "MOD": lambda value, by: value() % by(),
    "INT": lambda value: float(math.floor(value())),
    "NA": _not_available,
}
