"""`[reminder]` of letter.toml: the text message (NemSMS) before a meeting, and its way from fields to words and a time.

A text message lies open on a telephone, so it carries the date and time that it reminds of and nothing else of the
letter. It is for reminders only, without sensitive content (digst.dk on NemSMS). At most 150 characters: the shorter of
the two published copies of MeMo's memoNotificationType; NemSMS itself takes 160 and joins no messages (digst.dk).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from jinja2 import Template, TemplateError
from pydantic import BaseModel, ConfigDict, Field

from outbound.clock import COPENHAGEN
from outbound.rendering.faults import Finding, RenderingFault
from outbound.rendering.places import line_of_key
from outbound.rendering.templates import Templates, line_of

LONGEST = 150  # characters
MOST_HOURS = 30 * 24
ALPHABET = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of which 160 go in one text message (GSM 7 bit default alphabet, 3GPP TS 23.038)."""

_TRIAL_DAYS = [date(2026, month, day) for month in range(1, 13) for day in range(22, 29)]
"""Every month and every weekday, the day of the month with two digits: the longest that a date can be written."""


class ReminderRule(BaseModel):
    """`before` names a date field and perhaps a time field (`dag klokken`); `text` may use these and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    text: Annotated[str, Field(min_length=1, max_length=600)]
    before: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*( [A-Za-z_]\w*)?$")]
    hours_before: Annotated[int, Field(ge=1, le=MOST_HOURS)]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it names."""
        return tuple(self.before.split())


def event_of(rule: ReminderRule, fields: Mapping[str, Any]) -> datetime | None:
    """What this letter's reminder comes before, in UTC; without a time field, the beginning of that day.

    None where a field was left out, or at the edge of time.
    """
    if any(name not in fields for name in rule.fields):
        return None
    day, *hour = (fields[name] for name in rule.fields)
    at = time.fromisoformat(hour[0]) if hour else time(0)
    try:
        return datetime.combine(date.fromisoformat(day), at, COPENHAGEN).astimezone(UTC)
    except OverflowError:
        return None


def text_of(rule: ReminderRule, template: Template | None, fields: Mapping[str, Any]) -> str:
    """The words of one letter's reminder. Raises RenderingFault where they are none, or too many."""
    known = {name: fields[name] for name in rule.fields if name in fields}
    text = line_of(template, known, {}) if template else ""
    if not 0 < len(text) <= LONGEST:
        raise RenderingFault("reminder")
    return text


def reminder_findings(
    rule: ReminderRule, templates: Templates, schema: object, text: str, file: str
) -> Iterator[Finding]:
    """What is wrong with the rule, with the line of what is wrong."""
    known: Any = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    for name, kind in zip(rule.fields, ("date", "time"), strict=False):
        found = known.get(name)
        if not isinstance(found, Mapping) or found.get("format") != kind:
            said = f'reminder.before: `{name}` must be a field with "format": "{kind}" in fields.schema.json'
            yield Finding(file, line_of_key(text, "before"), said)
    line = line_of_key(text, "text")
    yield from (Finding(file, line, f"reminder.text: {said}") for said in _of_text(rule, templates))


def _of_text(rule: ReminderRule, templates: Templates) -> list[str]:
    try:
        used = templates.fields_in(rule.text)
    except TemplateError:
        used = frozenset()
    if faults := templates.faults_of_title(rule.text, used):
        return faults
    if others := sorted(used - set(rule.fields)):
        allowed = ", ".join(f"`{name}`" for name in rule.fields)
        return [f"uses {', '.join(f'`{name}`' for name in others)}; a text message lies open, so only {allowed} may be"]
    try:
        trials = [_trial(rule, templates.title(rule.text), day) for day in _TRIAL_DAYS]
    except RenderingFault:
        return ["the template fails on a date, or uses one that is not there"]
    return [*_of_length(max(trials, key=len), min(trials, key=len)), *_of_signs("".join(trials))]


def _trial(rule: ReminderRule, template: Template, day: date) -> str:
    values = dict(zip(rule.fields, (day.isoformat(), "23:59"), strict=False))
    return line_of(template, values, {})


def _of_length(longest: str, shortest: str) -> Iterator[str]:
    if not shortest:
        yield "is empty"
    if len(longest) > LONGEST:
        yield f"comes to {len(longest)} characters with the longest date; at most {LONGEST} may be"


def _of_signs(text: str) -> Iterator[str]:
    for sign in sorted(set(text) - ALPHABET):
        yield f"has the character U+{ord(sign):04X}, which a text message of 160 characters lacks; write it another way"
