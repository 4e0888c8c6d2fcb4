"""What letters cost, saved and how they went; and whether every krone comes again."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from outbound import clock
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import opened_ledger
from outbound.cli.tables import Form, shown, table
from outbound.cli.telling import working
from outbound.organisation import load_organisation
from outbound.rendering.danish import kroner, tal
from outbound.reports import By, Period, percent, reminders_of, together
from outbound.reports import report as made_of
from outbound.reports import table as words_of
from outbound.reports.columns import FIGURES, figures_of
from outbound.reports.proof import prove as all_differences
from outbound.reports.workbook import export as to_workbook

DIFFERENCE = ("entry", "letter", "measure", "stored", "expected", "why")
FIRST, LAST = date(1900, 1, 1), date(9998, 12, 31)
"""The days that may be asked for: each begins and ends in UTC too, and has a month after its own."""


def report(
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; else the first of this month.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; else today.")] = "",
    by: Annotated[By, typer.Option(help="What there is a line for.")] = By.DEPARTMENT,
    form: Annotated[Form, typer.Option("--format", help="csv and json have amounts in øre.")] = Form.TABLE,
) -> None:
    """Letters, shares and savings of a period.

    docs/measures.md defines each figure.
    """
    period = period_of(first, last)
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        made = made_of(tx, load_organisation(settings.config_dir), period, by)
        sms = together(reminders_of(tx, period).values())
    if form is Form.TABLE:
        headings, *lines = words_of(made)
        share = percent(sms.share_of(made.total.figure.letters.through_router))
        reminded = f"NemSMS-påmindelser: {tal(sms.sent)} sendt ({share} af brevene), {kroner(sms.cost)}"
        typer.echo(f"{made.period.first} – {made.period.last}\n{reminded}\n\n{table(lines, headings)}")
        return
    rows = [figures_of(line) for line in (*made.lines, made.total)]
    typer.echo(shown(rows, dict.fromkeys(FIGURES, ""), form))


def audit(
    export: Annotated[Path | None, typer.Option(help="Write the entries as a workbook (XLSX) with formulas.")] = None,
    first: Annotated[str, typer.Option("--from", help="The first day of the workbook; else the first of all.")] = "",
    last: Annotated[str, typer.Option("--to", help="Its last day; else the last of all.")] = "",
    form: Annotated[Form, typer.Option("--format", help="csv and json have the differences alone.")] = Form.TABLE,
) -> None:
    """Compute everything again: entries, figures, closed months.

    Ends with exit code 1 on any difference.
    """
    if (first or last) and not export:
        raise CannotDo("--from and --to are of the workbook (--export); everything is computed again whatever its day.")
    period = period_of(first or str(FIRST), last or str(LAST))
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        if export:
            export.open("ab").close()  # a folder, or one that is not there, is said before anything is made
            typer.echo(f"{export}: {to_workbook(tx, export, period)} entries.", err=form is not Form.TABLE)
        with working("Everything is computed again"):
            found = list(all_differences(tx))
    if form is not Form.TABLE:
        fields = dict.fromkeys(DIFFERENCE, "")
        typer.echo(shown([{name: _text(getattr(each, name)) for name in fields} for each in found], fields, form))
    elif not found:
        typer.echo("Every entry comes again from its inputs and its tariff row, and every figure from the entries.")
    else:
        typer.echo(table([[_text(getattr(each, name)) for name in DIFFERENCE] for each in found], DIFFERENCE))
        typer.echo(f"{len(found)} differences.", err=True)
    if found:
        raise typer.Exit(Code.FOUND)


def period_of(first: str, last: str) -> Period:
    """From the first to the last day; this month so far where nothing is said. Raises CannotDo."""
    today = clock.today()
    try:
        period = Period(
            date.fromisoformat(first) if first else today.replace(day=1), date.fromisoformat(last) if last else today
        )
    except ValueError as fault:
        ours = str(fault) if str(fault).startswith("The period") else "A day is written YYYY-MM-DD."
        raise CannotDo(ours) from None
    if period.first < FIRST or period.last > LAST:
        raise CannotDo(f"A period lies between {FIRST} and {LAST}.")
    return period


def _text(value: object) -> str:
    return "" if value is None else str(value)
