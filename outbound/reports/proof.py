"""The whole audit: ledger, statistics and reports are one, to the øre.

Beside the audit of the entries: the figures of the reports are summed once more, straight from the entries by SQL that
shares nothing with `reading`; closed months come again with their digests; invoices stand as they came. Reads only.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from outbound.accounts import Difference, audit, invoices
from outbound.reports.figures import Figure
from outbound.reports.monthly import verify
from outbound.reports.reading import By, Period, figures
from outbound.tariff_row import Part

EVER = Period(date(1, 1, 1), date(9999, 12, 31))
CUTS = {By.DEPARTMENT: "l.department", By.MONTH: "substr(cast(e.day AS varchar(10)), 1, 7)"}

# What a report makes of each measure, written out; of a measure that is not here it makes nothing.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "porto": ("cost porto",),
    "failed-porto": ("cost porto", "failed"),
    "returned-porto": ("cost porto", "returned"),
    "materials": ("cost materials",),
    "failed-materials": ("cost materials", "failed"),
    "office-porto": ("office porto",),
    "office-materials": ("office materials",),
    "office-handling": ("office handling",),
    "alone-porto": ("householding",),
    "alone-materials": ("householding",),
    "print-porto": ("print porto",),
    "print-materials": ("print materials",),
}
ON_PAPER = {"cost porto": "print porto", "cost materials": "print materials"}
"""What a letter on paper cost is also what it cost by remote print."""


def prove(tx: Connection) -> Iterator[Difference]:
    """Every difference between entries, tariffs, statistics, closed months and invoices."""
    yield from audit(tx)
    yield from invoices.differences(tx)
    for by in CUTS:
        yield from _figures(tx, by)
    for month, why in verify(tx):
        yield Difference(None, None, f"{month:%Y-%m}", None, None, why)


def _figures(tx: Connection, by: By) -> Iterator[Difference]:
    reported = {key: _of_report(figure) for key, figure in figures(tx, EVER, by).items()}
    summed = _summed(tx, CUTS[by])
    for key in sorted(reported.keys() | summed.keys()):
        one, other = reported.get(key, {}), summed.get(key, {})
        for name in sorted(one.keys() | other.keys()):
            if one.get(name, 0) != other.get(name, 0):
                why = "the report's figure is not the sum of its entries"
                yield Difference(None, None, f"{by} {key}: {name}", one.get(name, 0), other.get(name, 0), why)


def _of_report(figure: Figure) -> dict[str, int]:
    letters, money = figure.letters, figure.money
    ways = {"cost": money.cost, "office": money.baseline, "print": money.by_print}
    return {
        "digital": letters.digital,
        "printed": letters.printed,
        **{f"{way} {part}": amounts.get(part, 0) for way, amounts in ways.items() for part in Part},
        **{name: getattr(money, name) for name in ("failed", "returned", "charged", "invoiced", "householding")},
    }


def _summed(tx: Connection, key: str) -> dict[str, dict[str, int]]:
    wanted = text(
        f"SELECT {key} AS key, d.channel, e.stage, e.measure, SUM(e.amount) AS amount, "  # noqa: S608 - keys of ours
        "CASE WHEN e.inputs LIKE '%\"weights\"%' THEN 1 ELSE 0 END AS shared, "
        "SUM(CASE WHEN l.follows IS NULL THEN 1 ELSE 0 END) AS firsts FROM entry e "
        "JOIN letter l ON l.id = e.letter_id JOIN dispatch d ON d.id = e.dispatch_id "
        "WHERE e.stage <> 'estimate' AND e.measure NOT LIKE 'nemsms%' "
        f"GROUP BY {key}, d.channel, e.stage, e.measure, shared"
    )
    found: dict[str, dict[str, int]] = {}
    for row in tx.execute(wanted):
        sums = found.setdefault(row.key, {})
        for name, amount in _made_of(row):
            sums[name] = sums.get(name, 0) + amount
    return found


def _made_of(row: Any) -> Iterator[tuple[str, int]]:
    if row.stage in ("charged", "invoiced"):
        yield row.stage, int(row.amount)
    elif row.measure == "letter":
        yield ("digital" if row.channel == "digital" else "printed"), int(row.firsts) * (-1, 1)[row.stage == "booked"]
    else:
        for name in MEASURES.get(row.measure, ()):
            yield name, int(row.amount)
            if row.shared and row.measure in ("porto", "materials"):  # not what failed: its `alone-…` is taken back
                yield "householding", -int(row.amount)
            if row.channel == "print" and name in ON_PAPER:
                yield ON_PAPER[name], int(row.amount)
