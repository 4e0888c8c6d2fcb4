"""`outbound retention`, `outbound legal-hold` and `outbound readings`: what was deleted, what stays, who has read."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

import typer

from outbound import clock, legal_holds
from outbound import retention as keeping
from outbound.cli.acts import By, One, Why, letter_id
from outbound.cli.faults import CannotDo
from outbound.cli.opening import hand, opened_house, opened_ledger
from outbound.cli.tables import Form, moment, shown
from outbound.desk import note
from outbound.ledger import readings
from outbound.ledger import retention as rows
from outbound.ledger.holds import HoldScope
from outbound.ledger.readings import Wanted
from outbound.leftovers import Bite, Tally
from outbound.web.access_words import SCOPES, part_said, purpose_said, what_said

retention = typer.Typer(no_args_is_help=True, help="Content that is deleted when its time is out, and what stays.")
hold = typer.Typer(no_args_is_help=True, help="Legal holds: what must not be deleted until somebody says so.")
AsForm = Annotated[Form, typer.Option("--format", help="How it is printed.")]
NIGHT = {"what": "Hvad", "system": "Fagsystem", "letter_type": "Brevtype", "count": "Antal"}
HOLDS = {
    "id": "Slettestop", "scope": "For", "key": "Hvad", "by": "Sat af", "at": "Sat", "letters": "Breve",
    "lifted_at": "Ophævet",
}  # fmt: skip
LINES = {"at": "Hvornår", "by": "Hvem", "part": "Hvad", "owner": "Brev", "purpose": "Hvorfor"}
READERS = {"by": "Hvem", "openings": "Åbninger", "owners": "Breve og noter", "outside_hours": "Uden for arbejdstid"}
MOST = 10_000


@retention.command("show")
def show(form: AsForm = Form.TABLE) -> None:
    """What the last day's work deleted, and what it kept and why."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        day = rows.last_day(tx)
        found = rows.counts(tx, day) if day else []
    typer.echo(_counts({(one.system, one.letter_type, one.what): one.count for one in found}, form))
    if form is Form.TABLE:
        typer.echo(f"{day:%Y-%m-%d}" if day else "Retention has not worked yet.")


@retention.command("preview")
def preview(form: AsForm = Form.TABLE) -> None:
    """What would become of every letter whose time is out. Nothing is changed."""
    with opened_house() as house:
        typer.echo(_counts(keeping.preview(house), form))


@retention.command("run")
def run(form: AsForm = Form.TABLE) -> None:
    """Do today's work now, also where it was done already; the timer does it by itself."""
    found = Tally()
    with opened_house() as house, typer.progressbar(keeping.walk(house), label="Retention", show_eta=False) as bites:
        for bite in bites:
            _add(found, bite)
    typer.echo(_counts(found, form))


@retention.command("forget")
def forget(letter: One, by: By, why: Why) -> None:
    """Delete one letter's content before its time; refused as long as anything needs it, and of the last copy."""
    who, which = hand(by, why), letter_id(letter)
    with opened_house() as house, house.ledger.writing() as tx:
        note(tx, house, "forget", "letter", which.hex, who)
        if kept := keeping.forget_one(tx, house, which):
            raise CannotDo(f"The letter's content stays: {kept}.")
    typer.echo(f"{which}: its content is deleted.")


@hold.command("place")
def place(
    scope: Annotated[HoldScope, typer.Argument(help="What it is on.")],
    what: Annotated[str, typer.Argument(help="The letter's or mailing's id or the case number; - asks for a number.")],
    by: By,
    why: Why,
) -> None:
    """Let nothing of this be deleted."""
    if (scope is HoldScope.PERSON) != (what == "-"):
        raise CannotDo("A person's number is read from standard input, never from the command line: give - for it.")
    from outbound.cli.person import asked_number

    who = hand(by, why)
    with opened_house() as house:
        placed = legal_holds.place(house, scope, asked_number() if what == "-" else what, who)
        letters = legal_holds.covered(house, placed)
    typer.echo(placed)
    typer.echo(f"It is on {letters} letters now.", err=True)


@hold.command("lift")
def lift(which: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id.")], by: By, why: Why) -> None:
    """End a hold."""
    with opened_house() as house:
        legal_holds.lift(house, _id(which), hand(by, why))
    typer.echo(f"{which}: lifted.")


@hold.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Also those that were lifted.")] = False,
    form: AsForm = Form.TABLE,
) -> None:
    """The holds, the newest first."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = legal_holds.newest(tx, None, MOST, standing=not every)
    listed = [
        {
            "id": each.hold.id,
            "scope": SCOPES[each.hold.scope] if form is Form.TABLE else each.hold.scope,
            "key": "–" if each.hold.scope is HoldScope.PERSON else each.hold.key,
            "by": each.hold.by,
            "at": moment(each.hold.at),
            "letters": each.letters,
            "lifted_at": moment(each.hold.lifted_at),
        }
        for each in found
    ]
    typer.echo(shown(listed, HOLDS, form) if listed or form is not Form.TABLE else "There is no hold.")


def readings_(
    by: Annotated[str, typer.Option("--by", help="Only what this person or system read.")] = "",
    letter: Annotated[str, typer.Option(help="Only about this letter; the router's own work too.")] = "",
    days: Annotated[int, typer.Option(min=1, max=7300, help="So many days back.")] = 30,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many lines.")] = 100,
    who: Annotated[bool, typer.Option("--readers", help="How much each reader read, in place of the lines.")] = False,
    form: AsForm = Form.TABLE,
) -> None:
    """The reading log: who opened what under the seal, and for what."""
    since = datetime.combine(clock.today() - timedelta(days=days - 1), time(0), clock.COPENHAGEN)
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        if who:
            counted = [
                {name: getattr(one, name) for name in READERS}
                for one in readings.readers(tx, since, clock.now(), limit)
            ]
            typer.echo(shown(counted, READERS, form))
            return
        owners = [letter_id(letter)] if letter else []
        found = readings.lines(tx, Wanted(by, owners, since=since, workers=bool(letter)), None, limit)
    typer.echo(shown([_line(one, form) for one in found], LINES, form))


def _line(one: readings.Reading, form: Form) -> dict[str, Any]:
    table = form is Form.TABLE
    part, purpose = (part_said(one.part), purpose_said(one.purpose)) if table else (one.part, one.purpose)
    return {"at": moment(one.at), "by": one.by, "part": part, "owner": one.owner, "purpose": purpose}


def _counts(found: Any, form: Form) -> str:
    listed = [
        {
            "what": what_said(what) if form is Form.TABLE else what,
            "system": system or "–",
            "letter_type": kind or "–",
            "count": count,
        }
        for (system, kind, what), count in sorted(found.items(), key=lambda each: each[0][::-1])
        if count
    ]
    return shown(listed, NIGHT, form) if listed or form is not Form.TABLE else "Nothing was due."


def _add(found: Tally, bite: Bite) -> None:
    found.update(bite.tally)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CannotDo("A hold's id looks like 0a1b2c3d-…; `outbound legal-hold list` shows them.") from None
