"""What to ask a supplier about a letter that waits for its answer: the ids it is known by, and what then to do."""

from outbound.desk import Verb
from outbound.letter import Channel
from outbound.life import Outcome, Status
from outbound.story import Story, Try
from outbound.web.pages import words
from outbound.web.pages.looks import moment


def question(of: Story) -> str | None:
    """The question, in Danish; None where no supplier can be asked: not HELD, or never handed over."""
    tries = [one for one in of.tries if of.live and one.dispatch.id == of.live.id]
    if of.letter.status is not Status.HELD or not tries:
        return None
    return _if_taken(tries[0]) if tries[0].dispatch.outcome is Outcome.TAKEN else _whether_taken(tries[0])


def _whether_taken(one: Try) -> str:
    yes, no = _said(Verb.TAKEN), _said(Verb.NOT_TAKEN)
    return (
        f"Spørg {_supplier(one)}, om de har modtaget {_named(one)}, sendt {moment(one.begun_at)}. "
        f"Har de den, så vælg {yes}; har de den med sikkerhed ikke, så vælg {no}.{_code(one)}"
    )


def _if_taken(one: Try) -> str:
    verbs = ", ".join(_said(verb) for verb in (Verb.ARRIVED, Verb.CAME_BACK, Verb.WAS_REFUSED))
    return (
        f"Spørg {_supplier(one)}, hvad der er blevet af {_named(one)}, som de modtog {moment(one.dispatch.taken_at)}. "
        f"Vælg efter deres svar {verbs} eller {_said(Verb.WAIT_ON)}.{_code(one)}"
    )


def _supplier(one: Try) -> str:
    return f"{words.CHANNELS[one.dispatch.channel]} ({one.dispatch.provider})"


def _named(one: Try) -> str:
    found = one.dispatch
    if found.channel is Channel.DIGITAL:
        transmission = f" (transmissionId {found.transmission})" if found.transmission else ""
        return f"meddelelsen med messageUUID {found.id}{transmission}"
    return f"brevet {found.id} i kørslen {found.consignment_id}"


def _said(verb: Verb) -> str:
    return f"»{words.VERBS[verb][0]}«"


def _code(one: Try) -> str:
    return f" Deres kode var {one.dispatch.code}." if one.dispatch.code else ""
