"""What caseworkers have at `/sager`, at a terminal: letters found, a case in plain sentences, what waits for whom.

A person is found by a number read from standard input or asked for: a command line is seen by everybody on the machine.
"""

import getpass
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from outbound import cases, standing
from outbound.cases import Departments, Task
from outbound.cli.faults import CannotDo
from outbound.cli.opening import name_of_hand, opened_ledger, os_user
from outbound.cli.tables import Form, clean, moment, shown
from outbound.cli.views import AsForm
from outbound.intake import looks_like_cpr
from outbound.ledger import Ledger
from outbound.ledger.values import Letter
from outbound.organisation import load_organisation
from outbound.seal import Seal
from outbound.settings import Settings, SettingsFault
from outbound.story import Story
from outbound.web.pages import case_story, case_words
from outbound.web.pages.words import CHANNELS, reason, state_said

Department = Annotated[list[str] | None, typer.Option(help="Only letters of this department; again for more.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many letters, the newest.")]
FOUND = {
    "letter": "Brev",
    "at": "Modtaget",
    "state": "Tilstand",
    "channel": "Kanal",
    "type": "Brevtype",
    "case": "Sag",
    "reference": "Reference",
    "department": "Forvaltning",
}
WAITING = {"letter": "Brev", "task": "Liste", "since": "Siden", "case": "Sag", "code": "Årsag", "verbs": "Kan"}
TOLD = ("letter", "said", "known", "unknown", "to_do", "state", "channel", "department", "case", "followed_by")


class Purpose(StrEnum):
    """Why somebody searches for a person; the code stands in the reading log."""

    INQUIRY = "case-inquiry"
    WORK = "case-work"
    RETURN = "case-return"
    COMPLAINT = "case-complaint"
    ACCESS = "case-access"


def find(
    by: Annotated[str, typer.Option("--by", default_factory=os_user, help="Who searches; else the system's user.")],
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A letter's id, return code or reference, or a case number.")
    ] = "",
    person: Annotated[
        bool, typer.Option("--person", help="By CPR or CVR number, asked for or read from standard input.")
    ] = False,
    purpose: Annotated[Purpose | None, typer.Option(help="Why; needed with --person.")] = None,
    department: Department = None,
    limit: Limit = 50,
    form: AsForm = Form.TABLE,
) -> None:
    """Letters by id, return code, reference, case number, or person.

    A search for a person is written in the reading log, also where it finds nothing.
    """
    if person == bool(what) or (person and purpose is None):
        raise CannotDo("Give WHAT, or --person with --purpose.")
    with opened_ledger() as (settings, ledger):
        whose = _departments(settings, department)
        if purpose is not None and person:
            found = _of_person(settings, ledger, name_of_hand(by), purpose, whose, limit)
        else:
            found = _by_words(settings, ledger, what.strip(), whose, limit)
    if found or form is not Form.TABLE:
        typer.echo(shown([_row(one, form) for one in found], FOUND, form))
    else:
        typer.echo("Ingen breve passer på det.")


def case(
    number: Annotated[str, typer.Argument(metavar="CASE", help="The case number.")],
    department: Department = None,
    limit: Limit = 50,
    form: AsForm = Form.TABLE,
) -> None:
    """Every letter of a case, and what became of it, in plain sentences."""
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        found = cases.by_case(tx, number.strip(), (), _departments(settings, department), None, limit)
        stories = [each for one in found if (each := cases.story_for(tx, one.id, None))]
        pauses = standing.pauses(tx)
    told = [(of, case_story.told(of, pauses)) for of in stories]
    if form is not Form.TABLE:
        typer.echo(shown([_told_row(*pair) for pair in told], dict.fromkeys(TOLD, ""), form))
        return
    for pair in told:
        typer.echo("\n".join(map(clean, _said(*pair))))
    if not told:
        typer.echo("Ingen breve på den sag.")


def todo(
    department: Department = None,
    task: Annotated[Task | None, typer.Option(help="Only this list.")] = None,
    limit: Limit = 50,
    form: AsForm = Form.TABLE,
) -> None:
    """What waits for a department, as on the first page of its caseworkers."""
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        whose = _departments(settings, department)
        lists = [(each, cases.waiting(tx, each, whose, None, limit)) for each in ([task] if task else Task)]
        counts = {each: cases.count(tx, each, whose) for each, found in lists if found}
    rows = [_waiting_row(each, one.letter, form) for each, found in lists for one in found]
    if rows or form is not Form.TABLE:
        typer.echo(shown(rows, WAITING, form))
    else:
        typer.echo("Ingen breve venter.")
    for each, count in counts.items() if form is Form.TABLE else ():
        more = f"over {cases.MOST_COUNTED}" if count > cases.MOST_COUNTED else str(count)
        typer.echo(f"{more:>6} {each}: {case_words.TASKS[each][0]}")


def _by_words(settings: Settings, ledger: Ledger, what: str, whose: Departments, limit: int) -> Sequence[Letter]:
    if looks_like_cpr(what):
        raise CannotDo("That looks like a CPR number, and stands in the shell's history now. Use --person.")
    systems = [one.name for one in load_organisation(settings.config_dir).systems]
    with ledger.reading() as tx:
        if letter := cases.by_id(tx, what, whose):
            found = cases.story_for(tx, letter, whose)
            return [found.letter] if found else []
        return cases.by_case(tx, what, systems, whose, None, limit)


def _of_person(
    settings: Settings, ledger: Ledger, by: str, purpose: Purpose, whose: Departments, limit: int
) -> Sequence[Letter]:
    number = cases.number_in(getpass.getpass("CPR or CVR number: ") if sys.stdin.isatty() else sys.stdin.readline())
    if number is None:
        raise CannotDo("That is neither a CPR number (ten digits) nor a CVR number (eight digits).")
    if settings.seal_keys_file is None:
        raise SettingsFault("OUTBOUND_SEAL_KEYS_FILE names no file; nobody can be found by a number.")
    key = cases.person_key(Seal(settings.seal_keys_file), number)
    with ledger.writing() as tx:
        return cases.by_person(tx, key, whose, None, limit, by, purpose)


def _departments(settings: Settings, wanted: Iterable[str] | None) -> Departments:
    """Raises CannotDo for one that is not there: a slip must not find nothing."""
    if not wanted:
        return None
    known = {one.code for one in load_organisation(settings.config_dir).departments}
    if missing := sorted({*wanted} - known):
        raise CannotDo(f"There is no department {', '.join(missing)}; there are {', '.join(sorted(known))}.")
    return frozenset(wanted)


def _row(one: Letter, form: Form) -> dict[str, Any]:
    table = form is Form.TABLE
    return {
        "letter": one.id,
        "at": moment(one.created_at) if table else one.created_at,
        "state": state_said(one.status, one.channel) if table else one.status,
        "channel": (CHANNELS[one.channel] if table else one.channel) if one.channel else "",
        "type": one.letter_type,
        "case": one.case_number,
        "reference": one.reference,
        "department": one.department,
    }


def _waiting_row(task: Task, one: Letter, form: Form) -> dict[str, Any]:
    verbs = [str(verb) for verb in cases.verbs_of(one, None)]
    plain = {"letter": one.id, "task": task, "since": one.updated_at, "case": one.case_number, "code": one.held_code}
    if form is not Form.TABLE:
        return {**plain, "verbs": verbs if form is Form.JSON else " ".join(verbs)}
    return {**plain, "since": moment(one.updated_at), "code": one.held_code or "", "verbs": " ".join(verbs)}


def _told_row(of: Story, told: case_story.Told) -> dict[str, Any]:
    one = of.letter
    return {
        "letter": one.id,
        "said": told.head,
        "known": list(told.known),
        "unknown": list(told.unknown),
        "to_do": told.to_do,
        "state": one.status,
        "channel": one.channel,
        "department": one.department,
        "case": one.case_number,
        "followed_by": list(of.followed_by),
    }


def _said(of: Story, told: case_story.Told) -> Iterable[str]:
    one = of.letter
    yield f"{one.id}  {one.letter_type}, {one.department}, reference {one.reference}"
    yield f"  {told.head}"
    yield from (f"  {line}" for line in (*told.known, *told.unknown, told.to_do) if line)
    if one.held_code:
        yield f"  ({one.held_code}: {reason(one.held_code)})"
