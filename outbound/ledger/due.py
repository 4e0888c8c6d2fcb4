"""What is due, counted: the timer tops the tickets up from here."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import not_paused
from outbound.ledger.values import CLAIMS, Step
from outbound.letter import Channel, Lane


@dataclass(frozen=True, slots=True)
class Due:
    """So many letters are due for this step, lane and (sending only) channel."""

    step: Step
    lane: Lane
    channel: Channel | None
    letters: int


def letters_due(tx: Connection) -> list[Due]:
    """Every step with something to do now."""
    row, steps = t.letter.c, {status: step for step, status in CLAIMS.items()}
    wanted = (
        select(row.status, row.lane, row.channel, func.count().label("letters"))
        .where(row.status.in_(list(steps)), row.due_at <= clock.now(), row.claim_token.is_(None), not_paused())
        .group_by(row.status, row.lane, row.channel)
    )
    return [
        Due(
            steps[r.status],
            Lane(r.lane),
            Channel(r.channel) if r.channel and steps[r.status] is Step.SEND else None,
            r.letters,
        )
        for r in tx.execute(wanted)
    ]


def doubts_due(tx: Connection) -> list[Channel]:
    """The channels with a doubt that is due a question."""
    row = t.consignment.c
    wanted = select(row.channel).where(row.due_at <= clock.now(), row.claim_token.is_(None)).distinct()
    return [Channel(channel) for channel in tx.execute(wanted).scalars()]
