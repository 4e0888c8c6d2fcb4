"""Calls over HTTP: how long they may take, and which failure has which name."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from adapters.http import ANSWER_LIMIT, Answered, Caller, refuse_strangers, usable
from outbound import clock
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable
from tests.adapters.outside import within
from tests.adapters.scripted import Identity, Script, answer, drip, hang_up, identity, say, scripted

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def call(base: str, timeout: float = 5.0, tls: ssl.SSLContext | None = None, body: bytes = b"x") -> Answered:
    with closing(Caller(base, {"Authorization": "Basic c2VjcmV0"}, timeout, tls)) as caller:
        return caller.call("POST", "memos/", body, "application/xml")


def failure(*scripts: Script, timeout: float = 5.0) -> OutsideError:
    """What a call to a server of these scripts raises."""
    with scripted(*scripts) as server, pytest.raises(OutsideError) as fault:
        call(server.url, timeout)
    assert fault.value.__cause__ is None
    assert fault.value.__context__ is None
    return fault.value


def test_an_answer_comes_whole() -> None:
    with scripted(answer(201, {"a": 1}, Retry_After="3")) as server:
        answered = call(server.url)
    assert (answered.status, answered.json(), answered.retry_after) == (201, {"a": 1}, 3)
    assert b"authorization: basic c2vjcmv0" in server.requests[0].lower()


@pytest.mark.parametrize(
    "script",
    [
        drip(OK * 50, 0.05),
        drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, 0.05),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"y" * 1000, 0.05),
        say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        say(b""),
        say(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["drips", "drips-in-the-head", "drips-in-the-body", "half-a-body", "says-nothing", "says-continue-for-ever"],
)
def test_a_server_that_drips_or_stalls_has_the_calls_time_and_no_more(script: Script) -> None:
    with within(1.5):
        assert isinstance(failure(script, timeout=0.3), OutcomeUnknown)


def test_a_server_that_does_not_read_has_the_calls_time_and_no_more() -> None:
    with scripted(answer(200), reads=False) as server, within(1.5), pytest.raises(OutcomeUnknown):
        call(server.url, 0.3, body=b"x" * 50_000_000)


@pytest.mark.parametrize(
    "script",
    [
        hang_up(),
        hang_up(b"HTTP/1.1 200 OK\r\nContent-Le"),
        hang_up(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        say(b"\x16\x03\x01 what is this\r\n\r\n"),
        say(b"HTTP/1.1 999999 ?\r\n\r\n"),
        say(
            b"HTTP/1.1 200 OK\r\nContent-Length: "
            + str(ANSWER_LIMIT * 2).encode()
            + b"\r\n\r\n"
            + b"x" * (ANSWER_LIMIT + 9)
        ),
    ],
    ids=["hangs-up", "hangs-up-in-the-head", "hangs-up-in-the-body", "no-http", "no-status", "too-long"],
)
def test_a_request_that_left_without_a_usable_answer_is_an_unknown_outcome(script: Script) -> None:
    assert isinstance(failure(script), OutcomeUnknown)


def test_a_refused_connection_and_an_unknown_host_are_unavailable() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        port = held.getsockname()[1]
    for base in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/"):
        with pytest.raises(Unavailable) as fault:
            call(base)
        assert fault.value.__context__ is None


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again() -> None:
    closed = threading.Semaphore(0)

    def answer_and_close(stream: socket.socket, _: bytes) -> None:
        stream.sendall(OK)
        stream.close()
        closed.release()

    with scripted(answer_and_close) as server, closing(Caller(server.url, {}, 5)) as caller:
        for _ in range(3):
            assert caller.call("GET", "").status == 200
            assert closed.acquire(timeout=10)
        assert server.connections == 3


def test_a_connection_is_kept_for_the_next_call() -> None:
    with scripted(say(OK)) as server, closing(Caller(server.url, {}, 5)) as caller:
        for _ in range(3):
            assert caller.call("GET", "").status == 200
        assert server.connections == 1


def test_threads_have_deadlines_of_their_own() -> None:
    slow_ends, found = threading.Event(), []

    def script(stream: socket.socket, request: bytes) -> None:
        if b"slow" in request:
            slow_ends.wait(5)
        stream.sendall(OK)

    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller:
        slow = threading.Thread(target=lambda: found.append(caller.call("GET", "slow").status))
        slow.start()
        for _ in range(5):
            assert caller.call("GET", "fast").status == 200
        assert found == []
        slow_ends.set()
        slow.join(10)
    assert found == [200]


def test_a_header_that_http_cannot_carry_is_misconfigured() -> None:
    with scripted(answer(200)) as server, closing(Caller(server.url, {"Authorization": "a\r\nb"}, 5)) as caller:
        with pytest.raises(Misconfigured) as fault:
            caller.call("GET", "")
        assert "Authorization" not in repr(fault.value)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0", 0),
        ("120", 120),
        ("999999999", 86400),
        ("-5", None),
        ("soon", None),
        ("1e3", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_within_reason(said: str, meant: float | None) -> None:
    with scripted(answer(503, None, Retry_After=said)) as server:
        assert call(server.url).retry_after == meant


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(clock.now() + timedelta(seconds=60), usegmt=True)
    with scripted(answer(503, None, Retry_After=later)) as server:
        found = call(server.url).retry_after
    assert found is not None
    assert 50 < found <= 60


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b'"x"', b"[" * 100_000, b"NaN"])
def test_a_body_that_is_no_json_object_is_none(body: bytes) -> None:
    assert Answered(200, body).json() is None


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (401, Misconfigured),
        (403, Misconfigured),
        (302, Misconfigured),
        (429, Unavailable),
        (500, Unavailable),
        (200, Unavailable),
    ],
)
def test_a_read_that_gives_nothing_usable_may_be_repeated(status: int, name: type[OutsideError]) -> None:
    with pytest.raises(name) as fault:
        usable(Answered(status, b"<html>"))
    assert "html" not in repr(fault.value)


@pytest.mark.parametrize("said", ["No required SSL certificate was sent", "The SSL certificate error"])
def test_a_proxy_that_wants_another_certificate_is_misconfigured(said: str) -> None:
    page = f"<html>\r\n<head><title>400 {said}</title></head>\r\n<body>".encode()
    with pytest.raises(Misconfigured) as fault:
        refuse_strangers(Answered(400, page))
    assert fault.value.code == "certificate"
    refuse_strangers(Answered(400, said.encode()))


def test_an_answers_repr_does_not_show_its_body() -> None:
    assert "secret" not in repr(Answered(200, json.dumps({"secret": 1}).encode()))


# TLS


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"), "theirs")


def client(trusts: Identity, shows: Identity | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=trusts.certificate)
    if shows is not None:
        context.load_cert_chain(shows.certificate, shows.key)
    return context


@pytest.fixture
def https(theirs: Identity, ours: Identity) -> Iterator[str]:
    """A server that asks for our certificate."""
    with scripted(say(OK), tls=theirs.server(asks_for=ours)) as server:
        yield server.url.replace("http:", "https:")


def test_mutual_tls_with_the_right_certificates_is_let_in(https: str, ours: Identity, theirs: Identity) -> None:
    assert call(https, tls=client(theirs, ours)).status == 200


def test_a_server_that_nobody_vouches_for_is_misconfigured(https: str, ours: Identity) -> None:
    with pytest.raises(Misconfigured) as fault:
        call(https, tls=client(ours, ours))
    assert fault.value.code == "certificate"


def test_an_expired_server_certificate_is_misconfigured(tmp_path: Path) -> None:
    expired = identity(tmp_path, "expired", days=-1)
    with scripted(say(OK), tls=expired.server()) as server, pytest.raises(Misconfigured):
        call(server.url.replace("http:", "https:"), tls=client(expired))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("shows", ["nothing", "another"])
def test_a_client_certificate_that_is_not_accepted_is_misconfigured(
    https: str, theirs: Identity, shows: str, version: ssl.TLSVersion
) -> None:
    context = client(theirs, theirs if shows == "another" else None)
    context.maximum_version = version
    with pytest.raises(Misconfigured) as fault:
        call(https, tls=context)
    assert (fault.value.code, fault.value.__context__) == ("certificate", None)


def test_a_handshake_that_breaks_is_unavailable(theirs: Identity) -> None:
    with scripted(say(b"I speak no TLS\r\n\r\n")) as server:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]

        def babble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        with pytest.raises(Unavailable):
            call(f"https://127.0.0.1:{port}/", tls=client(theirs))
        thread.join(10)
        listener.close()
    assert server.connections == 0


def test_a_handshake_that_never_ends_has_the_calls_time_and_no_more(theirs: Identity) -> None:
    with scripted(answer(200), reads=False) as server, within(1.5), pytest.raises(Unavailable):
        call(server.url.replace("http:", "https:"), 0.3, tls=client(theirs))
