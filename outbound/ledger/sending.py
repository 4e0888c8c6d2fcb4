"""The last inch: consignments and dispatches. A dispatch once in doubt leaves it only by evidence or by a person.

While a letter is SENDING, the claim lies on its consignment: what is handed over in one act is claimed as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, Select, Update, bindparam, exists, func, insert, select, update

from outbound import clock
from outbound.ledger import enrolments, moves, names
from outbound.ledger import tables as t
from outbound.ledger.letters import hold, locked, move, touch
from outbound.ledger.values import (
    LedgerConsignment,
    LedgerDispatch,
    LedgerFault,
    Letter,
    consignment_from,
    dispatch_from,
    letter_from,
)
from outbound.letter import Blame, Channel, WaitsFor
from outbound.life import LIVE, UNSETTLED, Outcome, Status
from outbound.seal import Seal


@dataclass(frozen=True, slots=True)
class Member:
    """A letter in a consignment, now."""

    dispatch: LedgerDispatch
    letter: Letter


@dataclass(frozen=True, slots=True)
class Closed:
    """A consignment just closed, with the letters that came into it, each under its dispatch's id."""

    consignment: LedgerConsignment
    members: tuple[tuple[UUID, Letter], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A try of before a restore: under this id, with this outcome; `open` for the one that is about to be settled."""

    id: UUID
    outcome: Outcome
    envelope: str | None


def enter_known(tx: Connection, one: Letter, token: str, provider: str, tries: Sequence[Known], code: str) -> bool:
    """Write down tries that a restored ledger has lost, the last one open; nothing leaves. False where the letter is
    not claimed by `token` any more.

    Each letter gets a consignment of its own: which others went with it is not known.
    """
    at = clock.now()
    if not move(tx, one, Status.SENDING, code, "worker", token=token, due_at=None, deaths=one.deaths):
        return False
    if one.channel is None:
        raise LedgerFault(f"Letter {one.id} has no channel; route it first.")
    closed = LedgerConsignment(
        uuid4(), one.channel, provider, one.lane, len(tries), at, at, at, None, None, None, None, 1
    )
    tx.execute(insert(t.consignment), asdict(closed))
    for ended in tries[:-1]:
        _enter(tx, closed, [(ended.id, one)], {}, outcome=ended.outcome, code=code, settled_at=at)
    _enter(tx, closed, [(tries[-1].id, one)], {one.id: tries[-1].envelope} if tries[-1].envelope else {})
    return True


def close(
    tx: Connection,
    letters: Sequence[Letter],
    token: str,
    provider: str,
    lease: float,
    envelopes: Mapping[UUID, str],
    seal: Seal,
) -> Closed | None:
    """Make these claimed, routed letters one consignment: membership, dispatches and ROUTED -> SENDING at once.

    Letters whose claim or version is no longer ours stay out; None where none is left. The claim moves from the
    letters to the consignment.
    """
    tried = tries_of(tx, [one.id for one in letters])
    members = tuple(
        (names.dispatch_id(seal, one, tried.get(one.id, 0) + 1), one)
        for one in sorted(letters, key=lambda one: one.id)
        if move(tx, one, Status.SENDING, "closed", "worker", token=token, due_at=None, deaths=one.deaths)
    )
    if not members:
        return None
    first, at = members[0][1], clock.now()
    if first.channel is None:
        raise LedgerFault(f"Letter {first.id} has no channel; route it first.")
    until = at + timedelta(seconds=lease)
    closed = LedgerConsignment(
        uuid4(), first.channel, provider, first.lane, len(members), at, None, None, None, token, until, None, 0
    )
    tx.execute(insert(t.consignment), asdict(closed))
    _enter(tx, closed, members, envelopes)
    return Closed(closed, members)


def begin(tx: Connection, consignment_id: UUID, token: str, lease: float) -> bool:
    """Mark that the first byte (of the first try or of a repeat) may leave now. False: it must not.

    Compares the claim, that every letter in it is SENDING, and every dispatch: open at the first try, open or in
    doubt at a repeat. The consignment is locked first: whoever voids an unbegun dispatch locks it too.
    """
    at = clock.now()
    held = consignment(tx, consignment_id, lock=True)
    if held.claim_token != token or held.claimed_until is None or held.claimed_until <= at:
        return False
    if not _whole(tx, held):
        return False
    begun = {"begun_at": held.begun_at or at, "called_at": at, "claimed_until": at + timedelta(seconds=lease)}
    change = update(t.consignment).where(t.consignment.c.id == consignment_id)
    tx.execute(change.values(**begun, tries=held.tries + 1))
    return True


def _whole(tx: Connection, held: LedgerConsignment) -> bool:
    """Is nothing of it settled, and every letter of it still SENDING?"""
    allowed = (Outcome.OPEN,) if held.begun_at is None else tuple(sorted(UNSETTLED))
    return bool(tx.execute(_count_good(allowed), {"consignment": held.id}).scalar() == held.letters)


@cache
def _count_good(allowed: tuple[Outcome, ...]) -> Select[int]:
    d, row = t.dispatch.c, t.letter.c
    return (
        select(func.count())
        .select_from(t.dispatch.join(t.letter, row.id == d.letter_id))
        .where(d.consignment_id == bindparam("consignment"), d.outcome.in_(allowed), row.status == Status.SENDING)
    )


def accept(
    tx: Connection, found: LedgerDispatch, transmission: str, by: str, due_at: datetime | None, at: datetime
) -> Letter | None:
    """The supplier has it: by dispatch, whatever the worker had read, claim or no claim.

    Returns the letter as it was where the dispatch was unsettled; None where it was settled already: a success too.
    """
    one = locked(tx, found.letter_id)
    moves.about(tx, found.id, found.letter_id, found.consignment_id, found.provider)
    if not settle_dispatch(tx, found.id, Outcome.TAKEN, UNSETTLED, taken_at=at, transmission=transmission):
        return None
    if one.status in (Status.SENDING, Status.HELD):
        move(tx, one, Status.SENT, "taken", by, due_at=due_at, tries=0, waiting_since=None)
    return one


def reject(tx: Connection, dispatch_id: UUID, token: str, code: str, blame: Blame) -> bool:
    """The supplier's plain no, from the worker that holds the claim. False where it changes nothing.

    On a dispatch in doubt it changes nothing (the first try may have been taken); a code we do not know leaves the
    dispatch in doubt and the letter HELD.
    """
    found = dispatch(tx, dispatch_id)
    one = locked(tx, found.letter_id)
    found = dispatch(tx, dispatch_id)
    if not _claimed(tx, found.consignment_id, token) or one.status is not Status.SENDING:
        return False
    if blame is Blame.UNKNOWN and found.outcome in UNSETTLED:
        settle_dispatch(tx, dispatch_id, Outcome.DOUBT, UNSETTLED, code=code)
        return hold(tx, one, "unknown-refusal", WaitsFor.OPERATIONS, "worker")
    if found.outcome is not Outcome.OPEN:
        return False
    settle_dispatch(tx, dispatch_id, Outcome.REFUSED, {Outcome.OPEN}, code=code)
    return after_refusal(tx, one, found.channel, blame, "worker")


def after_refusal(tx: Connection, one: Letter, channel: Channel, blame: Blame, by: str) -> bool:
    """Where a letter goes after a definite no: to be routed again without the channel, or back to its sender."""
    if blame is Blame.RECIPIENT:
        if channel is Channel.DIGITAL and one.recipient_key:
            enrolments.withdraw(tx, one.recipient_key)
        refused = ",".join(sorted(one.refused_channels | {channel}))
        fresh: dict[str, Any] = {"refused": refused, "route": None, "channel": None, "routed_at": None}
        fresh |= {"due_at": clock.now()}
        return move(tx, one, Status.RENDERED, f"refused-{channel}", by, tries=0, waiting_since=None, **fresh)
    if one.status is Status.HELD:
        touch(tx, one, held_code="refused-letter", waits_for=WaitsFor.SENDER)
        return True
    return hold(tx, one, "refused-letter", WaitsFor.SENDER, by)


def nothing_taken(
    tx: Connection, consignment_id: UUID, token: str | None, code: str, by: str, due_at: datetime
) -> bool:
    """Nothing of the consignment was taken: all of it back to ROUTED, its dispatches void, in this transaction.

    Only while no answer has come for any of it. `token` None where the claim ran out before it was begun. False where
    something was answered or is in doubt: then only the due time may change.
    """
    members = members_of(tx, consignment_id, lock=True)
    if token is not None and not _claimed(tx, consignment_id, token):
        return False
    if any(m.letter.status is not Status.SENDING or m.dispatch.outcome is not Outcome.OPEN for m in members):
        return False
    _free(tx, members, code, by, due_at)
    _end(tx, consignment_id)
    return True


def not_taken_after_all(tx: Connection, consignment_id: UUID, token: str, by: str) -> bool:
    """A doubt answered with no by the supplier itself, after the quiet period: all of it back to ROUTED."""
    members = members_of(tx, consignment_id, lock=True)
    if not _claimed(tx, consignment_id, token):
        return False
    if any(m.letter.status is not Status.SENDING or m.dispatch.outcome not in UNSETTLED for m in members):
        return False
    _free(tx, members, "not-taken", by, clock.now())
    _end(tx, consignment_id)
    return True


def doubt(tx: Connection, consignment_id: UUID, token: str | None, due_at: datetime, deadline: datetime) -> bool:
    """What is unanswered of it is in doubt from now on. `token` None where the claim ran out after it was begun."""
    members = members_of(tx, consignment_id, lock=True)
    if token is not None and not _claimed(tx, consignment_id, token):
        return False
    for member in members:
        settle_dispatch(tx, member.dispatch.id, Outcome.DOUBT, {Outcome.OPEN})
    held = consignment(tx, consignment_id)
    _end(tx, consignment_id, due_at=due_at, deadline_at=held.deadline_at or deadline)
    return True


def wait_on(tx: Connection, consignment_id: UUID, token: str, due_at: datetime) -> None:
    """Nothing new of a doubt: asked again at `due_at`."""
    if _claimed(tx, consignment_id, token):
        _end(tx, consignment_id, due_at=due_at)


def abandon(tx: Connection, consignment_id: UUID, token: str, due_at: datetime) -> None:
    """It may not begin after all (something in it was settled meanwhile): what was never begun goes back."""
    members = members_of(tx, consignment_id, lock=True)
    if not _claimed(tx, consignment_id, token):
        return
    if consignment(tx, consignment_id).begun_at is None:
        _free_unbegun(tx, consignment_id, members)
    else:
        _end(tx, consignment_id, due_at=due_at)


def finish(tx: Connection, consignment_id: UUID, token: str) -> None:
    """Every answer has come: the claim ends."""
    _end(tx, consignment_id, token=token)


def hold_doubts(tx: Connection, consignment_id: UUID, token: str) -> int:
    """The doubt's deadline has passed: its letters wait for a person, their dispatches still in doubt."""
    members = [m for m in members_of(tx, consignment_id, lock=True) if m.letter.status is Status.SENDING]
    if not _claimed(tx, consignment_id, token):
        return 0
    for member in members:
        settle_dispatch(tx, member.dispatch.id, Outcome.DOUBT, {Outcome.OPEN})
        hold(tx, member.letter, "doubt", WaitsFor.OPERATIONS, "timer")
    _end(tx, consignment_id)
    return len(members)


def claim_doubts(tx: Connection, channel: Channel, limit: int, lease: float) -> tuple[str, list[LedgerConsignment]]:
    """Claim consignments in doubt that are due a question; the token and what was claimed."""
    now, token, row = clock.now(), uuid4().hex, t.consignment.c
    due = (
        select(row.id)
        .where(row.channel == channel, row.due_at <= now, row.claim_token.is_(None))
        .order_by(row.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    change = (
        update(t.consignment)
        .where(row.id.in_(select(due.c.id)))
        .values(claim_token=token, claimed_until=now + timedelta(seconds=lease))
        .returning(t.consignment)
    )
    return token, [consignment_from(found) for found in tx.execute(change)]


def end_claims(tx: Connection) -> int:
    """Let every claim on consignments end now, for a ledger none of whose workers live any more; how many there were.

    It frees nothing and says nothing about what was sent: `recover` does, by its rules.
    """
    row, now = t.consignment.c, clock.now()
    change = update(t.consignment).where(row.claim_token.is_not(None), row.claimed_until > now)
    return tx.execute(change.values(claimed_until=now)).rowcount


def expired(tx: Connection) -> list[UUID]:
    """Consignments whose claim ran out, the longest ago first."""
    row = t.consignment.c
    overdue = select(row.id).where(row.claim_token.is_not(None), row.claimed_until < clock.now())
    return list(tx.execute(overdue.order_by(row.claimed_until)).scalars())


def recover(tx: Connection, consignment_id: UUID, due_at: datetime, deadline: datetime, deaths_alone: int) -> None:
    """A consignment whose claim ran out: never begun -> back to ROUTED (or, too often, HELD); begun -> in doubt."""
    members = members_of(tx, consignment_id, lock=True)
    one = consignment(tx, consignment_id, lock=True)
    if one.claimed_until is None or one.claimed_until >= clock.now():
        return
    if one.begun_at is None:
        _bury(tx, consignment_id, members, deaths_alone)
    else:
        doubt(tx, consignment_id, None, due_at, deadline)


def consignment(tx: Connection, consignment_id: UUID, *, lock: bool = False) -> LedgerConsignment:
    """The consignment; with `lock`, nobody else may change it until this transaction ends."""
    return consignment_from(tx.execute(_LOCK if lock else _LOOK, {"consignment": consignment_id}).one())


_LOOK = select(t.consignment).where(t.consignment.c.id == bindparam("consignment"))
_LOCK = _LOOK.with_for_update()


def dispatch(tx: Connection, dispatch_id: UUID) -> LedgerDispatch:
    """The dispatch. Raises LedgerFault where there is none."""
    found = find_dispatch(tx, dispatch_id)
    if found is None:
        raise LedgerFault(f"There is no dispatch {dispatch_id}.")
    return found


def find_dispatch(tx: Connection, dispatch_id: UUID) -> LedgerDispatch | None:
    """The dispatch, if it is one of ours."""
    row = tx.execute(_FIND, {"dispatch": dispatch_id}).one_or_none()
    return _dealt_with(tx, row) if row else None


def _dealt_with(tx: Connection, row: Any) -> LedgerDispatch:
    moves.about(tx, row.id, row.letter_id, row.consignment_id, row.provider)
    return dispatch_from(row)


def live_dispatch(tx: Connection, letter_id: UUID) -> LedgerDispatch | None:
    """The one try that may count, if there is one."""
    d = t.dispatch.c
    wanted = select(t.dispatch).where(d.letter_id == letter_id, d.kind == "letter", d.outcome.in_(list(LIVE)))
    row = tx.execute(wanted).one_or_none()
    return _dealt_with(tx, row) if row else None


def live_outcomes(tx: Connection, letters: Sequence[UUID]) -> dict[UUID, Outcome]:
    """What the one try that may count has come to, of each of these letters; the absent ones have none."""
    d = t.dispatch.c
    wanted = select(d.letter_id, d.outcome).where(
        d.letter_id.in_(letters), d.kind == "letter", d.outcome.in_(list(LIVE))
    )
    return {letter: Outcome(outcome) for letter, outcome in tx.execute(wanted)}


def dispatches_of(tx: Connection, letter_id: UUID) -> list[LedgerDispatch]:
    """Every try of this letter, oldest first."""
    wanted = select(t.dispatch).where(t.dispatch.c.letter_id == letter_id).order_by(t.dispatch.c.created_at)
    return [dispatch_from(row) for row in tx.execute(wanted)]


def tries_of(tx: Connection, letters: Sequence[UUID]) -> dict[UUID, int]:
    """How many tries each of these letters has had; the absent ones none."""
    d = t.dispatch.c
    counted = select(d.letter_id, func.count()).where(d.letter_id.in_(letters), d.kind == "letter")
    return {row.letter_id: row[1] for row in tx.execute(counted.group_by(d.letter_id))}


def members_of(tx: Connection, consignment_id: UUID, *, lock: bool = False) -> list[Member]:
    """The letters of a consignment with their dispatches, in the order of their ids; locked in that order."""
    mine = select(t.dispatch).where(t.dispatch.c.consignment_id == consignment_id).order_by(t.dispatch.c.letter_id)
    ids = [row.letter_id for row in tx.execute(mine)]
    if lock:
        for one in ids:
            locked(tx, one)
    return members_from(tx, tx.execute(mine).all())


def members_from(tx: Connection, rows: Sequence[Row[Any]]) -> list[Member]:
    """Rows of `dispatch` with their letters as they are now."""
    letters = {one.id: one for one in _letters(tx, [row.letter_id for row in rows])}
    return [Member(_dealt_with(tx, row), letters[row.letter_id]) for row in rows]


def settle_dispatch(
    tx: Connection, dispatch_id: UUID, to: Outcome, was: frozenset[Outcome] | set[Outcome], **changes: Any
) -> bool:
    """Give a dispatch its outcome, if it is still one of `was`."""
    values = {"outcome": to, **({} if to in UNSETTLED else {"settled_at": clock.now()}), **changes}
    change = _settle(tuple(values), frozenset(was))
    return tx.execute(change, {**values, "dispatch": dispatch_id}).rowcount == 1


@cache
def _settle(columns: tuple[str, ...], was: frozenset[Outcome]) -> Update:
    """The statement behind `settle_dispatch`; made once for each set of columns."""
    d = t.dispatch.c
    same = [d.id == bindparam("dispatch"), d.outcome.in_(sorted(was))]
    return update(t.dispatch).where(*same).values({name: bindparam(name) for name in columns})


_FIND = select(t.dispatch).where(t.dispatch.c.id == bindparam("dispatch"))


def note_arrival(tx: Connection, dispatch_id: UUID, available_at: datetime | None, code: str) -> None:
    """When it became available in the mailbox (by law arrived), or was handed to the postal service; or came back."""
    values = {"code": code or None, **({"available_at": available_at} if available_at else {})}
    tx.execute(update(t.dispatch).where(t.dispatch.c.id == dispatch_id).values(**values))


def _letters(tx: Connection, ids: Sequence[UUID]) -> list[Letter]:
    return [letter_from(row) for row in tx.execute(select(t.letter).where(t.letter.c.id.in_(ids)))]


def _enter(
    tx: Connection,
    closed: LedgerConsignment,
    members: Sequence[tuple[UUID, Letter]],
    envelopes: Mapping[UUID, str],
    **known: Any,
) -> None:
    rows = [
        {
            "id": dispatch_id,
            "letter_id": one.id,
            "consignment_id": closed.id,
            "channel": closed.channel,
            "provider": closed.provider,
            "kind": "letter",
            "outcome": Outcome.OPEN,
            "created_at": closed.closed_at,
            "envelope": envelopes.get(one.id),
            **known,
        }
        for dispatch_id, one in members
    ]
    tx.execute(insert(t.dispatch), rows)
    for dispatch_id, one in members:
        moves.about(tx, dispatch_id, one.id, closed.id, closed.provider)


def _claimed(tx: Connection, consignment_id: UUID, token: str) -> bool:
    row = t.consignment.c
    wanted = select(row.id).where(row.id == consignment_id, row.claim_token == token).with_for_update()
    return tx.execute(wanted).one_or_none() is not None


def _end(
    tx: Connection, consignment_id: UUID, due_at: datetime | None = None, token: str | None = None, **changes: Any
) -> None:
    """End the claim on it (where it is still `token`'s, if given)."""
    row = t.consignment.c
    values = {"claim_token": None, "claimed_until": None, "due_at": due_at, **changes}
    mine = update(t.consignment).where(row.id == consignment_id)
    tx.execute((mine if token is None else mine.where(row.claim_token == token)).values(**values))


def _free(tx: Connection, members: Sequence[Member], code: str, by: str, due_at: datetime) -> None:
    for member in members:
        settle_dispatch(tx, member.dispatch.id, Outcome.VOID, UNSETTLED, code=code)
        since = member.letter.waiting_since or clock.now()
        tries = member.letter.tries + 1
        move(tx, member.letter, Status.ROUTED, code, by, due_at=due_at, tries=tries, waiting_since=since)


def _free_unbegun(tx: Connection, consignment_id: UUID, members: Sequence[Member]) -> None:
    for member in (m for m in members if m.dispatch.outcome is Outcome.OPEN):
        settle_dispatch(tx, member.dispatch.id, Outcome.VOID, UNSETTLED, code="never-begun")
        move(tx, member.letter, Status.ROUTED, "never-begun", "worker", due_at=clock.now())
    _end(tx, consignment_id)


def _bury(tx: Connection, consignment_id: UUID, members: Sequence[Member], deaths_alone: int) -> None:
    """Its worker died before it was begun: the deaths stay counted, and too many of them are shown to a person."""
    for member in (m for m in members if m.dispatch.outcome is Outcome.OPEN):
        settle_dispatch(tx, member.dispatch.id, Outcome.VOID, UNSETTLED, code="never-begun")
        deaths = member.letter.deaths
        if deaths > deaths_alone:
            hold(tx, member.letter, "kills-its-worker", WaitsFor.OPERATIONS, "timer")
        else:
            move(tx, member.letter, Status.ROUTED, "never-begun", "timer", due_at=clock.now(), deaths=deaths)
    _end(tx, consignment_id)


def unsettled(tx: Connection, consignment_id: UUID) -> bool:
    """Is a letter of it still SENDING with a dispatch that is open or in doubt?"""
    return tx.execute(_UNSETTLED, {"consignment": consignment_id}).first() is not None


_UNSETTLED = (
    select(t.dispatch.c.id)
    .join(t.letter, t.letter.c.id == t.dispatch.c.letter_id)
    .where(
        t.dispatch.c.consignment_id == bindparam("consignment"),
        t.dispatch.c.outcome.in_(sorted(UNSETTLED)),
        t.letter.c.status == Status.SENDING,
    )
    .limit(1)
)


def any_live(tx: Connection, letter_id: UUID) -> bool:
    """Is a dispatch of this letter live?"""
    d = t.dispatch.c
    live = exists().where(d.letter_id == letter_id, d.kind == "letter", d.outcome.in_(list(LIVE)))
    return bool(tx.execute(select(live)).scalar())
