"""`outbound rebuild-facts`: what the figures are folded to, made anew from the entries."""

import json
from typing import Annotated

import typer

from outbound import facts
from outbound.cli.faults import Code
from outbound.cli.opening import opened_ledger
from outbound.cli.telling import working

AT_ONCE = 20_000  # letters


def rebuild_facts(
    as_json: Annotated[bool, typer.Option("--json", help="One object: how many facts stood otherwise.")] = False,
) -> None:
    """Make the facts of all days anew from the entries, as after a restored back-up.

    Pages and reports go on meanwhile. Ends with exit code 1 where a fact stood otherwise than its entries add up to.
    """
    with opened_ledger() as (_, ledger), working("The facts are made anew"):
        wrong = facts.rebuild_days(ledger)
        with ledger.writing() as tx:
            facts.unfold(tx)
        while facts.fold(ledger, AT_ONCE):
            pass
    if as_json:
        typer.echo(json.dumps({"otherwise": wrong}))
    elif wrong:
        typer.echo(f"{wrong} facts stood otherwise than their entries add up to. All are made anew.")
    else:
        typer.echo("All facts are made anew. Each stood as its entries add up to.")
    if wrong:
        raise typer.Exit(Code.FOUND)
