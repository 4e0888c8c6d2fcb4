"""`outbound template`: what a department needs to write its own letters."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from outbound import clock
from outbound.cli.faults import CannotDo, Code
from outbound.cli.tables import Form, shown
from outbound.letter import Address, Format
from outbound.organisation import Organisation, load_organisation
from outbound.rendering import Frame, LetterType, LetterTypes, RenderingFault, render
from outbound.rendering.faults import Finding
from outbound.rendering.letter_types import folders_in, load_one
from outbound.rendering.lint import Verdict, lint, lint_layout
from outbound.settings import HOME, load

SKELETON = HOME / "templates" / "letters" / "_new"
COLUMNS = {
    "name": "Type",
    "title": "Title",
    "department": "Department",
    "languages": "Languages",
    "decision": "Decision",
    "version": "Version",
}
template = typer.Typer(no_args_is_help=True, help="Letter types: make one, check them, look at one, list them.")
Folder = Annotated[
    Path, typer.Option("--dir", envvar="OUTBOUND_TEMPLATES_DIR", help="The folder with a folder per letter type.")
]
Config = Annotated[
    Path, typer.Option("--config", envvar="OUTBOUND_CONFIG_DIR", help="The folder with organisation.toml.")
]
TYPES, CONFIG = HOME / "templates" / "letters", HOME / "config"


@template.command("list")
def list_types(
    form: Annotated[Form, typer.Option("--format", help="How to print.")] = Form.TABLE, folder: Folder = TYPES
) -> None:
    """Every letter type with its title, department, languages and the version of its files."""
    typer.echo(shown([_row(one) for one in LetterTypes.load(folder, load().print_page).values()], COLUMNS, form))


def _row(one: LetterType) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.label or one.title,
        "department": one.department,
        "languages": ", ".join(one.languages),
        "decision": "yes" if one.decision else "no",
        "version": one.template_version,
    }


@template.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens: the type's name in the API.")],
    department: Annotated[str, typer.Option(help="Code of the department that sends it.")] = "borgerservice",
    folder: Folder = TYPES,
) -> None:
    """Make the folder of a new letter type: a small letter that works, to be changed line by line."""
    target = folder / name
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower() or name.startswith("-"):
        raise CannotDo("A letter type's name has small letters a-z, digits and hyphens only.")
    if target.exists():
        raise CannotDo(f"{target} is there already; choose another name.")
    shutil.copytree(SKELETON, target)
    policy = target / "letter.toml"
    policy.write_text(policy.read_text("utf-8").replace('"borgerservice"', json.dumps(department)), "utf-8")
    typer.echo(f"{target} is made. Change its files, then ask `outbound template lint {name}`; name the type in")
    typer.echo("config/organisation.toml for the systems that may write it, and restart.")


@template.command("lint")
def lint_types(
    names: Annotated[list[str] | None, typer.Argument(help="Letter types; all where none is named.")] = None,
    folder: Folder = TYPES,
    config: Config = CONFIG,
) -> None:
    """Name every fault with its file and line and what to do, and say how hard each letter is to read.

    Exit code 1 where there is a fault.
    """
    organisation, faulty = load_organisation(config), 0
    for finding in lint_layout(folder):
        faulty += 1
        typer.echo(_line(folder, finding))
    for path in _chosen(folder, names or []):
        verdict = lint(folder, path)
        findings = [*verdict.findings, *_department(path, verdict, organisation)]
        faulty += len(findings)
        for said in [_line(path, finding) for finding in findings] or _praise(verdict):
            typer.echo(said)
    if faulty:
        typer.echo(f"{faulty} to mend.", err=True)
        raise typer.Exit(Code.FOUND)


def _chosen(folder: Path, names: list[str]) -> list[Path]:
    known = {path.name: path for path in folders_in(folder)}
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        raise CannotDo(
            f"{folder} has no letter type {', '.join(unknown) or 'at all'}; `outbound template list` shows them."
        )
    return [known[name] for name in names] or list(known.values())


def _line(folder: Path, finding: Finding) -> str:
    file = folder / finding.file
    place = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{place}{f':{finding.line}' if finding.line else ''}: {finding.message}."


def _department(path: Path, verdict: Verdict, organisation: Organisation) -> Iterator[Finding]:
    if verdict.department and not organisation.is_department(verdict.department, clock.today()):
        known = ", ".join(one.code for one in organisation.departments_on(clock.today()))
        yield Finding(
            "letter.toml",
            None,
            f"department: config/organisation.toml has no {verdict.department} today; it has {known}",
        )


def _praise(verdict: Verdict) -> list[str]:
    if not verdict.lix:
        return [f"{verdict.folder.name}: in order."]
    return [f"{verdict.folder.name}: in order. {file}: {found.advice}" for file, found in verdict.lix.items()]


@template.command("preview")
def preview(
    name: Annotated[str, typer.Argument(help="The letter type.")],
    example: Annotated[Path | None, typer.Option(help="A file of fields; else the type's own example.json.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the PDF goes; else NAME.pdf here.")] = None,
    large_print: Annotated[bool, typer.Option("--large-print", help="In large print (storskrift).")] = False,
    folder: Folder = TYPES,
    config: Config = CONFIG,
) -> None:
    """Write the letter as PDF, and its accessible HTML twin beside it. Nothing is kept or sent."""
    (path,) = _chosen(folder, [name])
    made, target = load_one(folder, path, load().print_page), out or Path(f"{name}.pdf")
    if made.ready_made:
        raise CannotDo(f"{name} comes as a finished PDF; there is nothing to preview.")
    try:
        document = render(made, _fields(made, example), _frame(made, load_organisation(config), large_print))
    except RenderingFault as fault:
        raise CannotDo(f"{name} cannot be rendered with these fields: {fault.code}.") from None
    twin = target.with_suffix(".html")
    target.write_bytes(document.pdf)
    twin.write_text(document.html or "", "utf-8")
    typer.echo(
        f"{target}: {document.pages} page(s) on {document.sheets} sheet(s). {twin}: the same for screen readers."
    )


def _fields(made: LetterType, example: Path | None) -> Any:
    """The fields of the file, or of the type's own example. Raises CannotDo, which names every wrong field."""
    if example is None:
        return made.example
    try:
        fields = json.loads(example.read_text("utf-8"))
    except ValueError:
        raise CannotDo(f"{example} is no JSON.") from None
    faults = [f"  {fault.pointer or '/'}: {fault.message}" for fault in made.faults(fields)]
    if faults:
        raise CannotDo("\n".join([f"{example} does not fit {made.name}:", *faults]))
    return fields


def _frame(made: LetterType, organisation: Organisation, large_print: bool) -> Frame:
    """An invented recipient, and the letterhead that the department has today."""
    today, name = clock.today(), "Eksempel Eksempelsen"
    head = organisation.letterhead(made.department, today)
    address = Address(name, ("Opdigtet Allé 12, 3. tv.",), "9999", "Eksempelby")
    return Frame(
        name,
        today,
        head,
        address,
        case_number="26/1042",
        reference="Eksempel",
        caseworker="Eva Opdigt",
        format=Format.LARGE if large_print else Format.NORMAL,
    )
