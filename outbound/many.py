"""One act on many letters: looked at beforehand, begun under a name and with a why, worked letter by letter, undone.

A batch only does what the desk does with one letter, in that letter's own transaction; it adds no way around a rule.
Letters that are to be cancelled are held first and cancelled some minutes later: until then it can be called off, and
no letter leaves meanwhile. A letter on which somebody else has acted since the batch was begun is left alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from outbound import clock, desk
from outbound.delivery.house import House
from outbound.desk import STOP_REMINDER, DeskRefusal, Hand, Verb, verbs_where
from outbound.key_file import month_after
from outbound.ledger import batches, search
from outbound.ledger.batches import Batch, Phase, Row, Turn
from outbound.ledger.keys import Transaction
from outbound.ledger.letters import letter
from outbound.ledger.search import Group, Wanted
from outbound.ledger.values import Letter
from outbound.letter import Channel
from outbound.life import LIVE, Status
from outbound.seal import SealFault

Act = Callable[[House, UUID, Hand], object]
ACTS: Mapping[str, Act] = {
    Verb.RELEASE: desk.release,
    Verb.HOLD: desk.hold,
    Verb.CANCEL: desk.cancel,
    Verb.REROUTE: desk.reroute,  # type: ignore[dict-item]  # with its channel, see `_act_of`
    Verb.ACKNOWLEDGE: desk.acknowledge,
    Verb.RESEND: desk.resend,
    Verb.TAKEN: desk.settle_taken,
    Verb.NOT_TAKEN: desk.settle_not_taken,
    Verb.WAIT_ON: desk.wait_on,
    Verb.ARRIVED: desk.arrived,
    Verb.CAME_BACK: desk.came_back,
    Verb.WAS_REFUSED: desk.was_refused,
    STOP_REMINDER: desk.stop_reminder,
}
"""What can be done with many letters at once: all but what needs content of each letter's own."""

UNDOABLE = frozenset({Verb.RELEASE, Verb.HOLD, Verb.CANCEL, Verb.REROUTE, Verb.ACKNOWLEDGE})


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with which letters: all that are wanted, or those of them that are named."""

    verb: str
    wanted: Wanted
    ids: tuple[UUID, ...] = ()
    channel: Channel | None = None

    def plain(self) -> dict[str, str]:
        """By what the letters were chosen, as the batch keeps it."""
        return {**self.wanted.plain(), **({"ids": str(len(self.ids))} if self.ids else {})}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: how many letters are meant, how many the verb fits, and in which state the others are.

    `listed`: how many go on the batch's list, which leaves out those that are in no state for it.
    """

    letters: int
    listed: int
    fits: int
    unfit: Mapping[Status, int] = field(default_factory=dict)
    systems: Mapping[str, int] = field(default_factory=dict)
    types: Mapping[str, int] = field(default_factory=dict)
    departments: Mapping[str, int] = field(default_factory=dict)


def preview(house: House, order: Order) -> Preview:
    """What would happen now. Writes nothing. Raises DeskRefusal where the order cannot be given."""
    _must_be_sensible(order)
    with house.ledger.reading() as tx:
        most = house.settings.batch_letters
        if not order.ids and search.count(tx, order.wanted, most + 1) > most:
            raise DeskRefusal("too-many", f"More than {most} letters are meant; narrow the choice.")
        chosen = search.chosen(order.wanted, order.ids)
        reminders = search.count_reminders(tx, chosen) if order.verb == STOP_REMINDER else None
        return _of_groups(search.groups(tx, chosen), order.verb, reminders)


def begin(house: House, order: Order, seen: int, hand: Hand) -> UUID:
    """Begin it; the batch's id. The list of letters is frozen here.

    Raises DeskRefusal, also where more letters would be on the list now than the `seen` ones that were agreed to.
    """
    _must_be_sensible(order)
    batch_id, at = uuid4(), clock.now()
    cancels = order.verb == Verb.CANCEL
    acts_at = at + timedelta(minutes=house.settings.cancel_minutes if cancels else 0)
    with house.ledger.writing() as tx:
        desk.must_be_named(hand)
        batches.write(tx, batch_id, order.verb, order.channel, hand.by, Phase.STOP if cancels else Phase.ACT, acts_at)
        most = max(0, min(seen, house.settings.batch_letters))  # and no further is the list written
        chosen = search.chosen(order.wanted, order.ids, _could_fit(order.verb)).limit(most + 1)
        count = batches.fill(tx, batch_id, chosen, order.plain())
        if count > most:
            raise DeskRefusal("more-than-seen", "More letters are meant now than were shown; look again.")
        if not count:
            raise DeskRefusal("none", "No letter is meant any more; look again.")
        _seal(house, tx, batch_id, "why", hand.why)
    return batch_id


def undo(house: House, batch_id: UUID, hand: Hand) -> None:
    """Take it back, as far as it goes; what has not been begun is not. Raises DeskRefusal."""
    desk.must_be_named(hand)
    with house.ledger.writing() as tx:
        one = _locked(tx, batch_id)
        if not can_undo(one):
            raise DeskRefusal("no-undo", "This cannot be undone, or not any more.")
        now = clock.now()
        changes = {"phase": Phase.UNDO, "due_at": now, "ended_at": None, "undone_by": hand.by, "undone_at": now}
        batches.turn(tx, batch_id, one.phase, **changes)
        _seal(house, tx, batch_id, "undo-why", hand.why)


def end(house: House, batch_id: UUID, hand: Hand) -> None:
    """Do no more of it; what is done stays done. Raises DeskRefusal."""
    desk.must_be_named(hand)
    with house.ledger.writing() as tx:
        one = _locked(tx, batch_id)
        if not can_end(one):
            raise DeskRefusal("no-undo", "There is nothing left of it to stop.")
        desk.note(tx, house, "end-batch", "batch", batch_id.hex, hand)
        batches.turn(tx, batch_id, one.phase, phase=Phase.OVER, due_at=None, ended_at=clock.now())


def _locked(tx: Transaction, batch_id: UUID) -> Batch:
    one = batches.find(tx, batch_id, lock=True)
    if one is None:
        raise DeskRefusal("no-such-batch", "There is no such act on many letters.")
    return one


def can_undo(one: Batch) -> bool:
    """May it be taken back? Of a cancellation only what is not cancelled yet."""
    if one.verb not in UNDOABLE or one.undone_at is not None:
        return False
    return one.verb != Verb.CANCEL or one.phase in (Phase.STOP, Phase.ACT)


def can_end(one: Batch) -> bool:
    """May the rest be left? A cancellation is called off instead: what it has stopped must not stand there for ever."""
    return one.phase is Phase.ACT and one.verb != Verb.CANCEL


def fits(verb: str, group: Group) -> bool:
    """Does the verb fit letters that stand so?"""
    return verb in verbs_where(group.status, group.live, ready_made=group.ready_made, seen_to=group.seen_to)


def work(house: House) -> int:
    """A handful of the batch whose turn it is; how many letters, or 1 where it only came a phase further.

    The batch goes to the end of the line first: neither a large one nor one that fails, or kills its worker, delays
    the others.
    """
    with house.ledger.reading() as tx:
        one = batches.due(tx)
        found = batches.next_letters(tx, one.id, TURNS[one.phase](one), house.settings.handful) if one else []
    if one is None:
        return 0
    if not found:
        _next_phase(house, one)
        return 1
    with house.ledger.writing() as tx:
        batches.turn(tx, one.id, one.phase, due_at=clock.now())
    why = _why(house, one)
    for letter_id, state, was in found:
        _work_one(house, one, letter_id, state, was, why)
    return len(found)


TURNS: Mapping[Phase, Callable[[Batch], Sequence[Row]]] = {
    Phase.STOP: lambda one: (Row.WAITING,),
    Phase.ACT: lambda one: (Row.STOPPED,) if one.verb == Verb.CANCEL else (Row.WAITING,),
    Phase.UNDO: lambda one: (Row.STOPPED,) if one.verb == Verb.CANCEL else (Row.DONE,),
    Phase.OVER: lambda one: (),
}
"""The rows whose letters are worked in each phase."""
ENDS = {Phase.STOP: Row.STOPPED, Phase.ACT: Row.DONE, Phase.UNDO: Row.UNDONE}
FAILS = {Phase.STOP: Row.REFUSED, Phase.ACT: Row.REFUSED, Phase.UNDO: Row.KEPT}


def _work_one(house: House, one: Batch, letter_id: UUID, state: Row, was: str, why: str) -> None:
    by = one.undone_by if one.phase is Phase.UNDO and one.undone_by else one.by
    hand = Hand(by, why, Turn(one.id, one.phase, state, ENDS[one.phase]))
    try:
        _act_of(one, was)(house, letter_id, hand)
    except DeskRefusal as refusal:
        code = refusal.code
    except SealFault:  # what lies under a key that this host lacks, or was changed, must not stop the others
        code = "sealed"
    else:
        return
    if code != "not-its-turn":
        with house.ledger.writing() as tx:
            row = {"code": _code_of(code, letter(tx, letter_id))}
            batches.tick(tx, Turn(one.id, one.phase, state, FAILS[one.phase]), letter_id, **row)


def _code_of(code: str, one: Letter | None) -> str:
    """Why not, as a code; where the letter's state is the reason, that state."""
    return f"is-{one.status.lower()}" if code == "not-now" and one else code


def _act_of(one: Batch, was: str) -> Act:
    if one.phase is Phase.STOP:
        return desk.stop
    if one.phase is Phase.UNDO:
        return _undoing(one, was)
    if one.verb == Verb.REROUTE:
        return lambda house, letter_id, hand: desk.reroute(house, letter_id, one.channel or Channel.NONE, hand)
    return ACTS[one.verb]


def _undoing(one: Batch, was: str) -> Act:
    status, _, forced = was.partition(":")
    held = status == Status.HELD
    before = Channel(forced) if forced else None
    acts: Mapping[str, Act] = {
        Verb.RELEASE: desk.hold,
        Verb.HOLD: desk.release,
        Verb.CANCEL: partial(desk.let_go_on, was_held=held),
        Verb.REROUTE: lambda house, letter_id, hand: desk.reroute_back(house, letter_id, before, hand, held),
        Verb.ACKNOWLEDGE: desk.unacknowledge,
    }
    return acts[one.verb]


def _next_phase(house: House, one: Batch) -> None:
    stopped = one.phase is Phase.STOP
    over = {"phase": Phase.OVER, "due_at": None, "ended_at": clock.now()}
    with house.ledger.writing() as tx:
        batches.turn(tx, one.id, one.phase, **({"phase": Phase.ACT, "due_at": one.acts_at} if stopped else over))


def _why(house: House, one: Batch) -> str:
    """A letter that is sent again carries the why; the others need only that there is one."""
    if one.verb != Verb.RESEND:
        return "batch"
    with house.ledger.writing() as tx:
        return (house.seal.open(tx, one.id, "why", one.by, "batch") or b"batch").decode()


def _seal(house: House, tx: Transaction, batch_id: UUID, part: str, why: str) -> None:
    month = month_after(clock.today(), house.settings.note_months)
    house.seal.put(tx, batch_id, month, {part: why.encode()})


def _must_be_sensible(order: Order) -> None:
    if order.verb not in ACTS or (order.verb == Verb.REROUTE) != (order.channel in (Channel.DIGITAL, Channel.PRINT)):
        raise DeskRefusal("no-such-verb", "This cannot be done with many letters at once.")
    if order.wanted.everything and not order.ids:
        raise DeskRefusal("everything", "Say which letters are meant: all of them at once never are.")


def _could_fit(verb: str) -> frozenset[Status]:
    """The states in which the verb may fit a letter, so that the list has no letter that it never could."""
    if verb == STOP_REMINDER:
        return frozenset(Status)
    lives = (None, *LIVE)
    return frozenset(
        status
        for status in Status
        for live in lives
        for seen_to in (True, False)
        if verb in verbs_where(status, live, ready_made=False, seen_to=seen_to)
    )


def _of_groups(found: Sequence[Group], verb: str, reminders: int | None) -> Preview:
    unfit, systems, types, departments = Counter[Status](), Counter[str](), Counter[str](), Counter[str]()
    for one in found:
        if reminders is None and not fits(verb, one):
            unfit[one.status] += one.letters
            continue
        systems[one.system] += one.letters
        types[one.letter_type] += one.letters
        departments[one.department] += one.letters
    listed = sum(one.letters for one in found if one.status in _could_fit(verb))
    return Preview(
        letters=sum(one.letters for one in found),
        listed=listed,
        fits=systems.total() if reminders is None else reminders,
        unfit=dict(unfit.most_common()),
        systems=dict(systems.most_common()),
        types=dict(types.most_common()),
        departments=dict(departments.most_common()),
    )
