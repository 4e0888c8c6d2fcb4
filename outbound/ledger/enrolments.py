"""What the enrolment register answered lately, by the recipient's keyed fingerprint. An unknown is no answer.

A refusal withdraws what was kept: the row then says when, so that a look-up begun before it cannot bring the old answer
back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import Mailbox


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and when its look-up began."""

    mailbox: Mailbox
    looked_up_at: datetime


def kept(tx: Connection, keys: Collection[str]) -> dict[str, Kept]:
    """What is kept of these recipients; the others are absent."""
    row = t.enrolment.c
    wanted = select(t.enrolment).where(row.recipient_key.in_(list(keys)), row.mailbox.is_not(None))
    return {one.recipient_key: Kept(Mailbox(one.mailbox), one.looked_up_at) for one in tx.execute(wanted)}


def keep(tx: Connection, answers: Mapping[str, Mailbox], looked_up_at: datetime) -> None:
    """Keep the answers of a look-up that began then, unless something newer is kept or withdrawn."""
    rows = [
        {"recipient_key": key, "mailbox": mailbox, "looked_up_at": looked_up_at}
        for key, mailbox in sorted(answers.items())  # one order for everybody: two look-ups wait for each other in it
        if mailbox is not Mailbox.UNKNOWN
    ]
    if rows:
        tx.execute(_newest(tx.dialect.name), rows)


def withdraw(tx: Connection, key: str) -> None:
    """A refusal says otherwise than what is kept: nothing that was looked up before now counts."""
    tx.execute(_newest(tx.dialect.name), {"recipient_key": key, "mailbox": None, "looked_up_at": clock.now()})


def forget(tx: Connection, before: datetime) -> int:
    """Delete what was looked up before that moment; how much it was."""
    return tx.execute(delete(t.enrolment).where(t.enrolment.c.looked_up_at < before)).rowcount


@cache
def _newest(dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(t.enrolment)
    statement: Executable = new.on_conflict_do_update(
        index_elements=[t.enrolment.c.recipient_key],
        set_={"mailbox": new.excluded.mailbox, "looked_up_at": new.excluded.looked_up_at},
        where=t.enrolment.c.looked_up_at < new.excluded.looked_up_at,
    )
    return statement
