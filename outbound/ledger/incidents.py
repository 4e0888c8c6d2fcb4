"""What must never happen and did, shown to a person with both tries."""

from uuid import UUID

from sqlalchemy import Connection, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new


def report(tx: Connection, letter_id: UUID, code: str, dispatch_id: UUID, other: UUID | None = None) -> bool:
    """Write an incident once; False where it is known."""
    row = {"letter_id": letter_id, "code": code, "dispatch_id": dispatch_id, "other_dispatch_id": other}
    return insert_new(tx, t.incident, {**row, "at": clock.now()})


def department(tx: Connection, incident_id: int) -> str | None:
    """Of its letter, or None where there is no incident of that number."""
    wanted = select(t.letter.c.department).join(t.incident, t.incident.c.letter_id == t.letter.c.id)
    return tx.execute(wanted.where(t.incident.c.id == incident_id)).scalar_one_or_none()


def close(tx: Connection, incident_id: int) -> UUID | None:
    """Somebody has seen to it; its letter, or None where no incident of that number is open."""
    i = t.incident.c
    change = update(t.incident).where(i.id == incident_id, i.closed_at.is_(None)).values(closed_at=clock.now())
    return tx.execute(change.returning(i.letter_id)).scalar_one_or_none()


def reopen(tx: Connection, incident_id: int) -> UUID | None:
    """It was not seen to after all; its letter, or None where no incident of that number is closed."""
    i = t.incident.c
    change = update(t.incident).where(i.id == incident_id, i.closed_at.is_not(None)).values(closed_at=None)
    return tx.execute(change.returning(i.letter_id)).scalar_one_or_none()
