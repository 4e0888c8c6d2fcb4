"""A letter's story for whoever answers "I never got it": what is known, what is not, and who must do what. In Danish.

It claims no more than the router knows: a letter in a mailbox has arrived by law, and paper never says that it did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from outbound import clock
from outbound.ledger.values import LedgerDispatch
from outbound.letter import Channel, WaitsFor
from outbound.life import Outcome, Status
from outbound.rendering.danish import dato
from outbound.standing import Pause
from outbound.story import Story
from outbound.web.pages import case_words, words
from outbound.web.pages.looks import moment

ARRIVED = "Efter lov om Digital Post § 10 er det dermed kommet frem."
NOT_OPENED = "Vi kan ikke se, om modtageren har åbnet det."
NOT_KNOWN_ON_PAPER = (
    "Vi ved ikke, om det er kommet frem. Postvæsenet melder intet om almindelige breve, medmindre de kommer retur."
)


@dataclass(frozen=True, slots=True)
class Told:
    """A letter in sentences: the answer in one, what more is known, what is not, and who must do what."""

    head: str
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story: when, what, by whom (empty: the router itself)."""

    at: datetime
    said: str
    by: str
    kind: str


def told(of: Story, pauses: Sequence[Pause] = ()) -> Told:
    """The letter's story in sentences. `pauses`: all that stands still."""
    return _TOLD[of.letter.status](of, pauses)


def lines(of: Story) -> list[Line]:
    """Everything that happened, in the order of time, in sentences."""
    found = [
        Line(one.at, case_words.happened(one, of.letter.channel), _who(one.by), "move")
        for one in of.events
        if one.code not in case_words.QUIET
    ]
    found += [Line(one.at, f"{words.ACTS.get(one.verb, one.verb)}.", _who(one.by), "act") for one in of.acts]
    found += [Line(one.at, words.INCIDENTS.get(one.code, _odd(one.code)), "", "incident") for one in of.incidents]
    return sorted(found, key=lambda line: line.at)


def reminder(of: Story) -> str:
    """The letter's text message in a sentence; empty where it has none."""
    if of.reminder is None:
        return ""
    one = of.reminder
    why = f": {words.REMINDER_REASONS.get(one.code, f'leverandørens kode er {one.code}')}" if one.code else ""
    at = _when(one.sent_at) or f" til den {moment(one.planned_for)}"
    return f"Påmindelsen på sms (NemSMS) er {words.REMINDERS[one.state]}{at}{why}."


def _delivered(of: Story, _: Sequence[Pause]) -> Told:
    one = _counting(of)
    when, printed = _when(one.available_at if one else None), _channel(of) is Channel.PRINT
    late = () if when else ("Tidspunktet kendes ikke; en medarbejder har fået det bekræftet af leverandøren.",)
    if printed:
        known = (*_beside(of), "Der er ikke meldt returpost.")
        return Told(f"Afleveret til postvæsenet{when}.", known, (NOT_KNOWN_ON_PAPER, *late))
    return Told(f"Lagt i modtagerens digitale postkasse{when}.", (ARRIVED, *_beside(of)), (NOT_OPENED, *late))


def _sent(of: Story, _: Sequence[Pause]) -> Told:
    one, channel = _counting(of), _channel(of)
    unknown = {
        Channel.DIGITAL: "Der er endnu ikke kvittering for, at det ligger i postkassen.",
        Channel.PRINT: "Trykkeriet har endnu ikke meldt, at det er afleveret til postvæsenet.",
    }.get(channel, "Der er endnu ingen kvittering.")
    head = f"Modtaget hos {case_words.CARRIERS[channel]}{_when(one.taken_at if one else None)}."
    due = f"Vent. Er kvitteringen ikke kommet{_by(of.letter.due_at)}, spørger driften leverandøren."
    return Told(head, _beside(of), (unknown,), due)


def _sending(of: Story, _: Sequence[Pause]) -> Told:
    where, one = case_words.CARRIERS[_channel(of)], of.live
    if one is not None and one.outcome is Outcome.DOUBT:
        unknown = f"Forbindelsen til {where} blev afbrudt, så vi ved ikke, om de har brevet. Routeren spørger dem."
        return Told(f"Måske modtaget hos {where}.", (), (unknown,), "Vent. Det sendes ikke igen, før det er afklaret.")
    return Told(f"Ved at blive afleveret til {where}.", (), ("Vi ved endnu ikke, om de har modtaget det.",))


def _on_its_way(of: Story, pauses: Sequence[Pause]) -> Told:
    one, known = of.letter, []
    if of.route:
        known.append(of.route.sentence)
    if one.not_before and one.not_before > clock.today():
        known.append(f"Det sendes tidligst den {dato(one.not_before)}.")
    if one.status is Status.ROUTED and one.channel is Channel.PRINT and one.due_at:
        known.append(f"Det går med den printkørsel, der lukker {moment(one.due_at)}, og kan annulleres til da.")
    elif one.due_at and one.due_at > clock.now():
        known.append(f"Næste skridt er {moment(one.due_at)}.")
    paused = next((each for each in pauses if _stops(each, of)), None)
    wait = f"Driften har sat {case_words.PAUSED[paused.scope]} på pause{_when(paused.since)}." if paused else ""
    return Told("Ikke sendt endnu.", tuple(known), (), wait)


def _held(of: Story, _: Sequence[Pause]) -> Told:
    one, live = of.letter, of.live
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    head = f"Standset: {words.reason(one.held_code)}"
    if live is None:
        known = ("Brevet er ikke sendt.",)
    elif live.outcome is Outcome.TAKEN:
        known = (f"Modtaget hos {case_words.CARRIERS[live.channel]}{_when(live.taken_at)}.",)
        unknown = ("Vi ved ikke, om det er nået videre.",)
    else:
        unknown = (f"Vi ved ikke, om {case_words.CARRIERS[live.channel]} har brevet.",)
    return Told(head, known, unknown, WHO[one.waits_for or WaitsFor.OPERATIONS].format(one.system))


WHO = {
    WaitsFor.DEPARTMENT: "Det venter på forvaltningen: tag stilling, og vælg under »Hvad kan du gøre«.",
    WaitsFor.SENDER: "Det venter på fagsystemet {}: ret brevet der. Mangler der kun en adresse, kan den rettes her.",
    WaitsFor.OPERATIONS: "Det venter på it-driften, som har det på deres liste. Du skal ikke gøre noget.",
}


def _came_back(of: Story, _: Sequence[Pause]) -> Told:
    back = next((one for one in reversed(of.events) if one.now == Status.RETURNED), None)
    why = words.HAPPENINGS.get(back.code, "Kommet retur") if back else "Kommet retur"
    reason = why.partition(": ")[2] or "årsagen kendes ikke"
    head = f"Kommet retur{_when(back.at if back else None)}: {reason}."
    posted = _counting(of)
    known = (f"Afleveret til postvæsenet{_when(posted.available_at)}.",) if posted and posted.available_at else ()
    if of.letter.acknowledged_at:
        return Told(head, (*known, *_beside(of), f"Returposten er behandlet{_when(of.letter.acknowledged_at)}."))
    return Told(head, (*known, *_beside(of)), (), "Det venter på forvaltningen: find en rigtig adresse, og send igen.")


def _cancelled(of: Story, _: Sequence[Pause]) -> Told:
    last = next((one for one in reversed(of.events) if one.now == Status.CANCELLED), None)
    return Told(f"Annulleret{_when(last.at if last else None)}.", ("Brevet er ikke sendt og bliver ikke sendt.",))


_TOLD: dict[Status, Callable[[Story, Sequence[Pause]], Told]] = {
    Status.RECEIVED: _on_its_way,
    Status.RENDERED: _on_its_way,
    Status.ROUTED: _on_its_way,
    Status.SENDING: _sending,
    Status.SENT: _sent,
    Status.DELIVERED: _delivered,
    Status.RETURNED: _came_back,
    Status.HELD: _held,
    Status.CANCELLED: _cancelled,
}


def _counting(of: Story) -> LedgerDispatch | None:
    """The try that counts, else the last that was taken."""
    taken = [one.dispatch for one in of.tries if one.dispatch.taken_at]
    return of.live or (taken[-1] if taken else None)


def _channel(of: Story) -> Channel:
    one = _counting(of)
    return one.channel if one else of.letter.channel or Channel.NONE


def _beside(of: Story) -> tuple[str, ...]:
    return ("Det er sendt igen som et nyt brev.",) if of.followed_by else ()


def _stops(each: Pause, of: Story) -> bool:
    one = of.letter
    keys = {
        "channel": str(one.channel or ""),
        "system": one.system,
        "type": one.letter_type,
        "mailing": one.mailing_id.hex if one.mailing_id else "",
    }
    return bool(each.key) and keys.get(each.scope) == each.key


def _when(at: datetime | None) -> str:
    return f" den {moment(at)}" if at else ""


def _by(at: datetime | None) -> str:
    return f" den {moment(at)}" if at else " i tide"


def _who(by: str) -> str:
    return "" if by in ("worker", "timer") else words.BY.get(by, by)


def _odd(code: str) -> str:
    return f"Der er sket noget uventet (kode {code}). Spørg driften."
