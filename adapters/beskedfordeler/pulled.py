"""Receipts that lie in Beskedfordeler's queue (dueslag): read one by one, acknowledged once they are committed here.

The queue deletes what is acknowledged and nothing else. What is read and not acknowledged, since the worker or the
connection died, lies there again; its BeskedId makes it the same receipt.
"""

import threading
from collections.abc import Callable, Iterator

from adapters.beskedfordeler.envelope import message_id
from adapters.beskedfordeler.line import Access, Line
from adapters.beskedfordeler.post_status import PROVIDER, Reader
from outbound.letter import RawReceipt


class _InHand(threading.local):
    """What this thread has read and not acknowledged: tags by the id of the receipt. `is_read`: the queue was empty."""

    def __init__(self) -> None:
        self.line: Line | None = None
        self.tags: dict[str | bytes, list[int]] = {}
        self.is_read = False


class QueuedReceipts(Reader):
    """The receipts of one queue. Each fetch has a connection of its own, on the thread that fetches and confirms."""

    provider = PROVIDER

    def __init__(self, access: Access, assertion: Callable[[], bytes], ours: frozenset[str]) -> None:
        super().__init__(ours)
        self._access, self._assertion = access, assertion
        self._here = _InHand()

    def fetch(self) -> Iterator[RawReceipt]:
        """What lies there, oldest first. Raises Unavailable or Misconfigured.

        The connection stays open after the last one until all are confirmed, and ends when the reader breaks off.
        """
        line = self._begin()
        try:
            while (found := line.get()) is not None:
                tag, body = found
                receipt = RawReceipt(PROVIDER, known_as(body), body)
                self._here.tags.setdefault(receipt.id or body, []).append(tag)
                yield receipt
        except GeneratorExit:
            line.close()
            raise
        self._here.is_read = True
        self._end_when_confirmed()

    def confirm(self, receipt: RawReceipt) -> None:
        """Acknowledges it; one that is not in hand is as good. Raises Unavailable where the connection is gone."""
        line = self._here.line
        read_as = receipt.id or receipt.body
        if line is None or read_as not in self._here.tags:
            return
        for tag in self._here.tags.pop(read_as):
            line.acknowledge(tag)
        self._end_when_confirmed()

    def _begin(self) -> Line:
        """A new connection; what the one before still had in hand lies there again."""
        if self._here.line is not None:
            self._here.line.close()
        self._here.line, self._here.tags, self._here.is_read = None, {}, False
        self._here.line = Line(self._access, self._assertion())
        return self._here.line

    def _end_when_confirmed(self) -> None:
        if self._here.line is not None and self._here.is_read and not self._here.tags:
            self._here.line.close()
            self._here.line = None


def known_as(body: bytes) -> str:
    """The receipt's id: the message's own; empty for what cannot be read, which the inbox knows by its content."""
    try:
        return message_id(body)
    except ValueError:
        return ""
