"""What a letter is set in: the frame that the router gives it, and the part of it that a template may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from outbound.letter import Address, Channel, Format
from outbound.rendering.logos import Logo


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the municipality and its department, as the head of the letter shows them.

    `return_address` stands in one line over the window: name, street and number, postcode and town.
    """

    name: str
    return_address: str
    department: str = ""
    phone: str = ""
    mail: str = ""
    web: str = ""
    opening_hours: str = ""  # line breaks are kept
    logo: Logo | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything on a letter that its fields do not say.

    `address` stands in the window; None where the letter goes to a digital mailbox. `cover`: the address is
    protected, so a sheet in front carries it and nothing else of the letter does. `cover_sheet`: the caller wants the
    sheet in front of a ready-made PDF because its pages are not known to carry the address. `marker` is a word such
    as "Genudsendt"; `across` one that lies across each page, as on a proof. `attachments`: the titles of what goes
    with the letter. `return_code` stands beside the address, where one does; empty: none.
    """

    recipient: str = field(repr=False)
    dated: date
    letterhead: Letterhead
    address: Address | None = field(default=None, repr=False)
    cover: bool = False
    cover_sheet: bool = False
    case_number: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)
    caseworker: str = field(default="", repr=False)
    marker: str = ""
    across: str = ""
    channel: Channel = Channel.PRINT
    attachments: tuple[str, ...] = field(default=(), repr=False)
    format: Format = Format.NORMAL
    return_code: str = ""

    @property
    def address_in_window(self) -> Address | None:
        """The address that the letter's own first page may show."""
        return None if self.cover else self.address


def letter_view(frame: Frame) -> Mapping[str, object]:
    """What a template may see of the frame: never the address."""
    head = frame.letterhead
    return {
        "recipient": frame.recipient,
        "dated": frame.dated,
        "case_number": frame.case_number,
        "reference": frame.reference,
        "caseworker": frame.caseworker,
        "channel": frame.channel.value,
        "sender": head.name,
        "department": head.department,
        "phone": head.phone.replace(" ", "\u00a0"),  # a number is not parted by the end of a line
        "mail": head.mail,
        "web": head.web,
        "opening_hours": head.opening_hours,
    }


def specimen(day: date) -> Mapping[str, object]:
    """The view of an invented frame, for trying a template."""
    head = Letterhead("Eksempel Kommune", "Eksempel Kommune, Eksempelvej 1, 9999 Eksempelby", "Eksempelafdelingen")
    return letter_view(Frame("Eksempel Eksempelsen", day, head, case_number="26/1", reference="Eksempel"))
