"""However often a stack is told to stop, it stops whole."""

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack.test_supervisor import alive, lines
from tests.waiting import wait_for

CHILD = """
    import os, signal, sys, time
    def end(*_):
        open(sys.argv[1], "a").write("told\\n")
        time.sleep(float(sys.argv[2]))
        open(sys.argv[1], "a").write("ended\\n")
        sys.exit()
    signal.signal(signal.SIGTERM, end)
    open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
    while True: time.sleep(60)
"""
STACK = f"""
    import sys, textwrap, threading
    from pathlib import Path
    from outbound.stack import terminal
    from outbound.stack.processes import Process
    from outbound.stack.supervisor import Supervisor
    terminal.PATIENCE_SECONDS = 0.5
    folder = Path(sys.argv[1])
    try:
        with terminal.ended_politely(), Supervisor(folder) as supervisor:
            for name in ("one", "two"):
                argv = (sys.executable, "-c", textwrap.dedent({CHILD!r}), str(folder / name), sys.argv[2])
                supervisor.start(Process(name, argv, folder / "log"))
            threading.Event().wait()
    except KeyboardInterrupt:
        print("Stopped.")
"""


@contextmanager
def stack(folder: Path, seconds: float) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """Two processes that take so long to end, under a supervisor at a terminal; and their ids."""
    words = [sys.executable, "-c", textwrap.dedent(STACK), str(folder), str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            wait_for(lambda: all(lines(folder / name) for name in ("one", "two")), "both to run", 30)
            yield process, [int(lines(folder / name)[0]) for name in ("one", "two")]
        finally:
            process.kill()


def test_a_second_signal_does_not_leave_it_half_alive(tmp_path: Path) -> None:
    with stack(tmp_path, 1.0) as (process, pids):
        process.send_signal(signal.SIGINT)
        wait_for(lambda: "told" in lines(tmp_path / "two"), "the first to be told", 20)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert (said, process.returncode) == ("Stopped.\n", 0)
        assert all("ended" in lines(tmp_path / name) for name in ("one", "two"))
        assert not any(map(alive, pids))


def test_a_third_after_some_seconds_ends_it_at_once_and_the_rest_too(tmp_path: Path) -> None:
    with stack(tmp_path, 60.0) as (process, pids):
        process.send_signal(signal.SIGINT)
        wait_for(lambda: "told" in lines(tmp_path / "two"), "the first to be told", 20)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.7)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM
        wait_for(lambda: not any(map(alive, pids)), "the warden to end the rest", 40)
