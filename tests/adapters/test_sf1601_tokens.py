"""Tokens of Serviceplatformen: got in two steps, kept, renewed before they end, and named rightly when they fail."""

import json
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest

from adapters.http import Caller
from adapters.sf1601.service import Service
from adapters.sf1601.tokens import MARGIN, Tokens, one_line_certificate
from outbound import clock
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable
from tests.adapters.scripted import Script, Scripted, answer, hang_up, identity, scripted

ENTITY = "http://entityid.kombit.dk/service/kombipostafsend/1"
OTHER = "http://entityid.kombit.dk/service/postforespoerg/1"
NOON = datetime.fromisoformat("2026-11-24T12:00:00+00:00")


def saml(ends: datetime | None = None, words: str = "vouched", **answered: object) -> dict[str, object]:
    said = f'<Conditions NotOnOrAfter="{ends.isoformat().replace("+00:00", "Z")}"/>' if ends else ""
    xml = f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{words}">{said}</Assertion>'
    lifetime = {"Lifetime": (clock.now() + timedelta(hours=4)).strftime("%m/%d/%Y %H:%M:%S")}
    return {"RequestedSecurityToken": {"Assertion": b64encode(xml.encode()).decode()}, **lifetime, **answered}


def access(token: str = "t-1", **answered: object) -> dict[str, object]:
    return {"access_token": token, "token_type": "Holder-of-key", "expires_in": 3600, **answered}


def counted(what: str) -> Script:
    """An access token, another each time."""
    numbers = iter(range(1, 1000))

    def script(stream: socket.socket, request: bytes) -> None:
        answer(200, access(f"{what}-{next(numbers)}"))(stream, request)

    return script


def vouch(stream: socket.socket, request: bytes) -> None:
    """A SAML token, good for four hours by the clock as it stands."""
    answer(200, saml())(stream, request)


@contextmanager
def platform(
    issuing: Script | None = None, exchanging: Script | None = None
) -> Iterator[tuple[Tokens, Scripted, Scripted]]:
    with (
        scripted(issuing or vouch) as issuer,
        scripted(exchanging or counted("t")) as exchange,
        closing(Caller(issuer.url, {}, 5)) as first,
        closing(Caller(exchange.url, {}, 5)) as second,
    ):
        yield Tokens(first, second, "10000009", "MIIB"), issuer, exchange


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock: its one element, which a test may change."""
    found = [NOON]
    monkeypatch.setattr(clock, "now", lambda: found[0])
    return found


def test_the_saml_token_is_asked_for_with_our_certificate_and_exchanged(now: list[datetime]) -> None:
    with platform() as (tokens, issuer, exchange):
        assert tokens.authorization(ENTITY) == "Holder-of-key t-1"
        assert tokens.assertion(ENTITY).startswith(b"<Assertion ")
    asked = json.loads(issuer.requests[0].partition(b"\r\n\r\n")[2])
    assert asked == {
        "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
        "RequestType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
        "KeyType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
        "AnvenderKontekst": {"Cvr": "10000009"},
        "UseKey": "MIIB",
        "AppliesTo": {"EndpointReference": {"Address": ENTITY}},
        "OnBehalfOf": None,
    }
    head, _, form = exchange.requests[0].partition(b"\r\n\r\n")
    assert b"application/x-www-form-urlencoded" in head
    assert list(parse_qs(form.decode())) == ["saml-token"]
    assert len(issuer.requests) == 1


def test_both_tokens_are_kept_until_five_minutes_before_their_ends(now: list[datetime]) -> None:
    ends = NOON + timedelta(hours=1, minutes=30)
    with platform(answer(200, saml(ends))) as (tokens, issuer, exchange):
        for minutes, calls in ((0, (1, 1)), (54, (1, 1)), (56, (1, 2)), (84, (1, 2))):
            now[0] = NOON + timedelta(minutes=minutes)
            tokens.authorization(ENTITY)
            tokens.assertion(ENTITY)
            assert (len(issuer.requests), len(exchange.requests)) == calls
        now[0] = ends - MARGIN
        tokens.assertion(ENTITY)
        assert len(issuer.requests) == 2


def test_an_assertion_that_names_no_end_has_the_answers(now: list[datetime]) -> None:
    with platform(answer(200, saml(Lifetime="11/24/2026 13:00:00"))) as (tokens, issuer, _):
        for minutes, calls in ((0, 1), (54, 1), (56, 2)):
            now[0] = NOON + timedelta(minutes=minutes)
            tokens.assertion(ENTITY)
            assert len(issuer.requests) == calls


def test_a_short_token_is_not_asked_for_at_every_call(now: list[datetime]) -> None:
    with platform(exchanging=answer(200, access(expires_in=60))) as (tokens, _, exchange):
        for _ in range(3):
            tokens.authorization(ENTITY)
        assert len(exchange.requests) == 1
        now[0] += timedelta(seconds=31)
        tokens.authorization(ENTITY)
        assert len(exchange.requests) == 2


def test_each_service_has_tokens_of_its_own() -> None:
    with platform() as (tokens, issuer, _):
        assert tokens.authorization(ENTITY) != tokens.authorization(OTHER)
        assert len(issuer.requests) == 2


def test_many_threads_get_one_token() -> None:
    with platform() as (tokens, issuer, exchange):
        threads = [threading.Thread(target=tokens.authorization, args=(ENTITY,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert (len(issuer.requests), len(exchange.requests)) == (1, 1)


def test_threads_that_waited_for_a_token_fail_with_the_one_that_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ends = threading.Semaphore(0), threading.Event()
    found: list[str] = []

    def monotonic() -> float:
        begun.release()
        return time.monotonic()

    def slowly(stream: socket.socket, request: bytes) -> None:
        ends.wait(10)
        answer(503)(stream, request)

    def ask() -> None:
        with pytest.raises(Unavailable) as fault:
            tokens.assertion(ENTITY)
        found.append(fault.value.code)

    monkeypatch.setattr("adapters.sf1601.tokens.time", SimpleNamespace(monotonic=monotonic))
    with platform(slowly) as (tokens, issuer, _):
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
            assert begun.acquire(timeout=10)
        ends.set()
        for thread in threads:
            thread.join(10)
        assert found == ["http-503"] * 4
        assert len(issuer.requests) == 1


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (answer(401), Misconfigured),
        (answer(403), Misconfigured),
        (answer(400, {"message": "1234567890"}), Misconfigured),
        (answer(429, None, Retry_After="7"), Unavailable),
        (answer(500), Unavailable),
        (answer(200, b"<html>"), Unavailable),
        (answer(200, {}), Unavailable),
        (hang_up(), Unavailable),
    ],
    ids=["401", "403", "400", "429", "500", "no-json", "empty", "hangs-up"],
)
@pytest.mark.parametrize("step", ["issuer", "exchange"])
def test_without_a_token_nothing_of_a_letter_left(script: Script, name: type[OutsideError], step: str) -> None:
    given = (script, None) if step == "issuer" else (None, script)
    with platform(*given) as (tokens, _, _), pytest.raises(OutsideError) as fault:
        tokens.authorization(ENTITY)
    assert type(fault.value) is name
    assert (fault.value.__cause__, fault.value.__context__) == (None, None)
    assert "1234567890" not in repr(fault.value)


@pytest.mark.parametrize(
    "wrong",
    [
        saml(RequestedSecurityToken={"Assertion": "&&&"}),
        saml(RequestedSecurityToken={"Assertion": b64encode(b"no xml").decode()}),
        saml(RequestedSecurityToken=None),
        saml(Lifetime="tomorrow"),
    ],
)
def test_a_saml_token_that_cannot_be_read_is_unavailable(wrong: dict[str, object]) -> None:
    with platform(answer(200, wrong)) as (tokens, _, _), pytest.raises(Unavailable):
        tokens.assertion(ENTITY)


@pytest.mark.parametrize(
    "wrong",
    [access(""), access(token_type="Bearer"), access(expires_in=0), access(expires_in="soon"), access(expires_in=True)],
)
def test_an_access_token_that_is_not_as_agreed_is_unavailable(wrong: dict[str, object]) -> None:
    with platform(exchanging=answer(200, wrong)) as (tokens, _, _), pytest.raises(Unavailable):
        tokens.authorization(ENTITY)


@pytest.mark.parametrize("seconds", ["3600", 3600.0, 10**30])
def test_how_long_a_token_is_good_may_be_said_in_other_ways(seconds: object) -> None:
    with platform(exchanging=answer(200, access(expires_in=seconds))) as (tokens, _, _):
        assert tokens.authorization(ENTITY) == "Holder-of-key t-1"


def test_a_saml_token_that_the_platform_has_forgotten_is_got_anew_at_once() -> None:
    answers = [answer(200, access()), answer(401)]

    def in_turn(stream: socket.socket, request: bytes) -> None:
        answers.pop()(stream, request)

    with platform(exchanging=in_turn) as (tokens, issuer, _):
        assert tokens.authorization(ENTITY) == "Holder-of-key t-1"
        assert len(issuer.requests) == 2


def test_a_saml_token_that_is_no_longer_taken_is_not_kept() -> None:
    answers = [answer(200, access()), answer(403), answer(403)]

    def in_turn(stream: socket.socket, request: bytes) -> None:
        answers.pop()(stream, request)

    with platform(exchanging=in_turn) as (tokens, issuer, _):
        with pytest.raises(Misconfigured):
            tokens.authorization(ENTITY)
        assert tokens.authorization(ENTITY) == "Holder-of-key t-1"
        assert len(issuer.requests) == 3


# calls with them


@contextmanager
def service(*scripts: Script) -> Iterator[tuple[Service, Scripted, Scripted]]:
    with platform() as (tokens, issuer, _), scripted(*scripts) as server, closing(Caller(server.url, {}, 5)) as caller:
        yield Service(caller, tokens, ENTITY), server, issuer


def header(request: bytes, name: str) -> str:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return next(line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name.lower()}:"))


def test_a_call_carries_the_token_an_id_and_the_time_in_utc(now: list[datetime]) -> None:
    given = uuid4()
    with service(answer(200)) as (called, server, _):
        called.call("GET", "x", transaction=given)
        called.call("GET", "x")
    first, second = server.requests
    assert header(first, "Authorization") == "Holder-of-key t-1"
    assert header(first, "x-TransaktionsId") == str(given)
    assert UUID(header(second, "x-TransaktionsId")) != given
    assert header(first, "x-TransaktionsTid") == "2026-11-24T12:00:00Z"


def test_a_401_gets_new_tokens_and_one_more_try() -> None:
    with service(answer(401), answer(200), answer(401)) as (called, server, issuer):
        assert called.call("POST", "kombi", b"<x/>", "application/xml").status == 200
        assert [header(r, "Authorization") for r in server.requests] == ["Holder-of-key t-1", "Holder-of-key t-2"]
        assert header(server.requests[0], "x-TransaktionsId") == header(server.requests[1], "x-TransaktionsId")
        assert len(issuer.requests) == 2
        assert called.call("POST", "kombi").status == 401
        assert len(server.requests) == 4


def test_a_token_that_another_thread_has_renewed_already_is_not_thrown_away() -> None:
    with platform() as (tokens, issuer, exchange):
        old = tokens.authorization(ENTITY)
        tokens.discard(ENTITY, old)
        new = tokens.authorization(ENTITY)
        tokens.discard(ENTITY, old)
        assert tokens.authorization(ENTITY) == new
        assert (len(issuer.requests), len(exchange.requests)) == (2, 2)


def test_a_call_that_breaks_is_an_unknown_outcome() -> None:
    with service(hang_up()) as (called, _, _), pytest.raises(OutcomeUnknown):
        called.call("POST", "kombi")


def test_the_certificate_is_told_on_one_line(tmp_path: Path) -> None:
    ours = identity(tmp_path, "ours")
    told = one_line_certificate(ours.certificate)
    assert told.startswith("MII")
    assert "".join(ours.certificate.read_text().splitlines()[1:-1]) == told
    unpacked = tmp_path / "unpacked.pem"  # OpenSSL writes the .p12's name before it, in whatever encoding
    unpacked.write_bytes("    friendlyName: Ærø Prøvekommune\n".encode() + b"\xc6\n" + ours.certificate.read_bytes())
    assert one_line_certificate(unpacked) == told
    for wrong in (ours.key, tmp_path / "absent", tmp_path):
        with pytest.raises(ValueError, match="OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE"):
            one_line_certificate(wrong)
