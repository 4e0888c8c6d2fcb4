"""How parent and child speak: two lengths, a JSON head, then the parts, whose lengths the head names."""

import json
import socket
import struct
from dataclasses import dataclass
from time import monotonic
from typing import Any

_LENGTHS = struct.Struct(">IQ")
_HEAD = 100_000  # bytes that a head may have


@dataclass(frozen=True, slots=True)
class Message:
    """A head of plain JSON values and parts of bytes."""

    head: dict[str, Any]
    parts: tuple[bytes, ...]


def send(there: socket.socket, message: Message, deadline: float | None = None) -> None:
    """Raises OSError; TimeoutError, which is one, at the `deadline` of time.monotonic()."""
    head = json.dumps({**message.head, "lengths": [len(part) for part in message.parts]}).encode("ascii")
    for part in (_LENGTHS.pack(len(head), sum(map(len, message.parts))) + head, *message.parts):
        _hurry(there, deadline)
        there.sendall(part)


def receive(there: socket.socket, largest: int = 1 << 40, deadline: float | None = None) -> Message:
    """Raises ConnectionError where the other side is gone or sends what it may not, TimeoutError at the deadline."""
    head_length, body_length = _LENGTHS.unpack(_exactly(there, _LENGTHS.size, deadline))
    if head_length > _HEAD or body_length > largest:
        raise ConnectionError("The message is larger than agreed.")
    try:
        head = json.loads(_exactly(there, head_length, deadline))
        lengths = [int(length) for length in head.pop("lengths")]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConnectionError("The message has no head.") from None
    if sum(lengths) != body_length or min(lengths, default=0) < 0:
        raise ConnectionError("The message's lengths do not add up.")
    return Message(head, tuple(_exactly(there, length, deadline) for length in lengths))


def _hurry(there: socket.socket, deadline: float | None) -> None:
    if deadline is not None:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        there.settimeout(left)


def _exactly(there: socket.socket, length: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < length:
        _hurry(there, deadline)
        chunk = there.recv(min(length - len(data), 1 << 20))
        if not chunk:
            raise ConnectionError("The other side is gone.")
        data += chunk
    return bytes(data)
