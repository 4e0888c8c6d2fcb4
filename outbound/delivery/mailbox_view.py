"""What the digital mailbox is told beside a letter: by its type, by its department on that day, and by its sender."""

from datetime import date
from uuid import UUID

from outbound.delivery.house import House
from outbound.ledger.values import Letter
from outbound.letter import InMailbox


def in_mailbox(house: House, one: Letter, day: date, answers: UUID | None) -> InMailbox:
    """Of a letter that leaves on that day; the same at every repeat."""
    letter_type = house.types[one.letter_type]
    own = "" if letter_type.reply_address.startswith("https://") else letter_type.reply_address
    return InMailbox(
        label=letter_type.label,
        notification=letter_type.notification,
        reply=letter_type.reply,
        contact=house.organisation.contact(one.department, day, own),
        subject=letter_type.kle,
        answers=answers,
    )
