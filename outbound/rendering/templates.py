"""Templates in a sandbox: what somebody else wrote is data in them, never markup and never code.

A template has the filters of `outbound.rendering.danish` and `english`, and the few of Jinja's that can do no harm.
Nothing that could mark a value as safe (`safe`, `tojson`, `xmlattr`, `autoescape` blocks) is there to be used.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from unicodedata import normalize

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import _Element

from outbound.rendering import danish, english, markup
from outbound.rendering.faults import RenderingFault

FILTERS = {**danish.FILTERS, **english.FILTERS}
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

    def source(self, name: str) -> str:
        """The template as it is written."""
        return (self.folder / name).read_text("utf-8")

    def faults_of_body(self, name: str, known: frozenset[str]) -> list[tuple[int | None, str]]:
        """What is wrong with a body before anything is rendered: each fault with its line."""
        return self._faults(self.bodies, self.source(name), known)

    def faults_of_title(self, text: str, known: frozenset[str]) -> list[str]:
        """What is wrong with a title before anything is rendered."""
        return [fault for _, fault in self._faults(self.titles, text, known)]

    def _faults(
        self, environment: LetterEnvironment, source: str, known: frozenset[str]
    ) -> list[tuple[int | None, str]]:
        try:
            tree = environment.parse(source)
            environment.compile(source)
        except TemplateError as fault:
            line = getattr(fault, "lineno", None)
            return [(line, f"the template cannot be read: {fault.message or type(fault).__name__}")]
        faults: list[tuple[int | None, str]] = []
        for name in sorted(meta.find_undeclared_variables(tree) - known - {LETTER}):
            line = next((one.lineno for one in tree.find_all(nodes.Name) if one.name == name), None)
            faults.append((line, f"the template uses `{name}`, which is no field of fields.schema.json"))
        for one in tree.find_all(nodes.ScopedEvalContextModifier):
            faults.append((one.lineno, "the template turns escaping on or off; it may not"))
            break
        return faults

    def sources_of(self, name: str) -> dict[str, str]:
        """The template and all that it takes in, by name; what cannot be read is left out."""
        sources: dict[str, str] = {}
        waiting = [name]
        while waiting:
            file = waiting.pop()
            try:
                sources[file] = self.source(file)
                found = meta.find_referenced_templates(self.bodies.parse(sources[file]))
            except (OSError, ValueError, TemplateError):
                continue
            waiting += sorted(file for file in found if file and file not in sources)
        return sources

    def fields_in(self, text: str) -> frozenset[str]:
        """The fields that a template asks for."""
        return frozenset(meta.find_undeclared_variables(self.bodies.parse(text)))

    def names_in(self, text: str, *, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Every name that a template mentions, those of the templates that it takes in included."""
        tree = self.bodies.parse(text)
        names = {one.name for one in tree.find_all(nodes.Name)}
        names |= {one.attr for one in tree.find_all(nodes.Getattr)}
        names |= {one.value for one in tree.find_all(nodes.Const) if isinstance(one.value, str)}
        for file in {str(file) for file in meta.find_referenced_templates(tree) if file} - seen:
            names |= self.names_in(self.source(file), seen=seen | {file})
        return frozenset(names)


class Renders(Protocol):
    """A template, or what makes one into more."""

    def render(self, names: Mapping[str, Any], /) -> str:
        """The text of one letter."""


def body_of(
    template: Renders, fields: Mapping[str, Any], letter: Mapping[str, Any], images: Collection[str] = ()
) -> _Element:
    """The letter's body as a checked tree. Raises RenderingFault: `template` or what `markup.parse` says."""
    return markup.parse(normalize("NFC", _guarded(template.render, fields, letter)), images)


def line_of(template: Template, fields: Mapping[str, Any], letter: Mapping[str, Any]) -> str:
    """A title: one line of plain text."""
    return " ".join(_guarded(template.render, fields, letter).split())


class TemplateFault(RenderingFault):
    """The template fails on a value, or uses one that is not there. `line` of the letter's template, if it is known."""

    def __init__(self, line: int | None) -> None:
        super().__init__("template")
        self.line = line


def _guarded(call: Callable[..., str], fields: Mapping[str, Any], letter: Mapping[str, Any]) -> str:
    """A template's own exceptions may quote a value, so none of them gets out."""
    try:
        return call({**fields, LETTER: letter})
    except Exception as fault:  # whatever a filter raises on a value that it was not made for
        line = _line_in_template(fault)
    raise TemplateFault(line)


def _line_in_template(fault: BaseException) -> int | None:
    line, trace = None, fault.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith("letter.html.j2"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
