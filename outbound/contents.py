"""How a letter's content lies under the seal: the parts, and their way to bytes and back.

Person, fields and document are parts of their own, so that a look-up decrypts no PDF.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from outbound.letter import Address, Document, Recipient, Role

PERSON = "person"
FIELDS = "fields"
HANDED_IN = "handed-in"
DOCUMENT = "document"
TWIN = "twin"
HEAD = "head"
DOCUMENT_PARTS = (DOCUMENT, TWIN, HEAD)


@dataclass(frozen=True, slots=True)
class Addressee:
    """The recipient as handed in, and what the person register has added since."""

    recipient: Recipient = field(repr=False)
    register_address: Address | None = field(default=None, repr=False)
    protected: bool = False

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
    return Addressee(recipient, _address(stored["register_address"]), stored["protected"])


def pack_fields(fields: Mapping[str, Any]) -> bytes:
    """The part `fields`."""
    return _pack(fields)


def unpack_fields(body: bytes) -> dict[str, Any]:
    """The part `fields` back."""
    fields: dict[str, Any] = json.loads(body)
    return fields


def pack_document(document: Document) -> dict[str, bytes]:
    """The parts of a finished letter; the twin is left out where there is none."""
    facts = {
        "title": document.title,
        "dated": document.dated.isoformat(),
        "pages": document.pages,
        "sheets": document.sheets,
        "template_version": document.template_version,
    }
    twin = {TWIN: document.html.encode()} if document.html is not None else {}
    return {DOCUMENT: document.pdf, HEAD: _pack(facts), **twin}


def unpack_document(parts: Mapping[str, bytes]) -> Document:
    """Raises KeyError where the document is not (or no longer) there."""
    facts = json.loads(parts[HEAD])
    return Document(
        pdf=parts[DOCUMENT],
        title=facts["title"],
        dated=date.fromisoformat(facts["dated"]),
        pages=facts["pages"],
        sheets=facts["sheets"],
        html=parts[TWIN].decode() if TWIN in parts else None,
        template_version=facts["template_version"],
    )


def title_of(head: bytes) -> str:
    """The title of the finished letter, from its part `head`."""
    title: str = json.loads(head)["title"]
    return title


def address_value(address: Address | None) -> Any:
    """The address as plain values, for a fingerprint."""
    return None if address is None else asdict(address)


def _address(stored: Mapping[str, Any] | None) -> Address | None:
    return None if stored is None else Address(**{**stored, "lines": tuple(stored["lines"])})


def _pack(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
