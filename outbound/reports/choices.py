"""What somebody asks a past period otherwise, read from what they wrote: the same rules for command and page.

Nothing here speaks: a fault is a code, which each side says in its own language beside its own field.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

MOST_POINTS = 100
MOST_POSTAGE = 1_000_000  # øre
MOST_TYPES = 200
LONGEST_TYPE = 100  # characters

_POINTS = re.compile(r"\+?[0-9]{1,3}(,[0-9]{1,3}|\.[0-9]{1,2})?", re.ASCII)  # 1.000 is a thousand in Danish
_KRONER = re.compile(r"([0-9]{1,6})([.,][0-9]{1,2})?", re.ASCII)


class Asked(StrEnum):
    """What can be chosen."""

    POINTS = "points"
    POSTAGE = "postage"
    TYPES = "types"
    HOUSEHOLDING = "householding"


class Fault(StrEnum):
    """Why something cannot be asked."""

    POINTS_WRITTEN = "points-written"
    POINTS_TOO_MANY = "points-too-many"
    POSTAGE_WRITTEN = "postage-written"
    POSTAGE_TOO_MUCH = "postage-too-much"
    TYPES_TOO_MANY = "types-too-many"
    TYPE_NAME = "type-name"
    NOT_A_SWITCH = "not-a-switch"
    TOGETHER = "together"

    @property
    def of(self) -> Asked:
        """The choice that is at fault."""
        return next(asked for asked, faults in _FAULTS.items() if self in faults)


_FAULTS = {
    Asked.POINTS: (Fault.POINTS_WRITTEN, Fault.POINTS_TOO_MANY),
    Asked.POSTAGE: (Fault.POSTAGE_WRITTEN, Fault.POSTAGE_TOO_MUCH),
    Asked.TYPES: (Fault.TYPES_TOO_MANY, Fault.TYPE_NAME),
    Asked.HOUSEHOLDING: (Fault.NOT_A_SWITCH, Fault.TOGETHER),
}


class CannotAsk(ValueError):
    """It cannot be asked so, for one reason or several."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Choices:
    """What is to be otherwise: percentage points, øre without VAT, names of types, on or off. Raises CannotAsk.

    Householding on is asked apart from what moves letters to the mailbox: who moves shares no envelope.
    """

    points: Fraction = Fraction(0)
    postage: int | None = None
    types: frozenset[str] = frozenset()
    householding: bool | None = None

    def __post_init__(self) -> None:
        if self.householding and (self.points or self.types):
            raise CannotAsk(Fault.TOGETHER)

    @property
    def any(self) -> bool:
        """Is anything to be otherwise?"""
        return self != Choices()


def points_of(text: str) -> Fraction:
    """Percentage points, as `5`, `+5` or `2,5`; none where nothing is written. Raises CannotAsk."""
    if not text.strip():
        return Fraction(0)
    if not _POINTS.fullmatch(text.strip()):
        raise CannotAsk(Fault.POINTS_WRITTEN)
    points = Fraction(text.strip().lstrip("+").replace(",", "."))
    if points > MOST_POINTS:
        raise CannotAsk(Fault.POINTS_TOO_MANY)
    return points


def postage_of(kroner: str) -> int | None:
    """Øre of `33`, `33,5` or `33,50` kroner; None where nothing is written. Raises CannotAsk."""
    if not kroner.strip():
        return None
    found = _KRONER.fullmatch(kroner.strip())
    if not found:
        raise CannotAsk(Fault.POSTAGE_WRITTEN)
    postage = int(found[1]) * 100 + int((found[2] or ",")[1:].ljust(2, "0"))
    if postage > MOST_POSTAGE:
        raise CannotAsk(Fault.POSTAGE_TOO_MUCH)
    return postage


def types_of(names: Iterable[str]) -> frozenset[str]:
    """The names of letter types, none of them twice. Raises CannotAsk."""
    found = frozenset(filter(None, (name.strip() for name in names)))
    if len(found) > MOST_TYPES:
        raise CannotAsk(Fault.TYPES_TOO_MANY)
    if any(len(name) > LONGEST_TYPE or not name.isprintable() for name in found):
        raise CannotAsk(Fault.TYPE_NAME)
    return found


def switch_of(word: str) -> bool | None:
    """`on` or `off`; None where nothing is written. Raises CannotAsk."""
    if word not in ("", "on", "off"):
        raise CannotAsk(Fault.NOT_A_SWITCH)
    return word == "on" if word else None


def choices_of(points: str, kroner: str, types: Iterable[str], householding: str) -> Choices:
    """All that was chosen, as it was written. Raises CannotAsk with every fault at once."""
    faults: list[Fault] = []

    def read(reading: Callable[..., Any], *written: Any, **more: Any) -> Any:
        try:
            return reading(*written, **more)
        except CannotAsk as fault:
            faults.extend(fault.faults)
            return None

    known = {
        "points": read(points_of, points),
        "types": read(types_of, types),
        "householding": read(switch_of, householding),
    }
    known["postage"] = read(postage_of, kroner)
    found: Choices = read(Choices, **{name: value for name, value in known.items() if value is not None})
    if faults:
        raise CannotAsk(*faults)
    return found
