"""Is this the name, is this the address? Texts as people and programs write them, made comparable."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

_CARE_OF = re.compile(r"\s*(?:\bc/o\b|\bc\. ?o\.|\batt(?:ention)?\b[.:]?|\bv/).*", re.IGNORECASE | re.DOTALL)
_BROKEN = re.compile("[\u00ad\u0002\ufffe]\\s*")  # a word parted at the end of its line
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i", "œ": "oe"})
_TOWN = re.compile(r"(?:[A-Z]{1,3}-)?\d{3,6}\s+[^\W\d]")
_LONGEST = 45  # characters of a line; letters allow 34, programs that do not know it some more
_DOUBLED = (("oe", "o"), ("aa", "a"))  # ø and å as they are written without them


def plain(text: str) -> str:
    """Words of small letters and digits with single spaces: no accents, no signs, a house's letter apart."""
    folded = unicodedata.normalize("NFKD", _BROKEN.sub("", text).casefold().translate(_LETTERS))
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    for written, meant in _DOUBLED:
        folded = folded.replace(written, meant)
    words = "".join(sign if sign.isalnum() else " " for sign in folded)
    return " ".join(re.sub(r"(\d)([a-z])\b", r"\1 \2", words).split())


def is_named(names: Iterable[str], lines: Sequence[str]) -> bool:
    """Does one of the lines, or two that follow each other, name one of these? What follows c/o names none."""
    cut = [words for line in lines if (words := plain(_CARE_OF.sub("", line)).split())]
    shown = [*cut, *(one + two for one, two in pairwise(cut))]
    wanted = [plain(_CARE_OF.sub("", name)).split() for name in names]
    return any(_agree(name, line) for name in wanted for line in shown)


def _agree(one: list[str], other: list[str]) -> bool:
    """Every word of the shorter stands in the longer, in any order; an initial stands for its word."""
    few, many = sorted((one, other), key=len)
    if len(few) < 2:
        return one == other
    left, whole = list(many), 0
    for word in sorted(few, key=len, reverse=True):
        match = next((known for known in left if known == word), None)
        whole += match is not None and len(word) > 1
        match = match or next((known for known in left if _initial(known, word)), None)
        if match is None:
            return False
        left.remove(match)
    return whole > 0


def _initial(one: str, other: str) -> bool:
    return one[:1] == other[:1] and 1 in (len(one), len(other))


def address_key(address: str) -> str:
    """The part of an address by which it is found: up to the first number of a house.

    Empty for a word alone: as a place's name it would be found everywhere.
    """
    words = plain(address).split()
    house = next((at for at, word in enumerate(words) if at and word[0].isdigit()), len(words))
    lettered = house + 1 < len(words) and len(words[house + 1]) == 1 and words[house + 1].isalpha()
    return " ".join(words[: house + 1 + lettered]) if len(words) > 1 else ""


def occurs(address: str, text: str) -> bool:
    """Does the address stand in the text, as `plain` gives it?"""
    key = address_key(address)
    return bool(key) and f" {key} " in f" {text} "


def like_address(lines: Sequence[str]) -> bool:
    """Could these lines be an address: two to seven short ones, with a town or a country?"""
    short = 2 <= len(lines) <= 7 and all(len(line) <= _LONGEST for line in lines)
    return short and (lines[-1].isupper() or any(_TOWN.match(line) for line in lines[1:]))
