"""`outbound whatif`: what a past period would have cost otherwise."""

import re
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from outbound.cli.faults import CannotDo
from outbound.cli.money import period_of
from outbound.cli.opening import opened_ledger
from outbound.cli.tables import Form, shown, table
from outbound.organisation import Organisation, load_organisation
from outbound.rendering.danish import kroner, tal
from outbound.reports import percent
from outbound.reports.figures import Figure
from outbound.reports.whatif import Change, Line, WhatIf, what_if
from outbound.tariff_row import Part
from outbound.tariffs import load_tariffs

HEADINGS = (
    "Forvaltning", "Breve", "Digitalt", "hvad nu hvis", "Digital andel", "hvad nu hvis",
    "Udgift", "hvad nu hvis", "Forskel", "Sparet, sikkert", "hvad nu hvis", "Forskel",
    "Tid sparet, anslået", "hvad nu hvis",
)  # fmt: skip
MOST_POSTAGE = 1_000_000  # øre


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
    types = frozenset(filter(None, (name.strip() for name in digital_types.split(","))))
    points = _points(enrolled)
    if householding is Switch.ON and (points or types):
        raise CannotDo(
            "Ask about householding apart from --enrolled and --digital-types: who moves shares no envelope."
        )
    shared = None if householding is None else householding is Switch.ON
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        change = Change(
            load_tariffs(tariffs) if tariffs else None, postage, points, types, shared, settings.household_letters
        )
        answer = what_if(tx, period, change, load_tariffs(settings.config_dir))
        organisation = load_organisation(settings.config_dir)
    lines = [*answer.lines, answer.total]
    if form is not Form.TABLE:
        rows = [_figures(line) for line in lines]
        typer.echo(shown(rows, dict.fromkeys(rows[0], ""), form))
    else:
        words = table([_words(line, organisation, answer) for line in lines], HEADINGS)
        typer.echo(f"{period.first} – {period.last}\n\n{words}")
    for note in answer.notes:
        typer.echo(note, err=True)


def _points(text: str) -> Fraction:
    if not re.fullmatch(r"\+?[0-9]{1,3}([.,][0-9]{1,3})?", text):
        raise CannotDo("Percentage points are written as +5 or 2.5 (--enrolled).")
    points = Fraction(text.lstrip("+").replace(",", "."))
    if points > 100:
        raise CannotDo("No more than 100 points can be enrolled (--enrolled).")
    return points


def _words(line: Line, organisation: Organisation, answer: WhatIf) -> list[str]:
    real, other = line.real, line.other
    name = organisation.name_of(line.key, answer.period.last) if line.key else "I alt"
    money = [(cost(real), cost(other)), (real.money.certain, other.money.certain)]
    return [
        name,
        tal(real.letters.through_router),
        tal(real.letters.digital),
        tal(other.letters.digital),
        percent(real.letters.digital_share),
        percent(other.letters.digital_share),
        *(word for was, now in money for word in (kroner(was), kroner(now), kroner(now - was))),
        kroner(real.money.estimated),
        kroner(other.money.estimated),
    ]


def cost(figure: Figure) -> int:
    """What the letters cost, in øre: all parts."""
    return sum(figure.money.cost.values())


def _figures(line: Line) -> Mapping[str, Any]:
    found: dict[str, Any] = {"key": line.key}
    for name, figure in (("real", line.real), ("other", line.other)):
        found[f"{name}_digital"], found[f"{name}_printed"] = figure.letters.digital, figure.letters.printed
        for part in Part:
            found[f"{name}_cost_{part}"] = figure.money.cost.get(part, 0)
            found[f"{name}_baseline_{part}"] = figure.money.baseline.get(part, 0)
    return found
