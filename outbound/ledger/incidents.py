"""What must never happen and did, shown to a person with both tries."""

from uuid import UUID

from sqlalchemy import Connection

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new


def report(tx: Connection, letter_id: UUID, code: str, dispatch_id: UUID, other: UUID | None = None) -> bool:
    """Write an incident once; False where it is known."""
    row = {"letter_id": letter_id, "code": code, "dispatch_id": dispatch_id, "other_dispatch_id": other}
    return insert_new(tx, t.incident, {**row, "at": clock.now()})
