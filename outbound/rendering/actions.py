"""`[[actions]]` of letter.toml: what the mailbox offers beside the letter, and its way from fields to an `Action`.

Kinds: the codes in use (documentation of itk-dev/serviceplatformen); an address is https and absolute ("Øget
validering", digitaliser.dk, 15-11-2024) and has at most 256 characters (anyURI of MeMo's EntryPoint).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from outbound.clock import COPENHAGEN
from outbound.letter import Action
from outbound.rendering.faults import Fault, Finding
from outbound.rendering.places import line_at

MEETING = "AFTALE"
LONGEST = 256  # characters of an address or a label
END_OF_DAY = time(23, 59, 59)


class ActionRule(BaseModel):
    """One row. `url` is an address or the name of a field; `start` and `end` name a date field and perhaps a time
    field (`dag klokken`), `minutes` a number, `place` a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    kind: Literal[
        "AFTALE", "BETALING", "SELVBETJENING", "INFORMATION", "UNDERSKRIV", "BEKRAEFT", "FORBEREDELSE", "TILMELDING"
    ]
    label: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    url: str = ""
    start: str = ""
    end: str = ""
    minutes: str = ""
    place: str = ""

    @property
    def url_field(self) -> str:
        """The field that holds the address; empty where the address stands in the row."""
        return "" if is_address(self.url) else self.url

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that it names."""
        return (*filter(None, (self.url_field, *self.start.split(), *self.end.split(), self.minutes, self.place)),)


def is_address(text: str) -> bool:
    """Is this an absolute https address that a mailbox takes?"""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not any(sign in text for sign in " <>\"'\\")
    return parts.scheme == "https" and bool(parts.hostname) and len(text) <= LONGEST and plain


def actions_of(rules: Sequence[ActionRule], fields: Mapping[str, Any], title: str) -> tuple[Action, ...]:
    """What this letter offers; a row of which a field was left out is left out.

    So is one at the edge of time (the first hours of the year 1, the last of 9999), which no mailbox can be told.
    """
    made = []
    for rule in rules:
        if all(name in fields for name in rule.fields):
            with suppress(OverflowError):
                made.append(_action(rule, fields, title))
    return tuple(made)


def _action(rule: ActionRule, fields: Mapping[str, Any], title: str) -> Action:
    starts = _moment(rule.start, fields, time(0))
    ends = _moment(rule.end, fields, END_OF_DAY)
    if rule.minutes and starts:
        ends = starts + timedelta(minutes=fields[rule.minutes])
    url = fields[rule.url_field] if rule.url_field else rule.url
    place = " ".join(str(fields[rule.place]).split()) if rule.place else ""
    return Action(rule.kind, rule.label, url, starts, ends, place, title if rule.kind == MEETING else "")


def _moment(names: str, fields: Mapping[str, Any], otherwise: time) -> datetime | None:
    day, _, hour = names.partition(" ")
    if not day:
        return None
    at = time.fromisoformat(fields[hour]) if hour else otherwise
    return datetime.combine(date.fromisoformat(fields[day]), at, COPENHAGEN).astimezone(UTC)


def action_faults(rules: Sequence[ActionRule], fields: object) -> Iterator[Fault]:
    """What the schema does not say of the fields that become addresses. Echoes no value."""
    given = fields if isinstance(fields, Mapping) else {}
    for name in dict.fromkeys(rule.url_field for rule in rules if rule.url_field in given):
        if not (isinstance(given[name], str) and is_address(given[name])):
            yield Fault(f"/{name}", f"Give an absolute address: https://, at most {LONGEST} plain characters.")


def action_findings(rules: Sequence[ActionRule], schema: object, text: str, file: str) -> Iterator[Finding]:
    """What is wrong with the rows, each with the line of its `[[actions]]`."""
    known: Any = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    lines = [line_at(text, found.start()) for found in re.finditer(r"^[ \t]*\[\[actions\]\]", text, re.MULTILINE)]
    for number, rule in enumerate(rules):
        line = lines[number] if number < len(lines) else None
        yield from (Finding(file, line, f"actions: {said}") for said in (*_of_row(rule), *_of_fields(rule, known)))


def _of_row(rule: ActionRule) -> Iterator[str]:
    if rule.kind == MEETING:
        if rule.url or not (rule.start and rule.place and bool(rule.end) is not bool(rule.minutes)):
            yield f"{MEETING} is a meeting: give `start`, `place` and one of `end` and `minutes`, and no `url`"
    elif not rule.url or rule.place or rule.minutes:
        yield f"{rule.kind} is an address: give `url`, and neither `place` nor `minutes`"
    if rule.url and not is_address(rule.url) and not rule.url.isidentifier():
        yield "url must begin with https:// and be whole, or be the name of a field"


def _of_fields(rule: ActionRule, known: Mapping[str, Any]) -> Iterator[str]:
    times = [_kinds(names) for names in (rule.start, rule.end)]
    kinds = [kind for found in times for kind in found]
    kinds += [(name, "type", "string") for name in (rule.url_field, rule.place) if name.isidentifier()]
    kinds += [(rule.minutes, "type", "integer")] if rule.minutes else []
    for name, key, wanted in kinds:
        found = known.get(name)
        if not isinstance(found, Mapping):
            yield f"`{name}` is no field of fields.schema.json; name one that there is"
        elif found.get(key) != wanted:
            yield f'the field `{name}` must have "{key}": "{wanted}" in fields.schema.json'


def _kinds(names: str) -> list[tuple[str, str, str]]:
    return [(name, "format", kind) for name, kind in zip(names.split(), ("date", "time"), strict=False)]
