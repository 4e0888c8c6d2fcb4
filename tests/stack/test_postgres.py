"""The embedded PostgreSQL: as root or not, killed, restarted, cloned."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from outbound.stack import places, postgres
from outbound.stack.errors import StackError
from outbound.stack.postgres import PostgresServer
from outbound.stack.supervisor import Supervisor


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = places.scratch("outbound-test-")
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_what_is_committed_survives_a_killed_server(open_folder: Path) -> None:
    with Supervisor(open_folder) as supervisor:
        server = PostgresServer(supervisor, open_folder / "postgres", durable=True)
        server.start()
        connection = psycopg.connect(server.conninfo(), autocommit=True)
        connection.execute("create table letter (id int)")
        connection.execute("insert into letter values (7)")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
        connection.close()
        server.start()
        with psycopg.connect(server.conninfo()) as again:
            assert again.execute("select id from letter").fetchall() == [(7,)]
        server.stop()
        server.start()
        with psycopg.connect(server.conninfo()) as again:
            assert again.execute("show synchronous_commit").fetchone() == ("on",)


def test_databases_are_cloned_and_dropped_under_open_connections(postgres_server: PostgresServer) -> None:
    clone = 'a clone of "it\'s" & æøå'
    postgres_server.create("pattern")
    with psycopg.connect(postgres_server.conninfo("pattern")) as connection:
        connection.execute("create table letter (id int)")
    assert postgres_server.create(clone, template="pattern").startswith("postgresql+psycopg://")
    connection = psycopg.connect(postgres_server.conninfo(clone))
    assert connection.execute("select count(*) from letter").fetchone() == (0,)
    postgres_server.drop(clone)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    connection.close()
    postgres_server.drop("pattern")


def test_the_log_repeats_no_row_and_no_statement(open_folder: Path) -> None:
    with Supervisor(open_folder) as supervisor:
        server = PostgresServer(supervisor, open_folder / "postgres")
        server.start()
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute("create table person (name text primary key check (name <> 'Ib Planted'))")
            for name in ("Ib Planted", "Bo Planted", "Bo Planted"):
                with suppress(psycopg.IntegrityError):
                    connection.execute("insert into person values (%s)", [name])
    log = (open_folder / "logs" / "postgres.log").read_text()
    assert "violates unique constraint" in log
    assert "violates check constraint" in log
    assert "Planted" not in log


def test_the_programs_are_found_where_they_are_set(tmp_path: Path) -> None:
    (tmp_path / "initdb").touch()
    assert postgres.find_programs({"OUTBOUND_POSTGRES_BIN": str(tmp_path)}) == tmp_path
    with pytest.raises(StackError, match="there is no initdb in /nowhere"):
        postgres.find_programs({"OUTBOUND_POSTGRES_BIN": "/nowhere"})


def test_programs_in_a_closed_folder_are_copied_to_an_open_one(open_folder: Path) -> None:
    closed = open_folder / "closed"
    installed = postgres.find_programs().parent
    for part in installed.parent.parent.glob(f"{installed.parent.name}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, closed / part.name, symlinks=True)
    closed.chmod(0o700)
    with Supervisor(open_folder) as supervisor:
        programs = closed / installed.parent.name / installed.name / "bin"
        server = PostgresServer(supervisor, open_folder / "postgres", programs=programs)
        server.start()
        server.stop()
        server.start()
        assert server.answers()


def test_a_data_folder_that_its_account_cannot_reach_is_refused(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    with Supervisor(closed) as supervisor:
        server = PostgresServer(supervisor, closed / "postgres")
        if os.geteuid() == 0:
            with pytest.raises(StackError, match=r"\(nobody\) cannot reach .*OUTBOUND_VAR_DIR"):
                server.start()
        else:
            server.start()
            assert server.answers()
