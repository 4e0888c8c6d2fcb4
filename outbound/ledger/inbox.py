"""The receipt inbox: what suppliers say, committed raw before anything is deleted or acknowledged there."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import Connection, select, update

from outbound import clock
from outbound.key_file import month_after
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.letter import RawReceipt
from outbound.seal import Part, Seal, SealFault

LONGEST_ID = 128  # characters
LOOSE = ("unmatched", "unreadable")
"""States of a receipt that a person is to see: it matches no dispatch of ours, or cannot be read."""
ASIDE, PAIRED = "aside", "paired"
"""What a person made of it."""


@dataclass(frozen=True, slots=True)
class InboxReceipt:
    """A receipt in the inbox, its body opened; `opens` is False where the seal did not give it up."""

    row: int
    owner: UUID
    tries: int
    raw: RawReceipt
    opens: bool = True


def keep(tx: Connection, seal: Seal, raw: RawReceipt, months: int) -> bool:
    """Keep a receipt as it came for so many months, once per provider's id. False where it is there already."""
    at, owner = clock.now(), uuid4()
    known_as = _kept_id(raw.id) if raw.id else seal.fingerprint_bytes("receipt", raw.body)
    row = {"owner": owner, "provider": raw.provider, "provider_id": known_as, "tries": 0}
    if not insert_new(tx, t.receipt_inbox, {**row, "state": "new", "due_at": at, "arrived_at": at}):
        return False
    seal.put(tx, owner, month_after(clock.danish_day(at), months), {"receipt": raw.body})
    return True


def _kept_id(provider_id: str) -> str:
    """As the provider wrote it, where a column can keep that; else its digest, so that one odd name stops no other."""
    if provider_id.isprintable() and len(provider_id) <= LONGEST_ID:
        return provider_id
    return f"sha256:{sha256(provider_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def some_new(tx: Connection, seal: Seal, limit: int) -> list[InboxReceipt]:
    """Up to `limit` receipts that are due, longest due first, opened. Whoever works one asks `still_new` first.

    One whose seal does not open says so; it stops no other.
    """
    row = t.receipt_inbox.c
    due = select(t.receipt_inbox).where(row.state == "new", row.due_at <= clock.now()).order_by(row.due_at, row.id)
    found = tx.execute(due.limit(limit)).all()
    parts = [Part(one.owner, "receipt") for one in found]
    opened = _open(tx, seal, parts)
    return [
        InboxReceipt(
            one.id,
            one.owner,
            one.tries,
            RawReceipt(one.provider, one.provider_id, opened.get(part, b"")),
            part in opened,
        )
        for one, part in zip(found, parts, strict=True)
    ]


def still_new(tx: Connection, receipt: InboxReceipt) -> bool:
    """Lock it for this transaction. False where somebody else has worked it meanwhile."""
    row = t.receipt_inbox.c
    mine = select(row.id).where(row.id == receipt.row, row.state == "new", row.tries == receipt.tries)
    return tx.execute(mine.with_for_update(skip_locked=True)).one_or_none() is not None


def loose(tx: Connection, row: int) -> InboxReceipt | None:
    """A receipt that waits for a person, unopened and locked for this transaction; None where it does not."""
    r = t.receipt_inbox.c
    wanted = select(t.receipt_inbox).where(r.id == row, r.state.in_((*LOOSE, ASIDE))).with_for_update()
    found = tx.execute(wanted).one_or_none()
    if found is None:
        return None
    raw = RawReceipt(found.provider, found.provider_id, b"")
    return InboxReceipt(found.id, found.owner, found.tries, raw, opens=False)


def work_again(tx: Connection, receipt: InboxReceipt) -> None:
    """Let it be worked as if it had just come."""
    change = update(t.receipt_inbox).where(t.receipt_inbox.c.id == receipt.row)
    tx.execute(change.values(state="new", tries=0, due_at=clock.now(), settled_at=None))


def mark(tx: Connection, receipt: InboxReceipt, state: str, dispatch: UUID | None = None) -> None:
    """Say what became of it: settled, foreign (another system's), unmatched (no dispatch of ours) or unreadable; or
    what a person made of it.

    `dispatch`: of whose letter it told, where that was one; then its body goes with that letter's content.
    """
    change = update(t.receipt_inbox).where(t.receipt_inbox.c.id == receipt.row)
    d, r = t.dispatch.c, t.reminder.c
    letter = select(d.letter_id).where(d.id == dispatch).union(select(r.letter_id).where(r.id == dispatch))
    told = {"letter_id": letter.limit(1).scalar_subquery()} if dispatch else {}
    tx.execute(change.values(state=state, settled_at=clock.now(), **told))


def look_again(tx: Connection, receipt: InboxReceipt, seconds: float) -> None:
    """It matches nothing yet: looked at again later."""
    change = update(t.receipt_inbox).where(t.receipt_inbox.c.id == receipt.row)
    tx.execute(change.values(tries=receipt.tries + 1, due_at=clock.now() + timedelta(seconds=seconds)))


def look_again_at_loose(tx: Connection) -> None:
    """Something has become known by which receipts that match nothing may match: all of those are looked at again."""
    row = t.receipt_inbox.c
    loose = (row.state == "unmatched") | ((row.state == "new") & (row.tries > 0))
    change = update(t.receipt_inbox).where(loose)
    tx.execute(change.values(state="new", tries=0, due_at=clock.now(), settled_at=None))


def _open(tx: Connection, seal: Seal, parts: Sequence[Part]) -> dict[Part, bytes]:
    try:
        return seal.open_parts(tx, parts, "worker", "settle")
    except SealFault:
        found: dict[Part, bytes] = {}
        for part in parts:
            with suppress(SealFault):
                found |= seal.open_parts(tx, [part], "worker", "settle")
        return found
