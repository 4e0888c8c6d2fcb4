"""The simulated outside, started once; each test finds it well."""

import json
import os
from collections.abc import Iterator

import pytest

from adapters import connect
from outbound.letter import Channel
from outbound.ports import Outside
from outbound.settings import Settings
from tests.adapters.outside import Simulator, Supplier, simulated
from tests.conftest import find_specs

SENDER = {"OUTBOUND_SENDER_CVR": "10000009", "OUTBOUND_SENDER_NAME": "Prøvekøbing Kommune"}


def settings_of(env: dict[str, str], **changes: object) -> Settings:
    """The settings that these variables make, and these changes on top; the environment's own count for nothing."""
    said = {name.removeprefix("OUTBOUND_").lower(): value for name, value in (SENDER | env).items()}
    given = {name: json.loads(value) if value.startswith("[") else value for name, value in said.items()}
    return Settings(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OUTBOUND_")]:
        monkeypatch.delenv(name)


def _simulator(name: str, factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated(name, factory.mktemp(name), find_specs()) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def started_digital_post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _simulator("digital_post", tmp_path_factory)


@pytest.fixture(scope="session")
def started_remote_print(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _simulator("remote_print", tmp_path_factory)


@pytest.fixture(scope="session")
def started_persons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _simulator("persons", tmp_path_factory)


@pytest.fixture(scope="session")
def started_companies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _simulator("companies", tmp_path_factory)


@pytest.fixture
def digital_post(started_digital_post: Simulator) -> Simulator:
    started_digital_post.mood()
    return started_digital_post


@pytest.fixture
def remote_print(started_remote_print: Simulator) -> Simulator:
    started_remote_print.mood()
    return started_remote_print


@pytest.fixture
def persons(started_persons: Simulator) -> Simulator:
    started_persons.mood()
    return started_persons


@pytest.fixture
def companies(started_companies: Simulator) -> Simulator:
    started_companies.mood()
    return started_companies


@pytest.fixture
def settings(digital_post: Simulator, remote_print: Simulator, persons: Simulator, companies: Simulator) -> Settings:
    """Settings for the whole simulated outside, with little patience."""
    env = digital_post.env | remote_print.env | persons.env | companies.env
    return settings_of(env, digital_post_timeout=2, print_timeout=2)


@pytest.fixture
def outside(settings: Settings) -> Iterator[Outside]:
    found = connect(settings)
    yield found
    close(found)


@pytest.fixture(params=["digital", "print"])
def supplier(
    request: pytest.FixtureRequest, outside: Outside, digital_post: Simulator, remote_print: Simulator
) -> Supplier:
    """Each mailer in turn, with its simulator and its receipts."""
    return supplier_of(outside, Channel(request.param), digital_post, remote_print)


@pytest.fixture
def printer(outside: Outside, digital_post: Simulator, remote_print: Simulator) -> Supplier:
    return supplier_of(outside, Channel.PRINT, digital_post, remote_print)


def supplier_of(outside: Outside, channel: Channel, digital_post: Simulator, remote_print: Simulator) -> Supplier:
    mailer, simulator = outside.mailers[channel], remote_print if channel is Channel.PRINT else digital_post
    source = next(source for source in outside.sources if source.provider == mailer.provider)
    for raw in source.fetch():  # left over from an earlier test
        source.confirm(raw)
    return Supplier(mailer, simulator, source)


def close(outside: Outside) -> None:
    """Ends the connections of this thread, so that no test leaves a socket to the next."""
    outside.persons.close()  # type: ignore[attr-defined]
    for part in outside.mailers.values():
        for name in ("_caller", "_printer"):
            if hasattr(part, name):
                getattr(part, name).close()
