"""Reminders by text message (NemSMS): a MeMo of type NEMSMS, handed over as a letter is, without a body.

`notification` carries the text (examples/MeMo_NemSMS.xml of MeMo 1.1 and 1.2; the first must say `mandatory` and
`legalNotification`, the second may). The recipient's name is left out: neither schema asks for it.
"""

from collections.abc import Mapping, Sequence

from adapters.digital_post.contacts import ContactRegister
from adapters.digital_post.mailer import PROVIDER, read_one
from adapters.digital_post.memo import VERSIONS, Sender
from adapters.digital_post.memo_context import TEXT
from adapters.http import Caller
from adapters.xml import escaped, one_line
from outbound.letter import Answer, Blame, Rejected, TextMessage
from outbound.ports import PersonId

LONGEST = 150  # characters: the shorter of the two published copies of memoNotificationType; NemSMS itself takes 160
LABEL = "Påmindelse"


class NemSms:
    """See `outbound.ports.TextMessages`."""

    provider = PROVIDER

    def __init__(
        self, caller: Caller, contacts: ContactRegister, sender: Sender, version: str, repeat_is_safe: bool
    ) -> None:
        self._caller, self._contacts, self._sender, self._version = caller, contacts, sender, version
        self.repeat_is_safe = repeat_is_safe

    def registered(self, ids: Sequence[PersonId]) -> Mapping[PersonId, bool | None]:
        """By `nemSmsSubscription` of the contacts."""
        return self._contacts.nemsms(ids)

    def send(self, message: TextMessage) -> Answer:
        """`POST memos/?memo-message-uuid=`, answered as a letter is."""
        if message.recipient.number is None:
            return Rejected(message.id, "no-number", Blame.RECIPIENT)
        body = nemsms(message, self._sender, self._version)
        path = f"memos/?memo-message-uuid={message.id}"
        return read_one(message.id, self._caller.call("POST", path, body, "application/xml"))


def nemsms(message: TextMessage, sender: Sender, version: str = "1.2") -> bytes:
    """The MeMo, UTF-8. The same arguments give the same bytes, so a repeat is the same message.

    Raises ValueError where it can be none: an id that is not UUID version 4, no number, no text, or too much of it.
    """
    text = one_line(message.text, len(message.text))
    if message.id.version != 4 or message.recipient.number is None or not 0 < len(text) <= LONGEST:
        raise ValueError(f"A NemSMS has a UUID version 4, a CPR or CVR number and 1 to {LONGEST} characters of text.")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" {VERSIONS[version]}>'
        "<memo:MessageHeader><memo:messageType>NEMSMS</memo:messageType>"
        f"<memo:messageUUID>{message.id}</memo:messageUUID><memo:label>{LABEL}</memo:label>"
        f"<memo:notification>{escaped(text)}</memo:notification>"
        "<memo:mandatory>false</memo:mandatory><memo:legalNotification>false</memo:legalNotification>"
        f"<memo:Sender><memo:senderID>{escaped(sender.cvr)}</memo:senderID><memo:idType>CVR</memo:idType>"
        f"<memo:label>{escaped(one_line(sender.name, TEXT))}</memo:label></memo:Sender>"
        f"<memo:Recipient><memo:recipientID>{escaped(message.recipient.number)}</memo:recipientID>"
        f"<memo:idType>{message.recipient.id_type}</memo:idType></memo:Recipient>"
        "</memo:MessageHeader></memo:Message>"
    ).encode()
