"""Danish words of data protection: on its pages, at a terminal, and in the letter to whoever asks for access."""

from outbound.ledger.holds import HoldScope
from outbound.leftovers import Deed
from outbound.legal_holds import LIFTED, PLACED
from outbound.person_file import Kind
from outbound.retention import Kept
from outbound.web.purposes import PURPOSES

KEPT = {
    Kept.MOVING: "brevet er undervejs",
    Kept.HELD: "brevet er standset",
    Kept.DOUBT: "en afsendelse er i tvivl",
    Kept.RETURN: "returposten er ikke behandlet",
    Kept.INCIDENT: "en hændelse er åben",
    Kept.REMINDER: "en påmindelse er ikke sendt",
    Kept.NOT_JOURNALISED: "venter på journalisering",
    Kept.NOT_YET: "tiden regnes fra journaliseringen",
    Kept.RETURN_WINDOW: "brevet kan endnu komme retur",
    Kept.HOLD: "der er slettestop",
    Kept.BUSY: "brevet er i arbejde; prøves igen i morgen",
}
DEEDS = {
    Deed.FORGOTTEN: "breve slettet",
    Deed.RECEIPTS: "kvitteringer slettet",
    Deed.NOTES: "begrundelser slettet",
    Deed.PARTS: "dele af breves indhold slettet",
    Deed.READINGS: "linjer i læseloggen slettet",
    Deed.RESEALED: "forseglet igen under en anden nøgle",
}
SCOPES = {
    HoldScope.LETTER: "brev",
    HoldScope.CASE: "sag",
    HoldScope.PERSON: "person",
    HoldScope.MAILING: "masseforsendelse",
}
REQUESTS = {Kind.LOOK: "Slået op", Kind.PDF: "Udskrift til borgeren", Kind.ZIP: "Alt som zip"}
ACTS = {PLACED: "Slettestop sat", LIFTED: "Slettestop ophævet"}
PARTS = {
    "person": "modtageren",
    "fields": "felterne",
    "document": "brevet",
    "handed-in": "den indleverede PDF",
    "twin": "HTML-udgaven",
    "head": "titlen",
    "attachments": "bilagenes titler",
    "answers": "beskeden, der besvares",
    "wish": "ønsket om kanal",
    "one-parent": "grunden til kun én forælder",
    "why": "en begrundelse",
    "receipt": "en kvittering",
    "search": "søgning efter personen",
}
REFUSALS = {
    "number": "Skriv et CPR-nummer på ti cifre eller et CVR-nummer på otte.",
    "why": "Skriv, hvorfor du gør det. Det gemmes sammen med dit navn.",
    "no-such-look": "Opslaget findes ikke. Slå personen op igen.",
    "no-such-letter": "Der er intet brev med det id.",
    "no-such-id": "Skriv brevets eller masseforsendelsens id.",
    "no-such-case": "Skriv sagens nummer, som fagsystemet skriver det. Til et CPR-nummer skal du vælge »person«.",
    "stands-already": "Slettestoppet gælder allerede. Se listen.",
    "covers-nothing": "Der er ingen breve, som det kan gælde, så intet ville blive beholdt. Se nummeret efter.",
    "no-such-hold": "Der er intet slettestop, som gælder. Se listen igen.",
}


def part_said(part: str) -> str:
    """What was read."""
    return "et bilag" if part.startswith("attachment-") else PARTS.get(part, part)


def purpose_said(purpose: str) -> str:
    """What it was read for."""
    return PURPOSES[purpose].said if purpose in PURPOSES else purpose


def what_said(what: str) -> str:
    """What retention did, or why it did not."""
    if what in set(Kept):
        return f"beholdt: {KEPT[Kept(what)]}"
    return DEEDS[Deed(what)] if what in set(Deed) else what
