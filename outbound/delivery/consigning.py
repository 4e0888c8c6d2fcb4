"""Letters into consignments: membership and dispatches in one transaction, with what the adapter gets to see."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from outbound import clock
from outbound.contents import (
    ANSWERS,
    DOCUMENT,
    DOCUMENT_PARTS,
    HEAD,
    PERSON,
    attachment_parts,
    unpack_addressee,
    unpack_answers,
    unpack_document,
)
from outbound.delivery.house import WORKER, House
from outbound.delivery.mailbox_view import in_mailbox
from outbound.delivery.runs import enter
from outbound.delivery.wrapping import Content, Enveloped, wrap, wrapped
from outbound.ledger import sending
from outbound.ledger.letters import hold
from outbound.ledger.values import LedgerConsignment, Letter
from outbound.letter import Channel, Consignment, Dispatch, WaitsFor
from outbound.ports import Mailer
from outbound.seal import Part


class ContentMissing(Exception):
    """A part of these letters is no longer under the seal."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        super().__init__(f"{len(letters)} letters have lost a part of their content.")
        self.letters = letters


def close(
    house: House, mailer: Mailer, letters: Sequence[Letter], token: str
) -> list[tuple[LedgerConsignment, Consignment]]:
    """In one transaction: consignments of these letters, none of them begun, with what the adapter gets to see."""
    try:
        with house.ledger.writing() as tx:
            closed = _closed(tx, house, mailer, letters, token)
            content = content_of(tx, house, [one for each in closed for _, one in each.members])
            members = [wrapped(tx, house, mailer, each, content) for each in closed]
            for each in closed:
                enter(tx, house, mailer, each)
            return [
                (each.consignment, consignment_of(house, each.consignment, mine, content, token))
                for each, mine in zip(closed, members, strict=True)
            ]
    except ContentMissing as missing:
        gone = missing.letters
    with house.ledger.writing() as tx:
        for one in gone:
            hold(tx, one, "content-missing", WaitsFor.OPERATIONS, WORKER, token=token)
    return close(house, mailer, [one for one in letters if one not in gone], token)


def _closed(
    tx: Connection, house: House, mailer: Mailer, letters: Sequence[Letter], token: str
) -> list[sending.Closed]:
    lease, found = house.settings.send_lease, []
    for some in parcels(letters, mailer):
        wraps = {one.id: envelope for one in some if (envelope := wrap(house, mailer, one))}
        if closed := sending.close(tx, some, token, mailer.provider, lease, wraps, house.seal):
            found.append(closed)
    return found


def parcels(letters: Sequence[Letter], mailer: Mailer) -> list[list[Letter]]:
    """The letters as they go together: no more in one consignment than the mailer gathers, by number and by bytes."""
    found: list[list[Letter]] = []
    room = 0
    for one in letters:
        size = one.bytes or 0
        if not found or size > room or len(found[-1]) >= mailer.gathers(one.lane):
            found.append([])
            room = mailer.most_bytes
        found[-1].append(one)
        room -= size
    return found


def content_of(tx: Connection, house: House, letters: Sequence[Letter]) -> Content:
    """What is needed of these letters to send them. Raises ContentMissing."""
    wanted = [Part(one.id, part) for one in letters for part in (PERSON, ANSWERS, *DOCUMENT_PARTS, *_beside(one))]
    content: Content = {one.id: {} for one in letters}
    for part, body in house.seal.open_parts(tx, wanted, WORKER, "send").items():
        content[part.owner][part.part] = body
    if missing := [one for one in letters if not {PERSON, DOCUMENT, HEAD, *_beside(one)} <= content[one.id].keys()]:
        raise ContentMissing(missing)
    return content


def _beside(one: Letter) -> tuple[str, ...]:
    """The files of its own attachments, where they are not in the document."""
    return attachment_parts(one.attachments)[1:] if one.document_channel == Channel.DIGITAL else ()


def consignment_of(
    house: House, held: LedgerConsignment, members: Sequence[Enveloped], content: Content, token: str
) -> Consignment:
    """What the adapter gets to see."""
    day = clock.danish_day(held.closed_at)
    dispatches = tuple(_dispatch(house, member, content[member.letter.id], day) for member in members)
    return Consignment(held.id, held.channel, held.provider, held.lane, held.closed_at, dispatches, token)


def outline(held: LedgerConsignment, token: str) -> Consignment:
    """A consignment without its letters: enough to ask about it."""
    return Consignment(held.id, held.channel, held.provider, held.lane, held.closed_at, (), token)


def _dispatch(house: House, member: Enveloped, parts: dict[str, bytes], day: date) -> Dispatch:
    one, document = member.letter, unpack_document(parts)
    letter_type = house.types[one.letter_type]
    return Dispatch(
        id=member.dispatch,
        letter=one.id,
        recipient=unpack_addressee(parts[PERSON]).now,
        document=document,
        department=one.department,
        reference=one.reference,
        case_number=one.case_number,
        envelope=member.envelope,
        envelope_of=member.envelope_of,
        letter_class=letter_type.letter_class,
        colour=letter_type.colour,
        cost_centre=house.organisation.cost_centre(one.department, day),
        return_code=document.return_code if one.channel is Channel.PRINT else "",
        in_mailbox=in_mailbox(house, one, day, unpack_answers(parts)),
    )
