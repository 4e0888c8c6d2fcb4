"""The printer's receipts: XML files in its folder `receipts/`, as `print-receipts.xsd` has them.

"Posted" means handed to the postal service; nothing here ever says that paper arrived.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from lxml import etree

from adapters.codes import Codes, Meaning, stand_code
from adapters.remote_print.files import Kind
from adapters.remote_print.sftp import Missing, NotDone, Printer
from outbound.letter import Blame, Counts, News, RawReceipt, Receipt

logger = logging.getLogger(__name__)

NAMESPACE = "urn:outbound:print-receipts:2"
LARGEST = 5_000_000  # bytes: some 30,000 letters
LOOKED_THROUGH = 200  # receipts, newest first, in which a run is looked for
FILES = Kind(".xml", re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.xml"), LARGEST, "print receipt")
DEAREST = 1_000_000_00  # øre
MOST_COUNTED = 10_000_000
RETURN_CODE = re.compile(r"[A-Za-z0-9]{1,40}")
PARTED = re.compile(r"[\s-]")

CODES = Codes(Path(__file__).with_name("codes.toml"))
JOBS = {
    "taken": News.RECEIVED,
    "printed": News.RECEIVED,
    "posted": News.DELIVERED,
    "refused": News.REFUSED,
    "returned": News.RETURNED,
}
OF_A_RUN = {
    "run-taken": News.RECEIVED,
    "run-counted": News.RECEIVED,
    "run-held": News.HELD_BACK,
    "run-released": News.LET_GO,
    "run-recalled": News.RECALLED,
    "run-too-late": News.TOO_LATE,
}
NEWS_OF = {Meaning.AGAIN: News.TRY_AGAIN, Meaning.DUPLICATE: News.DUPLICATE}


class FetchedReceipts:
    """The receipt files at the printer. Shared by all threads."""

    def __init__(self, printer: Printer, provider: str) -> None:
        self._printer, self.provider = printer, provider

    def fetch(self) -> Iterator[RawReceipt]:
        """What lies there, oldest first."""
        return FILES.fetched(self._printer, self._printer.access.receipts, self.provider)

    def confirm(self, receipt: RawReceipt) -> None:
        """Deletes the file; one that is gone already is as good."""
        FILES.remove(self._printer, self._printer.access.receipts, receipt)

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """Its news: of the whole run, and of each letter in it. Raises ValueError where it is unreadable."""
        return read(receipt.body)


def read(body: bytes) -> Sequence[Receipt]:
    """The news in a receipt file. Raises ValueError, with nothing of it in the words.

    A job that cannot be understood is passed over, so that it does not hide the news of its neighbours; a file of
    nothing else is unreadable.
    """
    root = _root(body)
    news = [item for child in root for item in _news(child, root)]
    if len(root) and not news:
        raise ValueError("Nothing in this print receipt can be understood.")
    if len(news) < len(root):
        logger.warning("%d items of a print receipt cannot be understood.", len(root) - len(news))
    return news


def is_about(printer: Printer, run: UUID) -> bool:
    """Whether a receipt for this run lies at the printer. Raises Unavailable or Misconfigured, also where only one that
    cannot be read might be it."""
    folder, unread = printer.access.receipts, None
    for name in reversed(FILES.readable(printer, folder)[-LOOKED_THROUGH:]):
        try:
            if _root(printer.read(f"{folder}/{name}", LARGEST)).get("run", "").lower() == str(run):
                return True
        except (ValueError, Missing):
            continue
        except NotDone as fault:
            unread = fault
    if unread is not None:
        raise unread
    return False


def _root(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag != f"{{{NAMESPACE}}}receipts" or root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("This is no print receipt (print-receipts.xsd).")
    return root


def _news(item: etree._Element, root: etree._Element) -> list[Receipt]:
    """One item's news: a list of one, or of none where it cannot be understood."""
    try:
        match etree.QName(item).localname:
            case "job":
                return [_job(item)]
            case "run-rejected":
                return [_rejected(item, root)]
            case "came-back":
                return [_came_back(item)]
            case word if word in OF_A_RUN:
                return [_of_the_run(word, item, root)]
    except ValueError:
        pass
    return []


def _of_the_run(word: str, item: etree._Element, root: etree._Element) -> Receipt:
    run, at = UUID(root.get("run", "")), _moment(root.get("created"))
    return Receipt(None, OF_A_RUN[word], word, at=at, consignment=run, counts=_counts(item))


def _counts(item: etree._Element) -> Counts | None:
    """What the printer counted; None where it does not give all four in figures."""
    numbers = [_number(item.get(name), MOST_COUNTED) for name in ("letters", "envelopes", "pages", "sheets")]
    given = [number for number in numbers if number is not None]
    return Counts(*given) if len(given) == len(numbers) else None


def _came_back(item: etree._Element) -> Receipt:
    """Post that is known by the code in its window alone. Raises ValueError where there is none."""
    code = PARTED.sub("", item.get("return-code", ""))  # the window has it in groups
    if not RETURN_CODE.fullmatch(code):
        raise ValueError("no return code")
    reason = stand_code(item.get("code")) if item.get("code") else ""
    return Receipt(None, News.RETURNED, reason, at=_moment(item.get("at")), return_code=code)


def _job(item: etree._Element) -> Receipt:
    """One letter's news. A status that we do not know is for a person to look at, as a refusal without a known code."""
    dispatch, status, at = UUID(item.get("id", "")), stand_code(item.get("status")), _moment(item.get("at"))
    code = stand_code(item.get("code")) if item.get("code") else ""
    if status not in JOBS:
        return Receipt(dispatch, News.REFUSED, code or status, Blame.UNKNOWN, at)
    if JOBS[status] is not News.REFUSED:
        return Receipt(dispatch, JOBS[status], code, at=at, amount=_amount(item))
    meaning = CODES.meaning(code)
    return Receipt(dispatch, NEWS_OF.get(meaning, News.REFUSED), code or "no-code", meaning.blame, at)


def _rejected(item: etree._Element, root: etree._Element) -> Receipt:
    code = stand_code(item.get("code"))
    meaning = CODES.meaning(code)
    news, run = NEWS_OF.get(meaning, News.REFUSED), UUID(root.get("run", ""))
    return Receipt(None, news, code, meaning.blame, _moment(root.get("created")), consignment=run)


def _amount(item: etree._Element) -> int | None:
    """The postage in øre, where the printer gives a believable one."""
    return _number(item.get("postage-ore"), DEAREST)


def _number(said: str | None, most: int) -> int | None:
    """A number in plain digits, at most so large; else None."""
    if not said or not (said.isascii() and said.isdigit() and len(said) <= 12):
        return None
    return number if (number := int(said)) <= most else None


def _moment(said: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(said or "")
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
