"""The mailbox's own reading of MeMo: what it takes, and what it says of the rest.

Structure and lengths: MeMo XSD 1.1 and 1.2. File names and action addresses: "Øget validering" (digitaliser.dk,
15-11-2024). 99.5 MB: digst.dk. The literal prefixes: SF1601 documentation of itk-dev/serviceplatformen. Codes: the
error list of KMD SmartPost; where no code is known, `memo.invalid`.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

from lxml import etree

from adapters.simulators.memo_context import UUID4, check_context
from adapters.simulators.memo_documents import MEMO, Invalid, M, additional_documents, main_document, text_of

LIMIT = 99_500_000
PREFIXES = {
    MEMO: "memo",
    "https://data.gov.dk/model/core/": "grd",
    "https://data.gov.dk/model/dataTypes/": "dt",
    "https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/": "gln",
    "https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation/hoejkvalitetsvariable/elevregister-2/udd#": "udd",
    "http://www.form-online.dk/": "form",
    "http://kle-online.dk/": "kle",
    "https://motorregister.skat.dk/": "dmv",
    "https://services.nsi.dk/en/Services/SOR": "sor",
}
SCHEMAS = {"1.2": "memo-1.2/Version1.2/MeMo_core.xsd", "1.1": "memo-1.1/MeMo_core.xsd"}

UTF_8 = (None, "UTF-8", "utf-8")
VERSION_1_1 = [[*pair] for pair in permutations((("memoVersion", "1.1"), ("memoSchVersion", "1.1.0")))]

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
IDS = {"CPR": re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{6}"), "CVR": re.compile(r"[1-9]\d{7}")}
MOMENTS = {"replyByDateTime", "createdDateTime", "startDateTime", "endDateTime", "originalMessageDateTime"}

ORDER = {
    "MessageHeader": "messageType messageUUID messageID? messageCode? label notification? additionalNotification?"
    " reply? replyByDateTime? doNotDeliverUntilDate? mandatory? legalNotification? postType? Sender Recipient"
    " ContentData? ForwardData? ReplyData*",
    "Sender": "senderID idType idTypeLabel? label AttentionData? ContactPoint? Representative?",
    "Recipient": "recipientID idType idTypeLabel? label? AttentionData? ContactPoint?",
    "AttentionData": "AttentionPerson? ProductionUnit? GlobalLocationNumber? EMail? SEnumber? Telephone? EID?"
    " ContentResponsible? GeneratingSystem? SORdata? Address? UnstructuredAddress?",
    "EMail": "emailAddress relatedAgent?",
    "Telephone": "telephoneNumber relatedAgent?",
    "ContentResponsible": "contentResponsibleID? label?",
    "GeneratingSystem": "generatingSystemID label?",
    "ContactPoint": "contactGroup? contactPointID label? ContactInfo{0,2}",
    "ContactInfo": "label value",
    "Representative": "representativeID? idType? idTypeLabel? label?",
    "ContentData": "CPRdata? CVRdata? MotorVehicle? PropertyNumber? CaseID? KLEdata? FORMdata? ProductionUnit?"
    " Education? Address? UnstructuredAddress? AdditionalContentData{0,10}",
    "CaseID": "caseID caseSystem",
    "ReplyData": "messageID? messageUUID replyUUID? senderID? recipientID? caseID? contactPointID? generatingSystemID?"
    " comment? AdditionalReplyData{0,4}",
    "MessageBody": "createdDateTime MainDocument AdditionalDocument* TechnicalDocument*",
    "MainDocument": "mainDocumentID? label? File+ Action*",
    "AdditionalDocument": "additionalDocumentID? label? File+ Action*",
    "TechnicalDocument": "technicalDocumentID? label? File+",
    "File": "encodingFormat filename language content",
    "Action": "label actionCode startDateTime? endDateTime? (Reservation|EntryPoint)?",
    "EntryPoint": "url",
    "Reservation": "description reservationUUID abstract location startDateTime endDateTime organizerMail?"
    " organizerName?",
}


def _compiled(order: str) -> re.Pattern[str]:
    """`a b? c+ d{0,2}` as a pattern over `a,b,c,c,d,`."""
    return re.compile(re.sub(r"([A-Za-z]+)", r"(?:\1,)", order).replace(" ", ""))


ORDERS = {name: _compiled(order) for name, order in ORDER.items()}


@dataclass(frozen=True, slots=True)
class Memo:
    """What the mailbox keeps of a message it takes."""

    uuid: str
    message_id: str | None
    recipient: str
    sha256: str
    version: str
    attachments: tuple[str, ...] = ()


class MemoReader:
    """Reads a message strictly: by the rules here, and by the published schemas where `specs` has them."""

    def __init__(self, specs: Path | None) -> None:
        self._schemas = {version: _schema(specs / path) for version, path in SCHEMAS.items()} if specs else {}
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)

    def read(self, body: bytes) -> Memo:
        """The message, or Invalid."""
        if len(body) > LIMIT:
            raise Invalid(f"The message is {len(body)} bytes; the most is {LIMIT}.", "memo.too.large")
        root = self._parsed(body)
        version = _version(root)
        _check_names(root)
        self._check_schema(root, version)
        return _memo(root, version)

    def _check_schema(self, root: etree._Element, version: str) -> None:
        try:
            if self._schemas:
                self._schemas[version].assertValid(root)
        except etree.DocumentInvalid as fault:
            raise Invalid(f"cvc-complex-type: {fault}") from None

    def _parsed(self, body: bytes) -> etree._Element:
        try:
            root = etree.fromstring(body, self._parser)
        except etree.XMLSyntaxError as fault:
            raise Invalid(f"org.xml.sax.SAXParseException: {fault.msg}") from None
        if b"<!DOCTYPE" in body[: body.find(b"<memo:Message")] or root.getroottree().docinfo.encoding not in UTF_8:
            raise Invalid("A message has no document type and is UTF-8.")
        return root


def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))


def _version(root: etree._Element) -> str:
    if root.tag != f"{M}Message":
        raise Invalid(f"cvc-elt.1: Cannot find the declaration of element '{root.tag}'.")
    version = root.get("memoVersion", "")
    if root.items() not in ([("memoVersion", "1.2")], *VERSION_1_1):
        raise Invalid("memoVersion is 1.2 alone, or 1.1 with memoSchVersion 1.1.0.", value=version)
    return version


def _check_names(root: etree._Element) -> None:
    for element in root.iter():
        if isinstance(element, etree._Comment):
            continue
        if isinstance(element, etree._ProcessingInstruction | etree._Entity):
            raise Invalid("A message carries no processing instruction and no entity.")
        name = etree.QName(element)
        if PREFIXES.get(name.namespace or "", "?") != element.prefix or None in element.nsmap:
            raise Invalid(f"The element {name.localname} must carry the literal prefix of its namespace.")
        _check_order(element, name.localname)
        if name.localname in MOMENTS:
            _check_moment(element.text or "", name.localname)


def _check_order(element: etree._Element, name: str) -> None:
    pattern = ORDERS.get(name)
    if pattern is None or element.prefix != "memo":
        return
    children = "".join(f"{etree.QName(child).localname}," for child in element.iterchildren("*"))
    if not pattern.fullmatch(children):
        raise Invalid(f"cvc-complex-type.2.4.a: Invalid content was found in {name}: {children}")


def _check_moment(text: str, name: str) -> None:
    try:
        well = bool(MOMENT.fullmatch(text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        well = False
    if not well:
        raise Invalid(f"cvc-pattern-valid: '{text}' in {name} is no dateTime that ends in Z.")


def _memo(root: etree._Element, version: str) -> Memo:
    header = root.find(f"{M}MessageHeader")
    if header is None or [child.tag for child in root] not in ([header.tag], [header.tag, f"{M}MessageBody"]):
        raise Invalid("A Message is a MessageHeader and perhaps a MessageBody.")
    uuid = text_of(header, "messageUUID")
    if not UUID4.fullmatch(uuid):
        raise Invalid(f"cvc-pattern-valid: '{uuid}' is no UUID version 4.", value=uuid)
    _check_header(header, version)
    check_context(header, version)
    recipient = _party(header, "Recipient", "recipientID")
    _party(header, "Sender", "senderID")
    body = root.find(f"{M}MessageBody")
    if text_of(header, "messageType") == "NEMSMS":
        return Memo(uuid, text_of(header, "messageID") or None, recipient, _sms(header, body), version)
    if body is None:
        raise Invalid("A DIGITALPOST message has a MessageBody.")
    main, more = main_document(body), additional_documents(body)
    return Memo(uuid, text_of(header, "messageID") or None, recipient, main, version, more)


def _check_header(header: etree._Element, version: str) -> None:
    if text_of(header, "messageType") not in ("DIGITALPOST", "NEMSMS"):
        raise Invalid("messageType is DIGITALPOST or NEMSMS.")
    for name, most in {
        "label": 256,
        "notification": 150,
        "additionalNotification": 256,
        "messageID": 256,
    }.items():
        if len(text_of(header, name)) > most:
            raise Invalid(f"cvc-maxLength-valid: {name} has more than {most} characters.")
    if not text_of(header, "label").strip():
        raise Invalid("The label is the title in the mailbox and is not empty.")
    for name in ("mandatory", "legalNotification"):
        if text_of(header, name, "absent") not in ("true", "false", *(["absent"] if version == "1.2" else [])):
            raise Invalid(f"{name} is true or false, and needed in version 1.1.")
    _check_not_before(text_of(header, "doNotDeliverUntilDate"))


def _check_not_before(text: str) -> None:
    if not text:
        return
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"doNotDeliverUntilDate is a date, not '{text}'.") from None
    today = datetime.now(UTC).date()
    if day < today - timedelta(days=1):
        raise Invalid("The date is in the past.", "do.not.deliver.until.date.too.early", text)
    if day > today + timedelta(days=366):
        raise Invalid("The date is too far away.", "do.not.deliver.until.date.too.late", text)


def _party(header: etree._Element, who: str, name: str) -> str:
    party = header.find(f"{M}{who}")
    if party is None:
        raise Invalid(f"The {who} is missing.")
    number, kind = text_of(party, name), text_of(party, "idType")
    if kind not in IDS or not IDS[kind].fullmatch(number):
        raise Invalid(f"'{number}' is no {name} of type '{kind}'.", value=number)
    if len(text_of(party, "label")) > 256 or (who == "Sender" and not text_of(party, "label").strip()):
        raise Invalid(f"The label of the {who} is missing or too long.")
    return number


def _sms(header: etree._Element, body: etree._Element | None) -> str:
    notification = text_of(header, "notification")
    if not notification:
        raise Invalid("A NemSMS is its notification.", "empty.notification.not.allowed")
    if body is not None:
        raise Invalid("A NemSMS has no MessageBody.")
    return hashlib.sha256(notification.encode()).hexdigest()
