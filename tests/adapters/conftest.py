"""The simulated outside, started once; each test finds it well."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters import connect
from outbound.letter import Channel, Lane
from outbound.ports import Outside
from outbound.settings import Settings
from tests.adapters.outside import Simulator, Supplier, simulated
from tests.conftest import find_specs

SENDER = {"OUTBOUND_SENDER_CVR": "10000009", "OUTBOUND_SENDER_NAME": "Prøvekøbing Kommune"}


def settings_of(env: dict[str, str], **changes: object) -> Settings:
    """The settings that these variables make, and these changes on top; the environment's own count for nothing."""
    given = {name.removeprefix("OUTBOUND_").lower(): value for name, value in (SENDER | env).items()}
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
def settings(digital_post: Simulator, remote_print: Simulator, persons: Simulator) -> Settings:
    """Settings for the whole simulated outside, with little patience."""
    return settings_of(digital_post.env | remote_print.env | persons.env, digital_post_timeout=2, print_timeout=2)


@pytest.fixture
def outside(settings: Settings) -> Iterator[Outside]:
    found = connect(settings)
    yield found
    close(found)


@pytest.fixture(params=["digital", "digital-container", "print"])
def supplier(
    request: pytest.FixtureRequest, outside: Outside, digital_post: Simulator, remote_print: Simulator
) -> Supplier:
    """Each mailer in turn, with its simulator and its receipts; Digital Post with single letters and with mailings."""
    return _named(request.param, outside, digital_post, remote_print)


@pytest.fixture(params=["digital-container", "print"])
def gathering(
    request: pytest.FixtureRequest, outside: Outside, digital_post: Simulator, remote_print: Simulator
) -> Supplier:
    """Each mailer that hands over many letters in one act."""
    return _named(request.param, outside, digital_post, remote_print)


def _named(name: str, outside: Outside, digital_post: Simulator, remote_print: Simulator) -> Supplier:
    channel, _, in_container = name.partition("-")
    found = supplier_of(outside, Channel(channel), digital_post, remote_print)
    return replace(found, lane=Lane.MAILING) if in_container else found


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
    for part in (*outside.mailers.values(), outside.persons):
        for name in ("_caller", "_printer"):
            if hasattr(part, name):
                getattr(part, name).close()
