"""What householding (samkuvertering) would have saved: letters of one print run to one recipient in one envelope.

Read from the ledger's rows while recipients can be told apart there. Sharing itself is decided where runs close; here
is only the question "what if every letter type had allowed it".
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, select

from outbound.accounts import BOOKED
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Outcome
from outbound.postage import Sending, Tariffs
from outbound.reports.reading import Period
from outbound.tariff_row import NoPrice, Part

REGISTERED = "registered"
"""The class that never shares an envelope."""

SHARES = "place"
"""The input that only the price of a letter has which shared its envelope already."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed letter, as it was booked. `recipient` is None where it is no longer known who that was."""

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
        """Is it neither registered nor in an envelope with others already?"""
        return self.recipient is not None and self.letter_class != REGISTERED and SHARES not in self.inputs


@dataclass(slots=True)
class Shared:
    """By how much each department's cost changes, in øre by part; and what must be said with it (Danish)."""

    changes: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    notes: list[str] = field(default_factory=list)

    def change(self, department: str, measure: str) -> Fraction | int:
        """Of that department and part; nothing where it shared nothing."""
        return self.changes.get((department, measure), 0)


def shared_envelopes(tx: Connection, period: Period, tariffs: Tariffs, postage: int | None = None) -> Shared:
    """What the letters of the period would have cost less, each bearing an equal part of its envelope.

    `postage`: the porto of every envelope in øre without VAT, in place of the tariffs'.
    """
    shared, printed, envelopes = Shared(), _printed(tx, period), 0
    together: dict[tuple[Any, ...], list[Printed]] = defaultdict(list)
    for one in printed:
        if one.may_share:
            together[one.run, one.recipient, one.letter_class, one.country].append(one)
    for many in together.values():
        for some in _filled(many, tariffs):
            if len(some) > 1 and _save(shared, some, tariffs, postage):
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


def _printed(tx: Connection, period: Period) -> list[Printed]:
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
    found = {row.id: row for row in tx.execute(wanted)}  # booked again after a correction: once
    return [Printed(*row[1:7], json.loads(row.inputs)) for row in found.values()]


def _filled(many: Iterable[Printed], tariffs: Tariffs) -> Iterator[list[Printed]]:
    """The letters in envelopes, each filled before the next is begun."""
    some: list[Printed] = []
    for one in many:
        if some and tariffs.envelope(sum(each.sheets for each in (*some, one)), one.provider) is None:
            yield some
            some = []
        some.append(one)
    yield some


def _save(shared: Shared, some: Sequence[Printed], tariffs: Tariffs, postage: int | None) -> bool:
    """Note what one envelope for these saves. False where there is no price for it: they are left apart."""
    try:
        alone = [_price(one, one.sheets, tariffs, postage) for one in some]
        joint = _price(some[0], sum(one.sheets for one in some), tariffs, postage)
    except NoPrice:
        return False
    for part, amount in joint.items():
        for one, own in zip(some, alone, strict=True):
            shared.changes[one.department, part] += Fraction(amount, len(some)) - own[part]
    return True


def _price(one: Printed, sheets: int, tariffs: Tariffs, postage: int | None) -> dict[str, int]:
    sending = Sending(Channel.PRINT, one.provider, sheets, one.letter_class, one.country)
    prices = {str(price.part): price.amount for price in tariffs.price(sending, one.day).prices}
    return prices if postage is None else {**prices, str(Part.PORTO): postage}
