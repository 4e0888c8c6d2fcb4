"""The person register's address as the lines of an envelope.

A line has at most 34 characters (PostalAddressLine of the OIO ForsendelseI schema). A longer one, the name too, is
split at a space; what cannot be split is left, and routing judges it.
"""

from adapters.xml import one_line
from outbound.letter import ADDRESS_LINE, Address

LONGEST = 200  # characters of any one part that are read


def address(name: str, given: object) -> Address | None:
    """The address, or None where there is none. Raises ValueError for one that is not as agreed.

    `given`: street (with the house number), postcode, town, country, and perhaps co, floor, door and place.
    """
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ValueError("An address is a JSON object.")
    part = {
        key: _part(given.get(key)) for key in ("street", "postcode", "town", "country", "co", "floor", "door", "place")
    }
    first, *more = split(one_line(name, LONGEST)) or [""]
    written = (f"c/o {part['co']}" if part["co"] else "", _street(part), part["place"])
    country = (part["country"] or "DK").upper()
    abroad = f"{part['postcode']} {part['town']}".strip()
    return Address(
        name=first,
        lines=(*more, *(short for line in written for short in split(line))),
        postcode=part["postcode"] if country == "DK" else "",
        town=part["town"] if country == "DK" else abroad,
        country=country,
    )


def split(line: str) -> list[str]:
    """The line in pieces of at most 34 characters, broken at spaces; a word that is longer stays whole."""
    pieces: list[str] = []
    for word in line.split():
        if pieces and len(pieces[-1]) + 1 + len(word) <= ADDRESS_LINE:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def _street(part: dict[str, str]) -> str:
    """Street, house number, floor and door as Danish addresses are written: `Prøvevænget 12, 2. tv`."""
    floor = part["floor"]
    where = f"{floor}." if floor else ""
    return f"{part['street']}, {where} {part['door']}".replace("  ", " ").strip(" ,") if floor else part["street"]


def _part(given: object) -> str:
    if given is not None and not isinstance(given, str):
        raise ValueError("A part of an address is text.")
    return one_line(given or "", LONGEST)
