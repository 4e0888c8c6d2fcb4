"""Letters handed in to a stack by its API and waited for, and the processor time that its processes have spent."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import func, select

from benchmarks.renderer import LETTER_TYPE, TEMPLATES, fields_of
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.rendering import LetterTypes
from outbound.stack.up import Stack
from outbound.stack.warden import children
from outbound.web.access import issue_key

LINES = 500  # letters in one call
GONE = ("SENT", "DELIVERED")
TICK = os.sysconf("SC_CLK_TCK")
ENV = {"OUTBOUND_TIMER_SECONDS": "1", "OUTBOUND_PRINT_GATHER_SECONDS": "5"}


def quicken(stack: Stack) -> None:
    """The printing house need not read addresses: that is the simulator's work and not the router's."""
    mood = {"pace": {"read_addresses": False}}
    httpx.post(f"{stack.controls['remote-print']}/mood", json=mood).raise_for_status()


def system_of(stack: Stack, ledger: Ledger) -> httpx.Client:
    """A specialist system with a key of its own."""
    with ledger.writing() as tx:
        key = issue_key(tx, "jobcenter")
    return httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {key}"}, timeout=120)


def mail(stack: Stack, ledger: Ledger, numbers: range, reference: str) -> UUID:
    """Hand in one mailing by NDJSON, nine in ten to the mailbox; its id."""
    people = people_of(stack, numbers.stop)
    with system_of(stack, ledger) as client:
        about = {"reference": reference, "department": "beskaeftigelse", "title": "Måling"}
        mailing = client.post("/v1/mailings", json=about).raise_for_status().json()["id"]
        for lines in _batches(people, numbers, reference):
            headers = {"Content-Type": "application/x-ndjson"}
            client.post(f"/v1/mailings/{mailing}/letters", content=lines, headers=headers).raise_for_status()
    return UUID(mailing)


def people_of(stack: Stack, count: int) -> list[str]:
    """Numbers that the simulated mailbox knows, nine in ten of them enrolled."""
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


def wait(ledger: Ledger, mailing: UUID, letters: int, most: float = 900) -> None:
    """Until so many letters of the mailing are with the suppliers."""
    patience_ends, gone, row = time.monotonic() + most, 0, t.letter.c
    while gone < letters and time.monotonic() < patience_ends:
        time.sleep(0.2)
        with ledger.reading() as tx:
            wanted = select(func.count()).where(row.mailing_id == mailing, row.status.in_(GONE))
            gone = tx.execute(wanted).scalar() or 0
    if gone < letters:
        raise SystemExit(f"Only {gone} of {letters} letters were sent within {most:.0f} seconds.")


def cpu(stack: Stack) -> dict[str, float]:
    """CPU-seconds so far, by process of the stack. PostgreSQL's backends leave the group of their server."""
    found = {}
    for name in stack.supervisor.running():
        pids = stack.supervisor.pids(name)
        found[name] = sum(_seconds(pid) for pid in {*pids, *(child for pid in pids for child in children(pid))})
    return found


def _seconds(pid: int) -> float:
    """Its own, and those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(spent) for spent in fields[11:15]) / TICK
