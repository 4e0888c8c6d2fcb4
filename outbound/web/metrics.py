"""`/metrics`: what the ledger, Redis and this process say, in Prometheus' text format. Nobody is in it.

Every label has few values: states, steps, lanes, channels, suppliers, codes of ours, routes of the API. What the ledger
says is counted once for all who ask within some seconds, each answer by an index or from a bounded number of rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from math import inf
from threading import Lock
from time import monotonic

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from outbound import clock
from outbound.certificates import Certificate, certificates
from outbound.ledger.revision import newest
from outbound.web.measured import Requests
from outbound.web.numbers import NUMBERS, gauge
from outbound.web.readiness import Check, State, ready
from outbound.web.rooms import Rooms

TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The text of `/metrics`. One caller counts; whoever asks meanwhile waits for the same answer."""

    def __init__(self, rooms: Rooms, requests: Requests) -> None:
        self._rooms, self._requests = rooms, requests
        self._lock = Lock()
        self._kept = b""
        self._good_until = 0.0

    def text(self) -> bytes:
        """Everything; the requests to this process always as of now."""
        with self._lock:
            if monotonic() >= self._good_until:
                self._kept = generate_latest(_registry(self._rooms))
                self._good_until = monotonic() + self._rooms.house.settings.metrics_seconds
            kept = self._kept
        return kept + generate_latest(self._requests.registry)


class _Once(Collector):
    """Metrics that are made already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        """They."""
        return self._metrics


def _registry(rooms: Rooms) -> CollectorRegistry:
    registry = CollectorRegistry()
    checks = ready(rooms)
    registry.register(_Once([*_of_process(rooms, checks), *_of_ledger(rooms, checks), *_of_redis(rooms)]))
    return registry


def _of_process(rooms: Rooms, checks: dict[str, Check]) -> Iterator[Metric]:
    """What can be said without the ledger."""
    built = {
        "version": version("outbound-mail-router"),
        "schema": newest(),
        "revision": rooms.house.settings.revision,
    }
    yield gauge("outbound_build_info", "What runs here", list(built), [(tuple(built.values()), 1)])
    good = [((name,), float(one.state is State.OK)) for name, one in checks.items()]
    yield gauge("outbound_check_ok", "Checks of /readyz: 1 where nothing is to be mended", ["check"], good)
    for name, metric, what in MEASURED:
        if (value := checks[name].value) is not None:
            yield gauge(metric, what, [], [((), value)])
    left = [((_short(one.setting),), _days_left(one)) for one in certificates(rooms.house.settings)]
    yield gauge("outbound_certificate_days", "Days until the certificate cannot be used", ["certificate"], left)


def _short(setting: str) -> str:
    return setting.removeprefix("OUTBOUND_").lower().removesuffix("_file").removesuffix("_certificate")


def _days_left(one: Certificate) -> float:
    """Endlessly too late where it cannot be read."""
    return (one.not_after - clock.now()).total_seconds() / 86_400 if one.not_after else -inf


MEASURED = (
    ("seal", "outbound_seal_months_missing", "Retention months that letters need now and that have no seal key"),
    ("clock", "outbound_clock_skew_seconds", "How far our clock is before the database's"),
    ("disk", "outbound_disk_free_bytes", "Free where a ledger on SQLite lies"),
)


def _of_ledger(rooms: Rooms, checks: dict[str, Check]) -> list[Metric]:
    """Nothing where the ledger does not answer or has another schema: `outbound_check_ok` says so."""
    if checks["ledger"].state is State.FAILED or checks["schema"].state is State.FAILED:
        return []
    with rooms.house.ledger.reading() as tx:
        return [metric for number in NUMBERS for metric in number(tx, rooms)]


def _of_redis(rooms: Rooms) -> list[GaugeMetricFamily]:
    """Tickets in Redis; nothing where it does not answer."""
    found: Mapping[str, int] = {}
    with suppress(Exception):
        found = rooms.tickets.lying() if rooms.tickets else {}
    lying = [((queue,), float(many)) for queue, many in found.items()]
    return [gauge("outbound_tickets", "Tickets in Redis", ["queue"], lying)] if lying else []
