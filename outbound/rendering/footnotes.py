"""Footnotes: a few lines at the end of many letters, by letter type, period, channel and language.

They stand in `_layout/footnotes.toml`, so that "the town hall is closed on the 24th" is one row and no change of twenty
templates. A row that could reach paper may not speak of signing up for Digital Post: whoever gets paper may be exempt.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from jinja2 import Template
from markupsafe import escape
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outbound.rendering.faults import Finding
from outbound.rendering.fields import character_faults

FOOTNOTES = "_layout/footnotes.toml"
EVERY = "*"
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]  # a tag of BCP 47: da, en, kl
_SIGNING_UP = re.compile(
    r"tilmeld|digital\s+post|digitale?\s+postkasse|e-boks|mit\.dk|sign(?:ing)?\s+up|digital\s+mail", re.IGNORECASE
)


class Footnote(BaseModel):
    """One row. `types`: names of letter types, or `*`. Both days are included; the letter's own date counts."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    text: Annotated[str, Field(min_length=1, max_length=600)]
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    types: Annotated[list[str], Field(min_length=1)]
    channel: Literal["any", "digital", "print"] = "any"
    language: Language = "da"

    def belongs_to(self, name: str, language: str) -> bool:
        """May letters of this type ever carry it?"""
        return self.language == language and (EVERY in self.types or name in self.types)

    def stands_on(self, letter: Mapping[str, Any]) -> bool:
        """Does this letter carry it?"""
        return self.first <= letter["dated"] <= self.last and self.channel in ("any", letter["channel"])


class _Page(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    footnote: list[Footnote] = []


@dataclass(frozen=True, slots=True)
class Body:
    """A type's template with the footnotes that its letters may carry."""

    template: Template
    footnotes: tuple[Footnote, ...]

    def render(self, names: Mapping[str, Any]) -> str:
        """The HTML of one letter; `names` holds its fields, and `letter`."""
        notes = [note.text for note in self.footnotes if note.stands_on(names["letter"])]
        return self.template.render(names) + "".join(f'\n<p class="note">{escape(note)}</p>' for note in notes)


def read_footnotes(root: Path, known: frozenset[str]) -> tuple[tuple[Footnote, ...], list[Finding]]:
    """The rows, in their order, and what is wrong with them; `known` are the names of the letter types.

    A missing file is an empty one. With a fault there are no rows.
    """
    try:
        page = _Page.model_validate(tomllib.loads((root / FOOTNOTES).read_text("utf-8")))
    except FileNotFoundError:
        return (), []
    except ValueError as fault:  # TOML, UTF-8 and pydantic
        return (), [Finding(FOOTNOTES, None, said) for said in _said(fault)]
    found = [
        Finding(FOOTNOTES, None, f"footnote {number}: {fault}")
        for number, note in enumerate(page.footnote, 1)
        for fault in _faults(note, known)
    ]
    return () if found else tuple(page.footnote), found


def _said(fault: ValueError) -> list[str]:
    if not isinstance(fault, ValidationError):
        return [f"is no TOML: {fault}"]
    errors = fault.errors(include_input=False, include_url=False)
    return [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors]


def _faults(note: Footnote, known: frozenset[str]) -> list[str]:
    unknown = sorted(set(note.types) - known - {EVERY})
    found = [f"there is no letter type {', '.join(unknown)}; name one that there is, or `*`"] if unknown else []
    if note.last < note.first:
        found.append("its last day lies before its first; exchange `from` and `to`")
    if note.channel != "digital" and _SIGNING_UP.search(note.text):
        found.append(
            "speaks of signing up and could reach somebody who is exempt from Digital Post; "
            'set `channel = "digital"`, or say it without'
        )
    return found + [f"text: {fault.message[:-1]}" for fault in character_faults(note.text, "")]
