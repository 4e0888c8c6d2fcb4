"""What a MeMo's header says beside who, whom and what: whom to turn to, subject, case, the message that it answers.

Element order and lengths: MeMo XSD 1.1 and 1.2, which agree in all of this.
"""

from uuid import UUID

from adapters.xml import escaped, one_line
from outbound.letter import Contact, Dispatch, Subject

TEXT = 256  # characters: memoTextType
KLE = ' xmlns:kle="http://kle-online.dk/"'


def contact_data(contact: Contact | None) -> str:
    """AttentionData and ContactPoint of the sender: the department with its mail, telephone and contact point."""
    if contact is None:
        return ""
    name = one_line(contact.name, TEXT)
    mail = _element("EMail", _text("emailAddress", contact.mail))
    phone = _element("Telephone", _text("telephoneNumber", contact.phone))
    attention = _element("AttentionData", mail + phone + _element("ContentResponsible", _text("label", name)))
    point = _text("contactPointID", contact.point)
    return attention + (_element("ContactPoint", point + _text("label", name)) if point else "")


def content_data(dispatch: Dispatch) -> str:
    """The case number and the subject, where there are any. The schema wants to know whose number it is: the
    department's."""
    case = _text("caseID", dispatch.case_number)
    holder = escaped(one_line(dispatch.department, TEXT))
    held = case and _element("CaseID", f"{case}<memo:caseSystem>{holder}</memo:caseSystem>")
    return _element("ContentData", held + _subject(dispatch.in_mailbox.subject))


def reply_data(answers: UUID | None) -> str:
    """The message of the recipient's that this one answers."""
    return f"<memo:ReplyData><memo:messageUUID>{answers}</memo:messageUUID></memo:ReplyData>" if answers else ""


def _subject(subject: Subject | None) -> str:
    if subject is None:
        return ""
    said = {
        "subjectKey": subject.number,
        "version": subject.version,
        "activityFacet": subject.facet,
        "label": subject.title,
    }
    inner = "".join(_text(f"kle:{name}", text) for name, text in said.items())
    return f"<kle:KLEdata>{inner}</kle:KLEdata>"


def _text(name: str, text: str) -> str:
    """An element with this text; nothing where it would be empty."""
    return _element(name, escaped(one_line(text, TEXT)))


def _element(name: str, inner: str) -> str:
    """An element of MeMo's, unless its name says of whose; nothing where there is nothing in it."""
    full = name if ":" in name else f"memo:{name}"
    return f"<{full}>{inner}</{full}>" if inner else ""
