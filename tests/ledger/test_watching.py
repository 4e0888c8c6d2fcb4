"""Signs of life, totals, pace and what is lost: counted in the ledger, on both databases."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from outbound import clock, delivery, flow, standing
from outbound.delivery import House
from outbound.ledger import signs, tallies
from outbound.ledger.signs import Kind
from outbound.ledger.tallies import Name
from outbound.letter import Lane, Mailbox
from outbound.lost import count_lost
from outbound.standing import Stage
from outbound.watch import last_useful_days
from outbound.web.numbers import within
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, open_house, submission
from tests.outside import World
from tests.people import person


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    opened = open_house(database_url, tmp_path, world)
    yield opened
    opened.ledger.close()


def totals(house: House) -> dict[tuple[str, str, str], int]:
    with house.ledger.reading() as tx:
        return {(one.name, one.of, one.answer): one.total for one in tallies.totals(tx)}


def test_a_sign_is_overwritten_and_not_sooner_than_asked(house: House, moving_clock: MovingClock) -> None:
    def at() -> list[float]:
        with house.ledger.reading() as tx:
            return [round((clock.now() - one.at).total_seconds(), -1) for one in signs.signs(tx)]

    def give() -> None:
        with house.ledger.writing() as tx:
            signs.give(tx, Kind.POOL, "render", every=60)

    give()
    moving_clock.pass_(seconds=40)
    give()
    assert at() == [40]
    moving_clock.pass_(seconds=40)
    give()
    assert at() == [0]


def test_a_supplier_whose_receipts_cannot_be_fetched_gives_no_sign(house: House, world: World) -> None:
    world.paper_receipts.fetch = None  # type: ignore[assignment,method-assign]
    delivery.fetch(house)
    with house.ledger.reading() as tx:
        assert [(one.kind, one.name) for one in signs.signs(tx)] == [(Kind.FETCH, "digital-post")]


def test_what_is_counted_is_written_together_and_kept_where_that_fails(house: House, tmp_path: Path) -> None:
    house.tallies.count(Name.LOOK_UP, "enrolment", "enrolled", 2)
    house.tallies.count(Name.LOOK_UP, "enrolment", "enrolled")
    house.tallies.flush(house.ledger)
    assert totals(house) == {}, "not before its time"
    with house.ledger.writing() as tx:
        tx.exec_driver_sql("ALTER TABLE tally RENAME TO elsewhere")
    with pytest.raises(Exception, match="tally"):
        house.tallies.flush(house.ledger, every=0)
    with house.ledger.writing() as tx:
        tx.exec_driver_sql("ALTER TABLE elsewhere RENAME TO tally")
    for _ in range(2):
        house.tallies.flush(house.ledger, every=0)
    assert totals(house) == {("look-up", "enrolment", "enrolled"): 3}


def test_what_the_outside_answers_is_counted(house: House, world: World, moving_clock: MovingClock) -> None:
    world.enrolment.answers[person("well", 1)] = Mailbox.EXEMPT
    world.enrolment.answers[person("well", 2)] = Mailbox.UNKNOWN
    moods = iter(["unavailable", "refuse"])
    world.digital.plan = lambda consignment: next(moods, "drop")
    hand_in(house, *(submission(person("well", n)) for n in range(3)))
    for _ in range(3):
        run_to_rest(house)
        moving_clock.pass_(minutes=5)
    hand_in(house, submission(person("well", 4)))
    run_to_rest(house)
    house.tallies.flush(house.ledger, every=0)
    found = totals(house)
    assert found["look-up", "enrolment", "enrolled"] >= 1
    assert found["look-up", "enrolment", "exempt"] == 1
    assert found["look-up", "enrolment", "unknown"] >= 1
    assert found["look-up", "persons", "alive"] >= 1
    assert found["hand-over", "digital-post", "unavailable"] == 1
    assert found["hand-over", "digital-post", "refused"] == 1
    assert found["hand-over", "digital-post", "no-answer"] >= 1
    assert found["hand-over", "print", "taken"] == 2


def test_moves_are_counted_once_and_only_when_they_have_settled(
    house: House, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tallies.count_moves(house.ledger) == 0
    hand_in(house, *(submission(person("well", n)) for n in range(3)))
    run_to_rest(house)
    assert tallies.count_moves(house.ledger) == 0
    moving_clock.pass_(minutes=2)
    monkeypatch.setattr(tallies, "AT_ONCE", 10)
    while tallies.count_moves(house.ledger):
        pass
    found = totals(house)
    assert {found["moves", state, ""] for state in ("RECEIVED", "RENDERED", "ROUTED", "SENDING", "SENT")} == {3}
    assert found["routes", "enrolled", ""] == 3


def test_two_timers_count_a_move_once(house: House, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    tallies.count_moves(house.ledger)
    hand_in(house, submission(person()))
    moving_clock.pass_(minutes=2)
    before = tallies._counted

    def slow(tx: object) -> int | None:
        """The other timer counts between our reading and our writing."""
        found = before(tx)  # type: ignore[arg-type]
        monkeypatch.setattr(tallies, "_counted", before)
        tallies.count_moves(house.ledger)
        return found

    monkeypatch.setattr(tallies, "_counted", slow)
    tallies.count_moves(house.ledger)
    assert totals(house) == {("moves", "RECEIVED", ""): 1}


def test_the_pace_is_that_of_the_last_ten_minutes(
    house: House, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(house, *(submission(person("well", n)) for n in range(4)))
    moving_clock.pass_(seconds=100)
    delivery.render_handful(house, Lane.SINGLE)
    place = (Stage.RENDER, Lane.SINGLE, None)
    with house.ledger.reading() as tx:
        paces, took = flow.rates(tx), flow.times(tx)
    assert paces == {place: pytest.approx(4 / 10)}
    assert (list(took), len(took[place]), took[place]) == ([place], 4, sorted(took[place]))
    assert 99 < within(0.5, took[place]) <= within(0.95, took[place]) < 200
    monkeypatch.setattr(flow, "MOST_EVENTS", 2)
    monkeypatch.setattr(flow, "MOST_TIMED", 2)
    with house.ledger.reading() as tx:
        assert flow.rates(tx)[place] >= 2 / 10
        assert len(flow.times(tx)[place]) == 2
    moving_clock.pass_(minutes=11)
    with house.ledger.reading() as tx:
        assert (flow.rates(tx), flow.times(tx)) == ({}, {})


QUESTIONS = (
    *(standing.moving_states, standing.held, standing.incidents_by_code, standing.count_doubts, standing.in_doubt),
    *(standing.receipts_overdue, standing.returns_unseen, last_useful_days, flow.rates, flow.times),
)
SMALL = {"ix_dispatch_unsettled", "ix_incident_open"}


def test_nothing_that_is_asked_reads_all_letters(sqlite_url: str, tmp_path: Path, world: World) -> None:
    """Of every question the plan, which SQLite tells the same however few rows there are: letters and dispatches are
    searched for, or read from an index that has few of them."""
    house, asked = open_house(sqlite_url, tmp_path, world), list[tuple[str, Any]]()
    with house.ledger.reading() as tx:
        event.listen(tx, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        for question in QUESTIONS:
            question(tx)
        count_lost(tx, house.settings)
    with house.ledger.reading() as tx:
        plans = [tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values).all() for one, values in asked]
    house.ledger.close()
    read = {row[3] for plan in plans for row in plan if re.match("SCAN (letter|dispatch|incident)", row[3])}
    assert {scan.rpartition(" ")[2] for scan in read} <= {"ix_incident_open"}
    found = " ".join(row[3] for row in chain(*plans))
    assert {index for index in SMALL if index in found} == SMALL
    assert len(plans) >= 8
