"""The identity provider as tests see it: its process, a browser that goes there and back, and the router beside it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from outbound.delivery import House
from outbound.stack.processes import free_port
from tests.adapters.outside import Simulator, simulated
from tests.house import open_house
from tests.outside import World
from tests.serving import Served, serve, signing_in

BACK = "/log-ind/oidc/retur"


@dataclass(frozen=True, slots=True)
class Identity:
    """The provider's process, and the folder with what it knows of clients and groups."""

    process: Simulator
    folder: Path

    def registers(self, base: str) -> None:
        """The router at this address is a client of the provider."""
        known = {"redirect_uris": [base + BACK], "post_logout_redirect_uris": [f"{base}/log-ind"]}
        (self.folder / "clients.json").write_text(json.dumps(known))

    def puts(self, person: str, *groups: str) -> None:
        """Somebody is in these groups, and in no others."""
        (self.folder / "people.json").write_text(json.dumps({person: groups}))

    def well(self) -> None:
        """As at the start."""
        self.process.mood()
        (self.folder / "people.json").unlink(missing_ok=True)

    def settings(self, base: str) -> dict[str, object]:
        """What the router needs to know."""
        said = {name.removeprefix("OUTBOUND_").lower(): value for name, value in self.process.env.items()}
        return {**said, "oidc_client_secret": SecretStr(said["oidc_client_secret"]), "oidc_redirect_uri": base + BACK}


@contextmanager
def identity(folder: Path) -> Iterator[Identity]:
    """A provider that runs for the length of the block."""
    with simulated("oidc", folder) as process:
        yield Identity(process, folder)


@contextmanager
def router(url: str, folder: Path, provider: Identity, host: str = "127.0.0.1", **changes: object) -> Iterator[Served]:
    """A router whose people sign in there, or by local accounts."""
    port = free_port()
    base = f"http://{host}:{port}"
    provider.registers(base)
    house: House = open_house(
        url,
        folder,
        World(),
        **{**signing_in(folder), "sign_in": ("local", "oidc"), **provider.settings(base), **changes},
    )
    with serve(house, port) as served:
        yield served
    house.ledger.close()


def there(browser: httpx.Client, person: str, til: str = "") -> httpx.Response:
    """To the provider, where one says who one is; its answer, which leads back."""
    asked = browser.get("/log-ind/oidc", params={"til": til}, follow_redirects=False)
    assert asked.status_code == 303, asked.text
    form = dict(httpx.URL(asked.headers["location"]).params)
    where = str(httpx.URL(asked.headers["location"]).copy_with(query=None))
    answer = browser.post(where, data={**form, "person": person}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer


def sign_in(browser: httpx.Client, person: str, til: str = "") -> httpx.Response:
    """There and back again."""
    return browser.get(there(browser, person, til).headers["location"], follow_redirects=False)
