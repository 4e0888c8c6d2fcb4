"""The simulated outside, started once; each test finds it well."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from adapters import connect
from outbound.letter import Channel, Lane
from outbound.ports import Outside, OutsideError, ReceiptSource
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
def started_sf1601(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _simulator("sf1601", tmp_path_factory)


@pytest.fixture
def sf1601(started_sf1601: Simulator) -> Simulator:
    started_sf1601.mood()
    return started_sf1601


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


@pytest.fixture
def by_sf1601(sf1601: Simulator, persons: Simulator) -> Iterator[Outside]:
    """The outside where both channels go by SF1601."""
    patience = {"serviceplatform_timeout": 2, "beskedfordeler_timeout": 2}
    found = connect(settings_of(sf1601.env | persons.env, sf1601="both", **patience))
    yield found
    close(found)


@pytest.fixture(params=["digital", "digital-container", "print", "sf1601-digital", "sf1601-print"])
def supplier(request: pytest.FixtureRequest) -> Supplier:
    """Each mailer in turn, with its simulator and its receipts; Digital Post with single letters and with mailings."""
    get = request.getfixturevalue
    road, _, channel = request.param.partition("-")
    if road == "sf1601":
        return supplier_by_sf1601(get("by_sf1601"), Channel(channel), get("sf1601"))
    return _named(request.param, get("outside"), get("digital_post"), get("remote_print"))


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
    _empty(source)
    return Supplier(mailer, simulator, source)


def supplier_by_sf1601(outside: Outside, channel: Channel, sf1601: Simulator) -> Supplier:
    """Either channel, with the one queue of receipts."""
    (source,) = outside.sources
    _empty(source)
    return Supplier(outside.mailers[channel], sf1601, source)


def _empty(source: ReceiptSource) -> None:
    """Confirms what was left over from an earlier test."""
    for raw in source.fetch():
        source.confirm(raw)


def close(outside: Outside) -> None:
    """Ends the connections of this thread, so that no test leaves a socket to the next."""
    for source in outside.sources:
        with suppress(OutsideError):
            _empty(source)
    for part in (*outside.mailers.values(), outside.persons, outside.enrolment):
        for name in ("_caller", "_printer", "service", "_service"):
            if hasattr(part, name):
                getattr(part, name).close()
