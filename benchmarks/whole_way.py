"""The whole way, from the API to SENT, of a mailing: letters a second beside the bare renderer's, in one run.

`python -m benchmarks.whole_way` prints for each database `figure whole-way-… letters/s`, `ratio whole-way-…` (over the
bare renderer: same letter, same tagging, same number of rendering processes), CPU-milliseconds a letter by process,
and the time that letters spend in each step.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from benchmarks.mail import ENV, cpu, mail, quicken, wait
from benchmarks.renderer import letters_per_second
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.stack.up import Stack

LETTERS = 5_000


def whole_way(letters: int, database: str, processes: int) -> float:
    """Letters a second from the first call to the last letter SENT; prints the figures of its run."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o755)
        with Stack(Path(folder) / "stack", ENV, postgres=database == "postgresql", cores=processes) as stack:
            ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
            quicken(stack)
            wait(ledger, mail(stack, ledger, range(50), "warm"), 50)
            before, begin = cpu(stack), time.perf_counter()
            wait(ledger, mail(stack, ledger, range(50, 50 + letters), "main"), letters)
            span = time.perf_counter() - begin
            _tell(database, letters, before, cpu(stack), ledger)
            ledger.close()
    return letters / span


def _tell(database: str, letters: int, before: Mapping[str, float], after: Mapping[str, float], ledger: Ledger) -> None:
    for name in sorted(after):
        spent = (after[name] - before.get(name, 0.0)) / letters * 1000
        print(f"figure cpu-{database}-{name} {spent:.2f} ms/letter")
    for step, seconds in _steps(ledger).items():
        print(f"figure wait-{database}-{step} {seconds:.2f} s")


def _steps(ledger: Ledger) -> dict[str, float]:
    """The median time that a letter spends in each state, waiting included."""
    spans: dict[str, list[float]] = {}
    e = t.event.c
    with ledger.reading() as tx:
        rows = tx.execute(select(e.letter_id, e.was, e.at).order_by(e.letter_id, e.id))
        last: tuple[UUID | None, Any] = (None, None)
        for row in rows:
            if row.was is not None and row.letter_id == last[0]:
                spans.setdefault(str(row.was).lower(), []).append((row.at - last[1]).total_seconds())
            last = (row.letter_id, row.at)
    return {state: statistics.median(many) for state, many in sorted(spans.items())}


def main() -> None:
    """Both databases, beside the bare renderer."""
    parser = argparse.ArgumentParser(description="The whole way beside the bare renderer.")
    parser.add_argument("--letters", type=int, default=LETTERS)
    parser.add_argument("--processes", type=int, default=2, help="rendering processes, in both")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    given = parser.parse_args()
    bare = letters_per_second(given.letters, given.processes)
    print(f"figure bare-renderer {bare:.1f} letters/s")
    for database in given.database or ["sqlite", "postgresql"]:
        speed = whole_way(given.letters, database, given.processes)
        print(f"figure whole-way-{database} {speed:.1f} letters/s")
        print(f"ratio whole-way-{database} {speed / bare:.3f}")


if __name__ == "__main__":
    main()
