"""`outbound restored`: a ledger that was restored from a back-up, brought back to what is so."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from outbound import clock
from outbound import restored as desk
from outbound.cli.acts import By, Why
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import hand, opened_house
from outbound.cli.tables import moment
from outbound.letter import Channel

restored = typer.Typer(no_args_is_help=True, help="A ledger restored from a back-up: begin, compare, finish.")
Ways = Annotated[str, typer.Argument(help="digital or print: whose supplier's records these are.")]
LONGEST = 200_000_000  # bytes of a supplier's list: five million ids


@restored.command("show")
def show() -> None:
    """Is the ledger a back-up, and what is left to do? Exit code 1 while nothing is sent."""
    with opened_house() as house:
        now = desk.standing(house)
    if now.restoration is None:
        falls = " Letters are on their way, and it falls: look again when `outbound now` shows an empty way."
        said = f"Letters are sent. {now.left_over} ids that suppliers have belong to no letter here."
        typer.echo(said + (falls if now.moving and now.left_over else ""))
        if now.no_receipt:
            typer.echo(f"{now.no_receipt} letters stand SENT, whose receipt may have been lost with the ledger.")
        return
    typer.echo(_said(now))
    raise typer.Exit(Code.FOUND)


@restored.command("begin")
def begin(
    taken: Annotated[str, typer.Option(help="When the back-up was taken: 2026-11-27T03:00, Danish time without zone.")],
    why: Why,
    by: By,
) -> None:
    """The ledger is a back-up: nothing is sent, and what may have left since it was taken is HELD."""
    with opened_house() as house:
        held = desk.begin(house, _moment(taken), hand(by, why))
        quiet = desk.standing(house).quiet_at
    typer.echo(f"Nothing is sent. {held} letters that may have left are HELD (restored). {_next(quiet)}")


@restored.command("compare")
def compare(
    channel: Ways,
    sent: Annotated[Path, typer.Option(help="What the supplier has taken since: an id a line; - is standard input.")],
    why: Why,
    by: By,
) -> None:
    """Compare the supplier's records: messageUUIDs of Digital Post, job ids of the printer. Safe to repeat."""
    ids = _ids(sent)
    with opened_house() as house:
        came = desk.compare(house, _channel(channel), ids, hand(by, why))
    typer.echo(
        f"{came.known} of {len(ids)} ids were known, {came.freed} letters had gone another way; the letters of "
        f"{came.others} ids are looked for when they are to be sent, also when their systems hand them in again."
    )


@restored.command("finish")
def finish(
    why: Why,
    by: By,
    not_compared: Annotated[
        list[str] | None,
        typer.Option(help="digital or print, of which no records can be had: its letters may be sent twice."),
    ] = None,
) -> None:
    """Letters leave again: what suppliers have had counts as sent, the rest is sent."""
    without = [_channel(one) for one in not_compared or ()]
    with opened_house() as house:
        released = desk.finish(house, hand(by, why), without)
    typer.echo(f"Letters are sent again; {released} were HELD (restored).")


@restored.command("dismiss")
def dismiss(why: Why, by: By) -> None:
    """The ledger is suspected to be a back-up and is none: letters are sent again."""
    with opened_house() as house:
        desk.dismiss(house, hand(by, why))
    typer.echo("Letters are sent again.")


def _next(quiet: datetime | None) -> str:
    when = f", possible from {moment(quiet)}" if quiet and clock.now() < quiet else ""
    why = " (OUTBOUND_SEND_LEASE times OUTBOUND_HARD_END, and OUTBOUND_QUIET_SECONDS, after the beginning)"
    return f"Next: `outbound restored compare`{when}{why if when else ''}."


def _said(now: desk.Standing) -> str:
    one = now.restoration
    if one is None or one.begun_at is None or one.taken_at is None:
        return (
            "Nothing is sent: this ledger lacks events that it had. If it is a back-up, `outbound restored begin`; "
            "if it is none, `outbound restored dismiss`."
        )
    compared = ", ".join(sorted(now.compared)) or "none"
    return (
        f"Nothing is sent: the ledger is a back-up of {moment(one.taken_at)}, begun {moment(one.begun_at)}.\n"
        f"HELD (restored): {now.held}. Compared: {compared}. Ids whose letters are not found: {now.left_over}."
        + ("" if now.compared else f"\n{_next(now.quiet_at)}")
    )


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CannotDo(f"{text!r} is no time; write it like 2026-11-27T03:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=clock.COPENHAGEN)


def _channel(text: str) -> Channel:
    if text not in (Channel.DIGITAL, Channel.PRINT):
        raise CannotDo("Say digital or print.")
    return Channel(text)


def _ids(file: Path) -> list[UUID]:
    """Raises CannotDo with the lines that hold no id; empty lines are passed over."""
    text = sys.stdin.read(LONGEST) if str(file) == "-" else file.read_text(encoding="utf-8")
    numbered = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    found, faulty = [], []
    for number, line in numbered:
        try:
            found += [UUID(line)] if line else []
        except ValueError:
            faulty.append(number)
    if faulty:
        raise CannotDo(f"No id of ours stands in line {', '.join(map(str, faulty[:10]))}; nothing was compared.")
    return found
