"""In which form a provider wants a print run: ours (print-run.xsd), or a folder of its own under `config/print/`.

Such a folder has `form.toml` (names, packing, what is encrypted) and the job tickets as small Jinja templates, written
from the plain values of adapters/remote_print/manifest.py; docs/recipes/print-provider.md tells how. That makes a
second printer a configuration.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Literal
from uuid import UUID

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from adapters.remote_print.manifest import (
    PrintEnvelope,
    PrintLetter,
    PrintRun,
    manifest_csv,
    manifest_xml,
)
from outbound.letter import Dispatch
from outbound.ports import Misconfigured

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
TEMPLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.(xml|csv)\.j2")
PDF = ".pdf"
IN_A_TABLE = re.compile('[;,"\r\n]')
RUN, OTHER = UUID("7f3c6a1e-4f0c-4c8e-9f57-0d6c4a6c2b11"), UUID("7f3c6a1e-4f0c-4c8e-9f57-0d6c4a6c2b12")

Tickets = Callable[[PrintRun], Sequence[tuple[str, bytes]]]
"""The job tickets of a run, by file name. Raises Misconfigured where a template does not know what to do with it."""


class FormFault(ValueError):
    """No run can be written in this form; the text is a sentence for each fault."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a provider wants a run. `loose`: a folder with the files, and not one zip of them. `encrypt`: with an
    OpenPGP key, all of it, or the letters and not the ticket."""

    run: str
    letter: str
    loose: bool
    encrypt: Literal["all", "letters"]
    cut: int
    tickets: Tickets

    def run_name(self, run: UUID) -> str:
        """The name under which a run is taken. It carries the run's id whole."""
        return self.run.format(run=str(run), run_hex=run.hex)

    def letter_name(self, dispatch: Dispatch, number: int) -> str:
        """A PDF's name in it."""
        return self.letter.format(job=str(dispatch.id), job_hex=dispatch.id.hex, number=number)


OURS = Form(
    run="{run}.zip",
    letter="{job}.pdf",
    loose=False,
    encrypt="all",
    cut=100,
    tickets=lambda run: (("manifest.xml", manifest_xml(run)), ("manifest.csv", manifest_csv(run))),
)


class _Ticket(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    file: str = Field(pattern=f"^{NAME.pattern}$")
    template: str = Field(pattern=f"^{TEMPLATE.pattern}$")

    @field_validator("file")
    @classmethod
    def _is_no_letter(cls, name: str) -> str:
        if name.endswith(PDF):
            raise ValueError("a ticket's name does not end in .pdf: letters' do, and none may lie in another's place")
        return name


class _Words(BaseModel):
    """form.toml."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    run: str
    letter: str
    layout: Literal["zip", "folder"]
    encrypt: Literal["all", "letters"] = "all"
    cut: int = Field(100, ge=1, le=100)
    ticket: tuple[_Ticket, ...] = Field(min_length=1)

    @field_validator("run")
    @classmethod
    def _names_every_run(cls, pattern: str) -> str:
        names = [_filled(pattern, run=run, run_hex=run.hex) for run in (RUN, OTHER)]
        if any(str(run) not in name and run.hex not in name for run, name in zip((RUN, OTHER), names, strict=True)):
            raise ValueError("the name of a run must carry its whole id, {run} or {run_hex}")
        return pattern

    @field_validator("letter")
    @classmethod
    def _names_every_letter(cls, pattern: str) -> str:
        def named(job: UUID, number: int) -> str:
            return _filled(pattern, job=job, job_hex=job.hex, number=number)

        by_number = {named(RUN, number) for number in (1, 2, 11, 10_000)}
        if named(RUN, 1) == named(OTHER, 1) and len(by_number) < 4:
            raise ValueError("the name of a letter must be its own: by {number}, or a whole {job} or {job_hex}")
        if not named(RUN, 1).endswith(PDF):
            raise ValueError("the name of a letter ends in .pdf")
        return pattern


def load_form(folder: Path) -> Form:
    """The form in a folder, tried on a run. Raises FormFault, with a sentence for each fault."""
    words, told = _words_of(folder), f"config/print/{folder.name}"
    environment = _environment(folder)

    def tickets(run: PrintRun) -> list[tuple[str, bytes]]:
        found = [(one.file, *_written(environment, one.template, run)) for one in words.ticket]
        if any(why for _, _, why in found):
            raise Misconfigured("print-form")
        return [(file, content) for file, content, _ in found]

    tried = {one.template: _written(environment, one.template, SAMPLE)[1] for one in words.ticket}
    faults = [f"{told}/{template}: {why.rstrip('.')}." for template, why in tried.items() if why]
    if len({one.file for one in words.ticket}) < len(words.ticket):
        faults.append(f"{told}/form.toml: two tickets have one file name.")
    if faults:
        raise FormFault("\n  ".join(faults))
    return Form(words.run, words.letter, words.layout == "folder", words.encrypt, words.cut, tickets)


def _words_of(folder: Path) -> _Words:
    file = f"config/print/{folder.name}/form.toml"
    try:
        return _Words(**tomllib.loads((folder / "form.toml").read_text(encoding="utf-8")))
    except OSError:
        sentences = [f"{file} is missing; OUTBOUND_PRINT_FORM names the folder of the provider's job ticket."]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        sentences = [f"{file} is no TOML: {fault}."]
    except ValidationError as fault:
        found = [(".".join(map(str, one["loc"])), one["msg"]) for one in fault.errors(include_input=False)]
        sentences = [f"{file}: {place}: {words.removeprefix('Value error, ')}." for place, words in found]
    raise FormFault("\n  ".join(sentences))


def _filled(pattern: str, **values: object) -> str:
    """The name that a pattern makes. Raises ValueError where it makes none."""
    for _, name, spec, conversion in Formatter().parse(pattern):
        if name is not None and (name not in values or conversion or "{" in (spec or "")):
            known = ", ".join("{" + one + "}" for one in values)
            raise ValueError(f"a name here is made of {known} and plain characters")
    try:
        made = pattern.format(
            **{name: value if isinstance(value, int) else str(value) for name, value in values.items()}
        )
    except (ValueError, IndexError, KeyError):
        raise ValueError("this makes no name") from None
    if not NAME.fullmatch(made) or made.endswith(".tmp"):
        raise ValueError(
            "a name has at most 120 letters, digits, dots, dashes and underscores, and not .tmp at its end"
        )
    return made


def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: bool(name and name.endswith(".xml.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["cell"] = _cell
    return environment


def _cell(value: object) -> str:
    """A value as it stands in a table: in quotation marks where it needs them."""
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if IN_A_TABLE.search(text) else text


def _written(environment: ImmutableSandboxedEnvironment, template: str, run: PrintRun) -> tuple[bytes, str]:
    """A ticket, and why there is none where there is none."""
    try:
        content = environment.get_template(template).render(run=run).encode()
        if template.endswith(".xml.j2"):
            etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        return content, ""
    except TemplateSyntaxError as fault:
        return b"", f"line {fault.lineno}: {fault.message}"
    except TemplateNotFound:
        return b"", "is missing"
    except etree.XMLSyntaxError as fault:
        return b"", f"what it writes is no XML: {fault.msg}"
    except TemplateError as fault:
        return b"", fault.message or "it cannot be read"
    except Exception as fault:  # a template may go wrong in any way that Python knows
        return b"", f"it cannot be written ({type(fault).__name__})"


def _sample() -> PrintRun:
    """A run with an envelope of two letters and one of its own, on which a form is tried."""

    def letter(number: int, **changes: Any) -> PrintLetter:
        values: Mapping[str, Any] = {
            "job": str(OTHER), "file": "00001.pdf", "sha256": "0" * 64, "bytes": 1000, "pages": 2, "sheets": 1,
            "colour": "mono", "plex": "duplex", "cost_centre": 'A & "B"; <C>', "inserts": (), "return_code": "",
        }  # fmt: skip
        return PrintLetter(**{**values, "number": number, **changes})

    more = letter(2, colour="colour", plex="simplex", sheets=2, inserts=("KORT", "KLAGE-1"), return_code="7KQ4-2M")
    envelopes = (
        PrintEnvelope(str(RUN), "C5", "economy", "DK", (letter(1), more)),
        PrintEnvelope(str(OTHER), "C4", "quick", "SE", (letter(3),)),
    )
    return PrintRun(str(RUN), "print", "single", "2026-11-22T10:00:00Z", False, envelopes)


SAMPLE = _sample()
