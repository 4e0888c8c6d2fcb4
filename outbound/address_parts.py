"""A Danish address in parts, written as the lines of an envelope. Pure.

The form is that of the registers (`Prøvevej 10A, 2. tv.`), c/o first; house number, floor and door as ForsendelseI has
them (StreetBuildingIdentifier `\\d{1,3}[A-Z]?`, FloorIdentifier 1 to 99, ST, KL or k2 …, SuiteIdentifier of four
characters); two house numbers as 33 - 35 (iMail Denmark, 21grams.com). A line has 34 characters and there are three
between name and town: what is longer is broken at a sensible place, or told by the name of its part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from outbound.letter import ADDRESS_LINE

MOST_LINES = 3
HOUSE = re.compile(r"0*([1-9][0-9]{0,2}) ?([A-Za-zÆØÅæøå]?)")
FLOOR = re.compile(r"(st|kl|k[1-9]|[1-9][0-9]?)\.?", re.IGNORECASE)
SIDES = ("tv", "th", "mf")
DOOR = re.compile(r"0*([0-9A-Za-zÆØÅæøå/-]{1,4})\.?")
BY_WAY_OF = re.compile(r"(c/o|v/|att\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AddressParts:
    """What stands between name and postcode; what there is none of is empty. `place` is a supplementary town name."""

    street: str = field(default="", repr=False)
    house_number: str = field(default="", repr=False)
    floor: str = field(default="", repr=False)
    door: str = field(default="", repr=False)
    care_of: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    post_box: str = field(default="", repr=False)


class PartFault(ValueError):
    """A part cannot be written. `part` is its name; the text says what is wrong, without its value."""

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(sentence)
        self.part = part


def composed(parts: AddressParts) -> tuple[str, ...]:
    """The lines between name and town. Raises PartFault."""
    kept = AddressParts(**{name: " ".join(getattr(parts, name).split()) for name in parts.__slots__})
    lines = (*_care_of(kept), *_street(kept), *_short("place", kept.place), *_post_box(kept))
    if not kept.street and not kept.post_box:
        raise PartFault("street", "Give a street with its house number, or a post box.")
    if len(lines) > MOST_LINES:
        raise PartFault(
            "place", f"These parts fill more than {MOST_LINES} lines; leave one out, or write them as lines."
        )
    return lines


def _care_of(parts: AddressParts) -> Iterator[str]:
    if parts.care_of:
        said = parts.care_of if BY_WAY_OF.match(parts.care_of) else f"c/o {parts.care_of}"
        yield from _short("care_of", said)


def _post_box(parts: AddressParts) -> Iterator[str]:
    if parts.post_box and not re.fullmatch("[0-9]{1,5}", parts.post_box):
        raise PartFault("post_box", "A post box is a number.")
    if parts.post_box:
        yield f"Postboks {parts.post_box}"


def _short(part: str, text: str) -> Iterator[str]:
    if len(text) > ADDRESS_LINE:
        raise PartFault(part, f"This is longer than the {ADDRESS_LINE} characters of a line.")
    if text:
        yield text


def _street(parts: AddressParts) -> Iterator[str]:
    """Street, number, floor and door: on one line, or broken before the floor, or in the street's name."""
    if not parts.street:
        for name in ("house_number", "floor", "door"):
            if getattr(parts, name):
                raise PartFault(name, "This is of no use without a street.")
        return
    house, home = f"{parts.street} {_house(parts.house_number)}".strip(), _home(parts)
    whole = f"{house}, {home}" if home else house
    if len(whole) <= ADDRESS_LINE:
        yield whole
    elif home and len(house) <= ADDRESS_LINE:
        yield from (house, home)
    else:
        yield from _broken(parts.street, whole[len(parts.street) :].strip())


def _broken(street: str, rest: str) -> tuple[str, str]:
    """The street's name over two lines, the number on the second."""
    words = street.split(" ")
    for kept in range(len(words) - 1, 0, -1):
        first, second = " ".join(words[:kept]), " ".join([*words[kept:], rest]).strip()
        if len(first) <= ADDRESS_LINE and len(second) <= ADDRESS_LINE:
            return first, second
    if len(street) <= ADDRESS_LINE:
        return street, rest
    raise PartFault("street", f"This fits on no two lines of {ADDRESS_LINE} characters.")


def _house(text: str) -> str:
    """`10A`, without a space before the letter and with its noughts gone; two numbers as `33 - 35`."""
    ends = [HOUSE.fullmatch(end.strip()) for end in re.split("[-–]", text)] if text else []
    if len(ends) > 2 or not all(ends):
        raise PartFault("house_number", "A house number is 1 to 3 digits and perhaps a letter: 10A, or 33 - 35.")
    return " - ".join(f"{end[1]}{end[2].upper()}" for end in ends if end)


def _home(parts: AddressParts) -> str:
    """Floor and door: `2. tv.`, `st. 4`."""
    floor, door = FLOOR.fullmatch(parts.floor.lstrip("0")), DOOR.fullmatch(parts.door)
    if parts.floor and not floor:
        raise PartFault("floor", "A floor is st, kl, k2 and on, or 1 to 99.")
    if parts.door and not door:
        raise PartFault("door", "A door is th, tv, mf, or at most four characters.")
    side = door[1].lower() if door else ""
    return " ".join(filter(None, (f"{floor[1].lower()}." if floor else "", f"{side}." if side in SIDES else side)))
