"""Receipts that a supplier pushes to us: committed before they are acknowledged, once each; and nobody else's."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from adapters.simulators.certificates import Authority, Certificates, Identity, certificates, client_context
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import News, RawReceipt, Receipt
from outbound.life import Status
from outbound.ports import Callers
from outbound.seal import sealed
from outbound.web.listening import Server, listen, url_of
from outbound.web.receipt_doors import LARGEST, create_receipts_app
from outbound.web.receipts import configured
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.waiting import wait_for


@dataclass
class ModelDoor:
    """A supplier that pushes: its receipts are the id of a dispatch that was delivered."""

    callers: Callers
    provider: str = "pusher"
    path: str = "/receipts/pusher"

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        return [Receipt(UUID(receipt.body.decode()), News.DELIVERED)]

    def answer(self) -> tuple[str, bytes]:
        return "text/xml", b"<committed/>"


@dataclass
class Doors:
    """The listener, running, and how to knock."""

    url: str
    shown: Certificates
    rung: list[tuple[str, int]] = field(default_factory=list)

    def push(self, body: bytes, who: Identity | None = None, path: str = "/receipts/pusher") -> httpx.Response:
        with self.client(who or self.shown.pusher) as client:
            return client.post(path, content=body)

    def client(self, who: Identity) -> httpx.Client:
        tls = client_context(who, self.shown.authority.certificate)
        return httpx.Client(base_url=self.url, verify=tls, trust_env=False, timeout=20)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def with_door(house: House, shown: Certificates) -> Callable[..., House]:
    """The house with a door that these may open (default: the pusher's certificate)."""

    def made(*named: str, seconds: float = 20) -> House:
        callers = Callers("PUSHER", shown.authority.certificate, named or (shown.pusher.fingerprint,))
        files = {"receipts_certificate_file": shown.listener.certificate, "receipts_key_file": shown.listener.key}
        settings = house.settings.model_copy(update={**files, "receipts_seconds": seconds})
        return replace(house, settings=settings, outside=replace(house.outside, doors=(ModelDoor(callers),)))

    return made


@contextmanager
def open_doors(house: House, shown: Certificates) -> Iterator[Doors]:
    """The listener in a thread of the test's process."""
    rung: list[tuple[str, int]] = []
    app = create_receipts_app(house, lambda queue, tickets: rung.append((queue, tickets)))
    with listen("127.0.0.1", 0) as listening:
        server = Server(configured(app, house), {}, None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_for(lambda: server.started, "the listener")
        try:
            yield Doors(url_of(listening, "https"), shown, rung)
        finally:
            server.should_exit = True
            thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture
def doors(with_door: Callable[..., House], shown: Certificates) -> Iterator[Doors]:
    with open_doors(with_door(), shown) as running:
        yield running


def kept(house: House) -> list[tuple[str, bytes | None]]:
    """State and body of every receipt in the inbox."""
    with house.ledger.writing() as tx:
        rows = tx.execute(select(t.receipt_inbox).order_by(t.receipt_inbox.c.id)).all()
        return [(row.state, house.seal.open(tx, row.owner, "receipt", "test", "test")) for row in rows]


def test_a_pushed_receipt_settles_its_letter(doors: Doors, with_door: Callable[..., House], world: World) -> None:
    house = with_door()
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    (taken,) = dispatches(house, letter)
    answer = doors.push(str(taken.id).encode())
    assert (answer.status_code, answer.text) == (200, "<committed/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert doors.rung == [("receipts", 1)]
    run_to_rest(house)
    assert look(house, letter).status is Status.DELIVERED


def test_the_same_receipt_pushed_twice_is_one_and_lies_sealed(doors: Doors, house: House) -> None:
    for _ in range(2):
        assert doors.push(b"of nobody").status_code == 200
    assert kept(house) == [("new", b"of nobody")]
    with house.ledger.writing() as tx:
        owner = tx.execute(select(t.receipt_inbox.c.owner)).scalar_one()
        (stored,) = tx.execute(select(sealed.c.body).where(sealed.c.owner == owner)).scalars()
    assert b"of nobody" not in bytes(stored)


def test_an_unreadable_receipt_is_acknowledged_and_stands_before_a_person(
    doors: Doors, with_door: Callable[..., House]
) -> None:
    assert doors.push(b"\x00 no receipt").status_code == 200
    run_to_rest(with_door())
    assert kept(with_door()) == [("unreadable", b"\x00 no receipt")]


def test_nothing_too_much_and_another_method_are_refused(doors: Doors, house: House) -> None:
    assert doors.push(b"").status_code == 400
    assert doors.push(bytes(LARGEST + 1)).status_code == 413
    assert doors.push(b"x", path="/receipts/elsewhere").status_code == 404
    with doors.client(doors.shown.pusher) as client:
        for method in ("GET", "PUT", "DELETE"):
            assert client.request(method, "/receipts/pusher").status_code == 405
        for path in ("/", "/v1/letters", "/drift", "/metrics", "/openapi.json"):
            assert client.get(path).status_code == 404
    assert kept(house) == []


def test_who_has_no_certificate_of_the_authority_gets_no_request_in(
    doors: Doors, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    trusted = doors.shown.authority
    expired = Authority(trusted.certificate.parent).issue("expired", "client", ended=1)
    for who in (doors.shown.stranger, expired, doors.shown.listener):
        with pytest.raises(httpx.TransportError, match=r"(?i)alert"):
            doors.push(b"x", who)
    bare = ssl.create_default_context(cafile=str(trusted.certificate))
    with pytest.raises(httpx.TransportError, match=r"(?i)alert"):
        httpx.post(f"{doors.url}/receipts/pusher", content=b"x", verify=bare)
    with pytest.raises(httpx.TransportError):
        httpx.post(doors.url.replace("https:", "http:") + "/receipts/pusher", content=b"x")
    assert caplog.text.count("refused in the handshake (") == 5
    assert kept(house) == []


def test_who_is_not_named_is_refused_whoever_vouches_for_them(
    doors: Doors, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    assert doors.push(b"x", doors.shown.system).status_code == 403
    assert doors.shown.system.fingerprint in caplog.text
    assert kept(house) == []


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ("serialNumber=UI:DK-O:G:pusher", 200),
        ("C = DK, O = Invented for tests, serialNumber = UI:DK-O:G:pusher, CN = pusher", 200),
        ("CN=pusher, O=Somebody else", 403),
        ("CN=push", 403),
        ("serialNumber=ui:dk-o:g:pusher", 403),
    ],
)
def test_a_caller_may_be_named_by_parts_of_its_subject(
    with_door: Callable[..., House], shown: Certificates, named: str, status: int
) -> None:
    with open_doors(with_door("f" * 64, named), shown) as running:
        assert running.push(b"x").status_code == status


@pytest.mark.parametrize("wrong", ["", "pusher", "CN=", "=pusher", "CN=pusher,", "f" * 63])
def test_an_entry_that_names_nobody_keeps_the_listener_from_starting(
    with_door: Callable[..., House], wrong: str
) -> None:
    with pytest.raises(ValueError, match=r"^OUTBOUND_PUSHER_CLIENTS: entry 2 is neither"):
        create_receipts_app(with_door("a" * 64, wrong), lambda *_: None)


def test_a_caller_that_dawdles_is_hung_up_on_and_harms_nobody(
    with_door: Callable[..., House], shown: Certificates, house: House
) -> None:
    with open_doors(with_door(seconds=0.5), shown) as running:
        tls = client_context(shown.pusher, shown.authority.certificate)
        for begun in (b"", b"POST /receipts/pusher HTTP/1.1\r\nHost: x\r\n", PART):
            line = socket.create_connection(("127.0.0.1", int(running.url.rsplit(":", 1)[1])))
            with tls.wrap_socket(line, server_hostname="127.0.0.1") as slow:
                slow.sendall(begun)
                slow.settimeout(20)
                assert is_cut(slow)
        assert running.push(b"x").status_code == 200
        assert [body for _, body in kept(house)] == [b"x"]


def is_cut(line: ssl.SSLSocket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


PART = b"POST /receipts/pusher HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhal"


def test_a_ledger_that_is_away_is_no_200(
    doors: Doors, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> bool:
        raise OSError("the disk is full of 0102031236")

    monkeypatch.setattr("outbound.delivery.keep", away)
    assert doors.push(b"x").status_code == 500
    assert "0102031236" not in caplog.text
    assert doors.rung == []


def test_without_its_certificate_the_listener_does_not_start(with_door: Callable[..., House], tmp_path: Path) -> None:
    house = with_door()
    for wrong in (None, tmp_path / "absent"):
        changed = house.settings.model_copy(update={"receipts_certificate_file": wrong})
        with pytest.raises(ValueError, match=r"^OUTBOUND_RECEIPTS_CERTIFICATE_FILE"):
            configured(None, replace(house, settings=changed))
