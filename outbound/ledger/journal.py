"""The system's word that it has journalised the copy of a letter: retention counts from here."""

from uuid import UUID

from sqlalchemy import Connection, update

from outbound import clock
from outbound.ledger import tables as t


def journalise(tx: Connection, letter_id: UUID) -> bool:
    """Note it, once: the first time stands. It moves nothing, and no worker comes too late by it."""
    row = t.letter.c
    first = update(t.letter).where(row.id == letter_id, row.journalised_at.is_(None))
    return tx.execute(first.values(journalised_at=clock.now())).rowcount == 1
