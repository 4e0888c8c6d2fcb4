"""Providers' invoices beside the accounts: look first, then keep."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from outbound.accounts.invoices import Compared, Invoice, OtherInvoice, compare, keep
from outbound.accounts.ours import charged_otherwise
from outbound.cli.faults import CannotDo, Code
from outbound.cli.months import month_of
from outbound.cli.opening import name_of_hand, opened_ledger, os_user
from outbound.cli.tables import Form, shown, table
from outbound.intake.invoice_file import InvoiceFault, load_forms, read_invoice
from outbound.organisation import Organisation, OrganisationFault, load_organisation
from outbound.rendering.danish import kroner, tal
from outbound.settings import Settings

invoice = typer.Typer(no_args_is_help=True, help="Providers' invoices: check one against the accounts, import it.")
File = Annotated[Path, typer.Argument(help="The provider's CSV, in its form of config/invoices.toml.")]
Month = Annotated[str, typer.Option(help="The month that it is for, YYYY-MM.")]
Provider = Annotated[str, typer.Option(help="Whose it is, as in config/invoices.toml.")]
As = Annotated[Form, typer.Option("--format", help="csv and json have the differences alone, amounts in øre.")]
By = Annotated[str, typer.Option("--by", default_factory=os_user, help="Who does it; else the system's user.")]

COLUMNS = {
    "what": "Hvad", "line": "Linje", "job": "Job", "letter": "Brev", "theirs": "Leverandørens", "ours": "Vores",
    "difference": "Forskel (øre)",
}  # fmt: skip


@invoice.command("check")
def check(file: File, month: Month, provider: Provider = "print", form: As = Form.TABLE) -> None:
    """What differs, by how much, of which letters. Keeps nothing; ends with exit code 1 where anything differs."""
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        compared = compare(tx, _read(settings, file, provider, month))
        typer.echo(_said(compared, load_organisation(settings.config_dir), form))
    if compared.findings:
        raise typer.Exit(Code.FOUND)


@invoice.command("import")
def take_in(file: File, month: Month, by: By, provider: Provider = "print") -> None:
    """Keep the invoice as it came, once, with its amounts beside ours. Nothing of ours is changed by it."""
    who = name_of_hand(by)
    with opened_ledger() as (settings, ledger):
        read = _read(settings, file, provider, month)
        try:
            with ledger.writing() as tx:
                compared = keep(tx, read, who)
        except OtherInvoice as fault:
            raise CannotDo(str(fault)) from None
        if compared is None:
            typer.echo(f"Invoice {read.number} of {provider} has been imported already; nothing was done.")
            return
        typer.echo(_said(compared, load_organisation(settings.config_dir), Form.TABLE))


@invoice.command("receipts")
def receipts(month: Month, form: As = Form.TABLE) -> None:
    """The letters whose receipts said another porto than ours in that month. Ends with exit code 1 where any did."""
    first = month_of(month)
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = list(charged_otherwise(tx, first))
    rows = [
        {"job": one.dispatch, "letter": one.letter, "theirs": told, "ours": one.porto, "difference": told - one.porto}
        for one, told in found
    ]
    headings = {name: COLUMNS[name] for name in ("job", "letter", "theirs", "ours", "difference")}
    typer.echo(shown(rows, headings, form) if rows or form is not Form.TABLE else "Alt stemmer.")
    if rows:
        raise typer.Exit(Code.FOUND)


def _read(settings: Settings, file: Path, provider: str, month: str) -> Invoice:
    forms = load_forms(settings.config_dir)
    if provider not in forms:
        raise CannotDo(f"config/invoices.toml has no form of {provider}; it has {', '.join(sorted(forms))}.")
    try:
        return read_invoice(file.read_bytes(), forms[provider], month_of(month))
    except InvoiceFault as fault:
        raise CannotDo(str(fault)) from None


def _said(compared: Compared, organisation: Organisation, form: Form) -> str:
    rows = [
        {name: getattr(one, name) if getattr(one, name) is not None else "" for name in COLUMNS}
        for one in compared.findings
    ]
    if form is not Form.TABLE:
        return shown(rows, COLUMNS, form)
    found = [shown(rows, COLUMNS, form)] if rows else ["Alt stemmer."]
    return "\n\n".join([_head(compared), _sums(compared, organisation), *found])


def _head(compared: Compared) -> str:
    one = compared.invoice
    return (
        f"Faktura {one.number} fra {one.provider} for {one.month:%Y-%m}: {tal(len(one.lines))} linjer, "
        f"{kroner(compared.amount)}; vores {kroner(compared.ours)}; forskel {kroner(compared.amount - compared.ours)}."
    )


def _sums(compared: Compared, organisation: Organisation) -> str:
    """By department and cost centre, as they were on the day of each letter's hand-over."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    seen = set()
    for line, one in compared.matched:
        to = sums[_payer(organisation, one.department, one.day) if one else ("Intet brev hos os", "")]
        to[0] += 1
        to[1] += line.amount
        if one and one.dispatch not in seen:
            to[2] += one.amount
            seen.add(one.dispatch)
    rows = [
        (*who, tal(count), kroner(theirs), kroner(ours), kroner(theirs - ours))
        for who, (count, theirs, ours) in sorted(sums.items())
    ]
    return table(rows, ("Forvaltning", "Omkostningssted", "Linjer", "Leverandørens", "Vores", "Forskel"))


def _payer(organisation: Organisation, code: str, day: date | None) -> tuple[str, str]:
    try:
        return code, organisation.department(code, day).cost_centre if day else ""
    except OrganisationFault:
        return code, ""
