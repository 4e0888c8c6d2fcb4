"""Where a word may be parted at the end of a line: Danish and English.

The patterns are pyphen's; for Danish a list of our own (`hyphens_da.txt`) sets right what they cut wrongly. What is
sure of nothing parts nothing: a word that is not parted is never wrong.

Rules: Retskrivningsordbogen §§ 15-17 (Dansk Sprognævn, sproget.dk): a vowel on each line (§ 15, 2), compounds at their
joints (§ 16), else between syllables (§ 17).
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyphen

KEPT_WORDS = 4096  # in memory only, and no more: the words of letters are somebody's
LEAST = 3  # letters before and after a point. § 15 allows two, and one where it is a vowel; three are easier to read
SHORTEST = 7  # letters of a word that is parted at all; not from a source: shorter ones fit on any line
_PATTERNS = {"da": "da_DK", "en": "en_GB"}
_PARTS = {"da": Path(__file__).with_name("hyphens_da.txt")}
_WORD = re.compile(rf"[\W_]*([^\W\d_]{{{SHORTEST},}})[\W_]*")
_VOWEL = re.compile("[aeiouyæøåéèüöäáíóúàêëô]")
_BEGINNINGS = re.compile(
    "([bcfgkps]?l|[bcdfgkptv]?r|[kgsf]?n|[bfhkmnpst]?j|[dhkst]?v|s?[kmp]|s?t|[cpst]?h|sc|ps|"
    "sch|skj|skl|skr|skv|spj|spl|spr|stj|str|.)?[aeiouyæøåéèüöäáíóúàêëô]"
)  # how a Danish word, and so a line, may begin (§ 15, 3 b)
_NEAR = 3  # letters: nearer to a joint there is no other point


class _KeepsNothing(dict[str, Any]):
    """pyphen keeps every word that it was ever asked for, without end."""

    def __setitem__(self, word: str, points: Any) -> None:
        pass


@lru_cache(maxsize=KEPT_WORDS)
def points(word: str, language: str | None) -> tuple[int, ...]:
    """The places where `word` may be parted, as indexes into it: 3 for `jobcenter` is `job-center`.

    `language`: a tag such as `da` or `en-GB`; another one, or None, parts nothing. Signs that are no letters may stand
    at either end of the word (`(ansøgning),`). Nothing is parted in a word with signs or digits inside it (links, mail
    addresses, case numbers), with a capital after its first letter (names of companies, abbreviations), or of fewer
    than seven letters. Safe between threads.
    """
    known = (language or "").partition("-")[0].lower()
    found = _WORD.fullmatch(word)
    if known not in _PATTERNS or found is None or not found[1][1:].islower():
        return ()
    letters, at = found[1].lower(), found.start(1)
    if len(letters) != len(found[1]):
        return ()
    return tuple(at + point for point in sorted(_corrected(letters, known)) if _may_part(letters, point, known))


def _may_part(letters: str, point: int, language: str) -> bool:
    before, after = letters[:point], letters[point:]
    if min(len(before), len(after)) < LEAST or not (_VOWEL.search(before) and _VOWEL.search(after)):
        return False
    return language != "da" or bool(_BEGINNINGS.match(after))


def _corrected(letters: str, language: str) -> set[int]:
    """The points of the patterns, except where our own list knows better."""
    found = {int(point) for point in _patterns(language).positions(letters)}
    if language == "da":
        found -= _slivers(letters, sorted(found))
    for at, part, own in _parts_in(letters, language):
        joints = {point for point in own if point in (at, at + len(part))}
        found = {
            point
            for point in found
            if not at < point < at + len(part) and all(abs(point - joint) >= _NEAR for joint in joints)
        } | own
    return found


def _slivers(letters: str, given: list[int]) -> set[int]:
    """Two points that have one letter, or no vowel, between them: one of the two is wrong, and which is not known."""
    pairs = [pair for pair in pairwise(given) if pair[1] - pair[0] < 2 or not _VOWEL.search(letters[slice(*pair)])]
    return {point for pair in pairs for point in pair}


def _parts_in(letters: str, language: str) -> Iterator[tuple[int, str, set[int]]]:
    """Every part of our list that the word has: where it begins, its letters and its points in the word."""
    taken: set[int] = set()
    for part, own in _parts(language):
        at = letters.find(part)
        if at >= 0 and taken.isdisjoint(range(at, at + len(part))):
            taken |= {*range(at, at + len(part))}
            yield at, part, {at + point for point in own}


@cache
def _patterns(language: str) -> Any:
    made = pyphen.Pyphen(lang=_PATTERNS[language], left=LEAST, right=LEAST)
    made.hd.cache = _KeepsNothing()
    return made


@cache
def _parts(language: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The parts of a language with their points, longest first."""
    file = _PARTS.get(language)
    lines = file.read_text("utf-8").splitlines() if file else []
    parts = [_part(line) for line in lines if line and not line.startswith("#")]
    return tuple(sorted(parts, key=lambda part: (-len(part[0]), part[0])))


def _part(line: str) -> tuple[str, tuple[int, ...]]:
    bars = [place for place, sign in enumerate(line) if sign == "|"]
    return line.replace("|", ""), tuple(place - number for number, place in enumerate(bars))
