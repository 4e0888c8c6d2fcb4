"""Specialist systems that take webhooks: each reads the signature with its own eyes and minds the order.

`python -m adapters.simulators.specialist_system --dir DIR [--port N]`
`POST /<system>`; the secrets of each lie in DIR/secrets.json: `{"jobcenter": ["whsec_…"]}`, read at every call.
What it takes stands under `GET /takings`: `dispatch` is the webhook-id, `consignment` the system, `nth` how often.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import time
from pathlib import Path
from typing import Any

from adapters.simulators import process
from adapters.simulators.moods import HOOK_FAULTS, Moods
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

TOLERANCE = 300  # seconds by which a timestamp may be off
SYSTEMS = ("boligstoette", "jobcenter")
"""Those whose address it announces; it takes calls for every system that has a secret."""
EVENT = {"letter", "reference", "was", "now", "code", "at", "cursor"}
FLOOD = 21_000_000  # bytes
KIND = "send"


class Wrong(Exception):
    """Why a call is refused."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Receiver:
    """Takes webhooks, or says what is wrong with one."""

    def __init__(self, records: Records, moods: Moods, secrets: Path) -> None:
        self._records, self._moods, self._secrets = records, moods, secrets

    async def answer(self, request: Request) -> Reply | None:
        """The answer to one call; None hangs up."""
        self._records.count(KIND)
        if (slow := self._moods.strikes("slow", KIND)) is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        if (reply := self._before()) is not None:
            return reply
        try:
            self._take(request)
        except Wrong as wrong:
            self._records.count(f"wrong-{wrong.status}")
            return Reply(wrong.status, {"message": str(wrong)})
        return self._after()

    def _before(self) -> Reply | None:
        if (busy := self._moods.strikes("busy", KIND)) is not None:
            return Reply(busy.get("status", 503), {}, {"Retry-After": str(busy.get("retry_after", 1))})
        if (broken := self._moods.strikes("error_before_take", KIND)) is not None:
            return Reply(broken.get("status", 500), {})
        if (refuse := self._moods.strikes("refuse", KIND)) is not None:
            return Reply(refuse.get("status", 410), {})
        if self._moods.strikes("redirect", KIND) is not None:
            return Reply(307, {}, {"Location": "/elsewhere"})
        return None

    def _after(self) -> Reply | None:
        if self._moods.strikes("drop_answer", KIND) is not None:
            return None
        if (broken := self._moods.strikes("error_after_take", KIND)) is not None:
            return Reply(broken.get("status", 500), {})
        if self._moods.strikes("flood", KIND) is not None:
            return Reply(200, b"x" * FLOOD)
        return Reply(204)

    def _take(self, request: Request) -> None:
        system = request.path.removeprefix("/")
        if request.method != "POST" or request.query or not re.fullmatch("[a-z0-9-]+", system):
            raise Wrong(404, "POST /<system> is here.")
        if request.headers.get("content-type") != "application/json":
            raise Wrong(415, "Not application/json.")
        id_ = self._verified(system, request)
        self._mind_order(system, id_, _event(request.body))

    def _verified(self, system: str, request: Request) -> str:
        id_, at, signatures = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
        if not re.fullmatch("[A-Za-z0-9_-]{1,100}", id_) or not re.fullmatch("[0-9]{10}", at):
            raise Wrong(400, "webhook-id or webhook-timestamp is missing or malformed.")
        if abs(_now() - int(at)) > TOLERANCE:
            raise Wrong(400, "The timestamp is too old or too new.")
        signed = f"{id_}.{at}.".encode() + request.body
        good = {_mac(secret, signed) for secret in self._secrets_of(system)}
        given = {one[3:] for one in signatures.split(" ") if one.startswith("v1,")}
        if not any(hmac.compare_digest(one, other) for one in good for other in given):
            raise Wrong(401, "No signature fits.")
        return id_

    def _secrets_of(self, system: str) -> list[str]:
        try:
            found = json.loads(self._secrets.read_text())[system]
        except (OSError, ValueError, KeyError):
            raise Wrong(401, "No secret of this system is known.") from None
        return [str(one) for one in found]

    def _mind_order(self, system: str, id_: str, event: dict[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
        if event["type"] == "test":
            self._records.count("test")
            return
        before = self._records.takings_of(id_)
        if before and before[0]["sha256"] != digest:
            raise Wrong(409, "This id came with another event before.")
        place, mark = _place(event["data"]["cursor"])
        last, _, told = (self._records.kept(f"last-{system}") or " ").partition(" ")
        marks = told.split(",")  # of restorations of their ledger, the newest first; each begins the order anew
        if not before and mark in marks[1:]:
            raise Wrong(409, "An event from before their ledger was restored.")
        if not before and mark == marks[0] and place <= last:
            raise Wrong(409, "An event that comes later was told first.")
        with self._records.together():
            self._records.take(id_, system, "webhook", None, digest, event=event)
            if not before:
                known = told if mark == marks[0] else f"{mark},{told}"
                self._records.keep(f"last-{system}", f"{place} {known}")


def _event(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
        if set(found) != {"type", "timestamp", "data"} or found["type"] not in ("letter.moved", "test"):
            raise ValueError("An event has type, timestamp and data.")
        if found["type"] == "letter.moved" and set(found["data"]) != EVENT:
            raise ValueError("data is not an event of the feed.")
    except (ValueError, TypeError) as fault:
        raise Wrong(400, str(fault)) from None
    return dict(found)


def _place(cursor: str) -> tuple[str, str]:
    """What orders events of one ledger, and the mark of its restoration, '' before the first."""
    found = re.fullmatch("([0-9]{1,18})-([0-9]{1,18})(?:-([0-9a-f]{8}))?", cursor)
    if found is None:
        raise Wrong(400, "This is no cursor.")
    return f"{int(found[1]):018d}-{int(found[2]):018d}", found[3] or ""


def _mac(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return ""
    if not 24 <= len(key) <= 64:
        raise Wrong(401, "A secret has 24 to 64 bytes.")
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _now() -> float:
    """The time, which a test may have moved for every process."""
    path = os.environ.get("OUTBOUND_CLOCK_FILE")
    try:
        return time.time() + (float(Path(path).read_text()) if path else 0)
    except (OSError, ValueError):
        return time.time()


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    moods = Moods(records, HOOK_FAULTS)
    door = Door(Receiver(records, moods, given.folder / "secrets.json").answer)

    def env() -> dict[str, str]:
        return {"OUTBOUND_WEBHOOKS": json.dumps({system: f"{door.url}/{system}" for system in SYSTEMS})}

    await process.serve(given, records, moods, door, env)


if __name__ == "__main__":
    asyncio.run(run(process.arguments("specialist_system")))
