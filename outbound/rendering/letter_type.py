"""One letter type: its policy, and the schema and templates it is rendered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Template

from outbound.letter import Subject
from outbound.rendering.actions import ActionRule, action_faults
from outbound.rendering.faults import Fault
from outbound.rendering.fields import Schema
from outbound.rendering.footnotes import Body
from outbound.rendering.images import Image
from outbound.rendering.inserts import InsertRule
from outbound.rendering.reminders import ReminderRule
from outbound.rendering.window import WINDOW, PrintPage

EXAMPLE = "example.json"
LONGEST_TITLE = 256  # characters: MemoLabel of the MeMo XSD 1.2
LONGEST_NOTIFICATION = 150  # characters: the notification of the MeMo XSD 1.2


@dataclass(frozen=True, slots=True)
class LetterType:
    """One kind of letter. `template_version` is a digest of the files that it is made from, and of `page`: where things
    stand for the print provider.

    `label` is its heading in the digital mailbox (empty: its title), `notification` the text of the mailbox's own
    message about it (empty: the mailbox's standard text); neither may carry personal data. `reply_address` takes the
    place of the department's mail on its letters; `reply` says whether the recipient may answer in the mailbox.
    `samkuvertering`: on paper it may share an envelope with others for the same recipient.
    """

    name: str
    title: str
    department: str
    decision: bool
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
    both_parents: bool = False
    samkuvertering: bool = False
    reply_address: str = ""
    reply: bool = False
    kle: Subject | None = None
    actions: tuple[ActionRule, ...] = ()
    inserts: tuple[InsertRule, ...] = ()
    reminder: ReminderRule | None = None
    schema: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    form: "Form | None" = field(default=None, repr=False, compare=False)
    page: PrintPage = field(default=WINDOW, repr=False)

    @property
    def example(self) -> Mapping[str, Any] | None:
        """The fields of the invented letter that systems are shown."""
        return self.examples.get(EXAMPLE)

    def faults(self, fields: object) -> tuple[Fault, ...]:
        """What is wrong with the fields of one letter; empty where it can be rendered. Echoes no value."""
        if self.form is None:
            return (Fault("", "This letter type takes a ready-made PDF and no fields."),)
        return (*self.form.schema.faults(fields), *action_faults(self.actions, fields))


@dataclass(frozen=True, slots=True)
class Form:
    """What a rendered letter type is made with: compiled once, used by every thread."""

    schema: Schema
    body: Body
    title: Template
    images: Mapping[str, Image] = field(default_factory=dict)
    reminder: Template | None = None
