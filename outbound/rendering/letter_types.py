"""Letter types: policy, schema and template of every kind of letter, read from folders of data.

A folder holds `letter.toml` and, where the router renders the letter, `letter.html.j2`, `fields.schema.json` and
`example.json`. A type with `ready_made = true` has only its `letter.toml`: its PDFs come finished from a system.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from jinja2 import Template
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outbound.rendering.fields import Schema, character_faults, schema_faults
from outbound.rendering.faults import Fault, LetterTypesFault, RenderingFault
from outbound.rendering.markup import MarkupFault
from outbound.rendering.templates import LETTER, Templates, body_of, line_of
from outbound.rendering.views import specimen

LAYOUT = "_layout"
LONGEST_TITLE = 256  # characters: MemoLabel of the MeMo XSD 1.2
LONGEST_NOTIFICATION = 150  # characters: the notification of the MeMo XSD 1.2


class _Mailbox(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    label: str = Field("", max_length=LONGEST_TITLE)
    notification: str = Field("", max_length=LONGEST_NOTIFICATION)


class _Policy(BaseModel):
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
    mailbox: _Mailbox = _Mailbox()


@dataclass(frozen=True, slots=True)
class LetterType:
    """One kind of letter. `template_version` is a digest of the files that it is made from.

    `label` is its heading in the digital mailbox (empty: its title), `notification` the text of the mailbox's own
    message about it (empty: the mailbox's standard text); neither may carry personal data.
    """

    name: str
    title: str
    department: str
    languages: tuple[str, ...]
    ready_made: bool
    paper_only: bool
    digital_only: bool
    letter_class: str
    colour: bool
    plex: str
    channel_specific: bool
    retention_months: int
    label: str
    notification: str
    template_version: str
    schema: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)
    example: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)
    form: "Form | None" = field(default=None, repr=False, compare=False)

    def faults(self, fields: object) -> tuple[Fault, ...]:
        """What is wrong with the fields of one letter; empty where it can be rendered. Echoes no value."""
        if self.form is None:
            return (Fault("", "This letter type takes a ready-made PDF and no fields."),)
        return self.form.schema.faults(fields)


@dataclass(frozen=True, slots=True)
class Form:
    """What a rendered letter type is made with: compiled once, used by every thread."""

    schema: Schema
    body: Template
    title: Template


class LetterTypes(Mapping[str, LetterType]):
    """Every letter type by its name."""

    def __init__(self, types: Mapping[str, LetterType]) -> None:
        self._types = dict(sorted(types.items()))

    @classmethod
    def load(cls, folder: Path) -> "LetterTypes":
        """Read and check them all. Raises LetterTypesFault, which names every fault of every folder at once."""
        sources = [_Source.read(folder, path) for path in _folders(folder)]
        sentences = (
            [f"{folder}: holds no letter type; add a folder with a letter.toml."] if not sources else []
        )
        for source in sources:
            sentences += [f"{source.where}: {fault}." for fault in source.faults()]
        if sentences:
            raise LetterTypesFault(tuple(sentences))
        return cls({source.name: source.letter_type() for source in sources})

    def __getitem__(self, name: str) -> LetterType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))


@dataclass(slots=True)
class _Source:
    """One folder, read but not yet believed."""

    name: str
    path: Path
    templates: Templates
    policy: _Policy | None = None
    schema: Any = None
    example: Any = None
    unreadable: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, path: Path) -> "_Source":
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
        return f"{self.path.parent.name}/{self.name}"

    @property
    def body_name(self) -> str:
        return f"{self.name}/letter.html.j2"

    @property
    def field_names(self) -> frozenset[str]:
        return frozenset(self.schema.get("properties", {})) if isinstance(self.schema, dict) else frozenset()

    def _read_policy(self) -> None:
        try:
            self.policy = _Policy.model_validate(
                tomllib.loads((self.path / "letter.toml").read_text("utf-8"))
            )
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
        return own + faults + ([] if faults else self._faults_of_example())

    def _title_faults(self, policy: _Policy) -> list[str]:
        return self.templates.faults_of_title(policy.title, self.field_names)

    def _body_faults(self) -> list[str]:
        taken = (
            [f"fields.schema.json has a field named `{LETTER}`, which is taken"]
            if LETTER in self.field_names
            else []
        )
        return taken + self.templates.faults_of_body(self.body_name, self.field_names)

    def _faults_of_example(self) -> list[str]:
        """The example must be a letter that can be sent."""
        form = self._form()
        wrong = [
            f"example.json: {fault.pointer or '/'}: {fault.message[:-1]}"
            for fault in form.schema.faults(self.example)
        ]
        if wrong:
            return wrong
        try:
            body_of(form.body, self.example, specimen(date(2026, 11, 24)))
            title = line_of(form.title, self.example, specimen(date(2026, 11, 24)))
        except MarkupFault as fault:
            return [f"letter.html.j2: {fault.where}"]
        except RenderingFault:
            return [
                "the example cannot be rendered: the template fails on a value, or uses one that is not there"
            ]
        return (
            []
            if 0 < len(title) <= LONGEST_TITLE
            else [f"the title must have 1 to {LONGEST_TITLE} characters"]
        )

    def _form(self) -> Form:
        assert self.policy is not None
        return Form(
            Schema.of(self.schema),
            self.templates.body(self.body_name),
            self.templates.title(self.policy.title),
        )

    def letter_type(self) -> LetterType:
        """The believed type. Called where `faults` found none."""
        assert self.policy is not None
        policy = self.policy.model_dump(exclude={"mailbox", "languages"})
        return LetterType(
            name=self.name,
            languages=tuple(self.policy.languages),
            label=self.policy.mailbox.label,
            notification=self.policy.mailbox.notification,
            template_version=self._digest(),
            schema=self.schema,
            example=self.example,
            form=None if self.policy.ready_made else self._form(),
            **policy,
        )

    def _digest(self) -> str:
        """Of every file in the folder, and of the layout that all types share."""
        shared = self.path.parent / LAYOUT
        files = [*_files(self.path), *([] if self.policy and self.policy.ready_made else _files(shared))]
        digest = sha256()
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(self.path.parent)}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))


def _faults_of_policy(name: str, policy: _Policy) -> list[str]:
    faults = []
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        faults.append("the folder's name may have the letters a-z, digits and hyphens only")
    if policy.paper_only and policy.digital_only:
        faults.append("letter.toml: paper_only and digital_only exclude each other")
    for key, text in (("title", policy.title), ("label", policy.mailbox.label)):
        faults += [f"letter.toml: {key}: {fault.message[:-1]}" for fault in character_faults(text, "")]
    return faults
