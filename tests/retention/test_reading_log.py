"""Every opening of the seal leaves a line with who, what and for what; and nobody changes the log."""

import ast
from datetime import datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from sqlalchemy import Executable, delete, insert, text, update
from sqlalchemy.exc import DatabaseError

from outbound import clock
from outbound.delivery import House
from outbound.ledger import readings
from outbound.ledger import tables as t
from outbound.ledger.readings import Wanted
from outbound.settings import HOME
from outbound.web.pages import case_words, drift_words, letter
from outbound.web.purposes import PURPOSES
from tests.house import MovingClock
from tests.outside import World
from tests.retention.lives import BOTH, delivered, every, night, whats

ROOMS = ("outbound", "workers", "adapters")
OPENERS = {"open_parts": 3, "open": 4}
"""Which argument of each way to open the seal is its purpose (tx, wanted, by, purpose) or (tx, owner, part, by, …)."""
SEALS = ("seal", "house.seal", "inside.house.seal", "self.seal")


def openings() -> list[tuple[str, int, ast.expr]]:
    """Each place in the code that opens the seal, with its purpose."""
    found = []
    for file in (path for room in ROOMS for path in (HOME / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in OPENERS and ast.unparse(node.func.value) in SEALS:
                place = OPENERS[node.func.attr]
                assert len(node.args) > place, f"{file}:{node.lineno} opens the seal without a purpose"
                found.append((str(file.relative_to(HOME)), node.lineno, node.args[place]))
    return found


def test_every_place_that_opens_the_seal_says_for_what() -> None:
    """In words that the log's readers have: a code that no page can explain is no purpose."""
    places = openings()
    assert len(places) >= 17
    for file, line, purpose in places:
        if isinstance(purpose, ast.Constant):
            assert purpose.value in PURPOSES, f"{file}:{line} opens the seal for {purpose.value!r}"
        elif (said := ast.unparse(purpose)) != "purpose":
            module = import_module(file.removesuffix(".py").replace("/", "."))
            assert eval(said, vars(module)) in PURPOSES, f"{file}:{line} opens the seal for {said}"


def test_every_purpose_that_a_page_offers_has_words_in_the_log() -> None:
    """And where it is chosen."""
    for offered in (letter.PURPOSES, case_words.PURPOSES, drift_words.PURPOSES):
        assert offered.keys() <= PURPOSES.keys()
        assert all(offered.values())


def test_nothing_opens_the_seal_past_the_log() -> None:
    """AES is used in the seal alone, and what lies in `sealed` is read there alone."""
    for file in (path for room in ROOMS for path in (HOME / room).rglob("*.py")):
        if file.name == "seal.py" or "migrations" in file.parts:
            continue
        code = file.read_text()
        assert "AESGCM" not in code, file
        assert "sealed.c.body" not in code, file
        assert "select(t.sealed)" not in code, file


@pytest.mark.parametrize("database", BOTH)
def test_the_routers_own_work_is_in_it_too(house: House, world: World) -> None:
    (letter,) = delivered(house, world)
    with house.ledger.reading() as tx:
        own = readings.lines(tx, Wanted(owners=[letter], workers=True), None, 50)
        people = readings.lines(tx, Wanted(owners=[letter]), None, 50)
    assert {one.purpose for one in own} >= {"render", "route", "send"}
    assert people == []


@pytest.mark.parametrize("database", BOTH)
def test_the_log_is_only_added_to(house: House, world: World) -> None:
    delivered(house, world)
    before = every(house, t.reading.c.id)
    columns = "id, owner, part, 'x', purpose, at, recipient_key"
    replacing = text(f"INSERT OR REPLACE INTO reading SELECT {columns} FROM reading")
    emptying = replacing if house.ledger.sqlite else text("TRUNCATE reading")
    forbidden: list[Executable] = [update(t.reading).values(by="somebody else"), delete(t.reading), emptying]
    for change in forbidden:
        with pytest.raises(DatabaseError, match="only added to"), house.ledger.writing() as tx:
            tx.execute(change)
    assert every(house, t.reading.c.id) == before


@pytest.mark.parametrize("database", BOTH)
def test_old_lines_go_and_leave_word_that_they_went(house: House, world: World, moving_clock: MovingClock) -> None:
    old = clock.now() - timedelta(days=366 * 6)
    with house.ledger.writing() as tx:
        line = {"owner": uuid4(), "part": "person", "by": "mester", "purpose": "show", "at": old}
        tx.execute(insert(t.reading), [line, line])
    delivered(house, world)
    lines = len(every(house, t.reading.c.id))
    assert whats(night(house))["readings"] == 2
    assert len(every(house, t.reading.c.id)) == lines - 2
    (before,) = every(house, t.reading_dropped.c.before)
    assert before > old
    with pytest.raises(DatabaseError, match="only added to"), house.ledger.writing() as tx:
        tx.execute(delete(t.reading_dropped))


def read(house: House, by: str, at: datetime, times: int) -> None:
    with house.ledger.writing() as tx:
        lines = [
            {"owner": uuid4(), "part": "document", "by": by, "purpose": "page-inquiry", "at": at} for _ in range(times)
        ]
        tx.execute(insert(t.reading), lines)


def test_who_reads_much_and_who_reads_at_night_is_seen(house: House) -> None:
    noon = clock.now().replace(hour=11)
    read(house, "flittig", noon, 30)
    read(house, "natteravn", noon.replace(hour=1), 3)
    read(house, "worker", noon, 100)
    with house.ledger.reading() as tx:
        first, second = readings.readers(tx, noon - timedelta(days=1), noon + timedelta(days=1), 10)
    assert (first.by, first.owners, first.outside_hours) == ("flittig", 30, 0)
    assert (second.by, second.owners, second.outside_hours) == ("natteravn", 3, 3)


@pytest.mark.parametrize("database", BOTH)
def test_the_log_is_read_by_reader_and_time_a_page_at_a_time(house: House) -> None:
    now = clock.now()
    for number in range(5):
        read(house, "mester", now - timedelta(minutes=number), 1)
    read(house, "en anden", now, 1)
    with house.ledger.reading() as tx:
        first = readings.lines(tx, Wanted(by="mester"), None, 3)
        rest = readings.lines(tx, Wanted(by="mester"), first[-1].id, 3)
        recent = readings.lines(tx, Wanted(since=now - timedelta(seconds=90)), None, 10)
    assert [one.at for one in (*first, *rest)] == [now - timedelta(minutes=number) for number in range(5)]
    assert len(recent) == 3
