"""Beskedfordeler over real AMQP and TLS: who may read, what lies there until it is acknowledged, and what it says."""

import base64
import signal
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import pika
import pytest
from lxml import etree
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, ProbableAuthenticationError

from adapters.simulators.certificates import Certificates, certificates, server_context
from adapters.simulators.post_status import STATUSES, Happening, event
from adapters.simulators.push import EXACTLY
from outbound import clock
from tests.conftest import find_specs
from tests.simulators.running import HTTP, Simulator
from tests.waiting import wait_for

AT = datetime(2026, 11, 24, 9, 30, 15, 250_000, UTC)
PKO = "{http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types}"


def assertion(minutes: float = 60) -> bytes:
    ends = (clock.now() + timedelta(minutes=minutes)).isoformat()
    conditions = f'<Conditions NotOnOrAfter="{ends}"/>'
    return f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{conditions}</Assertion>'.encode()


class Shown(pika.credentials.ExternalCredentials):  # type: ignore[misc]
    def __init__(self, response: bytes) -> None:
        super().__init__()
        self.response = response

    def response_for(self, start: object) -> tuple[str, bytes]:
        return self.TYPE, self.response


@contextmanager
def reading(there: Simulator, shown: bytes | None = None, vhost: str = "BF") -> Iterator[BlockingChannel]:
    host, port = there.env["OUTBOUND_BESKEDFORDELER_HOST"], int(there.env["OUTBOUND_BESKEDFORDELER_PORT"])
    tls = ssl.create_default_context(cafile=there.env["OUTBOUND_BESKEDFORDELER_CA_FILE"])
    parameters = pika.ConnectionParameters(
        host=host, port=port, virtual_host=vhost, ssl_options=pika.SSLOptions(tls, host),
        credentials=Shown(assertion() if shown is None else shown), socket_timeout=10, stack_timeout=15,
    )  # fmt: skip
    connection = pika.BlockingConnection(parameters)
    try:
        yield connection.channel()
    finally:
        with suppress(AMQPConnectionError):
            connection.close()


@pytest.fixture
def distributor(running: Callable[[str], Simulator]) -> Simulator:
    simulator = running("beskedfordeler")
    simulator.be("well")
    with reading(simulator) as channel:
        while channel.basic_get(queue_of(simulator), auto_ack=True)[0]:
            pass
    return simulator


def queue_of(there: Simulator) -> str:
    return there.env["OUTBOUND_BESKEDFORDELER_QUEUE"]


def put(there: Simulator, body: bytes, **more: object) -> None:
    said = {"body": base64.b64encode(body).decode(), "way": "queue", **more}
    assert HTTP.post(f"{there.ready['control']}/put", json=said).status_code == 200


def lying(there: Simulator) -> int:
    return int(HTTP.get(f"{there.ready['control']}/lying").json()["queue"])


def test_a_message_lies_there_until_it_is_acknowledged(distributor: Simulator) -> None:
    put(distributor, b"<first/>" + b" " * 300_000)
    put(distributor, b"<second/>")
    with reading(distributor) as channel:
        first, _, body = channel.basic_get(queue_of(distributor))
        assert body.startswith(b"<first/>")
        assert len(body) == 300_008
        _, _, body = channel.basic_get(queue_of(distributor))
        assert body == b"<second/>"
        assert channel.basic_get(queue_of(distributor))[0] is None
        assert lying(distributor) == 2
        channel.basic_ack(first.delivery_tag)
        channel.basic_get(queue_of(distributor))  # answered after the acknowledgement was worked
        assert lying(distributor) == 1
    with reading(distributor) as channel:
        again, _, body = channel.basic_get(queue_of(distributor))
        assert (again.redelivered, body) == (True, b"<second/>")


def test_what_was_in_hand_when_the_connection_died_is_delivered_again(distributor: Simulator) -> None:
    put(distributor, b"<only/>")
    with reading(distributor) as channel:
        channel.basic_get(queue_of(distributor))
        assert HTTP.post(f"{distributor.ready['control']}/cut").status_code == 200
    with reading(distributor) as channel:
        found, _, body = channel.basic_get(queue_of(distributor))
        assert (found.redelivered, body) == (True, b"<only/>")
        channel.basic_ack(found.delivery_tag)


def test_what_was_put_survives_a_kill(own: Callable[[str], Simulator]) -> None:
    simulator = own("beskedfordeler")
    put(simulator, b"<kept/>")
    simulator.end(signal.SIGKILL)
    simulator.start()
    with reading(simulator) as channel:
        assert channel.basic_get(queue_of(simulator))[2] == b"<kept/>"


@pytest.mark.parametrize("shown", [
    pytest.param(base64.b64encode(assertion()), id="base64"),
    pytest.param(assertion(minutes=-1), id="one that has run out"),
    pytest.param(b"<Assertion/>", id="something else"),
])  # fmt: skip
def test_who_shows_no_good_assertion_reads_nothing(distributor: Simulator, shown: bytes) -> None:
    with pytest.raises(ProbableAuthenticationError), reading(distributor, shown):
        pass


def test_another_vhost_and_another_queue_are_not_there(distributor: Simulator) -> None:
    with pytest.raises(AMQPConnectionError), reading(distributor, vhost="/"):
        pass
    with reading(distributor) as channel, pytest.raises(ChannelClosedByBroker) as fault:
        channel.basic_get(str(uuid4()))
    assert fault.value.reply_code == 404


def test_who_acknowledges_what_was_not_given_loses_the_channel(distributor: Simulator) -> None:
    with reading(distributor) as channel:
        channel.basic_ack(17)
        with pytest.raises(ChannelClosedByBroker) as fault:
            channel.basic_get(queue_of(distributor))
    assert fault.value.reply_code == 406


def test_a_stranger_of_another_protocol_is_hung_up_on(distributor: Simulator) -> None:
    url = f"https://localhost:{distributor.env['OUTBOUND_BESKEDFORDELER_PORT']}/"
    with pytest.raises(httpx.HTTPError):
        HTTP.get(url)


def written(subject: str, status: str, **more: Any) -> etree._Element:
    return etree.fromstring(event(subject, status, AT, **more))


def payload(message: etree._Element) -> etree._Element:
    (text,) = message.findall(".//{urn:besked:kuvert:1.0}Base64")
    return etree.fromstring(base64.b64decode(text.text or ""))


@pytest.mark.specs
@pytest.mark.parametrize("pushed", [True, False])
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_valid_against_the_published_schema(status: str, pushed: bool) -> None:
    folder = find_specs()
    assert folder is not None
    file = "AnvendersystemOperationer.xsd" if pushed else "Beskedkuvert.xsd"
    schema = etree.XMLSchema(etree.parse(folder / "sf1601" / "beskedfordeler" / file))
    mailed = [Happening("7", AT, "12.50")]
    message = written(str(uuid4()), status, channel="Fysisk Post", happenings=mailed, related="x", pushed=pushed)
    schema.assertValid(message)


@pytest.mark.specs
def test_a_message_has_the_parts_of_the_published_example() -> None:
    folder = find_specs()
    assert folder is not None
    there = folder / "sf1601" / "beskedfordeler" / "examples" / "PostStatusBeskedModtag.error.xml"
    example = etree.parse(there).getroot()
    ours = written(
        str(uuid4()), "Fejlet", error=("memo.invalid", "words"), related="53213778-de6b-42ee-8fbd-8aa73b0d4d85"
    )
    theirs = {one.tag for one in payload(example).iter()}
    assert {one.tag for one in payload(ours).iter()} == theirs - {f"{PKO}MessageId"}
    assert {one.tag for one in ours.iter()} <= {one.tag for one in example.iter()}


def test_digital_and_physical_letters_are_known_by_their_own_ids() -> None:
    digital, physical = payload(written("a", "Fejlet")), payload(written("b", "Afsendt", channel="Fysisk Post"))
    assert (digital.findtext(f"{PKO}MessageUUID"), digital.find(f"{PKO}AfsendelseIdentifikator")) == ("a", None)
    assert (physical.findtext(f"{PKO}AfsendelseIdentifikator"), physical.find(f"{PKO}MessageUUID")) == ("b", None)


class Listener(ThreadingHTTPServer):
    """A door with mutual TLS that gives each answer in turn, the last for ever, and remembers what it was given."""

    def __init__(self, shown: Certificates, *answers: tuple[int, str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Knock)
        self.answers, self.given = list(answers), list[bytes]()
        self.socket = server_context(shown.listener, shown.authority.certificate).wrap_socket(
            self.socket, server_side=True
        )

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}/receipts/beskedfordeler"


class Knock(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        self.server.given.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, kind, body = self.server.answers[0] if len(self.server.answers) == 1 else self.server.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_push_comes_again_until_the_answer_is_exact(distributor: Simulator) -> None:
    right = (200, "application/xml;charset=UTF-8", EXACTLY)
    wrong = [(500, *right[1:]), (200, "text/plain", EXACTLY), (*right[:2], EXACTLY + b"\n"), (*right[:2], b"")]
    with Listener(certificates(distributor.folder / "certificates"), *wrong, right) as door:
        threading.Thread(target=door.serve_forever).start()
        put(distributor, event(str(uuid4()), "Afleveret Digital Post", AT), way="push", door=door.url)
        wait_for(lambda: len(door.given) == 5 and not pushes(distributor), "the fifth attempt to be taken")
        door.shutdown()
    attempts = [etree.fromstring(one).findtext(".//{*}AntalLeveranceforsoeg") for one in door.given]
    assert attempts == ["1", "2", "3", "4", "5"]
    assert len({etree.fromstring(one).findtext(".//{*}BeskedId/{*}UUIDIdentifikator") for one in door.given}) == 1


def pushes(there: Simulator) -> int:
    return int(HTTP.get(f"{there.ready['control']}/lying").json()["push"])
