"""The whole way, from the API to SENT, of a mailing: letters a second beside the bare renderer's, in one run.

`python -m benchmarks.whole_way` prints for each database `figure whole-way-… letters/s`, `ratio whole-way-…` (over the
bare renderer: same letter, same tagging, same number of rendering processes), CPU-milliseconds a letter by process,
and the time that letters spend in each step.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select

from benchmarks.renderer import LETTER_TYPE, TEMPLATES, fields_of, letters_per_second
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.rendering import LetterTypes
from outbound.stack.up import Stack
from outbound.web.access import issue_key

LETTERS = 5_000
LINES = 500  # letters in one call
GONE = ("SENT", "DELIVERED")
TICK = os.sysconf("SC_CLK_TCK")
ENV = {"OUTBOUND_TIMER_SECONDS": "1", "OUTBOUND_PRINT_GATHER_SECONDS": "5"}


def whole_way(letters: int, database: str, processes: int) -> float:
    """Letters a second from the first call to the last letter SENT; prints the figures of its run."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o755)
        with Stack(Path(folder) / "stack", ENV, postgres=database == "postgresql", cores=processes) as stack:
            ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
            _quicken(stack)
            _mail(stack, ledger, range(50), "warm")
            _wait(ledger, 50)
            before, begin = _cpu(stack), time.perf_counter()
            _mail(stack, ledger, range(50, 50 + letters), "main")
            _wait(ledger, 50 + letters)
            span = time.perf_counter() - begin
            _tell(database, letters, before, _cpu(stack), ledger)
            ledger.close()
    return letters / span


def _quicken(stack: Stack) -> None:
    """The printing house need not read addresses: that is the simulator's work and not the router's."""
    mood = {"pace": {"read_addresses": False}}
    httpx.post(f"{stack.controls['remote-print']}/mood", json=mood).raise_for_status()


def _mail(stack: Stack, ledger: Ledger, numbers: range, reference: str) -> None:
    """Hand in one mailing by NDJSON, nine in ten to the mailbox."""
    people = _people(stack, numbers.stop)
    with ledger.writing() as tx:
        key = issue_key(tx, "jobcenter")
    with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
        about = {"reference": reference, "department": "beskaeftigelse", "title": "Måling"}
        mailing = client.post("/v1/mailings", json=about).raise_for_status().json()["id"]
        for lines in _batches(people, numbers, reference):
            headers = {"Content-Type": "application/x-ndjson"}
            client.post(f"/v1/mailings/{mailing}/letters", content=lines, headers=headers).raise_for_status()


def _people(stack: Stack, count: int) -> list[str]:
    control = stack.controls["digital-post"]
    wanted = {"well": count, "exempt": count // 10 + 1}
    numbers = {
        outcome: httpx.get(
            f"{control}/people", params={"outcome": outcome, "kind": "person", "count": many}, timeout=60
        )
        .raise_for_status()
        .json()["numbers"]
        for outcome, many in wanted.items()
    }
    return [numbers["exempt"][i // 10] if i % 10 == 9 else numbers["well"][i] for i in range(count)]


def _batches(people: list[str], numbers: range, reference: str) -> Iterator[bytes]:
    letter_type = LetterTypes.load(TEMPLATES)[LETTER_TYPE]
    for start in range(numbers.start, numbers.stop, LINES):
        lines = [
            json.dumps(
                {
                    "reference": f"{reference}-{number}",
                    "department": "beskaeftigelse",
                    "letter_type": LETTER_TYPE,
                    "recipients": [{"name": "Solvej Prøvesen", "cpr": people[number]}],
                    "fields": fields_of(letter_type, number),
                }
            )
            for number in range(start, min(start + LINES, numbers.stop))
        ]
        yield "\n".join(lines).encode()


def _wait(ledger: Ledger, letters: int, most: float = 900) -> None:
    patience_ends, gone = time.monotonic() + most, 0
    while gone < letters and time.monotonic() < patience_ends:
        time.sleep(0.2)
        with ledger.reading() as tx:
            gone = tx.execute(select(func.count()).where(t.letter.c.status.in_(GONE))).scalar() or 0
    if gone < letters:
        raise SystemExit(f"Only {gone} of {letters} letters were sent within {most:.0f} seconds.")


def _cpu(stack: Stack) -> dict[str, float]:
    """CPU-seconds so far, by process of the stack."""
    return {name: sum(_seconds(pid) for pid in stack.supervisor.pids(name)) for name in stack.supervisor.running()}


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


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
