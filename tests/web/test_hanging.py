"""A database that hangs: it takes connections and answers none. Whoever asks hears so, and soon."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from outbound.cli.faults import Code, explained
from outbound.ledger import Ledger
from outbound.stack.postgres import PostgresServer
from outbound.stack.warden import children
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.serving import serve
from tests.web.bodies import letter


@contextmanager
def hanging(server: PostgresServer) -> Iterator[None]:
    """The server and its backends stand still meanwhile."""
    pids = server._supervisor.pids(server.name)
    pids = sorted({*pids, *(child for pid in pids for child in children(pid))})
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.timeout(120)
def test_a_database_that_hangs_is_told_of_and_nobody_hangs_with_it(
    postgres_server: PostgresServer, postgresql_url: str, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    house = open_house(postgresql_url, tmp_path, world, metrics_seconds=0)
    with serve(house) as served, served.system() as system:
        assert httpx.get(f"{served.url}/readyz", timeout=30).status_code == 200
        with hanging(postgres_server):
            ready = httpx.get(f"{served.url}/readyz", timeout=30)
            numbers = httpx.get(f"{served.url}/metrics", timeout=30).text
            refused = system.post("/v1/letters", json=letter(), timeout=60)
            began = time.monotonic()
            asked = Ledger(postgresql_url)
            with pytest.raises(OperationalError) as fault, asked.reading():
                pass
            assert time.monotonic() - began < 30
        assert (ready.status_code, ready.json()["checks"]["ledger"]["state"]) == (503, "failed")
        assert 'outbound_check_ok{check="writing"} 0.0' in numbers
        assert refused.status_code == 503
        assert explained(fault.value)[0] is Code.LEDGER
        assert httpx.get(f"{served.url}/readyz", timeout=60).status_code == 200
        assert system.post("/v1/letters", json=letter(), timeout=60).status_code == 202
    asked.close()
