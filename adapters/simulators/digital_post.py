"""Digital Post as a sender system sees it: the NgDP REST interface (NgDP OpenAPI 1.68) on loopback.

`python -m adapters.simulators.digital_post --dir DIR [--port N] [--specs DIR] [--certificates DIR] [--push-to FILE]`
"""

import asyncio
import base64
import json
import secrets
import uuid
from collections.abc import Awaitable, Callable

from adapters.simulators import contacts, process
from adapters.simulators.answers import error, overloaded
from adapters.simulators.business_receipts import DUPLICATE, BusinessReceipts, receipt_for
from adapters.simulators.certificates import certificates, client_context, server_context
from adapters.simulators.memo import Memo, MemoReader
from adapters.simulators.memo_documents import Invalid
from adapters.simulators.moods import HTTP_FAULTS, Moods
from adapters.simulators.outcomes import Sending, outcome_of
from adapters.simulators.receipt_pushes import ReceiptPushes
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

BASE = "/apis/v1"
SYSTEM = "outbound-sender"

Act = Callable[[Request], Awaitable[Reply | None]]


class Mailbox:
    """The mailbox behind the wire: takes messages, answers look-ups, hands out receipts."""

    def __init__(self, records: Records, moods: Moods, reader: MemoReader, token: str) -> None:
        self._records, self._moods, self._reader, self._token = records, moods, reader, token
        self._receipts = BusinessReceipts(records, moods)
        self._routes: dict[tuple[str, str], tuple[str, Act]] = {
            ("POST", "memos/"): ("send", self._send),
            ("GET", "contacts/"): ("lookup", contacts.look_up),
            ("GET", "receipts/"): ("receipts", self._receipts.ids),
            ("GET", "receipts-bulk/"): ("receipts", self._receipts.bulk),
        }

    @property
    def receipts(self) -> BusinessReceipts:
        """What is to be pushed."""
        return self._receipts

    async def answer(self, request: Request) -> Reply | None:
        """The whole way of one request: counted, slowed, refused or done; None hangs up."""
        kind, act = self._route(request)
        self._records.count(kind)
        slow = self._moods.strikes("slow", kind)
        if slow is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        reply = self._refusal(request, kind) or await self._acted(act, request)
        if kind != "send" and self._moods.strikes("drop_answer", kind) is not None:
            return None
        if reply is not None and reply.status >= 400:
            self._records.count(f"{kind}-{reply.status}")
        return reply

    async def _acted(self, act: Act, request: Request) -> Reply | None:
        try:
            return await act(request)
        except Invalid as fault:
            return error(400, fault.code, fault.message, fault.value)
        except ValueError as fault:
            return error(400, "invalid.request", str(fault))

    def _route(self, request: Request) -> tuple[str, Act]:
        path = request.path.removeprefix(f"{BASE}/") if request.path.startswith(f"{BASE}/") else "?"
        if path.startswith("receipts/") and path != "receipts/" and request.method in ("GET", "DELETE"):
            return "receipts", self._receipts.one
        return self._routes.get((request.method, path), ("unknown", _nothing_here))

    def _refusal(self, request: Request, kind: str) -> Reply | None:
        wrong = self._moods.strikes("wrong_certificate", kind)
        if wrong is not None:
            return error(wrong.get("status", 403), "certificate.not.accepted", "Not with this certificate.")
        if request.headers.get("authorization") != f"Basic {self._token}":
            return error(401, "unauthorized", "The api token is missing or wrong.")
        overload = self._moods.strikes("busy", kind)
        if overload is not None:
            return overloaded(overload, request.one("memo-message-uuid") if kind == "send" else None)
        broken = self._moods.strikes("error_before_take", kind)
        return _broken(broken) if broken is not None else None

    async def _send(self, request: Request) -> Reply | None:
        memo = self._read(request)
        refuse = self._moods.strikes("refuse", "send")
        if refuse is not None:
            code = refuse.get("code", "memo.invalid")
            return error(refuse.get("status", 400), code, f"Afvist: {memo.recipient}", memo.recipient)
        if outcome_of(memo.recipient).sending is Sending.REFUSED_AT_THE_DOOR:
            return error(400, "memo.invalid", f"Modtageren {memo.recipient} er afvist", memo.recipient)
        return await self._answered(self._taken(memo))

    def _read(self, request: Request) -> Memo:
        kind = request.headers.get("content-type", "").split(";")[0].strip()
        if kind not in ("application/xml", "text/xml") or "content-length" not in request.headers:
            raise Invalid("A memo is application/xml with a Content-Length.", "content.type.not.allowed")
        memo = self._reader.read(request.body)
        if request.one("memo-message-uuid").lower() != memo.uuid.lower():
            raise Invalid("memo-message-uuid is not the messageUUID of the header.")
        return memo

    def _taken(self, memo: Memo) -> Reply:
        with self._records.together():
            before = self._records.takings_of(memo.uuid)
            if not before:
                return self._take(memo)
            kept = tuple(json.loads(before[-1]["detail"])["attachments"])
            was = (before[-1]["sha256"], before[-1]["recipient"], kept)
            same = was == (memo.sha256, memo.recipient, memo.attachments)
            self._records.count("repeat" if same else "repeat-with-other-content")
            return self._repeated(memo, before[-1]["consignment"])

    def _repeated(self, memo: Memo, first: str) -> Reply:
        match self._moods.repeat:
            case "second":
                return self._take(memo)
            case "duplicate":
                return error(400, DUPLICATE, f"messageUUID {memo.uuid} er allerede modtaget")
            case "duplicate_receipt":
                transmission = str(uuid.uuid4())
                self._receipts.call_duplicate(memo, transmission)
                return _received(memo, transmission)
            case _:
                return _received(memo, first)

    def _take(self, memo: Memo) -> Reply:
        transmission = str(uuid.uuid4())
        told = {"memo": memo.version, "receipt": self._receipts.will_come(memo), "attachments": memo.attachments}
        self._records.take(memo.uuid, transmission, "digital", memo.recipient, memo.sha256, **told)
        self._receipts.settle(memo, transmission)
        return _received(memo, transmission)

    async def _answered(self, reply: Reply) -> Reply | None:
        if reply.status != 201:
            return reply
        await self._receipts.overtake()
        if self._moods.strikes("drop_answer", "send") is not None:
            return None
        broken = self._moods.strikes("error_after_take", "send")
        return _broken(broken) if broken is not None else reply


async def _nothing_here(_: Request) -> Reply | None:
    return error(404, "not.found", "There is nothing here.")


def _broken(fault: dict[str, int]) -> Reply:
    return error(fault.get("status", 500), "internal.error", "Something broke.")


def _received(memo: Memo, transmission: str) -> Reply:
    return Reply(201, receipt_for(memo, transmission, "RECEIVED"))


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    moods = Moods(records, HTTP_FAULTS, {"drop_answer": ["send"], "error_before_take": ["send"]})
    token = records.kept("token") or secrets.token_urlsafe(24)
    records.keep("token", token)
    basic = base64.b64encode(f"{SYSTEM}:{token}".encode()).decode()
    shown = certificates(given.certificates)
    tls = server_context(shown.server, shown.authority.certificate)
    mailbox = Mailbox(records, moods, MemoReader(given.specs), basic)
    door = Door(mailbox.answer, tls)

    def env() -> dict[str, str]:
        return {
            "OUTBOUND_DIGITAL_POST_URL": f"{door.url}{BASE}/",
            "OUTBOUND_DIGITAL_POST_SYSTEM_ID": SYSTEM,
            "OUTBOUND_DIGITAL_POST_TOKEN": token,
            "OUTBOUND_DIGITAL_POST_CERTIFICATE_FILE": str(shown.system.certificate),
            "OUTBOUND_DIGITAL_POST_KEY_FILE": str(shown.system.key),
            "OUTBOUND_DIGITAL_POST_CA_FILE": str(shown.authority.certificate),
            "OUTBOUND_DIGITAL_POST_PUSH_CA_FILE": str(shown.authority.certificate),
            "OUTBOUND_DIGITAL_POST_PUSH_CLIENTS": json.dumps([shown.pusher.fingerprint]),
            "OUTBOUND_RECEIPTS_CERTIFICATE_FILE": str(shown.listener.certificate),
            "OUTBOUND_RECEIPTS_KEY_FILE": str(shown.listener.key),
        }

    ours = client_context(shown.pusher, shown.authority.certificate)
    pushes = ReceiptPushes(mailbox.receipts, records, given.push_to, ours)
    async with asyncio.TaskGroup() as tasks:
        pushing = tasks.create_task(pushes.run())
        await process.serve(given, records, moods, door, env)
        pushing.cancel()


if __name__ == "__main__":
    asyncio.run(run(process.arguments("digital_post")))
