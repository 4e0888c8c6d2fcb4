"""After an outage thousands of receipts lie ready: a worker brings home what it has time for, and leaves the rest."""

import time
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from outbound import delivery
from outbound.ledger import tables as t
from outbound.letter import News
from outbound.ports import Unavailable
from tests.delivery.walking import Walk

BACKLOG = 120


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_backlog_of_receipts_takes_no_worker_past_its_end(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    receipts, confirmed = walk.world.digital_receipts, list[str]()
    quickly = receipts.confirm

    def slowly(raw: Any) -> None:
        time.sleep(0.005)
        confirmed.append(raw.id)
        quickly(raw)

    monkeypatch.setattr(receipts, "confirm", slowly)
    for _ in range(BACKLOG):
        receipts.send(uuid4(), News.DELIVERED)
    hard_pressed = walk.house.settings.model_copy(update={"send_lease": 3.0, "hard_end": 0.5})
    house, rounds = replace(walk.house, settings=hard_pressed), 0
    while len(set(confirmed)) < BACKLOG and rounds < BACKLOG:
        before = time.monotonic()
        delivery.fetch(house)
        assert time.monotonic() - before < 3.0 * 0.5
        rounds += 1
    assert len(set(confirmed)) == BACKLOG
    assert rounds > 1, "the backlog was too small to show anything"
    with walk.ledger.reading() as tx:
        assert tx.execute(select(func.count()).select_from(t.receipt_inbox)).scalar() == BACKLOG


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_one_ticket_works_all_that_lies_in_the_inbox(walk: Walk) -> None:
    for _ in range(BACKLOG):
        walk.world.digital_receipts.send(uuid4(), News.DELIVERED)
    delivery.fetch(walk.house)
    assert delivery.settle(walk.house) == BACKLOG
    assert delivery.settle(walk.house) == 0


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_supplier_slower_than_a_spell_is_still_emptied(walk: Walk) -> None:
    receipts = walk.world.digital_receipts
    for _ in range(3):
        receipts.send(uuid4(), News.DELIVERED)
    no_time = replace(walk.house, settings=walk.house.settings.model_copy(update={"send_lease": 0.0}))
    for _ in range(3):
        delivery.fetch(no_time)
    assert list(receipts.fetch()) == []


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_receipts_that_stay_where_they_are_are_told_of_by_a_code(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> Any:
        raise Unavailable("no-connection")

    monkeypatch.setattr(walk.world.paper_receipts, "fetch", away)
    provider = walk.world.paper_receipts.provider
    delivery.fetch(walk.house)
    told = f"Not all receipts of {provider} could be fetched (no-connection); the next round tries."
    assert told in caplog.messages
