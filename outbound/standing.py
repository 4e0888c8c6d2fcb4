"""How things stand now: the queues and their oldest letter, what waits for whom, pauses, doubts. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, not_, or_, select, text

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.inbox import ASIDE, LOOSE
from outbound.ledger.values import CLAIMS, Letter, letter_from
from outbound.letter import Channel, Lane, WaitsFor
from outbound.life import RESTING, UNSETTLED, Outcome, Status
from outbound.story import Incident, incident_from


class Stage(StrEnum):
    """Where a letter stands on its way out: before one of the steps, in the last of them, or at the supplier's."""

    RENDER = "render"
    ROUTE = "route"
    SEND = "send"
    HAND_OVER = "hand-over"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """One queue: due now, for later (a day, a run, a new try, the end of a pause of system, type or mailing), in a
    worker's hands; since when its oldest is due.

    Of letters being handed over, those in doubt are due a question now or later, and the oldest is SENDING since.
    """

    step: Stage
    lane: Lane
    channel: Channel | None
    due: int
    later: int
    in_hand: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class HeldStanding:
    """So many letters are HELD for this reason and wait for these people, the oldest since then."""

    code: str
    waits_for: WaitsFor
    letters: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Letters of this channel, system, type or mailing stand still. The why lies sealed under the act's id."""

    scope: str
    key: str
    by: str
    since: datetime
    act: UUID | None


@dataclass(frozen=True, slots=True)
class Breaker:
    """A channel that failed, and when it is tried again."""

    channel: Channel
    failures: int
    open_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stops:
    """All that stands still, and the channels that are away; read once for all who ask of the same snapshot."""

    pauses: tuple[Pause, ...]
    breakers: tuple[Breaker, ...]

    def __bool__(self) -> bool:
        return bool(self.pauses or self.breakers)

    def by(self, scope: str) -> dict[str, str]:
        """The keys of this scope that are paused, and by whom."""
        return {one.key: one.by for one in self.pauses if one.scope == scope}

    @property
    def away(self) -> frozenset[Channel]:
        """The channels whose last call failed."""
        return frozenset(one.channel for one in self.breakers)

    def hold(self) -> ColumnElement[bool]:
        """Of a letter: a pause of its system, type or mailing holds it. With the pauses written in, and not asked for
        again at every letter, as `letters.not_paused` does for claims."""
        row = t.letter.c
        mailings = [UUID(hex=key) for key in self.by("mailing")]
        paused = ((row.system, self.by("system")), (row.letter_type, self.by("type")), (row.mailing_id, mailings))
        held = [func.coalesce(column.in_(list(keys)), false()) for column, keys in paused if keys]
        return or_(false(), *held)


@dataclass(frozen=True, slots=True)
class LooseReceipt:
    """A receipt that matches no dispatch of ours, or that cannot be read. Its body is sealed."""

    row: int
    provider: str
    state: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A consignment with letters that may have been taken."""

    id: UUID
    channel: Channel
    provider: str
    letters: int
    called_at: datetime | None
    next_question: datetime | None
    deadline: datetime | None


def states(tx: Connection) -> dict[Status, int]:
    """How many letters are in each state; the absent ones are none."""
    row = t.letter.c
    found = tx.execute(select(row.status, func.count()).group_by(row.status))
    return {Status(status): count for status, count in found}


def moving_states(tx: Connection) -> dict[Status, int]:
    """How many letters are in each state on their way, HELD included. Those at rest are all the others, and many."""
    row, moving = t.letter.c, [status for status in Status if status not in RESTING]
    found = tx.execute(select(row.status, func.count()).where(row.status.in_(moving)).group_by(row.status))
    return dict.fromkeys(moving, 0) | {Status(status): count for status, count in found}


def states_bounded(tx: Connection, most: int) -> dict[Status, int]:
    """The same, and at most `most` of each state in which letters rest: millions do, and need not be counted."""
    row, found = t.letter.c, moving_states(tx)
    for status in RESTING:
        some = select(row.status).where(row.status == status).limit(most).subquery()
        found[status] = int(tx.execute(select(func.count()).select_from(some)).scalar_one())
    return found


def queues(tx: Connection, stops: Stops | None = None) -> list[QueueStanding]:
    """Every queue with something in it, in the order of the steps."""
    found = [*_waiting(tx, stopped(tx) if stops is None else stops), *_handed_over(tx)]
    order = list(Stage)
    return sorted(found, key=lambda one: (order.index(one.step), one.lane, one.channel or ""))


def _waiting(tx: Connection, stops: Stops) -> list[QueueStanding]:
    """Letters before a step that claims them."""
    row = t.letter.c
    due = and_(row.due_at <= clock.now(), not_(stops.hold()))
    since = case((due, func.coalesce(row.waiting_since, row.due_at)), else_=row.waiting_since)
    channel = case((row.status == Status.ROUTED, row.channel))
    wanted = (
        select(
            row.status,
            row.lane,
            channel.label("channel"),
            func.sum(case((row.claim_token.is_not(None), 0), (due, 1), else_=0)).label("due"),
            func.sum(case((row.claim_token.is_not(None), 1), else_=0)).label("in_hand"),
            func.count().label("letters"),
            func.min(since, type_=t.letter.c.due_at.type).label("oldest"),
        )
        .where(row.status.in_(list(CLAIMS.values())))
        .group_by(row.status, row.lane, channel)
    )
    stages = {status: Stage(step) for step, status in CLAIMS.items()}
    return [_queue(stages[Status(one.status)], one) for one in tx.execute(wanted)]


def _handed_over(tx: Connection) -> list[QueueStanding]:
    """Letters that are SENDING: in a worker's hands, or in doubt. Their claim lies on their consignment."""
    row, d, c = t.letter.c, t.dispatch.c, t.consignment.c
    live = and_(d.letter_id == row.id, d.kind == "letter", d.outcome.in_(sorted(UNSETTLED)))
    wanted = (
        select(
            row.lane,
            row.channel,
            func.sum(case((c.claim_token.is_not(None), 0), (c.due_at <= clock.now(), 1), else_=0)).label("due"),
            func.sum(case((c.claim_token.is_not(None), 1), else_=0)).label("in_hand"),
            func.count().label("letters"),
            func.min(func.coalesce(c.closed_at, row.updated_at), type_=row.updated_at.type).label("oldest"),
        )
        .select_from(t.letter.outerjoin(t.dispatch, live).outerjoin(t.consignment, c.id == d.consignment_id))
        .where(row.status == Status.SENDING)
        .group_by(row.lane, row.channel)
    )
    return [_queue(Stage.HAND_OVER, one) for one in tx.execute(wanted)]


def held(tx: Connection) -> list[HeldStanding]:
    """What is HELD, by reason and whom it waits for; the most letters first."""
    row = t.letter.c
    wanted = (
        select(row.held_code, row.waits_for, func.count(), func.min(row.updated_at))
        .where(row.status == Status.HELD)
        .group_by(row.held_code, row.waits_for)
        .order_by(func.count().desc(), row.held_code)
    )
    return [HeldStanding(code or "", WaitsFor(who), count, oldest) for code, who, count, oldest in tx.execute(wanted)]


def held_letters(tx: Connection, code: str, waits_for: WaitsFor | None, after: UUID | None, limit: int) -> list[Letter]:
    """HELD letters for this reason, oldest first, from the one after `after`."""
    row = t.letter.c
    wanted = select(t.letter).where(row.status == Status.HELD, row.held_code == code)
    if waits_for is not None:
        wanted = wanted.where(row.waits_for == waits_for)
    return _page(tx, wanted, after, limit)


def oldest_held(tx: Connection) -> list[Letter]:
    """The oldest letter of each reason and each who is waited for, all in one question."""
    row = t.letter.c
    place = func.row_number().over(partition_by=(row.held_code, row.waits_for), order_by=row.id).label("place")
    held = select(row.id, place).where(row.status == Status.HELD).subquery()
    first = select(t.letter).join(held, held.c.id == row.id).where(held.c.place == 1)
    return [letter_from(one) for one in tx.execute(first)]


def still_held(tx: Connection, letters: Sequence[UUID], code: str, waits_for: WaitsFor) -> list[Letter]:
    """Those of these letters that are HELD for this reason, oldest first."""
    row = t.letter.c
    wanted = select(t.letter).where(row.id.in_(letters), row.status == Status.HELD)
    return _page(tx, wanted.where(row.held_code == code, row.waits_for == waits_for), None, len(letters))


def letters_in(tx: Connection, status: Status, after: UUID | None, limit: int) -> list[Letter]:
    """Letters in this state, oldest first, from the one after `after`."""
    return _page(tx, select(t.letter).where(t.letter.c.status == status), after, limit)


def pauses(tx: Connection) -> list[Pause]:
    """Everything that stands still, for the longest first."""
    p = t.pause.c
    rows = tx.execute(select(t.pause).order_by(p.since, p.scope, p.key))
    return [Pause(row.scope, row.key, row.by, row.since, row.act_id) for row in rows]


def stopped(tx: Connection) -> Stops:
    """Both at once."""
    return Stops(tuple(pauses(tx)), tuple(breakers(tx)))


def breakers(tx: Connection) -> list[Breaker]:
    """The channels whose last call failed."""
    s = t.channel_state.c
    rows = tx.execute(select(t.channel_state).where(s.failures > 0).order_by(s.channel))
    return [Breaker(Channel(row.channel), row.failures, row.open_until) for row in rows]


def open_incidents(tx: Connection, after: int, limit: int, departments: frozenset[str] | None = None) -> list[Incident]:
    """Incidents that nobody has closed, oldest first, from the one after `after`; of letters of these departments."""
    i = t.incident.c
    wanted = _incidents(departments).where(i.closed_at.is_(None), i.id > after).order_by(i.id).limit(limit)
    return [incident_from(row) for row in tx.execute(wanted)]


def _incidents(departments: frozenset[str] | None) -> Any:
    if departments is None:
        return select(t.incident)
    own = t.letter.c.department.in_(sorted(departments))
    return select(t.incident).join(t.letter, t.letter.c.id == t.incident.c.letter_id).where(own)


def count_incidents(tx: Connection) -> int:
    """How many incidents nobody has closed."""
    return int(tx.execute(select(func.count()).where(t.incident.c.closed_at.is_(None))).scalar_one())


def loose_receipts(tx: Connection, after: int, limit: int) -> list[LooseReceipt]:
    """Receipts that match nothing or cannot be read, oldest first, from the one after `after`."""
    r = t.receipt_inbox.c
    wanted = select(r.id, r.provider, r.state, r.arrived_at).where(_loose(), r.id > after).order_by(r.id).limit(limit)
    return [LooseReceipt(*row) for row in tx.execute(wanted)]


def count_loose_receipts(tx: Connection) -> int:
    """How many receipts match nothing or cannot be read."""
    return int(tx.execute(select(func.count()).select_from(t.receipt_inbox).where(_loose())).scalar_one())


def count_foreign_receipts(tx: Connection) -> int:
    """How many receipts of other systems than ours have come, ever."""
    wanted = select(func.count()).select_from(t.receipt_inbox).where(t.receipt_inbox.c.state == "foreign")
    return int(tx.execute(wanted).scalar_one())


@dataclass(frozen=True, slots=True)
class Unseen:
    """So many of something wait for a person, the oldest since then."""

    count: int
    oldest: datetime | None


def returns_unseen(tx: Connection) -> Unseen:
    """Letters that came back and that nobody has seen to."""
    row = t.letter.c
    return _unseen(tx, row.updated_at, text(t.CAME_BACK))


def unseen_returns(tx: Connection, after: UUID | None, limit: int) -> list[Letter]:
    """A page of them, oldest first, from the one after `after`."""
    return _page(tx, select(t.letter).where(text(t.CAME_BACK)), after, limit)


def receipts_overdue(tx: Connection) -> Unseen:
    """Letters that the supplier has, and whose receipt should have come by now; the timer will hold them."""
    row = t.letter.c
    return _unseen(tx, row.due_at, row.status == Status.SENT, row.due_at <= clock.now())


def receipts_loose(tx: Connection) -> Unseen:
    """Receipts that match nothing or cannot be read."""
    return _unseen(tx, t.receipt_inbox.c.arrived_at, _loose())


def in_doubt(tx: Connection) -> Unseen:
    """Dispatches in doubt, since the supplier was last called about the oldest."""
    d, c = t.dispatch.c, t.consignment.c
    since = func.coalesce(c.called_at, c.closed_at, type_=c.closed_at.type)
    wanted = select(func.count(), func.min(since, type_=c.closed_at.type))
    return Unseen(*tx.execute(wanted.join(t.dispatch, d.consignment_id == c.id).where(*_doubtful())).one())


def incidents_by_code(tx: Connection) -> dict[str, Unseen]:
    """Incidents that nobody has closed, by what happened."""
    i = t.incident.c
    wanted = select(i.code, func.count(), func.min(i.at)).where(i.closed_at.is_(None)).group_by(i.code).order_by(i.code)
    return {code: Unseen(count, oldest) for code, count, oldest in tx.execute(wanted)}


def _unseen(tx: Connection, moment: Any, *conditions: Any) -> Unseen:
    return Unseen(*tx.execute(select(func.count(), func.min(moment, type_=moment.type)).where(*conditions)).one())


def in_consignment(tx: Connection, consignment: UUID, after: UUID | None, limit: int) -> list[Letter]:
    """The letters of a consignment whose dispatch in it is in doubt, oldest first, from the one after `after`."""
    d = t.dispatch.c
    wanted = select(t.letter).join(t.dispatch, d.letter_id == t.letter.c.id)
    wanted = wanted.where(d.consignment_id == consignment, d.outcome == Outcome.DOUBT)
    return _page(tx, wanted, after, limit)


def closed_incidents(
    tx: Connection, before: int, limit: int, departments: frozenset[str] | None = None
) -> list[Incident]:
    """Incidents that somebody has closed, newest first, from the one before `before` (0: from the newest)."""
    i = t.incident.c
    wanted = _incidents(departments).where(i.closed_at.is_not(None))
    wanted = wanted.where(i.id < before) if before else wanted
    return [incident_from(row) for row in tx.execute(wanted.order_by(i.id.desc()).limit(limit))]


def receipts_aside(tx: Connection, before: int, limit: int) -> list[LooseReceipt]:
    """Receipts that somebody has put aside, newest first, from the one before `before` (0: from the newest)."""
    r = t.receipt_inbox.c
    wanted = select(r.id, r.provider, r.state, r.arrived_at).where(r.state == ASIDE)
    wanted = wanted.where(r.id < before) if before else wanted
    return [LooseReceipt(*row) for row in tx.execute(wanted.order_by(r.id.desc()).limit(limit))]


def doubts(tx: Connection, limit: int) -> list[Doubt]:
    """Consignments with dispatches in doubt, the oldest first."""
    c, d = t.consignment.c, t.dispatch.c
    wanted = (
        select(c.id, c.channel, c.provider, func.count(), c.called_at, c.due_at, c.deadline_at)
        .join(t.dispatch, d.consignment_id == c.id)
        .where(*_doubtful())
        .group_by(c.id, c.channel, c.provider, c.called_at, c.due_at, c.deadline_at)
        .order_by(c.called_at, c.id)
        .limit(limit)
    )
    return [Doubt(row[0], Channel(row[1]), *row[2:]) for row in tx.execute(wanted)]


def count_doubts(tx: Connection) -> int:
    """How many dispatches are in doubt."""
    return int(tx.execute(select(func.count()).select_from(t.dispatch).where(*_doubtful())).scalar_one())


def _doubtful() -> tuple[Any, Any]:
    """Of a dispatch; its small index is used only where its own condition is asked for too, to the letter."""
    return text(t.UNSETTLED), t.dispatch.c.outcome == Outcome.DOUBT


def _loose() -> Any:
    return t.receipt_inbox.c.state.in_(LOOSE)


def _page(tx: Connection, wanted: Any, after: UUID | None, limit: int) -> list[Letter]:
    row = t.letter.c
    if after is not None:
        wanted = wanted.where(row.id > after)
    found: Sequence[Any] = tx.execute(wanted.order_by(row.id).limit(limit)).all()
    return [letter_from(one) for one in found]


def _queue(step: Stage, row: Any) -> QueueStanding:
    later = row.letters - row.due - row.in_hand
    channel = Channel(row.channel) if row.channel else None
    return QueueStanding(step, Lane(row.lane), channel, row.due, later, row.in_hand, row.oldest)


def newest_ready_made(tx: Connection, system: str, most: int) -> list[tuple[UUID, str]]:
    """The newest finished PDFs of a system: letter and letter type."""
    asked = select(t.letter.c.id, t.letter.c.letter_type).where(t.letter.c.system == system, t.letter.c.ready_made)
    return [(row.id, row.letter_type) for row in tx.execute(asked.order_by(t.letter.c.id.desc()).limit(most))]
