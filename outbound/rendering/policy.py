"""letter.toml: what a kind of letter is to the mailbox, the printer and the archive."""

import re
import tomllib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outbound.letter_class import LetterClass
from outbound.rendering.actions import ActionRule, is_address
from outbound.rendering.faults import Finding
from outbound.rendering.fields import character_faults
from outbound.rendering.footnotes import Language
from outbound.rendering.inserts import InsertRule, insert_findings
from outbound.rendering.letter_type import LONGEST_NOTIFICATION, LONGEST_TITLE
from outbound.rendering.places import line_of_key
from outbound.rendering.reminders import ReminderRule

FILE = "letter.toml"


class Mailbox(BaseModel):
    """What the digital mailbox shows of a letter of this type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    label: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    notification: Annotated[str, Field(max_length=LONGEST_NOTIFICATION)] = ""


class Kle(BaseModel):
    """What a letter of this type is about in KLE, the municipalities' common list of subjects: see MeMo's KLEdata."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    number: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{2}){1,2}$")]
    version: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    facet: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""


class Policy(BaseModel):
    """letter.toml as it is written. Docs: docs/recipes/letter-type.md."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    title: str = Field(min_length=1)
    department: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    decision: bool = False
    languages: list[Language] = Field(default_factory=lambda: ["da"], min_length=1)
    ready_made: bool = False
    paper_only: bool = False
    digital_only: bool = False
    letter_class: Annotated[LetterClass, Field(strict=False)] = LetterClass.ECONOMY
    colour: bool = False
    plex: Literal["simplex", "duplex"] = "duplex"
    channel_specific: bool = False
    retention_months: int = Field(ge=1, le=1200)
    both_parents: bool = False
    samkuvertering: bool = False
    reply_address: str = ""
    reply: bool = False
    kle: Kle | None = None
    mailbox: Mailbox = Mailbox()
    actions: list[ActionRule] = []
    inserts: list[InsertRule] = []
    reminder: ReminderRule | None = None


_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST_REPLY = 80
_REPLY = f"must be a mail address, or an address that begins with https://, of at most {_LONGEST_REPLY} characters"


def is_reply_address(text: str) -> bool:
    """Can this stand in the letterhead as the place where answers go?"""
    return len(text) <= _LONGEST_REPLY and (bool(_MAIL.fullmatch(text)) or is_address(text))


def read_policy(text: str) -> tuple[Policy | None, list[Finding]]:
    """The policy, or everything that is wrong with it."""
    try:
        return Policy.model_validate(tomllib.loads(text)), []
    except tomllib.TOMLDecodeError as fault:
        at = re.search(r"at line (\d+)", str(fault))
        return None, [Finding(FILE, int(at[1]) if at else None, f"is no TOML: {fault}")]
    except ValidationError as fault:
        return None, [_of_error(text, error) for error in fault.errors(include_input=False, include_url=False)]


def _of_error(text: str, error: object) -> Finding:
    found: dict[str, object] = dict(error)  # type: ignore[call-overload]
    location: tuple[object, ...] = found["loc"]  # type: ignore[assignment]
    names = [str(part) for part in location if isinstance(part, str)]
    return Finding(FILE, line_of_key(text, names[-1]), f"{'.'.join(map(str, location))}: {found['msg']}")


def policy_findings(name: str, policy: Policy, text: str) -> list[Finding]:
    """What the types of the values do not say."""
    found = []
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        found.append(Finding("", None, "the folder's name may have the letters a-z, digits and hyphens only"))
    if policy.paper_only and policy.digital_only:
        found.append(Finding(FILE, line_of_key(text, "digital_only"), "paper_only and digital_only exclude each other"))
    if policy.reply_address and not is_reply_address(policy.reply_address):
        line = line_of_key(text, "reply_address")
        found.append(Finding(FILE, line, f"reply_address: {_REPLY}"))
    found += insert_findings(policy.inserts, not policy.digital_only, text, FILE)
    for key in ("reply_address", "actions", "reminder"):
        if policy.ready_made and getattr(policy, key):
            said = f"{key}: a ready-made letter is not set by the router, which has no place for it; leave it out"
            found.append(Finding(FILE, line_of_key(text, key), said))
    for key, value in (("title", policy.title), ("label", policy.mailbox.label)):
        line = line_of_key(text, key)
        found += [Finding(FILE, line, f"{key}: {fault.message[:-1]}") for fault in character_faults(value, "")]
    return found
