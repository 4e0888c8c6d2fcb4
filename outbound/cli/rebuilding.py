"""`outbound rebuild-facts`: what the figures are folded to, made anew from the entries."""

import json
from dataclasses import asdict, astuple
from typing import Annotated

import typer

from outbound import facts
from outbound.cli.faults import Code
from outbound.cli.opening import opened_ledger
from outbound.cli.telling import working

AT_ONCE = 20_000  # letters
SHOWN = 50
"""Facts told of one by one; all of them by --json."""


def rebuild_facts(
    as_json: Annotated[bool, typer.Option("--json", help="One object: the facts that stood otherwise.")] = False,
) -> None:
    """Make the facts of all days anew from the entries.

    Says which stood otherwise. To be done once after an upgrade that says so, and after a ledger was restored.

    Pages and reports go on meanwhile. Ends with exit code 1 where a fact stood otherwise than its entries add up to.
    """
    with opened_ledger() as (_, ledger), working("The facts are made anew"):
        wrong = facts.rebuild_days(ledger)
        with ledger.writing() as tx:
            facts.unfold(tx)
        while facts.fold(ledger, AT_ONCE):
            pass
    if as_json:
        typer.echo(json.dumps({"otherwise": [asdict(one) | {"day": f"{one.day}"} for one in wrong]}))
    elif wrong:
        for one in wrong[:SHOWN]:
            typer.echo(_told(one))
        typer.echo(f"{len(wrong)} facts stood otherwise than their entries add up to. All are made anew.")
    else:
        typer.echo("All facts are made anew. Each stood as its entries add up to.")
    if wrong:
        raise typer.Exit(Code.FOUND)


def _told(one: facts.Otherwise) -> str:
    way = " ".join(filter(None, astuple(one.way)))
    changed = (f"{name} {was} -> {one.now[name]}" for name, was in one.was.items() if was != one.now[name])
    return f"{one.day} {way}: {', '.join(changed)}"
