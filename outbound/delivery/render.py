"""Step 2: template or ready-made PDF -> Document for today. RECEIVED -> RENDERED."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from outbound import clock
from outbound.contents import (
    FIELDS,
    HANDED_IN,
    PERSON,
    Addressee,
    address_value,
    pack_document,
    unpack_addressee,
    unpack_fields,
)
from outbound.delivery.house import WORKER, House, later
from outbound.delivery.spell import Spell
from outbound.ledger.letters import Handful, claim, give_back, hold, move
from outbound.ledger.values import Letter, Step
from outbound.letter import Address, Channel, Document, Format, Lane, ReadyMade, Submission, WaitsFor
from outbound.life import Status
from outbound.organisation import OrganisationFault
from outbound.rendering import Frame, Limits, RenderingFault, prepare, render
from outbound.seal import Part, Seal
from outbound.settings import Settings

Parts = Mapping[Part, bytes]
RESENT = "Genudsendt"
PASSES_BY_ITSELF = frozenset({"pdf-busy", "pdf-time"})  # the machine's fault as likely as the file's
TRIES_TO_PREPARE = 3


def render_handful(house: House, lane: Lane) -> int:
    """Claim a handful and render it; how many were claimed. One letter that cannot be rendered sinks no other."""
    with house.ledger.writing() as tx:
        handful = claim(tx, Step.RENDER, lane, house.settings.handful, house.settings.render_lease)
    if handful is None:
        return 0
    with house.ledger.writing() as tx:  # after the claim: a seal that does not open is a death, and is counted
        parts = _open(tx, house, handful)
    spell = Spell(house.settings.render_lease, house.settings.hard_end)
    made = [(one, _make(house, one, parts)) for one in handful.letters if spell.lasts()]
    with house.ledger.writing() as tx:
        for one, document in made:
            _keep(tx, house, one, handful.token, document, parts)
        give_back(tx, handful.letters[len(made) :], handful.token)
    return len(handful.letters)


def _open(tx: Connection, house: House, handful: Handful) -> Parts:
    wanted = [Part(one.id, part) for one in handful.letters for part in (PERSON, FIELDS, HANDED_IN)]
    return house.seal.open_parts(tx, wanted, WORKER, "render")


def _make(house: House, one: Letter, parts: Parts) -> Document | RenderingFault:
    try:
        return document_for(house, one, parts)
    except RenderingFault as fault:
        return fault
    except OrganisationFault:
        return RenderingFault("no-letterhead")
    except KeyError:
        return RenderingFault("content-missing")


def document_for(house: House, one: Letter, parts: Parts) -> Document:
    """The letter as it is today. Raises RenderingFault."""
    addressee = unpack_addressee(parts[Part(one.id, PERSON)])
    fields = unpack_fields(parts[Part(one.id, FIELDS)])
    frame = _frame(house, one, addressee)
    if not one.ready_made:
        return render(house.types[one.letter_type], fields, frame)
    finished = ReadyMade(parts[Part(one.id, HANDED_IN)], fields["title"], date.fromisoformat(fields["dated"]))
    return prepare(finished, frame, plex=house.types[one.letter_type].plex, limits=preflight_limits(house.settings))


def preflight_limits(settings: Settings) -> Limits:
    """What a ready-made PDF may take, and where things may stand in it."""
    return Limits(settings.preflight_seconds, settings.preflight_memory, settings.pdf_limit, page=settings.print_page)


def trial(house: House, one: Submission) -> Document:
    """The letter as its first recipient would get it on the first day it may leave, or the first who gets it in large
    print, which fills more pages. Raises RenderingFault."""
    formats = [one.format_of(number) for number, _ in enumerate(one.recipients)]
    number = formats.index(Format.LARGE) if Format.LARGE in formats else 0
    recipient = one.recipients[number]
    letterhead = house.organisation.letterhead(one.department, clock.today())
    frame = Frame(
        recipient=recipient.name,
        dated=one.not_before or clock.today(),
        letterhead=letterhead,
        address=recipient.address,
        case_number=one.case_number,
        reference=one.reference,
        format=formats[number],
    )
    return render(house.types[one.letter_type], one.fields or {}, frame)


def _frame(house: House, one: Letter, addressee: Addressee) -> Frame:
    """What stands around the fields: who, where, when, and from whom."""
    known = addressee.recipient.address is None and addressee.address is not None
    return Frame(
        recipient=addressee.recipient.name,
        dated=clock.today(),
        letterhead=house.organisation.letterhead(one.department, clock.today()),
        address=addressee.address,
        cover=addressee.protected and addressee.address is not None,
        cover_sheet=one.ready_made and known,
        case_number=one.case_number,
        reference=one.reference,
        marker=RESENT if one.follows else "",
        channel=one.channel or Channel.PRINT,
        format=one.format,
    )


def _keep(tx: Connection, house: House, one: Letter, token: str, made: Document | RenderingFault, parts: Parts) -> None:
    if isinstance(made, RenderingFault) and made.code in PASSES_BY_ITSELF and one.tries < TRIES_TO_PREPARE:
        give_back(tx, [one], token, due_at=later(house.settings.retry_first), tries=one.tries + 1)
        return
    if isinstance(made, RenderingFault):
        hold(tx, one, made.code, WaitsFor.SENDER, WORKER, token=token)
        return
    addressee = unpack_addressee(parts[Part(one.id, PERSON)])
    facts = {
        "dated": made.dated,
        "document_address": address_key(house.seal, addressee.address, addressee.protected),
        "document_channel": one.channel or Channel.PRINT,
        "document_fingerprint": house.seal.fingerprint_bytes("document", made.pdf),
        "template_version": made.template_version,
        "pages": made.pages,
        "sheets": made.sheets,
        "bytes": len(made.pdf),
    }
    if move(tx, one, Status.RENDERED, "rendered", WORKER, token=token, due_at=clock.now(), **facts):
        house.seal.put(tx, one.id, one.retention_month, pack_document(made))


def address_key(seal: Seal, address: Address | None, protected: bool) -> str:
    """The keyed fingerprint of the address that a document shows; '' where it shows none."""
    return "" if address is None else seal.fingerprint("address", [address_value(address), protected])
