"""Return files: what came back, as the printer or the carrier tells it in CSV files in a folder at the printer.

No Danish supplier publishes such a format. Ours: UTF-8, semicolons, a first line with the names of the columns, in any
order, others passed over. `return-code` as it stands in the window, `returned` the day (YYYY-MM-DD), `reason` one of
our words (`addressee-unknown`, `moved`, `refused-by-addressee`, `not-collected`, `deceased`, `damaged`, `unknown`) or a
word of theirs that the setting `print_return_reasons` translates.
"""

import codecs
import csv
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from adapters.codes import stand_code
from adapters.remote_print.files import Kind
from adapters.remote_print.sftp import Printer
from outbound.clock import COPENHAGEN
from outbound.letter import News, RawReceipt, Receipt, ReturnReason

logger = logging.getLogger(__name__)

PROVIDER = "returned-post"
LARGEST = 5_000_000  # bytes: some 100,000 letters
FILES = Kind(".csv", re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.csv"), LARGEST, "return file")
CODE, DAY, REASON = "return-code", "returned", "reason"
CODE_LENGTH = 11


class FetchedReturns:
    """The return files in a folder at the printer. Shared by all threads."""

    def __init__(self, printer: Printer, provider: str, folder: str, reasons: Mapping[str, str]) -> None:
        self._printer, self.provider, self._folder, self._reasons = printer, provider, folder, reasons

    def fetch(self) -> Iterator[RawReceipt]:
        """What lies there, oldest first."""
        return FILES.fetched(self._printer, self._folder, self.provider)

    def confirm(self, receipt: RawReceipt) -> None:
        """Deletes the file; one that is gone already is as good."""
        FILES.remove(self._printer, self._folder, receipt)

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """A return for each line. Raises ValueError where it is unreadable."""
        return read(receipt.body, self._reasons)


def read(body: bytes, reasons: Mapping[str, str]) -> Sequence[Receipt]:
    """The returns in a file, each once. Raises ValueError, with nothing of it in the words.

    A line that cannot be read or has no code is passed over, so that it does not hide its neighbours; a file of nothing
    else is unreadable. A field ends with its line, whatever its quotes say.
    """
    head, *rest = [_fields(line) for line in body.removeprefix(codecs.BOM_UTF8).splitlines() if line] or [[]]
    names = [name.strip() for name in head]
    found = [one for fields in rest if (one := _return(dict(zip(names, fields, strict=False)), reasons))]
    if not found:
        raise ValueError("Nothing in this return file can be understood.")
    if len(found) < len(rest):
        logger.warning("%d lines of a return file cannot be understood.", len(rest) - len(found))
    return list(dict.fromkeys(found))


def _fields(line: bytes) -> list[str]:
    """A line's fields; none where it cannot be read."""
    try:
        return next(csv.reader([line.decode()], delimiter=";"), [])
    except (UnicodeDecodeError, csv.Error):
        return []


def _return(row: Mapping[str, str], reasons: Mapping[str, str]) -> Receipt | None:
    code = re.sub(r"[\s-]", "", row.get(CODE, ""))
    if not (len(code) == CODE_LENGTH and code.isascii() and code.isdigit()):
        return None
    said = row.get(REASON, "").strip()
    reason = ReturnReason.of(reasons.get(said, said))
    return Receipt(None, News.RETURNED, stand_code(reason), at=_noon(row.get(DAY, "")), return_code=code)


def _noon(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(12), COPENHAGEN)
    except ValueError:
        return None
