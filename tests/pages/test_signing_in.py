"""Who may come in, how long, and who is kept waiting at the door."""

import httpx
import pytest

from tests.house import MovingClock
from tests.serving import PASSWORD, Served, accounts_file, hidden

PAGES = ("/drift", "/drift/standset?kode=x&venter=sender", "/drift/haendelser", "/drift/kvitteringer", "/ledelse")


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_is_asked_to(served: Served, path: str) -> None:
    with served.browser() as browser:
        page = browser.get(path)
    assert page.url.path == "/log-ind"
    assert "<h1>Log ind</h1>" in page.text


def test_after_signing_in_one_is_where_one_wanted_to_be(served: Served) -> None:
    with served.browser() as browser:
        page = browser.get("/drift/haendelser")
        form = {"navn": "drift", "kode": PASSWORD, "token": hidden(page.text), "til": hidden(page.text, "til")}
        assert browser.post("/log-ind", data=form).url.path == "/drift/haendelser"


@pytest.mark.parametrize("til", ["https://ond.example/", "//ond.example/", "/\\ond.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_by_signing_in(served: Served, til: str) -> None:
    with served.browser() as browser:
        page = browser.get("/log-ind", params={"til": til})
        form = {"navn": "drift", "kode": PASSWORD, "token": hidden(page.text), "til": til}
        assert browser.post("/log-ind", data=form).url == f"{served.url}/drift"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(served: Served) -> None:
    with httpx.Client(base_url=served.url) as browser:
        page = browser.get("/log-ind")
        answer = browser.post("/log-ind", data={"navn": "drift", "kode": PASSWORD, "token": hidden(page.text)})
    said = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("outbound="))
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in said
    assert PASSWORD not in said


def test_behind_https_the_cookie_is_the_hosts_own(served: Served) -> None:
    """The proxy says that the browser came by https; the browser itself then refuses anybody else's cookie."""
    by_https = {"X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=served.url, headers=by_https) as browser:
        page = browser.get("/log-ind")
        door = page.headers["set-cookie"].partition(";")[0]
        form = {"navn": "drift", "kode": PASSWORD, "token": hidden(page.text)}
        answer = browser.post("/log-ind", data=form, headers={"Cookie": door})
    said = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-outbound="))
    assert "Secure" in said
    assert "max-age" in answer.headers["strict-transport-security"]


def test_name_and_password_must_fit_and_nothing_says_which_did_not(served: Served) -> None:
    said = []
    with served.browser() as browser:
        for name, password in (("drift", "forkert"), ("findes-ikke", PASSWORD)):
            token = hidden(browser.get("/log-ind").text)
            answer = browser.post("/log-ind", data={"navn": name, "kode": password, "token": token})
            assert answer.status_code == 422
            said.append(answer.text.partition('role="alert"')[2][:100])
    assert said[0] == said[1]


def test_whoever_guesses_is_kept_waiting_and_others_are_not(served: Served) -> None:
    with served.browser() as browser:
        for _ in range(5):
            token = hidden(browser.get("/log-ind").text)
            browser.post("/log-ind", data={"navn": "drift", "kode": "gæt", "token": token})
        token = hidden(browser.get("/log-ind").text)
        answer = browser.post("/log-ind", data={"navn": "drift", "kode": PASSWORD, "token": token})
        assert answer.status_code == 429
        assert "Vent" in answer.text
    with served.signed_in("ledelse") as other:
        assert other.get("/ledelse").status_code == 200


def test_a_form_from_elsewhere_signs_nobody_in(served: Served) -> None:
    with served.browser() as browser:
        form = {"navn": "drift", "kode": PASSWORD, "token": "0" * 64}
        assert browser.post("/log-ind", data=form).status_code == 403
        browser.get("/log-ind")
        assert browser.post("/log-ind", data=form).status_code == 403


def test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie(drift: httpx.Client, served: Served) -> None:
    copy = drift.cookies["outbound"]
    drift.post("/log-ud", data={"token": hidden(drift.get("/drift").text)})
    with served.browser() as thief:
        thief.cookies.set("outbound", copy)
        assert thief.get("/drift").url.path == "/log-ind"


def test_a_session_ends_after_a_working_day(drift: httpx.Client, moving_clock: MovingClock) -> None:
    moving_clock.pass_(hours=7, minutes=59)
    assert drift.get("/drift").url.path == "/drift"
    moving_clock.pass_(minutes=2)
    assert drift.get("/drift").url.path == "/log-ind"


def test_a_changed_account_ends_its_sessions(drift: httpx.Client, served: Served) -> None:
    file = served.house.settings.accounts_file
    assert file is not None
    file.write_text(file.read_text().replace('name = "drift"', 'name = "en-anden"'))
    assert drift.get("/drift").url.path == "/log-ind"


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "e30.0000", "." * 4000, "æ.ø"])
def test_a_made_up_cookie_is_nobody(served: Served, cookie: str) -> None:
    answer = httpx.get(f"{served.url}/drift", headers=[(b"cookie", f"outbound={cookie}".encode())])
    assert answer.status_code == 303


def test_a_role_opens_its_own_pages_only(served: Served) -> None:
    for name, path, status in (
        ("drift", "/drift", 200),
        ("drift", "/ledelse", 403),
        ("ledelse", "/ledelse", 200),
        ("ledelse", "/drift", 403),
        ("sag", "/drift", 403),
        ("sag", "/min-side", 200),
    ):
        with served.signed_in(name) as browser:
            page = browser.get(path)
            assert page.status_code == status, (name, path)
            assert "Log ud" in page.text or status == 403


def test_an_accounts_file_with_faults_is_refused_with_all_of_them(tmp_path: object) -> None:
    from pathlib import Path

    from outbound.settings import SettingsFault
    from outbound.web.people import Accounts

    assert isinstance(tmp_path, Path)
    file = accounts_file(tmp_path)
    file.write_text('[[account]]\nname = ""\nhash = "plain"\nroles = ["chef"]\nkode = 1\n' + file.read_text())
    with pytest.raises(SettingsFault) as fault:
        Accounts(file)
    for said in ("name is", "hash is", "roles are", "kode is not known"):
        assert said in str(fault.value)
    assert "plain" not in str(fault.value)
    for name in ("worker", "API", "jobcenter"):
        file.write_text(f'[[account]]\nname = "{name}"\n')
        with pytest.raises(SettingsFault, match="the router's own or a system's"):
            Accounts(file, ["jobcenter"])


def test_an_account_without_a_role_is_told_so_and_can_sign_out(served: Served) -> None:
    with served.browser() as browser:
        page = signed_in(browser, browser.get("/log-ind"), "ny")
        assert (page.url.path, page.status_code) == ("/min-side", 200)
        assert "Der er ikke noget til dig her" in page.text
        assert "Tal med it-driften" in page.text
        assert browser.post("/log-ud", data={"token": hidden(page.text)}).url.path == "/log-ind"
        assert browser.get("/min-side").url.path == "/log-ind"


def test_whose_role_opens_nothing_for_them_is_told_why(served: Served) -> None:
    """Data protection is for all departments or for none."""
    with served.browser() as browser:
        page = signed_in(browser, browser.get("/log-ind"), "lokal-dpo")
        assert page.url.path == "/post/retur"
        assert 'href="/dpo"' not in page.text
        own = browser.get("/min-side").text
        assert "Du kan ikke åbne siderne om databeskyttelse" in own
        assert 'href="/dpo"' not in own


@pytest.mark.parametrize(("name", "begins"), [("drift", "/drift"), ("sag", "/sager"), ("dpo", "/dpo")])
def test_the_front_page_is_that_of_one_s_role(served: Served, name: str, begins: str) -> None:
    with served.signed_in(name) as browser:
        assert browser.get("/").url.path == begins


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("/sager/venter/retur?efter=x", "/sager/venter/retur?efter=x"),
        (
            "/sager/breve/00000000-0000-0000-0000-000000000000/send-igen",
            "/sager/breve/00000000-0000-0000-0000-000000000000",
        ),
        ("/sager/find", "/sager"),
        ("https://ond.example/sager", "/sager"),
        ("//ond.example/x", "/sager"),
        ("/no-such-page/x", "/sager"),
        ("/log-ind", "/sager"),
        ("/sager?x=" + "y" * 300, "/sager"),
        ("", "/sager"),
    ],
)
def test_a_form_that_is_sent_too_late_leads_back_to_its_page(
    served: Served, moving_clock: MovingClock, page: str, back: str
) -> None:
    with served.signed_in("sag") as browser:
        moving_clock.pass_(hours=9)
        referer = {"Referer": page if "://" in page or not page else served.url + page}
        asked = browser.post("/sager/find", data={"token": "x", "soeg": "x"}, headers=referer)
        assert asked.url.path == "/log-ind"
        browser.follow_redirects = False
        again = signed_in(browser, asked, "sag")
        assert again.headers["location"] == back


def signed_in(browser: httpx.Client, page: httpx.Response, name: str) -> httpx.Response:
    """By the sign-in page."""
    form = {"navn": name, "kode": PASSWORD, "token": hidden(page.text), "til": hidden(page.text, "til")}
    return browser.post("/log-ind", data=form)
