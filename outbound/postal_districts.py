"""Danish postcodes with their postal districts, and whether a town can be meant by a postcode. Pure but for the table.

`postcodes.csv` beside this is the state of 2021 (its head says from where); newer ones are added in
`config/postcodes.toml`. Towns are compared generously: a letter is held only for a town that is plainly another postal
district, since the sorting machine goes by the postcode.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

SHORT_FOR = {
    "kbh": "københavn",
    "kbhvn": "københavn",
    "frb": "frederiksberg",
    "kgs": "kongens",
    "gl": "gammel",
    "nr": "nørre",
    "ndr": "nørre",
    "nørr": "nørre",
    "sdr": "sønder",
    "sønd": "sønder",
    "vestr": "vester",
    "skt": "sankt",
    "sct": "sankt",
    "st": "store",
    "ll": "lille",
}
"""Words of place names as they are shortened on envelopes. `st` is Store in every district that begins with it."""

QUARTER = re.compile(r"(?<=\w) (?:c|k|n|s|v|ø|nv|sv|sø|nø|øst)$|(?<=^odense) m$")
"""What tells the quarters of one town apart: København K, Aarhus C, Vejle Øst, Odense M. Not what tells two towns of
one name apart: Nykøbing F, M and Sj; Viby J and Viby Sjælland."""

OF_COPENHAGEN = frozenset({*range(1000, 2501), 2700, 2720})
"""Postcodes in the municipalities of Copenhagen and Frederiksberg: their districts Frederiksberg, Valby, Brønshøj and
Vanløse are also written as København."""


@dataclass(frozen=True)
class PostalDistricts:
    """The postcodes that are known, each with the name of its district."""

    names: Mapping[str, str] = field(repr=False)

    def knows(self, postcode: str) -> bool:
        """Is this a postcode?"""
        return postcode in self.names

    def fits(self, postcode: str, town: str) -> bool:
        """May `town` stand beside `postcode`? Not where it is the name of another district. True of one not known."""
        own, given = plain(self.names.get(postcode, "")), plain(town)
        if not own or given == own or given not in self._plain_names:
            return True
        return given == "københavn" and int(postcode) in OF_COPENHAGEN

    @cached_property
    def _plain_names(self) -> frozenset[str]:
        return frozenset(map(plain, self.names.values()))

    def with_more(self, names: Mapping[str, str]) -> "PostalDistricts":
        """The same and these, which outrank it."""
        return PostalDistricts({**self.names, **names})


def plain(town: str) -> str:
    """A town's name by which two are compared: no case, no quarter, aa as å, words at their full length."""
    text = unicodedata.normalize("NFC", town).casefold().replace("aa", "å")
    words = (SHORT_FOR.get(word, word) for word in re.split(r"[\W_]+", text) if word)
    return QUARTER.sub("", " ".join(words))


def _shipped(file: Path) -> PostalDistricts:
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return PostalDistricts(dict(line.split(";", 1) for line in lines))


SHIPPED = _shipped(Path(__file__).with_name("postcodes.csv"))
