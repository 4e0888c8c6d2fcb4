"""`outbound proof`: the proof of a letter as a PDF, as caseworkers have it at `/sager`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from outbound import cases
from outbound.cli.acts import One, letter_id
from outbound.cli.cases import Purpose
from outbound.cli.faults import CannotDo
from outbound.cli.opening import name_of_hand, opened_house, os_user


def proof(
    letter: One,
    by: Annotated[str, typer.Option("--by", default_factory=os_user, help="Who reads it; else the system's user.")],
    out: Annotated[Path, typer.Option(help="The PDF to write; it must not be there yet.")],
    purpose: Annotated[Purpose, typer.Option(help="Why; stands in the reading log.")],
) -> None:
    """The proof of a letter as a PDF: what was sent, to whom, when, which way.

    It is a look under the seal, and written in the reading log.
    """
    from outbound.web.proof_sheet import gather, proof_pdf

    wanted, who = letter_id(letter), name_of_hand(by)
    with opened_house() as house:
        with house.ledger.reading() as tx:
            found = cases.story_for(tx, wanted, None)
        if found is None:
            raise CannotDo("There is no such letter.")
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(proof_pdf(gather(house, found, who, purpose)))
    typer.echo(f"{out}: {out.stat().st_size} bytes. Remove it when you are done with it.", err=True)
