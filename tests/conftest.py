"""What every test may ask for: real servers, a fresh ledger on either database, a clock that it moves, suppliers of its
own, the published schemas.

Redis, PostgreSQL and SFTP are part of `make test` on every machine: where one of them cannot be started, the
test fails. Only a browser, OpenSSH's server, promtool, the published schemas and the engines of `make bench` may be
absent; those tests skip, and the last line of the run counts them.
"""

import logging
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from outbound.clock import COPENHAGEN
from outbound.stack.errors import StackError
from outbound.stack.places import scratch
from outbound.stack.postgres import PostgresServer
from outbound.stack.redis import RedisServer, find_server, given_url
from outbound.stack.supervisor import Supervisor
from tests.house import MovingClock
from tests.outside import World

REPOSITORY = Path(__file__).resolve().parent.parent
MAY_SKIP = ("browser", "sshd", "specs", "peers", "prometheus")
PEERS_READY = REPOSITORY / ".venv-peers" / "ready"
_databases = count(1)

settings.register_profile("any machine", deadline=None)  # how fast an example is says nothing about it
settings.load_profile("any machine")


def find_chromium() -> str | None:
    """A browser of the chromium family on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def find_sshd() -> str | None:
    """OpenSSH's server on this machine; it wants to be called by its whole path."""
    return shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def find_promtool() -> str | None:
    """Prometheus' own checker of rules on this machine."""
    return shutil.which("promtool")


def find_specs() -> Path | None:
    """The folder of published schemas: as set, else a neighbour's `specs` folder that holds MeMo's."""
    if setting := os.environ.get("OUTBOUND_SPECS_DIR"):
        return Path(setting)
    return next((found.parent for found in REPOSITORY.parent.glob("*/specs/memo-1.2")), None)


def pytest_configure(config: pytest.Config) -> None:
    """Every simulator of the mailbox that a test starts holds each message to the schemas, where they are at hand."""
    if specs := find_specs():
        os.environ["OUTBOUND_SPECS_DIR"] = str(specs)


@pytest.fixture(scope="session")
def supervisor() -> Iterator[Supervisor]:
    """Keeps the session's servers; everything it started ends with the session."""
    folder = scratch("outbound-tests-")
    folder.chmod(0o755)
    with Supervisor(folder) as supervisor:
        yield supervisor
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server(supervisor: Supervisor) -> RedisServer:
    """A Redis of the tests' own: they may stop, kill and empty it, and leave it running."""
    server = RedisServer(supervisor, supervisor.folder / "redis")
    server.start()
    return server


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> str:
    """The address of a Redis: the tests' own, or the given one on a machine where none can be started."""
    try:
        find_server()
    except StackError:
        if given := given_url():
            return given
        raise
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.url


@pytest.fixture(scope="session")
def postgres_server(supervisor: Supervisor) -> PostgresServer:
    """A PostgreSQL of the tests' own (OUTBOUND_POSTGRES_BIN chooses another version's programs)."""
    server = PostgresServer(supervisor, supervisor.folder / "postgres")
    server.start()
    return server


@pytest.fixture(scope="session")
def migrated_sqlite(supervisor: Supervisor) -> Path:
    """A SQLite ledger that has been migrated and is otherwise empty; copy it, don't write to it."""
    file = supervisor.folder / "migrated.db"
    import_module("outbound.ledger").migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database that has been migrated and is otherwise empty; a template."""
    import_module("outbound.ledger").migrate(postgres_server.create("migrated"))
    return "migrated"


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh, migrated, empty ledger on SQLite."""
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(migrated_sqlite)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgres_server: PostgresServer, migrated_postgres: str) -> Iterator[str]:
    """A fresh, migrated, empty ledger on PostgreSQL; dropped afterwards, whoever is still connected."""
    name = f"ledger_{next(_databases)}"
    yield postgres_server.create(name, template=migrated_postgres)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated, empty ledger, on each database in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    """The clock of the test and of every process that it starts: ten o'clock on a Monday, until it is moved."""
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN))
    return moving


@pytest.fixture
def world() -> World:
    """Suppliers and registers that take and know everything."""
    return World()


@pytest.fixture(autouse=True)
def _loggers_that_speak(request: pytest.FixtureRequest) -> None:
    """import-linter and alembic, called in-process, silence the loggers that they do not know."""
    if "caplog" in request.fixturenames:
        for logger in logging.Logger.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.disabled = False


@pytest.fixture
def specs_dir() -> Path:
    """The published schemas (MeMo's in `memo-1.2`), or a skip that is counted."""
    found = find_specs()
    if found is None or not found.is_dir():
        pytest.skip("specs: set OUTBOUND_SPECS_DIR to the folder of published schemas")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; mark the test `browser`."""
    found = find_chromium()
    assert found, "a test that asks for chromium is marked browser, and then skipped where there is none"
    return found


@pytest.fixture
def sshd() -> str:
    """The path of OpenSSH's server; mark the test `sshd`."""
    found = find_sshd()
    assert found, "a test that asks for sshd is marked sshd, and then skipped where there is none"
    return found


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine has no browser or sshd for."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        pytest.skip("browser: there is no chromium on this machine")
    if item.get_closest_marker("sshd") and find_sshd() is None:
        pytest.skip("sshd: there is no sshd on this machine")
    if item.get_closest_marker("prometheus") and find_promtool() is None:
        pytest.skip("prometheus: there is no promtool on this machine")
    if item.get_closest_marker("specs") and find_specs() is None:
        pytest.skip("specs: set OUTBOUND_SPECS_DIR to the folder of published schemas")
    if item.get_closest_marker("peers") and not PEERS_READY.exists():
        pytest.skip("peers: the other engines are not installed; `make .venv-peers/ready` installs them")


_skips: Counter[str] = Counter()


def _count_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Count a skip under its kind, the word before the colon in its reason."""
    if report.skipped and isinstance(report.longrepr, tuple):
        kind = report.longrepr[2].removeprefix("Skipped: ").partition(":")[0]
        _skips[kind if kind in MAY_SKIP else "other"] += 1


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the tests that skip."""
    _count_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Count the modules that skip as a whole."""
    _count_skip(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run for a skip of any other kind: Redis, PostgreSQL and SFTP must work here."""
    passed = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    if _skips["other"] and passed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say in the last line of the run how many tests this machine could not run, by what it lacks."""
    if not config.option.collectonly:
        counted = ", ".join(f"{kind} {_skips[kind]}" for kind in MAY_SKIP)
        print(f"skipped for want of: {counted}" + ("; a skip of any other kind is a failure" * bool(_skips["other"])))
