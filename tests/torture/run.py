"""The torture run: letters flow through the whole router while everything under it is killed, broken and emptied.

What counts at the end is what the simulators recorded, not what the router believes.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select

from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.stack.up import Stack
from outbound.web.access import issue_key
from tests.people import person
from tests.torture.chaos import Chaos
from tests.torture.verdict import Verdict, judge

ENV = {
    "OUTBOUND_TIMER_SECONDS": "0.5",
    "OUTBOUND_RENDER_LEASE": "8",
    "OUTBOUND_SEND_LEASE": "12",
    "OUTBOUND_HARD_END": "0.5",
    "OUTBOUND_DIGITAL_POST_TIMEOUT": "2",
    "OUTBOUND_PRINT_TIMEOUT": "2",
    "OUTBOUND_PERSONS_TIMEOUT": "2",
    "OUTBOUND_PERSONS_PATIENCE": "2",
    "OUTBOUND_QUIET_SECONDS": "1",
    "OUTBOUND_DOUBT_ASK_SECONDS": "1",
    "OUTBOUND_RETRY_FIRST": "0.3",
    "OUTBOUND_RETRY_MOST": "1",
    "OUTBOUND_UNKNOWN_RECHECK": "1",
    "OUTBOUND_PRINT_GATHER_SECONDS": "1",
    "OUTBOUND_HANDFUL": "10",
    "OUTBOUND_RUN_LETTERS": "40",
    "OUTBOUND_RATE_LIMIT_PER_MINUTE": "1000000",
    "OUTBOUND_DEATHS_ALONE": "50",  # here workers die of us, not of their letters
}

OUTCOMES = {
    "well": 62,
    "exempt": 14,
    "refused_closed": 5,
    "completed_late": 4,
    "exempt_protected": 3,
    "print_returned": 3,
    "print_refused": 2,
    "never_receipt": 2,
    "memo_invalid": 2,
    "unknown_code": 1,
    "closed": 1,
    "lookup_error": 1,
}
"""How many of a hundred recipients do what; see docs/simulators.md."""

SINGLES_AT_ONCE = 4
LINES = 40  # letters in one NDJSON call
NDJSON = {"Content-Type": "application/x-ndjson"}
LASTS = 24.0
"""Seconds that the feeding takes at least, so that letters flow while every blow falls."""
HOURS = 4  # from a letter's taking to its receipt, where receipts are late
CANCELS = 0.06  # share of the letters that somebody tries to cancel while they travel


@dataclass
class Run:
    """One torture run and what it needs to remember."""

    stack: Stack
    ledger: Ledger
    letters: int
    seed: int
    key: str
    clock_file: Path
    accepted: dict[str, UUID] = field(default_factory=dict)
    cancelled: set[UUID] = field(default_factory=set)
    refused_cancels: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, reference: str, letter: UUID) -> None:
        """Remember that this letter was accepted with a 2xx."""
        with self._lock:
            self.accepted[reference] = letter


def torture(
    folder: Path,
    letters: int,
    database: str,
    seed: int = 1,
    say: Callable[[str], None] = print,
    kinds: frozenset[str] | None = None,
) -> Verdict:
    """Run it and judge. `kinds` limits the chaos to some faults (None = all). Raises nothing of the router's.

    On SQLite the mailbox is said to take a repeat under the same id as the same letter, and does; on PostgreSQL a
    doubt is only asked about.
    """
    with _running(folder, letters, database, seed) as run:
        chaos = Chaos(run.stack, run.ledger, random.Random(seed), kinds, say)
        feeding = threading.Thread(target=_feed, args=(run,), name="feed")
        feeding.start()
        with chaos:
            feeding.join()
            _wait(run, chaos, say)
        chaos.end()
        _to_rest(run, say)
        return judge(run.ledger, run.stack.controls, run.accepted, run.cancelled, chaos)


def lost_answers(
    folder: Path, letters: int, database: str, seed: int = 1, say: Callable[[str], None] = print
) -> Verdict:
    """The mailbox loses 5 % of its answers and tells what became of its letters hours later; nothing else happens.

    Every lost answer is settled by its receipt, or where a repeat is safe by a repeat: nobody need ask the supplier.
    """
    with _running(folder, letters, database, seed) as run:
        mailbox = run.stack.controls["digital-post"]
        mood = {"mood": "well", "drop_answer": {"probability": 0.05, "seed": seed}, "receipts": {"late": HOURS * 3600}}
        httpx.post(f"{mailbox}/mood", json=mood).raise_for_status()
        _feed(run)
        _await_stillness(run)
        in_doubt = statuses(run.ledger)["SENDING"]
        say(f"before any receipt: {dict(statuses(run.ledger))}")
        _let_hours_pass(run, mailbox)
        _to_rest(run, say)
        silent = sum(not one["detail"]["receipt"] for one in httpx.get(f"{mailbox}/takings").json()["takings"])
        verdict = judge(run.ledger, run.stack.controls, run.accepted, run.cancelled, _no_blows(run, silent))
        if not in_doubt and not httpx.get(f"{mailbox}/requests").json().get("repeat"):
            verdict.wrong.append("no answer was lost")
        return verdict


def _let_hours_pass(run: Run, mailbox: str) -> None:
    """On the router's clock and on the mailbox's: first without a receipt, then with all of them."""
    for seconds in (HOURS * 1800, HOURS * 3600 + 600):
        run.clock_file.write_text(str(seconds))
        httpx.post(f"{mailbox}/mood", json={"receipts": {"ahead": seconds}}).raise_for_status()
        _await_stillness(run, still_for=3)


def _no_blows(run: Run, doubts: int) -> Chaos:
    chaos = Chaos(run.stack, run.ledger, random.Random(run.seed), frozenset(), print)
    chaos.letters_in_doubt = doubts
    return chaos


@contextmanager
def _running(folder: Path, letters: int, database: str, seed: int) -> Iterator[Run]:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    clock_file = folder / "clock"
    clock_file.write_text("0")
    safe = str(database == "sqlite").lower()
    env = {**ENV, "OUTBOUND_CLOCK_FILE": str(clock_file), "OUTBOUND_DIGITAL_POST_REPEAT_IS_SAFE": safe}
    with Stack(folder / "stack", env, postgres=database == "postgresql") as stack:
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        with ledger.writing() as tx:
            key = issue_key(tx, "jobcenter")
        try:
            yield Run(stack, ledger, letters, seed, key, clock_file)
        finally:
            ledger.close()


def _feed(run: Run) -> None:
    """Half the letters one by one from a few senders at once, half as a mailing, line by line."""
    half = run.letters // 2
    spans = [range(start, half, SINGLES_AT_ONCE) for start in range(SINGLES_AT_ONCE)]
    senders = [threading.Thread(target=_singles, args=(run, span)) for span in spans]
    senders.append(threading.Thread(target=_mailing, args=(run, range(half, run.letters))))
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


def _singles(run: Run, numbers: range) -> None:
    chance = random.Random(f"{run.seed}-{numbers.start}")
    with _client(run) as client:
        for number in numbers:
            body = _letter(run, number)
            answer = _until_answered(partial(client.post, "/v1/letters", json=body), {200, 202})
            run.keep(body["reference"], UUID(answer.json()["letters"][0]["id"]))
            time.sleep(LASTS / len(numbers))
            if chance.random() < CANCELS:
                _cancel(run, client, run.accepted[body["reference"]], chance.random())


def _mailing(run: Run, numbers: range) -> None:
    with _client(run) as client:
        about = {"reference": f"mailing-{run.seed}", "department": "beskaeftigelse", "title": "Prøveudsendelse"}
        made = _until_answered(lambda: client.post("/v1/mailings", json=about), {200, 201})
        path = f"/v1/mailings/{made.json()['id']}/letters"
        for start in range(numbers.start, numbers.stop, LINES):
            bodies = [_letter(run, number) for number in range(start, min(start + LINES, numbers.stop))]
            lines = "\n".join(_json(body) for body in bodies)
            answer = _until_answered(partial(client.post, path, content=lines, headers=NDJSON), {200, 202, 207})
            time.sleep(LASTS * len(bodies) / len(numbers))
            for body, line in zip(bodies, _lines(answer), strict=True):
                run.keep(body["reference"], UUID(line["letters"][0]["id"]))


def _cancel(run: Run, client: httpx.Client, letter: UUID, after: float) -> None:
    time.sleep(after)
    answer = _until_answered(lambda: client.delete(f"/v1/letters/{letter}"), {200, 204, 409})
    if answer.status_code == 409:
        run.refused_cancels += 1
    else:
        run.cancelled.add(letter)


def _letter(run: Run, number: int) -> dict[str, Any]:
    chance = random.Random(f"{run.seed}-letter-{number}")
    outcome = chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    return {
        "reference": f"torture-{run.seed}-{number}",
        "department": "beskaeftigelse",
        "letter_type": "moedeindkaldelse",
        "recipients": [{"name": "Solvej Prøvesen", "cpr": person(outcome, number)}],
        "fields": _example(),
    }


def _example() -> dict[str, Any]:
    from outbound.settings import HOME

    text = (HOME / "templates" / "letters" / "moedeindkaldelse" / "example.json").read_text()
    fields: dict[str, Any] = httpx.Response(200, text=text).json()
    return fields


def _client(run: Run) -> httpx.Client:
    return httpx.Client(base_url=run.stack.url, headers={"Authorization": f"Bearer {run.key}"}, timeout=30)


def _until_answered(call: Callable[[], httpx.Response], good: set[int]) -> httpx.Response:
    """What a careful system does: the same call again until it is answered."""
    patience_ends = time.monotonic() + 120
    while True:
        try:
            answer = call()
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code in good:
            return answer
        if answer is not None and answer.status_code < 500 and answer.status_code != 429:
            raise AssertionError(f"The API answered {answer.status_code}: {answer.text[:300]}")
        assert time.monotonic() < patience_ends, "the API gave no good answer for two minutes"
        time.sleep(0.2)


def _json(body: dict[str, Any]) -> str:
    return httpx.Request("POST", "http://x", json=body).content.decode()


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [httpx.Response(200, text=line).json() for line in answer.text.splitlines() if line.strip()]


def statuses(ledger: Ledger) -> Counter[str]:
    """Letters by state now."""
    with ledger.reading() as tx:
        rows = tx.execute(select(t.letter.c.status, func.count()).group_by(t.letter.c.status))
        return Counter({str(status): number for status, number in rows})


def _wait(run: Run, chaos: Chaos, say: Callable[[str], None], most: float = 150) -> None:
    """Until every blow has fallen, and what it did has come to rest: dead workers' leases have ended, too."""
    patience_ends = time.monotonic() + most
    while not chaos.all_happened and time.monotonic() < patience_ends:
        time.sleep(0.5)
    chaos.calm()
    if not chaos.all_happened:
        say(f"after {most:.0f} s some blows have not fallen: {dict(statuses(run.ledger))}")
    _await_stillness(run, still_for=float(ENV["OUTBOUND_SEND_LEASE"]) + 2)


def _to_rest(run: Run, say: Callable[[str], None]) -> None:
    """Everything works again; then days pass, so that what waits for a deadline meets it."""
    _await_stillness(run)
    say(f"everything works again: {dict(statuses(run.ledger))}")
    for _ in range(3):
        days = float(run.clock_file.read_text()) + timedelta(days=8).total_seconds()
        run.clock_file.write_text(str(days))
        _await_stillness(run)
    say(f"days later: {dict(statuses(run.ledger))}")


def _await_stillness(run: Run, still_for: float = 6) -> None:
    """Until the states have not changed for some seconds; what goes on and on is told by the verdict."""
    patience_ends, before, since = time.monotonic() + 120 + run.letters / 5, None, time.monotonic()
    while time.monotonic() < patience_ends:
        now = statuses(run.ledger)
        if now != before:
            before, since = now, time.monotonic()
        elif time.monotonic() - since > still_for or not _moving_of(now):
            return
        time.sleep(0.3)


def _moving_of(counts: Counter[str]) -> int:
    return sum(counts[status] for status in ("RECEIVED", "RENDERED", "ROUTED", "SENDING", "SENT"))
