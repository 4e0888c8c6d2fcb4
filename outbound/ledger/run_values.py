"""A print run as the ledger knows it: where it stands, what was asked of the printer, and what both have counted."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from outbound.letter import Channel, Counts, Lane, News
from outbound.life import Outcome, Status
from outbound.ports import RunOrder


class RunState(StrEnum):
    """Where a print run is; it follows from its letters' dispatches and the printer's news, and is stored nowhere."""

    CLOSED = "closed"  # its letters are in it; certainly not sent
    BEGUN = "begun"  # being handed over
    DOUBT = "doubt"  # perhaps handed over
    TAKEN = "taken"  # the printer has it
    HELD_BACK = "held-back"  # the printer has it, and prints it when we say so
    RECALLED = "recalled"  # nothing of it was printed or will be
    DONE = "done"  # everything in it has been told of
    REFUSED = "refused"  # the printer has said no to all of it
    NOT_SENT = "not-sent"  # nothing was taken: its letters left in other runs


UNANSWERED = "unanswered"
"""What stands as the answer of an order that was given up for another."""

ANSWERS = {
    RunOrder.HOLD: (News.HELD_BACK, News.TOO_LATE, News.RECALLED),
    RunOrder.RELEASE: (News.LET_GO, News.TOO_LATE, News.RECALLED),
    RunOrder.RECALL: (News.RECALLED, News.TOO_LATE),
}
"""The news that answers each order; what is recalled is neither held back nor released any more."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many dispatches of a run have each outcome; `untold`: taken, and not known to be posted or back."""

    open: int = 0
    doubt: int = 0
    taken: int = 0
    refused: int = 0
    void: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class GivenOrder:
    """What somebody asked of the printer about a run. `given_at` None: not given yet; then `code` says why not."""

    id: UUID
    run_id: UUID
    kind: RunOrder
    by: str
    at: datetime
    due_at: datetime | None
    tries: int
    code: str | None
    given_at: datetime | None
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunLetter:
    """A letter of a run: what became of it there, and how it stands now."""

    id: UUID
    outcome: Outcome
    code: str | None
    envelope: str | None
    status: Status
    channel: Channel | None
    department: str
    letter_type: str
    pages: int | None
    sheets: int | None

    @classmethod
    def of(cls, row: Any) -> Self:
        """From a row with columns of these names."""
        values = {one.name: getattr(row, one.name) for one in fields(cls)}
        own = {"outcome": Outcome(row.outcome), "status": Status(row.status)}
        return cls(**{**values, **own, "channel": Channel(row.channel) if row.channel else None})


@dataclass(frozen=True, slots=True)
class Run:
    """A print run. `ours` are the control totals when it was closed, `theirs` what the printer has counted."""

    id: UUID
    provider: str
    lane: Lane
    closed_at: datetime
    begun_at: datetime | None
    ours: Counts
    theirs: Counts | None
    answer_due_at: datetime
    told_at: datetime | None
    held_back_at: datetime | None
    recalled_at: datetime | None
    tally: Tally
    orders: tuple[GivenOrder, ...] = ()  # the newest first

    @property
    def state(self) -> RunState:
        """Where it is."""
        if self.recalled_at:
            return RunState.RECALLED
        if self.tally.open:
            return RunState.BEGUN if self.begun_at else RunState.CLOSED
        if self.tally.doubt:
            return RunState.DOUBT
        if self.tally.untold:
            return RunState.HELD_BACK if self.held_back_at else RunState.TAKEN
        return self._end

    @property
    def _end(self) -> RunState:
        if self.tally.taken:
            return RunState.DONE
        return RunState.REFUSED if self.tally.refused else RunState.NOT_SENT

    @property
    def open_order(self) -> GivenOrder | None:
        """The order that the printer has not answered."""
        return next((one for one in self.orders if one.answered_at is None), None)

    @property
    def differs(self) -> tuple[str, ...]:
        """The counts (`letters`, `envelopes`, `pages`, `sheets`) of which the printer has another number."""
        if self.theirs is None:
            return ()
        names = (one.name for one in fields(Counts))
        return tuple(name for name in names if getattr(self.ours, name) != getattr(self.theirs, name))

    def missing(self, now: datetime) -> bool:
        """Handed over, and the printer should have said something of it by now."""
        return self.told_at is None and self.answer_due_at <= now and self.tally.taken > 0
