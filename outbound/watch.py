"""What whoever is on watch must know at 03:00: is anything lost, what waits, when is it gone, which deadline is first.

From the ledger alone, so that it holds whatever Redis and the workers say. Writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, case, func, select

from outbound import clock
from outbound.flow import Flow, Key, flow
from outbound.ledger import restorations, signs
from outbound.ledger import tables as t
from outbound.ledger.values import CLAIMS
from outbound.letter import Channel, Lane
from outbound.life import UNSETTLED, Status
from outbound.lost import BEFORE_SENDING, Loss, count_lost
from outbound.postal_days import add_working_days
from outbound.settings import Settings
from outbound.standing import Stage, Stops


class Limit(StrEnum):
    """What ends at a deadline."""

    USEFUL = "useful-until"
    APPOINTMENT = "appointment"
    CUT_OFF = "cut-off"
    PATIENCE = "patience"
    DOUBT = "doubt"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The first moment at which something of this kind is over. `letter` is the one that meets it first, `letters` how
    many meet it, or another of its kind, before the time from which a deadline is in danger."""

    kind: Limit
    at: datetime
    letter: UUID
    letters: int
    in_danger: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """The answer. `going`: due now, or in a worker's hands. `drained_at`: when those are with the suppliers, by the
    rate of the last minutes; None where there are none, where none leaves, or where `silent` says why. `stopped`:
    something is paused or away, so that not all of them will be. `later_until`: the last time that any other letter
    waits for. `silent`: the timer and the pools that show no life, by name; nothing is promised while they are needed.
    `restored`: the ledger is a back-up, or is suspected to be one, and nothing is sent.
    """

    lost: dict[Loss, int]
    waiting: int
    going: int
    drained_at: datetime | None
    stopped: bool
    later_until: datetime | None
    deadline: Deadline | None
    way: Flow
    restored: bool
    silent: tuple[str, ...] = ()

    @property
    def all_lost(self) -> int:
        """How many letters are lost, whatever is wrong with them."""
        return sum(self.lost.values())

    @property
    def is_well(self) -> bool:
        """Nothing lost, all alive, no deadline in danger, and no back-up for a ledger."""
        endangered = self.deadline and self.deadline.in_danger
        return not (self.all_lost or self.silent or self.restored or endangered)


def watch(tx: Connection, settings: Settings) -> Watch:
    """The answer now."""
    way = flow(tx)
    silent = tuple(one.name for one in signs.silent(tx, settings.silent_seconds))
    stands = _stands(way, silent)
    moves = way.going and way.per_minute and not stands
    drained = clock.now() + timedelta(minutes=way.going / way.per_minute) if moves else None
    return Watch(
        lost=count_lost(tx, settings, way.paces, way.stops),
        waiting=way.waiting,
        going=way.going,
        drained_at=drained,
        stopped=bool(way.stops),
        later_until=_last_due(tx) if way.waiting > way.going else None,
        deadline=_first_deadline(tx, settings, drained, way.stops, stands=stands),
        way=way,
        silent=silent,
        restored=restorations.current(tx) is not None,
    )


def _stands(way: Flow, silent: tuple[str, ...]) -> bool:
    """Is somebody silent whom the letters need? All need the timer and the network; rendering some."""
    unrendered = any(one.letters for one in way.of(Stage.RENDER))
    return bool({signs.TIMER, signs.NETWORK} & set(silent)) or (unrendered and signs.RENDER in silent)


def _first_deadline(
    tx: Connection, settings: Settings, drained: datetime | None, stops: Stops, *, stands: bool
) -> Deadline | None:
    """The deadline that comes first.

    In danger where it lies within `deadline_danger_hours` (a cut-off: where paper does not leave), or where what waits
    is not gone by then. `stands`: nothing moves, as the timer or a pool is silent.
    """
    near = clock.now() + timedelta(hours=settings.deadline_danger_hours)
    found = [*_deadlines(tx, settings, near), *_cut_off(tx, settings, drained, stops, stands)]
    first = min(found, key=lambda one: one.at, default=None)
    endangered = min((one for one in found if one.in_danger), key=lambda one: one.at, default=None)
    return endangered or first


def _deadlines(tx: Connection, settings: Settings, near: datetime) -> Iterator[Deadline]:
    for kind, wanted in _clocks(tx).items():
        if (first := _first(tx, wanted)) is None:
            continue
        at = _ends(kind, first[1], settings)
        counted = _near(tx, wanted, kind, near, settings)
        yield Deadline(kind, at, first[0], max(counted, 1), at <= near)


def _clocks(tx: Connection) -> dict[Limit, Select[Any]]:
    """For each kind of deadline: which letters have one, and the moment or day that it is reckoned from.

    An appointment of before the oldest letter that waits is none of theirs: those of years need not be read.
    """
    row, c, d, r = t.letter.c, t.consignment.c, t.dispatch.c, t.reminder.c
    waiting = row.status.in_(BEFORE_SENDING)
    # Counted beside, or PostgreSQL walks all letters from the first one on to meet one that waits.
    created = select(func.min(row.created_at, type_=row.created_at.type), func.count()).where(waiting)
    oldest, _ = tx.execute(created).one()
    appointment = select(row.id, r.useful_until).join(t.reminder, r.letter_id == row.id).where(waiting)
    doubt = select(row.id, c.deadline_at).join(t.dispatch, d.letter_id == row.id)
    doubt = doubt.join(t.consignment, c.id == d.consignment_id)
    return {
        Limit.USEFUL: select(row.id, row.useful_until).where(waiting, row.useful_until.is_not(None)),
        Limit.APPOINTMENT: appointment.where(r.useful_until >= (oldest or clock.now())),
        Limit.PATIENCE: select(row.id, row.waiting_since).where(waiting, row.waiting_since.is_not(None)),
        Limit.DOUBT: doubt.where(
            row.status == Status.SENDING, d.outcome.in_(sorted(UNSETTLED)), c.deadline_at.is_not(None)
        ),
        Limit.RECEIPT: select(row.id, row.due_at).where(row.status == Status.SENT, row.due_at.is_not(None)),
    }


def _ends(kind: Limit, of: Any, settings: Settings) -> datetime:
    """The deadline itself: a day is of use to its end in Denmark, patience is counted in working days."""
    if kind is Limit.USEFUL:
        return end_of(of)
    at: datetime = add_working_days(of, settings.patience_days) if kind is Limit.PATIENCE else of
    return at


def last_useful_days(tx: Connection) -> dict[Key, date]:
    """For every queue that has letters with a last day of use: the first of those days."""
    row, steps = t.letter.c, {status: Stage(step) for step, status in CLAIMS.items()}
    channel = case((row.status == Status.ROUTED, row.channel)).label("channel")
    wanted = (
        select(row.status, row.lane, channel, func.min(row.useful_until))
        .where(row.status.in_(BEFORE_SENDING), row.useful_until.is_not(None))
        .group_by(row.status, row.lane, channel)
    )
    found = tx.execute(wanted)
    return {(steps[status], Lane(lane), way and Channel(way)): day for status, lane, way, day in found}


def end_of(day: date) -> datetime:
    """When that Danish day is over."""
    return datetime.combine(day + timedelta(days=1), time(0), clock.COPENHAGEN)


def _near(tx: Connection, wanted: Select[Any], kind: Limit, near: datetime, settings: Settings) -> int:
    """How many letters meet such a deadline by then; patience by the moment at which it would begin to end."""
    moment = wanted.selected_columns[1]
    by: Any = near
    if kind is Limit.USEFUL:
        by = clock.danish_day(near) - timedelta(days=1)
    elif kind is Limit.PATIENCE:
        by = _began_by(near, settings.patience_days)
    return int(tx.execute(select(func.count()).select_from(wanted.where(moment <= by).subquery())).scalar_one())


def _began_by(near: datetime, working_days: int) -> datetime:
    """The last moment whose so-manieth working day is not after `near`."""
    at = near
    while add_working_days(at, working_days) > near:
        at -= timedelta(days=1)
    return at


def _cut_off(
    tx: Connection, settings: Settings, drained: datetime | None, stops: Stops, stands: bool
) -> list[Deadline]:
    """The day's last run, where letters wait for paper: those that miss it are dated and looked up anew."""
    now, row = clock.now(), t.letter.c
    if settings.print_gather_seconds is not None or (last := _last_closing_today(settings, now)) is None:
        return []
    paper = (row.status == Status.ROUTED, row.channel == Channel.PRINT, row.due_at <= last)
    first = _first(tx, select(row.id, row.due_at).where(*paper))
    if first is None:
        return []
    letters = int(tx.execute(select(func.count()).where(*paper)).scalar_one())
    stopped = Channel.PRINT in stops.by("channel") or Channel.PRINT in stops.away
    late = stands or (drained is not None and drained > last)
    return [Deadline(Limit.CUT_OFF, last, first[0], letters, stopped or late)]


def _last_closing_today(settings: Settings, now: datetime) -> datetime | None:
    last, at = None, settings.print_runs.next_closing(now)
    while clock.danish_day(at) == clock.danish_day(now):
        last, at = at, settings.print_runs.next_closing(at)
    return last


def _first(tx: Connection, wanted: Select[Any]) -> Any:
    """The (letter, moment) whose moment comes first."""
    return tx.execute(wanted.order_by(wanted.selected_columns[1]).limit(1)).one_or_none()


def _last_due(tx: Connection) -> datetime | None:
    row = t.letter.c
    wanted = select(func.max(row.due_at, type_=row.due_at.type)).where(row.status.in_(BEFORE_SENDING))
    found: datetime | None = tx.execute(wanted).scalar_one()
    return found if found and found > clock.now() else None
