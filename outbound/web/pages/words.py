"""The Danish words of the pages for what the house calls by code."""

from outbound.desk import BY_PERSON, STOP_REMINDER, TO_CANCEL, UNDO, Verb
from outbound.ledger.reminders import NO_ANSWER, ReminderState
from outbound.letter import Channel, Format, Lane, WaitsFor
from outbound.life import Outcome, Status
from outbound.loose_ends import CLOSE, NUDGE, PAIR, REOPEN
from outbound.post_room import SCANNED, UNDONE, Found
from outbound.reports.returned import RETURN_REASONS
from outbound.standing import Stage
from outbound.story import route_of

CHANNELS = {Channel.DIGITAL: "Digital Post", Channel.PRINT: "Fjernprint", Channel.NONE: "Ingen"}
LANES = {Lane.SINGLE: "Enkeltbreve", Lane.MAILING: "Masseforsendelser"}
FORMATS = {Format.NORMAL: "Almindelig skrift", Format.LARGE: "Storskrift"}
STEPS = {
    Stage.RENDER: "Opsætning",
    Stage.ROUTE: "Opslag og vej",
    Stage.SEND: "Afsendelse",
    Stage.HAND_OVER: "Ved at blive afleveret",
    Stage.RECEIPT: "Venter på kvittering",
}
WAITS_FOR = {
    WaitsFor.SENDER: "fagsystemet",
    WaitsFor.DEPARTMENT: "forvaltningen",
    WaitsFor.OPERATIONS: "driften",
}
STATES = {
    Status.RECEIVED: "Modtaget",
    Status.RENDERED: "Sat op",
    Status.ROUTED: "Klar til afsendelse",
    Status.SENDING: "Under afsendelse",
    Status.SENT: "Afsendt, venter på kvittering",
    Status.DELIVERED: "Afleveret",
    Status.RETURNED: "Kommet retur",
    Status.HELD: "Standset",
    Status.CANCELLED: "Annulleret",
}
BY = {"worker": "routeren", "timer": "routeren", "receipt": "kvittering"}
OUTCOMES = {
    Outcome.OPEN: "åbent",
    Outcome.DOUBT: "i tvivl",
    Outcome.TAKEN: "modtaget hos leverandøren",
    Outcome.REFUSED: "afvist",
    Outcome.VOID: "ikke sendt",
}
SCOPES = {"channel": "kanal", "system": "fagsystem", "type": "brevtype", "mailing": "masseforsendelse"}
MEASURES = {
    "porto": "porto",
    "materials": "materialer",
    "handling": "arbejdstid (anslået)",
    "letter": "et brev",
    "nemsms-porto": "NemSMS-påmindelse",
}
KINDS_OF_MONEY = {
    "office-": "på kontoret",
    "print-": "ad fjernprint",
    "alone-": "i egen kuvert",
    "failed-": "forgæves forsøg",
    "returned-": "kom retur",
}
REMINDERS = {
    ReminderState.PLANNED: "planlagt",
    ReminderState.SENDING: "under afsendelse",
    ReminderState.SENT: "sendt",
    ReminderState.DELIVERED: "leveret",
    ReminderState.FAILED: "mislykket",
    ReminderState.DROPPED: "sendes ikke",
}
REMINDER_REASONS = {
    "cancelled": "standset af en medarbejder eller fagsystemet",
    "content-missing": "brevets indhold ligger ikke længere under seglet",
    "kills-its-worker": "den standsede flere gange den proces, der arbejdede med den",
    "letter-came-too-late": "brevet kom senere, end påmindelsen skulle have været sendt",
    "letter-cancelled": "brevet er annulleret",
    "letter-held": "brevet er standset",
    "letter-not-sent": "brevet er ikke sendt",
    "letter-replaced": "brevet er sendt igen",
    "letter-returned": "brevet er kommet retur",
    "look-up-unknown": "opslaget om NemSMS gav ikke noget svar",
    "no-nemsms": "modtageren har ikke NemSMS",
    "no-reminder-any-more": "brevtypen har ingen påmindelse længere",
    "person-unknown": "personregisteret gav ikke noget svar",
    "quiet-hours": "det er uden for de timer, hvor der sendes påmindelser",
    "recipient-dead": "modtageren er død, eller virksomheden er ophørt",
    "reminded-before": "modtageren har fået påmindelsen med et tidligere brev",
    "reminder": "der er ingen tekst at sende",
    "template": "teksten kan ikke sættes op med brevets dato",
    "too-late": "det er for sent",
    NO_ANSWER: "leverandøren har måske sendt den; der kom ikke noget svar",
}
"""Why a reminder waits, is not sent or failed; any other code is the supplier's."""
STAGES = {
    "estimate": "anslået",
    "booked": "bogført",
    "corrected": "rettet",
    "charged": "opkrævet af leverandøren",
    "invoiced": "faktureret af leverandøren",
}
VERBS = {
    Verb.CANCEL: ("Annullér brevet", "Det bliver aldrig sendt."),
    Verb.HOLD: ("Stands brevet", "Det bliver stående, til nogen slipper det fri."),
    Verb.RELEASE: ("Slip brevet fri", "Det slås op igen og går videre."),
    Verb.REROUTE: ("Vælg kanal", "Valget går forud for opslag og ønske, men ikke for en lukket postkasse."),
    Verb.MEND: ("Ret adressen", "Brevet sættes op igen med den nye adresse."),
    Verb.REPLACE: ("Udskift PDF'en", "Den nye kontrolleres først; derefter går brevet videre med den."),
    Verb.TAKEN: ("Leverandøren har brevet", "Sig det kun, når leverandøren har bekræftet det."),
    Verb.NOT_TAKEN: (
        "Leverandøren har ikke brevet",
        "Brevet sendes igen. Sig det kun, når leverandøren har bekræftet det.",
    ),
    Verb.WAIT_ON: ("Vent på kvitteringen", "Fristen begynder forfra."),
    Verb.ARRIVED: ("Brevet er afleveret", "Sig det kun, når leverandøren har bekræftet det."),
    Verb.CAME_BACK: ("Brevet er kommet retur", "Nogen har det i hånden."),
    Verb.WAS_REFUSED: ("Leverandøren har afvist brevet", "Det går videre uden den kanal."),
    Verb.ACKNOWLEDGE: ("Returpost er behandlet", "Brevet forlader listen."),
    Verb.RESEND: ("Send igen", "Et nyt brev med samme indhold, mærket Genudsendt."),
}
ACTS = {**{str(verb): said for verb, (said, _) in VERBS.items()}, "pause": "Sat på pause", "resume": "Sat i gang"}
ACTS |= {STOP_REMINDER: "NemSMS-påmindelsen standset"}
ACTS |= {
    CLOSE: "Hændelsen lukket",
    REOPEN: "Hændelsen åbnet igen",
    PAIR: "En kvittering uden brev fundet at handle om brevet",
    NUDGE: "Taget op igen, da intet bragte nogen til brevet",
}
ACTS |= {TO_CANCEL: "Skal annulleres", **{f"{UNDO}{verb}": f"Fortrudt: {said}" for verb, said in ACTS.items()}}
ACTS |= {SCANNED: "Scannet som returpost", UNDONE: "Scanningen fortrudt"}
REASONS = {
    "no-longer-useful": "Brevet er ikke længere til nytte for modtageren.",
    "dated-too-long-ago": "PDF'en er dateret for længe siden.",
    "channel-unavailable": "Leverandøren har været utilgængelig for længe.",
    "content-missing": "Brevets indhold ligger ikke længere under seglet.",
    "kills-its-worker": "Brevet har flere gange standset den proces, der arbejdede med det.",
    BY_PERSON: "En medarbejder har standset brevet.",
    "restored": "Databasen er genskabt fra en kopi, og brevet kan være sendt siden. Driften afgør det samlet.",
    "doubt": "Leverandøren har måske brevet. Spørg dem, og afgør det.",
    "recalled": "Brevets printkørsel er kaldt tilbage; intet af den er trykt.",
    "no-receipt": "Der er ikke kommet kvittering inden fristen.",
    "unknown-refusal": "Leverandøren afviste med en kode, som vi ikke kender.",
    "refused-letter": "Leverandøren afviser selve brevet. Det skal rettes.",
    "refused-after-delivery": "Leverandøren afviste brevet, efter at det var meldt afleveret.",
    "thrown-away-too-often": "Leverandøren har kasseret brevet for mange gange.",
    "contradicted": "En opgivet afsendelse viste sig at være modtaget alligevel.",
    "no-letterhead": "Forvaltningen har intet brevhoved på denne dag.",
    "recipient-mismatch": "Navnet i PDF'ens vindue er ikke modtagerens.",
    "protected-address-in-text": "En beskyttet adresse står i PDF'en.",
    "pdf-unreadable": "PDF'en kan ikke læses.",
    "title": "Brevets titel kan ikke bruges.",
    "character": "Et tegn i brevet kan ikke trykkes.",
    "template": "Skabelonen kan ikke sættes op med disse felter.",
}
SCANS = {
    Found.RETURNED: "Registreret som returpost.",
    Found.NO_CODE: "Det er ingen returkode. Den har 11 cifre og står ved siden af adressen; prøv igen, eller tast den.",
    Found.CHECK_DIGIT: "Et ciffer er forkert, eller to er byttet om. Se efter, og prøv igen.",
    Found.UNKNOWN: "Ingen af vores breve har den kode. Læg brevet til side til driften.",
    Found.ALREADY: "Brevet er allerede registreret som returpost.",
    Found.NOT_PRINTED: "Brevet er ikke sendt på papir herfra. Læg det til side til driften.",
    Found.CANCELLED: "Brevet er annulleret og skulle ikke være sendt. Læg det til side til driften.",
    Found.CONTRADICTS: "Afsendelsen var opgivet, men brevet er altså sendt. Driften har fået besked.",
}
"""What the post room hears of a scan."""
HAPPENINGS = {
    "received": "Modtaget fra fagsystemet",
    "restored": "Holdt tilbage: databasen er genskabt fra en sikkerhedskopi",
    "sent-before-restore": "Sendt, før databasen blev genskabt fra en sikkerhedskopi",
    "rendered": "Sat op",
    "closed": "Lagt i en forsendelse",
    "taken": "Modtaget hos leverandøren",
    "delivered": "Afleveret",
    "returned": "Kommet retur",
    **{f"returned-{why}": f"Kommet retur: {said}" for why, said in RETURN_REASONS.items()},
    "return-undone": "Alligevel ikke kommet retur: det var en fejlscanning",
    "cancelled": "Annulleret",
    "released": "Sluppet fri",
    "re-routed": "Kanal valgt",
    "address-mended": "Adressen rettet",
    "document-replaced": "PDF'en udskiftet",
    "dated-another-day": "Skal dateres til en anden dag",
    "address-to-print": "Skal sættes op med adresse",
    "another-channel": "Skal sættes op til en anden kanal",
    "route-too-old": "Opslaget er for gammelt",
    "address-unchecked": "Registeret svarede ikke, da brevet skulle afsted på papir",
    "address-changed": "Adresse eller beskyttelse er ændret, siden kanalen blev valgt",
    "number-changed": "Modtageren har fået nyt CPR-nummer",
    "life-changed": "Registeret melder modtageren død eller ukendt",
    "never-begun": "Afsendelsen blev aldrig begyndt",
    "not-taken": "Leverandøren har det ikke",
    "settled-not-taken": "Afgjort: leverandøren har det ikke",
    "settled-delivered": "Afgjort: afleveret",
    "settled-returned": "Afgjort: kommet retur",
    "waits-on": "Venter videre på kvittering",
    "try-again": "Leverandøren beder om det igen",
}
INCIDENTS = {
    "recalled-after-delivery": "Trykkeriet siger, at kørslen er kaldt tilbage, men brevet var meldt afleveret.",
    "both-suspected": "Brevet kan være sendt to gange.",
    "rejected-after-delivery": "Leverandøren afviste en forsendelse, hvis breve var meldt afleveret.",
    "no-price": "Der mangler en pris i tarifferne.",
    "unclear-receipt": "Der er meldt noget om brevet efter afsendelsen, som vi ikke kan læse. Spørg leverandøren.",
    "charged-otherwise": "Leverandøren har opkrævet et andet beløb, end den først meldte.",
}
DELIVERED = {Channel.DIGITAL: "I digital postkasse", Channel.PRINT: "Afleveret til postvæsenet"}
REFUSALS = {
    "no-such-letter": "Der er intet sådant brev.",
    "no-reminder": "Brevet har ingen påmindelse, der kan standses.",
    "not-now": "Brevet er kommet videre imens. Se på det igen.",
    "no-orders": "Vejen til trykkeriet kan ikke give besked om kørsler. Ring til trykkeriet.",
    "no-such-run": "Der er ingen sådan printkørsel.",
    "other-printer": "Kørslen ligger hos et andet trykkeri end det, der er valgt nu. Ring til det.",
    "order-open": "Trykkeriet har ikke svaret på den forrige besked om kørslen endnu.",
    "run-not-begun": "Kørslen er ikke afleveret endnu. Sæt kanalen fjernprint på pause, hvis breve skal vente.",
    "run-in-doubt": "Trykkeriet har måske kørslen. Spørg dem, og afgør tvivlen først.",
    "run-not-sent": "Trykkeriet har intet af kørslen.",
    "run-done": "Alt i kørslen er postet, kommet retur eller afvist. Den kan ikke kaldes tilbage.",
    "run-recalled": "Kørslen er allerede kaldt tilbage.",
    "run-not-held": "Kørslen er ikke holdt tilbage.",
    "run-held-back": "Kørslen er allerede holdt tilbage.",
    "run-closed": "Brevets printkørsel er lukket. Driften kan bede trykkeriet kalde hele kørslen tilbage.",
    "moved-meanwhile": "Brevet er kommet videre imens. Se på det igen.",
    "why": "Skriv hvorfor.",
    "address": "Adressen kan ikke bruges: se efter, at postnummer og by passer sammen, og at hver linje er kort nok.",
    "corrected": "Brevet med fejl har fået en anden rettelse imens. Se på den.",
    "being-cancelled": "Brevet hører til en annullering af mange breve, der er i gang. Fortryd den først.",
    "no-such-stop": "Det findes ikke og kan ikke standses. Se efter, og vælg igen.",
    "sent-again": "Brevet er allerede sendt igen, til en anden adresse. Se på det brev, der følger det.",
    "content-missing": "Brevets indhold ligger ikke længere under seglet.",
    "no-type": "Brevtypen findes ikke mere. Send et nyt brev fra fagsystemet.",
    "sealed": "Brevets indhold kan ikke åbnes her. Se efter, om segl-nøglerne på denne maskine er de nyeste.",
    "acted-since": "En anden har gjort noget ved brevet imens. Se på det igen.",
    "not-its-turn": "Handlingen er standset eller færdig.",
    "too-many": "Det er for mange breve på én gang. Vælg færre.",
    "more-than-seen": "Der er kommet flere breve med, siden du så dem. Se på dem igen.",
    "none": "Ingen breve passer længere til dit valg.",
    "no-such-batch": "Der er ingen sådan handling.",
    "no-such-verb": "Det kan ikke gøres med mange breve på én gang.",
    "no-undo": "Det kan ikke fortrydes eller standses længere.",
    "found-later": "Det kan ikke være opdaget i fremtiden.",
    "everything": "Vælg først, hvilke breve det gælder.",
    "not-quiet": "Afsendelsen kan endnu være undervejs. Vent lidt, og spørg så leverandøren.",
}


def state_said(status: Status, channel: Channel | None) -> str:
    """The state in the words of its channel: the router never claims that paper arrived."""
    if status is Status.DELIVERED and channel in DELIVERED:
        return DELIVERED[channel]
    return STATES[status]


def reason(code: str | None) -> str:
    """Why a letter is HELD, as a sentence."""
    if not code:
        return ""
    route = route_of(code)
    return route.sentence if route else REASONS.get(code, f"Standset med koden {code}.")


def happening(code: str, now: str) -> str:
    """What a move of the letter says."""
    if now == Status.HELD:
        return f"Standset: {reason(code)}"
    route = route_of(code)
    return f"Vej valgt: {route.sentence}" if route else HAPPENINGS.get(code, code)


def measure(name: str) -> str:
    """What an amount is for."""
    for prefix, what in KINDS_OF_MONEY.items():
        if name.startswith(prefix):
            part = name.removeprefix(prefix)
            return f"{what}: {MEASURES.get(part, part)}"
    return MEASURES.get(name, name)
