"""A ledger that was restored from a back-up: that it was, by what that is noticed, and what suppliers have had before.

A mark is the newest event, kept outside the ledger. A ledger that has no such event any more is a back-up of itself:
until a person has said so and the suppliers' records are compared, nothing is sent.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from outbound import clock
from outbound.ledger import channels
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.ledger.values import Letter, letter_from
from outbound.letter import Channel
from outbound.life import LIVE, Outcome, Status

RESTORED = "restored"
"""By whom the channels stand still meanwhile, and the code of the letters that are HELD."""
CHANNELS = (Channel.DIGITAL, Channel.PRINT)
COMPARE = "restored-compare"
"""The act of comparing a supplier's records."""
PAGE = 500  # letters or ids in one statement


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest event of a ledger, and when it was looked up; the same event is the same mark. Nothing of a person."""

    ledger: UUID
    event: int
    letter: UUID
    at: datetime = field(compare=False)

    def __str__(self) -> str:
        return json.dumps([self.ledger.hex, self.event, self.letter.hex, self.at.isoformat()])

    @classmethod
    def parse(cls, text: str | bytes) -> "Mark":
        """Raises ValueError where it is no mark."""
        try:
            ledger, event, letter, at = json.loads(text)
            return cls(UUID(ledger), int(event), UUID(letter), datetime.fromisoformat(at))
        except (TypeError, AttributeError):
            raise ValueError("not a mark") from None


@dataclass(frozen=True, slots=True)
class Restoration:
    """One restoration: `begun_at` None where nobody has begun it, `finished_at` None while nothing is sent."""

    id: UUID
    suspected_at: datetime | None
    taken_at: datetime | None
    begun_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a ledger says of itself. `ledger`: under what its marks are kept, None before the first; `newest`: its mark
    now, None where no marks are kept yet or nothing has happened; `restored`: nobody has ended its restoration; `has`:
    the event of the mark that was asked about is in it."""

    ledger: UUID | None
    newest: Mark | None
    restored: bool
    has: bool


def seen(tx: Connection, one: Mark | None = None) -> Seen:
    """All of it in one statement: it is asked for each ticket of every step that sends."""
    asked = {"event": one.event if one else None, "letter": one.letter if one else None}
    ledger, event, letter, restored, there = tx.execute(_SEEN, asked).one()
    newest = Mark(ledger, event, letter, clock.now()) if ledger and event is not None else None
    return Seen(ledger, newest, bool(restored), bool(there))


def give_identity(tx: Connection) -> bool:
    """Let marks be kept from now on. False where they are."""
    return insert_new(tx, t.ledger_id, {"name": "ledger", "id": uuid4(), "at": clock.now()})


def has_events(tx: Connection) -> bool:
    """Has anything happened in it?"""
    return tx.execute(select(t.event.c.id).limit(1)).first() is not None


def current(tx: Connection) -> Restoration | None:
    """The restoration that nobody has ended; None in an ordinary ledger."""
    row = tx.execute(select(t.restoration).where(t.restoration.c.place == 1)).one_or_none()
    return Restoration(row.id, row.suspected_at, row.taken_at, row.begun_at, row.finished_at) if row else None


def any_begun(tx: Connection) -> bool:
    """Was this ledger ever restored, as a person has said?"""
    return bool(tx.execute(select(exists().where(t.restoration.c.begun_at.is_not(None)))).scalar())


def suspect(tx: Connection) -> bool:
    """Nothing is sent from now on: this ledger lacks what a mark says it had. False where that was known."""
    return _stop(tx, suspected_at=clock.now())


def begin(tx: Connection, taken_at: datetime) -> None:
    """A person says that it is a back-up, and of when. It has a new id also where this very restoration is in it."""
    _stop(tx)
    values = {"id": uuid4(), "taken_at": taken_at, "begun_at": clock.now()}
    tx.execute(update(t.restoration).where(t.restoration.c.place == 1).values(**values))


def end(tx: Connection) -> None:
    """What may be sent is sent again. What people have stopped stays so. Marks of before count no more."""
    values = {"finished_at": clock.now(), "place": None}
    tx.execute(update(t.restoration).where(t.restoration.c.place == 1).values(**values))
    tx.execute(delete(t.ledger_id))
    p = t.pause.c
    tx.execute(delete(t.pause).where(p.scope == "channel", p.by == RESTORED))


def compared(tx: Connection, since: datetime) -> frozenset[Channel]:
    """Of which channels the supplier's records were compared since then."""
    a = t.act.c
    wanted = select(a.key).where(a.verb == COMPARE, a.at >= since)
    return frozenset(Channel(key) for key in tx.execute(wanted).scalars())


def _stop(tx: Connection, **values: Any) -> bool:
    new = insert_new(tx, t.restoration, {"id": uuid4(), "place": 1, **values})
    for channel in CHANNELS:
        channels.pause(tx, "channel", channel, RESTORED)
    return new


def perhaps_sent(tx: Connection, limit: int = PAGE) -> list[Letter]:
    """Some letters that have left since the back-up, for all that this ledger knows, and are not HELD yet.

    What was not due before now was not sent.
    """
    row = t.letter.c
    wanted = select(t.letter).where(_under_way_now()).order_by(row.id).limit(limit).with_for_update()
    return [letter_from(one) for one in tx.execute(wanted)]


def any_moving(tx: Connection) -> bool:
    """Is any letter on its way now, from being taken in to being handed over?"""
    return bool(tx.execute(select(exists().where(_under_way_now()))).scalar())


def _under_way_now() -> ColumnElement[bool]:
    row = t.letter.c
    states = (Status.RECEIVED, Status.RENDERED, Status.ROUTED)
    return or_(row.status == Status.SENDING, and_(row.status.in_(states), row.due_at <= clock.now()))


def waiting(tx: Connection, limit: int = PAGE) -> list[Letter]:
    """Some letters that are HELD because the ledger was restored."""
    row = t.letter.c
    wanted = select(t.letter).where(row.status == Status.HELD, row.held_code == RESTORED)
    return [letter_from(one) for one in tx.execute(wanted.order_by(row.id).limit(limit).with_for_update())]


def count_waiting(tx: Connection) -> int:
    """How many those are."""
    row = t.letter.c
    wanted = select(func.count()).where(row.status == Status.HELD, row.held_code == RESTORED)
    return int(tx.execute(wanted).scalar_one())


def under_way(tx: Connection) -> Iterator[list[Letter]]:
    """Every letter with a try that may have ended since the back-up, some at a time."""
    row, d = t.letter.c, t.dispatch.c
    live = exists().where(d.letter_id == row.id, d.kind == "letter", d.outcome.in_(list(LIVE)))
    wanted = select(t.letter).where(row.status.in_((Status.HELD, Status.SENT)), live).order_by(row.id).limit(PAGE)
    found = [letter_from(one) for one in tx.execute(wanted)]
    while found:
        yield found
        found = [letter_from(one) for one in tx.execute(wanted.where(row.id > found[-1].id))]


def keep_sent(tx: Connection, ids: Iterable[UUID], channel: Channel, provider: str) -> int:
    """A supplier has these, and this ledger knows nothing of them; how many are new."""
    row = {"channel": channel, "provider": provider, "told_at": clock.now(), "settled_at": None}
    return sum(insert_new(tx, t.sent_before, {"dispatch_id": one, **row}) for one in ids)


def any_sent(tx: Connection) -> bool:
    """Is there an id that a supplier has, and whose letter is not found yet?"""
    return tx.execute(_LEFT_OVER.limit(1)).first() is not None


def count_left_over(tx: Connection) -> int:
    """How many of those there are."""
    return int(tx.execute(select(func.count()).where(t.sent_before.c.settled_at.is_(None))).scalar_one())


def count_without_receipt(tx: Connection) -> int:
    """Letters that wait for a receipt which may have been worked before the loss: of those that the ledger had when
    its last restoration was finished, and of those known by a supplier's list since."""
    r, d = t.restoration.c, t.dispatch.c
    finished = select(func.max(r.finished_at)).where(r.begun_at.is_not(None)).scalar_subquery()
    listed = exists().where(t.sent_before.c.dispatch_id == d.id)
    joined = t.letter.join(t.dispatch, t.letter.c.id == d.letter_id)
    waits = and_(t.letter.c.status == Status.SENT, d.outcome == Outcome.TAKEN)
    wanted = select(func.count()).select_from(joined).where(waits, or_(listed, d.taken_at <= finished))
    return int(tx.execute(wanted).scalar_one())


def sent_among(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """Which of these ids a supplier has, and whose letter is not found yet."""
    found: dict[UUID, Row[Any]] = {}
    asked = sorted(ids)
    for start in range(0, len(asked), PAGE):
        some = _LEFT_OVER.where(t.sent_before.c.dispatch_id.in_(asked[start : start + PAGE]))
        found |= {row.dispatch_id: row for row in tx.execute(some)}
    return found


def settle_sent(tx: Connection, ids: Collection[UUID]) -> None:
    """Their letter is found and counted as sent."""
    change = update(t.sent_before).where(t.sent_before.c.dispatch_id.in_(ids))
    tx.execute(change.values(settled_at=clock.now()))


def _seen() -> Select[Any]:
    e = t.event.c
    newest = select(e.letter_id).order_by(e.id.desc()).limit(1)
    event, letter = bindparam("event", type_=e.id.type), bindparam("letter", type_=e.letter_id.type)
    return select(
        select(t.ledger_id.c.id).scalar_subquery(),
        select(func.max(e.id)).scalar_subquery(),
        newest.scalar_subquery(),
        exists().where(t.restoration.c.place == 1),
        exists().where(e.id == event, e.letter_id == letter),
    )


_SEEN = _seen()
_LEFT_OVER = select(t.sent_before).where(t.sent_before.c.settled_at.is_(None))
