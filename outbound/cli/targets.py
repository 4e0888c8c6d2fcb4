"""`outbound targets`: what is realised, against what was to be reached."""

from typing import Annotated, Any

import typer

from outbound import clock
from outbound.cli.money import period_of
from outbound.cli.opening import opened_ledger
from outbound.cli.tables import Form, shown, table
from outbound.organisation import load_organisation
from outbound.reports import By, report
from outbound.reports import target_words as words
from outbound.reports.targets import Against, Prices, target_report


def targets(
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; else the first of this year.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; else today.")] = "",
    form: Annotated[Form, typer.Option("--format", help="csv and json have amounts in øre.")] = Form.TABLE,
) -> None:
    """Shares, gains and enrolment of a period, against targets and budgets.

    docs/measures.md defines each figure; config/targets.toml says what is to be reached.
    """
    period = period_of(first or f"{clock.today().year}-01-01", last)
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        organisation = load_organisation(settings.config_dir)
        made = target_report(tx, organisation, report(tx, organisation, period, By.DEPARTMENT))
    lines = (*made.lines, made.total)
    if form is not Form.TABLE:
        rows = [_figures(line) for line in lines]
        typer.echo(shown(rows, dict.fromkeys(rows[0], ""), form))
        return
    typer.echo(f"{period.first} – {period.last}")
    for headings, *rest in (words.shares(lines), words.gains(lines, made.fixed_year)):
        typer.echo(f"\n{table(rest, headings)}")
    typer.echo(f"\n{table(words.whole(made), ('Hele kommunen', '', ''))}")


def _figures(line: Against) -> dict[str, Any]:
    shares = {
        "digital_andel": line.letters.digital_share,
        "digital_andel_digitisable": line.digitisable.digital_share,
        "fjernprintandel": line.letters.router_share,
    }
    prices = ("certain", "certain_budget", "estimated", "estimated_budget")
    return {
        "key": line.key,
        "label": line.label,
        **{name: None if share is None else round(float(share), 6) for name, share in shares.items()},
        "local_estimated": line.letters.estimated,
        **{f"target_{name.replace('-', '_')}": percent for name, percent in line.targets.items()},
        **{name: amount for one in prices for name, amount in _amounts(one, getattr(line, one))},
    }


def _amounts(name: str, prices: Prices) -> list[tuple[str, int | None]]:
    return [(name, prices.current), (f"{name}_fixed", prices.fixed)]
