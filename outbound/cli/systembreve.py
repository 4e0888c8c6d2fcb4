"""`outbound systembreve`: what a vendor should know of the letters that its system makes. Figures only, no text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outbound import standing
from outbound.cli.faults import CannotDo
from outbound.cli.opening import name_of_hand, opened_house, os_user
from outbound.cli.tables import Form, shown
from outbound.cli.views import AsForm
from outbound.contents import HANDED_IN
from outbound.seal import Part

if TYPE_CHECKING:
    from uuid import UUID

    from outbound.delivery import House
    from outbound.rendering import Preflight

COLUMNS = {
    "letter_type": "Brevtype",
    "letters": "Breve",
    "lix": "Lix (median)",
    "lix_most": "Lix (højeste)",
    "untagged": "Uden tags",
    "no_appeal": "Uden ordet klage",
    "no_text": "Med sider uden tekst",
    "codes": "Fejl i dag",
}


def systembreve(
    system: Annotated[str, typer.Option(help="The system's name in config/organisation.toml.")],
    newest: Annotated[int, typer.Option(min=1, max=2_000, help="Look at so many of its newest letters.")] = 200,
    by: Annotated[str, typer.Option(help="Who asks; stands in the reading log.")] = "",
    form: AsForm = Form.TABLE,
) -> None:
    """How readable are the finished PDFs of a system.

    LIX, tags, appeal guidance, and what preflight finds.

    Opens each letter, which the reading log says, and tells counts alone.
    """
    who = name_of_hand(by or os_user())
    with opened_house() as house:
        if house.organisation.system(system) is None:
            raise CannotDo("config/organisation.toml has no such system.")
        rows = [_row(name, found) for name, found in _verdicts(house, system, newest, who)]
    typer.echo(shown(rows, COLUMNS, form))


def _verdicts(house: "House", system: str, newest: int, who: str) -> Iterator[tuple[str, list["Preflight"]]]:
    """The verdicts of each letter type."""
    from outbound.delivery.render import preflight_limits
    from outbound.rendering import preflight

    with house.ledger.reading() as tx:
        letters = standing.newest_ready_made(tx, system, newest)
    found: dict[str, list[Preflight]] = {}
    for letter, letter_type in letters:
        pdf = _opened(house, letter, who)
        if pdf is not None:
            found.setdefault(letter_type, []).append(preflight(pdf, limits=preflight_limits(house.settings)))
    yield from sorted(found.items())


def _opened(house: "House", letter: "UUID", who: str) -> bytes | None:
    with house.ledger.writing() as tx:
        return house.seal.open_parts(tx, [Part(letter, HANDED_IN)], who, "systembreve").get(Part(letter, HANDED_IN))


def _row(letter_type: str, found: Sequence["Preflight"]) -> dict[str, Any]:
    lix = [one.figures.lix for one in found if one.figures.lix is not None]
    codes = Counter(code for one in found for code in one.codes)
    return {
        "letter_type": letter_type,
        "letters": len(found),
        "lix": round(median(lix)) if lix else "",
        "lix_most": max(lix, default=""),
        "untagged": sum(not one.figures.tagged for one in found),
        "no_appeal": sum(not one.figures.appeal for one in found),
        "no_text": sum("page-without-text" in one.warnings for one in found),
        "codes": ", ".join(f"{code} {count}" for code, count in codes.most_common()),
    }
