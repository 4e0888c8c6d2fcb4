"""The part of AMQP 0.9.1 that Beskedfordeler's queue needs: frames, methods and their arguments, read and written.

Numbers of classes and methods, and the order of arguments, are those of the AMQP 0-9-1 specification.
"""

import asyncio
import struct
from dataclasses import dataclass

PROTOCOL = b"AMQP\x00\x00\x09\x01"
METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
END = b"\xce"
LARGEST_FRAME = 131_072
OVERHEAD = 8  # bytes of a frame around its payload

START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK = (10, 10), (10, 11), (10, 30), (10, 31), (10, 40), (10, 41)
CLOSE, CLOSE_OK = (10, 50), (10, 51)
CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_CLOSE, CHANNEL_CLOSE_OK = (20, 10), (20, 11), (20, 40), (20, 41)
GET, GET_OK, GET_EMPTY, ACK, REJECT, NACK = (60, 70), (60, 71), (60, 72), (60, 80), (60, 90), (60, 120)
BASIC = 60

Method = tuple[int, int]


class NotAMQP(Exception):
    """The other end does not keep to the protocol."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `kind` is METHOD, HEADER, BODY or HEARTBEAT."""

    kind: int
    channel: int
    payload: bytes

    def written(self) -> bytes:
        """As it goes over the wire."""
        return struct.pack(">BHI", self.kind, self.channel, len(self.payload)) + self.payload + END


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame. Raises NotAMQP, or IncompleteReadError where the connection ends."""
    kind, channel, size = struct.unpack(">BHI", await reader.readexactly(7))
    if size > LARGEST_FRAME - OVERHEAD:
        raise NotAMQP
    payload = await reader.readexactly(size)
    if await reader.readexactly(1) != END:
        raise NotAMQP
    return Frame(kind, channel, payload)


class Arguments:
    """Reads a method's arguments one after the other. Raises NotAMQP where they end too soon."""

    def __init__(self, payload: bytes) -> None:
        self._left = payload

    def method(self) -> Method:
        """Class and method."""
        return self.number(2), self.number(2)

    def number(self, size: int) -> int:
        """An unsigned number of so many bytes."""
        return int.from_bytes(self._take(size), "big")

    def short(self) -> str:
        """A short string."""
        try:
            return self._take(self.number(1)).decode()
        except UnicodeDecodeError:
            raise NotAMQP from None

    def long(self) -> bytes:
        """A long string, or a table as it stands."""
        return self._take(self.number(4))

    def _take(self, size: int) -> bytes:
        if size > len(self._left):
            raise NotAMQP
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def method(channel: int, which: Method, *arguments: bytes) -> bytes:
    """A method's frame, as it goes over the wire."""
    return Frame(METHOD, channel, struct.pack(">HH", *which) + b"".join(arguments)).written()


def short(text: str) -> bytes:
    """A short string."""
    return bytes([len(text.encode())]) + text.encode()


def long(content: bytes) -> bytes:
    """A long string; `long(b"")` is an empty table, too."""
    return struct.pack(">I", len(content)) + content


def content(channel: int, body: bytes, largest: int) -> bytes:
    """Header and body of a message, in frames of at most `largest` bytes."""
    header = Frame(HEADER, channel, struct.pack(">HHQH", BASIC, 0, len(body), 0)).written()
    step = largest - OVERHEAD
    return header + b"".join(Frame(BODY, channel, body[at : at + step]).written() for at in range(0, len(body), step))
