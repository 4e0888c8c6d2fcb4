"""dramatiq's pool under the supervisor: a killed worker, or a killed master, is a pause and not the end."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis import Redis

from outbound.stack.processes import Process
from outbound.stack.supervisor import Supervisor
from tests.waiting import wait_for

ACTORS = """
import os, dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis import Redis
url = os.environ["OUTBOUND_REDIS_URL"]
dramatiq.set_broker(RedisBroker(url=url, namespace="pool-test", middleware=[]))

@dramatiq.actor
def count():
    Redis.from_url(url).incr("pool-test-count")
"""


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def broker(redis_url: str) -> Iterator[RedisBroker]:
    broker = RedisBroker(url=redis_url, namespace="pool-test", middleware=[])
    yield broker
    broker.close()


@pytest.fixture
def pool(tmp_path: Path, redis_url: str) -> Process:
    (tmp_path / "counting.py").write_text(ACTORS)
    argv = (sys.executable, "-m", "dramatiq", "counting", "-p", "2", "-t", "1", "--path", str(tmp_path))
    return Process("pool", argv, tmp_path / "pool.log", env={"OUTBOUND_REDIS_URL": redis_url})


def booted(pool: Process) -> int:
    return pool.log.read_text().count("is booting up")


@pytest.mark.parametrize("victim", [0, 1])
def test_a_pool_comes_back_when_its_master_or_a_worker_is_killed(
    tmp_path: Path, pool: Process, client: Redis, broker: RedisBroker, victim: int
) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(pool)
        wait_for(lambda: booted(pool) == 1 and len(supervisor.pids("pool")) == 3, "the first pool")
        first = supervisor.pids("pool")
        os.kill(first[victim], signal.SIGKILL)
        wait_for(lambda: booted(pool) == 2, "the second pool")
        assert not set(first) & set(supervisor.pids("pool"))
        client.set("pool-test-count", 0)
        broker.declare_queue("default")
        broker.enqueue(Message(queue_name="default", actor_name="count", args=(), kwargs={}, options={}))
        wait_for(lambda: client.get("pool-test-count") == b"1", "its work")
        supervisor.kill("pool", restart=False)
