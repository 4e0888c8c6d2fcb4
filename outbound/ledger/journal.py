"""The system's word that it has journalised the copy of a letter: retention counts from here."""

from uuid import UUID

from sqlalchemy import Connection, update

from outbound import clock
from outbound.ledger import tables as t


def journalise(tx: Connection, letter_id: UUID, month: str) -> bool:
    """Note it, once: the first time stands. It moves nothing, and no worker comes too late by it.

    `month` (YYYY-MM): the one at whose end the letter's content may go from now on.
    """
    row = t.letter.c
    first = update(t.letter).where(row.id == letter_id, row.journalised_at.is_(None))
    return tx.execute(first.values(journalised_at=clock.now(), retention_month=month)).rowcount == 1
