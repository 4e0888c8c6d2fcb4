"""Which letters are lost: accepted, not at rest, not HELD, and nothing will ever bring anybody to them. To be none.

Counted from the ledger alone. The rule, state by state, stands in docs/measures.md ("Lost"); each part of it has a code
of its own, so that whoever sees the number also sees what is wrong with each letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    not_,
    or_,
    select,
    text,
    union_all,
)

from outbound import clock, standing
from outbound.delivery.closing import class_closings
from outbound.delivery.house import receipt_deadline
from outbound.delivery.recover import held_back
from outbound.flow import Key, rates
from outbound.ledger import tables as t
from outbound.ledger.values import CLAIMS, Letter, Step, letter_from
from outbound.letter import Channel
from outbound.life import LIVE, RESTING, Outcome, Status
from outbound.settings import Settings
from outbound.standing import Stage, Stops

SOON = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=1, hours=1)
"""No letter is given a time farther off than this but for its run, its sender's day or its receipt: a supplier may ask
for a day at most (`delivery.house.LONGEST_TOLD`)."""
BEFORE_SENDING = tuple(CLAIMS.values())


class Loss(StrEnum):
    """What is wrong with a lost letter."""

    NO_TIME = "no-time"
    UNKNOWN_TIME = "unknown-time"
    STANDS = "stands"
    DEAD_CLAIM = "dead-claim"
    NO_QUESTION = "no-question"
    DOUBT_OVERDUE = "doubt-overdue"
    NO_DEADLINE = "no-deadline"
    OVERDUE = "overdue"
    ILLEGAL = "illegal-pair"


@dataclass(frozen=True, slots=True)
class Lost:
    """A lost letter."""

    letter: Letter
    loss: Loss


def count_lost(
    tx: Connection, settings: Settings, paces: Mapping[Key, float] | None = None, stops: Stops | None = None
) -> dict[Loss, int]:
    """How many letters are lost, by what is wrong with them. `paces`, `stops`: of the same snapshot, where at hand."""
    paces, stops = rates(tx) if paces is None else paces, standing.stopped(tx) if stops is None else stops
    found = _moving(settings, paces, stops)
    counts = select(found.c.loss, func.count()).where(found.c.loss.is_not(None)).group_by(found.c.loss)
    by_loss = {Loss(loss): count for loss, count in tx.execute(counts)}
    if at_rest := int(tx.execute(select(func.count()).select_from(_at_rest().subquery())).scalar_one()):
        by_loss[Loss.ILLEGAL] = by_loss.get(Loss.ILLEGAL, 0) + at_rest
    return by_loss


def lost_letters(tx: Connection, settings: Settings, after: UUID | None, limit: int) -> list[Lost]:
    """A page of them, in the order of their ids, from the one after `after`."""
    moving = _moving(settings, rates(tx), standing.stopped(tx), _after(after))
    lost = select(moving.c.id, moving.c.loss).where(moving.c.loss.is_not(None)).order_by(moving.c.id).limit(limit)
    found = {row.id: row.loss for row in tx.execute(lost)}
    found |= dict.fromkeys(tx.execute(_at_rest().where(_after(after)).limit(limit)).scalars(), Loss.ILLEGAL)
    ids = sorted(found)[:limit]
    letters = tx.execute(select(t.letter).where(t.letter.c.id.in_(ids)).order_by(t.letter.c.id))
    return [Lost(letter_from(row), Loss(found[row.id])) for row in letters]


def loss_of(tx: Connection, settings: Settings, letter_id: UUID) -> Loss | None:
    """What is wrong with this letter; None where it is not lost."""
    moving = _moving(settings, rates(tx), standing.stopped(tx), t.letter.c.id == letter_id)
    found = tx.execute(select(moving.c.loss)).scalar_one_or_none()
    return Loss(found) if found else None


def _after(after: UUID | None) -> Any:
    return t.letter.c.id > after if after is not None else t.letter.c.id.is_not(None)


def _moving(settings: Settings, paces: Mapping[Key, float], stops: Stops, *which: ColumnElement[bool]) -> CTE:
    """The letters not at rest (and of these alone), each with the code of what is wrong with it, or null.

    Found by their states alone, whatever is asked of them then: else PostgreSQL reads every letter in the order of ids.
    """
    row, d, c = t.letter.c, t.dispatch.c, t.consignment.c
    live = and_(d.letter_id == row.id, d.kind == "letter", d.outcome.in_(sorted(LIVE)))
    tried = t.letter.outerjoin(t.dispatch, live)
    handed_over = tried.outerjoin(t.consignment, c.id == d.consignment_id)  # the claim of what is SENDING lies there
    others = [status for status in Status if status not in {*RESTING, Status.SENDING}]
    waiting = select(row.id, _loss(settings, paces, stops).label("loss")).select_from(tried)
    sending = select(row.id, _loss_of_sending().label("loss")).select_from(handed_over)
    found = waiting.where(row.status.in_(others), *which), sending.where(row.status == Status.SENDING, *which)
    return union_all(*found).cte("moving").prefix_with("MATERIALIZED", dialect="postgresql")


def _at_rest() -> Select[Any]:
    """Letters at rest with a dispatch that is open or in doubt; those are few, and have an index of their own."""
    d, row = t.dispatch.c, t.letter.c
    wanted = select(row.id).join(t.dispatch, d.letter_id == row.id).where(d.kind == "letter", text(t.UNSETTLED))
    return wanted.where(row.status.in_(sorted(RESTING))).order_by(row.id)


def _loss(settings: Settings, paces: Mapping[Key, float], stops: Stops) -> ColumnElement[str]:
    """The code of what is wrong with a letter that is not SENDING, or null."""
    row, now = t.letter.c, clock.now()
    before, unclaimed = row.status.in_(BEFORE_SENDING), row.claim_token.is_(None)
    sent, past = row.status == Status.SENT, now - SOON
    return case(
        (_illegal(), Loss.ILLEGAL),
        (and_(before, not_(unclaimed), _is_past(row.claimed_until, past)), Loss.DEAD_CLAIM),
        (and_(before, unclaimed, row.due_at.is_(None)), Loss.NO_TIME),
        (and_(before, unclaimed, _too_far(settings, now)), Loss.UNKNOWN_TIME),
        (and_(before, unclaimed, row.due_at <= past, not_(_explained(paces, stops))), Loss.STANDS),
        (and_(sent, row.due_at.is_(None)), Loss.NO_DEADLINE),
        (and_(sent, row.due_at <= past, not_(held_back())), Loss.OVERDUE),
        (and_(sent, _beyond_receipts(settings)), Loss.UNKNOWN_TIME),
        else_=None,
    )


def _illegal() -> ColumnElement[bool]:
    """A pair of state and live dispatch that `life.LEGAL` does not have."""
    status, outcome = t.letter.c.status, t.dispatch.c.outcome
    return or_(
        and_(status.in_(BEFORE_SENDING), outcome.is_not(None)),
        and_(status == Status.SENDING, or_(outcome.is_(None), outcome == Outcome.TAKEN)),
        and_(status == Status.SENT, or_(outcome.is_(None), outcome != Outcome.TAKEN)),
        and_(status == Status.HELD, outcome == Outcome.OPEN),
    )


def _loss_of_sending() -> ColumnElement[str]:
    """A consignment is taken up by its claim (which ends) or by its next question, and by nothing else."""
    c, past = t.consignment.c, clock.now() - SOON
    unclaimed = c.claim_token.is_(None)
    return case(
        (_illegal(), Loss.ILLEGAL),
        (and_(c.claim_token.is_not(None), _is_past(c.claimed_until, past)), Loss.DEAD_CLAIM),
        (and_(unclaimed, c.due_at.is_(None)), Loss.NO_QUESTION),
        (and_(unclaimed, c.due_at <= past, c.deadline_at <= past), Loss.DOUBT_OVERDUE),
        else_=None,
    )


def _is_past(moment: Any, past: datetime) -> ColumnElement[bool]:
    return or_(moment.is_(None), moment <= past)


def _too_far(settings: Settings, now: datetime) -> ColumnElement[bool]:
    """A time that no rule gives: beyond the next run of whichever class, and no day of the sender's."""
    row = t.letter.c
    farthest = max(now + LONGEST_WAIT, *class_closings(settings).values())
    senders = func.coalesce(row.not_before, clock.today()) > clock.today()
    return and_(row.due_at > farthest, not_(senders))


def _beyond_receipts(settings: Settings) -> ColumnElement[bool]:
    row = t.letter.c
    ends = {channel: receipt_deadline(settings, channel) + SOON for channel in (Channel.DIGITAL, Channel.PRINT)}
    return or_(*(and_(row.channel == channel, row.due_at > end) for channel, end in ends.items()))


def _explained(paces: Mapping[Key, float], stops: Stops) -> ColumnElement[bool]:
    """Due for long, and for a reason: a pause that fits, a channel that is away, or a backlog that drains."""
    row, channels = t.letter.c, sorted({*stops.by("channel"), *stops.away})
    return or_(stops.hold(), and_(row.status == Status.ROUTED, row.channel.in_(channels)), *_draining(paces))


def _draining(paces: Mapping[Key, float]) -> list[ColumnElement[bool]]:
    row, steps = t.letter.c, {Stage(step): status for step, status in CLAIMS.items()}
    found: list[ColumnElement[bool]] = []
    for (stage, lane, channel), pace in paces.items():
        if pace and stage in steps:
            by_channel = [row.channel == channel] if steps[stage] == CLAIMS[Step.SEND] else []
            found.append(and_(row.status == steps[stage], row.lane == lane, *by_channel))
    return found
