"""The database keeps what the accounts rest on, and no entry gets into a closed month, whoever began first."""

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing as closing_of
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DatabaseError

from outbound.accounts import closing
from outbound.accounts.entries import add
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.reports.monthly import close_month
from tests.audited import differences
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, submission
from tests.people import person

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def letter(house: House) -> UUID:
    """Sent on 23 November."""
    (letter,) = hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    return letter


def close(house: House, month: date) -> bool:
    with house.ledger.writing() as tx:
        return closing.close(tx, month, "regnskab")


def an_entry(letter: UUID, day: date) -> dict[str, Any]:
    row = {"letter_id": letter, "dispatch_id": None, "stage": "charged", "measure": "porto", "amount": 1}
    at = datetime(day.year, day.month, day.day, 12, tzinfo=COPENHAGEN)
    return {**row, "certain": True, "inputs": '{"amount":1}', "tariff_hash": None, "at": at, "day": day}


CHANGES: list[Callable[[Connection], Any]] = [
    lambda tx: tx.execute(update(t.entry).values(amount=1)),
    lambda tx: tx.execute(delete(t.entry)),
    lambda tx: tx.execute(update(t.tariff_row).values(body="{}")),
    lambda tx: tx.execute(update(t.month_closed).values(by="en anden")),
    lambda tx: tx.execute(delete(t.month_closed)),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_or_remove_what_is_only_added_to(
    house: House, letter: UUID, moving_clock: MovingClock, change: Callable[[Connection], Any]
) -> None:
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    close(house, NOVEMBER)
    with pytest.raises(DatabaseError, match="only added to"), house.ledger.writing() as tx:
        change(tx)


def test_a_table_is_not_emptied_by_another_word(house: House, letter: UUID) -> None:
    if house.ledger.sqlite:
        return  # it has no other word than DELETE
    with pytest.raises(DatabaseError, match="only added to"), house.ledger.writing() as tx:
        tx.execute(text("TRUNCATE entry"))


@pytest.mark.parametrize(
    "replaced",
    [
        "entry SELECT id, letter_id, dispatch_id, stage, measure, 1, 1, '{}', NULL, at, '2026-12-01' FROM entry",
        "tariff_row SELECT hash, '{}' FROM tariff_row",
        "month_closed SELECT month, 'en anden', at FROM month_closed",
        "month_report SELECT month, '{}', digest FROM month_report",
    ],
)
def test_a_row_is_not_replaced_by_another_program(
    house: House, letter: UUID, moving_clock: MovingClock, replaced: str
) -> None:
    """SQLite's own word for it, by a connection that sets nothing."""
    if not house.ledger.sqlite:
        return  # it has no such word
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    close_month(house.ledger, house.organisation, NOVEMBER, "regnskab")
    table = replaced.split()[0]
    with closing_of(sqlite3.connect(house.ledger.engine.url.database or "")) as other:
        before = other.execute(f"SELECT * FROM {table}").fetchall()
        with suppress(sqlite3.IntegrityError):
            other.execute(f"INSERT OR REPLACE INTO {replaced}")
        assert before
        assert other.execute(f"SELECT * FROM {table}").fetchall() == before
    assert differences(house.ledger) == []


def test_a_month_is_closed_an_hour_after_it_is_over_and_once(
    house: House, letter: UUID, moving_clock: MovingClock
) -> None:
    moving_clock.to(datetime(2026, 12, 1, 0, 59, tzinfo=COPENHAGEN))
    with pytest.raises(closing.NotNow, match="can be closed from 2026-12-01 01:00"):
        close(house, NOVEMBER)
    moving_clock.pass_(minutes=2)
    assert close(house, NOVEMBER)
    assert not close(house, NOVEMBER)
    with house.ledger.reading() as tx:
        assert [(one.month, one.by) for one in closing.closed(tx)] == [(NOVEMBER, "regnskab")]


def test_months_are_closed_in_order_from_the_first_with_letters(
    house: House, letter: UUID, moving_clock: MovingClock
) -> None:
    moving_clock.to(datetime(2027, 2, 2, 10, tzinfo=COPENHAGEN))
    for other in (date(2026, 10, 1), DECEMBER):
        with pytest.raises(closing.NotNow, match="next month to be closed is 2026-11"):
            close(house, other)
    close(house, NOVEMBER)
    with pytest.raises(closing.NotNow, match="next month to be closed is 2026-12"):
        close(house, date(2027, 1, 1))
    assert close(house, DECEMBER)
    assert close(house, date(2027, 1, 1))


def test_no_entry_of_a_closed_month_or_an_earlier_one_is_taken(
    house: House, letter: UUID, moving_clock: MovingClock
) -> None:
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    close(house, NOVEMBER)
    for day in (date(2026, 11, 30), date(2026, 11, 1), date(2025, 1, 1)):
        with pytest.raises(DatabaseError, match="its month is closed"), house.ledger.writing() as tx:
            deferred.add(tx, t.entry, [an_entry(letter, day)])
    with house.ledger.writing() as tx:
        deferred.add(tx, t.entry, [an_entry(letter, date(2026, 12, 1))])


def test_whoever_began_before_the_closing_is_waited_for_or_refused(
    house: House, letter: UUID, moving_clock: MovingClock
) -> None:
    """One has written and not committed: the closing waits for it. One has begun and not written: it is refused."""
    if house.ledger.sqlite:
        return  # one writer at a time
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    with house.ledger.reading() as tx:
        before = closing.position(tx, NOVEMBER)
    closed = threading.Event()

    def close_and_tell() -> None:
        close(house, NOVEMBER)
        closed.set()

    closer = threading.Thread(target=close_and_tell)
    known: list[closing.Position] = []

    def one_writes_too_late() -> None:
        with house.ledger.writing() as late:
            late.execute(select(t.entry.c.id).limit(1)).all()  # it has begun
            with house.ledger.writing() as early:
                deferred.add(early, t.entry, [an_entry(letter, date(2026, 11, 30))])
                deferred.flush(early)
                closer.start()
                assert not closed.wait(1)
            assert closed.wait(30)
            with house.ledger.reading() as tx:
                known.append(closing.position(tx, NOVEMBER))
            deferred.add(late, t.entry, [an_entry(letter, date(2026, 11, 30))])

    with pytest.raises(DatabaseError, match="its month is closed"):
        one_writes_too_late()
    closer.join()
    with house.ledger.reading() as tx:
        assert [closing.position(tx, NOVEMBER)] == known
    assert known[0].entries == before.entries + 1


def test_the_digest_is_of_every_field_of_every_entry(house: House, letter: UUID) -> None:
    with house.ledger.reading() as tx:
        rows = tx.execute(select(t.entry).order_by(t.entry.c.id)).all()
        lines = "".join(closing.entry_line(row) for row in rows)
        made = closing.position(tx, NOVEMBER)
    assert (made.entries, made.last) == (len(rows), rows[-1].id)
    assert made.digest == hashlib.sha256(lines.encode()).hexdigest()
    first = lines.splitlines()[0].split("|")
    assert first[:2] == [str(rows[0].id), str(letter)]
    assert first[6] == "1"
    assert first[10] == "2026-11-23"


def test_what_is_learned_later_counts_in_the_open_month(house: House, letter: UUID, moving_clock: MovingClock) -> None:
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    with house.ledger.reading() as tx:
        before = closing.position(tx, NOVEMBER)
    close(house, NOVEMBER)
    hand_in(house, submission(person("well", 2)))
    run_to_rest(house)
    with house.ledger.writing() as tx:
        told = an_entry(letter, DECEMBER) | {"dispatch_id": dispatches(house, letter)[0].id}
        add(tx, [{k: v for k, v in told.items() if k not in ("at", "day")}])
    with house.ledger.reading() as tx:
        assert closing.position(tx, NOVEMBER) == before
        assert closing.position(tx, DECEMBER).entries > 10
    assert [one for one in differences(house.ledger) if "2026-11" not in one] == []
