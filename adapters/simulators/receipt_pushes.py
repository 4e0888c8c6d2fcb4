"""Receipts by push (REST_PUSH): each is posted to the sender system's door, with our certificate, until it says 200."""

import asyncio
import json
import ssl
import time
from pathlib import Path
from sqlite3 import Row
from urllib.parse import urlsplit

import h11

from adapters.simulators.business_receipts import BusinessReceipts
from adapters.simulators.records import Records

AT_ONCE = 8
PAUSE = 0.05  # seconds between two looks
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0  # seconds to the next try, doubled
ANSWER_WITHIN = 10.0  # seconds


class ReceiptPushes:
    """Pushes what is due to the door that a file announces: `{"doors": {"digital-post": "https://…"}}`.

    No file: nobody is there yet, and receipts lie for whoever fetches them.
    """

    def __init__(self, receipts: BusinessReceipts, records: Records, announcement: Path, tls: ssl.SSLContext) -> None:
        self._receipts, self._records, self._announcement, self._tls = receipts, records, announcement, tls
        self._tries: dict[str, tuple[int, float]] = {}
        """Failed tries of a receipt, and when it is due again."""

    async def run(self) -> None:
        """Pushes for ever; one that fails holds up no other."""
        while True:
            if (url := self._door()) is not None:
                rows = [row for row in self._receipts.due() if self._is_due(row["id"])]
                for n in range(0, len(rows), AT_ONCE):
                    await asyncio.gather(*(self._push(url, row) for row in rows[n : n + AT_ONCE]))
            await asyncio.sleep(PAUSE)

    def _door(self) -> str | None:
        try:
            return str(json.loads(self._announcement.read_text())["doors"]["digital-post"])
        except (OSError, ValueError, KeyError):
            return None

    def _is_due(self, key: str) -> bool:
        return time.monotonic() >= self._tries.get(key, (0, 0.0))[1]

    async def _push(self, url: str, row: Row) -> None:
        key = row["id"]
        if await posted(url, row["content"].encode(), self._tls) == 200:
            self._records.count("push-taken")
            self._tries.pop(key, None)
            self._receipts.is_taken(key)
        else:
            self._records.count("push-failed")
            tries = self._tries.get(key, (0, 0.0))[0]
            wait = min(FIRST_WAIT * 2**tries, LONGEST_WAIT)
            self._tries[key] = (tries + 1, time.monotonic() + wait)


async def posted(url: str, body: bytes, tls: ssl.SSLContext) -> int | None:
    """The status that a JSON POST is answered with; None where no answer comes."""
    try:
        return await asyncio.wait_for(_posted(url, body, tls), ANSWER_WITHIN)
    except (OSError, TimeoutError, h11.RemoteProtocolError):
        return None


async def _posted(url: str, body: bytes, tls: ssl.SSLContext) -> int | None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=tls)
    try:
        line = h11.Connection(h11.CLIENT)
        headers = [("Host", parts.netloc), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        head = h11.Request(method="POST", target=parts.path or "/", headers=[*headers, ("Connection", "close")])
        sent = (line.send(head), line.send(h11.Data(data=body)), line.send(h11.EndOfMessage()))
        writer.write(b"".join(part for part in sent if part))
        await writer.drain()
        while (event := line.next_event()) is h11.NEED_DATA:
            line.receive_data(await reader.read(65_536))
        return event.status_code if isinstance(event, h11.Response) else None
    finally:
        writer.transport.abort()
