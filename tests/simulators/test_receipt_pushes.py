"""The mailbox pushes receipts: with its certificate, to nobody else's door, until it hears 200."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.simulators.certificates import Authority, Certificates, certificates, server_context
from tests.adapters.scripted import Script, Scripted, answer, hang_up, scripted
from tests.simulators.conftest import sender_of
from tests.simulators.running import Simulator
from tests.simulators.test_digital_post import receipts, sent
from tests.waiting import wait_for


@pytest.fixture
def announcement(tmp_path: Path) -> Path:
    return tmp_path / "push-to.json"


@pytest.fixture
def pushing(tmp_path: Path) -> Iterator[Simulator]:
    """A mailbox that pushes to whoever is announced."""
    simulator = Simulator("digital_post", tmp_path).start()
    simulator.be("well", receipts={"after": 0})
    yield simulator
    simulator.end()


@pytest.fixture
def shown(pushing: Simulator) -> Certificates:
    return certificates(pushing.folder / "certificates")


def announce(announcement: Path, server: Scripted) -> None:
    door = server.url.replace("http:", "https:") + "receipts/digital-post"
    announcement.write_text(json.dumps({"doors": {"digital-post": door}}))


def told(request: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
    return found


def test_a_receipt_is_pushed_again_until_it_is_answered_200(
    pushing: Simulator, announcement: Path, shown: Certificates
) -> None:
    with sender_of(pushing) as post:
        key = sent(post)
    tls = server_context(shown.listener, shown.authority.certificate)
    answers: list[Script] = [answer(500), hang_up(), answer(202), answer(200)]
    with scripted(*answers, tls=tls) as door:
        announce(announcement, door)
        wait_for(lambda: pushing.requests().get("push-taken"), "the push to be taken")
    assert pushing.requests()["push-failed"] == 3
    assert len({*door.requests}) == 1, "the same each time"
    assert door.requests[0].startswith(b"POST /receipts/digital-post HTTP/1.1\r\n")
    assert (told(door.requests[0])["messageUUID"], told(door.requests[0])["receiptStatus"]) == (key, "COMPLETED")
    assert "id" not in told(door.requests[0])
    with sender_of(pushing) as post:
        assert receipts(post, key) == [], "what was pushed is not there to be fetched"


def test_pushes_come_twice_when_the_mood_says_so(pushing: Simulator, announcement: Path, shown: Certificates) -> None:
    pushing.mood(receipts={"twice": True, "shuffled": True})
    with sender_of(pushing) as post:
        keys = [sent(post, n=n) for n in range(3)]
    with scripted(answer(200), tls=server_context(shown.listener, shown.authority.certificate)) as door:
        announce(announcement, door)
        wait_for(lambda: pushing.requests().get("push-taken") == 6, "the pushes")
    assert sorted(told(one)["messageUUID"] for one in door.requests) == sorted([*keys, *keys])


@pytest.mark.parametrize("wrong", ["another authority's server", "a client's certificate"])
def test_nothing_is_pushed_to_a_door_that_is_not_the_systems(
    pushing: Simulator, announcement: Path, shown: Certificates, wrong: str
) -> None:
    foreign = Authority(pushing.folder, "third").issue("false-door", "server")
    server = shown.system if wrong == "a client's certificate" else foreign
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server.certificate, server.key)
    with sender_of(pushing) as post:
        key = sent(post)
    with scripted(answer(200), tls=tls) as door:
        announce(announcement, door)
        wait_for(lambda: pushing.requests().get("push-failed"), "a push that fails")
    assert door.requests == []
    with sender_of(pushing) as post:
        assert len(receipts(post, key)) == 1
