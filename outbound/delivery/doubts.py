"""Doubt is sticky: asked about, repeated where that is safe, waited out to its deadline, then shown to a person."""

from datetime import timedelta

from outbound import clock
from outbound.delivery.consigning import outline
from outbound.delivery.house import TIMER, House, later, sending_rate
from outbound.delivery.route import never_again, stale
from outbound.delivery.send import accepted, repeat
from outbound.ledger import channels, pace, sending
from outbound.ledger.values import LedgerConsignment
from outbound.letter import CannotSay, Channel, NotTaken, Taken
from outbound.life import UNSETTLED, Status
from outbound.ports import Mailer
from outbound.settings import Settings


def mind_doubts(house: House, channel: Channel) -> int:
    """Go through the doubts of a channel that are due a question; how many there were."""
    settings, rate = house.settings, sending_rate(house.settings, channel)
    with house.ledger.writing() as tx:
        if not pace.take(tx, rate, 1):
            return 0
        token, claimed = sending.claim_doubts(tx, channel, 1, settings.send_lease)
        pace.give_back(tx, rate, 1 - len(claimed))
    for one in claimed:
        _mind(house, one, token)
    return len(claimed)


def quiet_until(settings: Settings) -> timedelta:
    """How long after the last call to the supplier a request of it may still be on its way."""
    return timedelta(seconds=settings.send_lease * settings.hard_end + settings.quiet_seconds)


def is_quiet(settings: Settings, one: LedgerConsignment) -> bool:
    """Can no request of this consignment be on its way any more?"""
    return one.called_at is not None and clock.now() >= one.called_at + quiet_until(settings)


def _mind(house: House, one: LedgerConsignment, token: str) -> None:
    mailer = house.outside.mailers[one.channel]
    with house.ledger.writing() as tx:
        members = sending.members_of(tx, one.id)
        open_ones = [m for m in members if m.letter.status is Status.SENDING and m.dispatch.outcome in UNSETTLED]
        if not open_ones:
            sending.finish(tx, one.id, token)
            return
        if one.deadline_at and clock.now() >= one.deadline_at:
            sending.hold_doubts(tx, one.id, token)
            return
        stopped = channels.paused(tx, "channel", one.channel)
    whole = len(open_ones) == len(members)
    good = not any(stale(house, m.letter) or never_again(house, m.letter) for m in open_ones)
    if mailer.repeat_is_safe and _is_theirs(mailer, one) and whole and good and not stopped:
        repeat(house, mailer, one, token)
    else:
        _ask(house, one, token, whole, stopped, good)


def _is_theirs(mailer: Mailer, one: LedgerConsignment) -> bool:
    """Whether the channel still goes to the supplier that has it, perhaps: another knows nothing of its ids, and would
    send a second letter. Only a receipt or a person settles it then."""
    return mailer.provider == one.provider


def _ask(house: House, one: LedgerConsignment, token: str, whole: bool, stopped: bool, good: bool) -> None:
    """Ask the supplier. Its no counts for the whole of a consignment, and only if it was quiet before we asked.

    A half that lies there is finished only while its letters are good: dated today, and of use. Else they go anew.
    """
    mailer = house.outside.mailers[one.channel]
    certain = whole and is_quiet(house.settings, one)
    answer = mailer.ask(outline(one, token)) if _is_theirs(mailer, one) else CannotSay()
    if isinstance(answer, NotTaken) and (not certain or (answer.resume and good and stopped)):
        answer = CannotSay()
    if isinstance(answer, NotTaken) and answer.resume and good:
        repeat(house, mailer, one, token)
        return
    with house.ledger.writing() as tx:
        if isinstance(answer, Taken):
            for member in sending.members_of(tx, one.id):
                accepted(tx, house, member.dispatch.id, answer.transmission, TIMER)
            sending.finish(tx, one.id, token)
        elif isinstance(answer, NotTaken):
            sending.not_taken_after_all(tx, one.id, token, TIMER)
        else:
            sending.wait_on(tx, one.id, token, later(house.settings.doubt_ask_seconds))
