"""The whole stack in one folder: alone there, kept between starts, nothing left behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from redis import Redis

from outbound import clock
from outbound.ledger import Ledger, letters
from outbound.ledger import tables as t
from outbound.ledger.values import Step
from outbound.letter import Lane
from outbound.rendering import fonts
from outbound.stack import places, up
from outbound.stack.errors import StackError
from outbound.stack.terminal import ended_politely
from outbound.stack.up import Stack
from outbound.stack.warden import members
from tests.house import hand_in, open_house, submission
from tests.outside import World
from tests.people import person
from tests.waiting import wait_for


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = places.scratch("outbound-test-")
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def bare(folder: Path, *, postgres: bool = False, env: dict[str, str] | None = None) -> Stack:
    """What every stack has: Redis, ledger, keys."""
    return Stack(folder, env, postgres=postgres, simulators=False, workers=False, web=False)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/requests").status_code == 200
    except httpx.TransportError:
        return False


def faces(cache: Path) -> list[Path]:
    return list(cache.glob("*.ttf"))


def leaders(stack: Stack) -> list[int]:
    return [pid for name in stack.supervisor.running() for pid in stack.supervisor.pids(name)]


@pytest.mark.parametrize("postgres", [False, True])
def test_a_second_start_goes_on_where_the_first_stopped(folder: Path, postgres: bool) -> None:
    with bare(folder, postgres=postgres) as stack:
        first = dict(stack.env)
        assert "OUTBOUND_PRINT_GATHER_SECONDS" not in first  # real suppliers have hours
        started = leaders(stack)
        keys = Path(first["OUTBOUND_SEAL_KEYS_FILE"]).read_text()
        with Redis.from_url(first["OUTBOUND_REDIS_URL"]) as redis:
            redis.set("ticket", "render")
        engine = sa.create_engine(first["OUTBOUND_DATABASE_URL"])
        with engine.begin() as tx:
            tx.execute(sa.text("create table proof (id int)"))
        engine.dispose()
    assert started
    assert not any(map(members, started))
    with bare(folder, postgres=postgres) as stack:
        assert stack.env == first
        assert Path(stack.env["OUTBOUND_SEAL_KEYS_FILE"]).read_text() == keys
        with Redis.from_url(stack.env["OUTBOUND_REDIS_URL"]) as redis:
            assert redis.get("ticket") == b"render"
        engine = sa.create_engine(stack.env["OUTBOUND_DATABASE_URL"])
        assert sa.inspect(engine).has_table("proof")
        assert sa.inspect(engine).has_table("letter")
        engine.dispose()


def test_the_simulators_are_found_where_they_were(folder: Path) -> None:
    def simulated() -> Stack:
        return Stack(folder, workers=False, web=False)

    with simulated() as stack:
        first, controls = dict(stack.env), dict(stack.controls)
        with httpx.Client() as http:
            mood = http.post(f"{controls['digital-post']}/mood", json={"busy": {}})
            assert mood.status_code == 200
    with simulated() as stack:
        assert stack.env == first
        assert stack.controls == controls
        stack.supervisor.kill("persons")
        wait_for(lambda: stack.supervisor.deaths("persons") == 1 and answers(controls["persons"]), "persons")


@pytest.mark.parametrize(
    ("road", "started"),
    [
        ("", {"digital-post", "remote-print", "persons"}),
        ("digital", {"sf1601", "remote-print", "persons"}),
        ("print", {"digital-post", "sf1601", "persons"}),
        ("both", {"sf1601", "persons"}),
    ],
)
def test_only_the_suppliers_of_the_chosen_roads_are_started(folder: Path, road: str, started: set[str]) -> None:
    with Stack(folder, {"OUTBOUND_SF1601": road}, workers=False, web=False) as stack:
        assert started <= set(stack.controls)
        assert not {"digital-post", "remote-print", "sf1601"} & (set(stack.controls) - started)
        assert ("OUTBOUND_SERVICEPLATFORM_URL" in stack.env) is bool(road)
        assert ("OUTBOUND_DIGITAL_POST_URL" in stack.env) is (road in ("", "print"))


def test_letters_of_a_real_ledger_never_go_to_a_simulated_platform(folder: Path) -> None:
    given = {"OUTBOUND_SERVICEPLATFORM_URL": "https://prod.serviceplatformen.dk/service/"}
    with pytest.raises(StackError, match="OUTBOUND_SERVICEPLATFORM_URL is set"), Stack(folder, given):
        pass


def test_a_folder_holds_one_stack_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "LOCK_SECONDS", 0.2)
    refused = rf"Another router runs in {folder} \(process {os.getpid()}\); stop it"
    with bare(folder), pytest.raises(StackError, match=refused), bare(folder):
        pass
    with bare(folder):
        pass


def test_after_a_killed_stack_the_next_one_starts_when_its_remains_are_gone(folder: Path) -> None:
    source = """
        import sys, time
        from pathlib import Path
        from outbound.stack.up import Stack
        with Stack(Path(sys.argv[1]), simulators=False, workers=False, web=False) as stack:
            print(*stack.supervisor.pids("redis"), flush=True)
            time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(source), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        redis = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
    with bare(folder) as stack:
        assert not members(redis)
        assert stack.redis is not None
        assert stack.redis.answers()


def test_what_fails_at_the_start_leaves_nothing_running(folder: Path) -> None:
    (folder / "keys").mkdir()
    (folder / "keys" / "seal.json").write_text("these are no keys")
    with pytest.raises(ValueError, match="Expecting value"), bare(folder):
        pass
    started = (folder / "supervisor.log").read_text()
    assert "redis started" in started
    assert started.splitlines()[-1] == "redis is down"


def test_the_settings_of_the_running_router_lie_ready_for_the_command(folder: Path) -> None:
    name = "Kommunen & 'Søn'"
    with bare(folder, env={"OUTBOUND_SENDER_NAME": name, "HOME": "/nowhere"}) as stack:
        file = folder / "env"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        show = f'. {file}; printf %s "$OUTBOUND_SENDER_NAME|$OUTBOUND_REDIS_URL"'
        shown = subprocess.run(["/bin/sh", "-c", show], check=True, capture_output=True, text=True).stdout
        assert shown == f"{name}|{stack.env['OUTBOUND_REDIS_URL']}"
        assert "HOME" not in stack.env


def claimed_letter(url: str, folder: Path) -> Ledger:
    """The ledger, with a letter that a worker has in hand for ten minutes yet."""
    house = open_house(url, folder, World())
    hand_in(house, submission(person()))
    with house.ledger.writing() as tx:
        assert letters.claim(tx, Step.RENDER, Lane.SINGLE, 1, 600.0)
    return house.ledger


def still_claimed(ledger: Ledger) -> int:
    with ledger.reading() as tx:
        lives = t.letter.c.claimed_until > clock.now()
        return int(tx.execute(sa.select(sa.func.count()).where(lives)).scalar_one())


@pytest.mark.parametrize("postgres", [False, True])
def test_what_dead_workers_had_in_hand_waits_for_no_lease(folder: Path, tmp_path: Path, postgres: bool) -> None:
    with bare(folder, postgres=postgres) as stack:
        ledger = claimed_letter(stack.env["OUTBOUND_DATABASE_URL"], tmp_path)
        assert still_claimed(ledger) == 1
        ledger.close()
    with bare(folder, postgres=postgres) as stack:
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        assert still_claimed(ledger) == 0
        ledger.close()


def test_claims_in_a_database_that_others_may_work_on_are_left(folder: Path, tmp_path: Path, database_url: str) -> None:
    ledger = claimed_letter(database_url, tmp_path)
    with bare(folder, env={"OUTBOUND_DATABASE_URL": database_url}):
        assert still_claimed(ledger) == 1
    ledger.close()


def test_a_first_start_makes_the_faces_before_web_and_says_so_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, said = folder / "fonts", list[str]()
    monkeypatch.setattr(fonts, "_instance", lambda face: face.name.encode())
    monkeypatch.setattr(Stack, "_start_web", lambda stack: said.append(f"web, {len(faces(cache))} faces"))

    def start() -> None:
        env = {"OUTBOUND_FONT_CACHE": str(cache)}
        making = lambda: said.append(f"making, {len(faces(cache))} faces")  # noqa: E731
        with Stack(folder, env, simulators=False, workers=False, making_faces=making):
            pass

    start()
    start()
    assert said == ["making, 0 faces", "web, 5 faces", "web, 5 faces"]


def test_a_folder_where_no_faces_can_be_made_is_named(folder: Path) -> None:
    (folder / "fonts").write_text("a file where the folder should be")
    env = {"OUTBOUND_FONT_CACHE": str(folder / "fonts")}
    with pytest.raises(StackError, match=r"The typefaces cannot be made in .*OUTBOUND_FONT_CACHE"):
        Stack(folder, env, simulators=False, workers=False).__enter__()


def test_a_given_redis_is_used_and_none_started(folder: Path, redis_url: str) -> None:
    with bare(folder, env={"REDIS_URL": redis_url}) as stack:
        assert stack.env["OUTBOUND_REDIS_URL"] == redis_url
        assert stack.redis is None
        assert stack.supervisor.running() == []


def test_there_is_a_seal_key_for_every_month_of_eleven_years() -> None:
    months = up._months(date(2026, 11, 22), 11)
    assert months[:3] == ["2026-11", "2026-12", "2027-01"]
    assert (months[-1], len(months)) == ("2037-11", 133)


def test_a_polite_kill_ends_it_as_ctrl_c_does() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), ended_politely():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is handler


@pytest.mark.parametrize("name", ["OUTBOUND_DATABASE_URL", "OUTBOUND_SEAL_KEYS_FILE", "OUTBOUND_DIGITAL_POST_URL"])
def test_letters_of_a_real_ledger_never_go_to_simulators(folder: Path, name: str) -> None:
    real = {name: "sqlite:////elsewhere/ledger.sqlite"}
    with pytest.raises(StackError, match=f"{name} is set, and the suppliers of this stack are simulators"):
        Stack(folder, real, workers=False, web=False).__enter__()


def test_a_stack_started_with_its_own_settings_goes_on(folder: Path) -> None:
    with Stack(folder, workers=False, web=False) as stack:
        own = dict(stack.env)
        assert own["OUTBOUND_PRINT_GATHER_SECONDS"] == "900"  # who tries it waits for no print run until Monday
    with Stack(folder, own, workers=False, web=False) as again:
        assert again.env["OUTBOUND_DATABASE_URL"] == own["OUTBOUND_DATABASE_URL"]
