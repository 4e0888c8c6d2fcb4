"""The event feed: in one order that no later commit changes, on both databases."""

import threading
from uuid import UUID

import pytest

from outbound.delivery import House
from outbound.intake import take_in
from outbound.ledger.feed import Cursor, FeedEvent, events_after, is_beyond
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, submission
from tests.people import person


def read(house: House, after: Cursor = Cursor(), limit: int = 100) -> list[FeedEvent]:
    with house.ledger.reading() as tx:
        return events_after(tx, "jobcenter", after, limit)


def test_the_feed_tells_what_happened_in_its_order(house: House) -> None:
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    told = read(house)
    assert [one.now for one in told] == ["RECEIVED", "RENDERED", "ROUTED", "SENDING", "SENT"]
    assert [one.was for one in told] == [None, *(one.now for one in told[:-1])]
    assert {one.letter for one in told} == {letter}
    assert [one.cursor for one in told] == sorted(one.cursor for one in told)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_read_by_any_page_it_is_the_same(house: House, limit: int) -> None:
    hand_in(house, *(submission(person("well", number)) for number in range(2)))
    run_to_rest(house)
    whole, found, cursor = read(house), [], Cursor()
    while page := read(house, cursor, limit):
        found += page
        cursor = Cursor.parse(str(page[-1].cursor))
    assert found == whole


def test_a_system_sees_its_own_events_only(house: House) -> None:
    hand_in(house, submission(person(), system="skole"))
    assert read(house) == []


def test_while_many_write_a_reader_misses_nothing_and_sees_nothing_twice(house: House) -> None:
    """Four writers, whose transactions interleave where the database lets them, and a reader beside them."""
    written, seen = [[] for _ in range(4)], []  # type: list[list[UUID]], list[UUID]
    through = threading.Event()

    def write(mine: list[UUID]) -> None:
        for _ in range(6):
            with house.ledger.writing() as tx:
                mine += take_in(tx, house, submission(person())).letters

    def follow() -> None:
        cursor, last = Cursor(), False
        while not last:
            last = through.is_set()
            while page := read(house, cursor, 3):
                seen.extend(one.letter for one in page)
                cursor = page[-1].cursor

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(mine,)) for mine in written]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    through.set()
    reader.join()
    assert sorted(seen) == sorted(one for mine in written for one in mine)
    assert len(seen) == 24


def test_only_a_cursor_past_all_that_was_given_lies_beyond(house: House) -> None:
    with house.ledger.writing() as tx:
        take_in(tx, house, submission(person()))
    with house.ledger.reading() as tx:
        last = events_after(tx, "jobcenter", Cursor(), 10)[-1].cursor
        assert not any(is_beyond(tx, one) for one in (Cursor(), last))
        assert is_beyond(tx, Cursor(last.txid + 10**9, 0))


def test_nothing_lies_beyond_the_beginning_of_an_empty_feed(house: House) -> None:
    with house.ledger.reading() as tx:
        assert not is_beyond(tx, Cursor())
