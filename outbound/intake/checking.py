"""Everything that can be wrong with a submission, found before anything is kept. No fault carries a value."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from stdnum.dk import cpr as cpr_rules
from stdnum.dk import cvr as cvr_rules
from stdnum.exceptions import ValidationError

from outbound import clock
from outbound.delivery.house import House
from outbound.delivery.render import preflight_limits, trial
from outbound.intake.enclosing import attachment_faults, look_at, whole_faults
from outbound.letter import Address, Format, ReadyMade, Recipient, Role, Submission, Wish
from outbound.organisation import System
from outbound.postal_address import AddressFault, address_faults, postcode_faults
from outbound.postal_days import add_working_days
from outbound.rendering import NOTHING_KNOWN, Expected, Fault, Preflight, RenderingFault, preflight
from outbound.rendering.fields import character_faults

MOST_RECIPIENTS = 20
LATEST_DAYS = 366
NAME_LENGTH = 130  # characters: PersonName of ForsendelseI (urn:oio:fjernprint:1.0.0)
BETWEEN = r"[\s._/\u2010-\u2015-]"
CPR_LIKE = re.compile(rf"(?<!\d)(\d\d){BETWEEN}?(\d\d){BETWEEN}?\d\d{BETWEEN}{{0,3}}\d{{4}}(?!\d)")
TEN_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[\W_]?\d){9})(?!\d))")
"""Ten digits with at most one sign between any two; found also where they overlap."""
PLAIN_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[._/-]\d\d[._/-]\d\d)(?!\d)")
"""A date with its whole year, which no CPR number has."""


@dataclass(frozen=True, slots=True)
class MailingFacts:
    """The mailing that a submission names, as the ledger knows it."""

    id: UUID
    system: str
    department: str


def check(house: House, system: System, one: Submission, mailing: MailingFacts | None) -> tuple[Fault, ...]:
    """Everything wrong with a submission, all at once; empty where it may be taken in."""
    rights = [*_rights(house, system, one, mailing)]
    if rights:
        return tuple(rights)
    plain = [
        *(*_references(one), *_dates(house, one), *_wish(house, one)),
        *(*_formats(house, one), *_recipients(one), *_parents(house, one)),
    ]
    looked = look_at(house, one)
    content = [*_content(house, one), *_titles(one), *attachment_faults(house, one, looked)]
    return tuple(plain + content) or tuple(_trial(house, one, looked))


def number_faults(recipient: Recipient, pointer: str) -> Iterator[Fault]:
    """Is the CPR or CVR number one? Modulus 11 never rejects a CPR number: since 2007 valid ones fail it (cpr.dk)."""
    if recipient.cpr is not None and recipient.cvr is not None:
        yield Fault(pointer, "Give a CPR number or a CVR number, not both.")
    if recipient.cpr is not None and not is_cpr(recipient.cpr):
        yield Fault(f"{pointer}/cpr", "This is not a CPR number: ten digits that begin with a date of birth.")
    if recipient.cvr is not None and not is_cvr(recipient.cvr):
        yield Fault(f"{pointer}/cvr", "This is not a CVR number: eight digits with a valid check digit.")


def is_cpr(number: str) -> bool:
    """Ten digits with a date of birth not in the future."""
    return bool(re.fullmatch("[0-9]{10}", number)) and _valid(cpr_rules.validate, number)


def is_cvr(number: str) -> bool:
    """Eight digits that pass CVR's modulus 11."""
    return bool(re.fullmatch("[0-9]{8}", number)) and _valid(cvr_rules.validate, number)


def looks_like_cpr(text: str) -> bool:
    """Could part of this text be a CPR number? Six digits that are a date, then four, however they are parted."""
    usual = (day + month for day, month in CPR_LIKE.findall(text))
    odd = (re.sub(r"[\W_]", "", found) for found in TEN_DIGITS.findall(PLAIN_DATE.sub("date", text)))
    return any(_begins_with_a_day(digits) for digits in (*usual, *odd))


def _begins_with_a_day(digits: str) -> bool:
    return 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def _valid(rule: Any, number: str) -> bool:
    try:
        rule(number)
    except ValidationError:
        return False
    return True


def _rights(house: House, system: System, one: Submission, mailing: MailingFacts | None) -> Iterator[Fault]:
    if one.letter_type not in house.types or one.letter_type not in system.letter_types:
        yield Fault("/letter_type", "Your system has no such letter type; GET /v1/letter-types lists those it may use.")
    if one.department not in system.departments or not house.organisation.is_department(one.department, clock.today()):
        yield Fault("/department", "Your system has no such department, or it is not in force today.")
    if one.mailing_id and (mailing is None or mailing.system != one.system):
        yield Fault("/mailing", "Your system has no such mailing; make it with POST /v1/mailings.")
    elif mailing and mailing.department != one.department:
        yield Fault("/department", "The mailing belongs to another department.")


def _references(one: Submission) -> Iterator[Fault]:
    for pointer, value, longest in (("/reference", one.reference, 128), ("/case_number", one.case_number, 64)):
        if looks_like_cpr(value):
            yield Fault(pointer, "This looks like a CPR number; references and case numbers must carry none.")
        if len(value) > longest or not value.isprintable() or value != value.strip():
            yield Fault(pointer, f"Give at most {longest} printable characters, without space around them.")
        yield from character_faults(value, pointer)
    if one.answers and (one.answers.version != 4 or len(one.recipients) != 1):
        yield Fault("/answers_message", "Give the messageUUID (UUID version 4) of a message from the one recipient.")
    if not one.reference:
        yield Fault("/reference", "Give a reference of your own; it makes a repeated call safe.")


def _dates(house: House, one: Submission) -> Iterator[Fault]:
    today = clock.today()
    if one.not_before and one.not_before > today + timedelta(days=LATEST_DAYS):
        yield Fault("/not_before", "This is more than a year ahead.")
    if one.useful_until and one.useful_until < max(today, one.not_before or today):
        yield Fault("/useful_until", "The letter would be of no use on the first day that it may leave.")


def document_faults(house: House, one: ReadyMade, pointer: str, expected: Expected = NOTHING_KNOWN) -> Iterator[Fault]:
    """Everything wrong with a finished PDF, its title or its date."""
    if _too_old(house, one.dated):
        yield Fault(f"{pointer}/dated", "The PDF is dated too long ago; a letter leaves on the day it is dated.")
    if one.dated > clock.today() + timedelta(days=LATEST_DAYS):
        yield Fault(f"{pointer}/dated", "This is more than a year ahead.")
    yield from title_faults(one.title, f"{pointer}/title")
    hidden = replace(expected, must_not_occur=one.must_not_occur)
    found = preflight(one.pdf, hidden, preflight_limits(house.settings))
    for fault in found.faults:
        yield replace(fault, pointer=f"{pointer}/pdf{fault.pointer}")


def _titles(one: Submission) -> Iterator[Fault]:
    for place, each in enumerate(one.attachments):
        yield from title_faults(each.title, f"/attachments/{place}/title")


def title_faults(title: str, pointer: str) -> Iterator[Fault]:
    """A document's title stands in the mailbox and, of an attachment, on the letter."""
    if not title.strip() or len(title) > 200 or not title.isprintable() or looks_like_cpr(title):
        yield Fault(pointer, "Give a title of 1 to 200 printable characters, without a CPR number.")
    yield from character_faults(title, pointer)


def expected_of(house: House, one: Submission) -> Expected:
    """What the submission says of its PDF. Only where the sender gives an address does its own first page face the
    window; elsewhere a cover sheet does."""
    letter_type = house.types[one.letter_type]
    paper = one.wish is not Wish.DIGITAL and not letter_type.digital_only
    addresses = [recipient.address for recipient in one.recipients if recipient.address]
    names = [recipient.name for recipient in one.recipients] + [address.name for address in addresses]
    return Expected(tuple(names), paper=paper, window=bool(addresses))


def _too_old(house: House, dated: date) -> bool:
    noon = datetime.combine(dated, time(12), clock.COPENHAGEN)
    return clock.now() > add_working_days(noon, house.settings.ready_made_days)


def _wish(house: House, one: Submission) -> Iterator[Fault]:
    letter_type = house.types[one.letter_type]
    if one.wish is not Wish.ANY and not one.wish_reason.strip():
        yield Fault("/channel/reason", "Say why; a wish for a channel needs its reason.")
    if len(one.wish_reason) > 500:
        yield Fault("/channel/reason", "Give at most 500 characters.")
    if one.wish is Wish.DIGITAL and letter_type.paper_only:
        yield Fault("/channel/wish", "This letter type is sent on paper only.")
    if one.wish is Wish.PAPER and letter_type.digital_only:
        yield Fault("/channel/wish", "This letter type is sent digitally only.")


def _formats(house: House, one: Submission) -> Iterator[Fault]:
    """A finished PDF is set already."""
    if house.types[one.letter_type].ready_made:
        own = [f"/recipients/{place}/format" for place, own in one.own_formats.items() if own is Format.LARGE]
        for pointer in [*(["/format"] if one.format is Format.LARGE else []), *own]:
            yield Fault(pointer, "A finished PDF cannot be enlarged; make it in large print, and leave this out.")


def _parents(house: House, one: Submission) -> Iterator[Fault]:
    """Both holders of custody get a letter about their child, unless it is said why one does not."""
    if not house.types[one.letter_type].both_parents:
        if one.one_parent_reason:
            yield Fault("/one_parent_reason", "This letter type goes to whomever you name; leave the reason out.")
        return
    parents = sum(recipient.role is Role.PARENT for recipient in one.recipients)
    if len(one.one_parent_reason) > 500:
        yield Fault("/one_parent_reason", "Give at most 500 characters.")
    if parents < (1 if one.one_parent_reason.strip() else 2):
        said = "This letter goes to both holders of custody: give two recipients with the role `parent`, or one and"
        yield Fault("/recipients", f"{said} `one_parent_reason`.", "both-parents")


def _recipients(one: Submission) -> Iterator[Fault]:
    if not 1 <= len(one.recipients) <= MOST_RECIPIENTS:
        yield Fault("/recipients", f"Give from 1 to {MOST_RECIPIENTS} recipients.")
    numbers = [recipient.number for recipient in one.recipients if recipient.number]
    if len(set(numbers)) < len(numbers):
        yield Fault("/recipients", "The same CPR or CVR number stands twice; each recipient gets one letter.")
    for place, recipient in enumerate(one.recipients):
        yield from _recipient(recipient, f"/recipients/{place}")


def _recipient(recipient: Recipient, pointer: str) -> Iterator[Fault]:
    yield from number_faults(recipient, pointer)
    if not recipient.name.strip() or len(recipient.name) > NAME_LENGTH or not recipient.name.isprintable():
        yield Fault(f"{pointer}/name", f"Give a name of 1 to {NAME_LENGTH} printable characters on one line.")
    yield from character_faults(recipient.name, f"{pointer}/name")
    if recipient.address is None and recipient.number is None:
        yield Fault(pointer, "Give a CPR number, a CVR number or an address.")
    if recipient.address is not None:
        yield from postal_faults(recipient.address, f"{pointer}/address")


def paper_faults(house: House, address: Address, pointer: str) -> Iterator[Fault]:
    """The same of an address that is given for paper: postcode and town must fit, too."""
    yield from postal_faults(address, pointer)
    for fault in postcode_faults(address, house.districts):
        yield Fault(pointer, ADDRESS_SENTENCES[fault])


def postal_faults(address: Address, pointer: str) -> Iterator[Fault]:
    """Everything that an address may not be. Whether postcode and town fit is asked when paper is meant."""
    for fault in address_faults(address):
        yield Fault(pointer, ADDRESS_SENTENCES[fault])
    for line in address.as_lines():
        yield from character_faults(line, pointer)


ADDRESS_SENTENCES = {
    AddressFault.MISSING: "Give an address.",
    AddressFault.NAME: "The address has no name.",
    AddressFault.LINE: "The address has no street, place or box.",
    AddressFault.LINES: "Give at most three lines between name and town.",
    AddressFault.TOWN: "The address has no town.",
    AddressFault.DIGIT_IN_TOWN: "The town has a digit; a Danish postcode stands by itself, not in the town.",
    AddressFault.POSTCODE: "A Danish postcode has four digits, leading zero included.",
    AddressFault.POSTCODE_1000: "Postcode 1000 cannot be printed remotely; give the recipient's own.",
    AddressFault.POSTCODE_ABROAD: "Abroad, write the postcode with the town and leave the postcode empty.",
    AddressFault.COUNTRY: "Give the country as two capital letters of ISO 3166-1; this is none of them.",
    AddressFault.POSTCODE_GREENLAND: "In Greenland, write the postcode before the town: 3900 Nuuk.",
    AddressFault.POSTCODE_FAROES: "On the Faroes, write the postcode before the town: FO-100 Tórshavn.",
    AddressFault.TOO_LONG: "A line of the address is longer than 34 characters.",
    AddressFault.CHARACTERS: "A line of the address has a character that cannot be printed.",
    AddressFault.UNKNOWN_POSTCODE: "No such Danish postcode is known here; see whether it is a slip. Operations can "
    "add a new one.",
    AddressFault.OTHER_TOWN: "The town is the postal district of another postcode.",
}


def _content(house: House, one: Submission) -> Iterator[Fault]:
    letter_type = house.types[one.letter_type]
    if letter_type.ready_made != (one.ready_made is not None) or (one.ready_made is None) == (one.fields is None):
        wanted = "a document" if letter_type.ready_made else "fields"
        yield Fault("/letter_type", f"This letter type takes {wanted} and nothing else.")
    elif one.ready_made is None:
        for fault in letter_type.faults(one.fields):
            yield Fault(f"/fields{fault.pointer}", fault.message)
    else:
        yield from document_faults(house, one.ready_made, "/document", expected_of(house, one))


def _trial(house: House, one: Submission, looked: Sequence[Preflight]) -> Iterator[Fault]:
    """A letter for a later day, or with attachments, is rendered once now, so that its sender hears of a fault today:
    also that it fits no envelope."""
    pages, later = 0, one.not_before is not None and one.not_before > clock.today()
    if one.ready_made is not None and looked:
        pages = preflight(one.ready_made.pdf, NOTHING_KNOWN, preflight_limits(house.settings)).pages
    elif one.ready_made is None and (later or looked):
        try:
            pages = trial(house, one).pages
        except RenderingFault as fault:
            yield Fault("/fields", f"The letter cannot be rendered with these fields ({fault.code}).")
            return
    yield from whole_faults(house, one, pages, looked)
