"""The envelope of a message: `Haendelsesbesked` (pulled), or `ModtagBeskedInput` around it (pushed).

Element names and namespaces are those of KOMBIT's Beskedkuvert.xsd and AnvendersystemOperationer.xsd (SF1461).
"""

import binascii
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from lxml import etree

KUVERT = "{urn:oio:besked:kuvert:1.0}"
SAGDOK = "{urn:oio:sagdok:3.0.0}"
PUSHED = "{urn:oio:sts:1.0.0}ModtagBeskedInput"
PULLED = f"{KUVERT}Haendelsesbesked"
BASE64 = "{urn:besked:kuvert:1.0}Base64"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on the outside of a message. Ids are in lower case; empty where the message says nothing.

    `status` is its ObjektHandling; `registered` when that was registered; `related` the ids of its related objects,
    the sender system among them.
    """

    id: str
    kind: str
    actor: str
    status: str
    registered: datetime | None
    related: frozenset[str]
    payload: bytes = field(repr=False)


def message_id(body: bytes) -> str:
    """The BeskedId: the same however often and whichever way the message comes. Raises ValueError."""
    return str(UUID(_id(_message(body), f"{KUVERT}BeskedId")))


def open_envelope(body: bytes) -> Envelope:
    """What is on the envelope, and what is in it. Raises ValueError, with nothing of it in the words."""
    message = _message(body)
    filtering = message.find(f"{KUVERT}Beskedkuvert/{KUVERT}Filtreringsdata")
    if filtering is None:
        raise ValueError("A message of Beskedfordeler has no Filtreringsdata.")
    registrations = filtering.findall(f"{KUVERT}ObjektRegistrering")
    return Envelope(
        _id(message, f"{KUVERT}BeskedId"),
        _id(filtering, f"{KUVERT}Beskedtype"),
        _id(filtering, f"{KUVERT}BeskedAnsvarligAktoer"),
        _the_one(registrations, f"{KUVERT}ObjektHandling"),
        _registered(registrations),
        frozenset(_id(one, f"{KUVERT}ObjektId") for one in filtering.findall(f"{KUVERT}RelateretObjekt")) - {""},
        _payload(message),
    )


def parsed(body: bytes) -> etree._Element:
    """The root element, read without entities, network or a DTD. Raises ValueError."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("A message of Beskedfordeler is no XML without a DTD.")
    return root


def moment(said: str | None) -> datetime | None:
    """A time with its zone, in UTC; None where there is none, or one that cannot be told apart from local time."""
    try:
        found = datetime.fromisoformat((said or "").strip())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _message(body: bytes) -> etree._Element:
    root = parsed(body)
    message = root.find(PULLED) if root.tag == PUSHED else root
    if message is None or message.tag != PULLED:
        raise ValueError("A message of Beskedfordeler is no Haendelsesbesked.")
    return message


def _payload(message: etree._Element) -> bytes:
    """What the one Beskeddata holds; empty where there is none."""
    found = message.findall(f"{KUVERT}Beskeddata/{BASE64}")
    try:
        if len(found) < 2:
            return b64decode("".join((found[0].text or "").split()), validate=True) if found else b""
    except (binascii.Error, ValueError):
        pass
    raise ValueError("A message of Beskedfordeler holds more than one payload, or one that is no base64.")


def _the_one(registrations: list[etree._Element], name: str) -> str:
    """What all registrations say. Of two that differ nobody knows which came last."""
    found = {_id(one, name) for one in registrations} - {""}
    if len(found) > 1:
        raise ValueError("A message of Beskedfordeler has several registrations that differ.")
    return "".join(found)


def _registered(registrations: list[etree._Element]) -> datetime | None:
    path = f"{KUVERT}Registreringstidspunkt/{SAGDOK}TidsstempelDatoTid"
    return next((at for one in registrations if (at := moment(one.findtext(path)))), None)


def _id(parent: etree._Element, name: str) -> str:
    return (parent.findtext(f"{name}/{SAGDOK}UUIDIdentifikator") or "").strip().lower()
