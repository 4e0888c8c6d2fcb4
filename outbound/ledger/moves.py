"""The log of moves: one line for each, written after its commit and never before. Codes and ids, and no names.

Beside the letter's own facts a line names the dispatch that its transaction dealt with, where it did.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from outbound import logs
from outbound.reserved import ROUTER

log = logging.getLogger("outbound.moves")
MOVED, ABOUT = "outbound.moves", "outbound.moves.about"
NAMES = ("system", "department", "letter_type", "lane", "channel", "correlation", "mailing_id")


def note(tx: Connection, one: Any, was: str | None, now: str, code: str, by: str, **changes: Any) -> None:
    """A move in this transaction; `one` is a letter as it was, or the row of a new one."""
    facts = one if isinstance(one, Mapping) else {name: getattr(one, name) for name in ("id", *NAMES)}
    known = {name: changes.get(name, facts.get(name)) for name in NAMES}
    move = {"letter": facts["id"], "was": was, "now": now, "code": code, "by": _kind(by, facts["system"]), **known}
    tx.info.setdefault(MOVED, []).append(move)


def about(tx: Connection, dispatch: UUID, letter: UUID, consignment: UUID, provider: str) -> None:
    """This transaction deals with a dispatch of this letter."""
    tx.info.setdefault(ABOUT, {})[letter] = {"dispatch": dispatch, "consignment": consignment, "provider": provider}


def taken(tx: Connection) -> list[dict[str, Any]]:
    """The moves of this transaction, to be told once it is committed."""
    dealt = tx.info.get(ABOUT, {})
    return [{**move, **dealt.get(move["letter"], {})} for move in tx.info.get(MOVED, ())]


def forget(tx: Connection) -> None:
    """The connection may serve another transaction."""
    tx.info.pop(MOVED, None)
    tx.info.pop(ABOUT, None)


def tell(moves: Sequence[Mapping[str, Any]]) -> None:
    """They are committed."""
    for move in moves:
        logs.told(log, "moved", move)


def _kind(by: str, system: str) -> str:
    """Who moved it, without a name: part of the router, its system, or a person."""
    if by in ROUTER:
        return by
    return "system" if by == system else "person"
