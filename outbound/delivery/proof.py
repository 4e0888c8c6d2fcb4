"""Proof runs: letters from the letter types' own examples, to invented people, printed to be looked at, never posted.

They are no letters of the ledger: they cost nothing and count nowhere. Each is marked PRØVE across every page, and the
run says of itself that it is a proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from outbound import clock
from outbound.delivery.house import House
from outbound.desk import DeskRefusal, Hand, note
from outbound.ledger import proofs
from outbound.ledger.proofs import ProofRun
from outbound.letter import (
    Accepted,
    Address,
    Answer,
    Channel,
    Consignment,
    Dispatch,
    Document,
    Lane,
    News,
    Receipt,
    Recipient,
    Rejected,
    Role,
)
from outbound.life import Outcome
from outbound.organisation import OrganisationFault
from outbound.ports import Mailer, Misconfigured, OutcomeUnknown, Refused, Unavailable
from outbound.rendering import Frame, LetterType, RenderingFault, inserts_on, render

PROOF = "PRØVE"
NAME = "Prøve Eksempelsen"
ADDRESS = Address(NAME, ("Opdigtet Allé 12, 3. tv.",), "9999", "Eksempelby")


@dataclass(frozen=True, slots=True)
class Example:
    """A letter type's example as a letter."""

    letter_type: LetterType
    document: Document


def examples(house: House, names: Sequence[str]) -> list[Example]:
    """A letter of each of these types, or of all that are rendered here. Raises DeskRefusal, which names the type."""
    known = {one.name: one for one in house.types.values() if not one.ready_made}
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        raise DeskRefusal(
            "no-such-type",
            f"No example can be made of {', '.join(unknown) or 'anything'}: it is no letter type, or comes as a "
            "finished PDF; `outbound template list` shows them.",
        )
    return [Example(known[name], _made(house, known[name])) for name in dict.fromkeys(names or known)]


def send_proof(house: House, names: Sequence[str], hand: Hand) -> ProofRun:
    """Send the printer a proof run of these letter types (all where none is named), and tell how that ended.

    Raises DeskRefusal where it cannot be made, or print goes by a road that would post it.
    """
    mailer = house.outside.mailers[Channel.PRINT]
    if mailer.gathers(Lane.SINGLE) == 1:
        raise DeskRefusal(
            "no-proofs", "Print goes letter by letter on this road, which knows no proofs: it would post it."
        )
    made = examples(house, names)
    if len(made) > mailer.gathers(Lane.SINGLE):
        raise DeskRefusal("too-many", "These are more letters than one run takes; name fewer letter types.")
    consignment = _consignment(house, mailer, made)
    run = _write(house, consignment, made, hand)
    outcome, code = _hand_over(house, mailer, consignment)
    return replace(run, outcome=outcome, code=code or None)


def _made(house: House, letter_type: LetterType) -> Document:
    today = clock.today()
    try:
        frame = Frame(
            NAME,
            today,
            house.organisation.letterhead(letter_type.department, today),
            ADDRESS,
            case_number="26/1042",
            reference="Prøve",
            caseworker="Eva Opdigt",
            marker=PROOF,
            across=PROOF,
        )
        made = render(letter_type, letter_type.example or {}, frame)
    except (RenderingFault, OrganisationFault) as fault:
        code = fault.code if isinstance(fault, RenderingFault) else "no-letterhead"
        raise DeskRefusal("no-example", f"The example of {letter_type.name} cannot be rendered: {code}.") from None
    inserts = inserts_on(letter_type.inserts, today)
    return replace(made, inserts=inserts, plex=letter_type.plex, language=letter_type.languages[0])


def _consignment(house: House, mailer: Mailer, made: Sequence[Example]) -> Consignment:
    dispatches = tuple(_dispatch(house, mailer, one) for one in made)
    at = clock.now()
    return Consignment(uuid4(), Channel.PRINT, mailer.provider, Lane.SINGLE, at, dispatches, uuid4().hex, proof=True)


def _dispatch(house: House, mailer: Mailer, one: Example) -> Dispatch:
    letter_type, day = one.letter_type, clock.today()
    envelope = house.tariffs.envelope(one.document.sheets, mailer.provider)
    if envelope is None:
        raise DeskRefusal("no-envelope", f"The example of {letter_type.name} fits no envelope of the printer's.")
    return Dispatch(
        id=uuid4(),
        letter=uuid4(),
        recipient=Recipient(Role.PARTY, NAME, address=ADDRESS),
        document=one.document,
        department=letter_type.department,
        reference=PROOF,
        envelope=envelope,
        letter_class=letter_type.letter_class,
        colour=letter_type.colour,
        cost_centre=house.organisation.cost_centre(letter_type.department, day),
    )


def _write(house: House, consignment: Consignment, made: Sequence[Example], hand: Hand) -> ProofRun:
    """Before the first byte leaves, so that no receipt finds nobody."""
    run = ProofRun(
        id=consignment.id,
        provider=consignment.provider,
        letters=len(made),
        pages=sum(one.document.pages for one in made),
        sheets=sum(one.document.sheets for one in made),
        by=hand.by,
        at=consignment.closed_at,
        outcome=Outcome.OPEN,
        code=None,
        told=None,
        told_at=None,
        posted_at=None,
    )
    jobs = {one.id: example.letter_type.name for one, example in zip(consignment.dispatches, made, strict=True)}
    with house.ledger.writing() as tx:
        note(tx, house, "print-proof", "run", consignment.id.hex, hand)
        proofs.write(tx, run, jobs)
    return run


def _hand_over(house: House, mailer: Mailer, consignment: Consignment) -> tuple[Outcome, str]:
    """How it ended, which is kept. Once: a proof in doubt is not repeated, another is made."""
    answers: list[Answer] = []
    outcome, code = Outcome.TAKEN, ""
    try:
        answers += mailer.hand_over(consignment)
    except (Unavailable, Misconfigured) as fault:
        outcome, code = Outcome.VOID, fault.code
    except Refused as no:
        outcome, code = Outcome.REFUSED, no.code
    except OutcomeUnknown as fault:
        outcome, code = Outcome.DOUBT, fault.code
    if outcome is Outcome.TAKEN and not any(isinstance(one, Accepted) for one in answers):
        outcome = Outcome.REFUSED
    with house.ledger.writing() as tx:
        for one in (answer for answer in answers if isinstance(answer, Rejected)):
            proofs.heard_of_letter(tx, Receipt(one.dispatch, News.REFUSED, one.code, one.blame))
        proofs.ended(tx, consignment.id, outcome, code)
    return outcome, code
