"""What is done to the router while letters flow, and how many letters each blow may have left in doubt."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import httpx
from sqlalchemy import func, select

from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Status
from outbound.stack.up import Stack

SOME_RECEIPTS = 15  # letters that wait for a receipt before the fetchers of receipts are killed

FIRST = "kill between upload and commit"  # while letters flow, and runs are on their way


class Chaos:
    """Blows in a shuffled order, each at least once, then at random, until told to be calm."""

    def __init__(
        self,
        stack: Stack,
        ledger: Ledger,
        chance: random.Random,
        kinds: frozenset[str] | None,
        say: Callable[[str], None],
    ) -> None:
        self._stack, self._ledger, self._chance, self._say = stack, ledger, chance, say
        self._blows = {name: blow for name, blow in self._all().items() if kinds is None or name in kinds}
        self.happened: Counter[str] = Counter()
        self.letters_in_doubt = 0
        """At most so many letters may be HELD for doubt: those in flight at a kill or a break, and dropped answers."""
        self._stop, self._calm = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._strike_on, name="chaos")
        self.faults: list[str] = []

    def __enter__(self) -> "Chaos":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def all_happened(self) -> bool:
        """Has every blow fallen once?"""
        return not self.missing

    @property
    def missing(self) -> set[str]:
        """The blows that have not fallen yet."""
        return set(self._blows) - set(self.happened)

    def calm(self) -> None:
        """No more blows: returns when the last has fallen."""
        self._calm.set()
        self._thread.join()

    def end(self) -> None:
        """Everything works again."""
        for control in self._stack.controls.values():
            httpx.post(f"{control}/mood", json={"mood": "well"}).raise_for_status()
        if self._stack.redis and not self._stack.redis.answers():
            self._stack.redis.start()

    def _strike_on(self) -> None:
        order = list(self._blows)
        self._chance.shuffle(order)
        order.sort(key=lambda name: name == FIRST)  # taken from the end
        self._stop.wait(2.0)
        while not self._stop.is_set() and not self._calm.is_set():
            name = order.pop() if order else self._chance.choice(list(self._blows))
            try:
                self._blows[name]()
                self.happened[name] += 1
            except Exception as fault:  # a blow that misses is told at the end
                self.faults.append(f"{name}: {type(fault).__name__}: {fault}")
                self.happened[name] += 1
            self._stop.wait(self._chance.uniform(0.4, 1.2))

    def _all(self) -> dict[str, Callable[[], None]]:
        blows = {
            "kill the sending workers": lambda: self._kill("network-pool"),
            "kill the senders in their calls": self._kill_in_calls,
            "kill the fetchers of receipts": self._kill_while_receipts_are_fetched,
            "mailbox away after dropped answers": self._away_after_dropped_answers,
            "kill the rendering workers": lambda: self._kill("render-pool"),
            "kill the timer": lambda: self._kill("timer"),
            "kill the web process": lambda: self._kill("web"),
            "empty Redis": self._empty_redis,
            "restart Redis": self._restart_redis,
            "drop the mailbox's answers": lambda: self._mailbox({"drop_answer": {"next": 4}}, 4),
            "fail after taking": lambda: self._mailbox({"error_after_take": {"next": 3}}, 3),
            "fail before taking": lambda: self._mailbox({"error_before_take": {"next": 3}}, 3),
            "busy mailbox": lambda: self._mailbox({"busy": {"next": 6, "retry_after": 1}}, 0),
            "mailbox down": lambda: self._mailbox({"down": {"seconds": 1.5}}, 8),
            "slow mailbox": lambda: self._mailbox({"slow": {"ms": 3000, "next": 3}}, 3),
            "receipts twice and early": lambda: self._mailbox({"receipts": {"twice": True, "before_answer": True}}, 0),
            "break SFTP in mid-file": lambda: self._printer({"break_after_bytes": {"bytes": 15000, "next": 1}}),
            "break SFTP after the rename": lambda: self._printer({"break_after_rename": {"next": 1}}),
            "refuse the rename": lambda: self._printer({"refuse_rename": {"next": 1}}),
            "printer's disk full": lambda: self._printer({"disk_full": {"next": 1}}),
            "printer's disk full in mid-file": lambda: self._printer({"disk_full": {"bytes": 15000, "next": 1}}),
            "stall SFTP in mid-file": lambda: self._printer({"stall": {"bytes": 15000, "ms": 4000, "next": 1}}),
            "break SFTP before the rename": lambda: self._printer({"break_before_rename": {"next": 1}}),
            "printer picks up at once": self._pick_up_at_once,
            "printer's receipts late, doubled and for strangers": self._odd_receipts,
            FIRST: self._kill_after_the_rename,
        }
        if self._stack.postgres is not None:
            blows["restart PostgreSQL"] = self._restart_postgres
        return blows

    def _kill_in_calls(self) -> None:
        """What was on its way is taken, nobody hears of it, and no receipt ever says so."""
        self._mood("digital-post", {"slow": {"ms": 1200, "next": 12, "on": ["send"]}, "receipts": {"never": True}})
        self._until(lambda: self._begun() > 0)
        time.sleep(0.3)
        self._kill("network-pool")
        time.sleep(1.5)
        self._mood("digital-post", {"slow": False, "receipts": {"never": False}})

    def _kill_while_receipts_are_fetched(self) -> None:
        """Receipts pile up, then each call about them takes its time, and the worker dies between two of them."""
        self._mood("digital-post", {"error_before_take": {"on": ["receipts"]}})
        self._until(lambda: self._sent_digitally() > SOME_RECEIPTS)
        slow = {"ms": 400, "on": ["receipts"]}
        self._mood("digital-post", {"error_before_take": False, "slow": slow})
        time.sleep(2.0)
        self._kill("network-pool")
        self._mood("digital-post", {"slow": False})

    def _away_after_dropped_answers(self) -> None:
        """Letters in doubt of which no receipt speaks, and a mailbox that cannot be reached when they are repeated."""
        self._mailbox({"drop_answer": {"next": 4}, "receipts": {"never": True}}, 4)
        self._until(lambda: "drop_answer" not in self._mood_now("digital-post"))
        self._mailbox({"drop_answer": False, "down": {"seconds": 4}, "receipts": {"never": False}}, 8)
        time.sleep(4)

    def _pick_up_at_once(self) -> None:
        """A run is taken, and its receipts are out, before the rename is answered: once well, once as a failure."""
        self._printer({"receipts": {"before_answer": True}, "pace": {"pick_up": 0}, "error_after_take": {"next": 1}})
        self._until(lambda: "error_after_take" not in self._mood_now("remote-print"))
        time.sleep(2)
        self._mood("remote-print", {"receipts": {"before_answer": False}, "error_after_take": False})

    def _odd_receipts(self) -> None:
        self._mood("remote-print", {"receipts": {"late": 3, "twice": True, "shuffled": True, "strangers": True}})
        time.sleep(4)
        self._mood("remote-print", {"receipts": {"late": 0, "twice": False, "strangers": False}})

    def _kill_after_the_rename(self) -> None:
        """The printer has the run, and the worker dies before it knows: the answer is held back until then."""
        before = self._runs_taken()
        self._mood("remote-print", {"receipts": {"before_answer": True}})
        self._until(lambda: self._runs_taken() > before, most=40)
        self._kill("network-pool")
        self._mood("remote-print", {"receipts": {"before_answer": False}})
        assert self._runs_taken() > before, "no run was on its way"

    def _runs_taken(self) -> int:
        counts = httpx.get(f"{self._stack.controls['remote-print']}/requests").raise_for_status().json()
        return int(counts.get("run-taken", 0))

    def _kill(self, name: str) -> None:
        self._stack.supervisor.kill(name)
        self._count_in_flight()

    def _restart_postgres(self) -> None:
        postgres = self._stack.postgres
        assert postgres is not None
        self._count_in_flight()
        postgres.kill()
        time.sleep(0.3)
        postgres.start()
        self._count_in_flight()

    def _empty_redis(self) -> None:
        assert self._stack.redis is not None
        self._stack.redis.empty()

    def _restart_redis(self) -> None:
        assert self._stack.redis is not None
        self._stack.redis.kill()
        time.sleep(0.3)
        self._stack.redis.start()

    def _mailbox(self, mood: dict[str, object], doubts: int) -> None:
        self._mood("digital-post", mood)
        self.letters_in_doubt += doubts

    def _printer(self, mood: dict[str, object]) -> None:
        self._mood("remote-print", mood)
        self.letters_in_doubt += int(self._stack.env["OUTBOUND_RUN_LETTERS"])

    def _mood(self, simulator: str, mood: dict[str, object]) -> None:
        httpx.post(f"{self._stack.controls[simulator]}/mood", json=mood).raise_for_status()

    def _mood_now(self, simulator: str) -> dict[str, object]:
        mood: dict[str, object] = httpx.get(f"{self._stack.controls[simulator]}/mood").raise_for_status().json()
        return mood

    def _until(self, happens: Callable[[], bool], most: float = 5) -> None:
        """Wait for the moment at which a blow hurts; where it does not come, the blow falls all the same."""
        patience_ends = time.monotonic() + most
        while not happens() and time.monotonic() < patience_ends and not self._stop.is_set():
            time.sleep(0.05)

    def _sent_digitally(self) -> int:
        row = t.letter.c
        sent = select(func.count()).where(row.status == Status.SENT, row.channel == Channel.DIGITAL)
        with self._ledger.reading() as tx:
            return int(tx.execute(sent).scalar() or 0)

    def _begun(self) -> int:
        """Letters whose consignment is begun and not answered."""
        begun = (
            select(func.count())
            .select_from(t.dispatch.join(t.consignment, t.consignment.c.id == t.dispatch.c.consignment_id))
            .join(t.letter, t.letter.c.id == t.dispatch.c.letter_id)
            .where(t.letter.c.status == Status.SENDING, t.consignment.c.called_at.is_not(None))
        )
        with self._ledger.reading() as tx:
            return int(tx.execute(begun).scalar() or 0)

    def _count_in_flight(self) -> None:
        """The letters that are on their way when the blow falls may be HELD for doubt."""
        with suppress(Exception):
            self.letters_in_doubt += self._begun()
