"""The accounts as a workbook (XLSX) in which an auditor computes every amount again without our code.

One sheet of tariffs, one of entries with their inputs, one of sums: each amount is a formula over the cells of its
inputs and of its tariff, each sum a SUMIFS over them; beside it stands what the ledger has, and the difference. Text is
written as text: no id can become a formula.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from outbound.accounts import BOOKED, CORRECTED, LETTER, TOLD
from outbound.accounts.auditing import copied
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.reports import formulas
from outbound.reports.formulas import letters
from outbound.reports.reading import Period
from outbound.tariff_row import TariffRow

ROWS = 1_000_000  # of entries a sheet; XLSX has 1,048,576
AT_ONCE = 5000

COLUMNS: Mapping[str, str] = {
    "id": "Post nr.",
    "letter": "Brev",
    "dispatch": "Forsendelse",
    "day": "Dag",
    "department": "Forvaltning",
    "stage": "Trin",
    "measure": "Mål",
    "count": "Antal breve",
    "sheets": "Ark",
    "envelope": "Kuvert",
    "envelope_mg": "Kuvertvægt (mg)",
    "sheet_mg": "Arkvægt (mg)",
    "bytes": "Bytes",
    "letter_class": "Klasse",
    "region": "Zone",
    "weights": "Kuvertens ark, brev for brev",
    "place": "Plads i kuverten",
    "tariff": "Takst",
    "sign": "Fortegn",
    "told": "Oplyst af leverandøren (øre)",
    "whole": "Hele kuvertens beløb (øre)",
    "amount": "Bogført (øre)",
    "again": "Genberegnet (øre)",
    "difference": "Forskel (øre)",
    "other": "Inddata, som arket ikke kan regne med",
}
PLACE = {name: place for place, name in enumerate(COLUMNS)}
INPUTS = ("sheets", "envelope", "envelope_mg", "sheet_mg", "bytes", "letter_class", "region", "weights", "place")
BESIDE = ("sheets_of_letter",)  # says what was compared; no price is made from it
SUMS = ("Mål", "Antal breve", "Bogført (øre)", "Genberegnet (øre)", "Forskel (øre)", "Genberegnet (kr.)")
NOTE = (
    "Hvert beløb under Poster er en formel over sine inddata og sin takst; Bogført er, hvad regnskabet har. "
    "Alle beløb er uden moms. docs/measures.md forklarer hvert mål."
)


def export(tx: Connection, file: Path, period: Period) -> int:
    """Write the entries of the period that are booked, corrected or told by a provider; how many that was."""
    deferred.flush(tx)
    with Workbook(str(file), {"constant_memory": True, "strings_to_formulas": False}) as book:
        summary = book.add_worksheet("Oversigt")
        places = _tariffs(book.add_worksheet(formulas.SHEET), tx)
        written, measures, departments = 0, set[str](), set[str]()
        sheets: list[tuple[str, int]] = []
        sheet: Worksheet | None = None
        for row in _entries(tx, period):
            if sheet is None or sheets[-1][1] == ROWS:
                sheets.append((f"Poster {len(sheets) + 1}", 0))
                sheet = _headed(book, sheets[-1][0])
            sheets[-1] = (sheets[-1][0], sheets[-1][1] + 1)
            _entry(sheet, sheets[-1][1], row, places)
            written += 1
            if row.stage not in TOLD:
                measures.add(row.measure)
                departments.add(row.department)
        _summary(book, summary, sheets, sorted(measures), sorted(departments))
    return written


def _tariffs(sheet: Worksheet, tx: Connection) -> dict[str, tuple[int, TariffRow]]:
    """Write the tariff rows; where each stands (a line, from 1), by its hash. One that was changed is left out."""
    found: dict[str, tuple[int, TariffRow]] = {}
    _words(sheet, 0, list(formulas.HEADINGS.values()))
    for one in tx.execute(select(t.tariff_row).order_by(t.tariff_row.c.hash)):
        if row := copied(one):
            at = len(found) + 1
            found[row.hash] = (at + 1, row)
            for name, value in formulas.cells_of(row).items():
                _write(sheet, at, formulas.COLUMNS[name], value)
    return found


def _entries(tx: Connection, period: Period) -> Iterator[Row[Any]]:
    e, one = t.entry.c, t.letter.c
    wanted = select(t.entry, one.department, one.follows).join_from(t.entry, t.letter)
    counts = (e.stage.in_((BOOKED, CORRECTED, *TOLD)), e.day >= period.first, e.day <= period.last)
    return iter(tx.execute(wanted.where(*counts).order_by(e.id).execution_options(yield_per=AT_ONCE)))


def _headed(book: Workbook, name: str) -> Worksheet:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    _words(sheet, 0, list(COLUMNS.values()))
    return sheet


def _entry(sheet: Worksheet, at: int, row: Row[Any], places: Mapping[str, tuple[int, TariffRow]]) -> None:
    inputs = json.loads(row.inputs)
    other = {} if row.measure == LETTER or row.stage in TOLD else _other(inputs)
    tariff = places.get(row.tariff_hash or "")
    values = {
        "id": row.id,
        "letter": str(row.letter_id),
        "dispatch": str(row.dispatch_id or ""),
        "day": str(row.day),
        "department": row.department,
        "stage": row.stage,
        "measure": row.measure,
        "count": _count(row),
        **({name: inputs[name] for name in INPUTS if name in inputs}),
        "tariff": tariff[1].code if tariff else "",
        "sign": -1 if row.stage == CORRECTED else 1,
        **({"told": inputs["amount"]} if row.stage in TOLD else {}),
        "amount": row.amount,
    }
    for name, value in values.items():
        _write(sheet, at, PLACE[name], value)
    _formula(sheet, at, "whole", _whole(row, at + 1, tariff, bool(other)))
    _formula(sheet, at, "again", _again(inputs, at + 1), row.amount)
    _formula(sheet, at, "difference", f"{_at('amount', at + 1)}-{_at('again', at + 1)}")
    if other:
        _write(sheet, at, PLACE["other"], json.dumps(other, sort_keys=True))


def _other(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in (*INPUTS, *BESIDE)}


def _count(row: Row[Any]) -> int:
    """As docs/measures.md counts: a letter that is sent again is none."""
    if row.measure != LETTER or row.follows is not None:
        return 0
    return -1 if row.stage == CORRECTED else 1


def _whole(row: Row[Any], line: int, tariff: tuple[int, TariffRow] | None, odd: bool) -> str:
    """The amount before it is shared; where this sheet cannot make it, an error that no sum passes over."""
    if row.stage in TOLD:
        return _at("told", line)
    if row.tariff_hash is None:
        return "0"
    if tariff is None or odd:
        return "NA()"
    return formulas.formula(tariff[1], tariff[0], {name: _at(name, line) for name in INPUTS})


def _again(inputs: Mapping[str, Any], line: int) -> str:
    """The entry's own amount: the whole, or its share of an envelope that it went in with others."""
    whole = _at("whole", line)
    if "weights" in inputs:
        weights = [int(weight) for weight in str(inputs["weights"]).split(",")]
        whole = f"({formulas.share(whole, weights, int(inputs['place']))})"
    return f"{_at('sign', line)}*{whole}"


def _formula(sheet: Worksheet, at: int, name: str, formula: str, value: int = 0) -> None:
    """`value` is shown until somebody computes the workbook."""
    sheet.write_formula(at, PLACE[name], f"={formula}", None, value)


def _summary(
    book: Workbook,
    sheet: Worksheet,
    sheets: Sequence[tuple[str, int]],
    measures: Sequence[str],
    departments: Sequence[str],
) -> None:
    """A sum for each measure; then for each department the cost, the baseline and the saving."""
    kroner = book.add_format({"num_format": "#,##0.00"})
    _words(sheet, 0, [NOTE])
    _words(sheet, 2, SUMS)
    at = 3
    for measure in measures:
        _sums(sheet, at, sheets, measure, kroner, {"measure": f"$A{at + 1}"})
        at += 1
    at += 1
    _words(sheet, at, ("Forvaltning", *SUMS))
    for department in departments:
        for measure in measures:
            at += 1
            _write(sheet, at, 0, department)
            _sums(sheet, at, sheets, measure, kroner, {"department": f"$A{at + 1}", "measure": f"$B{at + 1}"}, 1)


def _sums(
    sheet: Worksheet,
    at: int,
    sheets: Sequence[tuple[str, int]],
    measure: str,
    kroner: Any,
    where: Mapping[str, str],
    first: int = 0,
) -> None:
    _write(sheet, at, first, measure)
    for place, name in enumerate(("count", "amount", "again"), first + 1):
        sheet.write_formula(at, place, f"={_sum(sheets, name, where)}")
    ours, again = f"{letters(first + 2)}{at + 1}", f"{letters(first + 3)}{at + 1}"
    sheet.write_formula(at, first + 4, f"={ours}-{again}")
    sheet.write_formula(at, first + 5, f"={again}/100", kroner)


def _sum(sheets: Sequence[tuple[str, int]], name: str, where: Mapping[str, str]) -> str:
    """Booked and corrected entries; what providers say is no part of it."""
    terms = []
    for title, count in sheets:

        def area(column: str, title: str = title, count: int = count) -> str:
            return f"'{title}'!${letters(PLACE[column])}$2:${letters(PLACE[column])}${count + 1}"

        conditions = "".join(f",{area(column)},{cell}" for column, cell in where.items())
        terms += [f'SUMIFS({area(name)}{conditions},{area("stage")},"{stage}")' for stage in (BOOKED, CORRECTED)]
    return "+".join(terms) or "0"


def _at(name: str, line: int) -> str:
    return f"${letters(PLACE[name])}{line}"


def _words(sheet: Worksheet, at: int, words: Sequence[str]) -> None:
    for place, word in enumerate(words):
        _write(sheet, at, place, word)


def _write(sheet: Worksheet, at: int, place: int, value: str | int) -> None:
    if isinstance(value, str):
        sheet.write_string(at, place, value)
    else:
        sheet.write_number(at, place, value)
