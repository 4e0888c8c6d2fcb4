"""`outbound local`: letters that departments printed at their own offices, reported and looked at."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import name_of_hand, opened_ledger, os_user
from outbound.cli.tables import Form, moment, shown
from outbound.intake.local_print import Overlaps, counting_week, local_print_faults, report_local_print
from outbound.ledger.local_print import Counted, LocalPrint, standing
from outbound.organisation import Organisation, load_organisation

local = typer.Typer(no_args_is_help=True, help="Letters that departments still print at their own offices.")
WEEKS, PERIODS = ("department", "year", "week", "letters"), ("department", "first", "last", "letters")
WITHDRAWN = "-"
LONGEST_FILE = 5_000_000  # bytes
COLUMNS = {
    "department": "Forvaltning", "first": "Fra", "last": "Til", "letters": "Breve", "kind": "Optalt", "source": "Kilde",
    "by": "Af", "at": "Indberettet",
}  # fmt: skip
KINDS = {Counted.EXACT: "nøjagtigt", Counted.WEEK: "tælleuge"}


@local.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV: department;first;last;letters or department;year;week;letters.")],
    source: Annotated[str, typer.Option(help="Where the numbers come from, e.g. komhen-2026: a-z, 0-9 and -.")],
    by: Annotated[str, typer.Option(help="Who reports; else whoever is signed in here.")] = "",
) -> None:
    """Report letters printed at the offices, from a file.

    A line is a period counted exactly or a counting week. The same again changes nothing, another number corrects the
    first, and - as the number withdraws it. Either every line is kept or none.
    """
    if not re.fullmatch("[a-z0-9-]{1,64}", source):
        raise CannotDo("A source is named by at most 64 of a-z, 0-9 and - (--source).")
    who = name_of_hand(by or os_user())
    with opened_ledger() as (settings, ledger):
        rows = _rows(file, source, load_organisation(settings.config_dir))
        try:
            with ledger.writing() as tx:
                done = report_local_print(tx, rows, who)
        except Overlaps as fault:
            raise CannotDo(f"Nothing was kept. {fault}") from None
    new, replaced = sum(one.new for one in done), sum(one.replaces for one in done)
    typer.echo(f"{new - replaced} reported, {replaced} corrected, {len(done) - new} as before.")


@local.command("list")
def list_(form: Annotated[Form, typer.Option("--format", help="How it is printed.")] = Form.TABLE) -> None:
    """What is reported now: the newest number of each period."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = standing(tx)
    rows = [
        {name: getattr(one.reported, name) for name in ("department", "first", "last", "letters", "source")}
        | {"kind": KINDS[one.reported.kind], "by": one.by, "at": moment(one.at)}
        for one in found
    ]
    typer.echo(shown(rows, COLUMNS, form) if rows or form is not Form.TABLE else "Nothing has been reported.")


def _rows(file: Path, source: str, organisation: Organisation) -> list[LocalPrint]:
    """Every line of the file. Ends the command with all that is wrong, line by line."""
    found: list[LocalPrint] = []
    faults: list[str] = []
    for number, line in _lines(file):
        try:
            one = _reported(line, source)
        except ValueError as fault:
            faults.append(f"{file.name}: line {number}: {fault}")
            continue
        wrong = [*local_print_faults(organisation, one)] if one.letters is not None else []
        faults += [f"{file.name}: line {number}: {fault.pointer[1:]}: {fault.message}" for fault in wrong]
        if any(one.is_of(other) or one.overlaps(other) for other in found):
            faults.append(f"{file.name}: line {number}: counts days that a line above counts already.")
        found.append(one)
    if faults or not found:
        typer.echo("\n".join(faults) or f"{file.name}: there is no line under the headings.")
        raise typer.Exit(Code.FOUND)
    return found


def _lines(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    if file.stat().st_size > LONGEST_FILE:
        raise CannotDo(f"{file.name} has more than {LONGEST_FILE} bytes; report it in parts.")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotDo(f"{file.name} is not UTF-8; save it as CSV UTF-8.") from None
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    headings = tuple(word.strip().lower() for word in next(reader, []))
    if headings not in (WEEKS, PERIODS):
        raise CannotDo(f"{file.name}: the first line must be {';'.join(PERIODS)} or {';'.join(WEEKS)}.")
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(headings, [*map(str.strip, cells), *[""] * 4], strict=False))


def _reported(line: Mapping[str, str], source: str) -> LocalPrint:
    """Raises ValueError with a sentence; it repeats nothing but numbers of years and weeks."""
    letters = None if line["letters"] == WITHDRAWN else _number(line["letters"], "letters")
    if "week" in line:
        kind, days = Counted.WEEK, counting_week(_number(line["year"], "year"), _number(line["week"], "week"))
    else:
        kind, days = Counted.EXACT, (_day(line["first"], "first"), _day(line["last"], "last"))
    return LocalPrint(line["department"], source, kind, *days, letters)


def _number(text: str, name: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(f"{name}: write a whole number that is not negative, without separators.")
    return int(text)


def _day(text: str, name: str) -> date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{name}: write a day as YYYY-MM-DD.")
