"""The printing house behind the SFTP server: picks runs up, prints, posts, and writes its receipts."""

import asyncio
import json
import time
import uuid
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from adapters.simulators.moods import Moods
from adapters.simulators.outcomes import STREETS, Printing
from adapters.simulators.print_run import UUID, PrintJob, Rejected, read_run
from adapters.simulators.records import Records, stamp
from adapters.simulators.returned_post import ReturnedPost

TICK = 0.03
HELD_ANSWER = 1.5  # seconds that an answer waits to be overtaken by its receipt
UNREADABLE, UNKNOWN_ADDRESSEE = "address.unreadable", "addressee.unknown"

Event = dict[str, Any]


class PrintingHouse:
    """Watches `incoming`, keeps what it took in `archive`, and puts receipts into `receipts`."""

    def __init__(self, records: Records, moods: Moods, folder: Path) -> None:
        self._records, self._moods = records, moods
        self.root = folder / "sftp"
        self.incoming, self.receipts, self._archive = self.root / "incoming", self.root / "receipts", folder / "archive"
        self._returned_post = ReturnedPost(self.root / "returns")
        self.fetched = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        for place in (self.incoming, self.receipts, self._archive):
            place.mkdir(parents=True, exist_ok=True)

    async def work(self) -> None:
        """Works until it is cancelled; first what a killed process left half done."""
        for path in sorted(self._archive.glob("*.zip")):
            await self._work_run(path)
        self._write_files()
        while True:
            await self.pick_up(self._moods.pace["pick_up"])
            self.write_due()
            await asyncio.sleep(TICK)

    async def pick_up(self, delay: float) -> None:
        """Takes every finished run that has lain for `delay` seconds."""
        async with self._one_at_a_time:
            for path in sorted(self.incoming.glob("*.zip")):
                kept = self._kept(path, delay)
                if kept is not None:
                    await self._work_run(kept)

    def _kept(self, path: Path, delay: float) -> Path | None:
        """The run in the archive; None where it is too young, no run, or taken back by its sender meanwhile."""
        earlier = len(list(self._archive.glob(f"{path.stem}.*.zip")))
        try:
            if not UUID.fullmatch(path.stem) or time.time() - path.stat().st_ctime < delay:
                return None
            return path.rename(self._archive / f"{path.stem}.{earlier + 1}.zip")
        except FileNotFoundError:
            return None

    async def overtake(self) -> None:
        """For the mood `before_answer`: receipts are out, and perhaps fetched, before the upload is answered."""
        self.fetched.clear()
        await self.pick_up(0)
        self.write_due()
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
            jobs = await asyncio.to_thread(read_run, path, run, self._moods.pace["read_addresses"])
        except Rejected as fault:
            self._do_not_take(path, run, fault.code)
        else:
            self._take(path, run, jobs)

    def _do_not_take(self, path: Path, run: str, code: str | None) -> None:
        with self._records.together():
            self._records.count("run-rejected" if code else "run-ignored")
            self._records.keep(f"worked {path.name}", True)
            if code:
                self._records.count(f"run-rejected-{code}")
                self._promise(run, {"run-rejected": code}, 0)

    def _take(self, path: Path, run: str, jobs: list[PrintJob]) -> None:
        with self._records.together():
            self._records.count("run-taken")
            self._records.keep(f"worked {path.name}", True)
            self._records.keep(f"run {run}", True)
            self._promise(run, {"run-taken": True}, 0)
            for job in jobs:
                self._records.take(
                    job.job, run, "print", None, job.sha256, pages=job.pages, sheets=job.sheets, inserts=job.inserts
                )
                self._settle(job, run)

    def _settle(self, job: PrintJob, run: str) -> None:
        refuse = self._moods.strikes("refuse", "send")
        printing = self._printing(job) if refuse is None else Printing.REFUSED
        pace = self._moods.pace
        printed, posted = pace["printed"], pace["printed"] + pace["posted"]
        self._promise(run, _event(job, "taken"), 0)
        if printing is Printing.REFUSED:
            code = (refuse or {}).get("code", UNREADABLE)
            self._promise(run, _event(job, "refused", code=code), printed)
            self._records.refuse(job.job, run, code)
        elif printing is Printing.UNKNOWN_CODE:
            self._promise(run, _event(job, "in-limbo", code="limbo"), printed)
        elif printing is not Printing.NEVER:
            self._promise(run, _event(job, "printed"), posted + 0.2 if self._moods.receipts["shuffled"] else printed)
            self._promise(run, _event(job, "posted", postage=_postage(job)), posted)
        if printing is Printing.RETURNED and self._moods.receipts["return_file"] and self._returned_post.take(job):
            return
        if printing is Printing.RETURNED:
            self._promise(run, _event(job, "returned", code=UNKNOWN_ADDRESSEE), posted + pace["returned"])

    def _printing(self, job: PrintJob) -> Printing:
        if self._moods.receipts["unknown_code"]:
            return Printing.UNKNOWN_CODE
        return next((printing for printing, street in STREETS.items() if street in job.text), Printing.POSTED)

    # receipts

    def _promise(self, run: str, event: Event, wait: float) -> None:
        wishes = self._moods.receipts
        if wishes["never"]:
            return
        due = time.time() + wait + wishes["late"]
        sql = "INSERT INTO pending (id, due, subject, content) VALUES (?, ?, ?, ?)"
        self._records.change(sql, str(uuid.uuid4()), due, run, json.dumps(event))

    def write_due(self) -> None:
        """Gathers the events that are due into receipt files: one a run, two when the mood says twice."""
        sql = "SELECT DISTINCT subject FROM pending WHERE due <= ? AND batch IS NULL"
        due = [row["subject"] for row in self._records.ask(sql, time.time())]
        for run in due:
            batch = str(uuid.uuid4())
            sql = "UPDATE pending SET batch = ? WHERE subject = ? AND due <= ? AND batch IS NULL"
            self._records.change(sql, batch, run, time.time())
        if due:
            self._write_files()

    def _write_files(self) -> None:
        """Writes the files of every gathered batch; a file that a kill left unmarked is written again, same id."""
        for row in self._records.ask("SELECT DISTINCT batch, subject FROM pending WHERE batch IS NOT NULL"):
            sql = "SELECT content FROM pending WHERE batch = ? ORDER BY due, rowid"
            events = [json.loads(event["content"]) for event in self._records.ask(sql, row["batch"])]
            self._write(row["batch"], row["subject"], events)
            if self._moods.receipts["twice"]:
                self._write(str(uuid.uuid5(uuid.UUID(row["batch"]), "again")), row["subject"], events)
            self._records.change("DELETE FROM pending WHERE batch = ?", row["batch"])

    def _write(self, name: str, run: str, events: list[Event]) -> None:
        head = f'<receipts xmlns="urn:outbound:print-receipts:1" id="{name}" run="{run}" created="{stamp()}">'
        text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *map(_line, events), "</receipts>", ""])
        temporary = self.receipts / f"{name}.xml.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.receipts / f"{name}.xml")


def _event(job: PrintJob, status: str, code: str | None = None, postage: int | None = None) -> Event:
    event = {"id": job.job, "status": status, "at": stamp()}
    if code is not None:
        event["code"] = code
    if postage is not None:
        event["postage-ore"] = str(postage)
    return event


def _line(event: Event) -> str:
    if "run-taken" in event:
        return "  <run-taken/>"
    if "run-rejected" in event:
        return f"  <run-rejected code={quoteattr(event['run-rejected'])}/>"
    if event["status"] != "taken":
        event = {**event, "at": stamp()}
    return f"  <job {' '.join(f'{name}={quoteattr(value)}' for name, value in event.items())}/>"


def _postage(job: PrintJob) -> int:
    """What the printer charges for postage, in øre; invented numbers."""
    price = 2190 if job.priority == "quick" else 1290
    return price + (900 if job.envelope == "C4" else 0) + (1500 if job.country != "DK" else 0)
