"""The whole router on its feet in one folder: for `make demo`, `make up`, the torture run and the benchmark."""

import fcntl
import json
import os
import secrets
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from outbound import clock, seal, webhooks
from outbound.ledger import Ledger, letters, migrate, reminders, sending
from outbound.stack import parts
from outbound.stack.announced import start_announced
from outbound.stack.errors import StackError
from outbound.stack.postgres import PostgresServer
from outbound.stack.redis import RedisServer, given_url
from outbound.stack.supervisor import Supervisor

LOCK_SECONDS = 15.0
"""Longer than it takes the warden of a killed stack to end what that left."""

SEAL_YEARS = 11
WORKERS = ("timer", "network-pool", "render-pool")
REAL = (
    "OUTBOUND_DATABASE_URL",
    "OUTBOUND_SEAL_KEYS_FILE",
    "OUTBOUND_DIGITAL_POST_URL",
    "OUTBOUND_SERVICEPLATFORM_URL",
    "OUTBOUND_PERSONS_URL",
    "OUTBOUND_COMPANIES_URL",
    "OUTBOUND_PRINT_SFTP_HOST",
)
"""Settings that name a ledger or a supplier of the caller's own."""
BY_ITSELF = {"OUTBOUND_PRINT_GATHER_SECONDS": "900"}
"""With a simulated outside: nobody who tries the router is to wait for Monday's print run."""


class Stack:
    """Everything the router consists of, up while the context is open; a second one goes on where it stopped.

    `folder` holds all data, keys and logs. Of `env` the variables OUTBOUND_… (see outbound.settings) and REDIS_URL
    count, nothing else of the environment does. `postgres`: an embedded PostgreSQL instead of SQLite or of
    OUTBOUND_DATABASE_URL. `simulators`: the outside on loopback instead of what `env` names. `workers`: start them
    at once (else `start_workers` does). `making_faces` is called at a first start, which makes the letter's faces
    before whatever needs them: that takes seconds, on a busy machine many. Raises StackError when something does not
    start.
    """

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str] | None = None,
        *,
        postgres: bool = False,
        simulators: bool = True,
        workers: bool = True,
        web: bool = True,
        cores: int | None = None,
        making_faces: Callable[[], object] = lambda: None,
    ) -> None:
        self.folder = folder.absolute()
        self._given = dict(env or {})
        self._wants = {"postgres": postgres, "simulators": simulators, "workers": workers, "web": web}
        self._cores = cores or parts.cores()
        self._making_faces = making_faces
        self._open = ExitStack()
        self.redis: RedisServer | None = None
        self.postgres: PostgresServer | None = None
        self.controls: dict[str, str] = {}
        self.url = ""
        self.env: dict[str, str] = {}
        self.supervisor: Supervisor

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            lock = starting.enter_context(_locked(self.folder))
            self.supervisor = starting.enter_context(Supervisor(self.folder, keep_open=(lock,)))
            self._start()
            self._open = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            self.supervisor.stop("web", "receipts", *WORKERS)
            self.supervisor.stop(*parts.simulators(self.env))

    def start_workers(self) -> None:
        """Start the timer and both pools."""
        from workers.queues import QUEUES_NETWORK, QUEUES_RENDER

        self.supervisor.start(parts.render_pool(self.folder, self.env, QUEUES_RENDER, self._cores))
        self.supervisor.start(parts.network_pool(self.folder, self.env, QUEUES_NETWORK))
        self.supervisor.start(parts.timer(self.folder, self.env))

    def stop_workers(self) -> None:
        """Stop the timer and both pools; what they have in hand they finish."""
        self.supervisor.stop(*WORKERS)

    def _refuse_what_is_real(self) -> None:
        """Letters of a ledger of the caller's own must never go to simulators, which take them and send nothing."""
        own = {"OUTBOUND_VAR_DIR": str(self.folder), **_kept_env(self.folder / "env")}
        foreign = [name for name in REAL if name in self._given and self._given[name] != own.get(name)]
        if self._wants["simulators"] and foreign:
            raise StackError(
                f"{foreign[0]} is set, and the suppliers of this stack are simulators: letters of a real ledger would "
                "end there unsent. Unset it, or start the processes as docs/operations.md says."
            )

    def _start(self) -> None:
        self._refuse_what_is_real()
        self.env = {
            "OUTBOUND_SESSION_SECRET": _kept_secret(self.folder / "keys" / "session-secret"),
            "OUTBOUND_SEAL_KEYS_FILE": str(self.folder / "keys" / "seal.json"),
            **(BY_ITSELF if self._wants["simulators"] else {}),
            **{name: value for name, value in self._given.items() if name.startswith("OUTBOUND_")},
            "OUTBOUND_VAR_DIR": str(self.folder),
            "OUTBOUND_REDIS_URL": self._start_redis(),
        }
        if self._wants["postgres"]:
            self.env["OUTBOUND_DATABASE_URL"] = self._start_postgres()
        self.env.setdefault("OUTBOUND_DATABASE_URL", self._own_sqlite())
        migrate(self.env["OUTBOUND_DATABASE_URL"])
        if self._owns_ledger():
            _end_claims(self.env["OUTBOUND_DATABASE_URL"])
        seal.new_keys(Path(self.env["OUTBOUND_SEAL_KEYS_FILE"]), _months(clock.today(), SEAL_YEARS))
        if self._wants["simulators"]:
            self._start_simulators()
        _write_env(self.folder / "env", self.env)
        if self._wants["workers"] or self._wants["web"]:
            self._make_faces()
        if self._wants["workers"]:
            self.start_workers()
        if self._wants["web"]:
            self._start_web()
        self.start_receipts()

    def _own_sqlite(self) -> str:
        return f"sqlite:///{self.folder / 'ledger.sqlite'}"

    def _owns_ledger(self) -> bool:
        """Is it this folder's own ledger? Then no workers live: the folder's lock is held until the last has ended.

        A database that the caller names may have workers elsewhere, whatever runs here.
        """
        return self._wants["postgres"] or self.env["OUTBOUND_DATABASE_URL"] == self._own_sqlite()

    def _start_redis(self) -> str:
        if given := given_url(self._given):
            return given
        self.redis = RedisServer(self.supervisor, self.folder / "redis")
        self.redis.start()
        return self.redis.url

    def _start_postgres(self) -> str:
        self.postgres = PostgresServer(self.supervisor, self.folder / "postgres", durable=True)
        self.postgres.start()
        return self.postgres.ensure("outbound")

    def _start_simulators(self) -> None:
        ready = {name: self.folder / "simulators" / name / "ready.json" for name in parts.simulators(self.env)}
        for name, file in ready.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            self.supervisor.start(parts.simulator(name, file.parent, self.env))
        for name, file in ready.items():
            self.supervisor.wait_until(name, file.exists)
            announced = json.loads(file.read_text())
            self.env.update(announced["env"])
            self.controls[name] = announced["control"]
        self._share_secrets()

    def _share_secrets(self) -> None:
        """Give the simulated specialist systems the secrets that their webhooks are signed with."""
        sealed = seal.Seal(Path(self.env["OUTBOUND_SEAL_KEYS_FILE"]))
        known = {name: [webhooks.secret(sealed, name, 1)] for name in json.loads(self.env["OUTBOUND_WEBHOOKS"])}
        file = self.folder / "simulators" / "specialist-system" / "secrets.json"
        file.write_text(json.dumps(known))

    def _make_faces(self) -> None:
        """Make the letter's faces once, where web and every worker look for them; else each would make them all."""
        from outbound.rendering import fonts

        cache = fonts.font_cache(self.env)
        missing = fonts.missing_faces(cache)
        if missing:
            self._making_faces()
        try:
            for face in missing:
                fonts.face_file(face, cache)
        except OSError as fault:
            raise StackError(
                f"The typefaces cannot be made in {cache} ({fault}); name a folder that can be written "
                "in with OUTBOUND_FONT_CACHE."
            ) from None

    def _start_web(self) -> None:
        file = self.folder / "web.json"
        self.url = start_announced(self.supervisor, lambda port: parts.web(self.folder, self.env, port, file), file)

    def start_receipts(self) -> None:
        """Start the listener, where receipts are pushed."""
        file = parts.receipts_announcement(self.folder)
        if self._wants["web"] and parts.has_doors(self.env):
            start_announced(self.supervisor, lambda port: parts.receipts(self.folder, self.env, port, file), file)
        else:
            file.unlink(missing_ok=True)


def _end_claims(url: str) -> None:
    """What the dead workers of the stack before had in hand waits for no lease: the timer's first round recovers it."""
    ledger = Ledger(url)
    try:
        with ledger.writing() as tx:
            letters.end_claims(tx)
            sending.end_claims(tx)
            reminders.end_claims(tx)
    finally:
        ledger.close()


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Hold the folder for one stack at a time; the file descriptor of its lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "stack.lock").open("a+") as lock:
        patience_ends = time.monotonic() + LOCK_SECONDS
        while not _try_lock(lock.fileno()):
            if time.monotonic() > patience_ends:
                lock.seek(0)
                raise StackError(
                    f"Another router runs in {folder} (process {lock.read().strip()}); stop it, or choose another "
                    "folder with OUTBOUND_VAR_DIR."
                )
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()


def _try_lock(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _kept_env(file: Path) -> dict[str, str]:
    """What this folder's stack gave its processes last time, as `_write_env` wrote it."""
    if not file.exists():
        return {}
    words = (shlex.split(line) for line in file.read_text().splitlines())
    pairs = (word.removeprefix("export ").partition("=") for line in words for word in line if "=" in word)
    return {name: value for name, _, value in pairs}


def _kept_secret(file: Path) -> str:
    """A secret made at the first start and kept since, readable by us alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError), open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(secrets.token_urlsafe(32))
    return file.read_text()


def _months(first: date, years: int) -> list[str]:
    """Retention months (YYYY-MM) from this one on."""
    start = first.year * 12 + first.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(start, start + years * 12 + 1)]


def _write_env(file: Path, env: Mapping[str, str]) -> None:
    """The settings of the running router, to be read with `. var/env` before calling the `outbound` command."""
    temporary = file.with_name(file.name + ".tmp")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(env.items()))
    temporary.replace(file)
