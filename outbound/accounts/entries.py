"""Entries: append-only, with their inputs and the tariff row they used, so that every krone can be recomputed.

Estimated when a letter is routed, booked when it is handed over, corrected by further entries when it turns out not to
have gone. Porto and materials are certain, handling is an estimate; `office-…` is the baseline: the same letter printed
and posted at the office. The saving is baseline less cost.

With the money of a hand-over goes one entry of no amount, measure `letter`: by it letters are counted, so that a
figure once given for a month stays, and a refusal is corrected in the month it arrives.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, select, text

from outbound import clock
from outbound.ledger import deferred, incidents
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.letter import Channel
from outbound.postage import OFFICE, Price, Sending, Tariffs
from outbound.tariff_row import NoPrice, TariffRow

ESTIMATE, BOOKED, CORRECTED, CHARGED = "estimate", "booked", "corrected", "charged"
BASELINE = f"{OFFICE}-"
LETTER = "letter"
"""The measure that counts a letter handed over; its inputs say which way and by which route."""
REMINDER = "nemsms"
"""The measure that counts a reminder sent; its price stands beside it, as `nemsms-porto`."""

Entry = dict[str, Any]


def estimate(tx: Connection, tariffs: Tariffs, one: Letter, sending: Sending) -> None:
    """What the letter is expected to cost this way, and at the office. Raises NoPrice."""
    prices = _prices(tariffs, sending, clock.now())
    keep_copies(tx, {price.row.hash: price.row for _, price in prices})
    _insert(tx, [_entry(one.id, None, ESTIMATE, measure, price) for measure, price in prices])


def book(
    tx: Connection, tariffs: Tariffs, one: Letter, dispatch: LedgerDispatch, letter_class: str, at: datetime
) -> None:
    """What it costs, handed over at that moment. A missing price is an incident: the hand-over stands all the same."""
    sending = sending_of(one, dispatch.channel, dispatch.provider, letter_class)
    try:
        prices = _prices(tariffs, sending, at)
    except NoPrice:
        incidents.report(tx, one.id, "no-price", dispatch.id)
        prices = []
    keep_copies(tx, {price.row.hash: price.row for _, price in prices})
    entries = [_entry(one.id, dispatch.id, BOOKED, measure, price) for measure, price in prices]
    _insert(tx, [_count(one, dispatch), *entries], at)


def correct(tx: Connection, one: Letter, dispatch: LedgerDispatch) -> None:
    """It was not sent after all: what stands booked for the dispatch is taken back, in the month that this is known."""
    take_back(tx, one.id, dispatch.id)


def book_reminder(tx: Connection, tariffs: Tariffs, letter: UUID, reminder: UUID, provider: str, at: datetime) -> None:
    """What a reminder costs, sent at that moment. A missing price is an incident: it was sent all the same."""
    count = {"letter_id": letter, "dispatch_id": reminder, "stage": BOOKED, "measure": REMINDER, "amount": 0}
    entries: list[Entry] = [{**count, "certain": True, "inputs": _json({}), "tariff_hash": None}]
    try:
        price = tariffs.reminder(provider, clock.danish_day(at))
    except NoPrice:
        incidents.report(tx, letter, "no-price", reminder)
    else:
        keep_copies(tx, {price.row.hash: price.row})
        entries.append(_entry(letter, reminder, BOOKED, f"{REMINDER}-{price.part}", price))
    _insert(tx, entries, at)


def take_back(tx: Connection, letter: UUID, dispatch: UUID) -> None:
    """What stands booked for this dispatch or reminder is taken back, in the month that this is known."""
    same = ("measure", "certain", "inputs", "tariff_hash")
    _insert(
        tx,
        [
            {name: getattr(row, name) for name in same}
            | {"letter_id": letter, "dispatch_id": dispatch, "stage": CORRECTED, "amount": -row.amount}
            for row in _standing(tx, letter, dispatch)
        ],
    )


def charged(tx: Connection, one: Letter, dispatch: LedgerDispatch, amount: int) -> None:
    """What the supplier says that it charged (øre), beside our own price; once per dispatch.

    Receipts come doubled, so that a second amount is not added; one that differs is an incident.
    """
    deferred.flush(tx)
    e = t.entry.c
    wanted = select(e.amount).where(e.letter_id == one.id, e.dispatch_id == dispatch.id, e.stage == CHARGED).limit(1)
    known = tx.execute(wanted).scalar_one_or_none()
    if known is not None and known != amount:
        incidents.report(tx, one.id, "charged-otherwise", dispatch.id)
    if known is None:
        row = {"letter_id": one.id, "dispatch_id": dispatch.id, "stage": CHARGED, "measure": "porto", "certain": True}
        _insert(tx, [{**row, "amount": amount, "inputs": _json({"amount": amount}), "tariff_hash": None}])


def sending_of(one: Letter, channel: Channel, provider: str, letter_class: str) -> Sending:
    """A letter as the tariffs see it."""
    return Sending(channel, provider, max(one.sheets or 1, 1), letter_class, one.country, one.bytes or 0)


def _prices(tariffs: Tariffs, sending: Sending, at: datetime) -> list[tuple[str, Price]]:
    day = clock.danish_day(at)
    cost = [(str(price.part), price) for price in tariffs.price(sending, day).prices]
    return cost + [(f"{BASELINE}{price.part}", price) for price in tariffs.baseline(sending, day).prices]


def _entry(letter_id: UUID, dispatch_id: UUID | None, stage: str, measure: str, price: Price) -> Entry:
    return {
        "letter_id": letter_id,
        "dispatch_id": dispatch_id,
        "stage": stage,
        "measure": measure,
        "amount": price.amount,
        "certain": price.part.certain,
        "inputs": _json(price.inputs),
        "tariff_hash": price.row.hash,
    }


def _count(one: Letter, dispatch: LedgerDispatch) -> Entry:
    return {
        "letter_id": one.id,
        "dispatch_id": dispatch.id,
        "stage": BOOKED,
        "measure": LETTER,
        "amount": 0,
        "certain": True,
        "inputs": _json({"channel": str(dispatch.channel), "mailbox": one.mailbox or "", "route": one.route or ""}),
        "tariff_hash": None,
    }


def _standing(tx: Connection, letter_id: UUID, dispatch_id: UUID) -> Iterator[Row[Any]]:
    """What is booked for the dispatch since the last correction: it may have been given up, and taken after all."""
    deferred.flush(tx)
    e = t.entry.c
    mine = (e.letter_id == letter_id, e.dispatch_id == dispatch_id)
    corrected = select(func.coalesce(func.max(e.id), 0)).where(*mine, e.stage == CORRECTED)
    wanted = select(t.entry).where(*mine, e.stage == BOOKED, e.id > corrected.scalar_subquery()).order_by(e.id)
    yield from tx.execute(wanted).all()


def keep_copies(tx: Connection, rows: Mapping[str, TariffRow]) -> None:
    """Keep a copy of each tariff row, once for ever.

    One transaction at a time does so: two that meet the same new rows in another order would wait for each other.
    """
    known = set(tx.execute(_COPIES, {"hashes": list(rows)}).scalars())
    new = sorted(rows.keys() - known)
    if new and tx.dialect.name == "postgresql":
        tx.execute(text("LOCK TABLE tariff_row IN SHARE ROW EXCLUSIVE MODE"))
    for key in new:
        insert_new(tx, t.tariff_row, {"hash": key, "body": rows[key].canonical})


_COPIES = select(t.tariff_row.c.hash).where(t.tariff_row.c.hash.in_(bindparam("hashes", expanding=True)))


def _insert(tx: Connection, entries: list[Entry], at: datetime | None = None) -> None:
    at = at or clock.now()
    if entries:
        deferred.add(tx, t.entry, [{**entry, "at": at, "day": clock.danish_day(at)} for entry in entries])


def _json(inputs: Mapping[str, Any]) -> str:
    return json.dumps(inputs, sort_keys=True, separators=(",", ":"))
