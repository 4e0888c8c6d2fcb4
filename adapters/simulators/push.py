"""Beskedfordeler's other way: each message is pushed to the receiver's door, again and again until it answers exactly.

A receiver has a message when it answers 200 with the agreed ModtagBeskedOutput, byte for byte, as XML. Anything else,
and no answer, is a failed delivery: the message comes again, with the number of the attempt in its envelope.
"""

import asyncio
import ssl
import time
from urllib.parse import urlsplit

import h11

from adapters.simulators.records import Records

EXACTLY = (
    b'<ns2:ModtagBeskedOutput xmlns="urn:oio:sagdok:3.0.0" xmlns:ns2="urn:oio:sts:1.0.0"><StandardRetur>'
    b"<StatusKode>20</StatusKode><FejlbeskedTekst>Ok</FejlbeskedTekst></StandardRetur></ns2:ModtagBeskedOutput>"
)
FIRST_ATTEMPT = b"AntalLeveranceforsoeg>1</"
FIRST_WAIT, LONGEST_WAIT = 0.3, 5.0  # seconds
ANSWER_WITHIN = 10  # seconds
TABLE = """CREATE TABLE IF NOT EXISTS push (
  number INTEGER PRIMARY KEY AUTOINCREMENT, door TEXT NOT NULL, due REAL NOT NULL, attempts INTEGER NOT NULL,
  body BLOB NOT NULL)"""

DUE = "SELECT * FROM push WHERE door = ? AND due <= ? ORDER BY due, number"


class Pusher:
    """Pushes to one door. `tls` has our certificate and the authority that vouches for the door's; None is plain."""

    def __init__(self, records: Records, url: str, tls: ssl.SSLContext | None = None) -> None:
        self._records, self._url, self._tls = records, url, tls
        parts = urlsplit(url)
        self._host, self._path = parts.hostname or "", parts.path or "/"
        self._port = parts.port or (443 if tls else 80)
        self._woken = asyncio.Event()
        records.change(TABLE)

    def put(self, body: bytes, after: float = 0.0) -> None:
        """A ModtagBeskedInput for the door, to be pushed after so many seconds; it survives the process."""
        due = time.time() + after
        self._records.change("INSERT INTO push (door, due, attempts, body) VALUES (?, ?, 0, ?)", self._url, due, body)
        self._woken.set()

    def waiting(self) -> int:
        """How many messages the door has not taken yet."""
        return int(self._records.ask("SELECT count(*) FROM push WHERE door = ?", self._url)[0][0])

    async def run(self) -> None:
        """Pushes for ever, the oldest due first; one that fails holds up no other."""
        while True:
            self._woken.clear()
            for row in self._records.ask(DUE, self._url, time.time()):
                await self._attempt(row["number"], row["attempts"] + 1, bytes(row["body"]))
            try:
                await asyncio.wait_for(self._woken.wait(), self._until_due())
            except TimeoutError:
                pass

    def _until_due(self) -> float:
        due = self._records.ask("SELECT min(due) FROM push WHERE door = ?", self._url)[0][0]
        return LONGEST_WAIT if due is None else min(max(due - time.time(), 0.01), LONGEST_WAIT)

    async def _attempt(self, number: int, attempt: int, body: bytes) -> None:
        body = body.replace(FIRST_ATTEMPT, b"AntalLeveranceforsoeg>%d</" % attempt)
        try:
            taken = await asyncio.wait_for(self._delivered(body), ANSWER_WITHIN)
        except (OSError, asyncio.IncompleteReadError, h11.RemoteProtocolError):
            taken = False
        self._records.count("push-taken" if taken else "push-failed")
        if taken:
            self._records.change("DELETE FROM push WHERE number = ?", number)
        else:
            due = time.time() + min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
            self._records.change("UPDATE push SET due = ?, attempts = ? WHERE number = ?", due, attempt, number)

    async def _delivered(self, body: bytes) -> bool:
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        try:
            line = h11.Connection(h11.CLIENT)
            writer.write(_request(line, self._host, self._path, body))
            await writer.drain()
            return await _exact(line, reader)
        finally:
            writer.close()


def _request(line: h11.Connection, host: str, path: str, body: bytes) -> bytes:
    headers = [("Host", host), ("Content-Type", "application/xml;charset=UTF-8"), ("Content-Length", str(len(body)))]
    head = h11.Request(method="POST", target=path, headers=[*headers, ("Connection", "close")])
    parts = (line.send(head), line.send(h11.Data(data=body)), line.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)


async def _exact(line: h11.Connection, reader: asyncio.StreamReader) -> bool:
    """Whether the answer is the one that was agreed."""
    head: h11.Response | None = None
    said = b""
    while not isinstance(event := line.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
        if event is h11.NEED_DATA:
            line.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            said += bytes(event.data)
    if head is None or head.status_code != 200:
        return False
    return b"xml" in dict(head.headers).get(b"content-type", b"") and said == EXACTLY
