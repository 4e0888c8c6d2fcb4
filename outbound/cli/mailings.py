"""`outbound mailing`: mailings, how far each has come, and stopping one as a whole."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from outbound import desk, many
from outbound.cli.acts import By, Why
from outbound.cli.faults import CannotDo
from outbound.cli.opening import hand, opened_house, opened_ledger
from outbound.cli.tables import Form, clean, moment, shown
from outbound.cli.views import AsForm
from outbound.desk import Verb
from outbound.ledger import mailing_progress
from outbound.ledger.mailing_progress import ListedMailing, Progress
from outbound.ledger.search import Wanted
from outbound.web.pages.words import CHANNELS, state_said

mailing = typer.Typer(no_args_is_help=True, help="Mailings: list, show, pause, resume, cancel.")
One = Annotated[UUID, typer.Argument(help="The mailing's id, as `outbound mailing list` shows it.")]
COLUMNS = {
    "mailing": "Masseforsendelse",
    "begun": "Begyndt",
    "system": "Fagsystem",
    "title": "Titel",
    "letters": "Breve",
    "gone": "Sendt",
    "waiting": "Venter",
    "held": "Standset",
}
STATES = {"state": "Tilstand", "channel": "Kanal", "letters": "Breve"}


@mailing.command("list")
def list_mailings(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most so many, the newest first.")] = 20,
    form: AsForm = Form.TABLE,
) -> None:
    """Mailings, the newest first."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = mailing_progress.newest(tx, None, limit)
        how_far = mailing_progress.progress(tx, [one.id for one in found])
    typer.echo(shown([_row(one, how_far[one.id], form) for one in found], COLUMNS, form))


@mailing.command("show")
def show(which: One, form: AsForm = Form.TABLE) -> None:
    """One mailing: its letters by state and channel."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        one = mailing_progress.listed(tx, which)
        how_far = mailing_progress.progress(tx, [which])[which]
    if one is None:
        raise CannotDo("There is no such mailing.")
    if form is Form.TABLE:
        typer.echo(clean(f"{one.title} ({one.system}, reference {one.reference})"))
        typer.echo(f"{how_far.gone} af {how_far.letters} breve er sendt.\n")
    typer.echo(shown([_state(row, form) for row in how_far.rows], STATES, form))


@mailing.command("pause")
def pause(which: One, by: By, why: Why) -> None:
    """Let its letters wait."""
    with opened_house() as house:
        done = desk.pause(house, "mailing", which.hex, hand(by, why))
    typer.echo(f"{which}: " + ("paused." if done else "was paused already."))


@mailing.command("resume")
def resume(which: One, by: By, why: Why) -> None:
    """Let them go on."""
    with opened_house() as house:
        done = desk.resume(house, "mailing", which.hex, hand(by, why))
    typer.echo(f"{which}: " + ("goes on." if done else "was not paused."))


@mailing.command("cancel")
def cancel(which: One, by: By, why: Why) -> None:
    """Never send the rest of it: held at once, cancelled some minutes later; what has gone has gone."""
    with opened_house() as house:
        order = many.Order(Verb.CANCEL, Wanted(mailing_id=which))
        seen = many.preview(house, order)
        made = many.begin(house, order, seen.listed, hand(by, why))
    typer.echo(f"{made}: {seen.fits} letters are to be cancelled, {seen.letters - seen.fits} cannot be.")
    typer.echo(
        f"`outbound batch undo {made}` calls it off until then; `outbound batch show {made}` says how far it is."
    )


def _row(one: ListedMailing, how_far: Progress, form: Form) -> Mapping[str, Any]:
    begun = moment(one.created_at) if form is Form.TABLE else one.created_at
    counts = {"letters": how_far.letters, "gone": how_far.gone, "waiting": how_far.waiting, "held": how_far.held}
    return {"mailing": one.id, "begun": begun, "system": one.system, "title": one.title, **counts}


def _state(row: tuple[Any, Any, int], form: Form) -> Mapping[str, Any]:
    status, channel, count = row
    if form is not Form.TABLE:
        return {"state": status, "channel": channel, "letters": count}
    return {"state": state_said(status, channel), "channel": CHANNELS[channel] if channel else "–", "letters": count}
