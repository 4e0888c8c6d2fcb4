"""One folder of a letter type: read, and checked until it can be believed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from outbound.letter import Subject
from outbound.rendering.actions import action_faults, action_findings
from outbound.rendering.faults import Finding, LetterTypesFault
from outbound.rendering.fields import Schema, schema_faults
from outbound.rendering.footnotes import Body, Footnote
from outbound.rendering.images import Image, ImageFault, Named, named_in, read_image, unfit_tags
from outbound.rendering.letter_type import EXAMPLE, LONGEST_TITLE, Form, LetterType
from outbound.rendering.markup import MarkupFault
from outbound.rendering.places import line_of_key, line_of_tag, lines_of_json
from outbound.rendering.policy import FILE as POLICY
from outbound.rendering.policy import Policy, policy_findings, read_policy
from outbound.rendering.templates import LETTER, TemplateFault, Templates, body_of, line_of
from outbound.rendering.views import specimen
from outbound.rendering.window import PrintPage

LAYOUT = "_layout"
BODY, SCHEMA = "letter.html.j2", "fields.schema.json"
TRIAL_DAY = date(2026, 11, 24)  # the day that an example is rendered for


@dataclass(slots=True)
class LetterTypeFolder:
    """One folder, read but not yet believed. `texts`: its files as they are written; `sources`: its template and all
    that it takes in, by the name that a finding gives each."""

    name: str
    path: Path
    templates: Templates
    policy: Policy | None = None
    schema: Any = None
    examples: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    unreadable: list[Finding] = field(default_factory=list)
    footnotes: tuple[Footnote, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path, path: Path, footnotes: tuple[Footnote, ...] = ()) -> "LetterTypeFolder":
        """Read what is there; what cannot be read becomes a finding. `footnotes`: those of all types."""
        source = cls(path.name, path, Templates.of(root), footnotes=footnotes)
        if source._text(POLICY) is not None:
            source.policy, faults = read_policy(source.texts[POLICY])
            source.unreadable += faults
        if source.policy and not source.policy.ready_made:
            source.schema = source._json(SCHEMA)
            others = sorted(file.name for file in path.glob("example-*.json"))
            source.examples = {name: source._json(name) for name in (EXAMPLE, *others)}
            if source._text(BODY) is not None:
                found = source.templates.sources_of(source.body_name)
                source.sources = {BODY if file == source.body_name else file: text for file, text in found.items()}
            source._read_images(source.policy.colour)
        return source

    @property
    def where(self) -> str:
        """The folder as a sentence names it."""
        return f"{self.path.parent.name}/{self.name}"

    @property
    def body_name(self) -> str:
        """The template's name in the folder of all types."""
        return f"{self.name}/{BODY}"

    @property
    def field_names(self) -> frozenset[str]:
        """The fields that a letter of this type may have."""
        return frozenset(self.schema.get("properties", {})) if isinstance(self.schema, dict) else frozenset()

    def _text(self, name: str) -> str | None:
        try:
            self.texts[name] = (self.path / name).read_text("utf-8")
            return self.texts[name]
        except OSError:
            self.unreadable.append(Finding(name, None, "is missing"))
        except UnicodeDecodeError as fault:
            self.unreadable.append(Finding(name, None, f"is no UTF-8: {fault.reason} at byte {fault.start}"))
        return None

    def _json(self, name: str) -> Any:
        text = self._text(name)
        if text is None:
            return None
        try:
            return json.loads(text)
        except json.JSONDecodeError as fault:
            self.unreadable.append(Finding(name, fault.lineno, f"is no JSON: {fault}"))
        return None

    def image_tags(self) -> list[tuple[str, Named]]:
        """Every image that a letter of this type may show, with the file that names it."""
        return [(file, one) for file, source in self.sources.items() for one in named_in(source)]

    def _read_images(self, colour: bool) -> None:
        """Those that the templates name, from this folder or else from the layout that all types share."""
        for file, one in self.image_tags():
            if one.name in self.images:
                continue
            folder = next((at for at in (self.path, self.path.parent / LAYOUT) if (at / one.name).is_file()), None)
            if folder is None:
                missing = f"names the image {one.name}, which lies neither here nor in {LAYOUT}; add it"
                self.unreadable.append(Finding(file, one.line, missing))
                continue
            try:
                self.images[one.name] = read_image((folder / one.name).read_bytes(), colour=colour)
            except ImageFault as fault:
                name = one.name if folder == self.path else f"{LAYOUT}/{one.name}"
                self.unreadable.append(Finding(name, None, str(fault)))

    def findings(self) -> list[Finding]:
        """Every fault that keeps this folder from being used."""
        if self.policy is None:
            return self.unreadable
        own = self.unreadable + policy_findings(self.name, self.policy, self.texts[POLICY])
        if self.policy.ready_made:
            return own + self._of_title(self.policy, frozenset())
        if self.unreadable:
            return own
        faults = [Finding(SCHEMA, None, fault) for fault in schema_faults(self.schema)]
        faults += [*self._of_title(self.policy, self.field_names), *self._of_body()]
        faults += action_findings(self.policy.actions, self.schema, self.texts[POLICY], POLICY)
        return own + (faults or [fault for name in self.examples for fault in self._of_example(name, self.policy)])

    def _of_title(self, policy: Policy, known: frozenset[str]) -> list[Finding]:
        line = line_of_key(self.texts[POLICY], "title")
        return [
            Finding(POLICY, line, f"title: {fault}") for fault in self.templates.faults_of_title(policy.title, known)
        ]

    def _of_body(self) -> Iterator[Finding]:
        if LETTER in self.field_names:
            yield Finding(SCHEMA, None, f"has a field named `{LETTER}`, which is taken; give it another name")
        for line, fault in self.templates.faults_of_body(self.body_name, self.field_names):
            yield Finding(BODY, line, fault)
        for file, source in self.sources.items():
            for line in sorted(set(unfit_tags(source))):
                yield Finding(file, line, UNFIT_IMAGE)

    def _of_example(self, name: str, policy: Policy) -> list[Finding]:
        """An example must be a letter that can be sent."""
        form, fields = self.form(policy), self.examples[name]
        wrong = [*form.schema.faults(fields), *action_faults(policy.actions, fields)]
        if wrong:
            lines = lines_of_json(self.texts[name])
            return [
                Finding(name, lines.get(fault.pointer), f"{fault.pointer or '/'}: {fault.message[:-1]}")
                for fault in wrong
            ]
        try:
            body_of(form.body, fields, specimen(TRIAL_DAY), form.images)
            title = line_of(form.title, fields, specimen(TRIAL_DAY))
        except MarkupFault as fault:
            return [Finding(BODY, line_of_tag(self.texts[BODY], fault.tag, fault.attribute), fault.where)]
        except TemplateFault as fault:
            return [Finding(BODY, fault.line, f"{name} cannot be rendered: {_FAILS}")]
        long = Finding(
            POLICY, line_of_key(self.texts[POLICY], "title"), f"title: must have 1 to {LONGEST_TITLE} characters"
        )
        return [] if 0 < len(title) <= LONGEST_TITLE else [long]

    def form(self, policy: Policy) -> Form:
        """What a letter is rendered with. Called where nothing is wrong with schema and templates."""
        schema, title = Schema.of(self.schema), self.templates.title(policy.title)
        return Form(schema, Body(self.templates.body(self.body_name), self._footnotes(policy)), title, self.images)

    def _footnotes(self, policy: Policy) -> tuple[Footnote, ...]:
        return tuple(note for note in self.footnotes if note.belongs_to(self.name, policy.languages[0]))

    def letter_type(self, page: PrintPage) -> LetterType:
        """The believed type, for a print provider's page. Called where `findings` found none."""
        policy = self.policy
        if policy is None:
            raise LetterTypesFault(tuple(finding.text for finding in self.unreadable))
        return LetterType(
            name=self.name,
            languages=tuple(policy.languages),
            label=policy.mailbox.label,
            notification=policy.mailbox.notification,
            template_version=self._digest(policy.ready_made, page),
            schema=self.schema,
            examples=self.examples,
            form=None if policy.ready_made else self.form(policy),
            page=page,
            channel_specific=policy.channel_specific or any(note.channel != "any" for note in self._footnotes(policy)),
            **policy.model_dump(exclude={"mailbox", "languages", "channel_specific", "actions", "inserts", "kle"}),
            kle=Subject(**policy.kle.model_dump()) if policy.kle else None,
            actions=tuple(policy.actions),
            inserts=tuple(policy.inserts),
        )

    def _digest(self, ready_made: bool, page: PrintPage) -> str:
        """Of every file in the folder, of the layout that all types share, and of the print provider's page."""
        shared = self.path.parent / LAYOUT
        files = [*_files(self.path), *([] if ready_made else _files(shared))]
        digest = sha256(page.figures.encode())
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(self.path.parent)}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]


UNFIT_IMAGE = (
    'has an image whose file is not written out, or that says nothing of what it shows; write <img src="name.png" '
    'alt="what it shows"/>, with no value in src (alt="" where the text says it all)'
)
_FAILS = "the template fails on a value, or uses one that is not there; ask `is defined` for what may be left out"


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
