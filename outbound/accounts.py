"""Money: append-only entries that carry their inputs and the tariff row they used, so that every krone can be recomputed.

Estimated when a letter is routed, booked when it is handed over, corrected by further entries when it turns out not to
have gone. Porto and materials are certain, handling is an estimate; `office-…` is the baseline: the same letter printed
and posted at the office. The saving is baseline less cost.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from outbound import clock
from outbound.ledger import incidents
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.letter import Channel
from outbound.postage import OFFICE, Price, Sending, Tariffs
from outbound.tariff_row import NoPrice, TariffRow, recompute

ESTIMATE, BOOKED, CORRECTED, CHARGED = "estimate", "booked", "corrected", "charged"
BASELINE = f"{OFFICE}-"


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that does not recompute. `expected` is None where its inputs or its tariff row are not usable."""

    entry: int
    letter: UUID
    measure: str
    stored: int
    expected: int | None


def estimate(tx: Connection, tariffs: Tariffs, one: Letter, sending: Sending) -> None:
    """What the letter is expected to cost this way, and at the office. Raises NoPrice."""
    _enter(tx, one.id, None, ESTIMATE, list(_prices(tariffs, sending, clock.today())))


def book(tx: Connection, tariffs: Tariffs, one: Letter, dispatch: LedgerDispatch, letter_class: str) -> None:
    """What it costs, now that it was handed over. A missing price is an incident: the hand-over stands all the same."""
    sending = sending_of(one, dispatch.channel, dispatch.provider, letter_class)
    try:
        _enter(tx, one.id, dispatch.id, BOOKED, list(_prices(tariffs, sending, clock.today())))
    except NoPrice:
        incidents.report(tx, one.id, "no-price", dispatch.id)


def correct(tx: Connection, one: Letter, dispatch: LedgerDispatch) -> None:
    """It was not sent after all: what was booked for this dispatch is taken back, in the month that this is known."""
    e = t.entry.c
    booked = (
        select(t.entry).where(e.letter_id == one.id, e.dispatch_id == dispatch.id, e.stage == BOOKED).order_by(e.id)
    )
    if tx.execute(select(e.id).where(e.dispatch_id == dispatch.id, e.stage == CORRECTED).limit(1)).first():
        return
    same = ("measure", "certain", "inputs", "tariff_hash")
    for row in tx.execute(booked).all():
        entry = {name: getattr(row, name) for name in same}
        _insert(
            tx, {**entry, "letter_id": one.id, "dispatch_id": dispatch.id, "stage": CORRECTED, "amount": -row.amount}
        )


def charged(tx: Connection, one: Letter, dispatch: LedgerDispatch, amount: int) -> None:
    """What the supplier says that it charged (øre), beside our own price; once per dispatch."""
    e = t.entry.c
    if not tx.execute(select(e.id).where(e.dispatch_id == dispatch.id, e.stage == CHARGED).limit(1)).first():
        inputs = json.dumps({"amount": amount}, sort_keys=True, separators=(",", ":"))
        row = {"letter_id": one.id, "dispatch_id": dispatch.id, "stage": CHARGED, "measure": "porto", "certain": True}
        _insert(tx, {**row, "amount": amount, "inputs": inputs, "tariff_hash": None})


def sending_of(one: Letter, channel: Channel, provider: str, letter_class: str) -> Sending:
    """A letter as the tariffs see it."""
    return Sending(channel, provider, max(one.sheets or 1, 1), letter_class, one.country, one.bytes or 0)


def audit(tx: Connection) -> Iterator[Difference]:
    """Recompute every entry from its inputs and its copied tariff row; every difference."""
    rows = {row.hash: row.body for row in tx.execute(select(t.tariff_row))}
    tariffs: dict[str, TariffRow | None] = {}
    for entry in tx.execute(select(t.entry).order_by(t.entry.c.id)):
        if entry.tariff_hash is not None and entry.tariff_hash not in tariffs:
            tariffs[entry.tariff_hash] = _copied(entry.tariff_hash, rows)
        expected = _expected(entry, tariffs)
        if expected != entry.amount:
            yield Difference(entry.id, entry.letter_id, entry.measure, entry.amount, expected)


def _prices(tariffs: Tariffs, sending: Sending, day: date) -> Iterator[tuple[str, Price]]:
    for price in tariffs.price(sending, day).prices:
        yield str(price.part), price
    for price in tariffs.baseline(sending, day).prices:
        yield f"{BASELINE}{price.part}", price


def _enter(
    tx: Connection, letter_id: UUID, dispatch_id: UUID | None, stage: str, prices: list[tuple[str, Price]]
) -> None:
    for measure, price in prices:
        insert_new(tx, t.tariff_row, {"hash": price.row.hash, "body": price.row.canonical})
        _insert(
            tx,
            {
                "letter_id": letter_id,
                "dispatch_id": dispatch_id,
                "stage": stage,
                "measure": measure,
                "amount": price.amount,
                "certain": price.part.certain,
                "inputs": json.dumps(price.inputs, sort_keys=True, separators=(",", ":")),
                "tariff_hash": price.row.hash,
            },
        )


def _insert(tx: Connection, entry: dict[str, Any]) -> None:
    tx.execute(insert(t.entry).values(**entry, at=clock.now(), day=clock.today()))


def _copied(tariff_hash: str, rows: dict[str, str]) -> TariffRow | None:
    """The tariff row under this hash, unless somebody has changed it there."""
    try:
        row = TariffRow.from_canonical(rows[tariff_hash])
    except (KeyError, ValueError):
        return None
    return row if row.hash == tariff_hash else None


def _expected(entry: Any, tariffs: dict[str, TariffRow | None]) -> int | None:
    try:
        inputs = json.loads(entry.inputs)
        if entry.stage == CHARGED:
            return int(inputs["amount"])
        row = tariffs.get(entry.tariff_hash)
        amount = recompute(inputs, row) if row else None
    except (ValueError, KeyError, TypeError, NoPrice):
        return None
    return -amount if amount is not None and entry.stage == CORRECTED else amount
