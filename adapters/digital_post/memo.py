"""The MeMo of a letter: the XML that Digital Post takes (MeMo XSD 1.2, and 1.1 where it must be).

Written as text, since element order and the literal prefix `memo:` are fixed: SF1601's reader wants exactly that
prefix (documentation of itk-dev/serviceplatformen), and a tree would cost more than the rest of the hand-over.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from adapters.digital_post.memo_context import KLE, TEXT, contact_data, content_data, reply_data
from adapters.xml import escaped, one_line, stamp
from outbound.letter import Action, Dispatch, Document

NOTIFICATION = 150  # characters: the shorter of the two published copies of memoNotificationType
UNTITLED = "Brev"
VERSIONS = {"1.2": 'memoVersion="1.2"', "1.1": 'memoVersion="1.1" memoSchVersion="1.1.0"'}
"""The attributes of each version. Else the two differ in what 1.1 must say and 1.2 may (`mandatory` and
`legalNotification`, which we say in both), and in what 1.2 may say of a representative, which we have none of."""
BAD_IN_FILE_NAME = re.compile('[<>:"/\\\\|?*\r\n\u00a0\u2000-\u200a\u2028\u205f\u2060\u3000]+')
"""Characters for which a message is rejected ("Øget validering", digitaliser.dk, 15-11-2024)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The municipality as the mailbox shows it."""

    cvr: str
    name: str


def memo(dispatch: Dispatch, sender: Sender, created: datetime, version: str = "1.2") -> bytes:
    """The MeMo, UTF-8. The same arguments give the same bytes, so a repeat is the same message.

    Raises ValueError where the dispatch can be no message: an id (its own, or of the message that it answers) that is
    not UUID version 4, no CPR or CVR, an action whose address is not https, a naive time; or for a version that is not
    written here.
    """
    if version not in VERSIONS:
        raise ValueError(f"MeMo is written in version {' or '.join(VERSIONS)}.")
    if any(one.version != 4 for one in (dispatch.id, dispatch.in_mailbox.answers) if one):
        raise ValueError("A messageUUID is a UUID version 4; the dispatch has another.")
    if dispatch.recipient.number is None:
        raise ValueError("A message needs a CPR or CVR number; the dispatch has an address only.")
    return b"".join((_header(dispatch, sender, VERSIONS[version]), *_body(dispatch, created), b"</memo:Message>"))


def file_name(title: str, ending: str) -> str:
    """The title as a file name that Digital Post takes, at most 256 characters with its ending."""
    clean = one_line(BAD_IN_FILE_NAME.sub("-", title), TEXT - len(ending))
    return (clean.strip(" .-") or UNTITLED) + ending


def _header(dispatch: Dispatch, sender: Sender, version: str) -> bytes:
    recipient, shown = dispatch.recipient, dispatch.in_mailbox
    label = escaped(one_line(recipient.name, TEXT))
    heading = one_line(shown.label, TEXT) or _title(dispatch.document)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1"{KLE if shown.subject else ""} {version}>'
        "<memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType>"
        f"<memo:messageUUID>{dispatch.id}</memo:messageUUID>"
        f"<memo:label>{escaped(heading)}</memo:label>"
        f"<memo:notification>{escaped(_notification(shown.notification, sender))}</memo:notification>"
        f"<memo:reply>{'true' if shown.reply else 'false'}</memo:reply>"
        "<memo:mandatory>false</memo:mandatory><memo:legalNotification>false</memo:legalNotification>"
        f"<memo:Sender><memo:senderID>{escaped(sender.cvr)}</memo:senderID><memo:idType>CVR</memo:idType>"
        f"<memo:label>{escaped(one_line(sender.name, TEXT))}</memo:label>{contact_data(shown.contact)}</memo:Sender>"
        f"<memo:Recipient><memo:recipientID>{escaped(recipient.number or '')}</memo:recipientID>"
        f"<memo:idType>{recipient.id_type}</memo:idType>"
        f"{f'<memo:label>{label}</memo:label>' if label else ''}</memo:Recipient>"
        f"{content_data(dispatch)}{reply_data(shown.answers)}</memo:MessageHeader>"
    ).encode()


def _body(dispatch: Dispatch, created: datetime) -> tuple[bytes, ...]:
    """One main document in one or two formats: the PDF, and the HTML twin that a screen reader prefers; then each
    attachment as a document of its own."""
    document = dispatch.document
    head = (
        f"<memo:MessageBody><memo:createdDateTime>{stamp(created)}</memo:createdDateTime><memo:MainDocument>"
        f"<memo:label>{escaped(_title(document))}</memo:label>"
    ).encode()
    files = _file("application/pdf", file_name(document.title, ".pdf"), document.pdf, document.language)
    if document.html:
        html = document.html.encode(errors="replace")
        files += _file("text/html", file_name(document.title, ".html"), html, document.language)
    files += tuple(_action(one, dispatch, place).encode() for place, one in enumerate(document.actions))
    return (head, *files, b"</memo:MainDocument>", *_additional(document), b"</memo:MessageBody>")


def _action(action: Action, dispatch: Dispatch, place: int) -> str:
    """A meeting is a Reservation, anything else an EntryPoint; the schema has one or the other."""
    times = "".join(
        f"<memo:{name}>{stamp(at)}</memo:{name}>"
        for name, at in (("startDateTime", action.starts), ("endDateTime", action.ends))
        if at is not None
    )
    label, code = escaped(one_line(action.label, TEXT)), escaped(action.kind)
    head = f"<memo:Action><memo:label>{label}</memo:label><memo:actionCode>{code}</memo:actionCode>"
    if action.url:
        if not action.url.startswith("https://"):
            raise ValueError("An action's address begins with https://; this one does not.")
        return (
            f"{head}{times}<memo:EntryPoint><memo:url>{escaped(action.url)}</memo:url></memo:EntryPoint></memo:Action>"
        )
    about, where = (escaped(one_line(text, TEXT)) for text in (action.about, action.place))
    said = {"description": label, "reservationUUID": str(_uuid_of(dispatch.id, place)), "abstract": about}
    inner = "".join(f"<memo:{name}>{text}</memo:{name}>" for name, text in {**said, "location": where}.items())
    return f"{head}<memo:Reservation>{inner}{times}</memo:Reservation></memo:Action>"


def _uuid_of(dispatch: UUID, place: int) -> UUID:
    """A UUID version 4 by its form, and the same at every repeat."""
    return UUID(bytes=sha256(dispatch.bytes + bytes([place])).digest()[:16], version=4)


def _additional(document: Document) -> Iterator[bytes]:
    """No two files of a message have one name, whatever their titles are."""
    taken = {file_name(document.title, ".pdf").casefold()}
    for one in document.attachments:
        name, number = file_name(one.title, ".pdf"), 1
        while name.casefold() in taken:
            number += 1
            name = file_name(one.title, f" ({number}).pdf")
        taken.add(name.casefold())
        label = escaped(one_line(one.title, TEXT) or UNTITLED)
        yield f"<memo:AdditionalDocument><memo:label>{label}</memo:label>".encode()
        yield from _file("application/pdf", name, one.pdf)
        yield b"</memo:AdditionalDocument>"


def _file(kind: str, name: str, content: bytes, language: str = "da") -> tuple[bytes, ...]:
    """`language`: a tag, of which MeMo takes the two letters of the language."""
    head = (
        f"<memo:File><memo:encodingFormat>{kind}</memo:encodingFormat><memo:filename>{escaped(name)}</memo:filename>"
        f"<memo:language>{language[:2]}</memo:language><memo:content>"
    ).encode()
    return head, b2a_base64(content, newline=False), b"</memo:content></memo:File>"


def _title(document: Document) -> str:
    return one_line(document.title, TEXT) or UNTITLED


def _notification(text: str, sender: Sender) -> str:
    """What the e-mail or text message about the letter says: the letter type's own words, else who it is from. Never
    the title, for that is read outside the mailbox."""
    return one_line(text, NOTIFICATION) or one_line(f"Ny post fra {sender.name}", NOTIFICATION)
