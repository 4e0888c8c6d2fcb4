"""What needs a hand, the most urgent first: each kind with how many there are and how long the oldest has waited.

What waits in a table of its own adds itself to `SOURCES`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from outbound import clock, standing
from outbound.certificates import running_out
from outbound.delivery import House
from outbound.key_file import month_after
from outbound.ledger import hooks, proofs, restorations, runs, signs
from outbound.letter import WaitsFor
from outbound.standing import Unseen


class Kind(StrEnum):
    """What there is to see to; in the order of urgency."""

    DEAD = "dead"
    RESTORED = "restored"
    POSTED_PROOF = "posted-proof"
    INCIDENT = "incident"
    CERTIFICATE = "certificate"
    SEAL_KEY = "seal-key"
    PAUSED = "paused"
    AWAY = "away"
    MISSING_RUN = "missing-run"
    DOUBT = "doubt"
    OVERDUE = "overdue"
    HELD = "held"
    LOOSE = "loose"
    WEBHOOK = "webhook"
    HELD_BACK_RUN = "held-back-run"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Need:
    """So many of a kind. `code`: which (a reason, an incident's code, a setting, a pool); `key` and `by`: of a pause.

    `since`: since when the oldest waits. `until`: when something ends (a certificate) or is tried again (a channel).
    """

    kind: Kind
    count: int = 1
    code: str = ""
    key: str = ""
    by: str = ""
    waits_for: WaitsFor = WaitsFor.OPERATIONS
    since: datetime | None = None
    until: datetime | None = None


def needs(tx: Connection, house: House) -> list[Need]:
    """Everything that needs a hand now."""
    found = [one for source in SOURCES for one in source(tx, house)]
    order = list(Kind)
    # Within a kind (HELD): what waits for operations before what waits for others, the oldest first.
    found.sort(
        key=lambda one: (order.index(one.kind), one.waits_for is not WaitsFor.OPERATIONS, one.since or clock.now())
    )
    return found


def _dead(tx: Connection, house: House) -> Iterator[Need]:
    for one in signs.silent(tx, house.settings.silent_seconds):
        yield Need(Kind.DEAD, code=one.name, since=one.at)


def _held(tx: Connection, house: House) -> Iterator[Need]:
    for one in standing.held(tx):
        yield Need(Kind.HELD, one.letters, one.code, waits_for=one.waits_for, since=one.oldest)


def _counted(tx: Connection, house: House) -> Iterator[Need]:
    counts: dict[Kind, Callable[[Connection], Unseen]] = {
        Kind.DOUBT: standing.in_doubt,
        Kind.OVERDUE: standing.receipts_overdue,
        Kind.LOOSE: standing.receipts_loose,
        Kind.RETURNED: standing.returns_unseen,
    }
    for kind, count in counts.items():
        found = count(tx)
        if found.count:
            who = WaitsFor.DEPARTMENT if kind is Kind.RETURNED else WaitsFor.OPERATIONS
            yield Need(kind, found.count, waits_for=who, since=found.oldest)
    for code, incident in standing.incidents_by_code(tx).items():
        yield Need(Kind.INCIDENT, incident.count, code, since=incident.oldest)


def _runs(tx: Connection, house: House) -> Iterator[Need]:
    for kind, condition in ((Kind.MISSING_RUN, runs.missing()), (Kind.HELD_BACK_RUN, runs.held_back())):
        if count := runs.count(tx, condition):
            yield Need(kind, count, since=runs.oldest(tx, condition))
    if posted := proofs.count_posted(tx):
        yield Need(Kind.POSTED_PROOF, posted)


def _stopped(tx: Connection, house: House) -> Iterator[Need]:
    for pause in standing.pauses(tx):
        yield Need(Kind.PAUSED, code=pause.scope, key=pause.key, by=pause.by, since=pause.since)
    for one in standing.breakers(tx):
        yield Need(Kind.AWAY, one.failures, one.channel, until=one.open_until)


def _ending(tx: Connection, house: House) -> Iterator[Need]:
    for setting, not_after in running_out(house.settings):
        yield Need(Kind.CERTIFICATE, code=setting, until=not_after)
    for month in missing_months(house):
        yield Need(Kind.SEAL_KEY, code=month)


def _ended(tx: Connection, house: House) -> Iterator[Need]:
    """What goes on by a person's hand alone."""
    if found := restorations.current(tx):
        yield Need(Kind.RESTORED, since=found.begun_at or found.suspected_at)
    for hook in hooks.hooks(tx, house.outside.hooks):
        if hook.state in hooks.ENDED:
            yield Need(Kind.WEBHOOK, code=hook.system, since=hook.failing_since)


def missing_months(house: House) -> list[str]:
    """The retention months without a seal key that letters of today, or of `certificate_days` from now, fall into."""
    days = (clock.today(), clock.today() + timedelta(days=house.settings.certificate_days))
    wanted = {month for day in days for month in _months(house, day)}
    return sorted(month for month in wanted if not house.seal.has_month(month))


def _months(house: House, day: date) -> Iterator[str]:
    yield f"{day:%Y-%m}"
    yield from (month_after(day, one.retention_months) for one in house.types.values())


SOURCES: list[Callable[[Connection, House], Iterator[Need]]] = [
    _dead,
    _held,
    _counted,
    _runs,
    _stopped,
    _ending,
    _ended,
]
