"""Mending one letter: another address, or another PDF in place of a ready-made one. And sending it again."""

import json
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from outbound import clock, desk
from outbound.cli.acts import Act, By, Letters, One, Why, each_id, each_letter
from outbound.cli.faults import CannotDo
from outbound.cli.opening import hand, name_of_hand, opened_house
from outbound.desk import Hand
from outbound.letter import Address, ReadyMade

if TYPE_CHECKING:
    from outbound.delivery import House

LONGEST_ADDRESS = 100_000  # characters of JSON


def mend(
    letter: One,
    by: By,
    why: Why,
    address: Annotated[
        str,
        typer.Option(
            help="File with the new address as JSON: name, lines, postcode, town, country; - = standard input."
        ),
    ] = "",
    pdf: Annotated[Path | None, typer.Option(help="Another PDF in place of a ready-made one.")] = None,
    title: Annotated[str, typer.Option(help="The title of that PDF.")] = "",
    dated: Annotated[str, typer.Option(help="Its date, YYYY-MM-DD; today where not given.")] = "",
) -> None:
    """Give a letter another address, or another PDF.

    Only while it is not on its way. The address comes from a file: a command line is seen by everybody on the machine.
    """
    if bool(address) == (pdf is not None):
        raise CannotDo("Give either --address or --pdf.")
    if address:
        act: Act = partial(_mend_address, address=_address(address))
    else:
        act = partial(_replace, new=_pdf(pdf, title, dated))
    each_letter([letter], hand(by, why), act, "mended")


def resend(
    letters: Letters,
    by: By,
    why: Why = "",
    address: Annotated[
        str, typer.Option(help="File with another address as JSON, as with mend; for one letter alone.")
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what would happen to one letter: way, address, cost.")
    ] = False,
) -> None:
    """Send letters again, as new ones.

    They have the same content, are marked "Genudsendt" and follow the first. One that came back may go to another
    address.
    """
    if address and (len(letters) != 1 or letters == ["-"]):
        raise CannotDo("Give one letter with --address: each letter has an address of its own.")
    if preview:
        _preview(letters, by, address)
        return
    if not why:
        raise typer.BadParameter("Say why (--why), or look first (--preview).")
    act: Act = partial(_resend, address=_address(address)) if address else desk.resend
    each_letter(letters, hand(by, why), act, "sent again as")


def _preview(letters: list[str], by: str, address: str) -> None:
    from outbound.cli.foreseeing import preview

    if len(wanted := each_id(letters)) != 1:
        raise CannotDo("Look at one letter at a time (--preview).")
    with opened_house() as house:
        preview(house, wanted[0], _address(address) if address else None, name_of_hand(by))


def _resend(house: "House", one: UUID, who: Hand, address: Address) -> UUID:
    return desk.resend(house, one, who, address)


def _mend_address(house: "House", one: UUID, who: Hand, address: Address) -> None:
    desk.mend_address(house, one, address, who)


def _replace(house: "House", one: UUID, who: Hand, new: ReadyMade) -> None:
    from outbound.delivery.render import preflight_limits
    from outbound.rendering import preflight

    found = preflight(new.pdf, limits=preflight_limits(house.settings))
    if found.faults:
        raise CannotDo("The PDF cannot be used: " + " ".join(fault.message for fault in found.faults))
    desk.replace_pdf(house, one, new, who)


def _address(source: str) -> Address:
    wrong = CannotDo("The address is a JSON object: name, lines (a list), postcode, town and country (two letters).")
    try:
        found: Any = json.loads(_text_of(source))
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(found, dict) or not found.keys() <= {"name", "lines", "postcode", "town", "country"}:
        raise wrong
    lines = found.pop("lines", [])
    if not isinstance(lines, list) or not all(isinstance(text, str) for text in [*lines, *found.values()]):
        raise wrong
    return Address(**{"name": "", "postcode": "", "town": "", **found}, lines=tuple(lines))


def _text_of(source: str) -> str:
    """Of a file, or of standard input; no more than an address can have. Raises ValueError."""
    if source == "-":
        return sys.stdin.read(LONGEST_ADDRESS)
    with Path(source).open(encoding="utf-8") as file:
        return file.read(LONGEST_ADDRESS)


def _pdf(file: Path | None, title: str, dated: str) -> ReadyMade:
    if file is None or not title.strip():
        raise CannotDo("With --pdf goes --title: what the letter is called in the mailbox.")
    try:
        day = date.fromisoformat(dated) if dated else clock.today()
    except ValueError:
        raise CannotDo("--dated is a day, written YYYY-MM-DD.") from None
    return ReadyMade(file.read_bytes(), title.strip(), day)
