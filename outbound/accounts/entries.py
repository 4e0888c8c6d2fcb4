"""Entries: append-only, with their inputs and the tariff row they used, so that every krone can be recomputed.

Estimated when a letter is routed, booked when it is handed over, corrected by further entries when it turns out not
to have gone (`corrections`). Porto and materials are certain, handling is an estimate; `office-…` is the baseline: the
same letter printed and posted at the office. The saving is baseline less cost. `print-…`, of a digital letter, is what
it would have cost by our own remote print: it parts the saving in two.

With the money of a hand-over goes one entry of no amount, measure `letter`: by it letters are counted, so that a
figure once given for a month stays, and a refusal is corrected in the month it arrives.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, select, text

from outbound import clock
from outbound.accounts.measures import BASELINE, BOOKED, BY_PRINT, CORRECTED, ESTIMATE, LETTER, REMINDER
from outbound.accounts.shared import prices_of
from outbound.ledger import deferred, incidents
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.letter import Channel
from outbound.life import UNSETTLED
from outbound.postage import BASELINE_CLASS, Price, Sending, Tariffs
from outbound.shares import Share
from outbound.tariff_row import NoPrice, TariffRow

Entry = dict[str, Any]
SAME = ("measure", "certain", "inputs", "tariff_hash")
"""What a correction has in common with what it corrects."""


def estimate(tx: Connection, tariffs: Tariffs, one: Letter, sending: Sending, printer: str) -> None:
    """What the letter is expected to cost this way, at the office, and by `printer`, our own print. Raises NoPrice."""
    prices = _prices(tariffs, sending, printer, clock.now())
    keep_copies(tx, {price.row.hash: price.row for _, price in prices})
    add(tx, [entry_of(one.id, None, ESTIMATE, measure, price) for measure, price in prices])


def book(
    tx: Connection,
    tariffs: Tariffs,
    one: Letter,
    dispatch: LedgerDispatch,
    letter_class: str,
    at: datetime,
    printer: str,
    share: Share | None = None,
) -> None:
    """What it costs, handed over at that moment. A missing price is an incident: the hand-over stands all the same.

    `share`: of the envelope that it goes in with others.
    """
    if dispatch.outcome not in UNSETTLED:
        take_back(tx, one.id, dispatch.id)  # given up, or in another envelope than it went in: what stands is void
    sending = sending_of(one, dispatch.channel, dispatch.provider, letter_class)
    try:
        prices = _prices(tariffs, sending, printer, at, share)
    except NoPrice:
        incidents.report(tx, one.id, "no-price", dispatch.id)
        prices = []
    keep_copies(tx, {price.row.hash: price.row for _, price in prices})
    entries = [entry_of(one.id, dispatch.id, BOOKED, measure, price) for measure, price in prices]
    add(tx, [_count(one, dispatch, share), *entries], at)


def book_reminder(tx: Connection, tariffs: Tariffs, letter: UUID, reminder: UUID, provider: str, at: datetime) -> None:
    """What a reminder costs, sent at that moment. A missing price is an incident: it was sent all the same."""
    count = {"letter_id": letter, "dispatch_id": reminder, "stage": BOOKED, "measure": REMINDER, "amount": 0}
    entries: list[Entry] = [{**count, "certain": True, "inputs": as_json({}), "tariff_hash": None}]
    try:
        price = tariffs.reminder(provider, clock.danish_day(at))
    except NoPrice:
        incidents.report(tx, letter, "no-price", reminder)
    else:
        keep_copies(tx, {price.row.hash: price.row})
        entries.append(entry_of(letter, reminder, BOOKED, f"{REMINDER}-{price.part}", price))
    add(tx, entries, at)


def take_back(tx: Connection, letter: UUID, dispatch: UUID) -> Sequence[Row[Any]]:
    """What stands booked for this dispatch or reminder is taken back, in the month that this is known: which it was."""
    found = standing(tx, letter, dispatch)
    mine = {"letter_id": letter, "dispatch_id": dispatch, "stage": CORRECTED}
    add(tx, [{name: getattr(row, name) for name in SAME} | mine | {"amount": -row.amount} for row in found])
    return found


def booked_share(tx: Connection, letter: UUID, dispatch: UUID) -> Share | None:
    """The share of an envelope by which it stands booked; None where it is booked alone, or not at all."""
    counts = [row for row in standing(tx, letter, dispatch) if row.measure == LETTER]
    return Share.kept_in(json.loads(counts[0].inputs)) if counts else None


def standing(tx: Connection, letter_id: UUID, dispatch_id: UUID) -> Sequence[Row[Any]]:
    """What is booked for the dispatch since it was last corrected: it may have been given up, and taken after all.


    What a failed try cost is booked with the correction, after it; it stands until the dispatch turns out to be taken.
    """
    deferred.flush(tx)
    e = t.entry.c
    mine = (e.letter_id == letter_id, e.dispatch_id == dispatch_id)
    corrected = select(func.coalesce(func.max(e.id), 0)).where(*mine, e.stage == CORRECTED)
    wanted = select(t.entry).where(*mine, e.stage == BOOKED, e.id > corrected.scalar_subquery()).order_by(e.id)
    return tx.execute(wanted).all()


def sending_of(one: Letter, channel: Channel, provider: str, letter_class: str) -> Sending:
    """A letter as the tariffs see it."""
    return Sending(channel, provider, max(one.sheets or 1, 1), letter_class, one.country, one.bytes or 0)


def _prices(
    tariffs: Tariffs, sending: Sending, printer: str, at: datetime, share: Share | None = None
) -> list[tuple[str, Price]]:
    day = clock.danish_day(at)
    if share:
        cost = prices_of(tariffs, sending, share, day)
    else:
        cost = [(str(price.part), price) for price in tariffs.price(sending, day).prices]
    compared = {
        BASELINE: tariffs.baseline(sending, day).prices,
        BY_PRINT: by_print(tariffs, sending, printer, day) if sending.channel is Channel.DIGITAL else (),
    }
    return cost + [(f"{kind}{price.part}", price) for kind, prices in compared.items() for price in prices]


def by_print(tariffs: Tariffs, sending: Sending, printer: str, day: date) -> tuple[Price, ...]:
    """What the same letter would cost by our own remote print. As at the office, more sheets than fit an envelope count
    as one full envelope, and a letter without a class goes as the cheapest."""
    most = max((each.sheets for each in tariffs.envelopes if each.provider == printer), default=sending.sheets)
    letter_class = sending.letter_class or BASELINE_CLASS
    alike = Sending(Channel.PRINT, printer, min(sending.sheets, most), letter_class, sending.country)
    prices = tariffs.price(alike, day).prices
    return tuple(replace(price, inputs={**price.inputs, "sheets_of_letter": sending.sheets}) for price in prices)


def entry_of(letter_id: UUID, dispatch_id: UUID | None, stage: str, measure: str, price: Price) -> Entry:
    """The entry of one price."""
    return {
        "letter_id": letter_id,
        "dispatch_id": dispatch_id,
        "stage": stage,
        "measure": measure,
        "amount": price.amount,
        "certain": price.part.certain,
        "inputs": as_json(price.inputs),
        "tariff_hash": price.row.hash,
    }


def _count(one: Letter, dispatch: LedgerDispatch, share: Share | None) -> Entry:
    way = {"channel": str(dispatch.channel), "mailbox": one.mailbox or "", "route": one.route or ""}
    return {
        "letter_id": one.id,
        "dispatch_id": dispatch.id,
        "stage": BOOKED,
        "measure": LETTER,
        "amount": 0,
        "certain": True,
        "inputs": as_json({**way, **(share.inputs if share else {})}),
        "tariff_hash": None,
    }


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


def add(tx: Connection, entries: list[Entry], at: datetime | None = None) -> None:
    """Add these entries, of that moment or of now."""
    at = at or clock.now()
    if entries:
        deferred.add(tx, t.entry, [{**entry, "at": at, "day": clock.danish_day(at)} for entry in entries])


def as_json(inputs: Mapping[str, Any]) -> str:
    """The one form of inputs."""
    return json.dumps(inputs, sort_keys=True, separators=(",", ":"))
