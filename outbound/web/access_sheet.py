"""The answer to a request for access, as a PDF in Danish for the person: each letter, where it went, who has read it.

Colleagues are not named: what a person has a right to is when data were read and for what, not by which employee (EU
Court of Justice, C-579/21). Systems and the router are. The whys of acts are left to the caseworker to hand out: they
are free text, and may name somebody else.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from outbound.ledger.readings import Reading
from outbound.person_file import FiledLetter
from outbound.rendering import fonts
from outbound.rendering.danish import dato, kroner
from outbound.rendering.fonts import BOLD, REGULAR
from outbound.rendering.fragments import GREY, LINE, plain
from outbound.rendering.window import MM
from outbound.web import access_words
from outbound.web.pages import words
from outbound.web.pages.looks import moment

_TITLE = ParagraphStyle("title", fontName=BOLD.name, fontSize=18, leading=23, spaceAfter=6)
_HEADING = ParagraphStyle("heading", fontName=BOLD.name, fontSize=11.5, leading=15, spaceBefore=14, spaceAfter=4)
_TEXT = ParagraphStyle("text", fontName=REGULAR.name, fontSize=10, leading=13.5, spaceAfter=5)
_LABEL = ParagraphStyle("label", fontName=REGULAR.name, fontSize=9.5, leading=12.5, textColor=GREY)
_WIDTHS = (48 * MM, 122 * MM)
_MARGIN = 20 * MM
_ROWS = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, -1), 0.2, LINE),
    ]
)
COLLEAGUE = "en medarbejder"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What it is made of. `systems`: the names that readers may have besides people's."""

    letters: Iterable[FiledLetter]
    searches: Sequence[Reading]
    systems: Collection[str]
    municipality: str
    made_at: datetime


def access_pdf(sheet: Sheet) -> bytes:
    """A4 pages. The letters are read once, one after another."""
    fonts.register()
    out = BytesIO()
    made = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title="Indsigt i udgående post",
        author=sheet.municipality,
        lang="da",
        initialFontName=REGULAR.name,
    )
    made.build([*_pieces(sheet)], onFirstPage=_footer, onLaterPages=_footer)
    return out.getvalue()


def _footer(canvas: Canvas, document: Any) -> None:
    canvas.setFont(REGULAR.name, 8)
    canvas.setFillColor(GREY)
    canvas.drawString(_MARGIN, 12 * MM, "Indsigt i udgående post")
    canvas.drawRightString(A4[0] - _MARGIN, 12 * MM, f"Side {document.page}")


def _pieces(sheet: Sheet) -> Iterator[Flowable]:
    yield plain("Indsigt i udgående post", _TITLE, BOLD)
    yield plain(f"{sheet.municipality}, {moment(sheet.made_at)}", _LABEL)
    yield Spacer(0, 8)
    yield plain(
        "Du har bedt om at se, hvilke oplysninger vi har om dig i det system, der sender kommunens breve. Her er hvert "
        "brev, hvor det gik hen og hvorfor, hvad der skete med det undervejs, og hvornår og hvorfor det er blevet "
        "læst. Brevene følger med som filer, så længe vi har dem.",
        _TEXT,
    )
    yield plain(
        "Vi oplyser ikke navne på kommunens medarbejdere, og breve til andre er ikke med. Begrundelser, som "
        "medarbejdere har skrevet, gennemgår vi, før vi udleverer dem.",
        _TEXT,
    )
    none = True
    for number, one in enumerate(sheet.letters, 1):
        none = False
        yield from _letter(number, one, sheet.systems)
    if none:
        yield plain("Vi har ingen breve til dig.", _TEXT)
    yield from _section("Søgninger efter dig", [_read(one, sheet.systems) for one in sheet.searches])


def _letter(number: int, filed: FiledLetter, systems: Collection[str]) -> Iterator[Flowable]:
    one, story = filed.letter, filed.story
    title = filed.title or ("Indholdet er slettet" if one.forgotten_at else "Brev")
    yield from _section(f"{number}. {title}", _facts(filed))
    yield from _section("Det er sket", [(moment(e.at), words.happening(e.code, e.now)) for e in story.events])
    acts = [(moment(act.at), f"{words.ACTS.get(act.verb, act.verb)} ({_who(act.by, systems)})") for act in story.acts]
    yield from _section("Gjort af personer og fagsystemer", acts)
    yield from _section("Læst", [_read(line, systems) for line in filed.readings])


def _facts(filed: FiledLetter) -> list[tuple[str, str]]:
    one, story = filed.letter, filed.story
    cost = story.booked("porto")
    facts = [
        ("Tilstand", words.state_said(one.status, one.channel)),
        ("Slettet", f"Indholdet er slettet den {moment(one.forgotten_at)}" if one.forgotten_at else ""),
        ("Dateret", dato(one.dated) if one.dated else ""),
        ("Fagsystem og sag", ", ".join(text for text in (one.system, one.case_number) if text)),
        ("Vej", story.route.sentence if story.route else ""),
        ("Slået op i Digital Post", moment(one.looked_up_at) if one.looked_up_at else ""),
        *_addressee(filed),
        *((f"Afsendelse {at}", _try_said(each)) for at, each in enumerate(story.tries, 1)),
        ("Kom retur", moment(filed.came_back.at) if filed.came_back else ""),
        ("Påmindelse", words.REMINDERS[story.reminder.state] if story.reminder else ""),
        ("Porto", kroner(cost) if cost else ""),
        ("Grunde fra fagsystemet", "\n".join(filed.reasons.values())),
        ("Bilag", "\n".join(each.title for each in filed.attachments)),
        ("Brevets id", str(one.id)),
    ]
    return [(label, said) for label, said in facts if said]


def _addressee(filed: FiledLetter) -> list[tuple[str, str]]:
    if filed.addressee is None:
        return []
    who = filed.addressee
    address = "\n".join(who.address.as_lines()) if who.address else ""
    number = " → ".join(text for text in (who.recipient.number, who.current_cpr) if text)
    protected = "Adressen er beskyttet" if who.protected else ""
    return [("Modtager", who.recipient.name), ("Nummer", number), ("Adresse", address), ("", protected)]


def _try_said(each: Any) -> str:
    one = each.dispatch
    arrived = f", {words.DELIVERED.get(one.channel, '').lower()} {moment(one.available_at)}" if one.available_at else ""
    return f"{words.CHANNELS[one.channel]}, {words.OUTCOMES[one.outcome]}, {moment(one.taken_at)}{arrived}"


def _read(line: Reading, systems: Collection[str]) -> tuple[str, str]:
    what, why = access_words.part_said(line.part), access_words.purpose_said(line.purpose)
    return moment(line.at), f"{what}, af {_who(line.by, systems)}: {why}"


def _who(by: str, systems: Collection[str]) -> str:
    if by in words.BY:
        return words.BY[by]
    return f"fagsystemet {by}" if by in systems else COLLEAGUE


def _section(heading: str, facts: Sequence[tuple[str, str]]) -> Iterator[Flowable]:
    if not facts:
        return
    yield plain(heading, _HEADING, BOLD)
    rows = [[plain(label, _LABEL), plain(said, _TEXT)] for label, said in facts]
    yield Table(rows, colWidths=_WIDTHS, style=_ROWS, hAlign="LEFT")
