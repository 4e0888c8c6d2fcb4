"""What sending a letter again would come to now: the way by today's look-ups, whereto, and what it costs.

The pages and the command line show the same. Nothing is sent; the look under the seal stands in the reading log.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from outbound import clock
from outbound.accounts.entries import sending_of
from outbound.contents import PERSON, Addressee, unpack_addressee
from outbound.delivery import House
from outbound.delivery.route import foreseen
from outbound.desk import DeskRefusal, Verb, must_have_its_type, verbs_for
from outbound.ledger.values import Letter
from outbound.letter import Address, Channel
from outbound.postal_address import address_faults, postcode_faults
from outbound.routing import Route
from outbound.story import Story
from outbound.tariff_row import NoPrice

PURPOSE = "case-resend"


class Source(StrEnum):
    """Where an address comes from."""

    GIVEN = "given"  # by whoever sends the letter again
    LETTER = "letter"  # handed in with the letter
    REGISTER = "register"  # the person register, asked just now


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The way of the new letter, its recipient as the registers have them, and what it would cost without VAT.

    `source`: of the address that paper goes to, None where there is none. `cost` in øre, None where the letter has no
    way yet or its way no price.
    """

    route: Route
    addressee: Addressee = field(repr=False)
    source: Source | None
    cost: int | None


def foresee(house: House, story: Story, address: Address | None, by: str) -> Foreseen:
    """Send it again now, to this address where one is given: what would happen. Raises DeskRefusal."""
    one = story.letter
    if Verb.RESEND not in verbs_for(one, story.live):
        raise DeskRefusal("not-now", f"A letter that is {one.status} cannot be sent again now.")
    if address and (faults := (*address_faults(address), *postcode_faults(address, house.districts))):
        raise DeskRefusal("address", f"The address cannot be used: {', '.join(faults)}.")
    must_have_its_type(house, one)
    with house.ledger.writing() as tx:
        body = house.seal.open(tx, one.id, PERSON, by, PURPOSE)
    if body is None:
        raise DeskRefusal("content-missing", "The letter's content is no longer under the seal.")
    anew = replace(one, forced=None, refused="")  # the new letter begins without what was chosen for this one
    route, addressee = foreseen(house, anew, _to(unpack_addressee(body), address))
    return Foreseen(route, addressee, _source(addressee, address), _cost(house, anew, addressee.address, route.channel))


def _to(addressee: Addressee, address: Address | None) -> Addressee:
    """The recipient as the new letter has them: what the register said before is asked anew."""
    recipient = addressee.recipient
    return replace(addressee, recipient=replace(recipient, address=address or recipient.address), register_address=None)


def _source(addressee: Addressee, given: Address | None) -> Source | None:
    if given:
        return Source.GIVEN
    if addressee.recipient.address:
        return Source.LETTER
    return Source.REGISTER if addressee.register_address else None


def _cost(house: House, one: Letter, to: Address | None, channel: Channel) -> int | None:
    """By the tariffs of today, for as many sheets as the letter had; alone in its envelope."""
    if (mailer := house.outside.mailers.get(channel)) is None:
        return None  # it waits, or is not to be sent
    country, letter_type = (to.country if to else one.country), house.types[one.letter_type]
    sending = sending_of(replace(one, country=country), channel, mailer.provider, letter_type.letter_class)
    try:
        return house.tariffs.price(sending, clock.today()).total
    except NoPrice:
        return None
