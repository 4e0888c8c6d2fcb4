"""The printing house behind the SFTP server: picks runs up, prints, posts, and writes its receipts."""

import asyncio
import json
import time
import uuid
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from adapters.simulators.moods import Moods
from adapters.simulators.openpgp import HouseKey
from adapters.simulators.outcomes import STREETS, Printing
from adapters.simulators.print_forms import HouseForm
from adapters.simulators.print_jobs import PrintJob, Rejected, TakenRun
from adapters.simulators.print_orders import Orders
from adapters.simulators.records import Records, stamp
from adapters.simulators.returned_post import ReturnedPost

TICK = 0.03
HELD_ANSWER = 1.5  # seconds that an answer waits to be overtaken by its receipt
UNREADABLE, UNKNOWN_ADDRESSEE = "address.unreadable", "addressee.unknown"

Event = dict[str, Any]


class PrintingHouse:
    """Watches `incoming`, keeps what it took in `archive`, and puts receipts into `receipts`."""

    def __init__(self, records: Records, moods: Moods, folder: Path, form: HouseForm) -> None:
        self._records, self._moods, self.form = records, moods, form
        self._key = HouseKey(folder)
        self.root = folder / "sftp"
        self.incoming, self.receipts, self._archive = self.root / "incoming", self.root / "receipts", folder / "archive"
        self.orders = self.root / "orders"
        self._orders = Orders(records, self.orders, lambda run, word: self._promise(run, {"of-run": word}, 0))
        self._returned_post = ReturnedPost(self.root / "returns")
        self.fetched = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        for place in (self.incoming, self.receipts, self.orders, self._archive):
            place.mkdir(parents=True, exist_ok=True)

    async def work(self) -> None:
        """Works until it is cancelled; first what a killed process left half done."""
        for path in sorted(self._archive.iterdir()):
            await self._work_run(path)
        self._write_files()
        while True:
            await self._round(self._moods.pace["pick_up"])
            await asyncio.sleep(TICK)

    async def _round(self, delay: float) -> None:
        """Takes every finished run that has lain for `delay` seconds, carries out orders, writes what is due.

        Receipts are written up to the moment before the orders were looked for: so none that printing brings is out
        when an order was in time.
        """
        async with self._one_at_a_time:
            for path in sorted(self.incoming.iterdir()):
                kept = self._kept(path, delay)
                if kept is not None:
                    await self._work_run(kept)
            now = time.time()
            self._orders.carry_out()
            self._write_due(now)

    def _kept(self, path: Path, delay: float) -> Path | None:
        """The run in the archive; None where it is too young, no run, or taken back by its sender meanwhile."""
        run = self.form.run_of(path.name)
        earlier = len(list(self._archive.glob(f"{run}.*")))
        try:
            if run is None or time.time() - path.stat().st_ctime < delay:
                return None
            return path.rename(self._archive / f"{run}.{earlier + 1}{path.suffix}")
        except FileNotFoundError:
            return None

    async def overtake(self) -> None:
        """For the mood `before_answer`: receipts are out, and perhaps fetched, before the upload is answered."""
        self.fetched.clear()
        await self._round(0)
        try:
            await asyncio.wait_for(self.fetched.wait(), HELD_ANSWER)
        except TimeoutError:
            pass

    async def _work_run(self, path: Path) -> None:
        if self._records.kept(f"worked {path.name}"):
            return
        run = path.name.split(".")[0]
        repeat = self._moods.repeat if self._records.kept(f"run {run}") else "first"
        if repeat in ("same", "duplicate", "duplicate_receipt"):
            self._do_not_take(path, run, None if repeat == "same" else "duplicate")
            return
        try:
            found = await asyncio.to_thread(self.form.read, path, run, self._moods.pace["read_addresses"], self._key)
        except Rejected as fault:
            self._do_not_take(path, run, fault.code)
        else:
            self._take(path, run, found)

    def _do_not_take(self, path: Path, run: str, code: str | None) -> None:
        with self._records.together():
            self._records.count("run-rejected" if code else "run-ignored")
            self._records.keep(f"worked {path.name}", True)
            if code:
                self._records.count(f"run-rejected-{code}")
                self._records.keep(f"rejected {run}", True)
                self._promise(run, {"of-run": "run-rejected", "code": code}, 0)

    def _take(self, path: Path, run: str, found: TakenRun) -> None:
        """Printing begins `pace.printed` seconds from now; until then the run can be held or recalled."""
        printed = self._moods.pace["printed"]
        with self._records.together():
            self._records.count("run-proof" if found.proof else "run-taken")
            self._records.keep(f"worked {path.name}", True)
            self._records.keep(f"run {run}", {"prints": time.time() + printed, "recalled": False})
            counts = self._counted(found)
            self._promise(run, {"of-run": "run-taken", **counts}, 0)
            if counts:
                self._promise(run, {"of-run": "run-counted", **counts}, printed, printing=True)
            envelopes: dict[str, Printing] = {}
            for job in found.jobs:
                detail = {"pages": job.pages, "sheets": job.sheets, "inserts": job.inserts, "envelope": job.envelope}
                self._records.take(job.job, run, "print", None, job.sha256, **detail, proof=found.proof)
                self._promise(run, _event(job, "taken"), 0)
                if found.proof:
                    self._promise(run, _event(job, "printed"), printed, printing=True)
                else:
                    self._settle(job, run, envelopes)

    def _counted(self, found: TakenRun) -> dict[str, int]:
        """What the house counts: nothing, or wrongly, where the mood says so."""
        if self._moods.receipts["uncounted"]:
            return {}
        less = int(self._moods.receipts["miscounted"])
        return {name: number - less * (name in ("letters", "sheets")) for name, number in found.counts().items()}

    def _settle(self, job: PrintJob, run: str, envelopes: dict[str, Printing]) -> None:
        """What becomes of a letter becomes of every letter in its envelope."""
        refuse = self._moods.strikes("refuse", "send") if job.envelope not in envelopes else None
        printing = envelopes.setdefault(job.envelope, Printing.REFUSED if refuse is not None else self._printing(job))
        pace = self._moods.pace
        printed, posted = pace["printed"], pace["printed"] + pace["posted"]
        if printing is Printing.REFUSED:
            code = (refuse or {}).get("code", UNREADABLE)
            self._promise(run, _event(job, "refused", code=code), printed, printing=True)
            self._records.refuse(job.job, run, code)
        elif printing is Printing.UNKNOWN_CODE:
            self._promise(run, _event(job, "in-limbo", code="limbo"), printed, printing=True)
        elif printing is not Printing.NEVER:
            last = posted + 0.2 if self._moods.receipts["shuffled"] else printed
            self._promise(run, _event(job, "printed"), last, printing=True)
            postage = _postage(job) if job.first else None
            self._promise(run, _event(job, "posted", postage=postage), posted, printing=True)
        if printing is Printing.RETURNED and self._moods.receipts["return_file"] and self._returned_post.take(job):
            return
        if printing is Printing.RETURNED:
            self._promise(
                run, _event(job, "returned", code=UNKNOWN_ADDRESSEE), posted + pace["returned"], printing=True
            )

    def _printing(self, job: PrintJob) -> Printing:
        if self._moods.receipts["unknown_code"]:
            return Printing.UNKNOWN_CODE
        return next((printing for printing, street in STREETS.items() if street in job.text), Printing.POSTED)

    # receipts

    def _promise(self, run: str, event: Event, wait: float, printing: bool = False) -> None:
        """A receipt so many seconds from now; `printing`: what comes of printing, and not before it."""
        wishes = self._moods.receipts
        if wishes["never"]:
            return
        due = time.time() + wait + wishes["late"]
        sql = "INSERT INTO pending (id, due, subject, content) VALUES (?, ?, ?, ?)"
        self._records.change(sql, str(uuid.uuid4()), due, run, json.dumps(event | {"printing": printing}))

    def _write_due(self, now: float) -> None:
        """Gathers the events that are due into receipt files: one a run, two when the mood says twice."""
        sql = "SELECT DISTINCT subject FROM pending WHERE due <= ? AND batch IS NULL"
        due = [row["subject"] for row in self._records.ask(sql, now)]
        for run in due:
            batch = str(uuid.uuid4())
            sql = "UPDATE pending SET batch = ? WHERE subject = ? AND due <= ? AND batch IS NULL"
            self._records.change(sql, batch, run, now)
        if due:
            self._write_files()

    def _write_files(self) -> None:
        """Writes the files of every gathered batch; a file that a kill left unmarked is written again, same id."""
        for row in self._records.ask("SELECT DISTINCT batch, subject FROM pending WHERE batch IS NOT NULL"):
            sql = "SELECT content FROM pending WHERE batch = ? ORDER BY due, rowid"
            events = [json.loads(event["content"]) for event in self._records.ask(sql, row["batch"])]
            self._write(row["batch"], row["subject"], events)
            if self._moods.receipts["twice"]:
                self._write(_other(row["batch"], "again"), row["subject"], events)
            if self._moods.receipts["strangers"]:
                others = [event | {"id": _other(event["id"])} if "id" in event else event for event in events]
                self._write(_other(row["batch"]), _other(row["subject"]), others)
            self._records.change("DELETE FROM pending WHERE batch = ?", row["batch"])

    def _write(self, name: str, run: str, events: list[Event]) -> None:
        head = f'<receipts xmlns="urn:outbound:print-receipts:2" id="{name}" run="{run}" created="{stamp()}">'
        text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *map(_line, events), "</receipts>", ""])
        temporary = self.receipts / f"{name}.xml.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.receipts / f"{name}.xml")


def _other(known: str, why: str = "stranger") -> str:
    """Another id, always the same one for this."""
    return str(uuid.uuid5(uuid.UUID(known), why))


def _event(job: PrintJob, status: str, code: str | None = None, postage: int | None = None) -> Event:
    event = {"id": job.job, "status": status, "at": stamp()}
    if code is not None:
        event["code"] = code
    if postage is not None:
        event["postage-ore"] = str(postage)
    return event


def _line(event: Event) -> str:
    event = {name: value for name, value in event.items() if name != "printing"}
    if "of-run" in event:
        words = "".join(f" {name}={quoteattr(str(value))}" for name, value in event.items() if name != "of-run")
        return f"  <{event['of-run']}{words}/>"
    if event["status"] != "taken":
        event = {**event, "at": stamp()}
    return f"  <job {' '.join(f'{name}={quoteattr(value)}' for name, value in event.items())}/>"


def _postage(job: PrintJob) -> int:
    """What the printer charges for postage, in øre; invented numbers."""
    price = {"economy": 1290, "quick": 2190, "registered": 12900}[job.priority]
    return price + (900 if job.format == "C4" else 0) + (1500 if job.country != "DK" else 0)
