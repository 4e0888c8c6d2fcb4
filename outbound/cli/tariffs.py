"""`outbound tariffs`: the prices in force on a day, which of them are examples, and whether a new file can be used."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from outbound import clock
from outbound.cli.faults import CannotDo, Code
from outbound.cli.tables import Form, shown
from outbound.letter import Channel
from outbound.letter_class import LetterClass
from outbound.postage import BASELINE_CLASS, NEMSMS, OFFICE, Tariffs
from outbound.rendering import LetterTypes
from outbound.rendering.danish import kroner, tal
from outbound.settings import Settings, SettingsFault, load
from outbound.tariff_row import TariffRow
from outbound.tariffs import FILE, Way, load_tariffs, too_light, unpriced

COLUMNS = {
    "code": "code",
    "way": "way",
    "part": "part",
    "class": "class",
    "region": "region",
    "valid_from": "from",
    "valid_to": "to",
    "price": "price",
    "example": "example",
    "source": "source",
}
IN_TABLE = {"class_in_words" if key == "class" else key: heading for key, heading in COLUMNS.items() if key != "source"}


def tariffs(
    day: Annotated[str, typer.Option(help="In force on this day, YYYY-MM-DD; else today.")] = "",
    check: Annotated[Path | None, typer.Option(help="Try this file in place of config/tariffs.toml.")] = None,
    form: Annotated[Form, typer.Option("--format", help="csv and json name each price's source too.")] = Form.TABLE,
) -> None:
    """The prices in force on a day, and which are examples without a source.

    Warns of weight steps that end before a full envelope does.
    Ends with 1 where the file cannot be used, or a way that is used has no price that day. No ledger is needed.
    """
    settings, on_day = load(), _day(day)
    file = check or settings.config_dir
    file = file / FILE if file.is_dir() else file
    try:
        found = load_tariffs(file)
    except SettingsFault as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(Code.FOUND) from None
    rows = [_row(one) for one in sorted(_in_force(found, on_day), key=lambda row: row.product)]
    typer.echo(shown(rows, IN_TABLE if form is Form.TABLE else COLUMNS, form))
    for short in too_light(file, found, on_day):
        typer.echo(f"Warning: {short}", err=True)
    if missing := unpriced(file, found, _used(settings), on_day):
        typer.echo("\n".join(missing), err=True)
        raise typer.Exit(Code.FOUND)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said) if said else clock.today()
    except ValueError:
        raise CannotDo("A day is written YYYY-MM-DD.") from None


def _in_force(found: Tariffs, day: date) -> Iterator[TariffRow]:
    rows = (row for dated in found.products.values() for row in dated)
    return (row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to))


def _used(settings: Settings) -> list[Way]:
    """The ways that the settings choose, in the classes that the letter types have; and the office."""
    from adapters.digital_post.mailer import PROVIDER
    from adapters.sf1601 import kombi

    types = LetterTypes.load(settings.templates_dir, settings.print_page).values()
    classes = tuple(sorted({str(one.letter_class) for one in types if not one.digital_only}))
    digital = kombi.DIGITAL if settings.sf1601 in ("digital", "both") else PROVIDER
    printer = kombi.PRINT if settings.sf1601 in ("print", "both") else settings.print_provider
    reminded = any(one.reminder for one in types)
    return [
        Way(Channel.DIGITAL, digital),
        Way(Channel.PRINT, printer, classes),
        Way(OFFICE, OFFICE, tuple(sorted({*classes, BASELINE_CLASS}))),
        *([Way(NEMSMS, digital)] if reminded else []),
    ]


def _row(one: TariffRow) -> dict[str, Any]:
    return {
        "code": one.code,
        "way": f"{one.channel} {one.provider}" if one.channel != one.provider else one.channel,
        "part": str(one.part),
        "class": one.letter_class,
        "class_in_words": f"{one.letter_class}: {LetterClass(one.letter_class).words}" if one.letter_class else "",
        "region": one.region,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat() if one.valid_to else "",
        "price": price_in_words(one),
        "example": "example" if one.is_example else "",
        "source": one.source,
    }


def price_in_words(one: TariffRow) -> str:
    """What the row charges, as people write it; `med moms` where VAT is in it."""
    said = [f"{kroner(one.per_letter)}/brev"] if one.per_letter else []
    said += [f"{kroner(one.per_sheet)}/ark"] if one.per_sheet else []
    said += [f"{each.format} {kroner(each.amount)}" for each in one.per_envelope]
    said += [f"til {tal(step.up_to)} g {kroner(step.amount)}" for step in one.weight_steps]
    said += [f"{kroner(one.per_mb)}/MB"] if one.per_mb else []
    said += [f"højst {kroner(step.amount)} til {tal(step.up_to // 1_000_000)} MB" for step in one.size_most]
    said += [f"{tal(one.seconds)} s à {kroner(one.hourly)}/time"] if one.seconds else []
    return (", ".join(said) or kroner(0)) + (" (med moms)" if one.vat_included else "")
