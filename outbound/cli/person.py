"""`outbound person`: everything about one person, for a request for access. The number stands in no command line."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from outbound import person_file
from outbound.cli.acts import By, Why
from outbound.cli.opening import hand, opened_house
from outbound.cli.tables import Form, moment, shown
from outbound.person_file import Kind
from outbound.web.access_words import purpose_said
from outbound.web.pages.words import state_said

COLUMNS = {
    "letter": "Brev", "created_at": "Indleveret", "system": "Fagsystem", "case": "Sag", "state": "Tilstand",
    "forgotten_at": "Slettet",
}  # fmt: skip
LOOKS = {"at": "Hvornår", "by": "Søgt af", "purpose": "Hvorfor"}
MOST_SHOWN = 1000


def person(
    by: By,
    why: Why,
    pdf: Annotated[Path | None, typer.Option(help="Write the sheet for the person to this new file.")] = None,
    zip_: Annotated[Path | None, typer.Option("--zip", help="Write everything, letters too, to this new file.")] = None,
    form: Annotated[Form, typer.Option("--format", help="How the letters are listed.")] = Form.TABLE,
) -> None:
    """Everything about one person or company, for a request for access.

    The CPR or CVR number is asked for, or read from standard input. The reading log says that you looked; who else
    looked for the person stands below the letters.
    """
    from outbound.web.access_bundle import bundle, sheet_of
    from outbound.web.access_sheet import access_pdf

    who = hand(by, why)
    number = asked_number()
    with opened_house() as house:
        found = person_file.look(house, number, who)
        if pdf is not None:
            made = person_file.look_again(house, found.id, who, who.by, Kind.PDF)
            _write(pdf, [access_pdf(sheet_of(house, made, who.by))])
        if zip_ is not None:
            made = person_file.look_again(house, found.id, who, who.by, Kind.ZIP)
            _write(zip_, bundle(house, made, who.by))
        letters = person_file.letters(house, found.keys, None, MOST_SHOWN)
        searches = person_file.searches(house, found.keys)
    rows = [
        {
            "letter": one.id,
            "created_at": moment(one.created_at),
            "system": one.system,
            "case": one.case_number,
            "state": state_said(one.status, one.channel) if form is Form.TABLE else one.status,
            "forgotten_at": moment(one.forgotten_at),
        }
        for one in letters
    ]
    typer.echo(shown(rows, COLUMNS, form) if rows or form is not Form.TABLE else "Nothing is known of this number.")
    if form is Form.TABLE:
        said = [{"at": moment(one.at), "by": one.by, "purpose": purpose_said(one.purpose)} for one in searches]
        typer.echo(f"\n{shown(said, LOOKS, form)}")
    if found.letters > MOST_SHOWN:
        typer.echo(f"The newest {MOST_SHOWN} of {found.letters}; --zip has them all.", err=True)


def asked_number() -> str:
    """A CPR or CVR number, asked for or read from standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("CPR or CVR number", hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.writelines(pieces)
    typer.echo(f"{file}: {file.stat().st_size} bytes. Remove it when you are done with it.", err=True)
