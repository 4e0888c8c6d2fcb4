"""The verbs on letters: take one in, claim, move, give back, recover. Only `move` changes a status."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Executable,
    String,
    Table,
    Update,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from outbound import clock
from outbound.ledger import deferred, moves
from outbound.ledger import tables as t
from outbound.ledger.values import CLAIMS, LedgerFault, Letter, Step, letter_from
from outbound.letter import Channel, Lane, WaitsFor
from outbound.life import Status, may_move


@dataclass(frozen=True, slots=True)
class Submitted:
    """What `submit` found: a new submission, the same one again, or other content under a reference already used."""

    new: bool
    letters: tuple[UUID, ...]
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handful:
    """Letters claimed together under one token."""

    token: str
    letters: tuple[Letter, ...]


def submit(
    tx: Connection,
    system: str,
    reference: str,
    fingerprints: Mapping[str, str],
    letters: Sequence[Mapping[str, Any]],
) -> Submitted:
    """Take in one submission, unique on (system, reference): the same again gives the first one's letters.

    `fingerprints` names each part of the content with its HMAC; `letters` are rows of the table `letter` without what
    is the same for all new letters. Nothing is written unless the submission is new.
    """
    at = clock.now()
    head = {"id": letters[0]["submission_id"], "system": system, "reference": reference, "created_at": at}
    if not insert_new(tx, t.submission, {**head, "fingerprints": json.dumps(fingerprints, sort_keys=True)}):
        return _submitted_before(tx, system, reference, fingerprints)
    for row in letters:
        tx.execute(insert(t.letter), {**_NEW, **row, "created_at": at, "updated_at": at})
    note_all(tx, [(row["id"], system) for row in letters], None, Status.RECEIVED, "received", system)
    for row in letters:
        moves.note(tx, row, None, Status.RECEIVED, "received", system)
    return Submitted(True, tuple(row["id"] for row in letters))


def insert_new(tx: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert, unless a row with the same unique key is there already."""
    return tx.execute(_insert_new(table, tx.dialect.name), row).first() is not None


@cache
def _insert_new(table: Table, dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    statement: Executable = new.on_conflict_do_nothing().returning(*table.primary_key.columns)
    return statement


def letter(tx: Connection, letter_id: UUID) -> Letter | None:
    """The letter, as last committed."""
    row = tx.execute(select(t.letter).where(t.letter.c.id == letter_id)).one_or_none()
    return letter_from(row) if row else None


def locked(tx: Connection, letter_id: UUID) -> Letter:
    """The letter, which nobody else may change until this transaction ends. Raises LedgerFault where there is none."""
    row = tx.execute(_LOCK, {"letter": letter_id}).one_or_none()
    if row is None:
        raise LedgerFault(f"There is no letter {letter_id}.")
    return letter_from(row)


def claim(
    tx: Connection, step: Step, lane: Lane, limit: int, lease: float, channel: Channel | None = None
) -> Handful | None:
    """Claim up to `limit` due letters for `lease` seconds, counting a death in advance; None where none is due.

    A letter whose last claim died is claimed alone. The death is taken back by whatever ends the claim in order.
    """
    died = tx.execute(_ANY_DIED).first()
    if died and (alone := _claim(tx, step, lane, 1, lease, channel, t.letter.c.deaths > 0)):
        return alone
    return _claim(tx, step, lane, limit, lease, channel, t.letter.c.deaths == 0)


def move(
    tx: Connection, was: Letter, to: Status, code: str, by: str, *, token: str | None = None, **changes: Any
) -> bool:
    """The one way to change a status; writes the event with it. False where the letter is not as it was.

    Compares status and version, and the claim `token` where given; ends the claim and takes the death back.
    """
    if not may_move(was.status, to):
        raise LedgerFault(f"A letter never goes from {was.status} to {to}.")
    held: dict[str, Any] = {} if to is Status.HELD else {"held_code": None, "waits_for": None}
    now = {"status": to, "version": was.version + 1, "claim_token": None, "claimed_until": None}
    values = {"deaths": 0, **held, **changes, **now, "updated_at": clock.now()}
    same = {"was_id": was.id, "was_status": was.status, "was_version": was.version}
    claimed = {"was_token": token} if token is not None else {}
    if tx.execute(_move(tuple(values), token is not None), {**values, **same, **claimed}).rowcount != 1:
        return False
    note_all(tx, [(was.id, was.system)], was.status, to, code, by)
    moves.note(tx, was, was.status, to, code, by, **changes)
    return True


@cache
def _move(columns: tuple[str, ...], claimed: bool) -> Update:
    """The statement behind `move`; made once for each set of columns, since making it costs more than running it."""
    row = t.letter.c
    same = [
        row.id == bindparam("was_id"),
        row.status == bindparam("was_status"),
        row.version == bindparam("was_version"),
    ]
    if claimed:
        same.append(row.claim_token == bindparam("was_token"))
    return update(t.letter).where(*same).values({name: bindparam(name) for name in columns})


def touch(tx: Connection, was: Letter, **changes: Any) -> bool:
    """Change something of a letter without moving it; whoever has it claimed comes too late."""
    row = t.letter.c
    values = {"claim_token": None, "claimed_until": None, "deaths": 0, "updated_at": clock.now(), **changes}
    same = update(t.letter).where(row.id == was.id, row.status == was.status, row.version == was.version)
    return tx.execute(same.values(version=was.version + 1, **values)).rowcount == 1


def hold(
    tx: Connection,
    was: Letter,
    code: str,
    waits_for: WaitsFor,
    by: str,
    *,
    token: str | None = None,
    **changes: Any,
) -> bool:
    """Move to HELD, saying why and whom it waits for."""
    return move(
        tx,
        was,
        Status.HELD,
        code,
        by,
        token=token,
        held_code=code,
        waits_for=waits_for,
        due_at=None,
        **changes,
    )


def give_back(tx: Connection, letters: Iterable[Letter], token: str, **changes: Any) -> None:
    """End the claim on these letters without moving them; their deaths are taken back."""
    ids = [one.id for one in letters]
    if ids:
        values = {"claim_token": None, "claimed_until": None, "deaths": 0, **changes}
        tx.execute(update(t.letter).where(t.letter.c.id.in_(ids), t.letter.c.claim_token == token).values(**values))


def end_claims(tx: Connection) -> int:
    """Let every claim on letters end now, for a ledger none of whose workers live any more; how many there were.

    It frees nothing: `recover_claims` does, by its rules.
    """
    row, now = t.letter.c, clock.now()
    change = update(t.letter).where(row.claim_token.is_not(None), row.claimed_until > now)
    return tx.execute(change.values(claimed_until=now)).rowcount


def recover_claims(tx: Connection, deaths_alone: int) -> int:
    """Free the letters whose claim ran out before they were sent; hold those that killed their worker too often."""
    expired = (
        select(t.letter)
        .where(t.letter.c.claimed_until < clock.now(), t.letter.c.claim_token.is_not(None))
        .order_by(t.letter.c.id)
        .with_for_update(skip_locked=True)
    )
    found = [letter_from(row) for row in tx.execute(expired)]
    for one in found:
        _recover(tx, one, deaths_alone)
    return len(found)


def note_all(
    tx: Connection, letters: Sequence[tuple[UUID, str]], was: Status | None, now: Status, code: str, by: str
) -> None:
    """Write what happened to these (letter, system) pairs."""
    at = clock.now()
    rows = [
        {"letter_id": one, "system": system, "was": was, "now": now, "code": code, "by": by, "at": at}
        for one, system in letters
    ]
    deferred.add(tx, t.event, rows)


def not_paused() -> ColumnElement[bool]:
    """No pause stands on the letter's system, type or mailing."""
    p, row = t.pause.c, t.letter.c
    hits = or_(
        and_(p.scope == "system", p.key == row.system),
        and_(p.scope == "type", p.key == row.letter_type),
        and_(p.scope == "mailing", p.key == func.replace(cast(row.mailing_id, String), "-", "")),
    )
    return ~exists().where(hits)


_ANY_DIED = select(t.letter.c.id).where(text(t.DIED)).limit(1)  # by its small index; the claim itself would read all
_LOCK = select(t.letter).where(t.letter.c.id == bindparam("letter")).with_for_update()
_NEW = {
    "status": Status.RECEIVED,
    "version": 1,
    "refused": "",
    "deaths": 0,
    "tries": 0,
}


def _submitted_before(tx: Connection, system: str, reference: str, fingerprints: Mapping[str, str]) -> Submitted:
    row = t.submission.c
    first = tx.execute(select(row.id, row.fingerprints).where(row.system == system, row.reference == reference)).one()
    ids = select(t.letter.c.id).where(t.letter.c.submission_id == first.id).order_by(t.letter.c.recipient_no)
    before = json.loads(first.fingerprints)
    names = sorted(before.keys() | fingerprints.keys())
    differs = tuple(name for name in names if before.get(name) != fingerprints.get(name))
    return Submitted(False, tuple(tx.execute(ids).scalars()), differs)


def _claim(
    tx: Connection,
    step: Step,
    lane: Lane,
    limit: int,
    lease: float,
    channel: Channel | None,
    condition: ColumnElement[bool],
) -> Handful | None:
    now, row, token = clock.now(), t.letter.c, uuid4().hex
    wanted = [row.status == CLAIMS[step], row.lane == lane, row.due_at <= now, row.claim_token.is_(None)]
    if channel is not None:
        wanted.append(row.channel == channel)
    due = select(row.id).where(*wanted, condition, not_paused()).order_by(row.due_at).limit(limit)
    picked = due.with_for_update(skip_locked=True).cte("picked")
    change = (
        update(t.letter)
        .where(row.id.in_(select(picked.c.id)))
        .values(claim_token=token, claimed_until=now + timedelta(seconds=lease), deaths=row.deaths + 1)
        .returning(t.letter)
    )
    # In the order of their ids, in which everybody locks letters: two who do cannot wait for each other.
    found = sorted((letter_from(one) for one in tx.execute(change)), key=lambda one: one.id)
    return Handful(token, tuple(found)) if found else None


def _recover(tx: Connection, one: Letter, deaths_alone: int) -> None:
    if one.deaths > deaths_alone:
        hold(tx, one, "kills-its-worker", WaitsFor.OPERATIONS, "timer")
        return
    freed = {"claim_token": None, "claimed_until": None, "due_at": clock.now()}
    tx.execute(update(t.letter).where(t.letter.c.id == one.id).values(**freed))
