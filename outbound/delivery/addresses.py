"""What the person register says of a recipient, taken over into a letter: when its route is chosen, and once more
when its print run closes.

A letter on paper cannot be called back, so it leaves on an answer no older than a setting (`address_fresh_seconds`).
Where that answer differs from what the route rested on (moved, protected, dead, another number, or no answer) the
letter is routed again instead, and routing decides as ever: an unknown answer waits, and never becomes paper.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from outbound import clock
from outbound.contents import PERSON, Addressee, unpack_addressee
from outbound.delivery.house import WORKER, House, later
from outbound.delivery.look_up import LookedUp, look_up
from outbound.delivery.render import address_key
from outbound.ledger.letters import move
from outbound.ledger.tallies import Name
from outbound.ledger.values import Letter
from outbound.letter import Channel, Life, Mailbox, Person
from outbound.life import Status
from outbound.ports import PersonId
from outbound.routing import Route
from outbound.seal import Part

UNCHECKED = "address-unchecked"


def note_persons(house: House, persons: Iterable[Person]) -> None:
    """Count what the person register said."""
    for one in persons:
        house.tallies.count(Name.LOOK_UP, "persons", one.life)


def person_id(addressee: Addressee) -> PersonId | None:
    """Whom to ask about this recipient, by the number of today; None where there is only an address."""
    recipient = addressee.now
    return PersonId(cpr=recipient.cpr, cvr=recipient.cvr) if recipient.number else None


def perhaps_renumbered(mailbox: Mailbox | None, addressee: Addressee) -> bool:
    """A citizen's mailbox may be closed because the number was changed; only the person register knows."""
    return mailbox is Mailbox.CLOSED and addressee.now.cpr is not None


def mailboxes_of_today(house: House, persons: Mapping[UUID, Person | None]) -> dict[UUID, LookedUp]:
    """By letter: the mailbox of everybody whose number was changed, looked up under the number of today."""
    numbers = {
        letter: PersonId(cpr=person.current_cpr)
        for letter, person in persons.items()
        if person and person.life is Life.ALIVE and person.current_cpr
    }
    answers = look_up(house, set(numbers.values()))
    return {letter: answers[number] for letter, number in numbers.items()}


def corrected(addressee: Addressee, person: Person | None, channel: Channel) -> Addressee:
    """The addressee with what the register says: the number always, address and protection where paper is meant."""
    if person is None:
        return addressee
    renumbered = replace(addressee, current_cpr=person.current_cpr or addressee.current_cpr)
    if channel is not Channel.PRINT:
        return renumbered
    return replace(renumbered, register_address=person.address, protected=person.protected)


def shows(house: House, one: Letter, addressee: Addressee) -> bool:
    """Does the letter's document show this address, and hide it where it must?"""
    return one.document_address == address_key(house.seal, addressee.address, addressee.protected)


def standing(house: House, letters: Sequence[Letter], token: str) -> list[Letter]:
    """Of these letters, claimed for printing, those whose address stands; the others are routed again."""
    known = _addressees(house, [one for one in letters if _is_old(house, one)])
    numbers = {letter: number for letter, each in known.items() if (number := person_id(each))}
    if not numbers:
        return list(letters)
    persons = house.outside.persons.look_up(list(set(numbers.values())))
    note_persons(house, persons.values())
    found = [
        (one, _finding(house, one, known[one.id], persons.get(numbers[one.id]))) for one in letters if one.id in numbers
    ]
    with house.ledger.writing() as tx:
        for one, finding in found:
            if finding:
                _route_again(tx, house, one, finding, token)
    turned = {one.id for one, finding in found if finding}
    return [one for one in letters if one.id not in turned]


def _is_old(house: House, one: Letter) -> bool:
    """Was the register asked too long ago? It was asked when the route was chosen."""
    fresh = house.settings.address_fresh_seconds
    return one.routed_at is None or (clock.now() - one.routed_at).total_seconds() > fresh


def _addressees(house: House, letters: Sequence[Letter]) -> dict[UUID, Addressee]:
    """Those whose part is still under the seal; closing the consignment holds the others."""
    if not letters:
        return {}
    with house.ledger.writing() as tx:
        parts = house.seal.open_parts(tx, [Part(one.id, PERSON) for one in letters], WORKER, "check-address")
    return {part.owner: unpack_addressee(body) for part, body in parts.items()}


def _finding(house: House, one: Letter, addressee: Addressee, person: Person | None) -> str | None:
    """Why the letter may not leave as it is."""
    if person is None or person.life is Life.UNKNOWN:
        return UNCHECKED
    if person.life is not Life.ALIVE:
        return "life-changed"
    if person.current_cpr:
        return "number-changed"
    return None if shows(house, one, corrected(addressee, person, Channel.PRINT)) else "address-changed"


def _route_again(tx: Connection, house: House, one: Letter, finding: str, token: str) -> None:
    again: dict[str, Any] = {"due_at": clock.now()}
    if finding == UNCHECKED:
        since = one.waiting_since or clock.now()
        again = {
            "due_at": later(house.settings.unknown_recheck),
            "waiting_since": since,
            "route": Route.REGISTER_UNKNOWN.code,
        }
    move(tx, one, Status.RENDERED, finding, WORKER, token=token, **again)
