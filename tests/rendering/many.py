"""Letters of people who have nothing in common: whatever is of one and turns up with another has leaked.

    python -m tests.rendering.many FOLDER

renders each letter in a process that has rendered no other, and writes it into the folder by its number.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outbound.letter import Address, Document
from outbound.rendering import Frame, LetterTypes, render
from tests.rendering.conftest import TEMPLATES, usual_frame
from tests.rendering.wild import free_texts, rewritten

TYPES = LetterTypes.load(TEMPLATES)
_NAMES = tuple(name for name, one in TYPES.items() if not one.ready_made)
_RARE = "ǩǯȟȣǥŧŋĸłđřžőűģķļņćńśźĉĝĥĵŝŭāēīūąęįųășțẁẃẅỳ"  # a letter of the alphabet for each
_SCRIPTS = ("", "Ёлкин", "Nguyễn", "Ξενοφών")
WAYS: tuple[dict[str, Any], ...] = ({}, {"cover": True}, {"marker": "Genudsendt"}, {"address": None}, {})
PEOPLE = 2 * len(_NAMES)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the invented people, by number."""

    number: int

    @property
    def marker(self) -> str:
        """A word that stands in every text of this person and in no other's."""
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{self.number:02d}")
        return f"Qz{letters}vx"

    @property
    def rare(self) -> str:
        """A letter that no other person's texts have, and that no template has."""
        return _RARE[self.number]

    def text(self, number: int) -> str:
        return f"{self.marker}{number} {self.rare} {_SCRIPTS[self.number % len(_SCRIPTS)]}".strip()

    @property
    def frame(self) -> Frame:
        recipient, caseworker, case, reference, street, town = map(self.text, range(6))
        usual = {"recipient": recipient, "caseworker": caseworker, "case_number": case, "reference": reference}
        address = Address(recipient, (street,), "9999", town)
        return usual_frame(**{**usual, "address": address, **WAYS[self.number % len(WAYS)]})

    @property
    def letter(self) -> tuple[str, Mapping[str, Any]]:
        """The letter type's name and the fields."""
        one = TYPES[_NAMES[self.number % len(_NAMES)]]
        schema, example = one.schema or {}, one.example or {}
        texts = [self.text(number) for number in range(10, 11 + len(list(free_texts(schema, example))))]
        return one.name, rewritten(
            schema, example, [*texts, self.marker]
        )  # the marker alone where there is little room

    def render(self) -> Document:
        name, fields = self.letter
        assert TYPES[name].faults(fields) == ()
        return render(TYPES[name], fields, self.frame)


def people() -> Iterator[Person]:
    return map(Person, range(PEOPLE))


def main(folder: Path) -> None:
    """Each letter in a fork of a process that has rendered nothing."""
    for person in people():
        child = os.fork()
        if not child:
            document = person.render()
            (folder / f"{person.number}.pdf").write_bytes(document.pdf)
            (folder / f"{person.number}.html").write_text(document.html or "", "utf-8")
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
