"""Which letters somebody looks for: the fields of an address or a form, read into what the ledger is asked.

Only codes, ids and days: nothing in which a person, a reference or a case could stand.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from outbound import clock
from outbound.intake import looks_like_cpr
from outbound.ledger.search import Wanted
from outbound.letter import Channel, WaitsFor
from outbound.life import Status
from outbound.rendering.danish import dato
from outbound.web.pages import many_words, words
from outbound.web.pages.looks import short
from outbound.web.people import EVERYWHERE, Account

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class NotAChoice(ValueError):
    """A field says what cannot be looked for; the text is the field's name in the address."""


def _code(text: str) -> str:
    if not CODE.fullmatch(text) or looks_like_cpr(text):
        raise ValueError("no code")
    return text


def _seen(text: str) -> datetime:
    seen = clock.moment_of(text)
    if seen.tzinfo is None:
        raise ValueError("no offset")
    return seen


FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "tilstand": ("status", Status),
    "kode": ("held_code", _code),
    "venter": ("waits_for", WaitsFor),
    "system": ("system", _code),
    "forvaltning": ("department", _code),
    "type": ("letter_type", _code),
    "kanal": ("channel", Channel),
    "masseforsendelse": ("mailing_id", UUID),
    "leverandoer": ("provider", _code),
    "koersel": ("run", UUID),
    "handling": ("batch", UUID),
    "fra": ("since", clock.day_of),
    "til": ("until", clock.day_of),
    "set": ("came_by", _seen),
}
"""A field in the address: which part of the question it is, and how it is read."""


def wanted_of(given: Mapping[str, str], account: Account | None = None) -> Wanted:
    """What is asked for, within the departments of this account. Raises NotAChoice."""
    values: dict[str, Any] = {}
    for name, (part, read) in FIELDS.items():
        if text := given.get(name, "").strip():
            try:
                values[part] = read(text)
            except ValueError:
                raise NotAChoice(name) from None
    everywhere = account is None or EVERYWHERE in account.departments
    return Wanted(**values, departments=None if everywhere or account is None else account.departments)


def given_of(wanted: Wanted) -> dict[str, str]:
    """The fields of an address that ask for this."""
    plain = wanted.plain()
    return {name: plain[part] for name, (part, _) in FIELDS.items() if part in plain}


def held_so(code: str, waits_for: str) -> str:
    """Where letters HELD for this reason are chosen; empty where no address can ask for such a code."""
    asked = {"tilstand": Status.HELD, "kode": code, "venter": waits_for}
    return f"/drift/breve?{urlencode(asked)}" if CODE.fullmatch(code) else ""


def said_of(kept: Mapping[str, str]) -> str:
    """By what letters were chosen, in words; `kept`: the text of it that a batch or a list of faulty letters has."""
    parts = [
        f"{many_words.FIELDS[name].lower()} {_said(part, kept[part])}"
        for name, (part, _) in FIELDS.items()
        if part in kept and name in many_words.FIELDS
    ]
    if "ids" in kept:
        parts.append(f"{kept['ids']} sat hak ved")
    return ", ".join(parts) or "alle"


def _said(part: str, text: str) -> str:
    if part == "status":
        return words.STATES[Status(text)].lower()
    if part == "waits_for":
        return words.WAITS_FOR[WaitsFor(text)].lower()
    if part == "channel":
        return words.CHANNELS[Channel(text)]
    if part in ("since", "until"):
        return dato(text)
    return short(text) if part in ("mailing_id", "run", "batch") else text


def packed(wanted: Wanted) -> str:
    """The same in one field of a form."""
    return urlencode(given_of(wanted))


def unpacked(text: str) -> dict[str, str]:
    """The fields in one. Raises NotAChoice."""
    try:
        return dict(parse_qsl(text[:2_000], strict_parsing=bool(text), max_num_fields=len(FIELDS)))
    except ValueError:
        raise NotAChoice("valg") from None
