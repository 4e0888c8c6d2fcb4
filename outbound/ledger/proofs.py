"""Proof runs in the ledger: invented letters that a printer prints for us to look at, and never posts.

They are no letters of anybody's and stand in tables of their own: so they cost nothing and count in no figure.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import News, Receipt
from outbound.life import Outcome

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProofLetter:
    """An invented letter; `told` is the printer's last news of it. Field for field the table `proof_letter`."""

    id: UUID
    run_id: UUID
    letter_type: str
    told: News | None
    code: str | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProofRun:
    """A proof run. `posted_at`: the printer says that it posted something of it, which must never happen."""

    id: UUID
    provider: str
    letters: int
    pages: int
    sheets: int
    by: str
    at: datetime
    outcome: Outcome
    code: str | None
    told: News | None
    told_at: datetime | None
    posted_at: datetime | None


def write(tx: Connection, run: ProofRun, letters: Mapping[UUID, str]) -> None:
    """Write down a proof run before its first byte leaves. `letters`: the id of each print job to its letter type."""
    tx.execute(insert(t.proof_run).values(**{one.name: getattr(run, one.name) for one in fields(ProofRun)}))
    tx.execute(
        insert(t.proof_letter),
        [{"id": job, "run_id": run.id, "letter_type": letter_type} for job, letter_type in letters.items()],
    )


def ended(tx: Connection, run_id: UUID, outcome: Outcome, code: str = "") -> None:
    """How the hand-over ended."""
    tx.execute(update(t.proof_run).where(t.proof_run.c.id == run_id).values(outcome=outcome, code=code[:80] or None))


def newest(tx: Connection, limit: int) -> list[ProofRun]:
    """Proof runs, the newest first."""
    p = t.proof_run.c
    return [_run_from(row) for row in tx.execute(select(t.proof_run).order_by(p.at.desc(), p.id).limit(limit))]


def proof(tx: Connection, run_id: UUID) -> tuple[ProofRun, Sequence[ProofLetter]] | None:
    """A proof run with its letters."""
    row = tx.execute(select(t.proof_run).where(t.proof_run.c.id == run_id)).one_or_none()
    if row is None:
        return None
    wanted = select(t.proof_letter).where(t.proof_letter.c.run_id == run_id).order_by(t.proof_letter.c.letter_type)
    return _run_from(row), [_letter_from(one) for one in tx.execute(wanted)]


def count_posted(tx: Connection) -> int:
    """How many proof runs were posted."""
    wanted = select(func.count()).select_from(t.proof_run).where(t.proof_run.c.posted_at.is_not(None))
    return int(tx.execute(wanted).scalar_one())


def heard_of_letter(tx: Connection, receipt: Receipt) -> bool:
    """News of one letter of a proof run; False where it is of none."""
    p = t.proof_letter.c
    change = update(t.proof_letter).where(p.id == receipt.dispatch)
    values = {"told": receipt.news, "code": receipt.code[:80] or None, "told_at": clock.now()}
    run_id = tx.execute(change.values(**values).returning(p.run_id)).scalar_one_or_none()
    if run_id is not None and receipt.news in (News.DELIVERED, News.RETURNED):
        _posted(tx, run_id)
    return run_id is not None


def heard_of_run(tx: Connection, receipt: Receipt) -> bool:
    """News of a proof run as a whole; False where it is no proof run's."""
    change = update(t.proof_run).where(t.proof_run.c.id == receipt.consignment)
    values: dict[str, Any] = {"told": receipt.news, "told_at": clock.now()}
    if receipt.code and receipt.news in (News.REFUSED, News.TRY_AGAIN):
        values["code"] = receipt.code[:80]
    if tx.execute(change.values(**values)).rowcount == 0:
        return False
    if receipt.consignment and receipt.news in (News.DELIVERED, News.RETURNED):
        _posted(tx, receipt.consignment)
    return True


def _posted(tx: Connection, run_id: UUID) -> None:
    log.error("The printer says that it posted something of the proof run %s, which is never to be posted.", run_id)
    p = t.proof_run.c
    tx.execute(update(t.proof_run).where(p.id == run_id, p.posted_at.is_(None)).values(posted_at=clock.now()))


def _run_from(row: Any) -> ProofRun:
    values = {one.name: getattr(row, one.name) for one in fields(ProofRun)}
    return ProofRun(**{**values, "outcome": Outcome(row.outcome), "told": News(row.told) if row.told else None})


def _letter_from(row: Any) -> ProofLetter:
    values = {one.name: getattr(row, one.name) for one in fields(ProofLetter)}
    return ProofLetter(**{**values, "told": News(row.told) if row.told else None})
