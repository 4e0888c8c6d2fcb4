"""`outbound misdelivered`: faulty letters at a terminal: who got them, and who has got the correction."""

from typing import Annotated
from uuid import UUID

import typer

from outbound import clock, faulty
from outbound.cli.acts import By, Why
from outbound.cli.choosing import OUT_OF, choosing
from outbound.cli.faults import CannotDo
from outbound.cli.opening import hand, opened_house, opened_ledger
from outbound.cli.tables import Form, moment, shown
from outbound.cli.views import AsForm
from outbound.ledger import faulty as lists
from outbound.ledger.faulty import Correction
from outbound.ledger.search import Wanted

misdelivered = typer.Typer(no_args_is_help=True, help="Faulty letters: begin a list, list, show, csv.")
One = Annotated[UUID, typer.Argument(help="The list's id, as `outbound misdelivered list` shows it.")]
LISTS = {"list": "Liste", "at": "Skrevet ned", "found": "Opdaget", "letters": "Breve", "by": "Af"}
LETTERS = {
    "letter": "Brev",
    "reference": "Reference",
    "channel": "Kanal",
    "dispatch": "Id hos leverandøren",
    "transmission": "Transmission",
    "state": "Tilstand",
    "correction": "Rettelse",
}


@misdelivered.command("begin")
@choosing(*OUT_OF)
def begin(
    by: By,
    why: Why,
    found: Annotated[str, typer.Option(help="When it was found out, Danish time: YYYY-MM-DDTHH:MM.")],
    wanted: Wanted,
) -> None:
    """Freeze the list of the letters that went out, or may have."""
    try:
        found_at = clock.danish_moment_of(found)
    except ValueError:
        raise CannotDo("--found is a day and a time, written YYYY-MM-DDTHH:MM.") from None
    with opened_house() as house:
        made = faulty.write_down(house, wanted, found_at, hand(by, why))
    typer.echo(f"{made}: written down. `outbound misdelivered show {made}` says who got them.")


@misdelivered.command("list")
def list_them(form: AsForm = Form.TABLE) -> None:
    """Every list, the newest first."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = lists.newest(tx, None, 1_000)
    told = moment if form is Form.TABLE else lambda at: at
    rows = [
        {"list": one.id, "at": told(one.at), "found": told(one.found_at), "letters": one.letters, "by": one.by}
        for one in found
    ]
    typer.echo(shown(rows, LISTS, form))


@misdelivered.command("show")
def show(
    which: One,
    only: Annotated[Correction | None, typer.Option("--correction", help="Only those whose correction is so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many letters.")] = 50,
    form: AsForm = Form.TABLE,
) -> None:
    """Who got them by channel, message ids, and how far the correction is. No person in it."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        one = lists.find(tx, which)
        if one is None:
            raise CannotDo("There is no such list; `outbound misdelivered list` shows them.")
        reach, corrections = lists.reach(tx, which), lists.corrections(tx, which)
        found = lists.page(tx, which, only, None, limit)
    if form is Form.TABLE:
        typer.echo(f"Opdaget {moment(one.found_at)}; 72 timer er gået {moment(faulty.notify_by(one))}.")
        typer.echo("Nåede: " + ", ".join(f"{channel} {outcome} {count}" for (channel, outcome), count in reach.items()))
        typer.echo("Rettelser: " + ", ".join(f"{each} {count}" for each, count in corrections.items()))
    rows = [
        {
            "letter": row.letter,
            "reference": row.reference,
            "channel": row.channel,
            "dispatch": row.dispatch,
            "transmission": row.transmission,
            "state": row.status,
            "correction": row.correction,
        }
        for row in found
    ]
    typer.echo(shown(rows, LETTERS, form))


@misdelivered.command("csv")
def as_csv(which: One) -> None:
    """The whole list, for the supplier, the system and the notification."""
    with opened_house() as house:
        typer.echo(faulty.as_csv(house, which), nl=False)
