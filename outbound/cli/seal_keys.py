"""`outbound keys list`, `rotate`, `reseal` and `drop`: the keys of a running router, as its settings name them."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from outbound import clock, key_desk
from outbound.cli.acts import By, Why
from outbound.cli.faults import CannotDo
from outbound.cli.opening import hand, opened_house, use_env_file
from outbound.cli.setup import keys as keys
from outbound.cli.tables import Form, moment, shown
from outbound.delivery import House

KEYS = {
    "id": "Nøgle", "parts": "Dele under den", "in_use": "I brug", "since": "Fra", "dropped_at": "Slettet",
    "month_over": "Måneden er omme",
}  # fmt: skip
YES_NO = {True: "ja", False: "nej"}
Month = Annotated[str, typer.Argument(metavar="MONTH", help="The retention month, YYYY-MM.")]


@keys.command("list")
def list_(form: Annotated[Form, typer.Option("--format", help="How it is printed.")] = Form.TABLE) -> None:
    """Every key, how much lies under it, and which were dropped. Counts everything: it may take its time."""
    use_env_file(None)
    with opened_house() as house, house.ledger.reading() as tx:
        found = key_desk.standing(tx, house)
    said = YES_NO.get if form is Form.TABLE else lambda value: value
    rows = [
        {
            "id": one.id,
            "parts": one.parts,
            "in_use": said(one.in_use),
            "since": moment(one.since),
            "dropped_at": moment(one.dropped_at),
            "month_over": said(one.month_over),
        }
        for one in found
    ]
    typer.echo(shown(rows, KEYS, form))


@keys.command("rotate")
def rotate(
    month: Month,
    by: By,
    why: Why,
    within: Annotated[float, typer.Option("--in", min=0, help="Hours until it is written with.")] = 1.0,
) -> None:
    """Another key in place of a month's.

    It can be read with at once; copy the file to every host before it is written with. What lies under the old key is
    sealed anew by the timer in small bites, or by `outbound keys reseal`.
    """
    use_env_file(None)
    since = clock.now() + timedelta(hours=within)
    with opened_house() as house:
        made = key_desk.rotate(house, _file(house), month, since, hand(by, why))
    typer.echo(f"{made} is used from {moment(since)}. Every host must have the key file by then.")


@keys.command("reseal")
def reseal() -> None:
    """Seal anew what lies under keys that have another in their place, now and to the end."""
    use_env_file(None)
    moved = 0
    with opened_house() as house, typer.progressbar(key_desk.reseal(house), label="Resealing", show_eta=False) as bites:
        for bite in bites:
            moved += sum(bite.tally.values())
    typer.echo(f"{moved} parts sealed anew.")


@keys.command("drop")
def drop(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `outbound keys list` shows it.")],
    by: By,
    why: Why,
    force: Annotated[
        bool, typer.Option("--force", help="Also where something still lies under it: it is lost.")
    ] = False,
) -> None:
    """Drop a key for good: what lies under it is gone, in every back-up too.

    Remove it from every copy of the key file as well.
    """
    use_env_file(None)
    with opened_house() as house:
        key_desk.drop(house, _file(house), key, hand(by, why), force)
    typer.echo(f"{key} is dropped. Remove it from every copy of the key file: a copy brings back what lay under it.")


def _file(house: House) -> Path:
    if house.settings.seal_keys_file is None:
        raise CannotDo("OUTBOUND_SEAL_KEYS_FILE names no file.")
    return house.settings.seal_keys_file
