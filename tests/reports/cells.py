"""The cells of a small workbook: texts, numbers, and formulas as they stand."""

import io
import re
import zipfile
from typing import Any

from lxml import etree

from tests.reports.spreadsheet import SHEET, Code

Cells = dict[tuple[str, int], Any]


def cells_of(body: bytes) -> dict[str, Cells]:
    """By the sheet's name, then by column letter and row."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        shared = [
            "".join(str(text) for text in one.itertext())
            for one in etree.fromstring(packed.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")
        ]
        names = [str(one.get("name")) for one in etree.fromstring(packed.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]
        pages = [etree.fromstring(packed.read(f"xl/worksheets/sheet{place}.xml")) for place in range(1, len(names) + 1)]
    return {
        name: {_place(cell): _value(cell, shared) for cell in page.iter(f"{SHEET}c")}
        for name, page in zip(names, pages, strict=True)
    }


def _place(cell: Any) -> tuple[str, int]:
    found = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r"))
    assert found
    return found[1], int(found[2])


def _value(cell: Any, shared: list[str]) -> Any:
    formula, value = cell.findtext(f"{SHEET}f"), cell.findtext(f"{SHEET}v")
    if formula is not None:
        return Code(f"={formula}")
    return shared[int(value)] if cell.get("t") == "s" else float(value or "nan")
