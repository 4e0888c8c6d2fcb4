"""`outbound whatif`: what a past period would have cost otherwise."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from outbound.cli.faults import CannotDo
from outbound.cli.money import period_of
from outbound.cli.opening import opened_ledger
from outbound.cli.tables import Form, shown, table
from outbound.organisation import load_organisation
from outbound.rendering import LetterTypes
from outbound.reports.choices import (
    LONGEST_TYPE,
    MOST_POINTS,
    MOST_POSTAGE,
    MOST_TYPES,
    CannotAsk,
    Choices,
    Fault,
    points_of,
    switch_of,
    types_of,
)
from outbound.reports.whatif import Change, Line, what_if
from outbound.reports.whatif_words import HEADINGS, words
from outbound.tariff_row import Part
from outbound.tariffs import load_tariffs

SAID = {
    Fault.POINTS_WRITTEN: "Percentage points are written as +5 or 2.5 (--enrolled).",
    Fault.POINTS_TOO_MANY: f"No more than {MOST_POINTS} points can be enrolled (--enrolled).",
    Fault.TYPES_TOO_MANY: f"No more than {MOST_TYPES} types can be asked about at once (--digital-types).",
    Fault.TYPE_NAME: f"A letter type has at most {LONGEST_TYPE} printable characters (--digital-types).",
    Fault.TOGETHER: "Ask about householding apart from --enrolled and --digital-types: who moves shares no envelope.",
}
"""In English what cannot be asked; the rest typer refuses."""


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


def whatif(
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; else the first of this month.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; else today.")] = "",
    tariffs: Annotated[Path | None, typer.Option(help="Another tariffs.toml.")] = None,
    postage: Annotated[
        int | None, typer.Option(min=0, max=MOST_POSTAGE, help="Porto of every letter on paper, in øre without VAT.")
    ] = None,
    enrolled: Annotated[str, typer.Option(help="Percentage points that more are enrolled, as +5 or 2.5.")] = "0",
    digital_types: Annotated[str, typer.Option(help="Types for paper only made digital, comma between.")] = "",
    householding: Annotated[
        Switch | None, typer.Option(help="Letters of one run to one recipient share an envelope, or do not.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="csv and json have amounts in øre.")] = Form.TABLE,
) -> None:
    """What a past period would have cost otherwise, beside what it did cost. Changes nothing.

    docs/measures.md says how each change is computed.
    """
    period = period_of(first, last)
    try:
        types = types_of(digital_types.split(","))
        asked = Choices(points_of(enrolled), postage, types, switch_of(householding or ""))
    except CannotAsk as fault:
        raise CannotDo(" ".join(SAID[one] for one in fault.faults)) from None
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        other = load_tariffs(tariffs) if tariffs else None
        change = Change.of(asked, settings.household_letters, other)
        answer = what_if(tx, period, change, load_tariffs(settings.config_dir))
        if unknown := types - LetterTypes.load(settings.templates_dir).keys() - answer.paper_only.keys():
            raise CannotDo(f"There is no letter type {', '.join(sorted(unknown))}.")
        organisation = load_organisation(settings.config_dir)
    lines = [*answer.lines, answer.total]
    if form is not Form.TABLE:
        rows = [_figures(line) for line in lines]
        typer.echo(shown(rows, dict.fromkeys(rows[0], ""), form))
    else:
        names = [organisation.name_of(line.key, period.last) if line.key else "I alt" for line in lines]
        laid = table([words(line, name) for line, name in zip(lines, names, strict=True)], HEADINGS)
        typer.echo(f"{period.first} – {period.last}\n\n{laid}")
    for note in answer.notes:
        typer.echo(note, err=True)


def _figures(line: Line) -> Mapping[str, Any]:
    found: dict[str, Any] = {"key": line.key}
    for name, figure in (("real", line.real), ("other", line.other)):
        found[f"{name}_digital"], found[f"{name}_printed"] = figure.letters.digital, figure.letters.printed
        for part in Part:
            found[f"{name}_cost_{part}"] = figure.money.cost.get(part, 0)
            found[f"{name}_baseline_{part}"] = figure.money.baseline.get(part, 0)
    return found
