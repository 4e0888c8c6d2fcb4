"""`outbound keys list`, `rotate`, `reseal` and `drop`: the keys of a running router, as its settings name them."""

import sys
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
        bool, typer.Option("--force", help="Also where letters still lie under it: their content is lost.")
    ] = False,
    yes_delete: Annotated[
        int | None, typer.Option("--yes-delete", min=0, help="With --force in a script: of so many letters.")
    ] = None,
) -> None:
    """Drop a key for good: what lies under it is gone, in every back-up too.

    --force says how many letters lose their content and has the key typed again. Never over a legal hold. Remove the
    key from every copy of the key file as well.
    """
    use_env_file(None)
    with opened_house() as house:
        letters = _agreed(house, key, yes_delete) if force else 0
        key_desk.drop(house, _file(house), key, hand(by, why), force, letters)
    typer.echo(f"{key} is dropped. Remove it from every copy of the key file: a copy brings back what lay under it.")


def _agreed(house: House, key: str, said: int | None) -> int:
    """Of how many letters the content may be lost, as whoever does it has said. Raises CannotDo."""
    found = key_desk.toll(house, key)
    typer.echo(
        f"{key}: the content of {found.letters} letters is lost for good, of which {found.open} are HELD or on their "
        f"way and {found.unjournalised} are not journalised: the router has the only copy.",
        err=True,
    )
    if said is None and sys.stdin.isatty():
        if typer.prompt("Type the key's id again to delete them", err=True).strip() != key:
            raise CannotDo("That is not the same; nothing was dropped.")
    elif said != found.letters:
        raise CannotDo(f"Nothing was dropped. Say that {found.letters} letters may go: --yes-delete {found.letters}.")
    return found.letters


def _file(house: House) -> Path:
    if house.settings.seal_keys_file is None:
        raise CannotDo("OUTBOUND_SEAL_KEYS_FILE names no file.")
    return house.settings.seal_keys_file
