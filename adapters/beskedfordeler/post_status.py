"""What became of a letter: PKO_PostStatus, the message that SF1601's post component puts in the envelope.

Fields and statuses: INTERFACES of KOMBIT's "SF1601 Postkomponent - Beskedfordeler - PKO_PostStatus" as public clients
have them (docs/integration-beskedfordeler.md). No schema is published: what is not understood goes to a person.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from uuid import UUID

from lxml import etree

from adapters.beskedfordeler.envelope import Envelope, moment, open_envelope, parsed
from adapters.codes import Codes, Meaning, stand_code
from outbound.letter import Blame, News, RawReceipt, Receipt

PROVIDER = "beskedfordeler"
POST_STATUS = "d2bed63c-4853-4008-b6e0-a74c15b15fbf"  # the Beskedtype
DIGITAL_POST = "96514e13-afdd-44d6-95a8-adc2ca19b127"  # the actor that answers for Digital Post
BY_MESSAGE = ("Digital Post", "NemSMS")
"""The KanalKode of what is named by its MessageUUID. That of a NemSMS is not published: it is read under either."""

PKO = "{http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types}"
HAPPENING = f"{PKO}ForsendelseHaendelseSamling/{PKO}ForsendelseHaendelse"
DEAREST = 1_000_000_00  # øre

FAILED = "e225a75c-4b63-46c4-9423-77f5c8762445"
RECALLED = "f03904aa-df6e-417f-bd74-6a01a61adbcf"
POSTAL_UPDATE = "f4e6eb11-0261-4198-8b5d-be92a9b1a35d"  # returns, moves, proofs, tracking
PLAIN = {
    "eb866ca2-b871-4387-b501-12cde577bd58": News.RECEIVED,  # Modtaget Digital Post
    "f7161a89-5068-4023-bc80-d7f4daad2a2e": News.DELIVERED,  # Afleveret Digital Post
    "db5a6025-caa3-45c3-8e02-4e6fa8142ade": News.RECEIVED,  # Afsendt: made at the print vendor
    "dd98e71c-41ac-4305-a47b-8f86b00e639b": News.RECEIVED,  # Modtaget fjernprint
    "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8": News.RECEIVED,  # Klar: waits to be printed
    "e3c0a021-2070-40d4-b7b7-754aeba762e9": News.RECEIVED,  # Afleveret til print og kuvertering
    "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3": News.DELIVERED,  # Modtaget Post Danmark: handed to the postal service
}
NEWS_OF = {Meaning.AGAIN: News.TRY_AGAIN, Meaning.DUPLICATE: News.DUPLICATE}
CODES = Codes(Path(__file__).parents[1] / "sf1601" / "codes.toml")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the postal service or the print vendor reports of a letter. `amount` is øre."""

    kind: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class PostStatus:
    """The payload. `letter` is what it names the letter by: the MessageUUID of a digital one, the
    AfsendelseIdentifikator of a physical one; both are the id of our dispatch. `code` is empty where none is given."""

    letter: str
    system: str
    at: datetime | None
    code: str
    happenings: tuple[Happening, ...] = field(default=())


class Reader:
    """Reads messages. `ours`: the ids by which our own sender system is named in them, lower case; may be empty."""

    def __init__(self, ours: frozenset[str]) -> None:
        self._ours = ours

    def parse(self, receipt: RawReceipt) -> Sequence[Receipt]:
        """The news in a message, pushed or pulled; none in a message that is about something else than post.

        Raises ValueError where it is unreadable, with nothing of it in the words.
        """
        envelope = open_envelope(receipt.body)
        if envelope.kind != POST_STATUS:
            return ()
        status = _read(envelope)
        named = envelope.related | {status.system} - {""}
        elsewhere = bool(self._ours and named) and not named & self._ours
        dispatch = _uuid(status.letter)
        if dispatch is None:  # every letter of ours is named by a UUID
            return (Receipt(None, News.RECEIVED, foreign=True),)
        return (_news(envelope, status, dispatch, elsewhere),)


def _news(envelope: Envelope, status: PostStatus, dispatch: UUID, foreign: bool) -> Receipt:
    news, code, blame = _told(envelope.status, status)
    return Receipt(dispatch, news, code, blame, status.at, _amount(status.happenings), foreign=foreign)


def _told(what: str, status: PostStatus) -> tuple[News, str, Blame]:
    """The news, its code, and what a refusal is about. A status that we do not know is for a person to look at."""
    if what in PLAIN:
        return PLAIN[what], "", Blame.UNKNOWN
    if what == POSTAL_UPDATE:
        return _postal_update(status)
    if what not in (FAILED, RECALLED):
        return News.REFUSED, "unknown-status", Blame.UNKNOWN
    code = status.code or ("recalled" if what == RECALLED else "no-code")
    meaning = CODES.meaning(code)
    return NEWS_OF.get(meaning, News.REFUSED), code, meaning.blame


def _postal_update(status: PostStatus) -> tuple[News, str, Blame]:
    """Comes after the letter was posted. Only a return is news; the rest says that it is on its way."""
    kinds = [one.kind for one in status.happenings]
    if back := next((kind for kind in kinds if EVENTS.get(kind) == "returned"), None):
        return News.RETURNED, back, Blame.UNKNOWN
    known = kinds and all(kind in EVENTS for kind in kinds)
    return News.RECEIVED if known else News.UNCLEAR, "", Blame.UNKNOWN


def _read(envelope: Envelope) -> PostStatus:
    root = parsed(envelope.payload)
    if root.tag != f"{PKO}PKO_PostStatus":
        raise ValueError("A post status is no PKO_PostStatus.")
    channel = _text(root, "KanalKode")
    digital = channel in BY_MESSAGE if channel else envelope.actor == DIGITAL_POST
    code = _text(root, f"FejlDetaljer/{PKO}FejlKode")
    return PostStatus(
        _text(root, "MessageUUID" if digital else "AfsendelseIdentifikator"),
        _text(root, "AfsenderSystemIdentifikator").lower(),
        moment(_text(root, "TransaktionsDatoTid")) or envelope.registered,
        stand_code(code) if code else "",
        tuple(map(_happening, root.findall(HAPPENING))),
    )


def _happening(item: etree._Element) -> Happening:
    return Happening(
        stand_code(_text(item, "ForsendelseHaendelseTypeKode")), _ore(_text(item, "ForsendelseHaendelseBeloeb"))
    )


def _amount(happenings: Sequence[Happening]) -> int | None:
    """What the letter cost by all that happened to it, in øre; None where nothing is said, or nothing believable."""
    found = [one.amount for one in happenings if one.amount is not None]
    return sum(found) if found else None


def _ore(said: str) -> int | None:
    """Kroner as a decimal, in øre. Nothing where it says zero: clients' serializers write that for "not known"."""
    try:
        amount = Decimal(said)
        ore = int((amount * 100).to_integral_value(ROUND_HALF_UP)) if amount.is_finite() and len(said) <= 20 else 0
    except ArithmeticError:  # no number, or one without end
        return None
    return ore if 0 < ore <= DEAREST else None


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(f"{PKO}{path}") or "").strip()


def _events(path: Path) -> dict[str, str]:
    """The types of updates and what each says. Raises ValueError, naming the file."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind, row in rows.items():
        if row.get("class") not in ("returned", "information") or not row.get("source") or stand_code(kind) != kind:
            raise ValueError(f"{path.name}: the row {kind!r} needs a class and a source; see the head of the file.")
    return {kind: row["class"] for kind, row in rows.items()}


EVENTS = _events(Path(__file__).with_name("events.toml"))
