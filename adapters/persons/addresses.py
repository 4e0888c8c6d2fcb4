"""A register's address as the lines of an envelope.

A line has at most 34 characters (PostalAddressLine of the OIO ForsendelseI schema). A longer one, the name too, is
split at a space and never cut: what cannot be split is left whole, and routing says that it does not fit.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.xml import one_line
from outbound.letter import ADDRESS_LINE, COUNTRY_NAMES, Address

LONGEST = 200  # characters of any one part that are read
LAST = re.compile(r"([0-9]{4})\s+(\S.*)")
BY_WAY_OF = re.compile(r"(c/o|v/|att\b)", re.IGNORECASE)
WRITTEN = {name.casefold(): country for country, name in COUNTRY_NAMES.items()} | {
    "deutschland": "DE",
    "germany": "DE",
    "suomi": "FI",
    "finland": "FI",
    "france": "FR",
    "great britain": "GB",
    "united kingdom": "GB",
    "england": "GB",
    "ísland": "IS",
    "iceland": "IS",
    "nederland": "NL",
    "netherlands": "NL",
    "norway": "NO",
    "noreg": "NO",
    "polska": "PL",
    "poland": "PL",
    "sweden": "SE",
}
"""How a country may stand in the last line of an address abroad: in Danish, in English, in its own language."""


@dataclass(frozen=True, slots=True)
class Home:
    """The parts of an address in Denmark or Greenland as a register has them, unshortened."""

    street: str
    postcode: str
    town: str
    co: str = ""
    place: str = ""
    country: str = "DK"


def at_home(name: str, home: Home) -> Address:
    """An address in the country's own form."""
    co = clean(home.co)
    written = (co if BY_WAY_OF.match(co) else co and f"c/o {co}", clean(home.street), clean(home.place))
    postcode, town = clean(home.postcode), clean(home.town)
    if home.country != "DK":
        return _address(name, written, "", f"{postcode} {town}".strip(), home.country)
    return _address(name, written, postcode, town, "DK")


def from_lines(name: str, lines: Iterable[str], *, at_home: bool = True) -> Address | None:
    """An address in free lines of which the last is a country we know, or, `at_home`, postcode and town in Denmark;
    else None: nobody guesses where that is (8000 is Aarhus and Zürich)."""
    *written, last = [line for one in lines if (line := clean(one))] or [""]
    if at_home and (danish := LAST.fullmatch(last)):
        return _address(name, written, danish[1], danish[2], "DK")
    country = WRITTEN.get(last.casefold())
    return abroad(name, written, country) if country else None


def abroad(name: str, lines: Iterable[str], country: str) -> Address | None:
    """Free lines of which the last is the town, with its postcode; a line that only names the country is left out."""
    kept = [line for one in lines if (line := clean(one)) and WRITTEN.get(line.casefold()) != country]
    return _address(name, kept[:-1], "", kept[-1], country) if kept else None


def street_of(name: str, number: str, floor: str, door: str) -> str:
    """Street, house number, floor and door as Danish addresses are written: `Prøvevænget 12B, 2. tv`."""
    house = re.sub(r"^0+(?=.)|\s", "", number)
    level, side = floor.strip().lstrip("0").lower(), door.strip().lstrip("0").lower()
    first = f"{name} {house}".strip()
    return f"{first}, {f'{level}. {side}'.strip()}" if level else f"{first}, {side}" if side else first


def clean(text: str) -> str:
    """One line of text, unshortened within reason."""
    return one_line(text, LONGEST)


def split(line: str) -> list[str]:
    """The line in pieces of at most 34 characters, broken at spaces; a word that is longer stays whole."""
    pieces: list[str] = []
    for word in line.split():
        if pieces and len(pieces[-1]) + 1 + len(word) <= ADDRESS_LINE:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def text_of(parts: Mapping[str, object], key: str) -> str:
    """A part that may be absent. Raises ValueError where it is there and no text."""
    value = parts.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
        raise ValueError("A part of an address is text.")
    return "" if value is None else str(value)


def _address(name: str, written: Iterable[str], postcode: str, town: str, country: str) -> Address:
    first, *more = split(clean(name)) or [""]
    return Address(first, (*more, *(short for line in written for short in split(line))), postcode, town, country)
