"""Can this address be printed on an envelope and delivered? Pure.

Two questions. `address_faults`: does it have the form of an address? Asked of every address, wherever it comes from.
`postcode_faults`: are postcode and town those of one place? Asked of what somebody has written, and not of the person
register, which knows newer postcodes than our table. Only paper asks it: a doubtful town keeps nobody from the mailbox.

The limits: 34 characters a line (ForsendelseI, urn:oio:fjernprint:1.0.0); a name, at least one line and a postcode,
and no postcode 1000 by remote print (KMD WorkZone SmartPost, frequently asked questions); country as ISO 3166
alpha-2. Four digits, leading zeros kept: 0800 and 0999 are Danish postcodes.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from outbound.address_parts import MOST_LINES
from outbound.countries import COUNTRY_NAMES
from outbound.letter import ADDRESS_LINE, Address
from outbound.postal_districts import SHIPPED, PostalDistricts


class AddressFault(StrEnum):
    """What is wrong with an address; the value is the stand code."""

    MISSING = "missing"
    NAME = "name-missing"
    LINE = "line-missing"
    LINES = "too-many-lines"
    TOWN = "town-missing"
    DIGIT_IN_TOWN = "digit-in-town"
    POSTCODE = "postcode-not-four-digits"
    POSTCODE_1000 = "postcode-1000"
    POSTCODE_ABROAD = "postcode-abroad-belongs-in-town"
    COUNTRY = "country-not-iso-3166"
    POSTCODE_GREENLAND = "town-without-postcode-of-greenland"
    POSTCODE_FAROES = "town-without-postcode-of-the-faroes"
    TOO_LONG = "line-over-34-characters"
    CHARACTERS = "unprintable-character"
    UNKNOWN_POSTCODE = "postcode-unknown"
    OTHER_TOWN = "town-not-of-postcode"


RULES: tuple[tuple[AddressFault, Callable[[Address], bool]], ...] = (
    (AddressFault.NAME, lambda a: not a.name.strip()),
    (AddressFault.LINE, lambda a: not any(line.strip() for line in a.lines)),
    (AddressFault.LINES, lambda a: len(a.lines) > MOST_LINES),
    (AddressFault.TOWN, lambda a: not a.town.strip()),
    # A second postcode, perhaps of another place. No Danish postal district has a digit in its name.
    (AddressFault.DIGIT_IN_TOWN, lambda a: _danish(a) and any(map(str.isdigit, a.town))),
    (AddressFault.POSTCODE, lambda a: _danish(a) and not _is_postcode(a.postcode)),
    (AddressFault.POSTCODE_1000, lambda a: _danish(a) and a.postcode == "1000"),
    (AddressFault.POSTCODE_ABROAD, lambda a: not _danish(a) and bool(a.postcode)),
    (AddressFault.COUNTRY, lambda a: a.country not in COUNTRY_NAMES),
    (AddressFault.POSTCODE_GREENLAND, lambda a: a.country == "GL" and not re.match("39[0-9]{2} ", a.town)),
    (AddressFault.POSTCODE_FAROES, lambda a: a.country == "FO" and not re.match("(FO-?)?[1-9][0-9]{2} ", a.town)),
    (AddressFault.TOO_LONG, lambda a: any(len(line) > ADDRESS_LINE for line in a.as_lines())),
    (AddressFault.CHARACTERS, lambda a: not all(line.isprintable() for line in a.as_lines())),
)


def address_faults(address: Address | None) -> tuple[AddressFault, ...]:
    """Everything that keeps paper from going there; empty where it can be used."""
    if address is None:
        return (AddressFault.MISSING,)
    return tuple(fault for fault, has in RULES if has(address))


def postcode_faults(address: Address, districts: PostalDistricts = SHIPPED) -> tuple[AddressFault, ...]:
    """Is a postcode unknown that has the form of one, or does the town belong to another?"""
    if not _danish(address) or not _is_postcode(address.postcode) or address.postcode == "1000":
        return ()
    if not districts.knows(address.postcode):
        return (AddressFault.UNKNOWN_POSTCODE,)
    return () if districts.fits(address.postcode, address.town) else (AddressFault.OTHER_TOWN,)


def usable(address: Address | None) -> bool:
    """Does it have the form of an address that paper can be sent to?"""
    return not address_faults(address)


def _danish(address: Address) -> bool:
    return address.country == "DK"


def _is_postcode(text: str) -> bool:
    # 0000 is the printers' way to say "abroad" (KMD), never a Danish postcode. [0-9]: \d takes any script's digits.
    return re.fullmatch("[0-9]{4}", text) is not None and text != "0000"
