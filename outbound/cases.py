"""What caseworkers look for and what waits for them: letters of their own departments, and nothing of any other.

`Departments` says whose: codes, or None for all. A letter of another department is not found, whoever asks and however.
A search for a person is written in the reading log, also where it finds nothing.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, text

from outbound import clock
from outbound.desk import Verb, verbs_for
from outbound.intake import is_cpr, is_cvr
from outbound.ledger import readings, returned
from outbound.ledger import tables as t
from outbound.ledger.values import LedgerDispatch, Letter, letter_from
from outbound.letter import WaitsFor
from outbound.life import Status
from outbound.return_code import as_scanned, is_code
from outbound.seal import Seal
from outbound.story import Story, story

Departments = frozenset[str] | None
MOST_COUNTED = 1_000
SOON = timedelta(days=3)
"""How long before the last day on which a letter is of use it is said to be urgent; nobody prescribes it."""


class Task(StrEnum):
    """Why a letter stands on a department's list."""

    DECIDE = "afgoer"  # HELD, and the department can end it
    RETURNED = "retur"  # came back, and nobody has said that it is seen to
    SENDER = "fagsystem"  # HELD, and its system can end it; the department can mend an address
    SOON = "haster"  # not sent, and soon of no use
    RECEIPT = "kvittering"  # taken, and no receipt came in its time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended: the value that it is sorted by, and the letter."""

    at: datetime | date
    letter: UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter on the list, and where the list goes on after it."""

    letter: Letter
    place: Place


def number_in(typed: str) -> str | None:
    """The CPR or CVR number that somebody typed, as digits; None where it can be neither."""
    digits = re.sub(r"[\s-]", "", typed)
    return digits if is_cpr(digits) or is_cvr(digits) else None


def story_for(tx: Connection, letter: UUID, departments: Departments) -> Story | None:
    """The letter's story; None where there is no such letter, or where it is another department's."""
    found = story(tx, letter)
    return found if found is not None and _theirs(found.letter, departments) else None


def by_id(tx: Connection, typed: str, departments: Departments) -> UUID | None:
    """The letter of this id or return code."""
    code = as_scanned(typed)
    letter = returned.letter_of(tx, code) if is_code(code) else _as_id(typed)
    wanted = _own(select(t.letter.c.id).where(t.letter.c.id == letter), departments)
    return tx.execute(wanted).scalar_one_or_none() if letter else None


def by_case(
    tx: Connection, typed: str, systems: Collection[str], departments: Departments, before: UUID | None, limit: int
) -> list[Letter]:
    """Letters of this case, or of this reference in one of the systems; the newest first, those before `before`."""
    row = t.letter.c
    if not typed or not typed.isprintable():
        return []
    same = or_(row.case_number == typed, and_(row.system.in_(sorted(systems)), row.reference == typed))
    return _newest(tx, select(t.letter).where(same), departments, before, limit)


def person_key(seal: Seal, number: str) -> str:
    """What the letters to this CPR or CVR number are found by: tells nothing of it."""
    return seal.fingerprint("recipient", number)


def by_person(
    tx: Connection, key: str, departments: Departments, before: UUID | None, limit: int, by: str, purpose: str
) -> list[Letter]:
    """Letters to whoever has this key; written in the reading log, whatever is found."""
    readings.note_search(tx, searched(key), [key], by, purpose)
    return _newest(tx, select(t.letter).where(t.letter.c.recipient_key == key), departments, before, limit)


def searched(key: str) -> UUID:
    """Whose letters were searched for, as the reading log has it: half of the key, which is chance enough."""
    return UUID(hex=key[:32])


def waiting(tx: Connection, task: Task, departments: Departments, after: Place | None, limit: int) -> list[Waiting]:
    """What waits for this reason, from the one after `after`: the newest first; what is urgent, by its last day."""
    row = t.letter.c
    column: ColumnElement[Any] = row.useful_until if task is Task.SOON else row.updated_at
    wanted = _own(select(t.letter).where(*_conditions(task)), departments)
    if task is Task.SOON:
        if after:
            wanted = wanted.where(or_(column > after.at, and_(column == after.at, row.id > after.letter)))
        wanted = wanted.order_by(column, row.id)
    else:
        if after:
            wanted = wanted.where(or_(column < after.at, and_(column == after.at, row.id < after.letter)))
        wanted = wanted.order_by(column.desc(), row.id.desc())
    found = [letter_from(one) for one in tx.execute(wanted.limit(limit))]
    return [Waiting(one, Place(_sorted_by(task, one), one.id)) for one in found]


def count(tx: Connection, task: Task, departments: Departments) -> int:
    """How many, counted no further than one above MOST_COUNTED."""
    few = _own(select(t.letter.c.id).where(*_conditions(task)), departments).limit(MOST_COUNTED + 1).subquery()
    return int(tx.execute(select(func.count()).select_from(few)).scalar_one())


THEIRS = (Verb.ACKNOWLEDGE, Verb.RESEND, Verb.MEND, Verb.RELEASE, Verb.CANCEL)
"""What a caseworker may do. The channel follows from law and look-up, and what a supplier has is found out by IT
operations: those verbs are theirs."""


def verbs_of(one: Letter, live: LedgerDispatch | None) -> tuple[Verb, ...]:
    """The caseworker's verbs that fit this letter now; where it waits for IT operations, it can only be cancelled."""
    fit = [verb for verb in THEIRS if verb in verbs_for(one, live)]
    if one.status is Status.HELD and one.waits_for is WaitsFor.OPERATIONS:
        fit = [verb for verb in fit if verb is Verb.CANCEL]
    return tuple(fit)


def _conditions(task: Task) -> list[Any]:
    """As the partial indexes of `letter` have them, to the letter: a database uses them for nothing else."""
    row = t.letter.c
    if task is Task.RETURNED:
        return [text(t.CAME_BACK)]
    if task is Task.SOON:
        return [text(t.HAS_LAST_DAY), row.useful_until <= clock.today() + SOON]
    if task is Task.RECEIPT:
        return [text(t.IS_HELD), row.held_code == "no-receipt"]
    return [text(t.IS_HELD), row.waits_for == (WaitsFor.SENDER if task is Task.SENDER else WaitsFor.DEPARTMENT)]


def _sorted_by(task: Task, one: Letter) -> datetime | date:
    return one.useful_until if task is Task.SOON and one.useful_until else one.updated_at


def _newest(
    tx: Connection, wanted: Select[Any], departments: Departments, before: UUID | None, limit: int
) -> list[Letter]:
    row = t.letter.c  # its ids are UUID version 7: in the order of time
    if before is not None:
        wanted = wanted.where(row.id < before)
    return [letter_from(one) for one in tx.execute(_own(wanted, departments).order_by(row.id.desc()).limit(limit))]


def _own(wanted: Select[Any], departments: Departments) -> Select[Any]:
    return wanted if departments is None else wanted.where(t.letter.c.department.in_(sorted(departments)))


def _theirs(one: Letter, departments: Departments) -> bool:
    return departments is None or one.department in departments


def _as_id(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
