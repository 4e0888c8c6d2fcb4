"""Reads a provider's invoice as CSV by the provider's own columns (`config/invoices.toml`).

Nothing of a person may come in: a file in which anything looks like a CPR number is refused as a whole. Every fault is
said with its line, and no fault repeats what stands there.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from outbound.accounts.invoice_lines import InvoiceLine
from outbound.accounts.invoices import Invoice
from outbound.intake.checking import looks_like_cpr
from outbound.policy import Faults, raise_if, read, rows, tables
from outbound.tariff_row import VAT

FILE = "invoices.toml"
LARGEST = 100_000_000  # bytes
MOST_SAID = 20  # faults
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
JOB = re.compile(r"[A-Za-z0-9._:-]{1,64}")
Name = Annotated[str, Field(min_length=1, max_length=60)]


class InvoiceFault(Exception):
    """The file cannot be taken for an invoice; the text says where and why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The headings under which the provider writes what; '' = it does not."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    number: Name
    job: Name
    amount: Name
    kind: str = ""
    sheets: str = ""
    letter_class: str = ""
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceForm:
    """How a provider writes its invoices. `credits`: words in `kind` for money back; `classes`: its words for ours."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    provider: Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")]
    columns: Columns
    vat_included: bool
    source: Annotated[str, Field(min_length=1, max_length=400)]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ";"
    decimal: Literal[",", "."] = ","
    encoding: Literal["utf-8", "cp1252"] = "utf-8"  # with or without a byte order mark
    credits: tuple[Name, ...] = ()
    classes: Mapping[str, Name] = field(default_factory=dict)


def load_forms(folder: Path) -> dict[str, InvoiceForm]:
    """The forms of `invoices.toml` in that folder, by provider. Raises SettingsFault with every fault."""
    faults = Faults(folder / FILE, [])
    listed = tables(read(faults.file, faults), ("invoice",), faults)["invoice"]
    forms = rows(InvoiceForm, "invoice", listed, faults)
    names = [form.provider for form in forms]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"invoice {name}", "this provider stands more than once; keep one.")
    raise_if((faults,))
    return {form.provider: form for form in forms}


def read_invoice(body: bytes, form: InvoiceForm, month: date) -> Invoice:
    """The invoice of that file, for the month that begins on that day. Raises InvoiceFault."""
    if len(body) > LARGEST:
        raise InvoiceFault(f"The file is larger than {LARGEST // 1_000_000} MB.")
    found, faults, numbers = list[InvoiceLine](), list[str](), set[str]()
    for at, row in enumerate(_rows(body, form), 1):
        try:
            found.append(_line(at, row, form))
            numbers.add(row[form.columns.number].strip())
        except InvoiceFault as fault:
            faults.append(f"line {at}: {fault}")
    if not faults and (len(numbers) != 1 or not NUMBER.fullmatch(next(iter(numbers)))):
        faults.append("all lines must be of one invoice, with a number of letters and digits.")
    if faults:
        more = f"\n  and {len(faults) - MOST_SAID} more." if len(faults) > MOST_SAID else ""
        raise InvoiceFault("The file cannot be taken in:\n  " + "\n  ".join(faults[:MOST_SAID]) + more)
    return Invoice(form.provider, numbers.pop(), month, hashlib.sha256(body).hexdigest(), tuple(found))


def _rows(body: bytes, form: InvoiceForm) -> Iterator[dict[str, str]]:
    try:
        text = body.decode("utf-8-sig" if form.encoding == "utf-8" else form.encoding)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
        headings = [heading.strip() for heading in next(lines, [])]
        missing = [name for name in _named(form.columns) if headings.count(name) != 1]
        if missing:
            raise InvoiceFault(f"These headings must stand in the first line, once: {', '.join(missing)}.")
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield dict(zip(headings, cells, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InvoiceFault(
            f"The file is no CSV in {form.encoding} with {form.delimiter!r} between its cells."
        ) from None
    except ValueError:
        raise InvoiceFault("A line has more or fewer cells than there are headings.") from None


def _named(columns: Columns) -> Iterator[str]:
    for name in ("number", "job", "amount", "kind", "sheets", "letter_class", "envelope"):
        if heading := getattr(columns, name):
            yield heading


def _line(at: int, row: Mapping[str, str], form: InvoiceForm) -> InvoiceLine:
    columns = form.columns
    job = _job(row[columns.job].strip())
    numbers = {columns.job, columns.amount, columns.sheets}
    if any(looks_like_cpr(cell) for heading, cell in row.items() if heading not in numbers):
        raise InvoiceFault("something looks like a CPR number; have the provider leave it out.")
    amount = _amount(row[columns.amount].strip(), form)
    credit = amount < 0 or (bool(columns.kind) and row[columns.kind].strip() in form.credits)
    told = row[columns.letter_class].strip() if columns.letter_class else ""
    return InvoiceLine(
        at,
        job,
        -abs(amount) if credit else amount,
        credit,
        _sheets(row[columns.sheets].strip()) if columns.sheets else None,
        form.classes.get(told, told),
        row[columns.envelope].strip() if columns.envelope else "",
    )


def _job(text: str) -> str:
    """The job as it is kept: a UUID in its usual form, else what stands there, where that can be no person's."""
    try:
        return str(UUID(text))
    except ValueError:
        pass
    if not JOB.fullmatch(text) or looks_like_cpr(text):
        raise InvoiceFault(
            "the job is no word of at most 64 letters, digits, dots and dashes, or looks like a CPR number."
        )
    return text


def _amount(text: str, form: InvoiceForm) -> int:
    """Øre without VAT, each line to the nearest, half away from nothing."""
    thousands = "." if form.decimal == "," else ","
    decimal = re.escape(form.decimal)
    plain = rf"(-?)(\d{{1,9}}|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}}){{1,2}})(?:{decimal}(\d{{1,2}}))?"
    found = re.fullmatch(plain, text, re.ASCII)
    if not found:
        raise InvoiceFault(f"the amount is none in kroner with {form.decimal!r} before the øre.")
    sign, whole, rest = found.groups(default="")
    oere = int(whole.replace(thousands, "")) * 100 + int(rest.ljust(2, "0") or 0)
    if form.vat_included:
        oere = (200 * oere + 100 + VAT) // (2 * (100 + VAT))
    return -oere if sign else oere


def _sheets(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise InvoiceFault("the number of sheets is none.")
    return int(text)
