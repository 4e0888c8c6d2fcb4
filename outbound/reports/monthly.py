"""The month's report: its figures in one canonical form, closed, digested, and made again to be compared.

The figures of a closed month are kept as reported, with the departments' names and cost centres of that month:
so it can be printed again to the letter after departments were renamed, tariffs changed and people's data forgotten.
Each month's figures carry the digest of the month before, so that none can be exchanged alone.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from outbound import clock
from outbound.accounts import closing
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.organisation import Organisation
from outbound.reports.billing import BillingLine
from outbound.reports.local import days_of, local_in
from outbound.reports.monthly_figures import NO_LETTERS, Figures, Naming, counted_at, figures_of, known_of, local_lines
from outbound.reports.reading import Period
from outbound.reports.shape import misshapen


class Broken(Exception):
    """The report that is kept of a month cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month's figures. `digest` is of their canonical form; empty while none is kept, and they may change: the month
    is open, or somebody (`by`) has begun to close it."""

    month: date
    figures: Figures
    digest: str = ""
    by: str = ""
    at: str = ""

    @property
    def billing(self) -> list[BillingLine]:
        """Who pays."""
        return [BillingLine(**line) for line in self.figures["billing"]]


def close_month(ledger: Ledger, organisation: Organisation, month: date, by: str) -> MonthReport:
    """Close the month, and keep its report and those that an interrupted closing left out. Raises closing.NotNow
    and Broken."""
    with ledger.writing() as tx:
        closing.close(tx, month, by)
    with ledger.reading() as tx:
        missing = [one.month for one in closing.closed(tx) if _kept(tx, one.month) is None]
    for each in missing:
        with ledger.reading() as tx:
            made = canonical(_figures(tx, organisation, each))
        with ledger.writing() as tx:
            insert_new(tx, t.month_report, {"month": each, "figures": made, "digest": _digest(made)})
    with ledger.reading() as tx:
        return month_report(tx, organisation, month)


def month_report(tx: Connection, organisation: Organisation, month: date) -> MonthReport:
    """The report of a closed month as it was given; of an open one as it would be now. Raises Broken."""
    known = next((one for one in closing.closed(tx) if one.month == month), None)
    kept = _kept(tx, month)
    closed_by = (known.by, known.at.isoformat(timespec="seconds")) if known else ("", "")
    if known is None or kept is None:
        return MonthReport(month, _figures(tx, organisation, month), "", *closed_by)
    return MonthReport(month, _read(kept), kept.digest, *closed_by)


def verify(tx: Connection) -> Iterator[tuple[date, str]]:
    """Every closed month whose report is not what its entries make of it, or has been changed: the month, and why."""
    before = ""
    for one in closing.closed(tx):
        kept = _kept(tx, one.month)
        if kept is None:
            yield one.month, "it is closed and has no report; close it again"
            continue
        if _digest(kept.figures) != kept.digest:
            yield one.month, "the report kept has another digest than it was kept under"
        try:
            reported = _read(kept)
        except Broken as fault:
            yield one.month, str(fault)
        else:
            yield from ((one.month, why) for why in _unfounded(tx, one.month, reported, before))
        before = kept.digest


def _unfounded(tx: Connection, month: date, reported: Figures, before: str) -> Iterator[str]:
    """What is not so, or not any more. `before`: the digest of the month before, as that is kept."""
    if reported["previous"] != before:
        yield "it does not rest on the month before as that is kept now"
    apart = ("version", "previous", "known")
    made = figures_of(tx, month, Naming.kept(reported))
    ours = {name: value for name, value in reported.items() if name not in apart}
    yield from (f"{name} does not come again from the entries" for name in _unlike(ours, made))
    if (known_at := counted_at(reported)) and reported["known"]["local"] != _local_again(tx, reported, known_at):
        yield "known.local does not come again from what had been reported then"


def _local_again(tx: Connection, reported: Figures, known_at: datetime) -> list[dict[str, Any]]:
    """The offices' own print as it was known when the month was counted: of the rest of what was known nothing is
    kept by which it could be made again."""
    days = days_of(Naming.kept(reported).places, clock.danish_day(known_at))
    return [*local_lines(local_in(tx, days, known_at))]


def _read(kept: Any) -> dict[str, Any]:
    """The figures of a report that is kept. Raises Broken."""
    try:
        reported: dict[str, Any] = json.loads(kept.figures)
        wrong = list(dict.fromkeys(misshapen(reported, NO_LETTERS)))
        if not wrong:
            Naming.kept(reported)
            counted_at(reported)
    except ValueError:
        raise Broken("the report kept cannot be read") from None
    if wrong:
        raise Broken(f"{', '.join(wrong)} is missing, or nothing that a report has")
    return reported


def canonical(reported: Figures) -> str:
    """The one form of figures as JSON: sorted, without spaces."""
    return json.dumps(reported, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _figures(tx: Connection, organisation: Organisation, month: date) -> dict[str, Any]:
    """The figures of a month as they are now."""
    made = figures_of(tx, month, Naming.today(organisation, _period(month)))
    return {**made, "previous": _digest_before(tx, month), "known": known_of(tx, organisation, month)}


def _unlike(reported: Any, made: Any, name: str = "") -> Iterator[str]:
    """Where the figures reported are not those made now. What a later version adds is not held against them."""
    if isinstance(reported, dict) and isinstance(made, dict):
        for key, value in reported.items():
            yield from _unlike(value, made.get(key), f"{name}.{key}".strip("."))
    elif isinstance(reported, list) and isinstance(made, list) and len(reported) == len(made):
        for place, (one, other) in enumerate(zip(reported, made, strict=True)):
            yield from _unlike(one, other, f"{name}[{place}]")
    elif reported != made:
        yield name


def _period(month: date) -> Period:
    return Period.month(month.year, month.month)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _kept(tx: Connection, month: date) -> Any:
    return tx.execute(select(t.month_report).where(t.month_report.c.month == month)).first()


def _digest_before(tx: Connection, month: date) -> str:
    """The digest of the month before, where that is kept; empty for the first."""
    r = t.month_report.c
    wanted = select(r.digest).where(r.month < month).order_by(r.month.desc()).limit(1)
    return tx.execute(wanted).scalar() or ""
