"""Everything the router has about one person or company: letters, what happened to them, look-ups, acts, and who read.

Found by the number's keyed fingerprint, and by every number that the person register has put in its place. Looking is
written in the reading log and under an act with its why, also where nothing is found. Only this person's own letters
are in it: not those of another recipient of the same case.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from outbound.contents import (
    DOCUMENT,
    HEAD,
    PERSON,
    Addressee,
    attachment_parts,
    attachments_of,
    title_of,
    unpack_addressee,
)
from outbound.delivery.house import House
from outbound.desk import DeskRefusal, Hand, note
from outbound.intake import is_cpr, is_cvr
from outbound.ledger import people, readings, returned, same_person
from outbound.ledger.keys import Transaction
from outbound.ledger.people import Request
from outbound.ledger.readings import Reading, Wanted
from outbound.ledger.returned import Return
from outbound.ledger.values import Letter
from outbound.letter import Attachment
from outbound.seal import Part
from outbound.story import Story, story

LOOKED = "person-file"
PURPOSE = "access-request"
A_HANDFUL = 50
MOST_READINGS = 200  # of one letter, the newest


class Kind(StrEnum):
    """What was made of a person's data."""

    LOOK = "look"
    PDF = "pdf"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody has looked for a person. `id` is the act's; `letters` how many were found."""

    id: UUID
    keys: frozenset[str]
    letters: int


@dataclass(frozen=True, slots=True)
class FiledLetter:
    """One letter with what lies under the seal; None and empty where that is no longer kept."""

    story: Story
    addressee: Addressee | None = field(repr=False)
    title: str | None = field(repr=False)
    reasons: dict[str, str] = field(repr=False)  # the sender's stated reasons
    whys: dict[UUID, str] = field(repr=False)  # of its acts
    came_back: Return | None
    readings: tuple[Reading, ...]
    attachments: tuple[Attachment, ...] = field(repr=False)
    pdf: bytes | None = field(default=None, repr=False)

    @property
    def letter(self) -> Letter:
        """Its row."""
        return self.story.letter


def number_of(text: str) -> str:
    """The CPR or CVR number in what somebody typed. Raises DeskRefusal, which does not repeat it."""
    number = "".join(sign for sign in text if sign not in " -\t")
    if not (is_cpr(number) or is_cvr(number)):
        raise DeskRefusal("number", "Give a CPR number of ten digits or a CVR number of eight.")
    return number


def look(house: House, text: str, hand: Hand) -> Look:
    """Look for whoever has this number, and write down that it was done. Raises DeskRefusal."""
    key = house.seal.fingerprint("recipient", number_of(text))
    with house.ledger.writing() as tx:
        keys = same_person.keys_of(tx, [key])
        act = note(tx, house, LOOKED, "person", key, hand)
        return _written(tx, act, keys, hand.by, Kind.LOOK)


def look_again(house: House, request: UUID, hand: Hand | None, by: str, kind: Kind) -> Look:
    """Go on from a look: the number need not be given again. `hand`: with a why of its own. Raises DeskRefusal."""
    with house.ledger.writing() as tx:
        key = people.key_of(tx, request, LOOKED)
        if key is None:
            raise DeskRefusal("no-such-look", "There is no such look-up; look for the person again.")
        act = note(tx, house, LOOKED, "person", key, hand) if hand else request
        return _written(tx, act, same_person.keys_of(tx, [key]), by, kind, anew=hand is not None)


def _written(tx: Transaction, act: UUID, keys: frozenset[str], by: str, kind: Kind, anew: bool = True) -> Look:
    found = people.count(tx, keys)
    readings.note_search(tx, act, keys, by, PURPOSE)
    if anew:
        people.write(tx, act, kind, by, found)
    return Look(act, keys, found)


def letters(house: House, keys: frozenset[str], after: UUID | None, limit: int) -> list[Letter]:
    """The person's letters, the newest first, from the one after `after`. No content."""
    with house.ledger.reading() as tx:
        return people.letters(tx, keys, after, limit)


def searches(house: House, keys: frozenset[str]) -> list[Reading]:
    """Who looked for this person, whether or not anything was found: the newest lines of the reading log."""
    with house.ledger.reading() as tx:
        return readings.lines(tx, Wanted(keys=keys, workers=True), None, MOST_READINGS)


def who_read(house: House, letters: list[UUID], limit: int) -> list[Reading]:
    """The newest lines of the reading log about these letters."""
    if not letters:
        return []
    with house.ledger.reading() as tx:
        return readings.lines(tx, Wanted(owners=letters, workers=True), None, limit)


def file(house: House, keys: frozenset[str], by: str, pdfs: bool) -> Iterator[FiledLetter]:
    """Every letter of the person, opened one at a time for `by`: as many as there are, in little memory."""
    after: UUID | None = None
    while some := letters(house, keys, after, A_HANDFUL):
        for one in some:
            with house.ledger.writing() as tx:  # ended before it is handed on: whoever reads it may be slow
                found = story(tx, one.id)
                filed = _filed(tx, house, found, by, pdfs) if found else None
            if filed:
                yield filed
        after = some[-1].id


def _filed(tx: Transaction, house: House, found: Story, by: str, pdfs: bool) -> FiledLetter:
    one = found.letter
    log = readings.lines(tx, Wanted(owners=[one.id], workers=True), None, MOST_READINGS)  # before this opening
    names = [PERSON, HEAD, "wish", "one-parent", *([DOCUMENT, *attachment_parts(one.attachments)] if pdfs else [])]
    wanted = [*(Part(one.id, name) for name in names), *(Part(act.reasoned, act.why) for act in found.acts)]
    opened = house.seal.open_parts(tx, wanted, by, PURPOSE)
    own = {part.part: body for part, body in opened.items() if part.owner == one.id}
    return FiledLetter(
        story=found,
        addressee=unpack_addressee(own[PERSON]) if PERSON in own else None,
        title=title_of(own[HEAD]) if HEAD in own else None,
        reasons={name: own[name].decode() for name in ("wish", "one-parent") if own.get(name)},
        whys={part.owner: body.decode() for part, body in opened.items() if part.part == "why"},
        came_back=returned.last_of(tx, one.id),
        readings=tuple(log),
        attachments=_attachments(own, one.attachments),
        pdf=own.get(DOCUMENT),
    )


def _attachments(own: dict[str, bytes], count: int) -> tuple[Attachment, ...]:
    titles = attachments_of(own[HEAD]) if HEAD in own else ()
    files = attachment_parts(count)[1:]
    return tuple(Attachment(own.get(name, b""), one.title) for name, one in zip(files, titles, strict=False))


def requests(house: House, after: UUID | None, limit: int) -> list[Request]:
    """Who looked for persons and what they made of it, the newest first. Nobody's number is in it."""
    with house.ledger.reading() as tx:
        return people.requests(tx, after, limit)


def since(tx: Transaction, moment: datetime) -> int:
    """How many such looks there were since then."""
    return people.count_since(tx, moment)
