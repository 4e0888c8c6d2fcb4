"""Reminders in the ledger: a row of its own for each letter that has one, which never changes its letter.

A reminder goes at most once: `begin` commits before the first byte, and what was begun and not answered is in doubt. It
stands beside the letter's dispatches, not among them: every rule about those moves letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, or_, select, update

from outbound import clock
from outbound.ledger import names
from outbound.ledger import tables as t
from outbound.ledger.letters import not_paused
from outbound.ledger.values import Letter
from outbound.letter import Channel
from outbound.life import Status
from outbound.seal import Seal


class ReminderState(StrEnum):
    """Where a reminder is."""

    PLANNED = "planned"
    SENDING = "sending"  # perhaps sent
    SENT = "sent"  # taken by the supplier
    DELIVERED = "delivered"
    FAILED = "failed"  # refused, or never answered
    DROPPED = "dropped"  # certainly not sent, and never to be


S = ReminderState
NO_ANSWER = "no-answer"
"""Failed with this code: it may have been sent all the same."""
STOPPED, TOO_LATE = "cancelled", "too-late"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder as the ledger knows it. Field for field the table `reminder`."""

    id: UUID
    letter_id: UUID
    state: ReminderState
    code: str | None
    planned_for: datetime
    due_at: datetime | None
    useful_until: datetime
    provider: str | None
    transmission: str | None
    claim_token: str | None
    claimed_until: datetime | None
    deaths: int
    tries: int
    begun_at: datetime | None
    sent_at: datetime | None
    settled_at: datetime | None
    created_at: datetime


def plan(
    tx: Connection, seal: Seal, of: Letter, planned_for: datetime, useful_until: datetime, refused: str = ""
) -> UUID:
    """A reminder of a new letter; with `refused`, one that is dropped at once and shows why. Its id."""
    at, id_ = clock.now(), names.reminder_id(seal, of)
    dropped = {"state": S.DROPPED, "code": refused, "due_at": None, "settled_at": at}
    row: dict[str, Any] = {"id": id_, "letter_id": of.id, "state": S.PLANNED, "due_at": planned_for}
    row |= {"planned_for": planned_for, "useful_until": useful_until, "deaths": 0, "tries": 0, "created_at": at}
    tx.execute(insert(t.reminder).values(row | (dropped if refused else {})))
    return id_


def claim(tx: Connection, limit: int, lease: float, repeats: str | None) -> tuple[str, list[Reminder]]:
    """Claim up to `limit` due reminders, counting a death in advance; with `repeats` also those in doubt there.

    One whose last claim died is claimed alone. What stands still (channel, system, type, mailing) is left out.
    """
    died = _claim(tx, 1, lease, repeats, t.reminder.c.deaths > 0)
    return died if died[1] else _claim(tx, limit, lease, repeats, t.reminder.c.deaths == 0)


def begin(tx: Connection, one: Reminder, token: str, lease: float, provider: str) -> bool:
    """The first byte may leave now. False: it must not. Call it with the letter locked and looked at again."""
    at = clock.now()
    values = {"state": S.SENDING, "begun_at": one.begun_at or at, "provider": provider, "tries": one.tries + 1}
    values |= {"claimed_until": at + timedelta(seconds=lease)}
    mine = (t.reminder.c.claim_token == token, t.reminder.c.claimed_until > at)
    return _change(tx, one.id, (one.state,), *mine, **values)


def give_back(tx: Connection, ones: Sequence[Reminder], token: str) -> None:
    """End the claim on these without having tried them."""
    for one in ones:
        _change(tx, one.id, (one.state,), t.reminder.c.claim_token == token, **_FREE)


def wait(tx: Connection, one: Reminder, token: str, code: str, due_at: datetime) -> None:
    """Not now, for this reason; looked at again at `due_at`."""
    _change(tx, one.id, (one.state,), t.reminder.c.claim_token == token, **_FREE, due_at=due_at, code=code)


def end(tx: Connection, one: Reminder, token: str, code: str) -> None:
    """Never (again), for this reason. What was begun and never answered has failed: it is not known to be unsent."""
    to: dict[str, str] = (
        {"state": S.DROPPED, "code": code} if one.begun_at is None else {"state": S.FAILED, "code": NO_ANSWER}
    )
    _change(tx, one.id, (one.state,), t.reminder.c.claim_token == token, **_OVER, **to, settled_at=clock.now())


def nothing_taken(tx: Connection, one: Reminder, token: str, code: str, due_at: datetime) -> None:
    """Begun, and certainly not taken by this try: as it was before, to be tried later. A doubt stays a doubt."""
    was = {"state": one.state, "begun_at": one.begun_at, "code": code, "due_at": due_at}
    _change(tx, one.id, (S.SENDING,), t.reminder.c.claim_token == token, **_FREE, **was)


def doubt(tx: Connection, one: Reminder, token: str, due_at: datetime) -> None:
    """Begun, and no answer came: it may have been taken. `due_at`: when it is given up, or repeated where that is
    safe."""
    _change(tx, one.id, (S.SENDING,), t.reminder.c.claim_token == token, **_FREE, code=NO_ANSWER, due_at=due_at)


def taken(tx: Connection, reminder_id: UUID, transmission: str, at: datetime) -> bool:
    """The supplier has it, whoever says so and however late. False where that was known."""
    values: dict[str, Any] = {"state": S.SENT, "code": None, "sent_at": at, "settled_at": None}
    values |= {"transmission": transmission} if transmission else {}
    was = (S.SENDING, S.PLANNED, S.DROPPED, S.FAILED)  # a try that was told "nothing taken" may turn out otherwise
    return _change(tx, reminder_id, was, _may_have_gone(), **_OVER, **values)


def begun_before(tx: Connection, reminder_id: UUID, provider: str) -> None:
    """What a restored ledger still plans was begun before: the supplier has had it."""
    values = {"state": S.SENDING, "begun_at": clock.now(), "provider": provider, "tries": 1}
    _change(tx, reminder_id, (S.PLANNED, S.DROPPED), t.reminder.c.tries == 0, **_OVER, **values)


def delivered(tx: Connection, reminder_id: UUID, at: datetime) -> bool:
    """The supplier says that it arrived. False where that was known."""
    return _change(tx, reminder_id, (S.SENT,), state=S.DELIVERED, settled_at=at)


def refused(tx: Connection, reminder_id: UUID, code: str, token: str | None = None) -> bool:
    """The supplier's definite no to what was begun; with `token`, only while that claim lasts. False where it changes
    nothing."""
    mine = () if token is None else (t.reminder.c.claim_token == token,)
    values = {"state": S.FAILED, "code": code, "settled_at": clock.now()}
    return _change(tx, reminder_id, (S.SENDING, S.SENT), *mine, **_OVER, **values)


def cancel(tx: Connection, letter_id: UUID) -> bool:
    """Never to be sent: somebody says so. False where it is begun or over; a worker that has it in hand begins not."""
    r = t.reminder.c
    change = update(t.reminder).where(r.letter_id == letter_id, r.state == S.PLANNED)
    values = {"state": S.DROPPED, "code": STOPPED, "settled_at": clock.now()}
    return tx.execute(change.values(**_OVER, **values)).rowcount == 1


def bury(tx: Connection) -> int:
    """Drop what is planned for letters that are cancelled or came back, and what is too late now, also while it stands
    still; how many. Whoever has one in hand looks too."""
    r, row, now = t.reminder.c, t.letter.c, clock.now()
    causes: list[tuple[ColumnElement[bool], Any]] = [
        (select(row.id).where(row.id == r.letter_id, row.status == status).exists(), code)
        for status, code in OVER.items()
    ]
    causes.append((r.useful_until <= now, func.coalesce(r.code, TOO_LATE)))
    found = 0
    for cause, code in causes:
        change = update(t.reminder).where(r.state == S.PLANNED, r.claim_token.is_(None), cause)
        found += tx.execute(change.values(**_OVER, state=S.DROPPED, code=code, settled_at=now)).rowcount
    return found


OVER = {Status.CANCELLED: "letter-cancelled", Status.RETURNED: "letter-returned"}
"""The states of a letter with which its reminder ends, and the code that says so."""


def end_claims(tx: Connection) -> int:
    """Let every claim on reminders end now, for a ledger none of whose workers live any more; how many there were."""
    r, now = t.reminder.c, clock.now()
    change = update(t.reminder).where(r.claim_token.is_not(None), r.claimed_until > now)
    return tx.execute(change.values(claimed_until=now)).rowcount


def recover(tx: Connection, deaths_alone: int, given_up_at: datetime) -> int:
    """Free what dead workers held: never begun -> planned (or, too often, dropped); begun -> in doubt."""
    r, now = t.reminder.c, clock.now()
    expired = select(t.reminder).where(r.claim_token.is_not(None), r.claimed_until < now).order_by(r.id)
    found = [_from(row) for row in tx.execute(expired.with_for_update(skip_locked=True))]
    for one in found:
        token = str(one.claim_token)
        if one.state is S.SENDING:
            doubt(tx, one, token, given_up_at)
        elif one.deaths > deaths_alone:
            end(tx, one, token, "kills-its-worker")
        else:
            _change(tx, one.id, (one.state,), **{**_FREE, "deaths": one.deaths}, due_at=now)
    return len(found)


def give_up(tx: Connection, repeats: str | None) -> int:
    """What is in doubt past its time has failed, but at the supplier that may get it again; how many."""
    r, now = t.reminder.c, clock.now()
    late = update(t.reminder).where(r.state == S.SENDING, r.claim_token.is_(None), r.due_at <= now)
    late = late.where(r.provider.is_distinct_from(repeats))
    return tx.execute(late.values(**_OVER, state=S.FAILED, code=NO_ANSWER, settled_at=now)).rowcount


def states(tx: Connection) -> dict[ReminderState, int]:
    """How many reminders are in each state; the absent ones are none."""
    found = tx.execute(select(t.reminder.c.state, func.count()).group_by(t.reminder.c.state))
    return {ReminderState(state): count for state, count in found}


def due(tx: Connection, repeats: str | None) -> int:
    """How many are due."""
    return int(tx.execute(select(func.count()).select_from(t.reminder).where(*_due(repeats))).scalar_one())


def find(tx: Connection, reminder_id: UUID) -> Reminder | None:
    """The reminder, if it is one of ours."""
    return _one(tx, t.reminder.c.id == reminder_id)


def reminder_of(tx: Connection, letter_id: UUID) -> Reminder | None:
    """The letter's reminder, if it has one."""
    return _one(tx, t.reminder.c.letter_id == letter_id)


def is_replaced(tx: Connection, letter_id: UUID) -> bool:
    """Was the letter sent again as another, which is not cancelled?"""
    row = t.letter.c
    return bool(tx.execute(select(exists().where(row.follows == letter_id, row.status != Status.CANCELLED))).scalar())


def ended_before(tx: Connection, one: Letter) -> str | None:
    """Why this letter has no reminder of its own: a letter that it was sent again for had it, or perhaps had it, or
    somebody stopped that one."""
    row, before, seen = t.letter.c, one.follows, {one.id}
    while before is not None and before not in seen:
        seen.add(before)
        found = reminder_of(tx, before)
        if found and found.begun_at and (found.state is not S.FAILED or found.code == NO_ANSWER):
            return "reminded-before"
        if found and found.state is S.DROPPED and found.code == STOPPED:
            return STOPPED
        before = tx.execute(select(row.follows).where(row.id == before)).scalar()
    return None


_FREE = {"claim_token": None, "claimed_until": None, "deaths": 0}
_OVER = {**_FREE, "due_at": None}


def _may_have_gone() -> ColumnElement[bool]:
    """Has a try of it ever begun, and not met a definite no?"""
    r = t.reminder.c
    return and_(r.tries > 0, or_(r.state != S.FAILED, r.code == NO_ANSWER))


def _due(repeats: str | None) -> list[ColumnElement[bool]]:
    r, p = t.reminder.c, t.pause.c
    ready = or_(r.state == S.PLANNED, and_(r.state == S.SENDING, r.provider == repeats))
    letter = exists().where(t.letter.c.id == r.letter_id, not_paused())
    stopped = exists().where(p.scope == "channel", p.key == Channel.DIGITAL)
    return [ready, r.due_at <= clock.now(), r.claim_token.is_(None), letter, ~stopped]


def _claim(
    tx: Connection, limit: int, lease: float, repeats: str | None, condition: ColumnElement[bool]
) -> tuple[str, list[Reminder]]:
    r, now, token = t.reminder.c, clock.now(), uuid4().hex
    picked = select(r.id).where(*_due(repeats), condition).order_by(r.due_at).limit(limit)
    ids = picked.with_for_update(skip_locked=True, of=t.reminder).cte("picked")
    change = update(t.reminder).where(r.id.in_(select(ids.c.id)))
    values = {"claim_token": token, "claimed_until": now + timedelta(seconds=lease)}
    found = tx.execute(change.values(**values, deaths=r.deaths + 1).returning(t.reminder))
    return token, sorted((_from(row) for row in found), key=lambda one: one.planned_for)


def _change(
    tx: Connection, reminder_id: UUID, was: Sequence[ReminderState], *same: ColumnElement[bool], **values: Any
) -> bool:
    """Change it, if it is still in one of these states and all else holds."""
    r = t.reminder.c
    change = update(t.reminder).where(and_(r.id == reminder_id, r.state.in_(was), *same))
    return tx.execute(change.values(**values)).rowcount == 1


def _one(tx: Connection, which: ColumnElement[bool]) -> Reminder | None:
    row = tx.execute(select(t.reminder).where(which)).one_or_none()
    return _from(row) if row else None


def _from(row: Any) -> Reminder:
    return Reminder(**{**{name: getattr(row, name) for name in _FIELDS}, "state": ReminderState(row.state)})


_FIELDS = tuple(one.name for one in fields(Reminder))
