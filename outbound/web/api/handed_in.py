"""What systems hand in, and its way to the nouns of the house. Only shapes are checked here; the rest is intake's."""

import base64
import binascii
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from outbound.address_parts import AddressParts, PartFault, composed
from outbound.letter import Address, Attachment, Format, ReadyMade, Recipient, Role, Submission, Wish
from outbound.rendering import Fault


def _day(value: object) -> object:
    """Only YYYY-MM-DD: a number or a time is not taken for a day."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "not a day")


Day = Annotated[date, BeforeValidator(_day)]
Line = Annotated[str, Field(max_length=200)]


class HandedIn(BaseModel):
    """What every body has in common: names that are not known are refused, and no fault shows a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PartsIn(HandedIn):
    """A Danish address in parts; the router writes them as lines: `c/o Asta`, `Prøvevej 10A, 2. tv.`, `Østerby`."""

    street: Line = ""
    house_number: Annotated[Line, Field(description="1 to 3 digits and perhaps a letter: 10A; two as 33 - 35.")] = ""
    floor: Annotated[Line, Field(description="st, kl, k2 and on, or 1 to 99.")] = ""
    door: Annotated[Line, Field(description="th, tv, mf, or at most four characters.")] = ""
    care_of: Annotated[Line, Field(description="Who lives there, where it is another (c/o).")] = ""
    place: Annotated[Line, Field(description="A supplementary town name (lokalitet).")] = ""
    post_box: Annotated[Line, Field(description="The number of a post box, with or without a street.")] = ""

    def lines(self) -> tuple[str, ...]:
        """The lines of an envelope. Raises PartFault."""
        return composed(AddressParts(**self.model_dump()))


class AddressIn(HandedIn):
    """A postal address, in lines of at most 34 characters as it stands on the envelope, or in parts."""

    name: Line
    lines: Annotated[list[Line], Field(max_length=10, description="Up to three lines between name and town.")] = []
    parts: Annotated[PartsIn | None, Field(description="In place of `lines`, in Denmark.")] = None
    postcode: Annotated[Line, Field(description="Four digits in Denmark, leading zero included; empty abroad.")] = ""
    town: Annotated[Line, Field(description="Abroad with the postcode, as the country writes it.")]
    country: Annotated[Line, Field(description="ISO 3166-1 alpha-2.")] = "DK"

    @model_validator(mode="after")
    def _is_written_once(self) -> Self:
        if self.parts is None:
            return self
        if self.lines or self.country != "DK":
            raise ValueError("Give `parts` in Denmark, or `lines`, not both.")
        try:
            self.parts.lines()
        except PartFault as fault:
            raise ValueError(f"parts/{fault.part}: {fault}") from None
        return self

    def noun(self) -> Address:
        """The address of the house."""
        lines = self.parts.lines() if self.parts else tuple(self.lines)
        return Address(self.name, lines, self.postcode, self.town, self.country)


class RecipientIn(HandedIn):
    """Who a letter is for: at most one of `cpr` and `cvr`; without either, an address. One letter each."""

    role: Role = Role.PARTY
    name: Line
    cpr: Annotated[Line | None, Field(description="Ten digits.")] = None
    cvr: Annotated[Line | None, Field(description="Eight digits.")] = None
    address: Annotated[AddressIn | None, Field(description="For paper; outranks the person register's address.")] = None
    format: Annotated[Format | None, Field(description="For this recipient; outranks the letter's.")] = None

    def noun(self) -> Recipient:
        """The recipient of the house."""
        return Recipient(self.role, self.name, self.cpr, self.cvr, self.address.noun() if self.address else None)


class DocumentIn(HandedIn):
    """A finished PDF. It leaves on the day it is dated, or within the days that the municipality allows."""

    pdf: Annotated[str, Field(description="The file in base64 (RFC 4648, section 4, with padding).")]
    title: Annotated[str, Field(max_length=200, description="The title in the mailbox.")]
    dated: Day
    must_not_occur: Annotated[
        list[Line], Field(max_length=20, description="Addresses that must not stand in the PDF, e.g. a protected one.")
    ] = []


class AttachmentIn(HandedIn):
    """A finished PDF that goes with the letter (bilag), the same for all its recipients: A4, no window needed.

    A document of its own in the mailbox; on paper it follows the letter, each from a fresh sheet.
    """

    pdf: Annotated[str, Field(description="The file in base64 (RFC 4648, section 4, with padding).")]
    title: Annotated[
        str, Field(max_length=200, description="Its title in the mailbox and in the list that ends the letter.")
    ]
    must_not_occur: Annotated[
        list[Line],
        Field(
            max_length=20, description="Addresses that must not stand in any attachment; the document's own count, too."
        ),
    ] = []


class PreflightIn(HandedIn):
    """A PDF to be checked, with what you know of the letter."""

    pdf: Annotated[str, Field(description="The file in base64 (RFC 4648, section 4, with padding).")]
    names: Annotated[
        list[Line], Field(max_length=40, description="Who may stand in the window. Without them it is not compared.")
    ] = []
    must_not_occur: Annotated[list[Line], Field(max_length=20, description="Addresses that must not stand in it.")] = []
    paper: Annotated[bool, Field(description="The letter may be printed.")] = True
    window: Annotated[
        bool,
        Field(description="Its first page faces the window of the envelope: so it is where you give an address."),
    ] = False


class ChannelIn(HandedIn):
    """The sender's say in the channel. `paper` and `digital` need a reason, which is kept under the seal."""

    wish: Wish
    reason: Annotated[str, Field(max_length=500)] = ""


class MailingLetterIn(HandedIn):
    """A letter: a letter type with its fields, or a finished PDF, for one recipient or more."""

    reference: Annotated[
        str, Field(max_length=128, description="Your own; makes a repeated call safe. Never a CPR number.")
    ]
    department: Line
    letter_type: Line
    recipients: Annotated[list[RecipientIn], Field(min_length=1, max_length=20)]
    fields: dict[str, Any] | None = None
    document: DocumentIn | None = None
    attachments: Annotated[
        list[AttachmentIn],
        Field(max_length=99, description="In the order of the envelope; how many, a setting says (usually 10)."),
    ] = []
    case_number: Annotated[str, Field(max_length=64)] = ""
    one_parent_reason: Annotated[
        str,
        Field(max_length=500, description="Why a letter for both holders of custody goes to one. Kept under the seal."),
    ] = ""
    channel: ChannelIn | None = None
    format: Annotated[
        Format, Field(description="`storskrift` is large print, for who needs it; not for a finished PDF.")
    ] = Format.NORMAL
    not_before: Annotated[Day | None, Field(description="The first day that the letter may leave.")] = None
    useful_until: Annotated[Day | None, Field(description="After this day the letter is HELD, not sent.")] = None
    corrects: Annotated[
        UUID | None,
        Field(description="The id of the faulty letter of yours whose correction this is. One correction for each."),
    ] = None
    answers_message: Annotated[
        UUID | None,
        Field(
            description="The messageUUID of the recipient's own message in Digital Post that this letter answers: the "
            "mailbox shows them together. One recipient only; it says nothing on paper."
        ),
    ] = None


class LetterIn(MailingLetterIn):
    """The same, which may name the mailing that it belongs to."""

    mailing: UUID | None = None


class MailingIn(HandedIn):
    """A mailing: letters that belong together and go in a lane of their own."""

    reference: Annotated[str, Field(min_length=1, max_length=128)]
    department: Line
    title: Annotated[str, Field(min_length=1, max_length=200)]


class MendIn(HandedIn):
    """Another address for paper."""

    address: AddressIn
    reason: Annotated[str, Field(max_length=500, description="Kept under the seal.")] = ""


class ReleaseIn(HandedIn):
    """Let a letter that waits for its sender go on."""

    reason: Annotated[str, Field(max_length=500, description="Kept under the seal.")] = ""


class ResendIn(HandedIn):
    """Send a letter again, to another address where one is given."""

    address: AddressIn | None = None
    reason: Annotated[str, Field(max_length=500, description="Kept under the seal.")] = ""


class WhoIn(HandedIn):
    """Whom to look up: exactly one of the two."""

    cpr: Line | None = None
    cvr: Line | None = None


class PrecheckIn(HandedIn):
    """Recipients to look up before a mailing is made."""

    recipients: Annotated[list[WhoIn], Field(min_length=1, max_length=10_000)]


class PreviewIn(HandedIn):
    """Fields to try a letter type with; recipient and department may be left out."""

    fields: dict[str, Any]
    department: Line | None = None
    recipient: Annotated[str, Field(min_length=1, max_length=130)] = "Eksempel Eksempelsen"
    address: AddressIn | None = None
    case_number: Annotated[str, Field(max_length=64)] = ""
    dated: Day | None = None
    channel: Literal["digital", "print"] = "print"
    attachments: Annotated[list[Line], Field(max_length=99, description="Titles, as the letter would list them.")] = []
    format: Format = Format.NORMAL


class Undecodable(Exception):
    """Something in a body that pydantic does not look at; the faults say what."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("undecodable")
        self.faults = faults


def submission_of(one: MailingLetterIn, system: str, mailing: UUID | None, pdf_limit: int) -> Submission:
    """The submission that a body means. Raises Undecodable."""
    return Submission(
        system=system,
        reference=one.reference,
        department=one.department,
        letter_type=one.letter_type,
        recipients=tuple(recipient.noun() for recipient in one.recipients),
        fields=one.fields,
        ready_made=ready_made_of(one.document, "/document", pdf_limit) if one.document else None,
        attachments=tuple(
            Attachment(pdf_of(each.pdf, f"/attachments/{place}", pdf_limit), each.title, 0, tuple(each.must_not_occur))
            for place, each in enumerate(one.attachments)
        ),
        case_number=one.case_number,
        wish=one.channel.wish if one.channel else Wish.ANY,
        wish_reason=one.channel.reason if one.channel else "",
        format=one.format,
        own_formats={place: each.format for place, each in enumerate(one.recipients) if each.format is not None},
        one_parent_reason=one.one_parent_reason,
        not_before=one.not_before,
        useful_until=one.useful_until,
        mailing_id=mailing,
        corrects=one.corrects,
        answers=one.answers_message,
    )


def ready_made_of(one: DocumentIn, pointer: str, pdf_limit: int) -> ReadyMade:
    """The finished PDF. Raises Undecodable."""
    return ReadyMade(pdf_of(one.pdf, pointer, pdf_limit), one.title, one.dated, tuple(one.must_not_occur))


def pdf_of(encoded: str, pointer: str, pdf_limit: int) -> bytes:
    """The file that stands in base64. Raises Undecodable."""
    if len(encoded) > pdf_limit * 4 / 3 + 4:
        raise Undecodable(Fault(f"{pointer}/pdf", f"The PDF has more than {pdf_limit} bytes."))
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Undecodable(Fault(f"{pointer}/pdf", "This is not base64 (RFC 4648, section 4, with padding).")) from None


def text_faults(pointer: str, text: str) -> Iterator[Fault]:
    """Our own short texts: printable, on one line, with no space around."""
    if not text.isprintable() or text != text.strip():
        yield Fault(pointer, "Give printable characters on one line, without space around them.")
