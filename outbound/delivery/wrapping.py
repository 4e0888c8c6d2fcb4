"""Which letters of a consignment share an envelope (samkuvertering), decided when it is closed.

Only what certainly belongs together does: the same recipient by number and by name, the same address, letter types that
all allow it, and an envelope that costs less than theirs apart. A protected address, a cover sheet, a class that is
signed for, and sheets that the printer adds from its stock (whose thickness nobody knows) each keep a letter alone.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from outbound import clock
from outbound.contents import DOCUMENT, PERSON, unpack_addressee, unpack_document
from outbound.delivery.house import House
from outbound.householding import Cost, Household, Piece, together
from outbound.ledger import envelopes
from outbound.ledger.envelopes import Wrapped
from outbound.ledger.sending import Closed
from outbound.ledger.values import Letter
from outbound.letter import Channel
from outbound.letter_class import LetterClass
from outbound.ports import Mailer
from outbound.postage import Sending
from outbound.tariff_row import NoPrice

Content = dict[UUID, dict[str, bytes]]
"""What lies under the seal, by letter and part."""


class Enveloped(NamedTuple):
    """A letter under its dispatch's id, the format of its envelope ('' for the mailbox), and the dispatch on top where
    it lies beneath another."""

    dispatch: UUID
    letter: Letter
    envelope: str
    envelope_of: UUID | None = None


def wrapped(tx: Connection, house: House, mailer: Mailer, closed: Closed, content: Content) -> list[Enveloped]:
    """The letters of a consignment just closed, each in its envelope; those shared are written down."""
    alone = {one.id: Enveloped(dispatch, one, wrap(house, mailer, one)) for dispatch, one in closed.members}
    if not mailer.shares_envelopes:
        return list(alone.values())
    day = clock.danish_day(closed.consignment.closed_at)
    pieces = _pieces(house, mailer, [one for _, one in closed.members], content)
    shared: dict[UUID, Enveloped] = {}
    for some in together(pieces, house.settings.household_letters, _cost(house, mailer, day)):
        if len(some) > 1:
            shared |= _in_one(house, mailer, some, alone)
    envelopes.wrap(tx, [Wrapped(one.dispatch, one.envelope, one.envelope_of) for one in shared.values()])
    return list((alone | shared).values())


def wrap(house: House, mailer: Mailer, one: Letter) -> str:
    """The envelope of a letter that goes alone; '' for the mailbox."""
    if mailer.channel is not Channel.PRINT:
        return ""
    return house.tariffs.envelope(one.sheets or 1, mailer.provider) or ""


def _in_one(house: House, mailer: Mailer, some: Sequence[Piece], alone: dict[UUID, Enveloped]) -> dict[UUID, Enveloped]:
    envelope = house.tariffs.envelope(sum(one.sheets for one in some), mailer.provider) or ""
    top = alone[some[0].letter].dispatch
    members = (alone[one.letter] for one in some)
    return {
        each.letter.id: each._replace(envelope=envelope, envelope_of=None if each.dispatch == top else top)
        for each in members
    }


def _cost(house: House, mailer: Mailer, day: date) -> Cost:
    """By the tariffs of that day."""

    def cost(household: Household, sheets: int) -> int | None:
        way = Sending(mailer.channel, mailer.provider, sheets, household.letter_class, household.country)
        with suppress(NoPrice):
            return house.tariffs.price(way, day).total
        return None

    return cost


def _pieces(house: House, mailer: Mailer, letters: Sequence[Letter], content: Content) -> list[Piece]:
    """The letters as householding sees them. What is under the seal is looked at only where two might go together."""
    same = Counter((one.recipient_key, one.document_address) for one in letters)
    return [
        Piece(
            one.id,
            one.sheets or 1,
            _household(house, mailer, one, content[one.id])
            if same[one.recipient_key, one.document_address] > 1 and _may_share(house, one)
            else None,
        )
        for one in letters
    ]


def _may_share(house: House, one: Letter) -> bool:
    letter_type = house.types[one.letter_type]
    known = one.recipient_key and one.document_address
    return bool(known and letter_type.samkuvertering and not LetterClass(letter_type.letter_class).alone)


def _household(house: House, mailer: Mailer, one: Letter, parts: dict[str, bytes]) -> Household | None:
    addressee, letter_type = unpack_addressee(parts[PERSON]), house.types[one.letter_type]
    covered = addressee.protected or (one.ready_made and addressee.recipient.address is None)
    if covered or len(parts[DOCUMENT]) > mailer.largest or unpack_document(parts).inserts:
        return None
    return Household(
        recipient=one.recipient_key or "",
        address=one.document_address or "",
        name=addressee.recipient.name,
        department="" if house.settings.household_departments else one.department,
        letter_class=letter_type.letter_class,
        country=one.country,
        colour=letter_type.colour,
        plex=letter_type.plex,
    )
