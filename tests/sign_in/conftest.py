from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.house import MovingClock
from tests.serving import Served
from tests.sign_in.provider import Identity, identity, router


@pytest.fixture(scope="module")
def started_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    with identity(tmp_path_factory.mktemp("oidc")) as running:
        yield running


@pytest.fixture
def provider(started_provider: Identity) -> Identity:
    """The identity provider, well."""
    started_provider.well()
    return started_provider


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path, provider: Identity, moving_clock: MovingClock) -> Iterator[Served]:
    """A router whose people sign in at the provider, or by local accounts."""
    with router(sqlite_url, tmp_path, provider) as running:
        yield running


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    """Somebody with a browser, not signed in."""
    with served.browser() as one:
        yield one
