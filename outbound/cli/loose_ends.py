"""`outbound incidents` and `outbound receipts`: what has no letter's verb, seen and settled at a terminal."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from outbound import loose_ends, standing
from outbound.cli.acts import By, Why
from outbound.cli.faults import CannotDo
from outbound.cli.opening import hand, name_of_hand, opened_house, opened_ledger
from outbound.cli.tables import Form, clean, moment, shown
from outbound.cli.views import AsForm
from outbound.standing import LooseReceipt
from outbound.story import Incident
from outbound.web.pages.words import INCIDENTS

incidents = typer.Typer(no_args_is_help=True, help="What must never happen and did: list, close, reopen.")
receipts = typer.Typer(no_args_is_help=True, help="Receipts without a letter: list, open, again, aside, pair.")
Number = Annotated[int, typer.Argument(min=1, max=2**62, help="Its number, as the list shows it.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]
INCIDENT = {
    "incident": "Nr.",
    "at": "Hvornår",
    "code": "Hvad",
    "letter": "Brev",
    "dispatch": "Afsendelse",
    "other_dispatch": "Anden afsendelse",
}
RECEIPT = {"receipt": "Nr.", "provider": "Leverandør", "state": "Hvad", "arrived": "Kom"}
STATES = {"unmatched": "passer ikke til noget", "unreadable": "kan ikke læses", "aside": "lagt til side"}


class Purpose(StrEnum):
    """Why somebody opens a receipt; the code stands in the reading log."""

    INQUIRY = "receipt-inquiry"
    FAULT = "page-fault"


@incidents.command("list")
def list_incidents(
    limit: Limit = 50,
    closed: Annotated[bool, typer.Option("--closed", help="Those that somebody has closed, newest first.")] = False,
    form: AsForm = Form.TABLE,
) -> None:
    """Incidents that nobody has closed, oldest first."""
    listed = standing.closed_incidents if closed else standing.open_incidents
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        rows = [_incident(one, form) for one in listed(tx, 0, limit)]
    typer.echo(shown(rows, INCIDENT if form is Form.TABLE else {**INCIDENT, "closed_at": ""}, form))


@incidents.command("close")
def close(incident: Number, by: By, why: Why) -> None:
    """Say that an incident has been seen to."""
    with opened_house() as house:
        loose_ends.close_incident(house, incident, hand(by, why))
    typer.echo(f"{incident}: closed.")


@incidents.command("reopen")
def reopen(incident: Number, by: By, why: Why) -> None:
    """Open an incident again that was closed too early."""
    with opened_house() as house:
        loose_ends.reopen_incident(house, incident, hand(by, why))
    typer.echo(f"{incident}: open again.")


@receipts.command("list")
def list_receipts(
    limit: Limit = 50,
    aside: Annotated[bool, typer.Option("--aside", help="Those that somebody has put aside, newest first.")] = False,
    form: AsForm = Form.TABLE,
) -> None:
    """Receipts that match no dispatch of ours or cannot be read, oldest first."""
    listed = standing.receipts_aside if aside else standing.loose_receipts
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        rows = [_receipt(one, form) for one in listed(tx, 0, limit)]
    typer.echo(shown(rows, RECEIPT, form))


@receipts.command("open")
def open_one(
    receipt: Number,
    by: By,
    purpose: Annotated[Purpose, typer.Option("--purpose", help="Why you read it; stands in the reading log.")],
) -> None:
    """Print a receipt as it came. It may name a person; the reading log says that you read it."""
    with opened_house() as house:
        text = loose_ends.open_receipt(house, receipt, name_of_hand(by), purpose)
    typer.echo("\n".join(clean(line) for line in text.splitlines()))


@receipts.command("again")
def again(receipt: Number, by: By, why: Why) -> None:
    """Have a receipt worked as if it had just come."""
    with opened_house() as house:
        loose_ends.work_again(house, receipt, hand(by, why))
    typer.echo(f"{receipt}: is worked again.")


@receipts.command("aside")
def aside(receipt: Number, by: By, why: Why) -> None:
    """Put a receipt aside that is about nothing of ours.

    `outbound receipts again` takes it up once more.
    """
    with opened_house() as house:
        loose_ends.put_aside(house, receipt, hand(by, why))
    typer.echo(f"{receipt}: put aside.")


@receipts.command("pair")
def pair(
    receipt: Number,
    dispatch: Annotated[str, typer.Argument(help="The dispatch's id, as the letter's page shows it.")],
    by: By,
    why: Why,
) -> None:
    """Say which dispatch a receipt is about: what it says has its effect on that letter, and cannot be undone."""
    with opened_house() as house:
        letter = loose_ends.pair_receipt(house, receipt, _dispatch(dispatch), hand(by, why))
    typer.echo(f"{receipt}: is about letter {letter}.")


def _dispatch(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise CannotDo("A dispatch's id is a UUID; it stands on the letter's page.") from None


def _incident(one: Incident, form: Form) -> Mapping[str, Any]:
    plain = {"incident": one.id, "letter": one.letter, "code": one.code, "at": one.at, "closed_at": one.closed_at}
    plain |= {"dispatch": one.dispatch, "other_dispatch": one.other_dispatch}
    if form is not Form.TABLE:
        return plain
    said = {"at": moment(one.at), "code": INCIDENTS.get(one.code, one.code)}
    return {**plain, **said, "dispatch": one.dispatch or "", "other_dispatch": one.other_dispatch or ""}


def _receipt(one: LooseReceipt, form: Form) -> Mapping[str, Any]:
    plain = {"receipt": one.row, "provider": one.provider, "state": one.state, "arrived": one.arrived_at}
    if form is not Form.TABLE:
        return plain
    return {**plain, "state": STATES.get(one.state, one.state), "arrived": moment(one.arrived_at)}
