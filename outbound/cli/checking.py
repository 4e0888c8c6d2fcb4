"""`outbound preflight`: would this PDF be taken in, and what is wrong with it where."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outbound.cli.faults import Code
from outbound.cli.tables import Form, shown
from outbound.settings import load

if TYPE_CHECKING:
    from outbound.rendering import Found
    from outbound.rendering.verdict import Place

COLUMNS = {
    "severity": "severity",
    "code": "code",
    "page": "page",
    "box": "mm: left top width height",
    "what": "what to do",
}


Names = Annotated[list[str] | None, typer.Option("--name", help="Who may stand in the window; may be repeated.")]
Hidden = Annotated[list[str] | None, typer.Option(help="An address that must not occur in it; may be repeated.")]
Marked = Annotated[Path | None, typer.Option(help="Write the PDF with every place marked in red to this file.")]


def preflight(
    file: Annotated[Path, typer.Argument(help="The PDF.")],
    name: Names = None,
    must_not_occur: Hidden = None,
    window: Annotated[bool, typer.Option(help="Its first page faces the window, no cover sheet before it.")] = False,
    paper: Annotated[bool, typer.Option(help="It may be printed.")] = True,
    marked: Marked = None,
    form: Annotated[Form, typer.Option("--format", help="How the rows are printed.")] = Form.TABLE,
) -> None:
    """Would this PDF be taken in?

    Ends with 1 where it would not. Nothing is kept, no ledger is needed.
    """
    from outbound.delivery.render import preflight_limits
    from outbound.rendering import Expected
    from outbound.rendering import marked as marked_pdf

    expected = Expected(tuple(name or ()), tuple(must_not_occur or ()), paper, window)
    found, made = marked_pdf(file.read_bytes(), expected, preflight_limits(load()))
    rows = [_row(one, place) for one in found.found for place in (one.places or (None,))]
    typer.echo(shown(rows, COLUMNS, form) if rows or form is not Form.TABLE else "Nothing is wrong with it.")
    if marked is not None and made:
        marked.write_bytes(made)
    if found.codes:
        raise typer.Exit(Code.FOUND)


def _row(one: "Found", place: "Place | None") -> dict[str, object]:
    box = place.box if place else None
    measures = (box.left, box.top, box.width, box.height) if box else ()
    return {
        "severity": "warning" if one.warning else "fault",
        "code": one.code,
        "page": place.page or "" if place else "",
        "box": " ".join(f"{measure:.1f}" for measure in measures),
        "what": one.what_to_do,
    }
