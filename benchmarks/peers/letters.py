"""The letters that every engine gets: the same words, no two letters alike, as plain data that any process can read."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from benchmarks.peers.html import TYPES
from benchmarks.renderer import TEMPLATES, fields_of, frame_of
from outbound.rendering import LetterTypes
from outbound.rendering.sheet import facts_of
from outbound.rendering.templates import line_of
from outbound.rendering.views import letter_view
from outbound.rendering.words import DANISH

ONE, THREE = 1, 3
_LONG = "example-lang.json"


def letters(pages: int, numbers: range) -> list[dict[str, Any]]:
    """One letter for each number, with so many pages: its fields, and all that stands around its body."""
    letter_type = _types()[TYPES[pages]]
    assert letter_type.form is not None
    made = []
    for number in numbers:
        frame = frame_of(number)
        view = letter_view(frame)
        fields = fields_of(letter_type, number) if pages == ONE else _long(letter_type.examples[_LONG], number)
        assert frame.address is not None
        made.append(
            {
                "number": number,
                "fields": fields,
                "title": line_of(letter_type.form.title, fields, view),
                "letter": {**view, "dated": frame.dated.isoformat()},
                "head": asdict(frame.letterhead),
                "address": [line for line in frame.address.as_lines() if line],
                "facts": facts_of(frame, DANISH),
                "foot": f"{frame.letterhead.name} · Sagsnummer {frame.case_number}",
            }
        )
    return made


@cache
def _types() -> LetterTypes:
    return LetterTypes.load(TEMPLATES)


def _long(example: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A reminder with a long table, a month longer than the example so that its third page is not on the brink.

    The interest, and with it the sum, differs from letter to letter.
    """
    month = [{**claim, "tekst": claim["tekst"].replace("oktober", "november")} for claim in example["krav"][-4:]]
    month = [{**claim, "forfald": "2026-11-01"} for claim in month]
    return {**example, "krav": [*example["krav"], *month], "renter": 118_400 + number}
