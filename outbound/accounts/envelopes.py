"""Whether the letters of every shared envelope make up the whole of it: a part of the audit. Reads only."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, func, select

from outbound.accounts.measures import ALONE, BOOKED, CORRECTED
from outbound.ledger import tables as t
from outbound.life import LIVE, Outcome
from outbound.shares import Share
from outbound.tariff_row import NoPrice, Part, TariffRow, recompute

PARTS = (Part.PORTO, Part.MATERIALS)
AT_ONCE = 1000


@dataclass(slots=True)
class _Member:
    """A letter of a shared envelope with what stands booked for it, by measure."""

    letter: UUID
    outcome: Outcome
    sheets: int
    booked: dict[str, Row[Any]] = field(default_factory=dict)

    def shares(self) -> list[Share | None]:
        """The shares that its money says; those of one letter must be the same."""
        mine = [self.booked[part] for part in PARTS if part in self.booked]
        return [Share.kept_in(json.loads(row.inputs)) for row in mine]


Uneven = tuple[UUID, str, int | None, int | None]
"""A letter, a measure, what stands there and what must."""


def uneven(tx: Connection, copies: Mapping[str, TariffRow | None]) -> Iterator[Uneven]:
    """Envelopes whose letters do not make up the whole: another share than that of the letters it went with, or shares
    that do not add up to what the envelope cost. `copies`: the tariff rows of the ledger by hash."""
    rows = tx.execute(_wanted().execution_options(yield_per=AT_ONCE))
    for _, some in groupby(rows, key=lambda row: row.top):
        yield from _of_envelope(_members(some), copies)


def _of_envelope(members: Sequence[_Member], copies: Mapping[str, TariffRow | None]) -> Iterator[Uneven]:
    live = [one for one in members if one.outcome in LIVE]
    weights = tuple(one.sheets for one in live)
    try:
        for place, one in enumerate(live, 1):
            must = Share(weights, place) if len(live) > 1 else None
            if any(share != must for share in one.shares()) or not _has_both(one):
                yield one.letter, "envelope", None, len(live)
        if len(live) > 1 and all(one.outcome is Outcome.TAKEN for one in live):
            yield from _sums(live, copies)
    except (ValueError, KeyError, TypeError, NoPrice):
        yield members[0].letter, "envelope", None, None


def _has_both(one: _Member) -> bool:
    """With each share stands what the part would have cost alone, and with nothing else does."""
    shared = [part for part in PARTS if part in one.booked and '"weights"' in one.booked[part].inputs]
    return {f"{ALONE}{part}" for part in shared} == {name for name in one.booked if name.startswith(ALONE)}


def _sums(live: Sequence[_Member], copies: Mapping[str, TariffRow | None]) -> Iterator[Uneven]:
    """Shares that were booked by one tariff row add up to the price of the whole."""
    for part in PARTS:
        rows = [one.booked[part] for one in live if part in one.booked]
        copy = copies.get(rows[0].tariff_hash) if rows else None
        if copy is None or len(rows) < len(live) or len({row.tariff_hash for row in rows}) > 1:
            continue
        inputs = json.loads(rows[0].inputs)
        whole = recompute({name: inputs[name] for name in inputs if name not in ("weights", "place")}, copy)
        stored = sum(row.amount for row in rows)
        if stored != whole or inputs["sheets"] != sum(one.sheets for one in live):
            yield live[0].letter, part, stored, whole


def _members(rows: Iterator[Row[Any]]) -> list[_Member]:
    """By dispatch, in the order of the letters; a correction takes back all that is booked before it."""
    found: dict[UUID, _Member] = {}
    for row in rows:
        sheets = max(row.sheets or 1, 1)
        one = found.setdefault(row.dispatch, _Member(row.letter_id, Outcome(row.outcome), sheets))
        if row.stage == CORRECTED:
            one.booked.clear()
        elif row.stage == BOOKED:
            one.booked[row.measure] = row
    return list(found.values())


def _wanted() -> Select[Any]:
    """Every dispatch in a shared envelope with its entries: one row for each of them, and at least one."""
    d, e, one = t.dispatch.c, t.entry.c, t.letter.c
    beneath = select(d.envelope_of).where(d.envelope_of.is_not(None)).scalar_subquery()
    top = func.coalesce(d.envelope_of, d.id).label("top")
    mine = and_(e.letter_id == d.letter_id, e.dispatch_id == d.id, e.stage.in_((BOOKED, CORRECTED)))
    return (
        select(
            top, d.id.label("dispatch"), d.letter_id, d.outcome, one.sheets,
            e.stage, e.measure, e.amount, e.inputs, e.tariff_hash,
        )
        .select_from(t.dispatch.join(t.letter, one.id == d.letter_id).outerjoin(t.entry, mine))
        .where(d.envelope_of.is_not(None) | d.id.in_(beneath))
        .order_by(top, d.letter_id, d.id, e.id)
    )  # fmt: skip
