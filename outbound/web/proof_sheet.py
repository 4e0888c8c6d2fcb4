"""The proof of a letter as a PDF, in Danish: what was sent, to whom, when, which way and why, and what came back.

It says what the router knows and no more: that paper was handed to the postal service, never that it arrived.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, SimpleDocTemplate, Spacer, Table, TableStyle

from outbound import clock
from outbound.contents import HEAD, PERSON, Addressee, attachments_of, title_of, unpack_addressee
from outbound.delivery import House
from outbound.letter import Attachment
from outbound.rendering import fonts
from outbound.rendering.danish import dato, tal
from outbound.rendering.fonts import BOLD, REGULAR
from outbound.rendering.fragments import GREY, LINE, plain
from outbound.rendering.window import MM
from outbound.seal import Part
from outbound.story import Story, Try
from outbound.web.pages import case_story, words
from outbound.web.pages.looks import moment

_TITLE = ParagraphStyle("title", fontName=BOLD.name, fontSize=18, leading=23, spaceAfter=4)
_HEADING = ParagraphStyle("heading", fontName=BOLD.name, fontSize=11, leading=14, spaceBefore=14, spaceAfter=4)
_TEXT = ParagraphStyle("text", fontName=REGULAR.name, fontSize=9.5, leading=12.5)
_LABEL = ParagraphStyle("label", fontName=REGULAR.name, fontSize=9.5, leading=12.5, textColor=GREY)
_WIDTHS = (48 * MM, 122 * MM)
_MARGIN = 20 * MM
_PADDING = 6  # points: inside of a platypus frame
_ROWS = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, -1), 0.2, LINE),
    ]
)
Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof is made of. `addressee` and `title` are None where they are no longer kept."""

    story: Story
    addressee: Addressee | None
    title: str | None
    attachments: tuple[Attachment, ...]
    department: str
    municipality: str
    made_at: datetime


def gather(house: House, story: Story, by: str, purpose: str) -> Proof:
    """All that the proof of this letter is made of; the opening is written in the reading log."""
    letter = story.letter
    wanted = [Part(letter.id, PERSON), Part(letter.id, HEAD)]
    with house.ledger.writing() as tx:
        parts = house.seal.open_parts(tx, wanted, by, purpose)
    person, head = (parts.get(part) for part in wanted)
    return Proof(
        story=story,
        addressee=unpack_addressee(person) if person else None,
        title=title_of(head) if head else None,
        attachments=attachments_of(head) if head else (),
        department=house.organisation.name_of(letter.department, letter.dated or clock.today()),
        municipality=house.organisation.municipality.name,
        made_at=clock.now(),
    )


def proof_pdf(proof: Proof) -> bytes:
    """The proof as A4 pages."""
    fonts.register()
    _, pages = _built(proof, 0)
    made, _ = _built(proof, pages)
    return made


def _built(proof: Proof, pages: int) -> tuple[bytes, int]:
    """The pages, each saying which of how many it is; and how many there are."""
    out = BytesIO()
    made = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title="Bevis for afsendelse",
        author=proof.municipality,
        lang="da",
        invariant=1,
        initialFontName=REGULAR.name,
    )

    def footer(canvas: Canvas, document: Any) -> None:
        canvas.setFont(REGULAR.name, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(_MARGIN + _PADDING, 12 * MM, f"Brev {proof.story.letter.id}")
        canvas.drawRightString(A4[0] - _MARGIN - _PADDING, 12 * MM, f"Side {document.page} af {pages}")

    made.build([*_pieces(proof)], onFirstPage=footer, onLaterPages=footer)
    return out.getvalue(), int(made.page)


def _pieces(proof: Proof) -> Iterator[Flowable]:
    story = proof.story
    told = case_story.told(story)
    yield plain("Bevis for afsendelse", _TITLE, BOLD)
    yield plain(f"{proof.municipality}, udskrevet {moment(proof.made_at)}. Alle tider er dansk tid.", _LABEL)
    yield plain(told.head, _HEADING, BOLD)
    yield from (plain(line, _TEXT) for line in (*told.known, *told.unknown))
    yield from _section("Brevet", _letter_facts(proof))
    yield from _section("Modtageren", _recipient_facts(proof.addressee))
    yield from _section("Vejen og grunden til den", _route_facts(story))
    for number, one in enumerate(story.tries, 1):
        yield from _section(f"Afsendelse {number}", _try_facts(one))
    yield from _section("Historien", [(moment(one.at), _by(one)) for one in case_story.lines(story)])
    if not story.incidents:
        yield plain("Der er ikke registreret fejl undervejs.", _LABEL)
    yield from _section("Sådan er beviset lavet", _EXPLAINED)


def _by(line: case_story.Line) -> str:
    return f"{line.said} ({line.by})" if line.by else line.said


_KEYED = (
    "Regnet af brevets PDF med en nøgle, som kommunen har (HMAC-SHA-256). En PDF, der er ændret i det mindste, giver "
    "et andet fingeraftryk."
)
_EXPLAINED = (
    ("Kilde", "Kommunens protokol over udgående post, hvor hver hændelse skrives, når den sker."),
    ("Fingeraftryk", _KEYED),
    ("Id hos leverandøren", "Det nummer, som Digital Post eller trykkeriet kender brevet under og kan spørges om."),
)
"""What somebody asks who has never seen the router: what the proof rests on, and how it can be gone into."""


def _section(heading: str, facts: Facts) -> Iterator[Flowable]:
    rows = [[plain(label, _LABEL), plain(said or "–", _TEXT)] for label, said in facts]
    table = Table(rows, colWidths=_WIDTHS, style=_ROWS, hAlign="LEFT")
    title = plain(heading, _HEADING, BOLD)
    if len(rows) <= 12:
        yield KeepTogether([title, table])
    else:
        yield from (title, table)
    yield Spacer(0, 2)


def _letter_facts(proof: Proof) -> Facts:
    one = proof.story.letter
    return [
        ("Titel", proof.title or "gemmes ikke længere, eller er ikke sat op endnu"),
        *([("Bilag", _listed(proof.attachments))] if proof.attachments else []),
        ("Tilstand", words.state_said(one.status, one.channel)),
        ("Dateret", dato(one.dated) if one.dated else ""),
        ("Afsender", proof.department),
        ("Fagsystem og reference", f"{one.system}, {one.reference}"),
        ("Sagsnummer", one.case_number),
        ("Omfang", f"{_pages(one.pages)}, {tal(one.bytes or 0)} byte" if one.pages else ""),
        ("Fingeraftryk af PDF'en", one.document_fingerprint or ""),
        ("Modtaget i routeren", moment(one.created_at)),
        ("Journaliseret", moment(one.journalised_at)),
        ("Brevets id", str(one.id)),
        *([("Genudsendelse af", str(one.follows))] if one.follows else []),
    ]


def _listed(attachments: Sequence[Attachment]) -> str:
    return "\n".join(f"{one.title} ({_pages(one.pages)})" for one in attachments)


def _pages(count: int) -> str:
    return "1 side" if count == 1 else f"{count} sider"


def _recipient_facts(addressee: Addressee | None) -> Facts:
    if addressee is None:
        return [("", "Gemmes ikke længere.")]
    who = addressee.recipient
    address = "\n".join(addressee.address.as_lines()) if addressee.address else ""
    now = [("Nuværende CPR-nummer", addressee.current_cpr)] if addressee.current_cpr else []
    cpr = [("CPR-nummer", who.cpr)] if who.cpr else []
    cvr = [("CVR-nummer", who.cvr)] if who.cvr else []
    hidden = [("Adressebeskyttelse", "Ja. Adressen må ikke gives videre.")] if addressee.protected else []
    return [("Navn", who.name), *cpr, *now, *cvr, ("Postadresse", address), *hidden]


def _route_facts(story: Story) -> Facts:
    route = story.route
    if route is None:
        return [("Vej", "Ikke valgt endnu.")]
    asked, held_code = story.letter.looked_up_at, story.letter.held_code
    return [
        ("Kanal", words.CHANNELS[route.channel]),
        ("Grund", f"{route.sentence} (kode {route.code})"),
        *([("Slået op i Digital Post", moment(asked))] if asked else []),
        *([("Standset", words.reason(held_code))] if held_code else []),
    ]


def _try_facts(one: Try) -> Facts:
    found = one.dispatch
    arrived = words.DELIVERED.get(found.channel, "Afleveret")
    return [
        ("Kanal og leverandør", f"{words.CHANNELS[found.channel]}, {found.provider}"),
        ("Id hos leverandøren", str(found.id)),
        *([("Transmission", found.transmission)] if found.transmission else []),
        ("Udfald", words.OUTCOMES[found.outcome] + (f" (leverandørens kode {found.code})" if found.code else "")),
        ("Begyndt", moment(one.begun_at)),
        ("Modtaget hos leverandøren", moment(found.taken_at)),
        (arrived, moment(found.available_at)),
    ]
