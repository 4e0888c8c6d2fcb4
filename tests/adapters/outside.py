"""The simulated outside as tests see it: processes, their moods, what they took; and letters to hand over."""

import io
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from reportlab.pdfgen.canvas import Canvas

from outbound.letter import Address, Channel, Consignment, Dispatch, Document, Lane, Receipt, Recipient, Role
from outbound.ports import Mailer, ReceiptSource
from tests.people import name_of, person
from tests.waiting import wait_for

QUICK = {
    "receipts": {"after": 0.0, "very_late": 0.2},
    "pace": {"pick_up": 0.0, "printed": 0.0, "posted": 0.0, "returned": 0.0},
}
TITLE = "Afgørelse om æbleskiver"
CLOSED = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Simulator:
    """One supplier's process, reached by its control port."""

    name: str
    control: str
    env: dict[str, str]

    def mood(self, **words: Any) -> None:
        """Well and quick, except for these words."""
        wish = {"mood": "well", **{key: words[key] for key in words if key not in QUICK}}
        if self.name not in ("persons", "companies", "oidc"):
            wish |= {key: quick | words.get(key, {}) for key, quick in QUICK.items()}
        self._ask("/mood", wish)

    def takings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("/takings")["takings"]
        return found

    def taken(self, consignment: Consignment) -> int:
        """How often letters of this consignment were taken."""
        ours = {str(dispatch.id) for dispatch in consignment.dispatches}
        return sum(taking["dispatch"] in ours for taking in self.takings())

    def requests(self) -> dict[str, int]:
        found: dict[str, int] = self._ask("/requests")
        return found

    def _ask(self, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.control + path, content), timeout=10) as answer:
            return json.load(answer)


@contextmanager
def simulated(name: str, folder: Path, specs: Path | None = None, form: str = "ours") -> Iterator[Simulator]:
    """A simulator that runs for the length of the block."""
    more = ["--specs", str(specs)] if specs and name in ("digital_post", "sf1601") else []
    command = [sys.executable, "-m", f"adapters.simulators.{name}", "--dir", str(folder), "--form", form, *more]
    process = subprocess.Popen(command)
    try:
        ready = folder / "ready.json"
        wait_for(lambda: ready.exists() or process.poll() is not None, f"the simulator {name}")
        found = json.loads(ready.read_text())
        yield Simulator(name, found["control"], found["env"])
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True, slots=True)
class Supplier:
    """A mailer, the simulator at its other end, and its receipts: what the contract is tried on."""

    mailer: Mailer
    simulator: Simulator
    source: ReceiptSource
    lane: Lane = Lane.SINGLE
    news: dict[UUID, list[Receipt]] = field(default_factory=dict)

    @property
    def is_print(self) -> bool:
        return self.mailer.channel is Channel.PRINT

    @property
    def by_run(self) -> bool:
        """Whether letters go as files over SFTP, which are fetched and looked at later."""
        return self.simulator.name == "remote_print"

    def consignment(self, *outcomes: str, **changes: Any) -> Consignment:
        """Letters to people with these outcomes (default: one that goes well), in the lane that is tried."""
        dispatches = tuple(replace(a_dispatch(outcome), **changes) for outcome in outcomes or ("well",))
        return a_consignment(self.mailer.channel, *dispatches, lane=self.lane)

    def is_taken(self, consignment: Consignment) -> bool:
        """Whether it was taken; a run waits for the printing house to come by."""
        if self.by_run:
            wait_for(self._all_is_worked, "the printing house")
        return self.simulator.taken(consignment) > 0

    def read(self, consignment: Consignment) -> list[Receipt]:
        """All news of the consignment's letters so far; everything read is confirmed."""
        for raw in self.source.fetch():
            for receipt in self.source.parse(raw):
                about = receipt.dispatch or receipt.consignment
                assert about is not None
                self.news.setdefault(about, []).append(receipt)
            self.source.confirm(raw)
        ours = [consignment.id, *(dispatch.id for dispatch in consignment.dispatches)]
        return [receipt for key in ours for receipt in self.news.get(key, [])]

    def hang_up(self) -> None:
        """Ends this thread's connection, so that the next call logs in anew."""
        for name in ("_caller", "_printer", "service"):
            if hasattr(self.mailer, name):
                getattr(self.mailer, name).close()

    def _all_is_worked(self) -> bool:
        folder = Path(self.simulator.env["OUTBOUND_PRINT_SFTP_KEY_FILE"]).parent
        counts = self.simulator.requests()
        worked = sum(counts.get(f"run-{what}", 0) for what in ("taken", "proof", "ignored", "rejected"))
        lying = [one for one in folder.glob("sftp/incoming/*") if one.suffix != ".tmp"]
        return not lying and worked == len([*folder.glob("archive/*")])


def a_dispatch(outcome: str = "well", n: int = 0, **changes: Any) -> Dispatch:
    """A letter to the n'th invented adult with this outcome."""
    cpr = person(outcome, n)
    street = {
        "print_refused": "Afvisningsvej 3",
        "print_returned": "Returvænget 3",
        "print_unknown_code": "Gådestræde 3",
    }
    address = Address(name_of(cpr), (street.get(outcome, "Prøvevænget 12"),), "4300", "Holbæk")
    document = Document(a_pdf(address.lines[0]), TITLE, date(2026, 11, 22), 1, 1)
    recipient = Recipient(Role.PARTY, address.name, cpr=cpr, address=address)
    dispatch = Dispatch(
        uuid4(), uuid4(), recipient, document, "social", "ref-1", "2026-104", "C5", "economy", cost_centre="1010"
    )
    return replace(dispatch, **changes)


def a_consignment(channel: Channel, *dispatches: Dispatch, **changes: Any) -> Consignment:
    fence = uuid4().hex
    found = Consignment(uuid4(), channel, "print", Lane.SINGLE, CLOSED, dispatches or (a_dispatch(),), fence)
    return replace(found, **changes)


@cache
def a_pdf(*lines: str, pages: int = 1) -> bytes:
    """An A4 letter with these lines."""
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=(595.276, 841.89), invariant=1)
    for _ in range(pages):
        for n, line in enumerate(lines):
            canvas.drawString(60, 700 - 14 * n, line)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def within(seconds: float) -> "_Stopwatch":
    """`with within(2): …` fails when the block takes longer."""
    return _Stopwatch(seconds)


class _Stopwatch:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        took = time.monotonic() - self._began
        assert took < self._seconds, f"took {took:.2f} s"
