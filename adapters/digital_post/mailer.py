"""Handing a letter to the digital mailbox: `POST memos/?memo-message-uuid=` (NgDP OpenAPI 1.68)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.codes import Codes, Meaning, stand_code
from adapters.digital_post.memo import Sender, memo
from adapters.http import Answered, Caller, refuse_strangers
from outbound.letter import (
    Accepted,
    Answer,
    Blame,
    CannotSay,
    Channel,
    Consignment,
    Dispatch,
    Lane,
    NotTaken,
    Rejected,
    Taken,
)
from outbound.ports import OutcomeUnknown, Unavailable

PROVIDER = "digital-post"
XML_LIMIT = 99_500_000  # bytes: digst.dk, "op til 99,5 MB"; taken as the size of the XML, the stricter reading
CODES = Codes(Path(__file__).with_name("codes.toml"))
TAKEN = ("RECEIVED", "COMPLETED")
REFUSED = ("INVALID", "NOT_ALLOWED")


class DigitalPostMailer:
    """Sends one MeMo a consignment. The mailbox has no question "did you get it?", so `ask` cannot say."""

    channel = Channel.DIGITAL
    provider = PROVIDER

    def __init__(self, caller: Caller, sender: Sender, largest: int, repeat_is_safe: bool) -> None:
        self._caller, self._sender = caller, sender
        self.largest, self.repeat_is_safe = largest, repeat_is_safe

    def gathers(self, lane: Lane) -> int:
        """One in either lane; a container for mailings would be another mailer."""
        return 1

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """One answer for the one dispatch: see `outbound.ports.Mailer`. Raises ValueError for more than one."""
        (dispatch,) = consignment.dispatches
        yield self._unfit(dispatch) or self._send(dispatch, consignment)

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        """Always CannotSay: NgDP OpenAPI 1.68 has no question after a message."""
        return CannotSay()

    def _unfit(self, dispatch: Dispatch) -> Rejected | None:
        """What needs no asking: the mailbox could only say the same."""
        if dispatch.recipient.number is None:
            return Rejected(dispatch.id, "no-number", Blame.RECIPIENT)
        document = dispatch.document
        if len(document.pdf) + sum(len(one.pdf) for one in document.attachments) > self.largest:
            return Rejected(dispatch.id, "too-large", Blame.RECIPIENT)
        return None

    def _send(self, dispatch: Dispatch, consignment: Consignment) -> Answer:
        body = memo(dispatch, self._sender, consignment.closed_at)
        if len(body) > XML_LIMIT:
            return Rejected(dispatch.id, "too-large", Blame.RECIPIENT)
        path = f"memos/?memo-message-uuid={dispatch.id}"
        return read_answer(dispatch.id, self._caller.call("POST", path, body, "application/xml"))


def read_answer(dispatch: UUID, answered: Answered) -> Answer:
    """What an answer to a MeMo means. Raises Unavailable, Misconfigured or OutcomeUnknown."""
    refuse_strangers(answered)
    said = answered.json()
    if 200 <= answered.status < 300:
        return _receipt(dispatch, said)
    if answered.status == 503 and _is_declared(answered, said):
        raise Unavailable("http-503", answered.retry_after)
    if answered.status == 413:
        return Rejected(dispatch, "too-large", Blame.RECIPIENT)
    if answered.status in (408, 425) or answered.status >= 500:
        raise OutcomeUnknown(f"http-{answered.status}")
    return _refusal(dispatch, said, f"http-{answered.status}")


def _receipt(dispatch: UUID, said: dict[str, Any] | None) -> Answer:
    """The technical receipt. One about another message, or without a status, tells nothing of ours."""
    if said is None or str(said.get("messageUUID", "")).lower() != str(dispatch):
        raise OutcomeUnknown("unreadable-answer")
    if said.get("receiptStatus") in TAKEN:
        return Accepted(dispatch, _transmission(said))
    if said.get("receiptStatus") in REFUSED:
        return _refusal(dispatch, {"code": said.get("errorCode")}, "no-code")
    raise OutcomeUnknown("unreadable-answer")


def _refusal(dispatch: UUID, said: dict[str, Any] | None, otherwise: str) -> Answer:
    given = said.get("code") if said else None
    code = stand_code(given) if given else otherwise
    meaning = CODES.meaning(code)
    if meaning is Meaning.DUPLICATE:
        return Accepted(dispatch)
    if meaning is Meaning.AGAIN:
        raise Unavailable(code)
    return Rejected(dispatch, code, meaning.blame)


def _is_declared(answered: Answered, said: dict[str, Any] | None) -> bool:
    """Whether this 503 is the mailbox's own (with its Receipt, or with a time to come back) and not a proxy's, which
    says nothing of what happened behind it."""
    is_receipt = said is not None and "receiptStatus" in said and said["receiptStatus"] not in TAKEN
    return answered.retry_after is not None or is_receipt


def _transmission(said: dict[str, Any]) -> str:
    try:
        return str(UUID(str(said.get("transmissionId"))))
    except ValueError:
        return ""
