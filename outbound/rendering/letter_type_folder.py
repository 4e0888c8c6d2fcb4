"""One folder of a letter type: read, and checked until it can be believed."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outbound.rendering.faults import LetterTypesFault, RenderingFault
from outbound.rendering.fields import Schema, character_faults, schema_faults
from outbound.rendering.letter_type import LONGEST_NOTIFICATION, LONGEST_TITLE, Form, LetterType
from outbound.rendering.markup import MarkupFault
from outbound.rendering.templates import LETTER, Templates, body_of, line_of
from outbound.rendering.views import specimen

LAYOUT = "_layout"
_TRIAL_DAY = date(2026, 11, 24)  # the day that an example is rendered for


class Mailbox(BaseModel):
    """What the digital mailbox shows of a letter of this type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    label: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    notification: Annotated[str, Field(max_length=LONGEST_NOTIFICATION)] = ""


class Policy(BaseModel):
    """letter.toml as it is written. Docs: docs/recipes/letter-type.md."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    title: str = Field(min_length=1)
    department: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    languages: list[str] = Field(default_factory=lambda: ["da"], min_length=1)
    ready_made: bool = False
    paper_only: bool = False
    digital_only: bool = False
    letter_class: Literal["economy", "quick"] = "economy"
    colour: bool = False
    plex: Literal["simplex", "duplex"] = "duplex"
    channel_specific: bool = False
    retention_months: int = Field(ge=1, le=1200)
    mailbox: Mailbox = Mailbox()


@dataclass(slots=True)
class LetterTypeFolder:
    """One folder, read but not yet believed."""

    name: str
    path: Path
    templates: Templates
    policy: Policy | None = None
    schema: Any = None
    example: Any = None
    unreadable: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, path: Path) -> "LetterTypeFolder":
        """Read what is there; what cannot be read becomes a fault."""
        source = cls(path.name, path, Templates.of(root))
        source._read_policy()
        if source.policy and not source.policy.ready_made:
            source.schema = source._json("fields.schema.json")
            source.example = source._json("example.json")
            if not (path / "letter.html.j2").is_file():
                source.unreadable.append("letter.html.j2 is missing")
        return source

    @property
    def where(self) -> str:
        """The folder as a sentence names it."""
        return f"{self.path.parent.name}/{self.name}"

    @property
    def body_name(self) -> str:
        """The template's name in the folder of all types."""
        return f"{self.name}/letter.html.j2"

    @property
    def field_names(self) -> frozenset[str]:
        """The fields that a letter of this type may have."""
        return frozenset(self.schema.get("properties", {})) if isinstance(self.schema, dict) else frozenset()

    def _read_policy(self) -> None:
        try:
            self.policy = Policy.model_validate(tomllib.loads((self.path / "letter.toml").read_text("utf-8")))
        except OSError:
            self.unreadable.append("letter.toml is missing")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            self.unreadable.append(f"letter.toml is no TOML: {fault}")
        except ValidationError as fault:
            for error in fault.errors(include_input=False, include_url=False):
                place = ".".join(map(str, error["loc"]))
                self.unreadable.append(f"letter.toml: {place}: {error['msg']}")

    def _json(self, name: str) -> Any:
        try:
            return json.loads((self.path / name).read_text("utf-8"))
        except OSError:
            self.unreadable.append(f"{name} is missing")
        except ValueError as fault:
            self.unreadable.append(f"{name} is no JSON: {fault}")
        return None

    def faults(self) -> list[str]:
        """Every fault of this folder, as sentences without their full stop."""
        if self.policy is None:
            return self.unreadable
        own = self.unreadable + _faults_of_policy(self.name, self.policy)
        if self.policy.ready_made:
            return own + self.templates.faults_of_title(self.policy.title, frozenset())
        if self.unreadable:
            return own
        faults = [f"fields.schema.json: {fault}" for fault in schema_faults(self.schema)]
        faults += [f"letter.toml: title: {fault}" for fault in self._title_faults(self.policy)]
        faults += [f"letter.html.j2: {fault}" for fault in self._body_faults()]
        return own + faults + ([] if faults else self._faults_of_example(self.policy))

    def _title_faults(self, policy: Policy) -> list[str]:
        return self.templates.faults_of_title(policy.title, self.field_names)

    def _body_faults(self) -> list[str]:
        taken = (
            [f"fields.schema.json has a field named `{LETTER}`, which is taken"] if LETTER in self.field_names else []
        )
        return taken + self.templates.faults_of_body(self.body_name, self.field_names)

    def _faults_of_example(self, policy: Policy) -> list[str]:
        """The example must be a letter that can be sent."""
        form = self._form(policy)
        wrong = [
            f"example.json: {fault.pointer or '/'}: {fault.message[:-1]}" for fault in form.schema.faults(self.example)
        ]
        if wrong:
            return wrong
        try:
            body_of(form.body, self.example, specimen(_TRIAL_DAY))
            title = line_of(form.title, self.example, specimen(_TRIAL_DAY))
        except MarkupFault as fault:
            return [f"letter.html.j2: {fault.where}"]
        except RenderingFault:
            return ["the example cannot be rendered: the template fails on a value, or uses one that is not there"]
        return [] if 0 < len(title) <= LONGEST_TITLE else [f"the title must have 1 to {LONGEST_TITLE} characters"]

    def _form(self, policy: Policy) -> Form:
        schema, title = Schema.of(self.schema), self.templates.title(policy.title)
        return Form(schema, self.templates.body(self.body_name), title)

    def letter_type(self) -> LetterType:
        """The believed type. Called where `faults` found none."""
        policy = self.policy
        if policy is None:
            raise LetterTypesFault(tuple(self.unreadable))
        return LetterType(
            name=self.name,
            languages=tuple(policy.languages),
            label=policy.mailbox.label,
            notification=policy.mailbox.notification,
            template_version=self._digest(policy.ready_made),
            schema=self.schema,
            example=self.example,
            form=None if policy.ready_made else self._form(policy),
            **policy.model_dump(exclude={"mailbox", "languages"}),
        )

    def _digest(self, ready_made: bool) -> str:
        """Of every file in the folder, and of the layout that all types share."""
        shared = self.path.parent / LAYOUT
        files = [*_files(self.path), *([] if ready_made else _files(shared))]
        digest = sha256()
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(self.path.parent)}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))


def _faults_of_policy(name: str, policy: Policy) -> list[str]:
    faults = []
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        faults.append("the folder's name may have the letters a-z, digits and hyphens only")
    if policy.paper_only and policy.digital_only:
        faults.append("letter.toml: paper_only and digital_only exclude each other")
    for key, text in (("title", policy.title), ("label", policy.mailbox.label)):
        faults += [f"letter.toml: {key}: {fault.message[:-1]}" for fault in character_faults(text, "")]
    return faults
