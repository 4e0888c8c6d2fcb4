"""The queue of receipts over real AMQP and TLS: committed before acknowledged, nothing lost, faults by their names."""

import base64
import json
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.beskedfordeler import receipt_parts
from adapters.beskedfordeler.pulled import QueuedReceipts
from adapters.simulators.post_status import event
from outbound import clock
from outbound.letter import RawReceipt
from outbound.ports import Misconfigured, OutsideError, Unavailable
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator, simulated, within

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def assertion(minutes: float = 60) -> bytes:
    ends = (clock.now() + timedelta(minutes=minutes)).isoformat()
    conditions = f'<Conditions NotOnOrAfter="{ends}"/>'
    return f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{conditions}</Assertion>'.encode()


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated("beskedfordeler", tmp_path_factory.mktemp("beskedfordeler")) as simulator:
        yield simulator


@pytest.fixture
def there(started: Simulator) -> Simulator:
    ask(started, "/mood", {"mood": "well"})
    ask(started, "/mute", {"muted": False})
    source = source_of(started)
    for raw in source.fetch():  # left over from an earlier test
        source.confirm(raw)
    assert lying(started) == 0
    return started


def source_of(there: Simulator, shown: Callable[[], bytes] = assertion, **changes: Any) -> QueuedReceipts:
    clients = json.loads(there.env["OUTBOUND_BESKEDFORDELER_PUSH_CLIENTS"])
    settings = settings_of(
        there.env, **{"beskedfordeler_timeout": 5, "beskedfordeler_push_clients": clients, **changes}
    )
    (source,), doors = receipt_parts(settings, shown)
    assert isinstance(source, QueuedReceipts)
    assert doors == ()
    return source


def ask(there: Simulator, path: str, body: object = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(there.control + path, content), timeout=10) as answer:
        return json.load(answer)


def put(there: Simulator, *bodies: bytes) -> None:
    for body in bodies:
        ask(there, "/put", {"body": base64.b64encode(body).decode()})


def lying(there: Simulator) -> int:
    return int(ask(there, "/lying")["queue"])


def a_message(**more: Any) -> bytes:
    return event(str(uuid4()), "Afleveret Digital Post", AT, pushed=False, **more)


def test_messages_come_in_their_order_under_their_own_ids(there: Simulator) -> None:
    ids = [str(uuid4()) for _ in range(3)]
    put(there, *(a_message(message=one) for one in ids))
    source = source_of(there)
    found = list(source.fetch())
    assert [(one.provider, one.id) for one in found] == [("beskedfordeler", one) for one in ids]
    assert [len(source.parse(one)) for one in found] == [1, 1, 1]
    for one in found:
        source.confirm(one)
    assert lying(there) == 0
    assert list(source.fetch()) == []


def test_a_message_is_not_acknowledged_before_it_is_confirmed(there: Simulator) -> None:
    put(there, a_message(), a_message())
    source = source_of(there)
    reading = source.fetch()
    first = next(reading)
    source.confirm(first)
    second = next(reading)
    assert lying(there) == 1
    source.confirm(second)
    assert list(reading) == []
    assert lying(there) == 0
    assert "amqp-get-without-ack" not in there.requests()


def test_a_reader_that_breaks_off_leaves_the_rest(there: Simulator) -> None:
    put(there, a_message(), a_message())
    source = source_of(there)
    reading = source.fetch()
    read = [next(reading), next(reading)]
    source.confirm(read[0])
    reading.close()  # type: ignore[attr-defined]
    another = source_of(there)
    again = list(another.fetch())
    assert [one.id for one in again] == [read[1].id]
    another.confirm(again[0])
    assert lying(there) == 0


def test_what_was_read_by_a_worker_that_failed_is_read_again(there: Simulator) -> None:
    put(there, a_message())
    source = source_of(there)
    (lost,) = source.fetch()  # read to the end, and never confirmed: the database was down
    (again,) = source.fetch()
    assert again == lost
    source.confirm(again)
    assert lying(there) == 0


def test_a_receipt_confirmed_twice_or_on_no_connection_does_no_harm(there: Simulator) -> None:
    put(there, a_message())
    source = source_of(there)
    source.confirm(RawReceipt("beskedfordeler", "never read", b""))
    (one,) = source.fetch()
    source.confirm(one)
    source.confirm(one)
    assert lying(there) == 0


def test_the_same_message_lying_there_twice_is_one_receipt_and_goes_as_one(there: Simulator) -> None:
    body = a_message()
    put(there, body, body)
    source = source_of(there)
    found = list(source.fetch())
    assert found[0] == found[1]
    source.confirm(found[0])
    source.confirm(found[1])
    assert lying(there) == 0


def test_what_cannot_be_read_has_no_id_and_is_acknowledged_all_the_same(there: Simulator) -> None:
    put(there, b"no message", b"another", b"no message")
    source = source_of(there)
    found = list(source.fetch())
    assert {one.id for one in found} == {""}  # the inbox knows it by its keyed fingerprint
    assert [one.body for one in found] == [b"no message", b"another", b"no message"]
    for one in found:
        source.confirm(one)
    assert lying(there) == 0


def test_a_connection_that_dies_before_the_acknowledgement_loses_nothing(there: Simulator) -> None:
    put(there, a_message(), a_message())
    source = source_of(there)
    reading = source.fetch()
    first, second = next(reading), next(reading)
    ask(there, "/cut", {})
    source.confirm(first)  # the loss is not seen before something is answered
    with pytest.raises(Unavailable):
        next(reading)
    with pytest.raises(Unavailable):
        source.confirm(second)
    assert lying(there) == 2
    again = list(source.fetch())
    assert again == [first, second]
    for one in again:
        source.confirm(one)
    assert lying(there) == 0


def test_each_thread_reads_and_confirms_by_itself(there: Simulator) -> None:
    put(there, *(a_message() for _ in range(6)))
    source, seen = source_of(there), list[str]()

    def work() -> None:
        for one in source.fetch():
            seen.append(one.id)
            source.confirm(one)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert (len(seen), len(set(seen)), lying(there)) == (6, 6, 0)


def fault_of(source: QueuedReceipts) -> OutsideError:
    with pytest.raises(OutsideError) as fault:
        list(source.fetch())
    assert fault.value.__cause__ is fault.value.__context__ is None  # nothing of the server's words goes along
    return fault.value


def test_an_assertion_that_is_not_accepted_is_for_a_person(there: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    fault = fault_of(source_of(there, lambda: assertion(minutes=-1)))
    assert (type(fault), fault.code) == (Misconfigured, "access-refused")
    assert caplog.records == []


def test_a_queue_and_a_host_that_are_not_ours_are_for_a_person(there: Simulator) -> None:
    fault = fault_of(source_of(there, beskedfordeler_queue=uuid4()))
    assert (type(fault), fault.code) == (Misconfigured, "no-such-queue")
    fault = fault_of(source_of(there, beskedfordeler_vhost="/"))
    assert (type(fault), fault.code) == (Misconfigured, "not-allowed")


def test_a_server_that_nobody_vouches_for_is_shown_no_assertion(there: Simulator) -> None:
    before = there.requests()
    fault = fault_of(source_of(there, beskedfordeler_ca_file=None))
    assert (type(fault), fault.code) == (Misconfigured, "certificate")
    assert there.requests() == before


def test_a_failing_token_service_keeps_its_own_name(there: Simulator) -> None:
    def none() -> bytes:
        raise Unavailable("token-service", 7)

    fault = fault_of(source_of(there, none))
    assert (type(fault), fault.code) == (Unavailable, "token-service")


def test_a_server_that_is_away_comes_back(there: Simulator) -> None:
    put(there, a_message())
    source = source_of(there)
    ask(there, "/mood", {"mood": "down"})
    fault = fault_of(source)
    assert (type(fault), fault.code) == (Unavailable, "connection")
    ask(there, "/mood", {"mood": "well"})
    (one,) = source.fetch()
    source.confirm(one)
    assert lying(there) == 0


@contextmanager
def silent() -> Iterator[int]:
    """A server that accepts connections and says nothing; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_silent_server_is_given_up_in_time(there: Simulator) -> None:
    with silent() as port, within(8):
        fault = fault_of(source_of(there, beskedfordeler_port=port, beskedfordeler_timeout=1))
    assert (type(fault), fault.code) == (Unavailable, "timeout")


def test_a_server_that_falls_silent_after_the_login_is_given_up_in_time(there: Simulator) -> None:
    put(there, a_message())
    ask(there, "/mute", {"muted": True})
    with within(8):
        fault = fault_of(source_of(there, beskedfordeler_timeout=1))
    assert (type(fault), fault.code) == (Unavailable, "timeout")
    ask(there, "/mute", {"muted": False})
    source = source_of(there)
    for one in source.fetch():
        source.confirm(one)
    assert lying(there) == 0


def test_no_way_for_receipts_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ValueError, match="OUTBOUND_BESKEDFORDELER_QUEUE is missing"):
        receipt_parts(settings_of({}), assertion)
    with pytest.raises(ValueError, match="OUTBOUND_BESKEDFORDELER_HOST is missing"):
        receipt_parts(settings_of({}, beskedfordeler_queue=uuid4(), beskedfordeler_host=""), assertion)
    with pytest.raises(
        ValueError, match="OUTBOUND_BESKEDFORDELER_PUSH_CA_FILE and OUTBOUND_BESKEDFORDELER_PUSH_CLIENTS"
    ):
        receipt_parts(settings_of({}, beskedfordeler_push=True), assertion)


def test_a_door_is_opened_to_those_who_are_named(there: Simulator) -> None:
    queue = {"OUTBOUND_BESKEDFORDELER_QUEUE": ""}
    pushed = {"beskedfordeler_push": True, "beskedfordeler_push_clients": ("ab" * 32,), "beskedfordeler_queue": None}
    sources, (door,) = receipt_parts(settings_of(there.env | queue, **pushed), assertion)
    assert (sources, door.provider, door.path) == ((), "beskedfordeler", "/receipts/beskedfordeler")
    named = ("BESKEDFORDELER_PUSH", Path(there.env["OUTBOUND_BESKEDFORDELER_PUSH_CA_FILE"]), ("ab" * 32,))
    assert (door.callers.setting, door.callers.authorities, door.callers.named) == named
