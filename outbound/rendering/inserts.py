"""`[[inserts]]` of letter.toml: what the printer has in stock and adds to the envelope of such a letter.

Only paper has them. What they weigh is not in the price: the tariff knows sheets and envelopes.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from outbound.rendering.faults import Finding
from outbound.rendering.places import line_at


class InsertRule(BaseModel):
    """One row: the printer's code, and the first and last day of letters that it goes with (both counted)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,19}$")]
    first: Annotated[date, Field(alias="from")] = date.min
    last: Annotated[date, Field(alias="to")] = date.max


def inserts_on(rules: Sequence[InsertRule], dated: date) -> tuple[str, ...]:
    """The codes for a letter of that day, each once, in the order of the rows."""
    return tuple(dict.fromkeys(rule.code for rule in rules if rule.first <= dated <= rule.last))


def insert_findings(rules: Sequence[InsertRule], paper: bool, text: str, file: str) -> Iterator[Finding]:
    """What is wrong with the rows, each with the line of its `[[inserts]]`."""
    lines = [line_at(text, found.start()) for found in re.finditer(r"^[ \t]*\[\[inserts\]\]", text, re.MULTILINE)]
    for number, rule in enumerate(rules):
        line = lines[number] if number < len(lines) else None
        if rule.last < rule.first:
            yield Finding(file, line, "inserts: its last day lies before its first; exchange `from` and `to`")
        if not paper:
            yield Finding(file, line, "inserts: this letter never goes on paper; leave them out, or `digital_only`")
