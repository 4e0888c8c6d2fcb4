"""Suppliers' codes as data: a TOML table says what each code means; a code that is not in it is never guessed at."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from outbound.letter import Blame

READABLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
LIKE_A_NUMBER = re.compile(r"\d{6}[-.]?\d{4}|\d{8}")  # CPR or CVR


class Meaning(StrEnum):
    """What a code says of a letter."""

    RECIPIENT = "recipient"  # not on this channel
    LETTER = "letter"  # not at all
    AGAIN = "again"  # thrown away unworked
    DUPLICATE = "duplicate"  # they have it already
    UNKNOWN = "unknown"

    @property
    def blame(self) -> Blame:
        """What a refusal with this meaning is about."""
        known = {Meaning.RECIPIENT: Blame.RECIPIENT, Meaning.LETTER: Blame.LETTER}
        return known.get(self, Blame.UNKNOWN)


class Codes:
    """A supplier's table. Raises ValueError, naming the file, for a row that says nothing known."""

    def __init__(self, path: Path) -> None:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        self._meanings = {code: _meaning(path, code, row) for code, row in rows.items()}

    def meaning(self, code: str) -> Meaning:
        """What the table says of a stand code; UNKNOWN for one that is not in it."""
        return self._meanings.get(code, Meaning.UNKNOWN)


def stand_code(said: object) -> str:
    """A supplier's code as it may be stored and shown: short, plain, and never with a number of somebody's in it."""
    code = str(said).strip().lower() if isinstance(said, str | int) else ""
    if not READABLE.fullmatch(code) or LIKE_A_NUMBER.search(code):
        return "unreadable-code" if code else "no-code"
    return code


def _meaning(path: Path, code: str, row: Mapping[str, str]) -> Meaning:
    try:
        if row["source"] and stand_code(code) == code:
            return Meaning(row["class"])
    except (KeyError, ValueError, TypeError):
        pass
    raise ValueError(f"{path.name}: the row {code!r} needs a class and a source; see the head of the file.")
