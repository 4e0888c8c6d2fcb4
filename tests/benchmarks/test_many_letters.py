"""The invented ledger: the audit finds nothing in it, nothing in it is lost, and the same seed makes it again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, func, select
from stdnum.dk import cpr

from benchmarks.many_letters import fill, keys_of
from benchmarks.pages import accounts_in, pages, signed_in
from benchmarks.present import invented_cpr
from outbound import clock
from outbound.accounts import audit
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.life import Status, may_move
from outbound.lost import count_lost
from outbound.return_code import is_code
from outbound.seal import Part, Seal
from outbound.settings import load
from outbound.stack.postgres import PostgresServer
from tests.house import open_house
from tests.outside import World
from tests.serving import SECRET, serve

LETTERS = 1_000
SAME = (t.submission, t.letter, t.dispatch, t.consignment, t.event, t.entry, t.reminder, t.returned, t.mailing)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def seal(folder: Path) -> Seal:
    return Seal(keys_of(folder / "keys.json"))


@pytest.fixture(scope="module")
def filled(postgres_server: PostgresServer, migrated_postgres: str, seal: Seal) -> Iterator[Ledger]:
    url = postgres_server.create("invented", template=migrated_postgres)
    fill(url, LETTERS, seal)
    ledger = Ledger(url)
    yield ledger
    ledger.close()
    postgres_server.drop("invented")


@pytest.fixture
def tx(filled: Ledger) -> Iterator[Connection]:
    with filled.reading() as tx:
        yield tx


def test_the_audit_finds_no_difference(tx: Connection) -> None:
    assert list(audit(tx)) == []
    assert tx.execute(select(func.count()).select_from(t.entry)).scalar_one() > 8 * LETTERS


def test_nothing_is_lost_and_the_year_is_at_rest(tx: Connection) -> None:
    row = t.letter.c
    rested = select(func.count()).where(row.forgotten_at.is_not(None), row.due_at.is_(None))

    assert count_lost(tx, load()) == {}
    assert tx.execute(rested).scalar_one() == LETTERS


def test_the_letters_come_over_twelve_months_up_to_yesterday(tx: Connection) -> None:
    row = t.letter.c
    first, last = tx.execute(select(func.min(row.created_at), func.max(row.created_at))).one()

    assert clock.danish_day(last) < clock.today()
    assert clock.today() - clock.danish_day(first) > timedelta(days=360)


def test_three_in_four_go_to_the_mailbox_and_paper_has_its_reasons(tx: Connection) -> None:
    row = t.letter.c
    rows = tx.execute(select(row.channel, row.route, func.count()).where(row.forgotten_at.is_not(None)).group_by(
        row.channel, row.route
    ))  # fmt: skip
    counts = {(channel, route): many for channel, route, many in rows}
    digital = sum(many for (channel, _), many in counts.items() if channel == "digital")

    assert 0.72 < digital / LETTERS < 0.86
    assert {route for channel, route in counts if channel == "print"} >= {"exempt", "not-enrolled", "paper-only"}


def test_every_story_is_of_permitted_moves_in_the_order_of_time(tx: Connection) -> None:
    e = t.event.c
    rows = tx.execute(select(e.letter_id, e.was, e.now, e.at).order_by(e.letter_id, e.id)).all()
    last: Any = None
    for row in rows:
        if row.was is None:
            assert row.now == Status.RECEIVED
        else:
            assert (row.letter_id, row.was) == (last.letter_id, last.now)
            assert may_move(Status(row.was), Status(row.now)), row
            assert row.at >= last.at, row
        last = row
    assert len(rows) > 5 * LETTERS


def test_every_letter_stands_where_its_events_end(tx: Connection) -> None:
    rows = tx.execute(select(t.event.c.letter_id, t.event.c.now).order_by(t.event.c.id))
    ends = {row.letter_id: row.now for row in rows}

    assert ends == {row.id: row.status for row in tx.execute(select(t.letter.c.id, t.letter.c.status))}


def test_every_page_answers(filled: Ledger, folder: Path, tmp_path: Path, postgres_server: PostgresServer) -> None:
    settings = {"accounts_file": accounts_in(tmp_path), "session_secret": SecretStr(SECRET)}
    house = open_house(postgres_server.url("invented"), folder, World(), **settings)
    with serve(house) as served, signed_in(served.url) as browser:
        answers = {name: browser.get(path).status_code for name, path in pages(filled).items()}
    house.ledger.close()

    assert set(answers.values()) == {200}, answers
    assert len(answers) > 25


def test_return_codes_can_be_scanned(tx: Connection) -> None:
    codes = tx.execute(select(t.letter.c.return_code).where(t.letter.c.return_code.is_not(None))).scalars().all()

    assert len(codes) > 100
    assert all(is_code(code) for code in codes)


def test_what_is_open_has_content_of_nobody(filled: Ledger, seal: Seal) -> None:
    row = t.letter.c
    with filled.writing() as tx:
        open_ones = tx.execute(select(row.id).where(row.forgotten_at.is_(None)).limit(50)).scalars().all()
        parts = seal.open_parts(tx, [Part(one, "person") for one in open_ones], "test", "test")

    assert len(parts) == len(open_ones) == 50
    assert all(cpr.checksum(invented_cpr(number)) for number in range(20_000))


def test_every_constraint_and_index_of_the_schema_is_there(tx: Connection, migrated_postgres: str) -> None:
    names = {index.name for table in t.metadata.tables.values() for index in table.indexes}
    there = set(tx.exec_driver_sql("SELECT indexname FROM pg_indexes").scalars())
    foreign = tx.exec_driver_sql("SELECT count(*), bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'").one()
    wanted = sum(len(table.foreign_keys) for table in t.metadata.tables.values())

    assert names <= there
    assert tuple(foreign) == (wanted, True)
    assert tx.exec_driver_sql("SELECT relname FROM pg_class WHERE starts_with(relname, 'bench_')").all() == []


def test_the_same_seed_makes_the_same_ledger_and_another_seed_another(
    filled: Ledger, postgres_server: PostgresServer, migrated_postgres: str, seal: Seal
) -> None:
    first = digests(filled)
    assert again(postgres_server, migrated_postgres, seal, 7) == first
    other = again(postgres_server, migrated_postgres, seal, 8)
    assert not other & first


def again(server: PostgresServer, template: str, seal: Seal, seed: int) -> frozenset[tuple[str, str]]:
    url = server.create("again", template=template)
    fill(url, LETTERS, seal, seed)
    ledger = Ledger(url)
    found = digests(ledger)
    ledger.close()
    server.drop("again")
    return found


def digests(ledger: Ledger) -> frozenset[tuple[str, str]]:
    """Of each table, without what is counted from the moment of making."""
    found = set()
    with ledger.reading() as tx:
        for table in SAME:
            mine = f"(to_jsonb(r) - ARRAY[{', '.join(repr(name) for name in MOMENTS)}])::text"
            rows = f"SELECT md5(string_agg({mine}, '' ORDER BY {mine})) FROM {table.name} r"
            found.add((table.name, tx.exec_driver_sql(rows).scalar_one()))
    return frozenset(found)


MOMENTS = ("id", "txid", "due_at", "deadline_at", "updated_at", "forgotten_at", "acknowledged_at", "at", "settled_at")
