"""Step 3: look up in bulk, ask the person register where needed, choose the route. RENDERED -> ROUTED."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.contents import PERSON, Addressee, pack_addressee, unpack_addressee
from outbound.delivery.addresses import (
    corrected,
    mailboxes_of_today,
    note_persons,
    perhaps_renumbered,
    person_id,
    shows,
)
from outbound.delivery.closing import next_closing, prepared_at
from outbound.delivery.house import WORKER, House, later, look_up_rate, out_of_patience
from outbound.delivery.look_up import LookedUp, look_up, withdraw
from outbound.delivery.render import differs_by_channel
from outbound.ledger import same_person
from outbound.ledger.letters import claim, give_back, hold, move
from outbound.ledger.pace import paced
from outbound.ledger.values import Letter, Step
from outbound.letter import Channel, Lane, Person, WaitsFor, Wish
from outbound.life import Status
from outbound.ports import PersonId
from outbound.postal_days import add_working_days
from outbound.routing import Circumstances, Route, asks_person, choose_route
from outbound.seal import Part
from outbound.tariff_row import NoPrice


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one letter's recipient when its route is chosen."""

    letter: Letter
    addressee: Addressee
    looked_up: LookedUp | None  # None where there is nobody to look up
    person: Person | None = None


def route_handful(house: House, lane: Lane) -> int:
    """Claim a handful, look its recipients up and route it; how many were claimed."""
    settings = house.settings
    with house.ledger.writing() as tx:
        handful = paced(
            tx,
            look_up_rate(settings),
            settings.handful,
            lambda limit: claim(tx, Step.ROUTE, lane, limit, settings.render_lease),
        )
    if handful is None:
        return 0
    with house.ledger.writing() as tx:  # after the claim: a seal that does not open is a death, and is counted
        wanted = [Part(one.id, PERSON) for one in handful.letters]
        parts = house.seal.open_parts(tx, wanted, WORKER, "route")
    found = _under_numbers_of_today(house, _ask_persons(house, _look_up(house, handful.letters, parts)))
    with house.ledger.writing() as tx:
        for one in found:
            _decide(tx, house, one, handful.token)
        known = {one.letter.id for one in found}
        for lost in (one for one in handful.letters if one.id not in known):
            hold(tx, lost, "content-missing", WaitsFor.OPERATIONS, WORKER, token=handful.token)
    return len(handful.letters)


def _look_up(house: House, letters: Sequence[Letter], parts: Mapping[Part, bytes]) -> list[Found]:
    addressees = {
        one.id: unpack_addressee(parts[Part(one.id, PERSON)]) for one in letters if Part(one.id, PERSON) in parts
    }
    withdraw(house, _refused_under_numbers_of_today(letters, addressees))
    ids = {person_id(addressee) for addressee in addressees.values()} - {None}
    answers = look_up(house, [one for one in ids if one])
    found = []
    for one in (one for one in letters if one.id in addressees):
        number = person_id(addressees[one.id])
        found.append(Found(one, addressees[one.id], answers[number] if number else None))
    return found


def _refused_under_numbers_of_today(letters: Sequence[Letter], addressees: Mapping[UUID, Addressee]) -> set[PersonId]:
    """Whom the mailbox has just refused under another number than was handed in: the refusal itself withdraws only the
    answer of that one, which the letter's row has, and today's number is under the seal."""
    refused = [one.id for one in letters if one.route is None and Channel.DIGITAL in one.refused_channels]
    found = [addressees[one] for one in refused if one in addressees]
    return {PersonId(cpr=one.current_cpr) for one in found if one.current_cpr}


def _ask_persons(house: House, found: Sequence[Found]) -> list[Found]:
    ids = {one.letter.id: person_id(one.addressee) for one in found if _is_to_ask(house, one)}
    asked = {number for number in ids.values() if number}
    if not asked:
        return list(found)
    persons = house.outside.persons.look_up(list(asked))
    note_persons(house, persons.values())
    answers = {letter: persons.get(number) for letter, number in ids.items() if number}
    return [replace(one, person=answers.get(one.letter.id)) for one in found]


def _is_to_ask(house: House, found: Found) -> bool:
    known = circumstances(house, found)
    return asks_person(known) or perhaps_renumbered(known.mailbox, found.addressee)


def _under_numbers_of_today(house: House, found: Sequence[Found]) -> list[Found]:
    """Whose number was changed may have a mailbox under the number of today, whatever was said of the old one."""
    moved = mailboxes_of_today(house, {one.letter.id: one.person for one in found})
    return [replace(one, looked_up=moved.get(one.letter.id, one.looked_up)) for one in found]


def circumstances(house: House, found: Found) -> Circumstances:
    """All that the choice rests on."""
    one, letter_type = found.letter, house.types[found.letter.letter_type]
    size, sheets = one.bytes or 0, one.sheets or 0
    printer = house.outside.mailers[Channel.PRINT]
    fits = house.tariffs.envelope(sheets, printer.provider) is not None and size <= printer.largest
    return Circumstances(
        mailbox=found.looked_up.mailbox if found.looked_up else None,
        stale=found.looked_up is not None and found.looked_up.stale,
        person=found.person,
        address=found.addressee.recipient.address or (found.person.address if found.person else None),
        wish=Wish.DIGITAL if letter_type.digital_only else one.wish,
        chosen=one.forced,
        paper_only=letter_type.paper_only,
        refused=one.refused_channels,
        digital_too_large=size > house.outside.mailers[Channel.DIGITAL].largest,
        print_too_large=not fits,
        written=found.addressee.recipient.address is not None,
        districts=house.districts,
    )


def _decide(tx: Connection, house: House, found: Found, token: str) -> None:
    one = found.letter
    if again := stale(house, one):
        move(tx, one, Status.RECEIVED, again, WORKER, token=token, due_at=clock.now())
        return
    if overdue := never_again(house, one):
        hold(tx, one, overdue, WaitsFor.SENDER, WORKER, token=token)
        return
    route = choose_route(circumstances(house, found))
    if route.waits:
        _wait(tx, house, one, route, token)
    elif route.waits_for:
        why = {"route": route.code, "channel": None, "looked_up_at": _looked_up_at(found)}
        hold(tx, one, route.code, route.waits_for, WORKER, token=token, **why)
    else:
        _send_out(tx, house, found, route, token)


def foreseen(house: House, one: Letter, addressee: Addressee) -> tuple[Route, Addressee]:
    """The route that such a letter would get now, and its recipient as the registers have them. Moves nothing."""
    number = person_id(addressee)
    looked_up = look_up(house, [number])[number] if number else None
    (found,) = _under_numbers_of_today(house, _ask_persons(house, [Found(one, addressee, looked_up)]))
    route = choose_route(circumstances(house, found))
    return route, corrected(addressee, found.person, route.channel)


def stale(house: House, one: Letter) -> str | None:
    """Why the document must be made again: it is dated another day. A letter leaves on the day it is dated."""
    return "dated-another-day" if not one.ready_made and one.dated != clock.today() else None


def never_again(house: House, one: Letter) -> str | None:
    """Why the letter must not leave any more, though nothing is wrong with it."""
    if one.useful_until and clock.today() > one.useful_until:
        return "no-longer-useful"
    if one.ready_made and one.dated:
        noon = datetime(one.dated.year, one.dated.month, one.dated.day, 12, tzinfo=clock.COPENHAGEN)
        if clock.now() > add_working_days(noon, house.settings.ready_made_days):
            return "dated-too-long-ago"
    return None


def _wait(tx: Connection, house: House, one: Letter, route: Route, token: str) -> None:
    if out_of_patience(house.settings, one):
        hold(tx, one, route.code, WaitsFor.OPERATIONS, WORKER, token=token)
        return
    waits: dict[str, Any] = {"route": route.code, "due_at": later(house.settings.unknown_recheck)}
    give_back(tx, [one], token, **waits, waiting_since=one.waiting_since or clock.now(), tries=one.tries + 1)


def _send_out(tx: Connection, house: House, found: Found, route: Route, token: str) -> None:
    one, before = found.letter, found.addressee
    found = replace(found, addressee=corrected(before, found.person, route.channel))
    if _go_on(tx, house, found, route, token) and found.addressee != before:
        house.seal.put(tx, one.id, one.retention_month, {PERSON: pack_addressee(found.addressee)})
        if one.recipient_key and (today := found.addressee.current_cpr):
            same_person.note(tx, one.recipient_key, house.seal.fingerprint("recipient", today))


def _go_on(tx: Connection, house: House, found: Found, route: Route, token: str) -> bool:
    """To be sent, or to be rendered again for this address or channel; paper waits for the day of its run, whose date
    it is to bear. False where nothing that was found is to be kept."""
    one = found.letter
    by_channel = house.types[one.letter_type].channel_specific or differs_by_channel(one)
    again: dict[str, Any] = {"due_at": clock.now(), **({"channel": route.channel} if by_channel else {})}
    if route.channel is Channel.PRINT and (morning := prepared_at(house, one.letter_type)):
        give_back(tx, [one], token, due_at=morning, route=route.code, channel=route.channel)
        return False
    if route.channel is Channel.PRINT and not shows(house, one, found.addressee):
        return move(tx, one, Status.RECEIVED, "address-to-print", WORKER, token=token, **again)
    if by_channel and one.document_channel != route.channel:
        return move(tx, one, Status.RECEIVED, "another-channel", WORKER, token=token, **again)
    due = next_closing(house, one.letter_type) if route.channel is Channel.PRINT else clock.now()
    country = found.addressee.address.country if found.addressee.address else one.country
    way = {"route": route.code, "channel": route.channel, "routed_at": clock.now(), "due_at": due, "country": country}
    way["looked_up_at"] = _looked_up_at(found)
    way["mailbox"] = found.looked_up.mailbox if found.looked_up else None
    if not move(tx, one, Status.ROUTED, route.code, WORKER, token=token, **way, tries=0):
        return False
    _estimate(tx, house, replace(one, country=country), route.channel)
    return True


def _looked_up_at(found: Found) -> datetime | None:
    return found.looked_up.at if found.looked_up else None


def _estimate(tx: Connection, house: House, one: Letter, channel: Channel) -> None:
    """The money, as far as it is known now. A missing price stops no letter; it is an incident when it is booked."""
    provider, letter_class = house.outside.mailers[channel].provider, house.types[one.letter_type].letter_class
    with suppress(NoPrice):
        sending = accounts.sending_of(one, channel, provider, letter_class)
        accounts.estimate(tx, house.tariffs, one, sending, house.printer)
