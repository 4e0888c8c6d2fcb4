"""Where the ledger lies and how it is written: one transaction at a time on SQLite, synchronous on both."""

import select
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from outbound.ledger import deferred, moves
from outbound.ledger.turn import Turn

ANSWER_SECONDS = 5
"""How long a database may be silent when somebody comes to ask: a new connection, or one that lay ready, is given up
then. Nothing that has begun is cut: a long commit is as long as it is. Has no published source."""
POOL_SECONDS = 10  # for a free connection; they are more than there are threads, so that nobody waits who need not
CONNECTING = {
    "connect_timeout": ANSWER_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds: a host that is gone without a word
}
"""What libpq is given, but for what the URL says itself; the last four are of no use on a unix socket."""

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code, appendix A of its manual
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Ledger:
    """The database behind the house. `writing` commits or leaves nothing; `reading` never writes."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._turn = Turn(Path(self.engine.url.database or "ledger.sqlite")) if self.sqlite else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction: BEGIN IMMEDIATE on SQLite, so that it waits its turn instead of failing late."""
        with self._turn.taken() if self._turn else nullcontext(), self.engine.begin() as tx:
            if self._turn:
                tx.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield tx
                deferred.flush(tx)
                moved = moves.taken(tx)
            finally:
                deferred.forget(tx)
                moves.forget(tx)
        moves.tell(moved)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot to read from; nothing that happens in it is kept."""
        with self.engine.connect() as tx:
            if self.sqlite:
                tx.exec_driver_sql("BEGIN")
            else:  # by itself PostgreSQL takes a snapshot for each statement: an audit would see halves of transactions
                tx.execution_options(isolation_level="REPEATABLE READ")
            try:
                yield tx
            finally:
                deferred.forget(tx)
                moves.forget(tx)
                tx.rollback()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
        if self._turn:
            self._turn.close()


def machine_clock(tx: Connection) -> datetime | None:
    """What the database server's clock says; None on SQLite, which has ours."""
    if tx.dialect.name == "sqlite":
        return None
    moment: datetime = tx.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return moment


LOCK_TRIES = 30
LOCK_PAUSE = 2.0  # seconds in which the letters that waited behind a migration go on


def migrate(url: str, migrations: Collection[Path] = ()) -> None:
    """Bring the database at `url` to the newest schema; nothing happens where it is there already.

    A migration that does not get a lock within `migrations.env.LOCK_SECONDS` gives way to those who work, and is tried
    again. `migrations`: folders of more of them, for tests. Raises what the database raises at the last try.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    folders = [MIGRATIONS / "versions", *migrations]
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, folders)))
    config.attributes["url"] = url
    for tries in range(1, LOCK_TRIES + 1):
        try:
            command.upgrade(config, "head")
            return
        except OperationalError as fault:
            if tries == LOCK_TRIES or getattr(fault.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
        time.sleep(LOCK_PAUSE)


def sqlalchemy_url(url: str) -> URL:
    """The URL with the driver we ship: `postgresql://…` is psycopg's."""
    made = make_url(url)
    return made.set(drivername="postgresql+psycopg") if made.drivername in ("postgresql", "postgres") else made


def _engine(url: str) -> Engine:
    made = sqlalchemy_url(url)
    if made.get_backend_name() == "sqlite":
        return _sqlite(made)
    engine = create_engine(
        made,
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=POOL_SECONDS,
        connect_args={name: value for name, value in CONNECTING.items() if name not in made.query},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "checkout", _answers_still)
    return engine


def _answers_still(connection: Any, _: ConnectionPoolEntry, __: object) -> None:
    """Ask a connection before it is lent, as `pool_pre_ping` does, and wait no longer than ANSWER_SECONDS.

    Raises InvalidatePoolError, upon which a new connection is made. A server that hangs keeps its sockets open: without
    a limit of our own whoever asks it waits for ever.
    """
    wire = connection.pgconn
    try:
        wire.send_query(b"")
        wire.flush()
        ends = time.monotonic() + ANSWER_SECONDS
        readable = select.poll()
        readable.register(wire.socket, select.POLLIN)
        while wire.is_busy():
            if not readable.poll(max(0.0, ends - time.monotonic()) * 1000):
                raise InvalidatePoolError("The database is silent.")
            wire.consume_input()
        while wire.get_result():
            pass
    except psycopg.Error:
        raise InvalidatePoolError("The connection is gone.") from None


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 60}, pool_size=10, max_overflow=20)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=60000",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
