"""What a person may do with what has no letter's verb: incidents, receipts without a letter, and lost letters.

Each act under a name and with a why, which is sealed; what concerns a letter stands in its story.
"""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, update

from outbound import clock
from outbound.delivery import House, pair
from outbound.delivery.house import TIMER, deadline, later, receipt_deadline
from outbound.desk import DeskRefusal, Hand, note
from outbound.ledger import inbox, incidents, sending
from outbound.ledger import tables as t
from outbound.ledger.inbox import ASIDE, PAIRED, InboxReceipt
from outbound.ledger.letters import hold, letter, locked, touch
from outbound.ledger.values import Letter
from outbound.letter import Channel, RawReceipt, WaitsFor
from outbound.life import Status
from outbound.lost import BEFORE_SENDING, Loss, loss_of
from outbound.seal import Part

CLOSE, REOPEN = "close-incident", "reopen-incident"
AGAIN, PUT_ASIDE, PAIR = "work-receipt-again", "put-receipt-aside", "pair-receipt"
NUDGE = "nudge"

HELPED = frozenset(Loss) - {Loss.STANDS, Loss.ILLEGAL}
"""The losses that `nudge` ends. A letter that stands is due already: its workers are what has to be seen to. What an
illegal pair means, a person must find out."""


def close_incident(house: House, incident: int, hand: Hand) -> None:
    """Somebody has seen to it."""
    _incident(house, incident, hand, CLOSE)


def reopen_incident(house: House, incident: int, hand: Hand) -> None:
    """It was closed too early."""
    _incident(house, incident, hand, REOPEN)


def work_again(house: House, row: int, hand: Hand) -> None:
    """Let a loose receipt, or one that was put aside, be worked as if it had just come: its letter is known by now, or
    what could not be read has been mended."""
    with house.ledger.writing() as tx:
        found = _loose(tx, row)
        note(tx, house, AGAIN, "receipt", str(row), hand)
        inbox.work_again(tx, found)


def put_aside(house: House, row: int, hand: Hand) -> None:
    """It is about nothing of ours. It stays, and `work_again` takes it up once more."""
    with house.ledger.writing() as tx:
        found = _loose(tx, row)
        note(tx, house, PUT_ASIDE, "receipt", str(row), hand)
        inbox.mark(tx, found, ASIDE)


def pair_receipt(house: House, row: int, dispatch: UUID, hand: Hand) -> UUID:
    """What the receipt says is about this dispatch, a person found out; its letter. It cannot be undone."""
    with house.ledger.writing() as tx:
        found = _loose(tx, row)
        meant = sending.find_dispatch(tx, dispatch)
        if meant is None:
            raise DeskRefusal("no-such-dispatch", "No dispatch of ours has that id; it stands on the letter's page.")
        if found.raw.provider != meant.provider and found.raw.provider in _mailers(house):
            raise DeskRefusal("other-supplier", "That dispatch went to another supplier than the receipt came from.")
        note(tx, house, PAIR, "receipt", str(row), hand, meant.letter_id)
        body = house.seal.open(tx, found.owner, "receipt", hand.by, PAIR) or b""
        try:
            pair(tx, house, RawReceipt(found.raw.provider, found.raw.id, body), dispatch)
        except ValueError:
            raise DeskRefusal(
                "cannot-pair", "The receipt cannot be read, or is not about one letter; settle the letter by its page."
            ) from None
        inbox.mark(tx, found, PAIRED)
    return meant.letter_id


def open_receipt(house: House, row: int, by: str, purpose: str) -> str:
    """The receipt as it came, as far as it is text; the opening stands in the reading log."""
    with house.ledger.writing() as tx:
        found = _loose(tx, row)
        opened = house.seal.open_parts(tx, [Part(found.owner, "receipt")], by, purpose)
    body = opened.get(Part(found.owner, "receipt"))
    if body is None:
        raise DeskRefusal("content-missing", "The receipt is no longer under the seal.")
    return body.decode("utf-8", "replace")


def nudge(house: House, letter_id: UUID, hand: Hand) -> Loss:
    """Bring a lost letter back among those that somebody comes to; what was wrong with it.

    Before it is sent: due now. Handed over: its claim ends, and it goes back or is in doubt by the rules of a dead
    worker. Without a deadline for its receipt: given one; past it: HELD. Nothing is sent by this alone.
    """
    with house.ledger.writing() as tx:
        if letter(tx, letter_id) is None:
            raise DeskRefusal("no-such-letter", "There is no such letter.")
        live = sending.live_dispatch(tx, letter_id)
        if live is not None:
            sending.members_of(tx, live.consignment_id, lock=True)  # in the order in which `recover` locks them
            sending.consignment(tx, live.consignment_id, lock=True)
        one, loss = locked(tx, letter_id), loss_of(tx, house.settings, letter_id)
        if loss not in HELPED:
            raise DeskRefusal("not-lost", "The letter is not lost in a way that this helps; look at it again.")
        note(tx, house, NUDGE, "letter", letter_id.hex, hand, letter_id)
        _take_up(tx, house, one, live.consignment_id if live else None)
    return loss


def _take_up(tx: Connection, house: House, one: Letter, consignment: UUID | None) -> None:
    if one.status in BEFORE_SENDING:
        touch(tx, one, due_at=clock.now())
    elif one.status is Status.SENDING and consignment is not None:
        _end_claim(tx, house, consignment)
    elif one.status is Status.SENT and one.due_at is not None and one.due_at <= clock.now():
        hold(tx, one, "no-receipt", WaitsFor.OPERATIONS, TIMER)
    elif one.status is Status.SENT:
        touch(tx, one, due_at=receipt_deadline(house.settings, one.channel or Channel.DIGITAL))


def _end_claim(tx: Connection, house: House, consignment: UUID) -> None:
    """As if the worker that had it had just died; where nobody has it, somebody had."""
    row, settings = t.consignment.c, house.settings
    values = {"claim_token": uuid4().hex, "claimed_until": clock.now() - timedelta(seconds=1)}
    tx.execute(update(t.consignment).where(row.id == consignment).values(**values))
    due, end = later(settings.doubt_ask_seconds), deadline(settings.doubt_deadline_days)
    sending.recover(tx, consignment, due, end, settings.deaths_alone)


def _incident(house: House, incident: int, hand: Hand, verb: str) -> None:
    with house.ledger.writing() as tx:
        change = incidents.close if verb == CLOSE else incidents.reopen
        letter_id = change(tx, incident)
        if letter_id is None:
            raise DeskRefusal("no-such-incident", "No incident of that number can be treated so now; look again.")
        note(tx, house, verb, "incident", str(incident), hand, letter_id)


def _loose(tx: Connection, row: int) -> InboxReceipt:
    found = inbox.loose(tx, row)
    if found is None:
        raise DeskRefusal("no-such-receipt", "No receipt of that number waits for anybody now; look again.")
    return found


def _mailers(house: House) -> set[str]:
    return {one.provider for one in house.outside.mailers.values()}
