"""What letters cost, saved and how they went; and whether every krone comes again."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from outbound import clock
from outbound.accounts import audit as all_differences
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import opened_ledger
from outbound.cli.tables import Form, kroner, percent, shown, table
from outbound.organisation import load_organisation
from outbound.reports.figures import Figure
from outbound.reports.reading import By, Period, figures, total
from outbound.routing import Route
from outbound.settings import Settings
from outbound.tariff_row import Part

PARTS = {Part.PORTO: "Porto sparet", Part.MATERIALS: "Materialer sparet", Part.HANDLING: "Tid sparet, anslået"}
COLUMNS = {
    "key": "",
    "digital": "Digitalt",
    "printed": "Fjernprint",
    "digital_andel": "Digital andel",
    "papirandel": "Papirandel",
    "fjernprintandel": "Fjernprintandel",
    **{f"saved_{part}": heading for part, heading in PARTS.items()},
}
HEADINGS = {
    By.DEPARTMENT: "Forvaltning",
    By.MONTH: "Måned",
    By.CHANNEL: "Kanal",
    By.ROUTE: "Rute",
    By.SYSTEM: "Fagsystem",
    By.LETTER_TYPE: "Brevtype",
}
ALL = "I alt"
NONE = {"digital_andel": "–", "papirandel": "–", "fjernprintandel": "ukendt"}
"""What stands in place of a share that there is not."""


def report(
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; else the first of this month.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; else today.")] = "",
    by: Annotated[By, typer.Option(help="What there is a line for.")] = By.DEPARTMENT,
    form: Annotated[Form, typer.Option("--format", help="csv and json have amounts in øre.")] = Form.TABLE,
) -> None:
    """Letters, shares and savings of a period.

    docs/measures.md defines each figure.
    """
    period = _period(first, last)
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        rows = [*figures(tx, period, by).items(), (ALL, total(tx, period))]
    names = _names(settings, by, period.last)
    for_people = form is Form.TABLE
    listed = [figure_row(names.get(key, key) if for_people else key, each, for_people) for key, each in rows]
    typer.echo(shown(listed, {**COLUMNS, "key": HEADINGS[by]}, form))


def audit() -> None:
    """Compute every entry of the accounts again. Ends with exit code 1 on any difference."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = list(all_differences(tx))
    if not found:
        typer.echo("Every entry comes again from its inputs and its tariff row.")
        return
    fields = ("entry", "letter", "measure", "stored", "expected", "why")
    rows = [[_text(getattr(each, name)) for name in fields] for each in found]
    typer.echo(table(rows, fields))
    typer.echo(f"{len(found)} differences.", err=True)
    raise typer.Exit(Code.FOUND)


def figure_row(key: str, of: Figure, for_people: bool) -> dict[str, Any]:
    """A line of the report: for people in kroner and percent, else øre and fractions (None = unknown)."""
    letters = of.letters
    shares = {
        "digital_andel": letters.digital_share,
        "papirandel": letters.paper_share,
        "fjernprintandel": letters.router_share,
    }
    money = {f"saved_{part}": of.money.saved(part) for part in PARTS}
    return {
        "key": key,
        "digital": letters.digital,
        "printed": letters.printed,
        **{name: percent(each, NONE[name]) if for_people else _decimal(each) for name, each in shares.items()},
        **{name: kroner(amount) if for_people else amount for name, amount in money.items()},
    }


def _names(settings: Settings, by: By, day: date) -> Mapping[str, str]:
    if by is By.ROUTE:
        return {route.code: f"{route.code}: {route.sentence}" for route in Route}
    if by is By.CHANNEL:
        return {"digital": "Digital Post", "print": "Fjernprint"}
    if by is not By.DEPARTMENT:
        return {}
    organisation = load_organisation(settings.config_dir)
    return {each.code: organisation.name_of(each.code, day) for each in organisation.departments}


def _period(first: str, last: str) -> Period:
    today = clock.today()
    try:
        return Period(
            date.fromisoformat(first) if first else today.replace(day=1), date.fromisoformat(last) if last else today
        )
    except ValueError as fault:
        ours = str(fault) if str(fault).startswith("The period") else "A day is written YYYY-MM-DD."
        raise CannotDo(ours) from None


def _decimal(each: Any) -> float | None:
    return None if each is None else round(float(each), 6)


def _text(value: object) -> str:
    return "" if value is None else str(value)
