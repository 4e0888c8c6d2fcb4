"""The mailbox's own reading of a NemSMS, and what becomes of one that it takes.

Structure: examples/MeMo_NemSMS.xml of MeMo 1.1 and 1.2. For reminders only, no sensitive content, at most 160
characters in one message, Danish mobiles, signed up for apart from Digital Post: digst.dk. That anything beyond the
example's header is refused, and the code of a recipient without a subscription, are invented.
"""

import hashlib
import re
from typing import TYPE_CHECKING

from lxml import etree

from adapters.simulators.contacts import contact_of
from adapters.simulators.memo_documents import Invalid, text_of
from adapters.simulators.outcomes import Lookup, Sending, outcome_of

if TYPE_CHECKING:
    from adapters.simulators.memo import Memo

KIND = "NEMSMS"
HEADER = {
    "messageType", "messageUUID", "messageID", "label", "notification", "mandatory", "legalNotification", "Sender",
    "Recipient",
}  # fmt: skip
MOST = 150
GSM = re.compile(r"[@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*")
"""GSM 7 bit default alphabet (3GPP TS 23.038), of which 160 characters fit in one text message."""

OF_A_PHONE_TOO = {Sending.IS_CLOSED, Sending.LATE, Sending.NEVER, Sending.UNKNOWN_CODE}
"""What may become of a message in the mailbox and of a text message alike."""


def read_sms(header: etree._Element, body: etree._Element | None) -> str:
    """The digest of the text. Raises Invalid for what is no NemSMS."""
    text = text_of(header, "notification")
    if not text.strip():
        raise Invalid("A NemSMS is its notification.", "empty.notification.not.allowed")
    if body is not None:
        raise Invalid("A NemSMS has no MessageBody.")
    if more := {etree.QName(child).localname for child in header.iterchildren("*")} - HEADER:
        raise Invalid(f"A NemSMS has no {', '.join(sorted(more))}.")
    if len(text) > MOST or not GSM.fullmatch(text):
        raise Invalid(f"A NemSMS is one text message: {MOST} characters of the GSM alphabet.", value=text)
    if re.search(r"\d{6}-?\d{4}", text):
        raise Invalid("A NemSMS lies open on a telephone; a CPR number stands in this one.", value=text)
    return hashlib.sha256(text.encode()).hexdigest()


def becomes(memo: "Memo") -> Sending:
    """What becomes of a message: of a letter by the recipient's row, of a NemSMS also by the subscription."""
    row = outcome_of(memo.recipient)
    if memo.kind != KIND:
        return row.sending
    contact = contact_of(memo.recipient)
    if contact is None or "nemSmsSubscription" not in contact:
        return Sending.NO_SUBSCRIPTION
    return row.sending if row.lookup is Lookup.REGISTERED and row.sending in OF_A_PHONE_TOO else Sending.COMPLETED
