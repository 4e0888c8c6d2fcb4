"""Letters looked for by what the ledger knows of them: codes, ids and days, nothing of a person.

Pages go by key, and counts end at a bound: there may be five million letters.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.values import Letter, letter_from
from outbound.letter import Channel, WaitsFor
from outbound.life import LIVE, Outcome, Status

PLAIN = ("status", "held_code", "waits_for", "system", "department", "letter_type", "channel", "mailing_id")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: every field that is given narrows. `since` and `until` are Danish days on which they came in.

    `departments` None: all that there are; else these alone, whatever `department` says. `came_by`: no letter that came
    in later, since nobody has looked at it.
    """

    status: Status | None = None
    held_code: str | None = None
    waits_for: WaitsFor | None = None
    system: str | None = None
    department: str | None = None
    letter_type: str | None = None
    channel: Channel | None = None
    mailing_id: UUID | None = None
    provider: str | None = None
    run: UUID | None = None
    batch: UUID | None = None
    since: date | None = None
    until: date | None = None
    came_by: datetime | None = None
    departments: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        """Does nothing narrow it but the departments and the time of looking?"""
        return self.plain().keys() <= {"came_by"}

    def plain(self) -> dict[str, str]:
        """What is given, as text: for an address, a form and the ledger."""
        given = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "departments"}
        return {name: str(value) for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Group:
    """So many letters that stand alike: what the fitting verbs depend on, and whose they are."""

    status: Status
    ready_made: bool
    seen_to: bool
    live: Outcome | None
    system: str
    letter_type: str
    department: str
    letters: int


def page(tx: Connection, wanted: Wanted, after: UUID | None, limit: int) -> list[Letter]:
    """These letters, oldest first, from the one after `after`."""
    row = t.letter.c
    dated = wanted.since is not None or wanted.until is not None  # then it is the index of their days that finds them
    found = select(t.letter).where(*conditions(wanted))
    if after is not None:
        found = found.where(_after(tx, after, dated))
    order = (row.created_at, row.id) if dated else (row.id,)
    return [letter_from(one) for one in tx.execute(found.order_by(*order).limit(limit))]


def _after(tx: Connection, after: UUID, dated: bool) -> ColumnElement[bool]:
    row = t.letter.c
    at = tx.execute(select(row.created_at).where(row.id == after)).scalar_one_or_none() if dated else None
    return and_(row.created_at >= at, or_(row.created_at > at, row.id > after)) if at else row.id > after


def count(tx: Connection, wanted: Wanted, most: int) -> int:
    """How many; `most` where there are so many or more."""
    some = select(t.letter.c.id).where(*conditions(wanted)).limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(some)).scalar_one())


def groups(tx: Connection, letters: "Select[Any]") -> list[Group]:
    """The letters of this selection of ids, counted by how they stand."""
    row, d = t.letter.c, t.dispatch.c
    live = and_(d.letter_id == row.id, d.kind == "letter", d.outcome.in_(sorted(LIVE)))
    seen_to = row.acknowledged_at.is_not(None)
    by = (row.status, row.ready_made, seen_to, d.outcome, row.system, row.letter_type, row.department)
    found = (
        select(*by, func.count())
        .select_from(t.letter.outerjoin(t.dispatch, live))
        .where(row.id.in_(letters))
        .group_by(*by)
        .order_by(*by)
    )
    return [_group(one) for one in tx.execute(found)]


def chosen(wanted: Wanted, ids: Sequence[UUID] = (), states: Collection[Status] = ()) -> "Select[Any]":
    """The selection of their ids; with `ids`, of these among them; with `states`, of those in one of these.

    The ids stand in the statement itself: PostgreSQL takes no more than 65,535 parameters.
    """
    row = t.letter.c
    among = [row.id.in_(bindparam("ids", list(ids), expanding=True, literal_execute=True))] if ids else []
    if states and len(states) < len(Status):
        among.append(row.status.in_(sorted(states)))
    return select(row.id).where(*conditions(wanted), *among)


def count_reminders(tx: Connection, letters: "Select[Any]") -> int:
    """How many letters of this selection have a reminder that is still to come."""
    r = t.reminder.c
    wanted = select(func.count()).select_from(t.reminder)
    return int(tx.execute(wanted.where(r.letter_id.in_(letters), r.state == "planned")).scalar_one())


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the letters must fulfil."""
    row = t.letter.c
    given = [row[name] == getattr(wanted, name) for name in PLAIN if getattr(wanted, name) is not None]
    if wanted.held_code is not None or wanted.waits_for is not None:
        given.append(row.status == Status.HELD)  # whose index finds them
    if wanted.departments is not None:
        given.append(row.department.in_(sorted(wanted.departments)))
    return [*given, *_in_time(wanted), *_elsewhere(wanted)]


def _in_time(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.came_by is not None:
        yield t.letter.c.created_at <= wanted.came_by
    if wanted.since is not None:
        yield t.letter.c.created_at >= _begins(wanted.since)
    if wanted.until is not None:
        yield t.letter.c.created_at < _begins(wanted.until + timedelta(days=1))


def _elsewhere(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What stands in other tables than the letter's."""
    row, d, b = t.letter.c, t.dispatch.c, t.batch_letter.c
    if wanted.provider is not None:
        yield exists().where(d.letter_id == row.id, d.provider == wanted.provider)
    if wanted.run is not None:
        yield row.id.in_(select(d.letter_id).where(d.consignment_id == wanted.run))
    if wanted.batch is not None:
        yield row.id.in_(select(b.letter_id).where(b.batch_id == wanted.batch))


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.COPENHAGEN)


def _group(row: Any) -> Group:
    status, ready_made, seen_to, live, system, letter_type, department, letters = row
    outcome = Outcome(live) if live else None
    return Group(Status(status), ready_made, bool(seen_to), outcome, system, letter_type, department, letters)
