"""The Danish words of acts on many letters, of the list that they are chosen from, and of mailings."""

from outbound.desk import STOP_REMINDER, UNDO, Verb
from outbound.ledger.batches import Batch, Phase, Row
from outbound.letter import Channel
from outbound.life import Status
from outbound.many import UNDOABLE
from outbound.web.pages import words

VERBS = {
    Verb.RELEASE: ("Slip fri", "De slås op igen og går videre."),
    Verb.HOLD: ("Stands", "De bliver stående, til nogen slipper dem fri."),
    Verb.CANCEL: (
        "Annullér",
        "De standses straks og annulleres lidt senere. Indtil da kan det fortrydes; derefter sendes de aldrig.",
    ),
    Verb.REROUTE: ("Vælg kanal", "De slås op igen og sendes ad den kanal, medmindre postkassen er lukket."),
    Verb.ACKNOWLEDGE: ("Returpost er behandlet", "De forlader listen over returpost."),
    Verb.RESEND: ("Send igen", "For hvert sendes et nyt brev med samme indhold, mærket Genudsendt."),
    Verb.TAKEN: ("Leverandøren har dem", "De venter på kvittering. Sig det kun, når leverandøren har bekræftet det."),
    Verb.NOT_TAKEN: (
        "Leverandøren har dem ikke",
        "De sendes igen. Sig det kun, når leverandøren har bekræftet det: ellers kommer brevet to gange.",
    ),
    Verb.WAIT_ON: ("Vent på kvitteringen", "Fristen begynder forfra."),
    Verb.ARRIVED: ("De er afleveret", "Sig det kun, når leverandøren har bekræftet det."),
    Verb.CAME_BACK: ("De er kommet retur", "Nogen har dem i hånden."),
    Verb.WAS_REFUSED: ("Leverandøren har afvist dem", "De går videre uden den kanal."),
    STOP_REMINDER: ("Stands NemSMS-påmindelsen", "Brevene står ved magt; kun påmindelserne sendes ikke."),
}
"""What can be done with many letters, and what then happens."""
UNDO_SAID = {
    Verb.RELEASE: "Fortrydes det, standses de breve igen, der ikke er sendt imens.",
    Verb.HOLD: "Fortrydes det, går brevene videre.",
    Verb.CANCEL: "Fortrydes det i tide, går brevene videre; de, der var standset i forvejen, bliver stående.",
    Verb.REROUTE: "Fortrydes det, gælder det forrige valg igen for de breve, der ikke er sendt imens.",
    Verb.ACKNOWLEDGE: "Fortrydes det, står brevene på listen over returpost igen.",
}
NO_UNDO = "Det kan ikke fortrydes."
ROWS = {
    Row.WAITING: "venter på tur",
    Row.STOPPED: "standset, annulleres om lidt",
    Row.DONE: "gjort",
    Row.REFUSED: "kunne ikke lade sig gøre",
    Row.UNDONE: "fortrudt",
    Row.KEPT: "kunne ikke fortrydes",
}
FIELDS = {
    "tilstand": "Tilstand",
    "kode": "Årsag (kode)",
    "venter": "Venter på",
    "system": "Fagsystem",
    "forvaltning": "Forvaltning",
    "type": "Brevtype",
    "kanal": "Kanal",
    "masseforsendelse": "Masseforsendelse",
    "leverandoer": "Leverandør",
    "koersel": "Printkørsel",
    "handling": "Handling",
    "fra": "Modtaget fra og med",
    "til": "Modtaget til og med",
}
"""The fields by which letters are looked for."""


def phase_said(one: Batch) -> str:
    """Where a batch is, in a few words."""
    if one.phase is Phase.STOP:
        return "Brevene standses, før de annulleres"
    if one.phase is Phase.ACT:
        return "Annulleres, når fristen er gået" if one.verb == Verb.CANCEL else "I gang"
    if one.phase is Phase.UNDO:
        return "Fortrydes"
    return "Fortrudt" if one.undone_at else "Færdig"


def verb_said(verb: str, channel: Channel | None = None) -> str:
    """What was or is to be done."""
    said = VERBS[verb][0] if verb in VERBS else verb
    return f"{said}: {words.CHANNELS[channel]}" if channel else said


def undo_said(verb: str) -> str:
    """What can be undone, and how far."""
    return UNDO_SAID[Verb(verb)] if verb in UNDOABLE else NO_UNDO


def refused_said(code: str) -> str:
    """Why a letter was left alone."""
    if code.startswith("is-"):
        return f"Brevet er: {words.STATES[Status(code.removeprefix('is-').upper())].lower()}."
    return words.REFUSALS.get(code, f"Afvist med koden {code}.")


__all__ = ["FIELDS", "NO_UNDO", "ROWS", "UNDO", "VERBS", "phase_said", "refused_said", "undo_said", "verb_said"]
