"""Why a letter goes where it goes: every route with its code and its sentence, and the choice between them. Pure.

Two questions, in this order. The *reasons* say which way the letter is to go: the first that fits wins. Where that
way is paper, the *obstacles* say what must be settled before anything may be printed: the first that fits wins over
the reason. So a dead recipient outranks everything, an unknown answer never becomes paper, and a letter that is
demanded on paper never slips into a mailbox because its address is faulty.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from outbound.letter import Address, Channel, Life, Mailbox, Person, Recipient, WaitsFor, Wish
from outbound.postal_address import AddressFault, postcode_faults, usable
from outbound.postal_districts import SHIPPED, PostalDistricts


class Route(Enum):
    """Where a letter goes and why; the value is the code that is stored, shown and counted.

    The members stand in order of precedence, reasons first and obstacles to paper after them.
    A route has a channel, or waits for a person (`waits_for`: the letter is HELD), or waits for an answer from
    outside (`waits`: the letter stays RENDERED with a due time). The sentence is Danish, for caseworkers.
    """

    channel: Channel
    code: str
    sentence: str
    waits_for: WaitsFor | None
    waits: bool

    def __new__(
        cls,
        channel: Channel,
        code: str,
        sentence: str,
        waits_for: WaitsFor | None = None,
        waits: bool = False,
    ) -> "Route":
        """The code is the member's value."""
        route = object.__new__(cls)
        route._value_ = route.code = code
        route.channel, route.sentence = channel, sentence
        route.waits_for, route.waits = waits_for, waits
        return route

    MAILBOX_CLOSED = (
        Channel.NONE,
        "mailbox-closed",
        "Postkassen er lukket: modtageren er død, eller virksomheden er ophørt. Afgør, hvem brevet skal til.",
        WaitsFor.DEPARTMENT,
    )
    RECIPIENT_DEAD = (
        Channel.NONE,
        "recipient-dead",
        "Registeret melder modtageren død eller virksomheden ophørt. Afgør, hvem brevet skal til.",
        WaitsFor.DEPARTMENT,
    )
    CHOSEN_PAPER = (
        Channel.PRINT,
        "chosen-paper",
        "En medarbejder har valgt, at brevet sendes på papir.",
    )
    CHOSEN_DIGITAL = (
        Channel.DIGITAL,
        "chosen-digital",
        "En medarbejder har valgt, at brevet sendes digitalt.",
    )
    LOOK_UP_UNKNOWN = (
        Channel.NONE,
        "look-up-unknown",
        "Opslaget i Digital Post gav ikke noget svar. Brevet venter, til der er et.",
        None,
        True,
    )
    PAPER_DEMANDED = (
        Channel.PRINT,
        "paper-demanded",
        "Afsenderen har med en begrundelse forlangt, at brevet sendes på papir.",
    )
    PAPER_ONLY = (
        Channel.PRINT,
        "paper-only",
        "Denne brevtype sendes kun på papir.",
    )
    DIGITAL_NOT_ENROLLED = (
        Channel.NONE,
        "digital-demanded-not-enrolled",
        "Brevet må kun sendes digitalt, men modtageren kan ikke få Digital Post. Ret ønsket, eller annullér brevet.",
        WaitsFor.SENDER,
    )
    DIGITAL_NOT_POSSIBLE = (
        Channel.NONE,
        "digital-demanded-not-possible",
        "Brevet må kun sendes digitalt, men er for stort, afvist eller kun til papir. Ret det, eller annullér brevet.",
        WaitsFor.SENDER,
    )
    DIGITAL_DEMANDED = (
        Channel.DIGITAL,
        "digital-demanded",
        "Afsenderen har med en begrundelse forlangt, at brevet kun sendes digitalt.",
    )
    DIGITAL_REFUSED = (
        Channel.PRINT,
        "digital-refused",
        "Digital Post har afvist at levere brevet til modtageren.",
    )
    DIGITAL_TOO_LARGE = (
        Channel.PRINT,
        "digital-too-large",
        "Brevet er for stort til Digital Post.",
    )
    ENROLLED = (
        Channel.DIGITAL,
        "enrolled",
        "Modtageren har en digital postkasse.",
    )
    EXEMPT = (
        Channel.PRINT,
        "exempt",
        "Modtageren er fritaget for Digital Post.",
    )
    LEFT_THE_COUNTRY = (
        Channel.PRINT,
        "left-the-country",
        "Modtageren er fritaget for Digital Post, fordi hun eller han er udrejst af Danmark.",
    )
    NOT_YET_ACTIVE = (
        Channel.PRINT,
        "not-yet-active",
        "Modtagerens digitale postkasse er endnu ikke taget i brug.",
    )
    UNDER_15 = (
        Channel.PRINT,
        "under-15",
        "Modtageren er under 15 år og har ingen digital postkasse.",
    )
    NOT_ENROLLED = (
        Channel.PRINT,
        "not-enrolled",
        "Modtageren er ikke tilmeldt Digital Post; årsagen kendes ikke.",
    )
    NO_NUMBER = (
        Channel.PRINT,
        "no-number",
        "Modtageren er angivet uden CPR- eller CVR-nummer.",
    )
    REGISTER_UNKNOWN = (
        Channel.NONE,
        "register-unknown",
        "Registeret har ikke svaret på, om modtageren lever, og hvor. Brevet venter, til der er et svar.",
        None,
        True,
    )
    NOT_IN_REGISTER = (
        Channel.NONE,
        "not-in-register",
        "Registeret kender ikke modtagerens nummer. Ret nummeret, eller annullér brevet.",
        WaitsFor.SENDER,
    )
    NO_POSTAL_ADDRESS = (
        Channel.NONE,
        "no-postal-address",
        "Brevet skal på papir, men der er ingen postadresse, der kan bruges. Angiv en adresse.",
        WaitsFor.SENDER,
    )
    POSTCODE_UNKNOWN = (
        Channel.NONE,
        "postcode-unknown",
        "Brevet skal på papir, men postnummeret står ikke på listen. Ret det, eller få driften til at tilføje det.",
        WaitsFor.SENDER,
    )
    TOWN_NOT_OF_POSTCODE = (
        Channel.NONE,
        "town-not-of-postcode",
        "Brevet skal på papir, men byen hører til et andet postnummer end det, der er angivet. Ret adressen.",
        WaitsFor.SENDER,
    )
    PRINT_TOO_LARGE = (
        Channel.NONE,
        "print-too-large",
        "Brevet skal på papir, men er for stort til fjernprint eller kuverten. Del det, eller send det selv.",
        WaitsFor.SENDER,
    )
    NO_CHANNEL_LEFT = (
        Channel.NONE,
        "no-channel-left",
        "Brevet skal på papir, men fjernprint har afvist det. Afgør, hvordan modtageren skal have det.",
        WaitsFor.DEPARTMENT,
    )

    @classmethod
    def of(cls, code: str) -> "Route":
        """The route of a stored code. Raises KeyError for a code that no route has."""
        return {route.code: route for route in cls}[code]

    @property
    def held(self) -> bool:
        """Must a person decide before the letter goes on?"""
        return self.waits_for is not None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that the choice rests on. What is not known says so; nothing is assumed.

    `mailbox` is None where the recipient has no CPR or CVR number: then there is nobody to look up. `person` is None
    while the person register has not been asked. `stale`: the mailbox's answer was kept from before a look-up that
    failed, and is good for the mailbox alone. `address` is where paper would go (`postal_address`); `written`: it was
    given by somebody, and is not the register's; `districts` are the postcodes that are known. `chosen` is
    the channel that a person chose for this letter; `refused` the channels that refused this recipient.
    `print_too_large`: more bytes than the printer takes, or more sheets than any envelope.
    """

    mailbox: Mailbox | None
    stale: bool = False
    person: Person | None = field(default=None, repr=False)
    address: Address | None = field(default=None, repr=False)
    wish: Wish = Wish.ANY
    chosen: Channel | None = None
    paper_only: bool = False
    refused: frozenset[Channel] = frozenset()
    digital_too_large: bool = False
    print_too_large: bool = False
    written: bool = False
    districts: PostalDistricts = SHIPPED

    @property
    def life(self) -> Life:
        """The person register's word, UNKNOWN while it has not been asked."""
        return self.person.life if self.person else Life.UNKNOWN

    @property
    def numbered(self) -> bool:
        """Does the recipient have a number that can be looked up?"""
        return self.mailbox is not None

    @property
    def digital_only(self) -> bool:
        """Has the sender, or a person since, ruled paper out?"""
        return self.chosen is Channel.DIGITAL or (self.wish is Wish.DIGITAL and self.chosen is None)

    @property
    def digital_possible(self) -> bool:
        """May the letter be handed to the digital mailbox, as far as the letter itself goes?"""
        return self.numbered and not self.digital_too_large and Channel.DIGITAL not in self.refused

    @property
    def postcode_faults(self) -> tuple[AddressFault, ...]:
        """What is wrong between postcode and town of an address that somebody wrote."""
        return postcode_faults(self.address, self.districts) if self.written and self.address else ()

    @property
    def digital_fits(self) -> bool:
        """Is it no letter of a type for paper, or has a person chosen the mailbox for it?"""
        return not self.paper_only or self.chosen is Channel.DIGITAL


Rules = tuple[tuple[Route, Callable[[Circumstances], bool]], ...]

REASONS: Rules = (
    (Route.MAILBOX_CLOSED, lambda c: c.mailbox is Mailbox.CLOSED),
    (Route.RECIPIENT_DEAD, lambda c: c.life is Life.DEAD),
    (Route.CHOSEN_PAPER, lambda c: c.chosen is Channel.PRINT),
    (Route.CHOSEN_DIGITAL, lambda c: c.chosen is Channel.DIGITAL and c.digital_possible),
    # Unknown may turn out to be closed, which outranks all that follows, paper by demand included.
    (Route.LOOK_UP_UNKNOWN, lambda c: c.mailbox is Mailbox.UNKNOWN),
    (Route.PAPER_DEMANDED, lambda c: c.wish is Wish.PAPER and not c.digital_only),
    (Route.PAPER_ONLY, lambda c: c.paper_only and not c.digital_only),
    (Route.DIGITAL_NOT_ENROLLED, lambda c: c.digital_only and c.mailbox is not Mailbox.ENROLLED),
    (Route.DIGITAL_NOT_POSSIBLE, lambda c: c.digital_only and not (c.digital_possible and c.digital_fits)),
    (Route.DIGITAL_DEMANDED, lambda c: c.digital_only),
    (Route.DIGITAL_REFUSED, lambda c: Channel.DIGITAL in c.refused),
    (Route.DIGITAL_TOO_LARGE, lambda c: c.numbered and c.digital_too_large),
    (Route.ENROLLED, lambda c: c.mailbox is Mailbox.ENROLLED),
    (Route.EXEMPT, lambda c: c.mailbox is Mailbox.EXEMPT),
    (Route.LEFT_THE_COUNTRY, lambda c: c.mailbox is Mailbox.LEFT_THE_COUNTRY),
    (Route.NOT_YET_ACTIVE, lambda c: c.mailbox is Mailbox.NOT_YET_ACTIVE),
    (Route.UNDER_15, lambda c: c.mailbox is Mailbox.UNDER_15),
    (Route.NOT_ENROLLED, lambda c: c.mailbox is Mailbox.NOT_ENROLLED),
    (Route.NO_NUMBER, lambda c: not c.numbered),
)
"""Which way, and why. Every circumstance fits at least one."""

OBSTACLES: Rules = (
    (Route.REGISTER_UNKNOWN, lambda c: c.numbered and c.life is Life.UNKNOWN),
    (Route.NOT_IN_REGISTER, lambda c: c.numbered and c.life is Life.NOT_FOUND),
    (Route.NO_POSTAL_ADDRESS, lambda c: not usable(c.address)),
    (Route.POSTCODE_UNKNOWN, lambda c: AddressFault.UNKNOWN_POSTCODE in c.postcode_faults),
    (Route.TOWN_NOT_OF_POSTCODE, lambda c: AddressFault.OTHER_TOWN in c.postcode_faults),
    (Route.PRINT_TOO_LARGE, lambda c: c.print_too_large),
    (Route.NO_CHANNEL_LEFT, lambda c: Channel.PRINT in c.refused),
)
"""What keeps a letter that is to go on paper from being printed."""


def choose_route(c: Circumstances) -> Route:
    """The route of a letter in these circumstances."""
    route = _reason(c)
    return (_first(OBSTACLES, c) or route) if route.channel is Channel.PRINT else route


def asks_person(c: Circumstances) -> bool:
    """Must the person register be asked before this can be decided?

    Yes for all paper to somebody with a number: for the life sign, and for the address where the sender gave none.
    """
    return c.numbered and c.person is None and _reason(c).channel is Channel.PRINT


def postal_address(recipient: Recipient, person: Person | None) -> Address | None:
    """Where paper would go: the address that the sender gave, else the register's.

    The sender's outranks the register's also where it is faulty, so that a letter never goes elsewhere than its
    sender said; the fault then holds the letter for the sender.
    """
    return recipient.address or (person.address if person else None)


def _reason(c: Circumstances) -> Route:
    """Which way, and why. By a stale answer nothing goes on paper: there it is as good as none."""
    route = _first(REASONS, c)
    if c.stale and route is not None and route.channel is Channel.PRINT:
        route = _first(REASONS, replace(c, mailbox=Mailbox.UNKNOWN))
    if route is None:
        raise ValueError("No route fits; Mailbox has a member that no rule in outbound/routing.py speaks of.")
    return route


def _first(rules: Rules, c: Circumstances) -> Route | None:
    return next((route for route, fits in rules if fits(c)), None)
