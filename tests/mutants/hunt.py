"""Walks the ways that must show a mutant, each mutant in a process of its own with the mutant's copy first in its path.

    python -m tests.mutants.hunt FOLDER MIGRATED-LEDGER MUTANT…

For every mutant a line: its name, `red` or `green`, and what turned red. The name `unchanged` is no mutant: it walks
the ways of all of them. Every process is forked from one that has the libraries loaded, but nothing of the router.
"""

import importlib
import os
import shutil
import sys
import tempfile
import traceback
from dataclasses import replace
from pathlib import Path

from tests.mutants import load_mutants, mutated_copy

OURS = ("outbound", "adapters", "workers", "tests")
UNCHANGED = "unchanged"


def main(folder: str, migrated: str, *names: str) -> None:
    """Hunt one after the other."""
    jobs = [(name, mutated_copy("" if name == UNCHANGED else name, Path(folder)), ways_of(name)) for name in names]
    _load_libraries()
    for name, copy, ways in jobs:
        print(f"{name}\t{_in_a_process(copy, Path(migrated), ways)}", flush=True)


def ways_of(name: str) -> tuple[str, ...]:
    """The ways to walk; without a mutant all of them that some mutant needs."""
    mutants = load_mutants()
    if name != UNCHANGED:
        return mutants[name].shown_by
    return tuple(sorted({way for mutant in mutants.values() for way in mutant.shown_by}))


def _load_libraries() -> None:
    """Import everything once, and forget what is ours."""
    for name in ("tests.delivery.ways", "adapters", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql"):
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS and name != __name__]:
        del sys.modules[name]


def _in_a_process(copy: Path, migrated: Path, ways: tuple[str, ...]) -> str:
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            out.write(_hunted(copy, migrated, ways).replace("\n", " ")[:600])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said or "broken\tits process died"


def _hunted(copy: Path, migrated: Path, ways: tuple[str, ...]) -> str:
    try:
        sys.path.insert(0, str(copy))
        if not str(importlib.import_module("outbound").__file__).startswith(str(copy)):
            return "broken\tthe copy is not what was imported"
        with tempfile.TemporaryDirectory(prefix="outbound-mutant-") as folder:
            return _walk(Path(folder), migrated, ways)
    except BaseException:
        return f"broken\t{traceback.format_exc(limit=-3)}"


def _walk(folder: Path, migrated: Path, ways: tuple[str, ...]) -> str:
    import outbound.delivery.render
    from tests.delivery.crashing import anew, crash_at, places_on
    from tests.delivery.paper import RememberedRendering
    from tests.delivery.walking import TUESDAY, Walk
    from tests.delivery.ways import WAYS
    from tests.house import MovingClock, open_house
    from tests.outside import World

    shutil.copy(migrated, folder / "ledger.db")
    clock = MovingClock(folder / "clock")
    os.environ["OUTBOUND_CLOCK_FILE"] = str(clock.file)
    clock.to(TUESDAY)
    rendering, world = RememberedRendering(), World()
    outbound.delivery.render.render = rendering  # type: ignore[attr-defined, unused-ignore]
    house = open_house(f"sqlite:///{folder / 'ledger.db'}", folder, world)
    walk = Walk(replace(house, outside=world.outside()), world, clock, rendering)
    for name in ways:
        try:
            told = anew(walk)
            places = places_on(WAYS[name], told)
            told.holds()
            for commit, after in places:
                again = anew(walk)
                crash_at(again, commit, after=after)
                WAYS[name](again)
                again.holds()
        except BaseException as fault:
            return f"red\t{name}: {type(fault).__name__}: {fault}"
    return "green\t"


if __name__ == "__main__":
    main(*sys.argv[1:])
