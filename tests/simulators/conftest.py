"""Running simulators, one of each kind for all tests here, well-tempered at the start of each."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import find_specs
from tests.simulators.running import Simulator


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Simulator]]:
    """Starts a simulator of a kind the first time it is asked for."""
    started: dict[str, Simulator] = {}

    def get(kind: str) -> Simulator:
        if kind not in started:
            there = find_specs()
            specs = there if kind in ("digital_post", "sf1601") and there and there.is_dir() else None
            started[kind] = Simulator(kind, tmp_path_factory.mktemp(kind), specs).start()
        return started[kind]

    yield get
    for simulator in started.values():
        simulator.end()


@pytest.fixture
def mailbox(running: Callable[[str], Simulator]) -> Simulator:
    """Digital Post, well, with receipts at once."""
    simulator = running("digital_post")
    simulator.be("well", receipts={"after": 0})
    return simulator


@pytest.fixture
def register(running: Callable[[str], Simulator]) -> Simulator:
    """The person register, well."""
    simulator = running("persons")
    simulator.be("well")
    return simulator


@pytest.fixture
def companies(running: Callable[[str], Simulator]) -> Simulator:
    """The company register, well."""
    simulator = running("companies")
    simulator.be("well")
    return simulator


@pytest.fixture
def printer(running: Callable[[str], Simulator]) -> Simulator:
    """The printing house, well and quick, with no receipts lying about."""
    simulator = running("remote_print")
    for old in (simulator.folder / "sftp" / "receipts").glob("*.xml"):
        old.unlink()
    simulator.be("well", pace={"pick_up": 0, "printed": 0, "posted": 0, "returned": 0})
    return simulator


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[[str], Simulator]]:
    """A simulator for one test alone, which may kill it."""
    mine: list[Simulator] = []

    def get(kind: str) -> Simulator:
        mine.append(Simulator(kind, tmp_path / kind))
        mine[-1].folder.mkdir()
        return mine[-1].start()

    yield get
    for simulator in mine:
        simulator.end()


@pytest.fixture
def post(mailbox: Simulator) -> Iterator[httpx.Client]:
    """A sender system of the mailbox."""
    with sender_of(mailbox) as client:
        yield client


def sender_of(mailbox: Simulator) -> httpx.Client:
    """A client that carries the sender system's certificate and token."""
    who = (mailbox.env["OUTBOUND_DIGITAL_POST_SYSTEM_ID"], mailbox.env["OUTBOUND_DIGITAL_POST_TOKEN"])
    return httpx.Client(
        base_url=mailbox.env["OUTBOUND_DIGITAL_POST_URL"], auth=who, timeout=5, verify=shown_to(mailbox)
    )


def shown_to(supplier: Simulator, prefix: str = "DIGITAL_POST") -> ssl.SSLContext:
    """TLS with the system certificate that the supplier wants to see, and its authority."""
    context = ssl.create_default_context(cafile=supplier.env[f"OUTBOUND_{prefix}_CA_FILE"])
    files = (supplier.env[f"OUTBOUND_{prefix}_{one}_FILE"] for one in ("CERTIFICATE", "KEY"))
    context.load_cert_chain(*files)
    return context
