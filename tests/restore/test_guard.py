"""A back-up that is started by mistake sends nothing, and says why: marks kept outside it are not found in it."""

import logging
from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import event

from outbound import restored
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import channels, restorations
from outbound.ledger.restorations import Mark
from tests.house import MovingClock, hand_in, submission
from tests.people import person
from tests.restore.copies import TUESDAY, back_up, put_back
from workers.guard import FILE, KEY, Guard

HAND = Hand("mester", "prøve")


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    made = redis.Redis.from_url(redis_url, socket_timeout=2)
    yield made
    made.close()


def at_work(house: House, guard: Guard) -> None:
    """Something happens, and the timer's round sees it."""
    hand_in(house, submission(person("well", 1)))
    assert guard.look()


def test_an_ordinary_ledger_is_sent_from(house: House, client: redis.Redis) -> None:
    keeper, worker = Guard(house, client, keeper=True), Guard(house, client)
    assert keeper.look(), "an empty one"
    for _ in range(2):
        at_work(house, keeper)
        assert worker.lets_send()
        worker.note()
        assert Guard(house, client).lets_send(), "and when it is started again"


@pytest.mark.parametrize("lost", ["redis", "folder", "nothing"])
def test_a_back_up_sends_nothing_and_says_why(
    house: House, client: redis.Redis, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Guard(house, client, keeper=True)
    at_work(house, keeper)
    copy = back_up(house)
    at_work(house, keeper)
    lose(house, client, lost)
    put_back(house, copy)
    hand_in(house, submission(person("well", 3)), submission(person("well", 5)))  # it goes on, past where it was
    with caplog.at_level(logging.ERROR):
        assert not Guard(house, client).lets_send()
    assert "outbound restored begin" in caplog.text
    with house.ledger.reading() as tx:
        assert all(channels.paused(tx, "channel", one) for one in restorations.CHANNELS), "whoever asks is told"
    assert not keeper.look()


def lose(house: House, client: redis.Redis, what: str) -> None:
    if what == "redis":
        client.flushall()
    if what == "folder":
        (house.settings.var_dir / FILE).unlink()


def test_a_ledger_put_back_under_a_running_worker_is_seen(house: House, client: redis.Redis) -> None:
    keeper, worker = Guard(house, client, keeper=True), Guard(house, client)
    at_work(house, keeper)
    copy = back_up(house)
    hand_in(house, submission(person("well", 3)))
    assert worker.lets_send()
    worker.note()
    lose(house, client, "redis")
    lose(house, client, "folder")
    put_back(house, copy)
    assert not worker.lets_send()


def test_where_every_mark_is_lost_the_keeper_says_so_and_a_person_ends_it(
    house: House, client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    at_work(house, Guard(house, client, keeper=True))
    lose(house, client, "redis")
    lose(house, client, "folder")
    assert not Guard(house, client).lets_send(), "a worker waits for the keeper's word"
    with house.ledger.reading() as tx:
        assert restorations.current(tx) is None
    with caplog.at_level(logging.ERROR):
        assert not Guard(house, client, keeper=True).look()
    assert "outbound restored dismiss" in caplog.text
    restored.dismiss(house, HAND)
    assert Guard(house, client, keeper=True).look()
    assert Guard(house, client).lets_send()


def test_when_a_person_has_ended_it_old_marks_say_nothing(
    house: House, client: redis.Redis, moving_clock: MovingClock
) -> None:
    keeper, worker = Guard(house, client, keeper=True), Guard(house, client)
    at_work(house, keeper)
    copy = back_up(house)
    at_work(house, keeper)
    assert worker.lets_send()
    put_back(house, copy)
    restored.begin(house, TUESDAY, HAND)
    assert not keeper.look()
    assert not worker.lets_send()
    moving_clock.pass_(minutes=5)
    restored.finish(house, HAND, restorations.CHANNELS)
    assert keeper.look()
    at_work(house, keeper)
    assert worker.lets_send()
    later = back_up(house)
    at_work(house, keeper)
    put_back(house, later)
    assert not worker.lets_send(), "one taken since is noticed by the marks kept since"
    put_back(house, copy)
    assert not keeper.look(), "the same back-up a second time is noticed again"
    assert not worker.lets_send()


def test_a_ticket_costs_the_ledger_one_question(house: House, client: redis.Redis) -> None:
    keeper, worker = Guard(house, client, keeper=True), Guard(house, client)
    at_work(house, keeper)
    assert worker.lets_send(), "its first asks twice: under what marks are kept is not known before"
    asked: list[str] = []
    event.listen(house.ledger.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert worker.lets_send()
    assert len([one for one in asked if one.startswith("SELECT")]) == 1, asked


def test_a_mark_carries_nobody(house: House, client: redis.Redis) -> None:
    keeper = Guard(house, client, keeper=True)
    at_work(house, keeper)
    with house.ledger.reading() as tx:
        ledger = restorations.seen(tx).ledger
    assert ledger
    kept = (house.settings.var_dir / FILE).read_bytes()
    assert kept == client.get(f"{KEY}:{ledger.hex}")
    assert str(Mark.parse(kept)).encode() == kept


def test_a_mark_is_written_when_something_has_happened_or_when_it_is_lost(
    house: House, client: redis.Redis, moving_clock: MovingClock
) -> None:
    keeper, file = Guard(house, client, keeper=True), house.settings.var_dir / FILE
    at_work(house, keeper)
    first = file.stat().st_mtime_ns, file.read_bytes()
    moving_clock.pass_(minutes=5)
    assert keeper.look()
    assert (file.stat().st_mtime_ns, file.read_bytes()) == first, "nothing has happened since"
    for lost in (file.unlink, lambda: file.write_text("[")):
        lost()
        assert keeper.look()
        assert Mark.parse(file.read_bytes()) == Mark.parse(first[1])
    at_work(house, keeper)
    assert Mark.parse(file.read_bytes()).event > Mark.parse(first[1]).event


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1, 2, 3, 4]", '["x", 1, "y", "z"]', "\x00"])
def test_what_is_no_mark(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Mark.parse(text)


def test_a_redis_that_is_away_and_a_folder_that_cannot_be_written_stop_no_letter(house: House) -> None:
    away = redis.Redis(port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    keeper = Guard(house, away, keeper=True)
    at_work(house, keeper)
    (house.settings.var_dir / FILE).unlink()
    (house.settings.var_dir / FILE).mkdir()
    at_work(house, keeper)
