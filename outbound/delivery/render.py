"""Step 2: template or ready-made PDF -> Document for today. RECEIVED -> RENDERED."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from outbound import clock
from outbound.contents import (
    FIELDS,
    HANDED_IN,
    PERSON,
    Addressee,
    address_value,
    attachment_parts,
    pack_document,
    unpack_addressee,
    unpack_attachments,
    unpack_fields,
)
from outbound.delivery.house import WORKER, House, later
from outbound.delivery.spell import Spell
from outbound.ledger import returned
from outbound.ledger.letters import Handful, claim, give_back, hold, move
from outbound.ledger.values import Letter, Step
from outbound.letter import Address, Channel, Document, Format, Lane, ReadyMade, Submission, WaitsFor
from outbound.life import Status
from outbound.organisation import OrganisationFault
from outbound.rendering import Frame, Limits, RenderingFault, enclosed, inserts_on, prepare, render
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
        codes = _codes(tx, house, handful.letters)
    spell = Spell(house.settings.render_lease, house.settings.hard_end)
    made = [(one, _make(house, one, parts, codes[one.id])) for one in handful.letters if spell.lasts()]
    with house.ledger.writing() as tx:
        for one, document in made:
            _keep(tx, house, one, handful.token, document, parts)
        give_back(tx, handful.letters[len(made) :], handful.token)
    return len(handful.letters)


def _open(tx: Connection, house: House, handful: Handful) -> Parts:
    wanted = [Part(one.id, part) for one in handful.letters for part in _parts_of(one)]
    return house.seal.open_parts(tx, wanted, WORKER, "render")


def _codes(tx: Connection, house: House, letters: Sequence[Letter]) -> Mapping[UUID, str]:
    """The return code of each letter: its own, or one that it keeps if its document comes to show it."""
    fresh = returned.new_codes(tx, house.seal, [one for one in letters if one.return_code is None])
    return {one.id: one.return_code or fresh[one.id] for one in letters}


def _parts_of(one: Letter) -> tuple[str, ...]:
    return (PERSON, FIELDS, HANDED_IN, *attachment_parts(one.attachments))


def _make(house: House, one: Letter, parts: Parts, code: str) -> Document | RenderingFault:
    try:
        return document_for(house, one, parts, code)
    except RenderingFault as fault:
        return fault
    except OrganisationFault:
        return RenderingFault("no-letterhead")
    except KeyError:
        return RenderingFault("content-missing")


def document_for(house: House, one: Letter, parts: Parts, code: str) -> Document:
    """The letter as it is today, with its return `code` where it is made for paper. Raises RenderingFault."""
    addressee = unpack_addressee(parts[Part(one.id, PERSON)])
    fields = unpack_fields(parts[Part(one.id, FIELDS)])
    attachments = unpack_attachments(
        {part.part: parts[part] for part in parts if part.owner == one.id}, one.attachments
    )
    frame = replace(_frame(house, one, addressee, code), attachments=tuple(each.title for each in attachments))
    letter_type, limits = house.types[one.letter_type], preflight_limits(house.settings)
    if not one.ready_made:
        made = render(letter_type, fields, frame)
    else:
        finished = ReadyMade(parts[Part(one.id, HANDED_IN)], fields["title"], date.fromisoformat(fields["dated"]))
        made = prepare(finished, frame, plex=letter_type.plex, limits=limits)
    inserts, language = inserts_on(letter_type.inserts, made.dated), letter_type.languages[0]
    made = replace(made, inserts=inserts, plex=letter_type.plex, language=language)
    return enclosed(made, attachments, frame, plex=letter_type.plex, limits=limits) if attachments else made


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
        attachments=tuple(each.title for each in one.attachments),
        format=formats[number],
    )
    return render(house.types[one.letter_type], one.fields or {}, frame)


def _frame(house: House, one: Letter, addressee: Addressee, code: str) -> Frame:
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
        channel=channel_for(one),
        format=one.format,
        return_code=code if channel_for(one) is Channel.PRINT else "",
    )


def channel_for(one: Letter) -> Channel:
    """The channel that the document is made for while none is chosen: what is the least work if it is the right one.

    Most letters go to the mailbox, where attachments and ready-made PDFs stay as they are.
    """
    return one.channel or (Channel.DIGITAL if differs_by_channel(one) else Channel.PRINT)


def differs_by_channel(one: Letter) -> bool:
    """Is it another document on paper, whatever its type? A ready-made PDF gets its return code there."""
    return one.attachments > 0 or one.ready_made


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
        "document_channel": channel_for(one),
        "document_fingerprint": house.seal.fingerprint_bytes("document", made.pdf),
        "template_version": made.template_version,
        "pages": made.pages,
        "sheets": made.sheets,
        "bytes": _bytes_of(one, made, parts),
        "return_code": one.return_code or made.return_code or None,
    }
    if move(tx, one, Status.RENDERED, "rendered", WORKER, token=token, due_at=clock.now(), **facts):
        house.seal.put(tx, one.id, one.retention_month, pack_document(made))


def _bytes_of(one: Letter, made: Document, parts: Parts) -> int:
    """Of all that is handed over: on paper one file, in the mailbox the letter and what goes with it."""
    beside = () if channel_for(one) is Channel.PRINT else attachment_parts(one.attachments)[1:]
    return len(made.pdf) + sum(len(parts[Part(one.id, name)]) for name in beside)


def address_key(seal: Seal, address: Address | None, protected: bool) -> str:
    """The keyed fingerprint of the address that a document shows; '' where it shows none."""
    return "" if address is None else seal.fingerprint("address", [address_value(address), protected])
