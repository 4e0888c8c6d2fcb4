"""Handing letters to the digital mailbox (NgDP OpenAPI 1.68): single ones by `POST memos/?memo-message-uuid=`, those of
a mailing together in a container by `POST memos/`. Mass mail goes by the mass interface (digitaliser.dk, 29-02-2024).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.codes import Codes, Meaning, stand_code
from adapters.digital_post.containers import CONTENT_TYPE, container
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
from outbound.ports import Misconfigured, OutcomeUnknown, Unavailable

PROVIDER = "digital-post"
XML_LIMIT = 99_500_000  # bytes: digst.dk, "op til 99,5 MB"; taken as the size of the XML, the stricter reading
CODES = Codes(Path(__file__).with_name("codes.toml"))
TAKEN = ("RECEIVED", "COMPLETED")
REFUSED = ("INVALID", "NOT_ALLOWED")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one consignment may hold: bytes of PDF in one letter; letters in one container (1: no containers), and the
    bytes of PDF in it."""

    largest: int
    container_letters: int = 1
    container_bytes: int = 50_000_000


class DigitalPostMailer:
    """Sends a consignment as one MeMo or, in the lane of mailings, as one container. The mailbox has no question "did
    you get it?", so `ask` cannot say."""

    channel = Channel.DIGITAL
    provider = PROVIDER
    shares_envelopes = False

    def __init__(
        self, caller: Caller, sender: Sender, limits: Limits, repeat_is_safe: bool, version: str = "1.2"
    ) -> None:
        """`version`: of the MeMos that are written."""
        self._caller, self._sender, self._limits, self._version = caller, sender, limits, version
        self.repeat_is_safe = repeat_is_safe
        self.largest, self.most_bytes = limits.largest, limits.container_bytes

    def gathers(self, lane: Lane) -> int:
        """Mailings go together; a single letter never waits for others."""
        return self._limits.container_letters if lane is Lane.MAILING else 1

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """See `outbound.ports.Mailer`. What was closed as a container goes as one, also after a change of settings."""
        if len(consignment.dispatches) > 1 or self.gathers(consignment.lane) > 1:
            yield from self._send_together(consignment)
        else:
            (dispatch,) = consignment.dispatches
            yield self._send(dispatch, consignment.closed_at)

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        """Always CannotSay: NgDP OpenAPI 1.68 has no question after a message."""
        return CannotSay()

    def _send(self, dispatch: Dispatch, closed_at: datetime) -> Answer:
        body = self._message(dispatch, closed_at)
        if isinstance(body, Rejected):
            return body
        answered = self._caller.call("POST", f"memos/?memo-message-uuid={dispatch.id}", body, "application/xml")
        return read_one(dispatch.id, answered)

    def _send_together(self, consignment: Consignment) -> Iterator[Answer]:
        """What does not fit is left out, and its answer waits for the container's: "nothing was taken" can be said of
        a consignment only before any answer. In doubt, it is answered all the same: it was not sent."""
        unfit: dict[UUID, Answer] = {}
        body = container(self._messages(consignment, unfit), consignment.closed_at)
        sent = [one.id for one in consignment.dispatches if one.id not in unfit]
        doubt: OutcomeUnknown | None = None
        answers: dict[UUID, Answer] = dict(unfit)
        try:
            if sent:
                found = _read(sent, self._caller.call("POST", "memos/", body, CONTENT_TYPE))
                answers |= {one.dispatch: one for one in found}
        except OutcomeUnknown as fault:
            doubt = fault
        yield from (answers[one.id] for one in consignment.dispatches if one.id in answers)
        if doubt is not None:
            raise doubt

    def _messages(self, consignment: Consignment, unfit: dict[UUID, Answer]) -> Iterator[tuple[UUID, bytes]]:
        """The MeMos that may go; `unfit` gets the answers of the others."""
        for dispatch in consignment.dispatches:
            body = self._message(dispatch, consignment.closed_at)
            if isinstance(body, Rejected):
                unfit[dispatch.id] = body
            else:
                yield dispatch.id, body

    def _message(self, dispatch: Dispatch, closed_at: datetime) -> bytes | Rejected:
        """The MeMo, or what needs no asking: the mailbox could only say the same."""
        if dispatch.recipient.number is None:
            return Rejected(dispatch.id, "no-number", Blame.RECIPIENT)
        document = dispatch.document
        if len(document.pdf) + sum(len(one.pdf) for one in document.attachments) > self.largest:
            return Rejected(dispatch.id, "too-large", Blame.RECIPIENT)
        try:
            body = memo(dispatch, self._sender, closed_at, self._version)
        except (ValueError, OverflowError):  # it must not sink its neighbours, nor leave its own consignment in doubt
            return Rejected(dispatch.id, "unwritable", Blame.LETTER)
        return body if len(body) <= XML_LIMIT else Rejected(dispatch.id, "too-large", Blame.RECIPIENT)


def read_one(sent: UUID, answered: Answered) -> Answer:
    """What an answer means for a message that was sent alone. Raises Unavailable, Misconfigured or OutcomeUnknown."""
    (answer,) = _read([sent], answered, names_us=str(sent))
    return answer


def _read(sent: Sequence[UUID], answered: Answered, names_us: str = "") -> list[Answer]:
    """What an answer means for each message that was sent. Raises Unavailable, Misconfigured or OutcomeUnknown.

    `names_us`: what its receipt must say as messageUUID; that of a container names no message.
    """
    refuse_strangers(answered)
    said = answered.json()
    if 200 <= answered.status < 300:
        return _receipt(sent, said, names_us)
    if answered.status == 503 and _is_declared(answered, said):
        raise Unavailable("http-503", answered.retry_after)
    if answered.status == 413:
        return _too_large(sent)
    if answered.status in (408, 425) or answered.status >= 500:
        raise OutcomeUnknown(f"http-{answered.status}")
    return _refusal(sent, said, f"http-{answered.status}")


def _receipt(sent: Sequence[UUID], said: dict[str, Any] | None, names_us: str) -> list[Answer]:
    """The technical receipt. One about another message, or without a status, tells nothing of ours."""
    if said is None or str(said.get("messageUUID") or "").lower() != names_us:
        raise OutcomeUnknown("unreadable-answer")
    if said.get("receiptStatus") in TAKEN:
        return [Accepted(one, _transmission(said)) for one in sent]
    if said.get("receiptStatus") in REFUSED:
        return _refusal(sent, {"code": said.get("errorCode")}, "no-code")
    raise OutcomeUnknown("unreadable-answer")


def _refusal(sent: Sequence[UUID], said: dict[str, Any] | None, otherwise: str) -> list[Answer]:
    """A code may be about any message of several, and does not say which: a duplicate leaves them all in doubt, and
    any other no is for a person."""
    given = said.get("code") if said else None
    code = stand_code(given) if given else otherwise
    meaning = CODES.meaning(code)
    if meaning is Meaning.AGAIN:
        raise Unavailable(code)
    if meaning is Meaning.DUPLICATE and len(sent) > 1:
        raise OutcomeUnknown(code)
    if meaning is Meaning.DUPLICATE:
        return [Accepted(one) for one in sent]
    return [Rejected(one, code, meaning.blame if len(sent) == 1 else Blame.UNKNOWN) for one in sent]


def _too_large(sent: Sequence[UUID]) -> list[Answer]:
    """Several are together too large by our settings' fault, and not by any of theirs."""
    if len(sent) > 1:
        raise Misconfigured("http-413")
    return [Rejected(one, "too-large", Blame.RECIPIENT) for one in sent]


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
