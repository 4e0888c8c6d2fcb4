"""`outbound webhook`: what the specialist systems have been told, and what can be done about it."""

from typing import Annotated, Any

import typer

from outbound import clock, webhooks
from outbound.cli.acts import By, Why
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import hand, opened_house
from outbound.cli.tables import Form, age, clean, moment, shown
from outbound.cli.views import AsForm
from outbound.delivery import House
from outbound.ledger import hooks
from outbound.ledger.feed import Cursor
from outbound.web.pages.hook_words import behind, code_said, secrets_said, state_said
from outbound.webhooks import HookStanding

webhook = typer.Typer(no_args_is_help=True, help="Webhooks: list, show, test, stop, start, replay and their secrets.")
System = Annotated[str, typer.Argument(help="The system's name, as in config/organisation.toml.")]
COLUMNS = {
    "system": "System", "state": "Tilstand", "behind": "Venter", "oldest": "Ældste", "delivered": "Senest leveret",
    "failing": "Fejler siden", "code": "Kode",
}  # fmt: skip
ALL = {**COLUMNS, "tries": "", "due": "", "cursor": "", "secret": ""}
"""What other programs get."""


@webhook.command("list")
def list_(form: AsForm = Form.TABLE) -> None:
    """Every webhook: how it stands, and how far it is behind. Exit code 1 where one has ended by itself."""
    with opened_house() as house:
        webhooks.enrol(house)
        found = webhooks.standing(house)
    rows = [_row(one, form) for one in found]
    none = "No system has a webhook; OUTBOUND_WEBHOOKS gives them one."
    columns = COLUMNS if form is Form.TABLE else ALL
    typer.echo(shown(rows, columns, form) if rows or form is not Form.TABLE else none)
    if any(one.needs_a_hand for one in found):
        raise typer.Exit(Code.FOUND)


@webhook.command("show")
def show(system: System) -> None:
    """One webhook: its place in the feed, what went wrong, and when it is tried again."""
    with opened_house() as house:
        webhooks.enrol(house)
        found = next((one for one in webhooks.standing(house) if one.hook.system == system), None)
    if found is None:
        raise CannotDo("The system has no webhook; OUTBOUND_WEBHOOKS names those that have.")
    one = found.hook
    said = {
        "Tilstand": state_said(one),
        "Venter på levering": behind(found)
        + (f", den ældste i {age(found.backlog.oldest)}" * bool(found.backlog.events)),
        "Senest leveret": moment(one.delivered_at) or "–",
        "Fejler siden": f"{moment(one.failing_since) or '–'} {code_said(one.code)}".strip(),
        "Prøves igen": moment(one.due_at) if one.failing_since else "–",
        "Hemmelighed": secrets_said(one),
        "Sted i hændelseslisten": str(one.cursor),
    }
    typer.echo("\n".join(clean(f"{name}: {what}") for name, what in said.items()))


@webhook.command("test")
def test(system: System) -> None:
    """Call it now with an event of type `test`, which moves nothing. Exit code 1 where it was not taken."""
    with opened_house() as house:
        code = webhooks.try_out(house, system)
        house.outside.hooks[system].close()
    typer.echo(f"{system}: taken." if not code else f"{system}: not taken ({code}).")
    if code:
        raise typer.Exit(Code.FOUND)


@webhook.command("stop")
def stop(system: System, by: By, why: Why) -> None:
    """Tell it nothing more until it is started again; it loses nothing."""
    with opened_house() as house:
        webhooks.stop(house, system, hand(by, why))
    typer.echo(f"{system}: stopped.")


@webhook.command("start")
def start(system: System, by: By, why: Why) -> None:
    """Let it go on from where it stopped."""
    with opened_house() as house:
        webhooks.start(house, system, hand(by, why))
    typer.echo(f"{system}: started.")


@webhook.command("replay")
def replay(
    system: System,
    by: By,
    why: Why,
    after: Annotated[str, typer.Option(help="Everything after this place in the feed (a cursor).")] = "",
    since: Annotated[str, typer.Option(help="Everything since this moment, Danish time: 2026-11-27T13:00.")] = "",
) -> None:
    """Tell it again what it was told, under the same ids: after a place in the feed, or since a moment."""
    if bool(after) == bool(since):
        raise CannotDo("Say from where: either --after a cursor, or --since a moment.")
    with opened_house() as house:
        place = _place(house, after, since)
        webhooks.replay(house, system, place, hand(by, why))
    typer.echo(f"{system}: told again from {place} on.")


@webhook.command("secret")
def secret(
    system: System,
    by: By,
    why: Why,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make a new one; the one before signs too for a while.")
    ] = False,
) -> None:
    """Show the secret that its calls are signed with; that it was shown is written down."""
    act = webhooks.renew_secret if renew else webhooks.current_secret
    with opened_house() as house:
        typer.echo(act(house, system, hand(by, why)))


def _row(one: HookStanding, form: Form) -> dict[str, Any]:
    hook, plain = one.hook, form is not Form.TABLE
    return {
        "system": hook.system,
        "state": hook.state if plain else state_said(hook),
        "behind": one.backlog.events if plain else behind(one),
        "oldest": one.backlog.oldest if plain else age(one.backlog.oldest),
        "delivered": hook.delivered_at if plain else moment(hook.delivered_at),
        "failing": hook.failing_since if plain else moment(hook.failing_since),
        "code": hook.code or "",
        "tries": hook.tries,
        "due": hook.due_at,
        "cursor": str(hook.cursor),
        "secret": hook.generation,
    }


def _place(house: House, after: str, since: str) -> Cursor:
    """Raises CannotDo."""
    try:
        if after:
            return Cursor.parse(after)
        moment_ = clock.moment_of(since)
    except ValueError:
        raise CannotDo("This is neither a cursor of the feed (1042-77) nor a moment (2026-11-27T13:00).") from None
    with house.ledger.reading() as tx:
        return hooks.place_at(tx, moment_ if moment_.tzinfo else moment_.replace(tzinfo=clock.COPENHAGEN))
