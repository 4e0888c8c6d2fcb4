"""Signing in at the identity provider in a real browser, on another site than ours, with the keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import context_of, press, stands, started
from tests.house import MovingClock
from tests.serving import Served
from tests.sign_in.provider import Identity, router

pytestmark = pytest.mark.browser


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path, provider: Identity, moving_clock: MovingClock) -> Iterator[Served]:
    """By a name of its own: for a browser the provider at 127.0.0.1 is then another site, as in real life."""
    with router(sqlite_url, tmp_path, provider, host="localhost") as running:
        yield running


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with started(chromium) as opened:
        yield opened


@pytest.mark.parametrize("script", [True, False])
def test_there_and_back_and_out_again(chrome: Browser, served: Served, script: bool) -> None:
    base = served.house.settings.oidc_redirect_uri.removesuffix("/log-ind/oidc/retur")
    page = context_of(chrome, java_script_enabled=script).new_page()
    page.goto(f"{base}/drift/haendelser")
    if script:
        stands(page)
        press(page, page.get_by_role("link", name="Log ind med kommunens login"))
        page.wait_for_url("**/authorize?*")
        press(page, page.get_by_role("button", name="Anna Driftsen"))
    else:
        page.get_by_role("link", name="Log ind med kommunens login").click()
        page.get_by_role("button", name="Anna Driftsen").click()
    page.wait_for_url(f"{base}/drift/haendelser")
    page.goto(f"{base}/min-side")
    assert page.get_by_text("anna.drift").count() == 2
    if script:
        stands(page)
        press(page, page.get_by_role("button", name="Log ud"))
    else:
        page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(f"{base}/log-ind")
    page.goto(f"{base}/min-side")
    assert page.get_by_role("heading", level=1).inner_text() == "Log ind"
    page.get_by_role("link", name="Log ind med kommunens login").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Hvem er du?"


def test_after_an_hour_one_is_led_through_the_provider_without_noticing(
    chrome: Browser, served: Served, provider: Identity, moving_clock: MovingClock
) -> None:
    base = served.house.settings.oidc_redirect_uri.removesuffix("/log-ind/oidc/retur")
    page = context_of(chrome).new_page()
    page.goto(f"{base}/drift")
    page.get_by_role("link", name="Log ind med kommunens login").click()
    page.get_by_role("button", name="Anna Driftsen").click()
    page.wait_for_url(f"{base}/drift")
    moving_clock.pass_(minutes=61)
    provider.process.mood(ahead={"seconds": 3660})
    page.goto(f"{base}/drift/kvitteringer")
    page.wait_for_url(f"{base}/drift/kvitteringer")
    assert page.get_by_role("heading", level=1).inner_text() == "Kvitteringer uden brev"


def test_a_refusal_and_the_pages_after_it_stand(chrome: Browser, served: Served) -> None:
    base = served.house.settings.oidc_redirect_uri.removesuffix("/log-ind/oidc/retur")
    page = context_of(chrome).new_page()
    page.goto(f"{base}/log-ind")
    page.get_by_role("link", name="Log ind med kommunens login").click()
    page.get_by_role("button", name="Gerda Gæstesen").click()
    assert "ingen rolle" in page.get_by_role("alert").inner_text()
    stands(page)
