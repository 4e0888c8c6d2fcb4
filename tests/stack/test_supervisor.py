"""Processes stay up, never twice, and leave nothing behind, however their supervisor ends."""

import inspect
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outbound.stack.errors import StackError
from outbound.stack.processes import Process, free_port, is_free
from outbound.stack.supervisor import READY_SECONDS, Supervisor
from outbound.stack.warden import members
from tests.waiting import wait_for

POOL = """
    import os, signal, sys, time
    for _ in range(2):
        if os.fork() == 0:
            while True: time.sleep(60)
    open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
    while True: time.sleep(60)
"""
"""A leader with two children that outlive it, as dramatiq's workers outlive their killed master."""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path) as supervisor:
        yield supervisor


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., Process]:
    def process(source: str, *arguments: str, **more: object) -> Process:
        argv = (sys.executable, "-c", textwrap.dedent(source), *arguments)
        return Process("example", argv, tmp_path / "example.log", **more)  # type: ignore[arg-type]

    return process


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_process_that_dies_is_started_again(
    supervisor: Supervisor, python: Callable[..., Process], tmp_path: Path
) -> None:
    supervisor.start(python("open('starts', 'a').write('one\\n')", cwd=tmp_path))
    wait_for(lambda: len(lines(tmp_path / "starts")) >= 3, "a third start")
    assert supervisor.deaths("example") >= 2
    assert "example ended by itself with status 0" in lines(tmp_path / "supervisor.log")


def test_a_second_pool_starts_only_when_nothing_of_the_first_is_alive(
    supervisor: Supervisor, python: Callable[..., Process], tmp_path: Path
) -> None:
    supervisor.start(python(POOL, str(tmp_path / "pids")))
    wait_for(lambda: len(supervisor.pids("example")) == 3 and lines(tmp_path / "pids"), "the first pool")
    first = supervisor.pids("example")
    assert str(first[0]) == lines(tmp_path / "pids")[0]
    os.kill(first[0], signal.SIGKILL)
    wait_for(lambda: len(lines(tmp_path / "pids")) == 2, "the second pool")
    assert not any(map(alive, first))


def test_killing_a_pool_kills_all_of_it(supervisor: Supervisor, python: Callable[..., Process], tmp_path: Path) -> None:
    supervisor.start(python(POOL, str(tmp_path / "pids")))
    wait_for(lambda: len(supervisor.pids("example")) == 3, "the pool")
    pool = supervisor.pids("example")
    supervisor.kill("example", restart=False)
    assert not any(map(alive, pool))
    assert supervisor.running() == []


def test_only_the_leader_is_told_to_stop(
    supervisor: Supervisor, python: Callable[..., Process], tmp_path: Path
) -> None:
    source = """
        import os, signal, sys, time
        told = lambda *_: (open(sys.argv[1], "a").write(f"told {os.getpid()}\\n"), sys.exit(0))
        signal.signal(signal.SIGTERM, told)
        child = os.fork()
        if child == 0:
            signal.pause()
        signal.signal(signal.SIGTERM, lambda *_: (os.kill(child, 15), os.wait(), sys.exit(0)))
        open(sys.argv[1], "a").write("ready\\n")
        while True: signal.pause()
    """
    supervisor.start(python(source, str(tmp_path / "told")))
    wait_for(lambda: lines(tmp_path / "told"), "the pool")
    child = supervisor.pids("example")[1]
    supervisor.stop("example")
    assert lines(tmp_path / "told") == ["ready", f"told {child}"]


def test_what_does_not_stop_in_its_grace_is_killed(
    supervisor: Supervisor, python: Callable[..., Process], tmp_path: Path
) -> None:
    source = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open(sys.argv[1], "w").write("ready\\n")
        while True: time.sleep(60)
    """
    supervisor.start(python(source, str(tmp_path / "ready"), grace=0.2))
    wait_for(lambda: lines(tmp_path / "ready"), "the stubborn process")
    [pid] = supervisor.pids("example")
    supervisor.stop("example")
    assert not alive(pid)


def test_a_killed_supervisor_leaves_nothing_running(tmp_path: Path) -> None:
    source = f"""
        import sys, time
        from pathlib import Path
        from outbound.stack.processes import Process
        from outbound.stack.supervisor import Supervisor
        folder = Path(sys.argv[1])
        supervisor = Supervisor(folder)
        for name in ("one", "two"):
            argv = (sys.executable, "-c", {textwrap.dedent(POOL)!r}, str(folder / "pids"))
            supervisor.start(Process(name, argv, folder / "log"))
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(source), str(tmp_path)]
    with subprocess.Popen(command) as owner:
        wait_for(lambda: len(lines(tmp_path / "pids")) == 2, "both pools")
        sessions = [int(pid) for pid in lines(tmp_path / "pids")]
        assert all(len(members(session)) == 3 for session in sessions)
        owner.kill()
    wait_for(lambda: not any(map(members, sessions)), "everything to end")


def test_a_process_that_keeps_dying_is_named_with_the_end_of_its_log(
    supervisor: Supervisor, python: Callable[..., Process]
) -> None:
    supervisor.start(python("import sys; sys.exit('no such letter type')"))
    with pytest.raises(StackError, match=r"example ended with status 1; its log is .*\n.*no such letter type"):
        supervisor.wait_until("example", lambda: False)


def test_a_process_that_is_late_is_named(supervisor: Supervisor, python: Callable[..., Process]) -> None:
    supervisor.start(python("import time; time.sleep(60)"))
    with pytest.raises(StackError, match="example was not ready within 0 seconds"):
        supervisor.wait_until("example", lambda: False, seconds=0.1)


def test_one_that_has_ended_for_good_is_named_at_once(supervisor: Supervisor, python: Callable[..., Process]) -> None:
    supervisor.start(python("import sys; sys.exit(3)", restart=False))
    began = time.monotonic()
    with pytest.raises(StackError, match="example ended with status 3"):
        supervisor.wait_until("example", lambda: False)
    assert time.monotonic() - began < 20


def test_one_that_lives_has_two_minutes(supervisor: Supervisor) -> None:
    """On a busy machine thirty seconds were too few."""
    assert inspect.signature(supervisor.wait_until).parameters["seconds"].default == READY_SECONDS == 120


def test_a_program_that_does_not_exist_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="printer cannot start: there is no program /nowhere/printer"):
        supervisor.start(Process("printer", ("/nowhere/printer",), tmp_path / "log"))
    assert supervisor.running() == []


def test_the_same_name_is_not_started_twice(supervisor: Supervisor, python: Callable[..., Process]) -> None:
    supervisor.start(python("import time; time.sleep(60)"))
    with pytest.raises(StackError, match="example is running already"):
        supervisor.start(python("import time; time.sleep(60)"))


def test_a_process_sees_only_the_settings_that_it_was_given(
    supervisor: Supervisor,
    python: Callable[..., Process],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", "postgresql://production/letters")
    source = "import os, sys; print([n for n in os.environ if n[:9] == 'OUTBOUND_'])"
    supervisor.start(python(source, env={"OUTBOUND_VAR_DIR": "/somewhere"}, restart=False))
    wait_for(lambda: lines(tmp_path / "example.log"), "its output")
    assert lines(tmp_path / "example.log") == ["['OUTBOUND_VAR_DIR']"]


def test_a_process_started_anew_uses_its_amended_command(
    supervisor: Supervisor, python: Callable[..., Process], tmp_path: Path
) -> None:
    source = "import sys, time; print(sys.argv[1], flush=True); time.sleep(60)"
    supervisor.start(python(source, "port 0"))
    wait_for(lambda: lines(tmp_path / "example.log"), "the first start")
    supervisor.amend(python(source, "port 4711"))
    supervisor.kill("example")
    wait_for(lambda: lines(tmp_path / "example.log") == ["port 0", "port 4711"], "the second start")


def test_a_free_port_is_free() -> None:
    assert is_free(free_port())
    assert not is_free(-1)
    assert not is_free(70_000)
