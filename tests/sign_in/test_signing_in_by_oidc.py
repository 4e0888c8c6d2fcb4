"""Signing in at the identity provider, as a browser meets it."""

import logging
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from outbound.web.sign_in_log import sign_in_counts
from tests.house import MovingClock
from tests.serving import PASSWORD, Served, hidden
from tests.sign_in.provider import Identity, router, sign_in, there


def led_on(page: httpx.Response) -> str:
    """Where the page after the provider leads, by itself and by its link."""
    assert page.status_code == 200, page.text
    to = page.text.partition('content="0; url=')[2].partition('"')[0]
    assert f'<a href="{to}">Fortsæt</a>' in page.text
    return to


def test_one_is_where_one_wanted_to_be_with_the_rights_of_one_s_groups(browser: httpx.Client) -> None:
    assert led_on(sign_in(browser, "anna.drift", "/drift/haendelser")) == "/drift/haendelser"
    assert browser.get("/drift/haendelser").url.path == "/drift/haendelser"
    assert browser.get("/ledelse").status_code == 403
    mine = browser.get("/min-side").text
    for said in ("anna.drift", "kommunens login", "Drift", "Alle.", "er åbent"):
        assert said in mine
    cookies = {one.name: one for one in browser.cookies.jar}
    assert "outbound-oidc" not in cookies
    assert cookies["outbound"].has_nonstandard_attr("HttpOnly")


def test_departments_are_those_of_one_s_groups(browser: httpx.Client) -> None:
    sign_in(browser, "sofus.sag")
    mine = browser.get("/min-side").text
    assert "Kultur- og Fritidsforvaltningen" in mine
    assert "Alle." not in mine


@pytest.mark.parametrize(
    ("person", "said"), [("gerda.gaest", "ingen rolle"), ("anna.drift", "Svaret fra kommunens login")]
)
def test_whoever_is_not_let_in_is_told_why_and_has_no_session(
    browser: httpx.Client, provider: Identity, caplog: pytest.LogCaptureFixture, person: str, said: str
) -> None:
    caplog.set_level(logging.INFO)
    provider.process.mood(wrong_nonce=True)
    if person == "gerda.gaest":
        provider.well()
    page = sign_in(browser, person)
    assert page.status_code == 403
    assert said in page.text
    assert browser.get("/min-side").url.path == "/log-ind"
    assert person not in caplog.text
    assert "Nobody was signed in by oidc" in caplog.text


def test_a_local_account_s_name_is_nobody_else_s(browser: httpx.Client, served: Served) -> None:
    file = served.house.settings.accounts_file
    assert file is not None
    file.write_text(file.read_text().replace('name = "drift"', 'name = "anna.drift"'))
    assert "bruges af en lokal konto" in sign_in(browser, "anna.drift").text


def test_local_accounts_go_on_beside_it(browser: httpx.Client) -> None:
    page = browser.get("/log-ind")
    assert "Log ind med kommunens login" in page.text
    answer = browser.post("/log-ind", data={"navn": "drift", "kode": PASSWORD, "token": hidden(page.text)})
    assert answer.url.path == "/drift"


def test_local_accounts_can_be_switched_off(
    sqlite_url: str, tmp_path: Path, provider: Identity, moving_clock: MovingClock
) -> None:
    with router(sqlite_url, tmp_path, provider, sign_in=("oidc",)) as served, served.browser() as browser:
        page = browser.get("/log-ind")
        assert "Adgangskode" not in page.text
        assert browser.post("/log-ind", data={"navn": "drift", "kode": PASSWORD}).status_code == 403


def test_a_provider_that_is_away_is_told_of_and_the_local_way_still_stands_open(
    browser: httpx.Client, provider: Identity
) -> None:
    provider.process.mood(down={"seconds": 60})
    page = browser.get("/log-ind/oidc")
    assert page.status_code == 503
    assert "svarer ikke" in page.text
    assert "Adgangskode" in page.text


@pytest.mark.parametrize(
    "til", ["https://ond.example/", "//ond.example/", "/\\ond.example", "javascript:alert(1)", "/log-ud"]
)
def test_nobody_is_sent_elsewhere(browser: httpx.Client, til: str) -> None:
    assert led_on(sign_in(browser, "anna.drift", til)) == "/drift"


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(served: Served, browser: httpx.Client) -> None:
    """Whoever lures somebody to the end of the attacker's own way must not make them the attacker."""
    ours = there(browser, "anna.drift").headers["location"]
    with served.browser() as victim:
        assert victim.get(ours).status_code == 403
        assert victim.get("/min-side").url.path == "/log-ind"
        victim.get("/log-ind/oidc", follow_redirects=False)
        assert victim.get(ours).status_code == 403


def test_a_way_that_took_too_long_is_begun_again(browser: httpx.Client, moving_clock: MovingClock) -> None:
    back = there(browser, "anna.drift").headers["location"]
    moving_clock.pass_(minutes=11)
    assert "Prøv igen" in browser.get(back).text


def test_after_an_hour_the_provider_is_asked_again_and_the_session_goes_on_with_the_rights_of_now(
    browser: httpx.Client, provider: Identity, moving_clock: MovingClock
) -> None:
    sign_in(browser, "anna.drift")
    token = hidden(browser.get("/drift").text)
    moving_clock.pass_(minutes=61)
    provider.process.mood(ahead={"seconds": 3660})
    provider.puts("anna.drift", "udgaaende-post-ledelse")
    page = browser.get("/drift")
    assert led_on(page) == "/drift"
    assert browser.get("/drift").status_code == 403, "the role was taken away meanwhile"
    assert browser.get("/ledelse").status_code == 200
    assert hidden(browser.get("/ledelse").text) == token, "forms that lie open are still good"


def test_whom_the_provider_no_longer_knows_signs_in_anew(
    browser: httpx.Client, provider: Identity, moving_clock: MovingClock
) -> None:
    sign_in(browser, "anna.drift")
    moving_clock.pass_(minutes=61)
    browser.cookies.delete("oidc-simulator")
    page = browser.get("/drift")
    assert "<h1>Log ind</h1>" in page.text
    assert "Log ind igen" in page.text
    provider.puts("anna.drift")
    provider.process.mood(ahead={"seconds": timedelta(minutes=61).total_seconds()})
    assert sign_in(browser, "anna.drift").status_code == 403, "no group is left"


def test_signing_out_ends_our_session_and_leads_to_the_end_of_the_provider_s(browser: httpx.Client) -> None:
    sign_in(browser, "anna.drift")
    copy = browser.cookies["outbound"]
    page = browser.post("/log-ud", data={"token": hidden(browser.get("/drift").text)})
    onward = page.text.partition('content="0; url=')[2].partition('"')[0].replace("&amp;", "&")
    assert browser.get(onward).url.path == "/log-ind"
    browser.cookies.set("outbound", copy)
    assert browser.get("/drift").url.path == "/log-ind"
    assert browser.get("/log-ind/oidc").url.path == "/authorize", "the provider asks again who it is"


def test_sign_ins_and_refusals_are_counted(browser: httpx.Client) -> None:
    before = dict(sign_in_counts())
    sign_in(browser, "anna.drift")
    browser.get("/log-ind/oidc/retur?state=x&code=y")
    after = sign_in_counts()
    assert after["oidc", "in"] == before.get(("oidc", "in"), 0) + 1
    assert after["oidc", "state"] == before.get(("oidc", "state"), 0) + 1
