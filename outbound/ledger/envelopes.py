"""Letters that share an envelope: which they are, in their order, the one on top first.

`dispatch.envelope_of` names the dispatch of the letter on top; that one's own is null, as is that of a letter alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from outbound.ledger import tables as t
from outbound.ledger.letters import locked
from outbound.ledger.sending import Member, members_from
from outbound.ledger.values import LedgerDispatch
from outbound.letter import Channel
from outbound.life import LIVE
from outbound.shares import Share


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A dispatch in a shared envelope: the envelope's format, and the dispatch on top; None for that one itself."""

    dispatch: UUID
    envelope: str
    envelope_of: UUID | None


def wrap(tx: Connection, wrapped: Iterable[Wrapped]) -> None:
    """Write down what goes in one envelope. For dispatches just closed, in the transaction that closed them."""
    rows = [{"wrapped": one.dispatch, "envelope": one.envelope, "envelope_of": one.envelope_of} for one in wrapped]
    if rows:
        tx.execute(_WRAP, rows)


def in_envelope(tx: Connection, found: LedgerDispatch) -> list[Member]:
    """The letters that went with this one, itself included, in the order of their ids; none where it went alone.

    Those that were given up since are among them: look at each one's outcome.
    """
    rows = _rows(tx, found)
    return members_from(tx, rows) if len(rows) > 1 else []


def lock(tx: Connection, found: LedgerDispatch) -> None:
    """Nobody else may change the letters of its envelope until this transaction ends: locked in the order of their ids,
    as everybody locks letters. One that goes alone is left to whoever changes it."""
    rows = _rows(tx, found)
    for row in rows if len(rows) > 1 else ():
        locked(tx, row.letter_id)


def share_of(tx: Connection, found: LedgerDispatch) -> Share | None:
    """Its share of the envelope as it stands: of the letters in it that have not been given up. None: it is alone."""
    return share_among(in_envelope(tx, found), found.id)


def share_among(members: Sequence[Member], dispatch_id: UUID) -> Share | None:
    """The same, of letters that are known."""
    live = [one for one in members if one.dispatch.outcome in LIVE]
    places = [one.dispatch.id for one in live]
    if len(live) < 2 or dispatch_id not in places:
        return None
    return Share(tuple(max(one.letter.sheets or 1, 1) for one in live), places.index(dispatch_id) + 1)


def _rows(tx: Connection, found: LedgerDispatch) -> Sequence[Row[Any]]:
    """The dispatches of its envelope. Only paper has one."""
    if found.channel is not Channel.PRINT:
        return ()
    return tx.execute(_OF_ENVELOPE, {"top": found.envelope_of or found.id}).all()


_D = t.dispatch.c
_WRAP = (
    update(t.dispatch)
    .where(_D.id == bindparam("wrapped"))
    .values(envelope=bindparam("envelope"), envelope_of=bindparam("envelope_of"))
)
_OF_ENVELOPE = (
    select(t.dispatch).where(or_(_D.id == bindparam("top"), _D.envelope_of == bindparam("top"))).order_by(_D.letter_id)
)
