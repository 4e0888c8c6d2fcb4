"""Receipts of Digital Post (NgDP OpenAPI 1.68): fetched by `GET receipts-bulk/` and `DELETE receipts/{id}`, or pushed
to us, one Receipt (JSON) a POST, as their reference sender system takes them.

RECEIVED is only the technical receipt; COMPLETED says that the letter is available in the mailbox, which by law (lov
om Digital Post § 10) is when it has arrived. They come within seconds, or hours under load (digitaliser.dk,
29-02-2024), doubled and out of order.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.codes import Meaning, stand_code
from adapters.digital_post.mailer import CODES, PROVIDER
from adapters.http import Caller, refuse_strangers, usable
from outbound.letter import News, RawReceipt, Receipt
from outbound.ports import Callers, OutcomeUnknown, Unavailable

PAGE = 500  # receipts a call

TOLD = {"RECEIVED": News.RECEIVED, "COMPLETED": News.DELIVERED, "INVALID": News.REFUSED, "NOT_ALLOWED": News.REFUSED}
NEWS_OF = {Meaning.AGAIN: News.TRY_AGAIN, Meaning.DUPLICATE: News.DUPLICATE}


class PulledReceipts:
    """The receipts that lie ready for our sender system."""

    provider = PROVIDER

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def fetch(self) -> Iterator[RawReceipt]:
        """What lies there, in the order the mailbox gives it.

        Confirming shortens the list while it is being read, so a page is read again until it shows nothing new.
        """
        seen: set[str | bytes] = set()
        page = 0
        while rows := self._page(page):
            new = [row for row in rows if (row.id or row.body) not in seen]
            seen.update(row.id or row.body for row in new)
            page += not new
            yield from new

    def confirm(self, receipt: RawReceipt) -> None:
        """Deletes it there; one that is gone already is as good."""
        if not receipt.id:
            return
        answered = _reached(self._caller, "DELETE", f"receipts/{UUID(receipt.id)}")
        if answered.status in (404, 410):
            return
        refuse_strangers(answered)
        if not 200 <= answered.status < 300:
            raise Unavailable(f"http-{answered.status}", answered.retry_after)

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """Its one piece of news. Raises ValueError where it is unreadable."""
        return (read(receipt.body),)

    def _page(self, page: int) -> list[RawReceipt]:
        found = usable(_reached(self._caller, "GET", f"receipts-bulk/?page={page}&size={PAGE}")).get("receipts")
        if not isinstance(found, list):
            raise Unavailable("unreadable-answer")
        return [_raw(row) for row in found]


class PushedReceipts:
    """The door for receipts that Digital Post pushes. They have no id of their own; one that comes again, or was
    fetched as well, is news that settles nothing twice."""

    provider = PROVIDER
    path = "/receipts/digital-post"

    def __init__(self, callers: Callers) -> None:
        self.callers = callers

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """Its one piece of news. Raises ValueError where it is unreadable."""
        return (read(receipt.body),)

    def answer(self) -> tuple[str, bytes]:
        """The reference sender system answers 200 without a word."""
        return "text/plain", b""


def read(body: bytes) -> Receipt:
    """The news in a Receipt (JSON), pulled or pushed. Raises ValueError, with nothing of it in the words."""
    row = _row(body)
    try:
        dispatch, news = UUID(str(row["messageUUID"])), TOLD[str(row["receiptStatus"])]
    except (KeyError, ValueError):
        raise ValueError("A receipt of Digital Post has no messageUUID or no known receiptStatus.") from None
    if news is not News.REFUSED:
        return Receipt(dispatch, news, at=_moment(row.get("timeStamp")))
    code = stand_code(row.get("errorCode"))
    meaning = CODES.meaning(code)
    return Receipt(dispatch, NEWS_OF.get(meaning, news), code, meaning.blame, _moment(row.get("timeStamp")))


def _row(body: bytes) -> dict[str, Any]:
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise ValueError("A receipt of Digital Post is not a JSON object.")
    return row


def _reached(caller: Caller, method: str, path: str) -> Any:
    """The answer; a broken connection is as good as none, since reading and deleting may be repeated."""
    try:
        return caller.call(method, path)
    except OutcomeUnknown as fault:
        code = fault.code
    raise Unavailable(code)


def _raw(row: object) -> RawReceipt:
    """A row as it came. One without an id that can be used is kept all the same, and cannot be deleted there."""
    body = json.dumps(row, ensure_ascii=False).encode(errors="replace")
    try:
        return RawReceipt(PROVIDER, str(UUID(str(row["id"]))), body)  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return RawReceipt(PROVIDER, "", body)


def _moment(said: object) -> datetime | None:
    """The supplier's time; None where it gives none that can be told apart from local time."""
    try:
        found = datetime.fromisoformat(str(said))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
