"""The drill: a copy taken under load, everything killed, the run-book followed; suppliers' records judge."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from outbound import clock
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.settings import HOME
from outbound.stack.places import scratch
from outbound.stack.up import Stack
from outbound.web.access import issue_key
from tests.audited import differences
from tests.people import person
from tests.restore.steps import follow
from tests.torture.run import ENV

PEOPLE = ("well", "exempt", "well", "refused_closed", "well")
BEFORE, AFTER, LINES = 12, 8, 8  # single letters before and after the copy, and letters in the mailing
MOVING = ("RECEIVED", "RENDERED", "ROUTED", "SENDING")
EXAMPLE = json.loads((HOME / "templates" / "letters" / "moedeindkaldelse" / "example.json").read_text())
SENDERS = ("digital-post", "remote-print")


@dataclass
class Drill:
    """One drill: its stack is started three times, and each time may have other addresses."""

    folder: Path
    postgres: bool
    accepted: dict[str, UUID] = field(default_factory=dict)
    key: str = ""

    @contextmanager
    def up(self, *, workers: bool = True, web: bool = True) -> Iterator[Stack]:
        clock_file = self.folder / "clock"
        if not clock_file.exists():
            clock_file.write_text("0")
        env = {**ENV, "OUTBOUND_CLOCK_FILE": str(clock_file)}
        with Stack(self.folder / "stack", env, postgres=self.postgres, workers=workers, web=web) as stack:
            yield stack

    def follow(self, name: str, stack: Stack, **given: str) -> None:
        url = stack.env["OUTBOUND_DATABASE_URL"].replace("+psycopg", "").removeprefix("sqlite:///")
        backup = self.folder / "backup"
        backup.mkdir(exist_ok=True)
        names = {"LEDGER": url, "SERVER": url.replace("/outbound?", "/postgres?"), "BACKUP": str(backup)}
        follow(name, self.folder, stack.env, **names, **given)

    def hand_in(self, stack: Stack, numbers: range) -> None:
        with self.client(stack) as client:
            for number in numbers:
                answer = client.post("/v1/letters", json=letter(number))
                assert answer.status_code in (200, 202), answer.text
                self.accepted[f"drill-{number}"] = UUID(answer.json()["letters"][0]["id"])

    def mail(self, stack: Stack, numbers: range) -> None:
        about = {"reference": "drill", "department": "beskaeftigelse", "title": "Prøveudsendelse"}
        with self.client(stack) as client:
            made = client.post("/v1/mailings", json=about).raise_for_status().json()
            lines = "\n".join(json.dumps(letter(number)) for number in numbers)
            path, kind = f"/v1/mailings/{made['id']}/letters", {"Content-Type": "application/x-ndjson"}
            answer = client.post(path, content=lines, headers=kind).raise_for_status()
        for number, line in zip(numbers, answer.text.splitlines(), strict=True):
            self.accepted[f"drill-{number}"] = UUID(json.loads(line)["letters"][0]["id"])

    def client(self, stack: Stack) -> httpx.Client:
        return httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30)


def letter(number: int) -> dict[str, Any]:
    return {
        "reference": f"drill-{number}",
        "department": "beskaeftigelse",
        "letter_type": "moedeindkaldelse",
        "recipients": [{"name": "Solvej Prøvesen", "cpr": person(PEOPLE[number % len(PEOPLE)], number)}],
        "fields": EXAMPLE,
    }


def takings(stack: Stack) -> list[dict[str, Any]]:
    return [one for name in SENDERS for one in httpx.get(f"{stack.controls[name]}/takings").json()["takings"]]


def until(happens: Callable[[], bool], what: str, most: float = 90) -> None:
    patience_ends = time.monotonic() + most
    while not happens():
        assert time.monotonic() < patience_ends, what
        time.sleep(0.1)


def states(ledger: Ledger) -> Counter[str]:
    with ledger.reading() as tx:
        return Counter(tx.execute(select(t.letter.c.status)).scalars())


@contextmanager
def opened(stack: Stack) -> Iterator[Ledger]:
    ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
    yield ledger
    ledger.close()


def shown(stack: Stack) -> tuple[int, str]:
    words = [sys.executable, "-m", "outbound", "restored", "show"]
    done = subprocess.run(
        words, env={"PATH": "/usr/bin:/bin", **stack.env}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.timeout(900)  # its own patience ends before, and tells what stands where
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_copy_taken_under_load_is_restored_and_nothing_is_lost_or_sent_twice(database: str) -> None:
    drill = Drill(scratch("outbound-restore-"), database == "postgresql")
    drill.folder.chmod(0o755)
    taken_at = a_day_with_a_copy_in_it(drill)
    with drill.up(workers=False, web=False) as stack:
        for name in ["put-dump-back"] if drill.postgres else ["put-sqlite-back"]:
            drill.follow(name, stack)
        started_by_mistake(drill, stack)
        drill.follow("begin", stack, TAKEN=taken_at)
    with drill.up() as stack:
        before = len(takings(stack))
        drill.hand_in(stack, range(BEFORE + AFTER))
        drill.mail(stack, range(100, 100 + LINES))
        quiet_ends = time.monotonic() + 8  # half of the lease for sending, and the quiet seconds
        with opened(stack) as ledger:
            until(lambda: time.monotonic() > quiet_ends and not states(ledger)["RECEIVED"], "nothing is rendered")
            assert len(takings(stack)) == before, "nothing leaves before the records are compared"
            for channel, name in (("digital", SENDERS[0]), ("print", SENDERS[1])):
                sent = httpx.get(f"{stack.controls[name]}/takings").json()["takings"]
                (drill.folder / f"{channel}.txt").write_text("".join(f"{one['dispatch']}\n" for one in sent))
            drill.follow("compare", stack)
            drill.follow("finish", stack)
            until(lambda: not any(states(ledger)[one] for one in MOVING), f"not drained: {states(ledger)}")
            days_pass(drill, ledger)
            judge(drill, stack, ledger)
            drill.follow("look", stack)


def a_day_with_a_copy_in_it(drill: Drill) -> str:
    """Letters flow, a copy is taken, letters flow on; then everything is killed. When the copy was taken."""
    with drill.up() as stack, opened(stack) as ledger:
        with ledger.writing() as tx:
            drill.key = issue_key(tx, "jobcenter")
        drill.hand_in(stack, range(BEFORE))
        drill.mail(stack, range(100, 100 + LINES))
        until(lambda: len(takings(stack)) > 3, "nothing was sent before the copy")
        flow = threading.Thread(target=drill.hand_in, args=(stack, range(BEFORE, BEFORE + AFTER)))
        flow.start()
        taken_at = clock.now().isoformat()
        drill.follow("dump" if drill.postgres else "sqlite", stack)
        before = len(takings(stack))
        flow.join()
        until(lambda: len(takings(stack)) > before + 3, "nothing was sent after the copy")
        for name in ("network-pool", "render-pool", "timer", "web"):
            stack.supervisor.kill(name, restart=False)
    return taken_at


def started_by_mistake(drill: Drill, stack: Stack) -> None:
    """Nobody has read the run-book: workers start on the copy."""
    before = len(takings(stack))
    stack.start_workers()
    until(lambda: shown(stack)[0] == 1, "it is not noticed")
    time.sleep(3)
    assert len(takings(stack)) == before
    logs = "".join(file.read_text() for file in (drill.folder / "stack" / "logs").glob("*.log"))
    assert "it is a back-up, or another ledger. Nothing is sent." in logs
    assert "outbound restored begin" in shown(stack)[1]
    stack.stop_workers()


def days_pass(drill: Drill, ledger: Ledger) -> None:
    """What waits for a receipt that was fetched before the loss meets its deadline."""
    for days in (8, 16):
        (drill.folder / "clock").write_text(str(days * 86_400))
        until(lambda: not any(states(ledger)[one] for one in (*MOVING, "SENT")), f"not at rest: {states(ledger)}")


def judge(drill: Drill, stack: Stack, ledger: Ledger) -> None:
    """By the suppliers' records: each letter once, or where the mailbox has refused it HELD and shown."""
    with ledger.reading() as tx:
        letters = {row.id: row for row in tx.execute(select(t.letter))}
        of = dict(tx.execute(select(t.dispatch.c.id, t.dispatch.c.letter_id)).all())
    assert {row.reference for row in letters.values()} == drill.accepted.keys(), "lost, or doubled in the ledger"
    taken = takings(stack)
    strangers = [one for one in taken if UUID(one["dispatch"]) not in of]
    assert strangers == [], "suppliers have what the ledger does not know"
    assert all(one["nth"] == 1 for one in taken)
    counted = Counter(of[UUID(one["dispatch"])] for one in taken if not one["refused"])
    assert max(counted.values()) == 1, "sent twice"
    for one in letters.values():
        assert counted[one.id] == 1 or one.status == "HELD", f"{one.reference}: {one.status}, never taken"
    assert {row.held_code for row in letters.values() if row.status == "HELD"} <= {"no-receipt"}
    assert sum(counted.values()) >= len(letters) * 0.8
    assert differences(ledger) == []
