"""The Danish words of the caseworkers' pages: lists, purposes, verbs, and what happened to a letter."""

from outbound.cases import Task
from outbound.desk import Verb
from outbound.letter import Channel
from outbound.life import Status
from outbound.resending import Source
from outbound.story import Happening, route_of
from outbound.web.pages import words
from outbound.web.purposes import offered

PURPOSES = offered("case-inquiry", "case-work", "case-return", "case-complaint", "case-access")
"""Why a caseworker opens a letter or searches for a person; the code stands in the reading log."""

TASKS = {
    Task.DECIDE: ("Afgør, hvad der skal ske", "Standset, til nogen i forvaltningen har taget stilling."),
    Task.RETURNED: ("Kommet retur", "Find en rigtig adresse, og send brevet igen, eller sig, at det er behandlet."),
    Task.SENDER: (
        "Skal rettes i fagsystemet",
        "Standset, til fagsystemet har rettet brevet; en adresse kan rettes her.",
    ),
    Task.SOON: ("Skal snart være fremme", "Ikke sendt endnu, og om få dage uden nytte for modtageren."),
    Task.RECEIPT: ("Kvittering mangler", "Leverandøren har brevet, men har intet meldt. Driften spørger; vent på dem."),
}
"""Each list: its heading, and what is to be done."""

VERBS = {
    Verb.RELEASE: ("Slip brevet fri", "Når det, der standsede brevet, er i orden: det slås op igen og går videre."),
    Verb.MEND: ("Ret adressen", "Brevet sættes op igen med den nye adresse og går videre."),
    Verb.CANCEL: ("Annullér brevet", "Det bliver aldrig sendt. Det kan ikke fortrydes."),
    Verb.ACKNOWLEDGE: ("Returposten er behandlet", "Brevet forlader listen og sendes ikke igen herfra."),
    Verb.RESEND: ("Send brevet igen", "Du ser først, hvilken vej det vil gå, og hvorhen."),
}
PAUSED = {
    "channel": "afsendelsen ad den kanal",
    "system": "brevene fra det fagsystem",
    "type": "breve af den type",
    "mailing": "masseforsendelsen",
}
CARRIERS = {Channel.DIGITAL: "Digital Post", Channel.PRINT: "trykkeriet", Channel.NONE: "leverandøren"}

QUIET = frozenset(
    {"closed", "dated-another-day", "address-to-print", "another-channel", "route-too-old", "never-begun", "rendered"}
)
"""Moves that only the router's own workings explain; the run-book's page of the letter has them."""

SAID = {
    "received": "Fagsystemet afleverede brevet til routeren.",
    "cancelled": "Brevet blev annulleret.",
    "released": "Brevet blev sluppet fri og går videre.",
    "address-mended": "Adressen blev rettet.",
    "document-replaced": "PDF'en blev udskiftet.",
    "address-unchecked": "Personregisteret svarede ikke, da brevet skulle af sted på papir. Der spørges igen.",
    "address-changed": "Personregisteret har en anden adresse end før. Brevet sættes op igen.",
    "number-changed": "Modtageren har fået nyt CPR-nummer. Brevet slås op igen.",
    "life-changed": "Personregisteret melder modtageren død eller ukendt.",
    "not-taken": "Leverandøren fik ikke brevet. Det sendes igen.",
    "settled-not-taken": "Driften har fået bekræftet, at leverandøren ikke har brevet. Det sendes igen.",
    "settled-delivered": "Leverandøren har bekræftet over for driften, at brevet er afleveret.",
    "settled-returned": "Brevet er kommet retur; en medarbejder har det.",
    "waits-on": "Der ventes videre på kvitteringen.",
    "try-again": "Leverandøren bad om at få brevet igen.",
    "return-undone": "Det var en fejl, at brevet blev meldt retur.",
}
DELIVERED = {
    Channel.DIGITAL: "Brevet blev lagt i den digitale postkasse.",
    Channel.PRINT: "Brevet blev afleveret til postvæsenet.",
}


def happened(one: Happening, channel: Channel | None) -> str:
    """A move in a sentence; a code that we have no words for stands behind one that says what state it led to."""
    if one.now == Status.HELD:
        return f"Standset: {words.reason(one.code)}"
    if route := route_of(one.code):
        return f"Vejen blev valgt: {route.sentence}"
    if one.code == "delivered" and channel in DELIVERED:
        return DELIVERED[channel]
    if one.code == "taken":
        carrier = CARRIERS[channel or Channel.NONE]
        return f"{carrier[:1].upper()}{carrier[1:]} tog imod brevet."
    if one.code in SAID:
        return SAID[one.code]
    known = words.HAPPENINGS.get(one.code)
    return f"{known}." if known else f"{words.STATES[Status(one.now)]} (kode {one.code})."


SOURCES = {
    Source.GIVEN: "Adressen er den, der er skrevet til denne afsendelse.",
    Source.LETTER: "Adressen er den, fagsystemet gav med brevet.",
    Source.REGISTER: "Adressen er personregisterets, slået op nu.",
}
"""Where the address of a letter that is sent again comes from."""
