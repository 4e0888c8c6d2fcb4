"""The mailbox's own reading of a container: LZMA "alone" around a tar of `<messageUUID>.xml`, read in bounded steps.

That the older form of LZMA is wanted: NgDP OpenAPI 1.68 (`application/x-lzma`) and memo-lib-java. The limits and the
code `container.invalid` are invented: none are published. A container that is wrong in itself is refused whole; a
message in it that is wrong stops no other.
"""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.simulators.memo import LIMIT, Memo, MemoReader
from adapters.simulators.memo_context import UUID4
from adapters.simulators.memo_documents import Invalid

CONTENT_TYPE = "application/x-lzma"
CONTAINER_LIMIT = 99_500_000  # bytes as they come
UNPACKED_LIMIT = 1_000_000_000
MOST_MESSAGES = 10_000
MEMORY = 64_000_000  # bytes that unpacking may use for its dictionary
STEP = 1 << 20
BLOCK = 512
LZMA_ALONE = b"\x5d\x00\x00"


@dataclass(frozen=True, slots=True)
class Unread:
    """A message of a container that is not taken, and why."""

    uuid: str
    fault: Invalid


def read_container(body: bytes, reader: MemoReader) -> list[Memo | Unread]:
    """Every message, each read by the rules of one that comes alone. Raises Invalid for the whole."""
    if len(body) > CONTAINER_LIMIT:
        raise _wrong(f"is {len(body)} bytes; the most is {CONTAINER_LIMIT}")
    found: dict[str, Memo | Unread] = {}
    for uuid, xml in _entries(_Unpacked(body)):
        if uuid in found or len(found) >= MOST_MESSAGES:
            raise _wrong("holds a message twice, or too many")
        found[uuid] = _read(uuid, xml, reader)
    if not found:
        raise _wrong("is empty")
    return list(found.values())


def _read(uuid: str, xml: bytes | None, reader: MemoReader) -> Memo | Unread:
    try:
        if xml is None:
            raise Invalid("The message is too large.", "memo.too.large")
        memo = reader.read(xml)
        if memo.uuid != uuid:
            raise Invalid("The file is not named after the messageUUID of the header.")
    except Invalid as fault:
        return Unread(uuid, fault)
    return memo


class _Unpacked:
    """The tar in the container, unpacked no further than it is read."""

    def __init__(self, body: bytes) -> None:
        if not body.startswith(LZMA_ALONE):
            raise _wrong("is not LZMA of the older form")
        self._packed = lzma.LZMADecompressor(format=lzma.FORMAT_ALONE, memlimit=MEMORY)
        self._coming: bytes | None = body
        self._ahead = bytearray()
        self._total = 0

    def take(self, size: int) -> bytes:
        """So many bytes. Raises Invalid where fewer are left."""
        while len(self._ahead) < size and (more := self._more()):
            self._ahead += more
        if len(self._ahead) < size:
            raise _wrong("ends in the middle of a message")
        taken = bytes(self._ahead[:size])
        del self._ahead[:size]
        return taken

    def must_end(self) -> None:
        """Nothing but zeros may follow, to the end of what is packed; and nothing at all after that."""
        while more := bytes(self._ahead) or self._more():
            self._ahead.clear()
            if any(more):
                raise _wrong("goes on after its end")
        if self._packed.unused_data or not self._packed.eof:
            raise _wrong("does not end where it should")

    def _more(self) -> bytes:
        if self._packed.eof:
            return b""
        try:
            more = self._packed.decompress(self._coming or b"", STEP)
        except lzma.LZMAError as fault:
            raise _wrong(f"cannot be unpacked: {fault}") from None
        self._coming = None
        self._total += len(more)
        if self._total > UNPACKED_LIMIT:
            raise _wrong("unpacks to too much")
        return more


def _entries(archive: _Unpacked) -> Iterator[tuple[str, bytes | None]]:
    """Each file's name without `.xml`, in lower case, and its bytes; None where they are too many."""
    while any(head := archive.take(BLOCK)):
        uuid, size = _header(head)
        padded = -(-size // BLOCK) * BLOCK
        if size <= LIMIT:
            yield uuid, archive.take(padded)[:size]
            continue
        for start in range(0, padded, STEP):
            archive.take(min(STEP, padded - start))
        yield uuid, None
    if any(archive.take(BLOCK)):
        raise _wrong("has one block of zeros in it")
    archive.must_end()


def _header(head: bytes) -> tuple[str, int]:
    """A ustar header (POSIX.1-1988) of an ordinary file. Raises Invalid for any other."""
    name, _, stem_ends = head[:100].rstrip(b"\0").decode("latin-1").partition(".")
    try:
        size, checksum = (int(head[at].rstrip(b"\0 "), 8) for at in (slice(124, 136), slice(148, 156)))
    except ValueError:
        raise _wrong("has a broken header in it") from None
    if sum(head) - sum(head[148:156]) + 8 * ord(" ") != checksum or head[257:265] != b"ustar\x0000":
        raise _wrong("has a broken header in it")
    if head[156:157] != b"0" or any(head[345:500]) or stem_ends != "xml" or not UUID4.fullmatch(name):
        raise _wrong("holds something else than files named <messageUUID>.xml")
    return name.lower(), size


def _wrong(what: str) -> Invalid:
    return Invalid(f"The container {what}.", "container.invalid")
