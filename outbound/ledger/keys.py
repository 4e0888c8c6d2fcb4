"""Keys of the specialist systems: digests only. Whoever reads the ledger learns no key."""

from sqlalchemy import Connection, insert, select, update

from outbound import clock
from outbound.ledger import tables as t

Transaction = Connection
"""For whoever hands a transaction on without a word of SQL of its own."""


def add(tx: Connection, digest: str, system: str) -> None:
    """Let the key with this digest speak for `system`. A system may have more than one while it changes keys."""
    tx.execute(insert(t.system_key).values(digest=digest, system=system, created_at=clock.now()))


def system_of(tx: Connection, digest: str) -> str | None:
    """Whose key it is; None where there is no such key, or it is revoked."""
    row = t.system_key.c
    wanted = select(row.digest, row.system).where(row.digest == digest, row.revoked_at.is_(None))
    found = tx.execute(wanted).one_or_none()
    return found.system if found else None


def revoke(tx: Connection, system: str, digest: str | None = None) -> int:
    """End one key of `system`, or all of them; how many that were."""
    row = t.system_key.c
    change = update(t.system_key).where(row.system == system, row.revoked_at.is_(None))
    if digest is not None:
        change = change.where(row.digest == digest)
    return tx.execute(change.values(revoked_at=clock.now())).rowcount
