"""The web application on a real port, in a thread of the test's process: real HTTP, the test's own house behind it."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher
from pydantic import SecretStr

from outbound.delivery import House
from outbound.web.access import issue_key
from outbound.web.app import create_app
from outbound.web.listening import listen, url_of
from outbound.web.rooms import Tickets
from tests.waiting import wait_for

PASSWORD = "en lang og opdigtet adgangskode"
SECRET = "a secret of the tests, long enough to sign with"
_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # a slow one would slow every test


@dataclass
class Served:
    """A running web application."""

    url: str
    house: House
    rung: list[tuple[str, int]] = field(default_factory=list)

    def system(self, name: str = "jobcenter") -> httpx.Client:
        """A specialist system with a key of its own."""
        with self.house.ledger.writing() as tx:
            key = issue_key(tx, name)
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def browser(self) -> httpx.Client:
        """Somebody with a browser, not signed in."""
        return httpx.Client(base_url=self.url, timeout=60, follow_redirects=True)

    @contextmanager
    def signed_in(self, name: str = "drift") -> Iterator[httpx.Client]:
        """Somebody signed in."""
        with self.browser() as browser:
            sign_in(browser, name)
            yield browser


def sign_in(browser: httpx.Client, name: str) -> None:
    """Have this browser signed in as one of `accounts_file`."""
    token = hidden(browser.get("/log-ind").text)
    answer = browser.post("/log-ind", data={"navn": name, "kode": PASSWORD, "token": token}, follow_redirects=True)
    assert answer.status_code == 200, answer.text


def hidden(html: str, name: str = "token") -> str:
    """The hidden field of the first form that has it."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no hidden field {name}"
    return found[1]


def accounts_file(folder: Path) -> Path:
    """Operations and management of all and of one department, two of the post room, somebody without a page, somebody
    of every role, and management of a department that is not there."""
    file = folder / "accounts.toml"
    people: tuple[tuple[str, list[str], list[str]], ...] = (
        ("drift", ["drift"], ["*"]),
        ("snaever", ["drift"], ["boern-og-skole"]),
        ("ledelse", ["ledelse"], ["*"]),
        ("skoleleder", ["ledelse"], ["boern-og-skole"]),
        ("sag", ["sag"], ["borgerservice"]),
        ("nabo", ["sag"], ["boern-og-skole"]),
        ("dpo", ["dpo"], ["*"]),
        ("lokal-dpo", ["post", "dpo"], ["borgerservice"]),
        ("post", ["post"], ["*"]),
        ("vikar", ["post"], ["*"]),
        ("ny", [], []),
        ("alle", ["drift", "sag", "ledelse", "dpo", "post"], ["*"]),
        ("ingen", ["ledelse"], ["findes-ikke"]),
    )
    rows = [
        f'[[account]]\nname = "{name}"\nhash = "{_hash}"\nroles = {roles}\ndepartments = {departments}\n'
        for name, roles, departments in people
    ]
    file.write_text("\n".join(rows))
    return file


def signing_in(folder: Path) -> dict[str, Any]:
    """The settings with which these people sign in."""
    return {"accounts_file": accounts_file(folder), "session_secret": SecretStr(SECRET)}


@contextmanager
def serve(house: House, port: int = 0, tickets: Tickets | None = None) -> Iterator[Served]:
    """Serve this house until the context ends; port 0 finds a free one."""
    rung: list[tuple[str, int]] = []
    app: Any = create_app(house, lambda queue, many: rung.append((queue, many)), tickets)
    with listen("127.0.0.1", port) as listening:
        config = uvicorn.Config(
            app, http="h11", ws="none", log_config=None, access_log=False, server_header=False, proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_for(lambda: server.started, "the web application")
        try:
            yield Served(url_of(listening), house, rung)
        finally:
            server.should_exit = True
            thread.join(timeout=20)
    assert not thread.is_alive()
