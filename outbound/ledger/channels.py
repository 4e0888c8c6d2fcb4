"""A channel's breaker and the pauses that people and faults put on."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.letter import Channel


def admit(tx: Connection, channel: Channel, probe_seconds: float) -> int | None:
    """How many letters may be claimed for sending now: None = as many as due, 1 = a probe, 0 = none.

    After a failure one probe at a time goes out; whoever wins the conditional update is the probe.
    """
    if paused(tx, "channel", channel):
        return 0
    state, now = t.channel_state.c, clock.now()
    row = tx.execute(select(state.failures, state.open_until).where(state.channel == channel)).one_or_none()
    if row is None or row.failures == 0:
        return None
    if row.open_until and row.open_until > now:
        return 0
    probe = update(t.channel_state).where(state.channel == channel, state.open_until == row.open_until)
    return int(tx.execute(probe.values(open_until=now + timedelta(seconds=probe_seconds))).rowcount == 1)


def probe_at(tx: Connection, channel: Channel, moment: datetime) -> None:
    """The last probe told nothing (there was no letter for it, or no answer): the next one at `moment`."""
    state = t.channel_state
    tx.execute(update(state).where(state.c.channel == channel, state.c.failures > 0).values(open_until=moment))


def failed(tx: Connection, channel: Channel, until: datetime, letters: Sequence[UUID] = ()) -> int:
    """The channel took nothing: closed until `until`. With `letters`, it was misconfigured for them.

    Returns how many different letters have met the misconfiguration since the channel last worked.
    """
    _ensure(tx, channel)
    row = tx.execute(_state(channel).with_for_update()).one()
    met = sorted({*json.loads(row.misconfigured), *(one.hex for one in letters)})[:10]
    values = {"failures": row.failures + 1, "open_until": until, "misconfigured": json.dumps(met)}
    tx.execute(update(t.channel_state).where(t.channel_state.c.channel == channel).values(**values))
    return len(met) if letters else 0


def failures(tx: Connection, channel: Channel) -> int:
    """Failures in a row, for the time to the next probe."""
    row = tx.execute(_state(channel)).one_or_none()
    return int(row.failures) if row else 0


def worked(tx: Connection, channel: Channel) -> None:
    """The channel answered: it is open."""
    tx.execute(_WORKED, {"which": channel})


_WORKED = (
    update(t.channel_state)
    .where(t.channel_state.c.channel == bindparam("which"), t.channel_state.c.failures > 0)
    .values(failures=0, open_until=None, misconfigured="[]")
)


def pause(tx: Connection, scope: str, key: str, by: str, act_id: UUID | None = None) -> bool:
    """Stop letters of this channel, system, type or mailing. False where they are stopped already."""
    row = {"scope": scope, "key": key, "by": by, "since": clock.now(), "act_id": act_id}
    return insert_new(tx, t.pause, row)


def resume(tx: Connection, scope: str, key: str) -> bool:
    """Let them go on, and close the breaker of a channel. False where there was no such pause."""
    if scope == "channel":
        worked(tx, Channel(key))
    return tx.execute(delete(t.pause).where(t.pause.c.scope == scope, t.pause.c.key == key)).rowcount == 1


def paused(tx: Connection, scope: str, key: str) -> bool:
    """Does such a pause stand?"""
    p = t.pause.c
    return bool(tx.execute(select(func.count()).where(p.scope == scope, p.key == key)).scalar())


def _state(channel: Channel):  # type: ignore[no-untyped-def]
    return select(t.channel_state).where(t.channel_state.c.channel == channel)


def _ensure(tx: Connection, channel: Channel) -> None:
    insert_new(tx, t.channel_state, {"channel": channel, "failures": 0, "open_until": None, "misconfigured": "[]"})
