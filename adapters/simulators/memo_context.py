"""What a header says beside who and whom, and what is wrong with it: department, subject, case, earlier messages.

Lengths: MeMo XSD. That a contact point's id has a format of its own: the error list of KMD SmartPost; that it is a
UUID, and the form of a KLE number: the full example beside the XSD.
"""

import re

from lxml import etree

from adapters.simulators.memo_documents import Invalid, M, text_of

TEXT = 256
COMMENT = 512
KLE = "{http://kle-online.dk/}"
UUID = re.compile(r"[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}", re.IGNORECASE)
UUID4 = re.compile(r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-4[a-fA-F0-9]{3}-[aAbB89][a-fA-F0-9]{3}-[a-fA-F0-9]{12}")
SUBJECT = re.compile(r"\d\d(\.\d\d){1,2}")
NOT_EMPTY = {"EMail", "Telephone", "ContentResponsible", "ContactPoint", "CaseID", "ContentData", "AttentionData",
             "KLEdata"}  # fmt: skip
BOOLEAN = re.compile("true|false|1|0")
FORMS = {
    f"{M}contactPointID": (UUID, "contact.point.id.format.not.allowed"),
    f"{M}emailAddress": (re.compile(r"[^@\s]+@[^@\s]+"), "memo.invalid"),
    f"{KLE}subjectKey": (SUBJECT, "memo.invalid"),
    f"{M}reply": (BOOLEAN, "memo.invalid"),
    f"{M}mandatory": (BOOLEAN, "memo.invalid"),
    f"{M}legalNotification": (BOOLEAN, "memo.invalid"),
}


def check_context(header: etree._Element, version: str) -> None:
    """Raises Invalid."""
    for element in header.iter("*"):
        name, text = etree.QName(element).localname, element.text or ""
        if len(element) == 0 and len(text) > (COMMENT if name == "comment" else TEXT):
            raise Invalid(f"cvc-maxLength-valid: {name} is too long.")
        if name in NOT_EMPTY and (len(element) == 0 or any(not _says(child) for child in element)):
            raise Invalid(f"The {name} is empty, or has something empty in it.")
    if version == "1.1" and next(header.iter(f"{M}Representative", f"{M}originalRepresentative"), None) is not None:
        raise Invalid("cvc-complex-type.2.4.a: a representative is not known before version 1.2.")
    _check_forms(header)


def _says(element: etree._Element) -> bool:
    return len(element) > 0 or bool((element.text or "").strip())


def _check_forms(header: etree._Element) -> None:
    for element in header.iter(*FORMS):
        form, code = FORMS[str(element.tag)]
        if not form.fullmatch(element.text or ""):
            raise Invalid(f"'{element.text}' is no {etree.QName(element).localname}.", code, element.text)
    for reply in header.iterfind(f"{M}ReplyData"):
        if not UUID4.fullmatch(text_of(reply, "messageUUID")):
            raise Invalid("cvc-pattern-valid: a reply names its message by a UUID version 4.")
