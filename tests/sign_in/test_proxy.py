"""Signing in by a trusted proxy's headers, and everything else that carries them."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from outbound.settings import Settings, SettingsFault
from outbound.web.proxies import Proxies, Unbelieved
from tests.house import MovingClock, open_house, settings_for
from tests.outside import World
from tests.people import person
from tests.serving import Served, hidden, serve, signing_in

PROXY_SECRET = "proxyens opdigtede hemmelighed, lang nok"
ANNA = {
    "X-Outbound-Proxy": PROXY_SECRET.encode(),
    "X-Outbound-User": b"anna.drift",
    "X-Outbound-Groups": b"udgaaende-post-drift; udgaaende-post-alle",
}
Pairs = list[tuple[str, str | bytes]]


def proxied(**changes: object) -> dict[str, object]:
    return {"sign_in": ("local", "proxy"), "proxy_secret": SecretStr(PROXY_SECRET), **changes}


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path, moving_clock: MovingClock) -> Iterator[Served]:
    house = open_house(sqlite_url, tmp_path, World(), **signing_in(tmp_path), **proxied())
    with serve(house) as running:
        yield running
    house.ledger.close()


def get(served: Served, path: str, *more: tuple[str, str | bytes], cookies: str = "", **headers: str) -> httpx.Response:
    """As the proxy passes a request on, with headers more or otherwise."""
    changed: dict[str, str | bytes] = {**ANNA, **headers}
    pairs: Pairs = [*changed.items(), *more]
    if cookies:
        pairs.append(("Cookie", cookies))
    raw = [(name.encode(), value.encode() if isinstance(value, str) else value) for name, value in pairs if value]
    return httpx.get(served.url + path, headers=raw)


def session(served: Served) -> str:
    answer = get(served, "/log-ind?til=/drift/haendelser")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/drift/haendelser"
    return f"outbound={answer.cookies['outbound']}"


@pytest.mark.parametrize("name", ["worker", "jobcenter"])
def test_the_routers_and_a_systems_name_are_turned_away(served: Served, name: str) -> None:
    answer = get(served, "/log-ind", **{"X-Outbound-User": name})
    assert answer.status_code == 403
    assert "outbound" not in answer.cookies


def test_whom_the_proxy_names_is_in_with_a_session_and_forms_of_their_own(served: Served) -> None:
    cookies = session(served)
    page = get(served, "/drift", cookies=cookies)
    assert page.status_code == 200
    assert "kommunens netværk" in get(served, "/min-side", cookies=cookies).text
    form = {"token": hidden(page.text), "soeg": "x"}
    raw = [(name.encode(), value) for name, value in {**ANNA, "Cookie": cookies.encode()}.items()]
    assert httpx.post(f"{served.url}/drift/find", data=form, headers=raw).status_code == 200
    assert httpx.post(f"{served.url}/drift/find", data={"soeg": "x"}, headers=raw).status_code == 403


def test_the_session_is_worth_nothing_without_the_proxy_or_for_another(served: Served) -> None:
    cookies = session(served)
    bare = httpx.get(f"{served.url}/drift", headers={"Cookie": cookies})
    assert bare.status_code == 303
    other = get(served, "/drift", cookies=cookies, **{"X-Outbound-User": "bo.drift"})
    assert other.status_code == 303


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(served: Served) -> None:
    cookies = session(served)
    less = {"X-Outbound-Groups": "udgaaende-post-ledelse"}
    assert get(served, "/drift", cookies=cookies, **less).status_code == 403
    assert get(served, "/ledelse", cookies=cookies, **less).status_code == 200
    none = get(served, "/log-ind", **{"X-Outbound-Groups": "andet"})
    assert none.status_code == 403
    assert "ingen rolle" in none.text


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ({"X-Outbound-Proxy": "forkert"}, []),
        ({"X-Outbound-Proxy": ""}, []),
        ({}, [("X-Outbound-Proxy", PROXY_SECRET)]),
        ({}, [("X-Outbound-User", "drift")]),
        ({}, [("x-outbound-user", "anna.drift")]),
        ({}, [("X-Outbound-Groups", "udgaaende-post-dpo")]),
        ({"X-Outbound-User": "anna.drift,drift"}, []),
        ({"X-Outbound-User": "аnna.drift"}, []),  # the first letter is Cyrillic
        ({"X-Outbound-User": "anna\tdrift"}, []),
        ({"X-Outbound-User": ""}, []),
        ({"X-Outbound-Groups": "udgaaende-post-drift\u037eudgaaende-post-dpo"}, []),  # a Greek question mark
        ({"X-Outbound-Groups": "x;" * 5_000}, []),
    ],
)
def test_headers_that_are_not_the_proxy_s_are_refused_and_not_repeated(
    served: Served, changed: dict[str, str], more: Pairs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/log-ind", "/drift", "/v1/letters", "/healthz"):
        answer = get(served, path, *more, **changed)
        assert answer.status_code == 403, path
    assert "Nobody was signed in by proxy" in caplog.text
    for said in ("anna", "drift,", "udgaaende", PROXY_SECRET, "forkert"):
        assert said not in caplog.text


@pytest.mark.parametrize("name", ["drift", "anna\u2028drift", person(), "x" * 61])
def test_a_name_that_cannot_be_one_is_nobody_s(served: Served, name: str) -> None:
    """Among them that of a local account, and one that looks like a CPR number."""
    assert get(served, "/log-ind", **{"X-Outbound-User": name}).status_code == 403


def test_another_address_than_the_proxy_s_is_not_believed() -> None:
    proxies = Proxies(settings_for(**proxied(trusted_proxies=("10.1.0.0/16", "2001:db8::7"))))
    for host, believed in (
        ("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("2001:db8::7", True), ("2001:db8::8", False),
        ("10.2.0.1", False), ("127.0.0.1", False), ("", False), ("10.1.2.3.ond.example", False),
    ):  # fmt: skip
        assert proxies.believes(host) == believed, host
    headers = [(name.lower().encode(), value) for name, value in ANNA.items()]
    shown = proxies.shown(headers, trusted=True)
    assert shown is not None
    assert shown.name == "anna.drift"
    with pytest.raises(Unbelieved):
        proxies.shown(headers, trusted=False)
    off = Proxies(settings_for(sign_in=("local",)))
    assert off.shown(headers, trusted=True) is None


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("", "10.1.0.1"),
        ("203.0.113.5", "203.0.113.5"),
        ("1.1.1.1, 203.0.113.5", "203.0.113.5"),
        ("1.1.1.1, 203.0.113.5, 10.1.0.2", "203.0.113.5"),
        ("203.0.113.5:4711", "203.0.113.5"),
        ("[2001:db8::9]:80", "2001:db8::9"),
        ("1.1.1.1, ' OR 1=1", "10.1.0.1"),
        ("1.1.1.1, <script>, 10.1.0.2", "10.1.0.2"),
    ],
)
def test_the_caller_is_whom_our_outermost_proxy_saw(forwarded: str, client: str) -> None:
    assert Proxies(settings_for(trusted_proxies=("10.1.0.0/16",))).client("10.1.0.1", forwarded) == client


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"proxy_secret": SecretStr("kort")}, "OUTBOUND_PROXY_SECRET"),
        ({"trusted_proxies": ("proxy.example",)}, "OUTBOUND_TRUSTED_PROXIES"),
        ({"proxy_name_header": "x-outbound-proxy"}, "three headers"),
    ],
)
def test_a_proxy_that_could_not_be_trusted_keeps_the_router_from_starting(
    changes: dict[str, object], said: str
) -> None:
    settings: Settings = settings_for(**proxied(**changes))
    with pytest.raises(SettingsFault, match=said):
        Proxies(settings)
