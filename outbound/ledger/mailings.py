"""Mailings (masseforsendelser): letters of one system that belong together and go in the mailing lane."""

from uuid import UUID

from sqlalchemy import Connection, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.letter import Mailing


def open_mailing(tx: Connection, wanted: Mailing) -> Mailing:
    """The mailing under this system's reference: `wanted` where the reference is new, else the first one's."""
    row = {name: getattr(wanted, name) for name in ("id", "system", "reference", "department", "title")}
    if insert_new(tx, t.mailing, {**row, "created_at": clock.now()}):
        return wanted
    m = t.mailing.c
    found = select(t.mailing).where(m.system == wanted.system, m.reference == wanted.reference)
    return _from(tx.execute(found).one())


def mailing(tx: Connection, mailing_id: UUID) -> Mailing | None:
    """The mailing, or None where there is none."""
    row = tx.execute(select(t.mailing).where(t.mailing.c.id == mailing_id)).one_or_none()
    return _from(row) if row else None


def _from(row: object) -> Mailing:
    names = ("id", "system", "reference", "department", "title")
    return Mailing(**{name: getattr(row, name) for name in names})
