"""Months that are reported: closed, printed again, verified; and what each department pays."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from outbound.accounts.closing import NotNow
from outbound.cli.faults import CannotDo, Code
from outbound.cli.money import FIRST, LAST
from outbound.cli.opening import name_of_hand, opened_ledger, os_user
from outbound.cli.tables import Form, shown, table
from outbound.cli.telling import working
from outbound.organisation import load_organisation
from outbound.rendering import RenderingFault
from outbound.rendering.danish import kroner, maaned, tal
from outbound.reports import papers
from outbound.reports.billing import as_csv
from outbound.reports.month_end import write
from outbound.reports.monthly import Broken, MonthReport, close_month, month_report, verify
from outbound.reports.papers import keep

month = typer.Typer(no_args_is_help=True, help="Reported months: close, report, verify, billing.")
Which = Annotated[str, typer.Argument(metavar="MONTH", help="The month, YYYY-MM.")]
By = Annotated[str, typer.Option("--by", default_factory=os_user, help="Who does it; else the system's user.")]


class ReportForm(StrEnum):
    """How a report is given: to read, to other programs, or as the file that is handed out."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PDF = "pdf"
    XLSX = "xlsx"


HEADINGS = (
    "Forvaltning", "Digitalt", "Fjernprint", "Porto", "Materialer", "Sparet, sikkert",
    "Heraf digitalt frem for fjernprint", "Heraf fjernprint frem for kontoret", "Tid sparet, anslået",
    "Forgæves forsøg", "Kom retur", "NemSMS",
)  # fmt: skip
"""Tries that were refused and letters that came back are of porto and materials; NemSMS is of neither."""


@month.command("close")
def close(which: Which, by: By) -> None:
    """Close a month that is over: its report is kept, and what comes later counts in the month in which it comes."""
    first = month_of(which)
    who = name_of_hand(by)
    with opened_ledger() as (settings, ledger):
        try:
            with working("The month is closed"):
                organisation = load_organisation(settings.config_dir)
                made = close_month(ledger, organisation, first, who)
                keep(ledger, organisation, first)
        except NotNow as fault:
            raise CannotDo(str(fault)) from None
        except RenderingFault:
            raise CannotDo(f"{which} is closed, but its report is too long to be kept as PDF.") from None
        except Broken as fault:
            raise _unusable(which, fault) from None
    typer.echo(_standing(made))


@month.command("report")
def report(
    which: Which,
    form: Annotated[
        ReportForm | None,
        typer.Option("--format", help="How to print it, in øre; with --out pdf, csv or xlsx, else by its name."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the report to this file: .pdf, .csv or .xlsx.")] = None,
    public: Annotated[bool, typer.Option("--public", help="The file for everybody, without small numbers.")] = False,
) -> None:
    """The month's figures: of a closed month to the letter as they were reported, of an open one as they are now."""
    if out is not None:
        _file(which, out, form, public)
    elif public or form in (ReportForm.PDF, ReportForm.XLSX):
        raise CannotDo("Say with --out which file to write.")
    else:
        _print(_made(which), form)


def _print(made: MonthReport, form: ReportForm | None) -> None:
    if form is ReportForm.JSON:
        head = {"digest": made.digest, "closed_by": made.by, "closed_at": made.at}
        typer.echo(json.dumps({**head, "figures": made.figures}, ensure_ascii=False, sort_keys=True, indent=1))
    elif form is ReportForm.CSV:
        where = {"month": made.figures["month"], "last_entry": made.figures["ledger"]["last"], "digest": made.digest}
        rows = [
            where | line
            for line in (*made.figures["lines"], {"department": "", "name": "I alt"} | made.figures["total"])
        ]
        typer.echo(shown(rows, dict.fromkeys(rows[-1], ""), Form.CSV))
    else:
        typer.echo(_as_table(made))


def _file(which: str, out: Path, form: ReportForm | None, public: bool) -> None:
    try:
        wanted = papers.Form(form or out.suffix.removeprefix(".").lower())
    except ValueError:
        raise CannotDo("A report is written as pdf, csv or xlsx: say so with --format, or name the file so.") from None
    first = month_of(which)
    with opened_ledger() as (settings, ledger):
        try:
            with working("The report is made"):
                made = papers.paper(ledger, load_organisation(settings.config_dir), first, wanted, public)
            write(out, made.body)
        except papers.TooSoon:
            raise CannotDo(_too_soon(which, public)) from None
        except Broken as fault:
            raise _unusable(which, fault) from None
        except RenderingFault:
            raise CannotDo("The report has more lines than a PDF takes; write it as csv or xlsx.") from None
        except OSError as fault:
            raise CannotDo(f"{out} cannot be written: {fault.strerror}.") from None
    typer.echo(f"{out}: {len(made.body)} bytes.")


def _too_soon(which: str, public: bool) -> str:
    if public:
        return f"{which} is not over; its file for everybody is made when it is."
    return f"{which} has not begun; there is nothing to report."


@month.command("verify")
def verified(form: Annotated[Form, typer.Option("--format", help="How to print it.")] = Form.TABLE) -> None:
    """Make the figures of every closed month again from its entries. Ends with exit code 1 on any difference."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = [*verify(tx), *papers.verify_papers(tx)]
    if form is not Form.TABLE:
        rows = [{"month": f"{first:%Y-%m}", "why": why} for first, why in found]
        typer.echo(shown(rows, {"month": "", "why": ""}, form))
    else:
        for first, why in found:
            typer.echo(f"{first:%Y-%m}: {why}.")
        if not found:
            typer.echo("Every closed month comes again from its entries, and its files are those that were kept.")
    if found:
        raise typer.Exit(Code.FOUND)


@month.command("billing")
def billing(which: Which) -> None:
    """What each cost centre pays, as CSV for the finance system: redirect it to a file."""
    made = _made(which)
    typer.echo(as_csv(made.figures["month"], made.billing), nl=False)


def _made(which: str) -> MonthReport:
    first = month_of(which)
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        try:
            return month_report(tx, load_organisation(settings.config_dir), first)
        except Broken as fault:
            raise _unusable(which, fault) from None


def _unusable(which: str, fault: Broken) -> CannotDo:
    return CannotDo(f"{which}: {fault}. Nothing is made of it; `outbound month verify` goes through every month.")


def month_of(which: str) -> date:
    """The first day of the month written YYYY-MM. Raises CannotDo."""
    try:
        first = date.fromisoformat(f"{which}-01")
    except ValueError:
        raise CannotDo("A month is written YYYY-MM.") from None
    if not FIRST <= first <= LAST:
        raise CannotDo(f"The months there are go from {FIRST:%Y-%m} to {LAST:%Y-%m}.")
    return first


def _as_table(made: MonthReport) -> str:
    rows = [_words(line) for line in (*made.figures["lines"], {"name": "I alt", **made.figures["total"]})]
    parts = [f"{maaned(made.month)}\n{_standing(made)}", table(rows, HEADINGS), *_invoices(made)]
    return "\n\n".join(parts)


def _standing(made: MonthReport) -> str:
    ledger = made.figures["ledger"]
    if not made.digest and made.by:
        return (
            f"Lukket af {made.by} {made.at}, men rapporten mangler: tallene er, som de ville blive nu.\n"
            f"Luk måneden igen: outbound month close {made.month:%Y-%m}"
        )
    if not made.digest:
        return f"Foreløbig: måneden er åben. {tal(ledger['entries'])} posteringer til og med nr. {ledger['last']}."
    return (
        f"Lukket af {made.by} {made.at}: {tal(ledger['entries'])} posteringer til og med nr. {ledger['last']}.\n"
        f"Posteringernes nøgle (SHA-256): {ledger['digest']}\n"
        f"Rapportens nøgle:               {made.digest}\n"
        f"Måneden før:                    {made.figures['previous'] or 'ingen'}"
    )


def _words(line: dict[str, Any]) -> tuple[str, ...]:
    office, by_print, cost = (line[f"{way}_porto"] + line[f"{way}_materials"] for way in ("office", "print", "cost"))
    return (
        line["name"],
        tal(line["digital"]),
        tal(line["printed"]),
        kroner(line["cost_porto"]),
        kroner(line["cost_materials"]),
        kroner(office - cost),
        kroner(by_print - cost),
        kroner(office - by_print),
        kroner(line["office_handling"] - line["cost_handling"]),
        kroner(line["failed"]),
        kroner(line["returned"]),
        kroner(line["reminders_cost"]),
    )


def _invoices(made: MonthReport) -> list[str]:
    """The invoices that came in the month, where any did."""
    headings = ("Faktura", "Leverandør", "Linjer", "Beløb", "Vores", "Forskel", "Heraf uden brev hos os")
    rows = [
        (one["number"], one["provider"], tal(one["lines"]), kroner(one["amount"]), kroner(one["ours"]),
         kroner(one["amount"] - one["ours"]), kroner(one["strange_amount"]))
        for one in made.figures["invoices"]
    ]  # fmt: skip
    return [table(rows, headings)] if rows else []
