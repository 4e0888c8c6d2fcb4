"""`outbound management`: what management sees on `/ledelse`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from outbound import clock
from outbound.cli.faults import CannotDo
from outbound.cli.money import period_of
from outbound.cli.opening import opened_ledger
from outbound.cli.tables import Form, plain, shown, table
from outbound.organisation import load_organisation
from outbound.reports import management_words as words
from outbound.reports import target_words
from outbound.reports.columns import MANAGEMENT, rows_of
from outbound.reports.management import Management, choices, read
from outbound.reports.management import management as made_of

Rows = Sequence[Mapping[str, Any]]
FORMS = "csv and json are for programs: amounts in øre, decimal points. For Excel in Danish: the file of /ledelse."


def management(
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; else the first of this year.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; else today.")] = "",
    department: Annotated[str, typer.Option(help="The code of one department; else all of them.")] = "",
    form: Annotated[Form, typer.Option("--format", help=FORMS)] = Form.TABLE,
) -> None:
    """What management sees: shares, reasons for paper, savings and budgets of a period.

    docs/measures.md defines each figure.
    """
    period = period_of(first or f"{clock.today().year}-01-01", last)
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        organisation = load_organisation(settings.config_dir)
        found = read(tx, organisation, period, everyone=False)
    if department and department not in choices(organisation, found):
        raise CannotDo(f"There is no department {department} in the period; `outbound report` names them.")
    made = made_of(organisation, found, {department} if department else None)
    rows = list(rows_of(made))
    if form is Form.CSV:
        typer.echo(shown(rows, dict.fromkeys(MANAGEMENT, ""), form))
    elif form is Form.JSON:
        typer.echo(json.dumps(_nested(made, department, rows), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n\n".join((f"{period.first} – {period.last}", *_tables(made))))


def _nested(made: Management, department: str, rows: Rows) -> dict[str, Any]:
    head = {"from": made.period.first, "to": made.period.last, "only": department or None}
    return {name: plain(value) for name, value in head.items()} | {
        name: [plain({key: value for key, value in row.items() if key != "table"}) for row in some]
        for name, some in _by_table(rows).items()
    }


def _tables(made: Management) -> Iterator[str]:
    """The page's figures in its own words."""
    lines = (*made.against.lines, made.against.total)
    figures = [(tile.name, tile.value, tile.said or tile.target) for tile in words.tiles(made)]
    yield table(figures, ("Tal", "", ""))
    some = (words.reasons(made), words.savings(made), words.costs(made), words.returned(made))
    most = (words.most("Brevtype", made.letter_types), words.most("Fagsystem", made.systems))
    against = (target_words.shares(lines), target_words.gains(lines, made.against.fixed_year))
    for headings, *rows in (*against, *some, *most):
        if rows:
            yield table(rows, headings)


def _by_table(rows: Rows) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["table"], []).append(row)
    return found
