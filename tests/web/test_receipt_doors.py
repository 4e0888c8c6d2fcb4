"""Receipts that a supplier pushes to us: committed before they are acknowledged, once each, read later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import News, RawReceipt, Receipt
from outbound.life import Status
from outbound.seal import sealed
from outbound.web.receipt_doors import LARGEST
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.serving import Served, serve


@dataclass
class ModelDoor:
    """A supplier that pushes: its receipts are the id of a dispatch that was delivered."""

    provider: str = "pusher"
    path: str = "/receipts/pusher"

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        return [Receipt(UUID(receipt.body.decode()), News.DELIVERED)]

    def answer(self) -> tuple[str, bytes]:
        return "text/xml", b"<committed/>"


@pytest.fixture
def house_with_door(house: House) -> House:
    return replace(house, outside=replace(house.outside, doors=(ModelDoor(),)))


@pytest.fixture
def pushed(house_with_door: House) -> Iterator[Served]:
    with serve(house_with_door) as running:
        yield running


def test_a_pushed_receipt_settles_its_letter(pushed: Served, house_with_door: House, world: World) -> None:
    (letter,) = hand_in(house_with_door, submission(person()))
    run_to_rest(house_with_door)
    (taken,) = dispatches(house_with_door, letter)
    answer = httpx.post(f"{pushed.url}/receipts/pusher", content=str(taken.id))
    assert (answer.status_code, answer.text) == (200, "<committed/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert pushed.rung == [("receipts", 1)]
    run_to_rest(house_with_door)
    assert look(house_with_door, letter).status is Status.DELIVERED


def test_the_same_receipt_pushed_twice_is_one_and_lies_sealed(pushed: Served, house_with_door: House) -> None:
    for _ in range(2):
        assert httpx.post(f"{pushed.url}/receipts/pusher", content=b"of nobody").status_code == 200
    with house_with_door.ledger.writing() as tx:
        (kept,) = tx.execute(select(t.receipt_inbox)).all()
        (stored,) = tx.execute(select(sealed.c.body).where(sealed.c.owner == kept.owner)).scalars()
        opened = house_with_door.seal.open(tx, kept.owner, "receipt", "test", "test")
    assert (kept.provider, kept.state, opened) == ("pusher", "new", b"of nobody")
    assert b"of nobody" not in bytes(stored)


def test_a_receipt_that_is_too_large_is_refused(pushed: Served) -> None:
    answer = httpx.post(f"{pushed.url}/receipts/pusher", content=bytes(LARGEST + 1))
    assert answer.status_code == 413
    assert httpx.get(f"{pushed.url}/receipts/pusher").status_code == 405
