"""A ledger restored from a back-up, brought back to what is so: nothing is sent until suppliers' records are compared.

What has left since the back-up is not known to it, and it would be sent again. Dispatch ids are derived from what a
system calls its letter, so that a supplier's list of ids tells which letters have gone: those that the ledger has, and
those that their systems hand in again. Each act has a name and a why.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.delivery.doubts import quiet_until
from outbound.delivery.house import House
from outbound.delivery.known import BEFORE, Listed, listed
from outbound.delivery.reminders import sent_before as reminder_sent_before
from outbound.delivery.send import rebook
from outbound.delivery.settle import apply
from outbound.desk import DeskRefusal, Hand, note
from outbound.ledger import feed, inbox, letters, reminders, restorations, sending
from outbound.ledger.letters import hold, locked, move, touch
from outbound.ledger.restorations import COMPARE, PAGE, RESTORED, Restoration
from outbound.ledger.values import Letter
from outbound.letter import Blame, Channel, News, Receipt, WaitsFor
from outbound.life import UNSETTLED, Outcome, Status

BEGIN, FINISH, DISMISS = "restored-begin", "restored-finish", "restored-dismiss"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a restored ledger stands. `held`: letters that may have left; `left_over`: ids that suppliers have, whose
    letters are not found (yet); `compared`: the channels whose suppliers' records were compared; `moving`: letters are
    on their way, among which those may still be found; `quiet_at`: when records can be compared; `no_receipt`: letters
    that wait for a receipt which may have been worked before the loss."""

    restoration: Restoration | None
    held: int
    left_over: int
    compared: frozenset[Channel]
    moving: bool
    quiet_at: datetime | None
    no_receipt: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a supplier's list: `known` ids are in the ledger; the others' letters are to be found, or handed in
    again; `freed` letters have gone another way than the ledger knows."""

    known: int
    others: int
    freed: int


def standing(house: House) -> Standing:
    """Where it stands now."""
    with house.ledger.reading() as tx:
        now = restorations.current(tx)
        since = now.begun_at if now else None
        compared = restorations.compared(tx, since) if since else frozenset[Channel]()
        held, left_over = restorations.count_waiting(tx), restorations.count_left_over(tx)
        moving, no_receipt = restorations.any_moving(tx), restorations.count_without_receipt(tx)
    quiet = since + quiet_until(house.settings) if since else None
    return Standing(now, held, left_over, compared, moving, quiet, no_receipt)


def begin(house: House, taken_at: datetime, hand: Hand) -> int:
    """The ledger is a back-up of `taken_at`: nothing is sent, and what may have left since is HELD; how many that is.

    Safe to repeat when it was broken off. Refused where the day lies ahead.
    """
    if taken_at > clock.now():
        raise DeskRefusal("taken-at", "The back-up cannot have been taken after now; say when it was (--taken).")
    with house.ledger.writing() as tx:
        note(tx, house, BEGIN, "ledger", taken_at.isoformat()[:64], hand)
        restorations.begin(tx, taken_at)
        feed.bring_home(tx)
        letters.end_claims(tx)
        sending.end_claims(tx)
        reminders.end_claims(tx)
    held = 0
    while some := _hold_some(house, hand):
        held += some
    return held


def compare(house: House, channel: Channel, ids: Sequence[UUID], hand: Hand) -> Compared:
    """The supplier of this channel has taken these since the back-up: what is known is settled, the rest is kept until
    its letter is found. Safe to repeat. Refused before every request of old is over."""
    _quiet(house)
    known: list[UUID] = []
    provider = house.outside.mailers[channel].provider
    for some in _pages(ids):
        with house.ledger.writing() as tx:
            mine = [one for one in some if _settle_known(tx, house, one)]
            restorations.keep_sent(tx, sorted({*some} - {*mine}), channel, provider)
            known += mine
    freed = _free_superseded(house, hand)
    with house.ledger.writing() as tx:
        note(tx, house, COMPARE, "channel", channel, hand)
        inbox.look_again_at_loose(tx)
    return Compared(len(known), len({*ids}) - len({*known}), freed)


def finish(house: House, hand: Hand, without: Collection[Channel] = ()) -> int:
    """Letters leave again: those that suppliers have had count as sent, the others are sent; how many were HELD.

    Refused while a channel's records are not compared, but for those `without`, of which nothing can be known.
    """
    since = _quiet(house)
    with house.ledger.reading() as tx:
        missing = sorted({*Channel} - {Channel.NONE} - restorations.compared(tx, since) - {*without})
    if missing:
        raise DeskRefusal(
            "not-compared",
            f"The supplier's records are not compared for {', '.join(missing)}: run `outbound restored compare`, or "
            "say --not-compared for a channel of which nothing can be known; its letters may then be sent twice.",
        )
    released = 0
    while some := _release_some(house, hand, without):
        released += some
    with house.ledger.writing() as tx:
        note(tx, house, FINISH, "ledger", ",".join(sorted(without)), hand)
        restorations.end(tx)
        inbox.look_again_at_loose(tx)
    return released


def dismiss(house: House, hand: Hand) -> None:
    """It is no back-up, a person has found out: the marks outside were lost. Letters leave again."""
    with house.ledger.writing() as tx:
        now = restorations.current(tx)
        if now is None or now.begun_at is not None:
            raise DeskRefusal("not-suspected", "Nothing is suspected of this ledger; see `outbound restored show`.")
        note(tx, house, DISMISS, "ledger", "", hand)
        restorations.end(tx)


def _quiet(house: House) -> datetime:
    """When it was begun. Refused where nobody has begun, or a request of a worker from before may be on its way."""
    with house.ledger.reading() as tx:
        now = restorations.current(tx)
    if now is None or now.begun_at is None:
        raise DeskRefusal("not-begun", "Nobody has said that this ledger is restored: `outbound restored begin`.")
    quiet = now.begun_at + quiet_until(house.settings)
    if clock.now() < quiet:
        raise DeskRefusal("not-quiet", f"A request may still be on its way; go on after {quiet:%H:%M:%S} UTC.")
    return now.begun_at


def _hold_some(house: House, hand: Hand) -> int:
    with house.ledger.writing() as tx:
        found = restorations.perhaps_sent(tx)
        for one in found:
            if live := sending.live_dispatch(tx, one.id):
                sending.settle_dispatch(tx, live.id, Outcome.DOUBT, {Outcome.OPEN})
            hold(tx, one, RESTORED, WaitsFor.OPERATIONS, hand.by)
        return len(found)


def _settle_known(tx: Connection, house: House, one: UUID) -> bool:
    """A supplier has had it: evidence of taking, where the ledger knows it by this id. False where it does not."""
    if reminders.find(tx, one):
        reminder_sent_before(tx, house, one)
        return True
    return apply(tx, house, Receipt(one, News.RECEIVED))


def _free_superseded(house: House, hand: Hand) -> int:
    """Letters of which a supplier has a later try than the ledger knows: the one it knows ended with a definite no."""
    freed = 0
    with house.ledger.reading() as tx:
        pages = [[one.id for one in page] for page in restorations.under_way(tx)]
    for page in pages:
        with house.ledger.writing() as tx:
            mine = [locked(tx, one) for one in sorted(page)]
            found = listed(tx, house, mine)
            for one in (each for each in mine if each.id in found):
                freed += _free(tx, house, one, found[one.id], hand)
    return freed


def _free(tx: Connection, house: House, one: Letter, tries: Listed, hand: Hand) -> bool:
    live = sending.live_dispatch(tx, one.id)
    if live is None or one.status not in (Status.HELD, Status.SENT):
        return False
    same_way = tries[max(tries)].channel == live.channel
    if live.outcome in UNSETTLED:
        sending.settle_dispatch(tx, live.id, Outcome.VOID, UNSETTLED, code=BEFORE)
        done = move(tx, one, Status.RENDERED, BEFORE, hand.by, **_fresh())
    elif same_way:
        sending.settle_dispatch(tx, live.id, Outcome.REFUSED, {Outcome.TAKEN}, code=BEFORE)
        accounts.take_back(tx, one.id, live.id)
        done = move(tx, one, Status.ROUTED, BEFORE, hand.by, **_fresh())
    else:
        sending.settle_dispatch(tx, live.id, Outcome.REFUSED, {Outcome.TAKEN}, code=BEFORE)
        accounts.correct(tx, one, live)
        done = sending.after_refusal(tx, one, live.channel, Blame.RECIPIENT, hand.by)
    rebook(tx, house, live.id)
    return done


def _release_some(house: House, hand: Hand, without: Collection[Channel]) -> int:
    with house.ledger.writing() as tx:
        found = restorations.waiting(tx)
        gone = listed(tx, house, found)
        for one in found:
            if not _still_in_doubt(tx, one, without):
                _release(tx, house, one, gone.get(one.id), hand)
        return len(found)


def _still_in_doubt(tx: Connection, one: Letter, without: Collection[Channel]) -> bool:
    """A doubt of which no records tell stays one, for a person."""
    live = sending.live_dispatch(tx, one.id)
    return live is not None and live.channel in without and touch(tx, one, held_code="doubt")


def _release(tx: Connection, house: House, one: Letter, tries: Listed | None, hand: Hand) -> None:
    """To be sent, from its document where it has one; what was sent before goes straight to the step that knows it."""
    live = sending.live_dispatch(tx, one.id)
    if live:
        sending.settle_dispatch(tx, live.id, Outcome.VOID, UNSETTLED, code="not-taken")
        move(tx, one, Status.ROUTED, "settled-not-taken", hand.by, **_fresh())
        rebook(tx, house, live.id)
        return
    to = Status.RENDERED if one.document_fingerprint else Status.RECEIVED
    if tries and to is Status.RENDERED and one.routed_at and one.channel == tries[max(tries)].channel:
        to = Status.ROUTED
    move(tx, one, to, "released", hand.by, **_fresh())


def _fresh() -> dict[str, Any]:
    return {"due_at": clock.now(), "tries": 0, "waiting_since": None}


def _pages(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    rest = iter(dict.fromkeys(ids))
    while some := list(islice(rest, PAGE)):
        yield some
