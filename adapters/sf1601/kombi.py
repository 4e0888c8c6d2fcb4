"""Handing a letter to the common post component: `POST KombiPostAfsend_1/kombi`.

A letter's `KombiValgKode` is always `Digital Post` or `Fysisk Post`: with `Automatisk Valg` the platform would choose
the channel itself, and nobody here could say why, or keep a letter from going both ways. `Result` true means taken, no
more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from lxml import etree

from adapters.codes import Codes, Meaning, stand_code
from adapters.digital_post.memo import Sender, memo
from adapters.http import Answered, refuse_strangers
from adapters.sf1601.forsendelse import Agreement, forsendelse
from adapters.sf1601.service import Service
from adapters.sf1601.unfit import Unfit
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

DIGITAL, PRINT = "sf1601-digital", "sf1601-print"  # the names by which they are stored, shown and priced
ENTITY_ID = "http://entityid.kombit.dk/service/kombipostafsend/1"
PATH = "KombiPostAfsend_1/kombi"
XML_LIMIT = 99_500_000  # bytes: "op til 99,5 MB" (digitaliseringskataloget.dk, Postkomponent), taken as the XML's size
CODES = Codes(Path(__file__).with_name("codes.toml"))


Write = Callable[[Dispatch, Consignment], bytes]


@dataclass(slots=True)
class KombiMailer:
    """One letter a consignment, on one channel. The platform has no question "did you get it?", so `ask` cannot say.

    `choice` is the KombiValgKode, `write` makes what stands beside it (and raises Unfit).
    """

    channel: Channel
    provider: str
    choice: str
    write: Write
    service: Service
    largest: int
    repeat_is_safe: bool
    most_bytes: int = field(init=False)
    shares_envelopes: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """A consignment has one letter."""
        self.most_bytes = self.largest

    def gathers(self, lane: Lane) -> int:
        """One in either lane."""
        return 1

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """One answer for the one dispatch: see `outbound.ports.Mailer`. Raises ValueError for more than one."""
        (dispatch,) = consignment.dispatches
        body = self._request(dispatch, consignment)
        yield body if isinstance(body, Rejected) else send(self.service, dispatch.id, body)

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        """Always CannotSay: SF1601 has no question after a letter."""
        return CannotSay()

    def _request(self, dispatch: Dispatch, consignment: Consignment) -> bytes | Rejected:
        """What is sent, or what needs no asking: the platform could only say the same."""
        document = dispatch.document
        too_large = Rejected(dispatch.id, "too-large", Blame.RECIPIENT)
        if len(document.pdf) + sum(len(one.pdf) for one in document.attachments) > self.largest:
            return too_large
        try:
            content = self.write(dispatch, consignment)
        except Unfit as fault:
            return Rejected(dispatch.id, fault.code, fault.blame)
        except (ValueError, OverflowError):  # raised on, it would leave a letter in doubt that never left
            return Rejected(dispatch.id, "unwritable", Blame.LETTER)
        body = kombi_request(self.choice, content)
        return body if len(body) <= XML_LIMIT else too_large


def digital_mailer(
    service: Service, sender: Sender, largest: int, repeat_is_safe: bool, version: str = "1.2"
) -> KombiMailer:
    """The digital mailbox: a MeMo of this version, whose messageUUID is the dispatch's id."""

    def write(dispatch: Dispatch, consignment: Consignment) -> bytes:
        if dispatch.recipient.number is None:
            raise Unfit("no-number", Blame.RECIPIENT)
        return memo(dispatch, sender, consignment.closed_at, version)

    return KombiMailer(Channel.DIGITAL, DIGITAL, "Digital Post", write, service, largest, repeat_is_safe)


def print_mailer(service: Service, agreement: Agreement, largest: int, repeat_is_safe: bool) -> KombiMailer:
    """Remote print by the vendor of the service agreement: a ForsendelseI, whose AfsendelseIdentifikator is the
    dispatch's id."""

    def write(dispatch: Dispatch, consignment: Consignment) -> bytes:
        return forsendelse(dispatch, consignment, agreement)

    return KombiMailer(Channel.PRINT, PRINT, "Fysisk Post", write, service, largest, repeat_is_safe)


def kombi_request(choice: str, content: bytes) -> bytes:
    """The request with this KombiValgKode and one thing beside it, without the XML declaration that a MeMo begins
    with."""
    part = content[content.index(b"<memo:Message") :] if content.startswith(b"<?xml") else content
    return b"<kombi_request><KombiValgKode>%b</KombiValgKode>%b</kombi_request>" % (choice.encode(), part)


def send(service: Service, one: UUID, body: bytes) -> Answer:
    """Hand over the request about this letter or text message. Raises Unavailable, Misconfigured or OutcomeUnknown."""
    return _read(one, service.call("POST", PATH, body, "application/xml", one))


def _read(dispatch: UUID, answered: Answered) -> Answer:
    """What an answer means. Raises Unavailable, Misconfigured or OutcomeUnknown."""
    refuse_strangers(answered)
    said = _said(answered.body)
    if said.get("result") == "true" and 200 <= answered.status < 300:
        return Accepted(dispatch, _transmission(said) or str(dispatch))
    if answered.status == 503 and (answered.retry_after is not None or said.get("result") == "false"):
        raise Unavailable("http-503", answered.retry_after)
    if said.get("result") == "false":
        return _refusal(dispatch, said.get("fejlid") or said.get("fejlkode"))
    if answered.status == 413:
        return Rejected(dispatch, "too-large", Blame.RECIPIENT)
    if answered.status < 400 or answered.status in (408, 425) or answered.status >= 500:
        raise OutcomeUnknown(f"http-{answered.status}" if answered.status >= 300 else "unreadable-answer")
    return Rejected(dispatch, f"http-{answered.status}", Blame.UNKNOWN)


def _refusal(dispatch: UUID, given: str | None) -> Answer:
    code = stand_code(given)
    meaning = CODES.meaning(code)
    if meaning is Meaning.DUPLICATE:
        return Accepted(dispatch)
    if meaning is Meaning.AGAIN:
        raise Unavailable(code)
    return Rejected(dispatch, code, meaning.blame)


def _said(body: bytes) -> dict[str, str]:
    """The first value of each element of a `kombi_response`, by its name in small letters; empty for anything else.
    (The names of a refusal's elements are seen in haderslev-rpa's client; no schema is published.)"""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    if etree.QName(root).localname != "kombi_response":
        return {}
    found: dict[str, str] = {}
    for element in root.iterdescendants("{*}*"):
        found.setdefault(etree.QName(element).localname.lower(), (element.text or "").strip())
    return found | {"result": found.get("result", "").lower()}


def _transmission(said: dict[str, str]) -> str:
    """Physical letters may be taken without one; then the id that we gave the call is the platform's name for it."""
    try:
        return str(UUID(said.get("transmissionid", "")))
    except ValueError:
        return ""
