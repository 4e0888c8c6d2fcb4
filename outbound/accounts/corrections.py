"""What comes after the booking: a refusal, a return, and what the provider says. Further entries, never a change.

A letter that was taken and then refused counts no more and has no baseline; what the try cost remains where its tariff
row says so (`charged_if_refused`), as `failed-…`: the way by paper that follows is booked beside it.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from outbound import clock
from outbound.accounts.entries import SAME, Entry, add, as_json, entry_of, keep_copies, standing, take_back
from outbound.accounts.measures import BOOKED, CHARGED, FAILED, LETTER, RETURNED, TOLD, Kind, kind_and_part
from outbound.ledger import deferred, incidents
from outbound.ledger import tables as t
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.policy import on
from outbound.postage import RETURNED as CAME_BACK
from outbound.postage import Price, Tariffs
from outbound.shares import Share
from outbound.tariff_row import Part, TariffRow, recompute


def correct(tx: Connection, one: Letter, dispatch: LedgerDispatch) -> None:
    """It was taken and then refused: what stands booked is taken back, in the month that this is known, and what the
    try costs all the same is booked."""
    if not any(row.measure == LETTER for row in standing(tx, one.id, dispatch.id)):
        return  # it is taken back already
    taken_back = take_back(tx, one.id, dispatch.id)
    charged_anyway = _charged_if_refused(tx, taken_back)
    mine = {"letter_id": one.id, "dispatch_id": dispatch.id, "stage": BOOKED}
    failed = [
        {name: getattr(row, name) for name in SAME} | mine | {"measure": f"{FAILED}{row.measure}", "amount": row.amount}
        for row in taken_back
        if row.tariff_hash in charged_anyway and _is_cost(row.measure)
    ]
    add(tx, failed)


def came_back(tx: Connection, tariffs: Tariffs, one: Letter, dispatch: LedgerDispatch) -> None:
    """What the provider takes for a letter that came back to it, once, where the tariffs have a price for that."""
    rows = tariffs.products.get((CAME_BACK, dispatch.provider, str(Part.PORTO), "", ""), ())
    row = on(clock.today(), rows)
    measure = f"{RETURNED}{Part.PORTO}"
    if row is None or any(known.measure == measure for known in standing(tx, one.id, dispatch.id)):
        return
    keep_copies(tx, {row.hash: row})
    add(tx, [entry_of(one.id, dispatch.id, BOOKED, measure, Price(row.part, recompute({}, row), row, {}))])


def charged(tx: Connection, one: Letter, dispatch: LedgerDispatch, amount: int, share: Share | None = None) -> None:
    """What the supplier says that it charged (øre), beside our own price; once per dispatch. `share`: the amount is
    that of the whole envelope, and this letter has a part of it.

    Receipts come doubled, so that a second amount is not added; one that differs is an incident.
    """
    deferred.flush(tx)
    e = t.entry.c
    wanted = select(e.inputs).where(e.letter_id == one.id, e.dispatch_id == dispatch.id, e.stage == CHARGED).limit(1)
    known = tx.execute(wanted).scalar_one_or_none()
    if known is not None and json.loads(known)["amount"] != amount:
        incidents.report(tx, one.id, "charged-otherwise", dispatch.id)
    if known is None:
        parted = share.inputs if share else {}
        add(tx, [told(one.id, dispatch.id, CHARGED, amount, **parted)])


def told(letter: UUID, dispatch: UUID, stage: str, amount: int, **where: str | int) -> Entry:
    """An entry of what a provider says, by receipt or invoice: its amount is an input, and has no tariff row. With a
    share of an envelope in its inputs, the amount is that of the whole."""
    assert stage in TOLD  # noqa: S101 - the audit reads the amount of these stages from the inputs
    share = Share.kept_in(where)
    row: Entry = {"letter_id": letter, "dispatch_id": dispatch, "stage": stage, "measure": str(Part.PORTO)}
    return {
        **row,
        "amount": share.of(amount) if share else amount,
        "certain": True,
        "inputs": as_json({"amount": amount, **where}),
        "tariff_hash": None,
    }


def _is_cost(measure: str) -> bool:
    known = kind_and_part(measure)
    return known is not None and known[0] is Kind.COST


def _charged_if_refused(tx: Connection, rows: Sequence[Row[Any]]) -> set[str]:
    """Which of the tariff rows that these entries used say so; the copies in the ledger are asked."""
    hashes = {row.tariff_hash for row in rows if row.tariff_hash and _is_cost(row.measure)}
    copies = tx.execute(select(t.tariff_row).where(t.tariff_row.c.hash.in_(hashes))).all() if hashes else ()
    return {copy.hash for copy in copies if TariffRow.from_canonical(copy.body).charged_if_refused}
