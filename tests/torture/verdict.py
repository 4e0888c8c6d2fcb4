"""The verdict over a torture run, from the simulators' records."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.letters import letter
from outbound.ledger.sending import live_dispatch
from outbound.life import LEGAL, RESTING, Status
from tests.audited import differences_in
from tests.torture.chaos import Chaos

DOUBTFUL = {"doubt", "no-receipt", "contradicted"}
"""HELD for these: nobody knows, or evidence speaks against evidence. Other reasons are routing's and are apart."""


@dataclass
class Verdict:
    """What came of the letters. `wrong` is empty, or each entry is a broken promise."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    most_doubts: int = 0

    def __str__(self) -> str:
        blows = ", ".join(f"{name} {number}" for name, number in sorted(self.happened.items()))
        counts = ", ".join(f"{name} {number}" for name, number in sorted(self.counts.items()))
        return f"{counts}\nblows: {blows}\nwrong: {'; '.join(self.wrong[:20]) or 'nothing'}"


def judge(
    ledger: Ledger, controls: Mapping[str, str], accepted: Mapping[str, UUID], cancelled: set[UUID], chaos: Chaos
) -> Verdict:
    """Every letter accepted with a 2xx: taken exactly once, or HELD and taken at most once, or CANCELLED and never."""
    verdict = Verdict(happened=chaos.happened, most_doubts=chaos.letters_in_doubt)
    taken, receipted = _taken(ledger, controls, verdict)
    with ledger.reading() as tx:
        for letter_id in accepted.values():
            one = letter(tx, letter_id)
            if one is None:
                verdict.wrong.append(f"{letter_id} was accepted and is lost")
                continue
            held = f" {one.held_code}" if one.status is Status.HELD else ""
            verdict.counts[f"{one.status}{held}"] += 1
            _judge_one(verdict, one.id, one.status, taken[one.id], cancelled)
            if one.held_code == "no-receipt" and one.id in receipted:
                verdict.wrong.append(f"{one.id} waits for a receipt that was fetched and is lost")
            live = live_dispatch(tx, one.id)
            if (live.outcome if live else None) not in LEGAL[one.status]:
                verdict.wrong.append(f"{one.id} is {one.status} with a live dispatch {live and live.outcome}")
        verdict.wrong += [f"the accounts: {found}" for found in differences_in(tx)]
    doubts = sum(number for name, number in verdict.counts.items() if name.split()[-1] in DOUBTFUL - {"no-receipt"})
    verdict.counts["taken in all"] = sum(taken.values())
    if doubts > chaos.letters_in_doubt:
        verdict.wrong.append(f"{doubts} letters HELD for doubt, and only {chaos.letters_in_doubt} were in flight")
    verdict.wrong += [f"the blow missed: {fault}" for fault in chaos.faults]
    verdict.wrong += [f"the blow never fell: {name}" for name in sorted(chaos.missing)]
    return verdict


def _judge_one(verdict: Verdict, one: UUID, status: Status, times: int, cancelled: set[UUID]) -> None:
    if status is Status.HELD:
        if times > 1:
            verdict.wrong.append(f"{one} is HELD and was taken {times} times")
    elif status is Status.CANCELLED:
        if times:
            verdict.wrong.append(f"{one} is CANCELLED and was taken")
    elif status not in RESTING:
        verdict.wrong.append(f"{one} is still {status}")
    elif times != 1:
        verdict.wrong.append(f"{one} is {status} and was taken {times} times")
    if one in cancelled and status is not Status.CANCELLED:
        verdict.wrong.append(f"{one} was cancelled with a 2xx and is {status}")


def _taken(ledger: Ledger, controls: Mapping[str, str], verdict: Verdict) -> tuple[Counter[UUID], set[UUID]]:
    """Takings that count, by letter: those that the same simulator later refused by receipt do not.

    Beside them the letters of which a receipt of the mailbox told; by now all of those have been fetched.
    """
    with ledger.reading() as tx:
        rows = tx.execute(select(t.dispatch.c.id, t.dispatch.c.letter_id, t.dispatch.c.consignment_id)).all()
        reminders = dict.fromkeys(tx.execute(select(t.reminder.c.id)).scalars(), 0)
    letters, runs = {row.id: row.letter_id for row in rows}, {row.id: row.consignment_id for row in rows}
    taken: Counter[UUID] = Counter()
    receipted = set[UUID]()
    for name in ("digital-post", "remote-print"):
        for taking in _takings(controls[name]):
            dispatch = UUID(taking["dispatch"])
            if dispatch in reminders:
                reminders[dispatch] += 1
            elif dispatch not in letters:
                verdict.wrong.append(f"{name} took {dispatch}, of which the ledger knows nothing")
            elif taking["channel"] == "print" and UUID(taking["consignment"]) != runs[dispatch]:
                verdict.wrong.append(f"{dispatch} was printed in another run than its own")
            elif not taking["refused"]:
                taken[letters[dispatch]] += 1
                if taking["detail"].get("receipt"):
                    receipted.add(letters[dispatch])
    verdict.wrong += [f"the reminder {one} was taken {times} times" for one, times in reminders.items() if times > 1]
    return taken, receipted


def _takings(control: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := httpx.get(f"{control}/takings", params={"after": found[-1]["id"] if found else 0}).json()["takings"]:
        found += page
    return found
