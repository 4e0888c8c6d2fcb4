"""Beskedfordeler's queue (dueslag): a small AMQP 0.9.1 server with one queue, read by `basic.get`.

Stricter than such servers are: EXTERNAL is the only mechanism, its response must please `accepts`, the vhost is BF, the
queue is the one that was agreed, and whoever acknowledges what it was not given loses its channel. A message goes when
it is acknowledged (or at once, where a reader asks for no acknowledgements, which is counted); what a connection had in
hand when it died lies there for the next reader, marked as redelivered.
"""

import asyncio
import ssl
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.simulators import amqp_frames as amqp
from adapters.simulators.amqp_frames import Arguments, Frame, NotAMQP
from adapters.simulators.records import Records
from adapters.simulators.wire import CUT, hold

VHOST = "BF"
HEARTBEAT = 60  # seconds, proposed
TABLE = """CREATE TABLE IF NOT EXISTS besked (
  number INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, body BLOB NOT NULL)"""
Accepts = Callable[[bytes], bool]


class Refusal(Exception):
    """The connection is closed with this code and text (AMQP 0-9-1, reply codes)."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class ChannelRefusal(Refusal):
    """Only the channel is."""


class Broker:
    """One queue. `accepts` is given the response to EXTERNAL: a SAML assertion as XML. Without `tls` it is plain."""

    def __init__(self, records: Records, queue: str, accepts: Accepts, tls: ssl.SSLContext | None = None) -> None:
        self.records, self.queue, self.accepts = records, queue, accepts
        self.in_hand: set[int] = set()
        self.redelivered: set[int] = set()
        self.port = 0
        self.muted = False  # answers no basic.get, and every heartbeat
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        records.change(TABLE)

    def put(self, body: bytes, after: float = 0.0) -> None:
        """A message for the queue, to be had after so many seconds; it survives the process."""
        self.records.change("INSERT INTO besked (due, body) VALUES (?, ?)", time.time() + after, body)

    def lying(self) -> int:
        """How many messages nobody has acknowledged yet."""
        return int(self.records.ask("SELECT count(*) FROM besked")[0][0])

    def first(self) -> tuple[int, bytes] | None:
        """The oldest message that is due and in nobody's hand: its number and its body."""
        for row in self.records.ask("SELECT number, body FROM besked WHERE due <= ? ORDER BY number", time.time()):
            if row["number"] not in self.in_hand:
                return row["number"], bytes(row["body"])
        return None

    def done(self, number: int) -> None:
        """It was acknowledged: it is gone."""
        self.in_hand.discard(number)
        self.redelivered.discard(number)
        self.records.change("DELETE FROM besked WHERE number = ?", number)

    def back(self, number: int) -> None:
        """It was not: it lies there for the next reader."""
        self.in_hand.discard(number)
        self.redelivered.add(number)

    async def open(self, port: int = 0) -> None:
        """Listens on the port, or on a free one when it is 0 or taken."""
        held = hold(port or self.port)
        self.port = held.getsockname()[1]
        self._server = await asyncio.start_server(self._serve, sock=held, ssl=self._tls)

    async def shut(self) -> None:
        """Connection refused from here on, and connections at work are cut."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self) -> None:
        """Connections at work are cut; new ones are welcome."""
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(CUT)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        line = Line(self, reader, writer)
        try:
            await line.talk()
        except (OSError, asyncio.IncompleteReadError, NotAMQP):
            pass  # the other end broke off, or speaks something else
        except asyncio.CancelledError:
            pass  # the simulator ends, and this connection with it
        finally:
            line.drop()
            self._open.discard(writer)
            writer.transport.abort() if writer.transport.is_closing() else writer.close()


@dataclass
class Line:
    """One connection."""

    broker: Broker
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    largest: int = amqp.LARGEST_FRAME
    tags: dict[int, dict[int, int]] = field(default_factory=dict)  # by channel: delivery tag → number of the message
    closing: set[int] = field(default_factory=set)  # channels that we have closed, until the client says that it knows
    last_tag: int = 0

    async def talk(self) -> None:
        """From the protocol header to the end."""
        if await self.reader.readexactly(len(amqp.PROTOCOL)) != amqp.PROTOCOL:
            self.writer.write(amqp.PROTOCOL)
            raise NotAMQP
        try:
            await self._greet()
            while await self._answer(await self._frame()):
                await self.writer.drain()
        except Refusal as fault:
            self.writer.write(amqp.method(0, amqp.CLOSE, *_said(fault)))
            await self.writer.drain()
            await asyncio.wait_for(self.reader.read(amqp.LARGEST_FRAME), 5)  # its close-ok, whatever comes first

    def drop(self) -> None:
        """What this connection had in hand goes back."""
        for tags in self.tags.values():
            for number in tags.values():
                self.broker.back(number)
        self.tags.clear()

    async def _greet(self) -> None:
        start = (b"\x00\x09", amqp.long(b""), amqp.long(b"EXTERNAL"), amqp.long(b"en_US"))
        self.writer.write(amqp.method(0, amqp.START, *start))
        said = await self._expect(amqp.START_OK)
        said.long()  # what the client says of itself
        mechanism, response = said.short(), said.long()
        if mechanism != "EXTERNAL" or not self.broker.accepts(response):
            self.broker.records.count("amqp-stranger")
            raise Refusal(403, "ACCESS_REFUSED - login was refused using authentication mechanism EXTERNAL")
        self.broker.records.count("amqp-login")
        self.writer.write(amqp.method(0, amqp.TUNE, struct.pack(">HIH", 1, amqp.LARGEST_FRAME, HEARTBEAT)))
        tuned = await self._expect(amqp.TUNE_OK)
        tuned.number(2)
        self.largest = tuned.number(4) or amqp.LARGEST_FRAME
        vhost = (await self._expect(amqp.OPEN)).short()
        if vhost != VHOST:
            raise Refusal(530, f"NOT_ALLOWED - vhost {vhost} not found")
        self.writer.write(amqp.method(0, amqp.OPEN_OK, amqp.short("")))

    async def _expect(self, which: amqp.Method) -> Arguments:
        frame = await self._frame()
        said = Arguments(frame.payload)
        if frame.kind != amqp.METHOD or frame.channel or said.method() != which:
            raise Refusal(503, "COMMAND_INVALID - unexpected method")
        return said

    async def _frame(self) -> Frame:
        while (frame := await amqp.read_frame(self.reader)).kind == amqp.HEARTBEAT:
            self.writer.write(Frame(amqp.HEARTBEAT, 0, b"").written())
        return frame

    async def _answer(self, frame: Frame) -> bool:
        """Does what one method asks; False where the client has said good-bye."""
        said = Arguments(frame.payload)
        which = said.method()
        if frame.kind != amqp.METHOD:
            raise Refusal(505, "UNEXPECTED_FRAME - only methods come this way")
        if which == amqp.CLOSE:
            self.writer.write(amqp.method(0, amqp.CLOSE_OK))
            await self.writer.drain()
            return False
        try:
            self._on_channel(frame.channel, which, said)
        except ChannelRefusal as fault:
            self.writer.write(amqp.method(frame.channel, amqp.CHANNEL_CLOSE, *_said(fault, which)))
            self._drop_channel(frame.channel)
            self.closing.add(frame.channel)
        return True

    def _on_channel(self, channel: int, which: amqp.Method, said: Arguments) -> None:
        if which == amqp.CHANNEL_OPEN:
            self.tags[channel] = {}
            self.writer.write(amqp.method(channel, amqp.CHANNEL_OPEN_OK, amqp.long(b"")))
        elif which in (amqp.CHANNEL_CLOSE, amqp.CHANNEL_CLOSE_OK):
            self._drop_channel(channel)
            self.closing.discard(channel)
            if which == amqp.CHANNEL_CLOSE:
                self.writer.write(amqp.method(channel, amqp.CHANNEL_CLOSE_OK))
        elif channel in self.closing:
            return
        elif channel not in self.tags:
            raise Refusal(504, "CHANNEL_ERROR - the channel is not open")
        elif which == amqp.GET:
            self._get(channel, said)
        elif which == amqp.ACK:
            self._end(channel, said, self.broker.done)
        elif which in (amqp.REJECT, amqp.NACK):
            self._end(channel, said, self.broker.back)
        else:
            raise Refusal(540, "NOT_IMPLEMENTED - this queue is read by basic.get")

    def _drop_channel(self, channel: int) -> None:
        for number in self.tags.pop(channel, {}).values():
            self.broker.back(number)

    def _get(self, channel: int, said: Arguments) -> None:
        said.number(2)
        queue, no_ack = said.short(), said.number(1)
        if queue != self.broker.queue:
            raise ChannelRefusal(404, f"NOT_FOUND - no queue {queue} in vhost {VHOST}")
        if self.broker.muted:
            return
        if (found := self.broker.first()) is None:
            self.writer.write(amqp.method(channel, amqp.GET_EMPTY, amqp.short("")))
            return
        number, body = found
        self.broker.records.count("amqp-get-without-ack" if no_ack else "amqp-get")
        self.last_tag += 1
        again = number in self.broker.redelivered
        given = struct.pack(">QB", self.last_tag, again) + amqp.short("") + amqp.short(queue) + struct.pack(">I", 0)
        if no_ack:
            self.broker.done(number)
        else:
            self.broker.in_hand.add(number)
            self.tags[channel][self.last_tag] = number
        self.writer.write(amqp.method(channel, amqp.GET_OK, given) + amqp.content(channel, body, self.largest))

    def _end(self, channel: int, said: Arguments, how: Callable[[int], None]) -> None:
        tag, multiple = said.number(8), bool(said.number(1) & 1)
        mine = self.tags[channel]
        ended = [one for one in mine if one <= tag] if multiple else [tag] if tag in mine else []
        if not ended:
            raise ChannelRefusal(406, f"PRECONDITION_FAILED - unknown delivery tag {tag}")
        for one in ended:
            how(mine.pop(one))


def _said(fault: Refusal, which: amqp.Method = (0, 0)) -> tuple[bytes, ...]:
    return struct.pack(">H", fault.code), amqp.short(fault.text), struct.pack(">HH", *which)


def queue_name() -> str:
    """A name such as dueslag queues have: a UUID."""
    return str(uuid.uuid4())
