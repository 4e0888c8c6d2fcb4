"""Two hosts on one PostgreSQL and one Redis: each with its own processes and var folder; one dies, one goes on."""

import json
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.settings import HOME
from outbound.stack import parts
from outbound.stack.places import scratch
from outbound.stack.supervisor import Supervisor
from outbound.stack.up import Stack
from outbound.web.access import issue_key
from tests.people import person
from tests.torture.run import ENV
from tests.waiting import wait_for
from workers.queues import QUEUES_NETWORK, QUEUES_RENDER

LETTERS = 16
MOVING = ("RECEIVED", "RENDERED", "ROUTED", "SENDING")
EXAMPLE = json.loads((HOME / "templates" / "letters" / "moedeindkaldelse" / "example.json").read_text())


def body(number: int) -> dict[str, object]:
    return {
        "reference": f"two-hosts-{number}",
        "department": "beskaeftigelse",
        "letter_type": "moedeindkaldelse",
        "recipients": [{"name": "Solvej Prøvesen", "cpr": person("exempt" if number % 4 == 0 else "well", number)}],
        "fields": EXAMPLE,
    }


@pytest.mark.timeout(600)
def test_one_of_two_hosts_dies_and_every_letter_leaves_once() -> None:
    folder: Path = scratch("outbound-hosts-")
    folder.chmod(0o755)
    with Stack(folder / "first", ENV, postgres=True) as stack, Supervisor(folder / "second") as second:
        other = {**stack.env, "OUTBOUND_VAR_DIR": str(folder / "second")}  # what they share are addresses, keys, config
        second.start(parts.render_pool(folder / "second", other, QUEUES_RENDER, 1))
        second.start(parts.network_pool(folder / "second", other, QUEUES_NETWORK))
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        with ledger.writing() as tx:
            key = issue_key(tx, "jobcenter")
        with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
            for number in range(LETTERS):
                client.post("/v1/letters", json=body(number)).raise_for_status()
                if number == LETTERS // 2:
                    wait_for(lambda: states(ledger)["SENT"] + states(ledger)["DELIVERED"], "letters on their way", 120)
                    for name in ("render-pool", "network-pool"):
                        second.kill(name, restart=False)
        wait_for(lambda: not any(states(ledger)[one] for one in MOVING), "every letter to leave", 200)
        held = states(ledger)["HELD"]  # what the printer has is in its records once it has looked into its folder
        wait_for(lambda: times_taken(stack, ledger)[1] >= LETTERS - held, "the suppliers to have every letter", 60)
        assert times_taken(stack, ledger).keys() == {1}, "never twice"
        ledger.close()
        assert held <= 2, "what was in the dead host's hands may be in doubt"


def states(ledger: Ledger) -> Counter[str]:
    with ledger.reading() as tx:
        return Counter(tx.execute(select(t.letter.c.status)).scalars())


def times_taken(stack: Stack, ledger: Ledger) -> Counter[int]:
    """How many letters were taken how many times."""
    with ledger.reading() as tx:
        letters = {str(one.id): one.letter_id for one in tx.execute(select(t.dispatch.c.id, t.dispatch.c.letter_id))}
    names = ("digital-post", "remote-print")
    taken = [one for name in names for one in httpx.get(f"{stack.controls[name]}/takings").json()["takings"]]
    return Counter(Counter(letters[one["dispatch"]] for one in taken).values())
