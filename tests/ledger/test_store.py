"""How the ledger is read and written: a reader has one snapshot, a writer leaves everything or nothing."""

import threading
from collections.abc import Sequence
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from outbound import accounts, clock
from outbound.accounts.entries import keep_copies
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.tariff_row import TariffRow
from tests.audited import differences_in
from tests.delivery.walking import run_to_rest
from tests.house import NOTICE, hand_in, look, submission
from tests.people import person


def test_a_reader_has_one_snapshot(house: House) -> None:
    with house.ledger.reading() as tx:
        count = select(func.count()).select_from(t.letter)
        before = tx.execute(count).scalar()
        hand_in(house, submission(person()))
        assert tx.execute(count).scalar() == before == 0
    with house.ledger.reading() as tx:
        assert tx.execute(count).scalar() == 1


def test_a_writer_that_fails_leaves_nothing(house: House) -> None:
    def fail() -> None:
        with house.ledger.writing() as tx:
            tx.execute(t.system_key.insert().values(digest="d", system="s", created_at=clock.now()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.system_key)).all() == []


def test_the_audit_may_run_while_letters_flow(house: House) -> None:
    """It sees no half of a transaction, and reports no difference."""
    differences: list[object] = []
    through = threading.Event()

    def audit() -> None:
        while not through.is_set():
            with house.ledger.reading() as tx:
                differences.extend(differences_in(tx))

    beside = threading.Thread(target=audit)
    beside.start()
    for number in range(8):
        hand_in(house, submission(person("well", number)))
        run_to_rest(house)
    through.set()
    beside.join()
    assert differences == []


def test_two_that_copy_new_tariff_rows_in_another_order_do_not_wait_for_each_other(house: House) -> None:
    (letter,) = hand_in(house, submission(person()))
    way = accounts.sending_of(look(house, letter), Channel.PRINT, "print", house.types[NOTICE].letter_class)
    first, second = (price.row for price in house.tariffs.price(way, clock.today()).prices[:2])
    halfway = threading.Barrier(2)
    faults: list[BaseException] = []

    def copy(rows: Sequence[TariffRow]) -> None:
        try:
            with house.ledger.writing() as tx:
                for row in rows:
                    keep_copies(tx, {row.hash: row})
                    with suppress(threading.BrokenBarrierError):
                        halfway.wait(0.5)  # where the second has to wait for the first, they do not meet
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=copy, args=(rows,)) for rows in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
