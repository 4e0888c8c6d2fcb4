"""Danish words of data protection: on its pages, at a terminal, and in the letter to whoever asks for access."""

from outbound.ledger.holds import HoldScope
from outbound.leftovers import Deed
from outbound.legal_holds import LIFTED, PLACED
from outbound.person_file import Kind
from outbound.retention import Kept

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
PURPOSES = {
    "page-inquiry": "modtageren eller sagsbehandleren spurgte",
    "page-fault": "en fejl blev undersøgt",
    "page-return": "returpost blev behandlet",
    "page-access": "indsigt efter databeskyttelsesreglerne",
    "access-request": "indsigt efter databeskyttelsesreglerne",
    "render": "brevet blev sat op",
    "send": "brevet blev sendt",
    "route": "vejen blev valgt",
    "check-address": "adressen blev kontrolleret",
    "remind": "en påmindelse blev sendt",
    "settle": "en kvittering blev læst",
    "api-proof": "beviset blev hentet til sagen",
    "api-pdf": "kopien blev hentet til sagen",
    "precheck": "der blev spurgt, om modtageren kan få Digital Post",
    "mend": "adressen blev rettet",
    "resend": "brevet blev sendt igen",
    "show": "læst ved en terminal",
    "systembreve": "systembreve",
    "batch": "begrundelsen for en handling på mange breve blev brugt",
    "case-inquiry": "modtageren spurgte til brevet",
    "case-work": "sagen blev behandlet",
    "case-return": "returpost blev behandlet",
    "case-complaint": "klage eller retssag",
    "case-access": "indsigt efter reglerne om databeskyttelse, offentlighed eller partsaktindsigt",
    "case-resend": "brevet skulle sendes igen",
    "page-pause": "begrundelsen for en pause blev læst",
    "pair-receipt": "en kvittering blev parret med sit brev",
    "receipt-inquiry": "en kvitterings brev skulle findes",
}
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
    return PURPOSES.get(purpose, purpose)


def what_said(what: str) -> str:
    """What retention did, or why it did not."""
    if what in set(Kept):
        return f"beholdt: {KEPT[Kept(what)]}"
    return DEEDS[Deed(what)] if what in set(Deed) else what
