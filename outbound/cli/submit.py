"""`outbound submit`: the folder for systems that can only drop files. The same way in as the API."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from outbound.cli.drop_folder import (
    DONE,
    ENDINGS,
    FAULTY,
    JSON,
    PDF,
    Dropped,
    Unusable,
    attachment,
    done_before,
    read,
    set_aside,
    whole_letters,
    worked_alone,
)
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import opened_house
from outbound.cli.telling import progress
from outbound.letter import Submission
from outbound.organisation import System
from outbound.rendering import Fault
from outbound.story import references_known
from outbound.web.api.handed_in import LetterIn, Undecodable, submission_of
from outbound.web.api.taking_in import Taken, take_one
from outbound.web.body import BrokenJson, model_faults, strict_json, without_mark
from outbound.web.problems import Kind, Problem

if TYPE_CHECKING:
    from outbound.web.rooms import Rooms

NOT_OURS = (Kind.INTERNAL, Kind.UNAVAILABLE)
"""Problems that are not the letter's: it stays where it is."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """Why a letter is not taken in; the faults echo nothing of it."""

    faults: tuple[Fault, ...]

    def text(self) -> str:
        """What stands beside the letter in `faulty`."""
        lines = [f"{fault.pointer}: {fault.message}" if fault.pointer else fault.message for fault in self.faults]
        head, tail = "This letter was not taken in; nothing of it was sent.", "Correct it and drop it again."
        return "\n".join([head, "", *lines, "", tail, ""])


def submit(
    folder: Annotated[Path, typer.Argument(help="The folder that the system drops its files in.")],
    system: Annotated[str, typer.Option(help="The system's name in config/organisation.toml.")],
    age: Annotated[
        float, typer.Option(min=0, help="Seconds without a change after which files without NAME.ready are whole.")
    ] = 60,
) -> None:
    """Take in the letters that lie whole in a folder.

    They are moved to done/, or to faulty/ with the reason beside them. NAME.json is the body of POST /v1/letters;
    where NAME.pdf lies beside it, that is its document.pdf, and NAME.bilag-1.pdf its attachments' first. The same
    reference again is the same letter.
    """
    if not folder.is_dir():
        raise CannotDo(f"{folder} is no folder.")
    with opened_house() as house, worked_alone(folder):
        known = house.organisation.system(system)
        if known is None:
            raise CannotDo(f"config/organisation.toml has no system {json.dumps(system)}.")
        _report(_all(_rooms(house), known, folder, age), folder)


def _all(rooms: "Rooms", system: System, folder: Path, age: float) -> Iterator[tuple[str, Taken | Faulty]]:
    """Each letter's end, as it comes. Raises CannotDo's kin for what is not the letter's fault."""
    for one in progress(whole_letters(folder, age), "Letters"):
        found = take_dropped(rooms, system, folder, one)
        place = DONE if isinstance(found, Taken) else FAULTY
        kept = set_aside(folder, one, place, found.text() if isinstance(found, Faulty) else "")
        yield one.called(kept), found


def take_dropped(rooms: "Rooms", system: System, folder: Path, one: Dropped) -> Taken | Faulty:
    """Take in one letter: checked, committed, not yet moved. Raises Problem for what is not its fault."""
    try:
        submission = _submission(rooms, system, folder, one)
        return take_one(rooms, system, submission)
    except (BrokenJson, Unusable) as fault:
        return Faulty((Fault("", str(fault).replace("The body", "The file")),))
    except ValidationError as fault:
        return Faulty(tuple(model_faults(fault)))
    except Undecodable as fault:
        return Faulty(fault.faults)
    except Problem as problem:
        if problem.kind in NOT_OURS:
            raise
        return Faulty(problem.faults or (Fault("", _sentence(problem)),))


def _submission(rooms: "Rooms", system: System, folder: Path, one: Dropped) -> Submission:
    limits = rooms.house.settings
    if JSON not in one.files:
        raise Unusable("There is no NAME.json beside it that says what the letter is." if PDF in one.files else ODD)
    body = strict_json(without_mark(read(folder, one.files[JSON], limits.body_limit)))
    known = _is_known(rooms, system, body)
    pdf = one.files.get(PDF) or (_moved_pdf(folder, one, body) if known else None)
    if pdf is not None:
        body = _with_pdf(body, read(folder, pdf, limits.pdf_limit))
    body = _with_attachments(body, folder, one, known, limits.pdf_limit)
    letter = LetterIn.model_validate(body)
    return submission_of(letter, system.name, letter.mailing, limits.pdf_limit)


ODD = "Letters are NAME.json, with NAME.pdf beside it for a finished PDF; this file is neither."


def _is_known(rooms: "Rooms", system: System, body: Any) -> bool:
    """Is the reference taken in already? Only then does a letter get a file from `done`, never an older letter's."""
    reference = body.get("reference") if isinstance(body, dict) else None
    if not isinstance(reference, str):
        return False
    with rooms.house.ledger.reading() as tx:
        return reference in references_known(tx, system.name, [reference])


def _moved_pdf(folder: Path, one: Dropped, body: Any) -> str | None:
    """A run that was killed between its commit and the end of its moves has left the PDF in `done`."""
    document = body.get("document")
    return done_before(folder, one) if isinstance(document, dict) and "pdf" not in document else None


def _with_attachments(body: Any, folder: Path, one: Dropped, known: bool, largest: int) -> Any:
    """Each attachment of the JSON that has no `pdf` is given its file; no file is left over."""
    given = body.get("attachments") if isinstance(body, dict) else None
    entries, left = list(given) if isinstance(given, list) else [], {*one.files} - {*ENDINGS, ""}
    for place, entry in enumerate(entries):
        ending = attachment(place + 1)
        moved = done_before(folder, one, ending) if known else None
        if isinstance(entry, dict) and "pdf" not in entry and (file := one.files.get(ending) or moved):
            left.discard(ending)
            entries[place] = {**entry, "pdf": base64.b64encode(read(folder, file, largest)).decode()}
    if left:
        said = (
            "With NAME.bilag-1.pdf beside it this is a list; its first object has the title of that file, and no pdf."
        )
        raise Undecodable(Fault("/attachments", said))
    return {**body, "attachments": entries} if entries else body


def _with_pdf(body: Any, pdf: bytes) -> Any:
    if not isinstance(body, dict):
        return body
    document = body.get("document", {})
    if not isinstance(document, dict) or "pdf" in document:
        raise Undecodable(Fault("/document", "With NAME.pdf beside it this is an object of title and dated, no more."))
    return {**body, "document": {**document, "pdf": base64.b64encode(pdf).decode()}}


def _sentence(problem: Problem) -> str:
    more = problem.more
    if "letter" in more:
        parts = ", ".join(map(str, more.get("differs", ())))
        return f"{problem.kind.title}. The first letter is {more['letter']}; this differs: {parts}."
    return f"{problem.kind.title}. {problem.detail}".strip()


def _report(found: Iterator[tuple[str, Taken | Faulty]], folder: Path) -> None:
    """A line for each letter and one for all. Ends with Code.FOUND where one was faulty."""
    new, again, faulty = 0, 0, 0
    try:
        for name, one in found:
            if isinstance(one, Faulty):
                faulty += 1
                typer.echo(f"{name}: faulty; the .reason.txt beside it in {folder / FAULTY} says why.", err=True)
            else:
                new, again = new + one.new, again + (not one.new)
                ids = ", ".join(map(str, one.letters))
                typer.echo(f"{name}: {'taken in' if one.new else 'known already'} as {ids}")
    except Problem as problem:
        typer.echo(f"Stopped: {problem.kind.title}. What was not taken in lies where it lay; try again.", err=True)
        raise typer.Exit(Code.LEDGER) from None
    finally:
        typer.echo(f"{new} taken in, {again} known already, {faulty} faulty.")
    if faulty:
        raise typer.Exit(Code.FOUND)


def _rooms(house: Any) -> "Rooms":
    from outbound.web.people import Accounts, SignIns
    from outbound.web.rate import Buckets
    from outbound.web.rooms import Rooms

    return Rooms(house, _no_ring, Buckets(house.settings.rate_limit_per_minute), SignIns(Accounts(None), house.ledger))


def _no_ring(queue: str, tickets: int) -> None:
    """The timer rings within seconds."""
