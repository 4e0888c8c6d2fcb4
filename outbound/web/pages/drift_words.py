"""The Danish words of operations' pages and of `outbound now`: the sentence for 03:00, the flow, what needs a hand."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from outbound import clock
from outbound.desk import Verb
from outbound.flow import WINDOW, Place, Wrong
from outbound.letter import Lane
from outbound.lost import Loss
from outbound.needs import Kind, Need
from outbound.rendering.danish import dato, tal
from outbound.standing import Stage
from outbound.watch import Deadline, Limit, Watch
from outbound.web.pages.words import CHANNELS, INCIDENTS, LANES, SCOPES, STEPS, reason
from outbound.web.purposes import offered

WRONG = {
    Wrong.PAUSED: "på pause",
    Wrong.MISCONFIGURED: "leverandøren afviser os: se på certifikat, nøgle og adgang",
    Wrong.AWAY: "svarer ikke",
    Wrong.STILL: "står stille",
}
SHORT_LANES = {Lane.SINGLE: "enkelt", Lane.MAILING: "masse"}
BY = {
    "misconfigured": "routeren, fordi leverandøren afviste os",
    "restored": "routeren, fordi databasen er genskabt fra en kopi",
}
"""By whom something is paused, where it was nobody."""

LOSSES = {
    Loss.NO_TIME: "Brevet har intet tidspunkt, og ingen har det i hånden.",
    Loss.UNKNOWN_TIME: "Brevet venter på et tidspunkt, som ingen regel giver.",
    Loss.STANDS: "Brevet har været klar i over en time, og intet i dets kø flytter sig. Se, om arbejderne kører.",
    Loss.DEAD_CLAIM: "Den proces, der havde brevet, er væk for længst, og ingen har ryddet op. Se, om timeren kører.",
    Loss.NO_QUESTION: "Brevet er ved at blive afleveret, men ingen har det i hånden, og ingen spørger leverandøren.",
    Loss.DOUBT_OVERDUE: "Fristen for leverandørens svar er gået, uden at brevet er standset. Se, om arbejderne kører.",
    Loss.NO_DEADLINE: "Brevet venter på en kvittering uden frist.",
    Loss.OVERDUE: "Fristen for kvitteringen er gået, uden at brevet er standset. Se, om timeren kører.",
    Loss.ILLEGAL: "Brevets tilstand og dets afsendelse passer ikke sammen. Det må aldrig ske: tal med udviklerne.",
}
LIMITS = {
    Limit.USEFUL: "er uden nytte efter fristen",
    Limit.APPOINTMENT: "indkalder til noget, der er overstået efter fristen",
    Limit.CUT_OFF: "skal med dagens sidste printkørsel",
    Limit.PATIENCE: "standses, fordi leverandøren eller et register har været væk for længe",
    Limit.DOUBT: "er i tvivl og standses, hvis leverandøren ikke svarer",
    Limit.RECEIPT: "standses, hvis kvitteringen ikke kommer",
}
SILENT = {"timer": "timeren", "render": "puljen render", "network": "puljen network"}
"""What lives all the time, within a sentence."""
DEAD = {
    "timer": "Timeren har ikke givet livstegn siden {since}. Start den: systemctl start outbound-timer.",
    "render": "Puljen render har ikke givet livstegn siden {since}, og breve bliver ikke til. Svarer Redis? Start den: "
    "systemctl start outbound-render.",
    "network": "Puljen network har ikke givet livstegn siden {since}, og intet afleveres. Svarer Redis? Start den: "
    "systemctl start outbound-network.",
}
"""What stands still, and the run-book's act."""
NEEDS = {
    Kind.RESTORED: "Databasen er genskabt fra en kopi, og intet sendes. Kør outbound restored show.",
    Kind.POSTED_PROOF: "Prøvekørsler er meldt postet. Ring til trykkeriet.",
    Kind.SEAL_KEY: "Segl-nøglen til {code} mangler. Kør outbound keys extend.",
    Kind.MISSING_RUN: "Printkørsler uden svar fra trykkeriet. Ring til dem.",
    Kind.DOUBT: "Afsendelser i tvivl: leverandøren har dem måske.",
    Kind.OVERDUE: "Kvitteringer er over tiden.",
    Kind.LOOSE: "Kvitteringer uden brev, eller som ikke kan læses.",
    Kind.WEBHOOK: "Webhooken til {code} er opgivet. Få fagsystemet til at rette den, og start den igen.",
    Kind.HELD_BACK_RUN: "Printkørsler holdes tilbage hos trykkeriet.",
    Kind.RETURNED: "Returpost, som ingen har set til.",
}
LINKS = {
    Kind.POSTED_PROOF: ("/drift/koersler", "Se kørslerne"),
    Kind.INCIDENT: ("/drift/haendelser", "Se og luk"),
    Kind.MISSING_RUN: ("/drift/koersler", "Se kørslerne"),
    Kind.DOUBT: ("/drift/tvivl", "Se dem"),
    Kind.OVERDUE: ("/drift/tilstand/SENT", "Se brevene"),
    Kind.LOOSE: ("/drift/kvitteringer", "Se og afgør"),
    Kind.WEBHOOK: ("/drift/webhooks", "Se og start"),
    Kind.HELD_BACK_RUN: ("/drift/koersler", "Se og frigiv"),
    Kind.RETURNED: ("/drift/retur", "Se dem"),
}
FOR_ALL = frozenset({Kind.POSTED_PROOF, Kind.MISSING_RUN, Kind.HELD_BACK_RUN, Kind.DOUBT, Kind.LOOSE, Kind.WEBHOOK})
"""What only an account with all departments sees to."""
ASK = "Det ser en kollega med alle forvaltninger til."
PURPOSES = offered("receipt-inquiry", "page-fault")
"""Why somebody opens a receipt; the code stands in the reading log."""
PAUSE_READ = "page-pause"
"""The purpose under which somebody reads why something is paused."""

REFUSALS = {
    "no-such-dispatch": "Ingen afsendelse fra os har det id. Det står på brevets side under Afsendelser.",
    "other-supplier": "Den afsendelse gik til en anden leverandør end den, kvitteringen kom fra.",
    "cannot-pair": "Kvitteringen kan ikke læses, eller den handler ikke om ét brev. Afgør brevet på dets egen side.",
    "no-such-receipt": "Den kvittering venter ikke på nogen længere. Se på listen igen.",
    "no-such-incident": "Hændelsen er lukket eller genåbnet imens. Se på listen igen.",
    "not-lost": "Brevet er ikke tabt på en måde, som det hjælper på. Se på det igen.",
    "no-such-letter": "Der er intet sådant brev.",
}


def count(number: int, one: str, many: str) -> str:
    """`1 brev`, `1.204 breve`."""
    return f"{tal(number)} {one if number == 1 else many}"


def at(moment: datetime) -> str:
    """`kl. 3.40`, with the day where it is not today."""
    local = moment.astimezone(clock.COPENHAGEN)
    said = f"kl. {local.hour}.{local.minute:02d}"
    return said if local.date() == clock.today() else f"{dato(local.date())} {said}"


def said(one: Watch) -> list[str]:
    """The answer for 03:00, sentence by sentence: what is lost, what waits and until when, the first deadline.

    Before all, where nothing is sent because the ledger is a back-up: what it says is of the back-up's time.
    """
    return [*_restored(one), lost_said(one.all_lost), *_waiting(one), deadline_said(one.deadline)]


def _restored(one: Watch) -> list[str]:
    """That nothing is sent, and why, where the ledger is a back-up."""
    return ["Intet sendes: databasen er genskabt fra en sikkerhedskopi."] if one.restored else []


def lost_said(lost: int) -> str:
    """How many letters are lost."""
    return f"{count(lost, 'brev', 'breve')} er tabt." if lost else "Ingen breve er tabt."


def _waiting(one: Watch) -> Iterator[str]:
    if not one.waiting:
        yield "Ingen breve venter på at komme afsted."
        return
    yield f"{count(one.waiting, 'brev', 'breve')} venter på at komme afsted."
    if one.going:
        yield _drained(one)
    if (later := one.waiting - one.going - one.lost.get(Loss.NO_TIME, 0)) > 0:
        until = f", senest {at(one.later_until)}" if one.later_until else ""
        pause = " eller på, at en pause ender" if one.stopped else ""
        yield f"{tal(later)} af dem venter på et tidspunkt{until}{pause}."


def _drained(one: Watch) -> str:
    going = f"{tal(one.going)} af dem er på vej nu"
    if one.drained_at is None and one.silent:
        return f"{going}; hvornår de er væk, kan ikke siges: {silent_said(one)}."
    if one.drained_at is None:
        return f"{going}; hvornår de er væk, kan ikke siges: intet er afleveret i {_minutes(WINDOW)}."
    but = "; det, der er standset eller ikke kan afleveres, venter længere" if one.stopped else ""
    return f"{going} og ventes afleveret {at(one.drained_at)}{but}."


def silent_said(one: Watch) -> str:
    """`timeren og puljen network giver ikke livstegn`."""
    return f"{' og '.join(SILENT[name] for name in one.silent)} giver ikke livstegn"


def _minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} minutter"


def deadline_said(one: Deadline | None) -> str:
    """The first deadline, and whether it is in danger."""
    if one is None:
        return "Ingen frist er i fare."
    what = f"{count(one.letters, 'brev', 'breve')} {LIMITS[one.kind]}, den første {at(one.at)}"
    return f"En frist er i fare: {what}." if one.in_danger else f"Ingen frist er i fare; næste: {what}."


def announced(one: Watch) -> str:
    """What a screen reader hears when it changes: only what somebody must act on, not every figure."""
    danger = "En frist er i fare." if one.deadline and one.deadline.in_danger else "Ingen frist er i fare."
    still = [f"{silent_said(one).capitalize()}."] if one.silent else []
    return " ".join([*_restored(one), lost_said(one.all_lost), danger, *still])


def place(one: Place) -> str:
    """`Afsendelse, Digital Post, enkeltbreve`."""
    names = [STEPS[one.step], *([CHANNELS[one.channel]] if one.channel else []), LANES[one.lane].lower()]
    return ", ".join(names)


def short_place(one: Place) -> str:
    """The same without its step, in as few words as a box of the picture has room for."""
    return f"{CHANNELS[one.channel]}, {SHORT_LANES[one.lane]}" if one.channel else LANES[one.lane]


def pace(one: Place) -> str:
    """Letters a minute, as one reads them."""
    return tal(round(one.per_minute, 1 if one.per_minute < 10 else 0)).removesuffix(",0")


def wrong(one: Place) -> str:
    """What is wrong there; empty where nothing is."""
    late = ["kvitteringer over tiden"] if one.step is Stage.RECEIPT and one.due else []
    return ", ".join([WRONG[each] for each in one.wrong] + late)


def short_wrong(one: Place) -> str:
    """The same in as few words as a box of the picture has room for."""
    return "adgang afvist" if Wrong.MISCONFIGURED in one.wrong else wrong(one)


def need(one: Need) -> str:
    """What needs a hand, in a sentence."""
    if one.kind is Kind.HELD:
        return reason(one.code)
    if one.kind is Kind.INCIDENT:
        return INCIDENTS.get(one.code, one.code)
    if one.kind is Kind.PAUSED:
        key = CHANNELS.get(one.key, one.key) if one.code == "channel" else one.key  # type: ignore[call-overload]
        return f"På pause: {SCOPES.get(one.code, one.code)} {key}, sat af {BY.get(one.by, one.by)}."
    if one.kind is Kind.AWAY:
        again = f"; der prøves igen {at(one.until)}" if one.until else ""
        return f"{CHANNELS[one.code]} svarer ikke, {count(one.count, 'gang', 'gange')} i træk{again}."  # type: ignore[index]
    if one.kind is Kind.DEAD:
        return DEAD[one.code].format(since=at(one.since) if one.since else "")
    if one.kind is Kind.CERTIFICATE:
        return _certificate(one)
    return NEEDS[one.kind].format(code=one.code)


def held_said(verbs: Collection[Verb]) -> Iterator[str]:
    """What can be done with letters that are HELD, by the verbs that fit them."""
    if Verb.RELEASE in verbs:
        yield "Slip dem fri fra listen; ret, vælg kanal eller annullér på brevets side."
    if Verb.NOT_TAKEN in verbs:
        yield "Spørg leverandøren, om den har brevet, og afgør det på brevets side."
    if Verb.WAIT_ON in verbs:
        yield "Leverandøren har brevet. Spørg, hvad der er blevet af det, og afgør det på brevets side."


def _certificate(one: Need) -> str:
    if one.until is None:
        return f"Filen i {one.code} kan ikke læses som certifikat."
    days = (one.until - clock.now()).days
    if one.until <= clock.now():
        return f"Certifikatet i {one.code} er udløbet {at(one.until)}."
    return f"Certifikatet i {one.code} udløber {at(one.until)}, om {count(days, 'dag', 'dage')}."
