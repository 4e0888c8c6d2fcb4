"""Templates in a sandbox: what somebody else wrote is data in them, never markup and never code.

A template has the filters of `outbound.rendering.danish` and the few of Jinja's that can do no harm. Nothing that
could mark a value as safe (`safe`, `tojson`, `xmlattr`, `autoescape` blocks) is there to be used.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import _Element

from outbound.rendering import markup
from outbound.rendering.danish import FILTERS
from outbound.rendering.faults import RenderingFault

LETTER = "letter"  # the variable that carries what the router knows; a field may not have this name
_JINJA_FILTERS = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "sort",
    "sum",
    "upper",
)


class LetterEnvironment(ImmutableSandboxedEnvironment):
    """Jinja over one folder of letter types; undefined names are faults."""

    def __init__(self, folder: Path, *, autoescape: bool) -> None:
        super().__init__(
            loader=FileSystemLoader(folder),
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.filters = {name: self.filters[name] for name in _JINJA_FILTERS} | FILTERS
        self.globals = {"range": self.globals["range"]}


@dataclass(frozen=True, slots=True)
class Templates:
    """The two kinds of template: a body is HTML and escapes; a title is a line of plain text."""

    folder: Path
    bodies: LetterEnvironment
    titles: LetterEnvironment

    @classmethod
    def of(cls, folder: Path) -> "Templates":
        """The templates of one folder of letter types."""
        return cls(folder, LetterEnvironment(folder, autoescape=True), LetterEnvironment(folder, autoescape=False))

    def body(self, name: str) -> Template:
        """The compiled body; the same object for the same name."""
        return self.bodies.get_template(name)

    def title(self, text: str) -> Template:
        """The compiled title."""
        return self.titles.from_string(text)

    def faults_of_body(self, name: str, known: frozenset[str]) -> list[str]:
        """What is wrong with a body before anything is rendered."""
        return self._faults(self.bodies, (self.folder / name).read_text("utf-8"), known)

    def faults_of_title(self, text: str, known: frozenset[str]) -> list[str]:
        """What is wrong with a title before anything is rendered."""
        return self._faults(self.titles, text, known)

    def _faults(self, environment: LetterEnvironment, source: str, known: frozenset[str]) -> list[str]:
        try:
            tree = environment.parse(source)
            environment.compile(source)
        except TemplateError as fault:
            return [f"the template cannot be read: {fault.message or type(fault).__name__}"]
        unknown = sorted(meta.find_undeclared_variables(tree) - known - {LETTER})
        faults = [f"the template uses `{name}`, which is no field of fields.schema.json" for name in unknown]
        if any(True for _ in tree.find_all(nodes.ScopedEvalContextModifier)):
            faults.append("the template turns escaping on or off; it may not")
        return faults


def body_of(template: Template, fields: Mapping[str, Any], letter: Mapping[str, Any]) -> _Element:
    """The letter's body as a checked tree. Raises RenderingFault: `template` or what `markup.parse` says."""
    return markup.parse(normalize("NFC", _guarded(template.render, fields, letter)))


def line_of(template: Template, fields: Mapping[str, Any], letter: Mapping[str, Any]) -> str:
    """A title: one line of plain text."""
    return " ".join(_guarded(template.render, fields, letter).split())


def _guarded(call: Callable[..., str], fields: Mapping[str, Any], letter: Mapping[str, Any]) -> str:
    """A template's own exceptions may quote a value, so none of them gets out."""
    with suppress(Exception):  # whatever a filter raises on a value that it was not made for
        return call({**fields, LETTER: letter})
    raise RenderingFault("template")
