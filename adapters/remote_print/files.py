"""Files that others leave for us in a folder at the printer: which we read, in which order, and what each holds.

One that cannot be read keeps nobody from the next: it stays there and is told of.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern

from adapters.remote_print.sftp import Missing, NotDone, Printer
from outbound.letter import RawReceipt

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """Files of one kind: the end of their names, the names that we read, and the most bytes; `word` is for the log."""

    ending: str
    name: Pattern[str]
    largest: int
    word: str

    def readable(self, printer: Printer, folder: str) -> list[str]:
        """The names of those that lie there, oldest first. Folders are none. Raises Unavailable or Misconfigured."""
        lying = printer.names(folder)
        names = [name for name, entry in lying.items() if name.endswith(self.ending) and not entry.is_folder]
        good = [name for name in names if self.name.fullmatch(name) and lying[name].size < self.largest]
        if len(good) < len(names):
            logger.warning("%d %ss are too large or have a name we do not read.", len(names) - len(good), self.word)
        return sorted(good, key=lambda name: (lying[name].written, name))

    def fetched(self, printer: Printer, folder: str, provider: str) -> Iterator[RawReceipt]:
        """What lies there, oldest first. Its id is the file's name and a digest of what is in it, so that a name that
        comes again with other content is another receipt. Raises Unavailable or Misconfigured."""
        for name in self.readable(printer, folder):
            try:
                body = printer.read(f"{folder}/{name}", self.largest)
            except Missing:  # confirmed meanwhile
                continue
            except NotDone as fault:  # this one's own fault
                logger.warning("A %s cannot be read where it lies (%s).", self.word, fault.code)
                continue
            yield RawReceipt(provider, f"{name}:{hashlib.sha256(body).hexdigest()[:16]}", body)

    def remove(self, printer: Printer, folder: str, receipt: RawReceipt) -> None:
        """Deletes the file; one that is gone already is as good. Raises Unavailable or Misconfigured."""
        name = receipt.id.rpartition(":")[0]
        if self.name.fullmatch(name):
            printer.remove(f"{folder}/{name}")
