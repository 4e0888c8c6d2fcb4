"""What householding (samkuvertering) would have saved: letters of one print run to one recipient in one envelope.

Read from the ledger's rows while recipients can be told apart there. Sharing itself is decided where runs close; here
is only the question "what if every letter type had allowed it".
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, select

from outbound.accounts import BOOKED, BY_PRINT
from outbound.householding import Cost, Household, Piece, together
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.letter_class import LetterClass
from outbound.life import Outcome
from outbound.postage import NEEDS, Sending, Tariffs
from outbound.reports.reading import Period
from outbound.shares import Share
from outbound.tariff_row import NoPrice, Part

SIGNED_FOR = frozenset(one for one in LetterClass if one.alone)
"""The classes that never share an envelope."""

SHARES = "place"
"""The input that only the price of a letter has which shared its envelope already."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed letter, as it was booked. `recipient` is None where it is no longer known who that was."""

    dispatch: UUID
    run: UUID
    recipient: str | None
    department: str
    provider: str
    country: str
    day: date
    inputs: Mapping[str, Any]

    @property
    def sheets(self) -> int:
        """Of A4."""
        return int(self.inputs["sheets"])

    @property
    def letter_class(self) -> str:
        """As it was charged."""
        return str(self.inputs["letter_class"])

    @property
    def may_share(self) -> bool:
        """Is it neither signed for nor in an envelope with others already?"""
        return self.recipient is not None and self.letter_class not in SIGNED_FOR and SHARES not in self.inputs

    @property
    def piece(self) -> Piece:
        """As householding sees it. Its address, colour and plex are not told apart here."""
        whose = (self.recipient or "", "", "", self.department, self.letter_class, self.country, False, "")
        return Piece(self.dispatch, self.sheets, Household(*whose))


@dataclass(slots=True)
class Shared:
    """By how much each department's cost changes, in øre by part; and what must be said with it (Danish)."""

    changes: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    notes: list[str] = field(default_factory=list)

    def change(self, department: str, measure: str) -> int:
        """Of that department and sum (`whatif.SUMS`); nothing where it shared nothing."""
        if measure == "householding":
            return -sum(self.changes.get((department, part), 0) for part in NEEDS[Channel.PRINT])
        return self.changes.get((department, measure.removeprefix(BY_PRINT)), 0)


def shared_envelopes(
    tx: Connection,
    period: Period,
    tariffs: Tariffs,
    most: int,
    postage: int | None = None,
    departments: Iterable[str] | None = None,
) -> Shared:
    """What the letters of the period would have cost less, put into envelopes of `most` letters as runs are.

    `postage`: the porto of every envelope in øre without VAT, in place of the tariffs'. `departments`: letters of these
    alone; no two share an envelope.
    """
    shared, printed, envelopes = Shared(), _printed(tx, period, departments), 0
    runs: dict[UUID, list[Printed]] = defaultdict(list)
    for one in printed:
        if one.may_share:
            runs[one.run].append(one)
    for many in runs.values():
        by_id = {one.dispatch: one for one in many}
        for some in together([one.piece for one in many], most, _cost(many[0], tariffs, postage)):
            if len(some) > 1:
                _save(shared, [by_id[piece.letter] for piece in some], tariffs, postage)
                envelopes += len(some) - 1
    shared.notes = [*_notes(envelopes, sum(one.recipient is None for one in printed))]
    return shared


def _notes(envelopes: int, unknown: int) -> Iterator[str]:
    yield (
        f"Samkuvertering for alle brevtyper: {envelopes} kuverter færre. Beskyttede adresser kan ikke skelnes her og "
        "er regnet med."
    )
    if unknown:
        yield f"{unknown} breve på papir har ingen modtager, der kan genkendes, og er regnet hver for sig."


def _printed(tx: Connection, period: Period, departments: Iterable[str] | None) -> list[Printed]:
    """The letters on paper that stand booked, in the order in which they were handed over."""
    one, d, e = t.letter.c, t.dispatch.c, t.entry.c
    porto = and_(e.letter_id == d.letter_id, e.dispatch_id == d.id, e.stage == BOOKED, e.measure == str(Part.PORTO))
    wanted = (
        select(d.id, d.consignment_id, one.recipient_key, one.department, d.provider, one.country, e.day, e.inputs)
        .select_from(t.dispatch.join(t.letter, one.id == d.letter_id).join(t.entry, porto))
        .where(d.channel == Channel.PRINT, d.outcome == Outcome.TAKEN, d.kind == "letter")
        .where(e.day >= period.first, e.day <= period.last)
        .order_by(e.id)
    )
    if departments is not None:
        wanted = wanted.where(one.department.in_(departments))
    found = {row.id: row for row in tx.execute(wanted)}  # booked again after a correction: once
    return [Printed(*row[:7], json.loads(row.inputs)) for row in found.values()]


def _cost(like: Printed, tariffs: Tariffs, postage: int | None) -> Cost:
    """What an envelope of this run costs."""

    def cost(household: Household, sheets: int) -> int | None:
        own = {"letter_class": household.letter_class}
        with suppress(NoPrice):
            return sum(_price(replace(like, country=household.country, inputs=own), sheets, tariffs, postage).values())
        return None

    return cost


def _save(shared: Shared, some: Sequence[Printed], tariffs: Tariffs, postage: int | None) -> None:
    """Note what one envelope for these saves."""
    weights = tuple(one.sheets for one in some)
    joint = _price(some[0], sum(weights), tariffs, postage)
    for place, one in enumerate(some, 1):
        for part, alone in _price(one, one.sheets, tariffs, postage).items():
            shared.changes[one.department, part] += Share(weights, place).of(joint[part]) - alone


def _price(one: Printed, sheets: int, tariffs: Tariffs, postage: int | None) -> dict[str, int]:
    sending = Sending(Channel.PRINT, one.provider, sheets, one.letter_class, one.country)
    prices = {str(price.part): price.amount for price in tariffs.price(sending, one.day).prices}
    return prices if postage is None else {**prices, str(Part.PORTO): postage}
