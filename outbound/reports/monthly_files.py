"""A month's report as CSV and as a workbook. The same report gives the same bytes: no clock is read."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from outbound.reports.billing import cell
from outbound.reports.figures import rounded
from outbound.reports.formulas import letters
from outbound.reports.monthly_paper import Cell, Column, Kind, Paper, Sheet, plain, typed

FIGURE = ("Afsnit", "Linje", "Kolonne", "Værdi", "Enhed")
"""What a line says of one figure."""
HEADINGS = ("Måned", *FIGURE)
FORMATS = {Kind.COUNT: "#,##0", Kind.MONEY: '#,##0.00 "kr."', Kind.SHARE: '0.0 "%"', Kind.PERCENT: '0 "%"'}
"""By kind. A share stands in percent to the tenth, as it is written everywhere."""


def as_csv(paper: Paper) -> bytes:
    """A line for every figure: semicolons, decimal comma, CRLF and a byte order mark, as Excel in Danish reads them."""
    month, lines = f"{paper.month:%Y-%m}", as_lines("Om rapporten", (paper.title, *paper.said), paper.sheets)
    return written([HEADINGS, *((month, *line) for line in lines)])


def as_lines(about: str, said: Iterable[str], sheets: Iterable[Sheet]) -> Iterator[tuple[str, ...]]:
    """What is said of the figures, in the section `about`, then each figure, as FIGURE has them and made safe."""
    for place, one in enumerate(said, 1):
        yield about, str(place), "", cell(one), ""
    for sheet in sheets:
        for row in sheet.every_row:
            for column, value in zip(sheet.columns[1:], row[1:], strict=True):
                text, unit = plain(value, column)
                number = not isinstance(typed(value, column)[0], str)
                yield (
                    cell(sheet.name),
                    cell(str(row[0])),
                    cell(column.name),
                    text if number else cell(text),
                    unit,
                )


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of cells that are safe by now, as a file."""
    return ("\ufeff" + "".join(";".join(row) + "\r\n" for row in rows)).encode()


def as_workbook(paper: Paper) -> bytes:
    """A sheet for each table, numbers as numbers; a total is a formula where it is the sum of what stands over it."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        made = datetime(paper.dated.year, paper.dated.month, paper.dated.day)  # noqa: DTZ001 - the library takes no zone
        book.set_properties({"title": paper.title, "author": paper.municipality, "created": made})
        looks = {kind: book.add_format({"num_format": form, "align": "right"}) for kind, form in FORMATS.items()}
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        _about(book.add_worksheet("Om rapporten"), paper, heading)
        for sheet in paper.sheets:
            _sheet(book.add_worksheet(sheet.name), sheet, looks, heading)
    return out.getvalue()


def _about(page: Worksheet, paper: Paper, heading: Any) -> None:
    page.set_column(0, 0, 100)
    page.write_string(0, 0, paper.title, heading)
    for at, said in enumerate(paper.said, 1):
        page.write_string(at, 0, said)


def _sheet(page: Worksheet, sheet: Sheet, looks: dict[Kind, Any], heading: Any) -> None:
    page.set_column(0, 0, 42)
    page.set_column(1, len(sheet.columns) - 1, 20)
    page.freeze_panes(1, 1)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.name, heading)
    for at, row in enumerate(sheet.rows, 1):
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write(page, at, place, value, column, looks)
    if sheet.total:
        for place, (column, value) in enumerate(zip(sheet.columns, sheet.total, strict=True)):
            _total(page, sheet, place, value, column, looks)
    if sheet.note:
        page.write_string(len(sheet.every_row) + 2, 0, sheet.note)


def _write(page: Worksheet, at: int, place: int, given: Cell, column: Column, looks: dict[Kind, Any]) -> None:
    value, kind = typed(given, column)
    if isinstance(value, str):
        page.write_string(at, place, value)
    elif value is not None:
        page.write_number(at, place, number(value, kind), looks.get(kind))


def _total(page: Worksheet, sheet: Sheet, place: int, given: Cell, column: Column, looks: dict[Kind, Any]) -> None:
    """As a formula where it is the sum of numbers."""
    at, (value, kind) = len(sheet.rows) + 1, typed(given, column)
    over = [typed(row[place], column)[0] for row in sheet.rows]
    whole = [one for one in over if isinstance(one, int)]
    summed = kind in (Kind.COUNT, Kind.MONEY) and bool(whole) and len(whole) == len(over)
    if summed and isinstance(value, int) and sum(whole) == value:
        name = letters(place)
        formula = f"=SUM({name}2:{name}{len(over) + 1})"
        page.write_formula(at, place, formula, looks[kind], number(value, kind))
    else:
        _write(page, at, place, given, column, looks)


def number(value: int | Fraction, kind: Kind) -> float | int:
    """A number as a workbook has it: kroner, and percent to the tenth."""
    if isinstance(value, Fraction):
        return rounded(value * 1000) / 10
    return value / 100 if kind is Kind.MONEY else value
