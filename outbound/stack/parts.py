"""The router's own processes and the simulators, each as a command; `up` puts them together."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from outbound.stack.processes import Process

SIMULATORS = ("digital-post", "remote-print", "persons", "companies")
REPLACED = {"digital": {"digital-post"}, "print": {"remote-print"}, "both": {"digital-post", "remote-print"}}
"""Whose place SF1601 takes, by OUTBOUND_SF1601."""
PUSHES = {
    "OUTBOUND_DIGITAL_POST_RECEIPTS": ("push", "both"),
    "OUTBOUND_BESKEDFORDELER_PUSH": ("true", "1", "yes", "on"),
}
"""The settings, and their values, by which a supplier pushes receipts to us."""

WORK_SECONDS = 8.0
"""How long a worker that is told to stop may take to finish what it has in hand."""


def cores() -> int:
    """The processor cores that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def simulators(env: Mapping[str, str]) -> tuple[str, ...]:
    """The suppliers of the roads that are chosen, and the specialist systems that are told what happens."""
    replaced = REPLACED.get(env.get("OUTBOUND_SF1601", ""), set())
    suppliers = (*(name for name in SIMULATORS if name not in replaced), *(("sf1601",) if replaced else ()))
    return (*suppliers, "specialist-system")


def simulator(name: str, folder: Path, env: Mapping[str, str]) -> Process:
    """One supplier's simulator; its records stay in `folder`, where it also says when it is ready."""
    specs, stack = env.get("OUTBOUND_SPECS_DIR"), folder.parent.parent
    module = f"adapters.simulators.{name.replace('-', '_')}"
    shown, announced = folder.parent / "certificates", receipts_announcement(stack)
    more = (*(("--specs", specs) if specs else ()), "--certificates", str(shown), "--push-to", str(announced))
    return Process(name, (sys.executable, "-m", module, "--dir", str(folder), *more), _log(stack, name))


def has_doors(env: Mapping[str, str]) -> bool:
    """Whether anybody pushes receipts."""
    return any(env.get(name, "").lower() in values for name, values in PUSHES.items())


def receipts_announcement(folder: Path) -> Path:
    """Where the listener for pushed receipts says where it is, to whoever pushes some."""
    return folder / "receipts.json"


def receipts(folder: Path, env: Mapping[str, str], port: int, announcement: Path) -> Process:
    """The listener for pushed receipts; port 0 lets it find a free one, which it announces."""
    argv = (sys.executable, "-m", "outbound.web.receipts", "--port", str(port), "--announce", str(announcement))
    return Process("receipts", argv, _log(folder, "receipts"), env=env)


def web(folder: Path, env: Mapping[str, str], port: int, announcement: Path) -> Process:
    """API and pages; port 0 lets it find a free one, which it announces."""
    argv = (sys.executable, "-m", "outbound.web", "--port", str(port), "--announce", str(announcement))
    return Process("web", argv, _log(folder, "web"), env=env)


def render_pool(folder: Path, env: Mapping[str, str], queues: Iterable[str], processes: int) -> Process:
    """Workers that calculate: as many processes as cores, each with one thread."""
    return _pool("render-pool", folder, env, queues, processes, threads=1)


def network_pool(folder: Path, env: Mapping[str, str], queues: Iterable[str]) -> Process:
    """Workers that wait for the outside: one process, many threads."""
    return _pool("network-pool", folder, env, queues, processes=1, threads=8)


def timer(folder: Path, env: Mapping[str, str]) -> Process:
    """Sends tickets for whatever is due."""
    return Process("timer", (sys.executable, "-m", "workers.timer"), _log(folder, "timer"), env=env)


def _pool(
    name: str, folder: Path, env: Mapping[str, str], queues: Iterable[str], processes: int, threads: int
) -> Process:
    argv = (
        *(sys.executable, "-m", "dramatiq", "workers.actors", "-p", str(processes), "-t", str(threads)),
        *("--worker-shutdown-timeout", str(int(WORK_SECONDS * 1000)), "-Q", *queues),
    )
    # Without it a worker fetches two messages a thread and then sleeps: 256 tickets a second at most.
    return Process(name, argv, _log(folder, name), env={**env, "dramatiq_queue_prefetch": "16"})


def _log(folder: Path, name: str) -> Path:
    return folder / "logs" / f"{name}.log"
