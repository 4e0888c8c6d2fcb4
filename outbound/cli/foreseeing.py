"""`outbound resend ID --preview`: what sending a letter again would come to, as the page says it before the button."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from outbound import cases
from outbound.cli.faults import CannotDo
from outbound.cli.tables import Form, clean, shown
from outbound.cli.telling import wants_json
from outbound.rendering.danish import kroner
from outbound.resending import Foreseen, foresee

if TYPE_CHECKING:
    from outbound.delivery import House
    from outbound.letter import Address

FORESEEN = ("letter", "channel", "route", "said", "address", "source", "cost", "followed_by")


def preview(house: "House", wanted: UUID, address: "Address | None", by: str) -> None:
    """Say what would happen; nothing is sent. Raises CannotDo, DeskRefusal."""
    with house.ledger.reading() as tx:
        found = cases.story_for(tx, wanted, None)
    if found is None:
        raise CannotDo("There is no such letter.")
    seen = foresee(house, found, address, by)
    if wants_json():
        row = {"letter": wanted, "followed_by": list(found.followed_by), **_row(seen)}
        typer.echo(shown([row], dict.fromkeys(FORESEEN, ""), Form.JSON))
        return
    typer.echo("\n".join(map(clean, _lines(seen))))
    if found.followed_by:
        typer.echo(f"It was sent again already, as {found.followed_by[0]}; no further letter would be made.")


def _row(seen: Foreseen) -> dict[str, Any]:
    """`cost` in øre without VAT."""
    lines = list(seen.addressee.address.as_lines()) if seen.addressee.address else []
    plain = {"channel": seen.route.channel, "route": seen.route.code, "said": seen.route.sentence}
    return {**plain, "address": lines, "source": seen.source, "cost": seen.cost}


def _lines(seen: Foreseen) -> list[str]:
    row = _row(seen)
    address = ", ".join(row["address"]) or "none"
    return [
        f"way      {row['channel'] or 'none'} ({row['route']}): {row['said']}",
        f"address  {address}" + (f" (from: {row['source']})" if row["source"] else ""),
        f"cost     {kroner(seen.cost)} without VAT, alone in its envelope" if seen.cost is not None else "cost     –",
    ]
