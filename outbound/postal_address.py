"""Can this address be printed on an envelope and delivered? Pure.

The limits: 34 characters a line (ForsendelseI, urn:oio:fjernprint:1.0.0); a name, at least one line and a postcode,
and no postcode 1000 by remote print (KMD WorkZone SmartPost, frequently asked questions); country as ISO 3166
alpha-2. Four digits, leading zeros kept: 0800 and 0999 are Danish postcodes.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from outbound.letter import ADDRESS_LINE, Address

MOST_LINES = 3


class AddressFault(StrEnum):
    """What is wrong with an address; the value is the stand code."""

    MISSING = "missing"
    NAME = "name-missing"
    LINE = "line-missing"
    LINES = "too-many-lines"
    TOWN = "town-missing"
    POSTCODE = "postcode-not-four-digits"
    POSTCODE_1000 = "postcode-1000"
    POSTCODE_ABROAD = "postcode-abroad-belongs-in-town"
    COUNTRY = "country-not-iso-3166"
    TOO_LONG = "line-over-34-characters"
    CHARACTERS = "unprintable-character"


RULES: tuple[tuple[AddressFault, Callable[[Address], bool]], ...] = (
    (AddressFault.NAME, lambda a: not a.name.strip()),
    (AddressFault.LINE, lambda a: not any(line.strip() for line in a.lines)),
    (AddressFault.LINES, lambda a: len(a.lines) > MOST_LINES),
    (AddressFault.TOWN, lambda a: not a.town.strip()),
    (AddressFault.POSTCODE, lambda a: _danish(a) and not _is_postcode(a.postcode)),
    (AddressFault.POSTCODE_1000, lambda a: _danish(a) and a.postcode == "1000"),
    (AddressFault.POSTCODE_ABROAD, lambda a: not _danish(a) and bool(a.postcode)),
    (AddressFault.COUNTRY, lambda a: re.fullmatch("[A-Z]{2}", a.country) is None),
    (AddressFault.TOO_LONG, lambda a: any(len(line) > ADDRESS_LINE for line in a.as_lines())),
    (AddressFault.CHARACTERS, lambda a: not all(line.isprintable() for line in a.as_lines())),
)


def address_faults(address: Address | None) -> tuple[AddressFault, ...]:
    """Everything that keeps paper from going there; empty where it can be used."""
    if address is None:
        return (AddressFault.MISSING,)
    return tuple(fault for fault, has in RULES if has(address))


def usable(address: Address | None) -> bool:
    """Can paper be sent there?"""
    return not address_faults(address)


def _danish(address: Address) -> bool:
    return address.country == "DK"


def _is_postcode(text: str) -> bool:
    # 0000 is the printers' way to say "abroad" (KMD), never a Danish postcode. [0-9]: \d takes any script's digits.
    return re.fullmatch("[0-9]{4}", text) is not None and text != "0000"
