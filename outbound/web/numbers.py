"""The numbers at `/metrics` that the ledger gives, each in one function. Another is one function more in NUMBERS."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from math import ceil, inf

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from outbound import clock, standing
from outbound.flow import MISCONFIGURED, Key, rates, times
from outbound.ledger import hooks, restorations, runs, signs, tallies
from outbound.ledger.due import letters_due
from outbound.ledger.keys import Transaction
from outbound.ledger.tallies import Name
from outbound.letter import Channel
from outbound.lost import count_lost
from outbound.standing import Pause
from outbound.watch import end_of, last_useful_days
from outbound.web.rooms import Rooms

Samples = Iterable[tuple[Sequence[str], float]]
CHANNELS = (Channel.DIGITAL, Channel.PRINT)
PLACE = ("step", "lane", "channel")


def gauge(name: str, what: str, labels: Sequence[str], samples: Samples) -> GaugeMetricFamily:
    """A metric that goes up and down."""
    made = GaugeMetricFamily(name, what, labels=list(labels))
    for values, number in samples:
        made.add_metric([str(value) for value in values], number)
    return made


def counter(name: str, what: str, labels: Sequence[str], samples: Samples) -> CounterMetricFamily:
    """A metric that only grows."""
    made = CounterMetricFamily(name, what, labels=list(labels))
    for values, number in samples:
        made.add_metric([str(value) for value in values], number)
    return made


def age(since: datetime | None) -> float:
    """Seconds since then, never less than none; endless where it never was."""
    return max(0.0, (clock.now() - since).total_seconds()) if since else inf


def _letters(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    found = standing.moving_states(tx)
    yield gauge("outbound_letters", "Letters on their way, by state", ["state"], (((s,), n) for s, n in found.items()))
    held = [((one.code, one.waits_for), one.letters) for one in standing.held(tx)]
    yield gauge("outbound_held", "Letters HELD", ["code", "waits_for"], held)


def _flow(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    """Queues, how fast each goes, when it is empty at that, and what must be out by when."""
    paces = rates(tx)
    named = [(_place((one.step, one.lane, one.channel)), one) for one in standing.queues(tx)]
    yield gauge("outbound_due", "Letters due now", PLACE, ((n, one.due) for n, one in named))
    yield gauge("outbound_later", "Letters due later", PLACE, ((n, one.later) for n, one in named))
    yield gauge("outbound_in_hand", "Letters in a worker's hands", PLACE, ((n, one.in_hand) for n, one in named))
    oldest = ((n, age(one.oldest) if one.oldest else 0.0) for n, one in named)
    yield gauge("outbound_oldest_seconds", "How long the oldest has been due", PLACE, oldest)
    speed = {_place(key): per_minute / 60 for key, per_minute in paces.items()}
    yield gauge("outbound_moved_per_second", "Letters that took the step, lately", PLACE, speed.items())
    drains = ((n, one.due / speed[n] if n in speed else inf) for n, one in named if one.due)
    yield gauge("outbound_drain_seconds", "Until what is due is done, at the pace of lately", PLACE, drains)
    took = (((*_place(key), str(q)), within(q, each)) for key, each in times(tx).items() for q in (0.5, 0.95))
    yield gauge("outbound_step_seconds", "From the state before, lately", (*PLACE, "quantile"), took)
    days = last_useful_days(tx).items()
    ends = ((_place(key), (end_of(day) - clock.now()).total_seconds()) for key, day in days)
    yield gauge("outbound_deadline_seconds", "Until the first letter is of no more use", PLACE, ends)
    many = sum(count_lost(tx, rooms.house.settings, paces).values())
    yield gauge("outbound_lost", "Letters that nothing will take up", [], [((), many)])


def _place(key: Key) -> tuple[str, str, str]:
    step, lane, channel = key
    return step, lane, channel or ""


def within(share: float, seconds: Sequence[float]) -> float:
    """The time within which that share of the letters had taken the step."""
    return seconds[max(0, ceil(share * len(seconds)) - 1)]


def _doubtful(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    """What a person must look into."""
    yield gauge("outbound_doubts", "Dispatches in doubt", [], [((), standing.count_doubts(tx))])
    open_ones = (((code,), found.count) for code, found in standing.incidents_by_code(tx).items())
    yield gauge("outbound_incidents_open", "Incidents that nobody has closed", ["code"], open_ones)
    counts = {
        "outbound_receipts_overdue": ("Letters whose receipt should have come", _overdue(tx)),
        "outbound_receipts_loose": ("Receipts that match nothing", standing.count_loose_receipts(tx)),
        "outbound_receipts_foreign": ("Receipts of other systems", standing.count_foreign_receipts(tx)),
        "outbound_runs_missing": ("Print runs of which the printer has said nothing", runs.count(tx, runs.missing())),
        "outbound_runs_held_back": ("Print runs that the printer holds back", runs.count(tx, runs.held_back())),
    }
    for name, (what, many) in counts.items():
        yield gauge(name, what, [], [((), many)])


def _overdue(tx: Transaction) -> int:
    """HELD for it, or about to be."""
    held = sum(one.letters for one in standing.held(tx) if one.code == "no-receipt")
    return held + standing.receipts_overdue(tx).count


def _channels(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    failures = {one.channel: one.failures for one in standing.breakers(tx)}
    failed = (((channel,), failures.get(channel, 0)) for channel in CHANNELS)
    yield gauge("outbound_channel_failures", "Failures in a row of a channel", ["channel"], failed)
    pauses, names = standing.pauses(tx), ("scope", "by", "channel")
    stopped, oldest = Counter(map(_kind, pauses)), {_kind(one): age(one.since) for one in reversed(pauses)}
    yield gauge("outbound_pauses", "Pauses in force", names, stopped.items())
    yield gauge("outbound_pause_seconds", "The oldest of them", names, oldest.items())


def _kind(one: Pause) -> tuple[str, str, str]:
    """Of what a pause is, and whose: ours, as a channel refused us, or a person's. Only a channel is named."""
    by = "fault" if one.by == MISCONFIGURED else "person"
    return one.scope, by, one.key if one.scope == "channel" else ""


def _signs(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    """How long ago each that should be alive said so; what never did, endlessly long ago."""
    given = {(one.kind, one.name): one.at for one in signs.signs(tx)}
    timer = [((), age(given.get((signs.Kind.TIMER, signs.TIMER))))]
    yield gauge("outbound_timer_seconds", "Since the timer last ended a round", [], timer)
    pools = (((pool,), age(given.get((signs.Kind.POOL, pool)))) for pool in signs.POOLS)
    yield gauge("outbound_pool_seconds", "Since a worker of the pool last worked a ticket", ["pool"], pools)
    fetched = (
        ((one.provider,), age(given.get((signs.Kind.FETCH, one.provider)))) for one in rooms.house.outside.sources
    )
    yield gauge("outbound_fetch_seconds", "Since receipts were last fetched", ["provider"], fetched)


def _totals(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    """What workers and the timer have counted up."""
    found = tallies.totals(tx)
    for name, (metric, what, labels) in TOTALS.items():
        begun = {("letter",): 0, ("consignment",): 0} if name is Name.DEATHS else {}  # an increase needs a beginning
        counts = begun | {(one.of, one.answer)[: len(labels)]: one.total for one in found if one.name is name}
        yield counter(metric, what, labels, counts.items())


def _tickets(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    """The ledger's truth beside what lies in Redis."""
    if rooms.tickets is not None:
        due = rooms.tickets.for_letters(letters_due(tx))
        samples = (((queue,), many) for queue, many in due.items())
        yield gauge("outbound_queue_letters", "Letters that may be worked now, by queue", ["queue"], samples)


TOTALS = {
    Name.HAND_OVER: ("outbound_hand_overs", "What suppliers answered", ("provider", "answer")),
    Name.LOOK_UP: ("outbound_look_ups", "What registers answered", ("register", "answer")),
    Name.DEATHS: ("outbound_deaths", "Claims whose worker died", ("of",)),
    Name.MOVES: ("outbound_moves", "Letters that came to a state", ("state",)),
    Name.ROUTES: ("outbound_routes", "Letters that were routed", ("route",)),
}


def _ended(tx: Transaction, rooms: Rooms) -> Iterator[Metric]:
    """What goes on by a person's hand alone."""
    restored = int(restorations.current(tx) is not None)
    yield gauge("outbound_restored", "1: the ledger is a back-up, and nothing is sent from it", [], [((), restored)])
    told = hooks.hooks(tx, rooms.house.outside.hooks)
    ended = (((one.system,), int(one.state in hooks.ENDED)) for one in told)
    yield gauge("outbound_webhook_ended", "1: the webhook has ended by itself", ["system"], ended)


NUMBERS: tuple[Callable[[Transaction, Rooms], Iterator[Metric]], ...] = (
    *(_letters, _flow, _doubtful, _channels, _signs, _totals, _tickets, _ended),
)
