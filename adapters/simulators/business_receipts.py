"""The business receipts of the mailbox: promised at the taking, fetched or pushed (NgDP OpenAPI 1.68)."""

import asyncio
import json
import sqlite3
import time
import uuid
from typing import Any

from adapters.simulators.answers import error, page_of, receipt
from adapters.simulators.memo import Memo
from adapters.simulators.moods import Moods
from adapters.simulators.outcomes import Sending, outcome_of
from adapters.simulators.records import Records
from adapters.simulators.wire import Reply, Request

HELD_ANSWER = 1.5  # seconds that an answer waits to be overtaken by its receipt
MOST_DUE = 200  # receipts pushed in one go
DUPLICATE = "memo.duplicate"  # invented: no source shows NgDP's code for a repeated messageUUID

REFUSALS: dict[Sending, tuple[str, str, str]] = {
    Sending.IS_CLOSED: ("INVALID", "recipient.is.closed", "6003 Modtageren {cpr} kan ikke modtage digital post"),
    Sending.NOT_ALLOWED: ("NOT_ALLOWED", "recipient.is.exempt", "Modtageren {cpr} er fritaget"),
    Sending.FILE_NOT_ALLOWED: ("NOT_ALLOWED", "file.extension.not.allowed", "Filtypen til {cpr} er ikke tilladt"),
    Sending.MEMO_INVALID: ("INVALID", "memo.invalid", "SAXParseException: Value '{cpr}' is not facet-valid"),
    Sending.UNKNOWN_CODE: ("INVALID", "recipient.mailbox.in.limbo", "Ukendt tilstand for {cpr}"),
}
"""Status, code and text of the receipts that refuse. `recipient.is.exempt` and `...in.limbo` are invented; that the
texts carry the recipient's number is the suppliers' habit and here on purpose."""

WAITING = {
    "due": "SELECT * FROM pending WHERE due <= ? ORDER BY due, id LIMIT ? OFFSET ?",
    "shuffled": "SELECT * FROM pending WHERE due <= ? ORDER BY id LIMIT ? OFFSET ?",
}


class BusinessReceipts:
    """Receipts that wait to be fetched and deleted."""

    def __init__(self, records: Records, moods: Moods) -> None:
        self._records, self._moods = records, moods
        self._fetched = asyncio.Event()

    def will_come(self, memo: Memo) -> bool:
        """Will a receipt tell what becomes of a message that is taken now?"""
        return not self._moods.receipts["never"] and outcome_of(memo.recipient).sending is not Sending.NEVER

    def settle(self, memo: Memo, transmission: str) -> None:
        """Promises what becomes of a message just taken, and marks the taking when it is to be refused."""
        if not self.will_come(memo):
            return
        wishes = self._moods.receipts
        sending = Sending.UNKNOWN_CODE if wishes["unknown_code"] else outcome_of(memo.recipient).sending
        late = wishes["very_late"] if sending is Sending.LATE else 0.0
        status, code, text = REFUSALS.get(sending, ("COMPLETED", None, None))
        words = text.format(cpr=memo.recipient) if text else None
        self._promise(receipt_for(memo, transmission, status, code, words), late)
        if code is not None:
            self._records.refuse(memo.uuid, transmission, code)

    def call_duplicate(self, memo: Memo, transmission: str) -> None:
        """Promises that a repeat is refused as one; what the first became stands."""
        self._promise(receipt_for(memo, transmission, "INVALID", DUPLICATE, "Meddelelsen er allerede modtaget"), 0)

    def _promise(self, content: dict[str, Any], late: float) -> None:
        wishes = self._moods.receipts
        wait = 0.0 if wishes["before_answer"] else wishes["after"] + wishes["late"] + late
        for n in range(2 if wishes["twice"] else 1):
            values = (str(uuid.uuid4()), time.time() + wait + 0.05 * n, content["messageUUID"], json.dumps(content))
            self._records.change("INSERT INTO pending (id, due, subject, content) VALUES (?, ?, ?, ?)", *values)

    async def overtake(self) -> None:
        """Where the mood wants receipts before answers: waits until somebody fetched some, but not for long."""
        if not self._moods.receipts["before_answer"]:
            return
        self._fetched.clear()
        try:
            await asyncio.wait_for(self._fetched.wait(), HELD_ANSWER)
        except TimeoutError:
            pass

    async def ids(self, request: Request) -> Reply | None:
        """`GET receipts/`: a list of ids."""
        rows, _ = self._page(request)
        return Reply(200, [row["id"] for row in rows])

    async def bulk(self, request: Request) -> Reply | None:
        """`GET receipts-bulk/`: a page of receipts with their ids."""
        rows, facts = self._page(request)
        return Reply(200, {"receipts": [{"id": row["id"], **json.loads(row["content"])} for row in rows], **facts})

    async def one(self, request: Request) -> Reply | None:
        """`GET receipts/{id}?delete=` and `DELETE receipts/{id}`."""
        key = request.path.rsplit("/", 1)[1]
        rows = self._records.ask("SELECT * FROM pending WHERE id = ? AND due <= ?", key, time.time())
        if not rows:
            return error(404, "receipt.not.found", "There is no such receipt.")
        if request.method == "DELETE" or request.one("delete") == "true":
            self._records.change("DELETE FROM pending WHERE id = ?", key)
        self._fetched.set()
        return Reply(204) if request.method == "DELETE" else Reply(200, json.loads(rows[0]["content"]))

    def due(self) -> list[sqlite3.Row]:
        """What may be pushed now, in the order that the mood wants."""
        return self._records.ask(WAITING[self._order], time.time(), MOST_DUE, 0)

    def is_taken(self, key: str) -> None:
        """A pushed receipt was answered with 200."""
        self._records.change("DELETE FROM pending WHERE id = ?", key)
        self._fetched.set()

    @property
    def _order(self) -> str:
        return "shuffled" if self._moods.receipts["shuffled"] else "due"

    def _page(self, request: Request) -> tuple[list[sqlite3.Row], dict[str, Any]]:
        page, now = page_of(request), time.time()
        total = self._records.ask("SELECT count(*) AS n FROM pending WHERE due <= ?", now)[0]["n"]
        rows = self._records.ask(WAITING[self._order], now, page.size, page.start)
        if rows:
            self._fetched.set()
        return rows, page.facts(request, len(rows), total)


def receipt_for(
    memo: Memo, transmission: str, status: str, code: str | None = None, text: str | None = None
) -> dict[str, Any]:
    """A Receipt about a message."""
    return receipt(memo.uuid, memo.message_id, transmission, status, code, text)
