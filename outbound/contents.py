"""How a letter's content lies under the seal: the parts, and their way to bytes and back.

Person, fields and document are parts of their own, so that a look-up decrypts no PDF.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from outbound.letter import Action, Address, Attachment, Document, Recipient, Role

PERSON = "person"
FIELDS = "fields"
HANDED_IN = "handed-in"
DOCUMENT = "document"
TWIN = "twin"
HEAD = "head"
ATTACHMENTS = "attachments"
ANSWERS = "answers"
DOCUMENT_PARTS = (DOCUMENT, TWIN, HEAD)


@dataclass(frozen=True, slots=True)
class Addressee:
    """The recipient as handed in, and what the person register has added since."""

    recipient: Recipient = field(repr=False)
    register_address: Address | None = field(default=None, repr=False)
    protected: bool = False
    current_cpr: str | None = field(default=None, repr=False)  # where the number handed in has been changed since

    @property
    def now(self) -> Recipient:
        """The recipient as the letter is sent: under the number of today, to where paper goes."""
        return replace(self.recipient, cpr=self.current_cpr or self.recipient.cpr, address=self.address)

    @property
    def address(self) -> Address | None:
        """Where paper goes: the sender's address outranks the register's."""
        return self.recipient.address or self.register_address


def pack_addressee(addressee: Addressee) -> bytes:
    """The part `person`."""
    return _pack(asdict(addressee))


def unpack_addressee(body: bytes) -> Addressee:
    """The part `person` back."""
    stored = json.loads(body)
    person = stored["recipient"]
    recipient = Recipient(
        Role(person["role"]), person["name"], person["cpr"], person["cvr"], _address(person["address"])
    )
    return Addressee(recipient, _address(stored["register_address"]), stored["protected"], stored.get("current_cpr"))


def pack_fields(fields: Mapping[str, Any]) -> bytes:
    """The part `fields`."""
    return _pack(fields)


def unpack_fields(body: bytes) -> dict[str, Any]:
    """The part `fields` back."""
    fields: dict[str, Any] = json.loads(body)
    return fields


def unpack_answers(parts: Mapping[str, bytes]) -> UUID | None:
    """The recipient's message that the letter answers, where it answers one."""
    return UUID(parts[ANSWERS].decode()) if ANSWERS in parts else None


def attachment_parts(count: int) -> tuple[str, ...]:
    """The parts that hold so many attachments: their titles, then each file."""
    return (ATTACHMENTS, *(f"attachment-{number}" for number in range(1, count + 1))) if count else ()


def pack_attachments(attachments: Sequence[Attachment]) -> dict[str, bytes]:
    """The attachments as they were handed in."""
    titles = _pack({"titles": [one.title for one in attachments]})
    return dict(zip(attachment_parts(len(attachments)), (titles, *(one.pdf for one in attachments)), strict=False))


def unpack_attachments(parts: Mapping[str, bytes], count: int) -> tuple[Attachment, ...]:
    """Raises KeyError where one is not (or no longer) there."""
    if not count:
        return ()
    head, *files = attachment_parts(count)
    titles = json.loads(parts[head])["titles"]
    return tuple(Attachment(parts[name], title) for name, title in zip(files, titles, strict=True))


def pack_document(document: Document) -> dict[str, bytes]:
    """The parts of a finished letter; the twin is left out where there is none."""
    facts = {
        "title": document.title,
        "dated": document.dated.isoformat(),
        "pages": document.pages,
        "sheets": document.sheets,
        "template_version": document.template_version,
        "attachments": [[one.title, one.pages] for one in document.attachments],
        "inserts": document.inserts,
        "plex": document.plex,
        "language": document.language,
        "return_code": document.return_code,
        "actions": [_pack_action(one) for one in document.actions],
    }
    twin = {TWIN: document.html.encode()} if document.html is not None else {}
    return {DOCUMENT: document.pdf, HEAD: _pack(facts), **twin}


def unpack_document(parts: Mapping[str, bytes]) -> Document:
    """Raises KeyError where the document is not (or no longer) there.

    Its attachments have their files where `parts` holds them, else empty ones.
    """
    facts = json.loads(parts[HEAD])
    attachments = attachments_of(parts[HEAD])
    files = [parts.get(name, b"") for name in attachment_parts(len(attachments))[1:]]
    return Document(
        pdf=parts[DOCUMENT],
        title=facts["title"],
        dated=date.fromisoformat(facts["dated"]),
        pages=facts["pages"],
        sheets=facts["sheets"],
        html=parts[TWIN].decode() if TWIN in parts else None,
        template_version=facts["template_version"],
        attachments=tuple(replace(one, pdf=pdf) for one, pdf in zip(attachments, files, strict=True)),
        inserts=tuple(facts.get("inserts", ())),
        plex=facts.get("plex", "duplex"),
        language=facts.get("language", "da"),
        return_code=facts.get("return_code", ""),
        actions=tuple(map(_unpack_action, facts.get("actions", ()))),
    )


def title_of(head: bytes) -> str:
    """The title of the finished letter, from its part `head`."""
    title: str = json.loads(head)["title"]
    return title


def attachments_of(head: bytes) -> tuple[Attachment, ...]:
    """Title and pages of each attachment, without its file, from the part `head`."""
    return tuple(Attachment(b"", title, pages) for title, pages in json.loads(head).get("attachments", ()))


def _pack_action(action: Action) -> dict[str, Any]:
    times = {name: at.isoformat() if (at := getattr(action, name)) else None for name in ("starts", "ends")}
    return {**asdict(action), **times}


def _unpack_action(stored: Mapping[str, Any]) -> Action:
    times = {name: datetime.fromisoformat(stored[name]) if stored[name] else None for name in ("starts", "ends")}
    return Action(**{**stored, **times})


def address_value(address: Address | None) -> Any:
    """The address as plain values, for a fingerprint."""
    return None if address is None else asdict(address)


def _address(stored: Mapping[str, Any] | None) -> Address | None:
    return None if stored is None else Address(**{**stored, "lines": tuple(stored["lines"])})


def _pack(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
