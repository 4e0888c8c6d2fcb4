"""Sessions forged, stolen, fixed and replayed; names guessed; redirects bent; heads that are too large."""

import hashlib
import hmac
import json
import socket
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from argon2 import PasswordHasher

from outbound.delivery import House
from outbound.ledger import sign_ins
from tests.house import MovingClock
from tests.serving import PASSWORD, SECRET, Served, hidden, serve


@pytest.fixture
def cookie(served: Served) -> Iterator[str]:
    """The cookie of somebody of operations who is signed in."""
    with served.signed_in("drift") as browser:
        yield browser.cookies["outbound"]


def is_in(served: Served, cookie: str) -> bool:
    answer = httpx.get(f"{served.url}/drift", headers=[(b"cookie", f"outbound={cookie}".encode())])
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def signed(purpose: str, text: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()


def test_a_cookie_with_one_bit_turned_is_nobody_s(served: Served, cookie: str) -> None:
    assert is_in(served, cookie)
    for place in range(0, len(cookie), 3):
        turned = cookie[:place] + chr(ord(cookie[place]) ^ 1) + cookie[place + 1 :]
        assert not is_in(served, turned), place


def test_a_cookie_is_signed_for_its_purpose_by_our_secret_and_is_a_session_that_there_is(
    served: Served, cookie: str
) -> None:
    number = cookie.partition(".")[0]
    old = urlsafe_b64encode(json.dumps({"id": "x", "name": "drift", "mark": "x"}).encode()).decode().rstrip("=")
    for made in (
        f"{number}.{signed('form', number)}",
        f"{number}.{signed('door', number)}",
        f"{number}.{signed('session', number, 'another secret')}",
        f"{number}.",
        number,
        f"gættet.{signed('session', 'gættet')}",
        f"{old}.{signed('session', old)}",
    ):
        assert not is_in(served, made), made


def test_what_the_ledger_keeps_makes_no_session(served: Served, house: House, cookie: str) -> None:
    with house.ledger.reading() as tx:
        (kept,) = sign_ins.latest(tx, "drift", 5)
    assert cookie.partition(".")[0] not in str(kept)
    assert not is_in(served, f"{kept.digest}.{signed('session', kept.digest)}")


def test_a_session_ends_by_the_clock_and_by_signing_out_in_every_process(
    served: Served, house: House, moving_clock: MovingClock
) -> None:
    with serve(house) as other, served.signed_in("drift") as browser:
        copy = browser.cookies["outbound"]
        assert is_in(other, copy), "a session is good at every process"
        browser.post("/log-ud", data={"token": hidden(browser.get("/drift").text)})
        assert not is_in(served, copy)
        assert not is_in(other, copy)
    with served.signed_in("drift") as browser:
        moving_clock.pass_(hours=8, seconds=1)
        assert not is_in(served, browser.cookies["outbound"])


def test_signing_in_makes_a_new_session_and_ends_the_one_that_the_browser_had(served: Served, cookie: str) -> None:
    """A cookie that somebody put in the browser beforehand is worth nothing after it, and is not taken over."""
    with served.browser() as browser:
        browser.cookies.set("outbound", cookie)
        page = browser.get("/docs")
        assert page.status_code == 200
        browser.cookies.clear()
        door = hidden(browser.get("/log-ind").text)
        planted = {**browser.cookies, "outbound": cookie}
        answer = httpx.post(
            f"{served.url}/log-ind",
            data={"navn": "ledelse", "kode": PASSWORD, "token": door},
            headers={"Cookie": "; ".join(f"{name}={value}" for name, value in planted.items())},
        )
    fresh = answer.cookies["outbound"]
    assert fresh != cookie
    assert not is_in(served, cookie)


def test_a_name_that_nobody_has_costs_the_same_check_and_gets_the_same_words(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(stored)
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    said = []
    with served.browser() as browser:
        for name in ("drift", "findes-ikke"):
            form = {"navn": name, "kode": "forkert", "token": hidden(browser.get("/log-ind").text)}
            answer = browser.post("/log-ind", data=form)
            said.append((answer.status_code, answer.text.partition("<form")[0]))
    assert said[0] == said[1]
    assert len(checked) == 2


def test_guessing_is_slowed_at_every_process_and_a_made_up_address_does_not_help(served: Served, house: House) -> None:
    last = 0
    with serve(house) as other:
        for number, one in enumerate((served, other) * 3):
            with one.browser() as browser:
                browser.headers["X-Forwarded-For"] = f"10.9.9.{number}, 203.0.113.7"
                form = {"navn": "drift", "kode": "gæt", "token": hidden(browser.get("/log-ind").text)}
                last = browser.post("/log-ind", data=form).status_code
    assert last == 429


BENT = (
    "https://ond.example/",
    "//ond.example/",
    "///ond.example/",
    "/\\ond.example",
    "\\\\ond.example",
    "javascript:alert(1)",
    "/drift\r\nSet-Cookie: a=b",
    "/drift\nX: y",
    "/\t/ond.example",
    "/%0d%0aX: y",
    "http:ond.example",
    "/\u2028drift",
)


@pytest.mark.parametrize("til", BENT)
def test_no_redirect_leads_out_or_carries_a_header(served: Served, til: str) -> None:
    with served.browser() as browser:
        browser.follow_redirects = False
        token = hidden(browser.get("/log-ind", params={"til": til}).text)
        answers = [browser.post("/log-ind", data={"navn": "drift", "kode": PASSWORD, "token": token, "til": til})]
        answers.append(browser.get("/log-ind", params={"til": til}))
    for answer in answers:
        assert answer.status_code == 303
        where = urlsplit(answer.headers["location"])
        assert (where.scheme, where.netloc) == ("", "")
        assert where.path in ("/drift", "/min-side", "/%0d%0aX:%20y")
        assert "x" not in answer.headers
        assert "a" not in answer.cookies


@pytest.mark.parametrize(
    "path", ["/drift/breve/%0d%0aX-Ond:%201", "/drift//ond.example", "/drift/%2e%2e/%2e%2e/etc/passwd"]
)
def test_no_address_puts_a_header_in_an_answer(served: Served, path: str) -> None:
    answer = httpx.get(served.url + path)
    assert "x-ond" not in answer.headers
    assert urlsplit(answer.headers.get("location", "")).netloc == ""


@pytest.mark.parametrize(
    "head",
    [
        b"Cookie: outbound=" + b"a" * 200_000,
        b"X-Stort: " + b"b" * 200_000,
        b"\r\n".join(b"X-%d: y" % number for number in range(20_000)),
        b"Cookie: " + b"; ".join(b"c%d=d" % number for number in range(20_000)),
    ],
)
def test_a_head_that_is_too_large_is_refused_and_the_next_caller_served(served: Served, head: bytes) -> None:
    parts = urlsplit(served.url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=20) as line:
        try:
            line.sendall(b"GET /drift HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
            said = line.recv(100)
        except OSError:
            said = b""
    assert not said or said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))
    assert httpx.get(f"{served.url}/healthz").status_code == 200
