"""The whole audit: ledger, statistics and reports are one, to the øre.

Beside the audit of the entries: the figures of the reports are summed once more, straight from the entries by SQL that
shares nothing with `reading`; closed months come again with their digests; invoices stand as they came. Reads only.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from outbound.accounts import Difference, audit, invoices
from outbound.facts import NOT_SAID, Fact, facts_of
from outbound.reports.figures import Figure
from outbound.reports.monthly import verify
from outbound.reports.papers import verify_papers
from outbound.reports.reading import By, Period, grouped
from outbound.reports.reminders import reminders_in
from outbound.tariff_row import Part

EVER = Period(date(1, 1, 1), date(9999, 12, 31))
CUTS = {
    By.DEPARTMENT: "department",
    By.MONTH: "day",
    By.CHANNEL: "channel",
    By.SYSTEM: "system",
    By.LETTER_TYPE: "letter_type",
}
"""What reports have a line for, and the column of it here. Periods are held day by day, and so months are."""

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
    yield from _figures(tx)
    yield from _folds(tx)
    for month, why in (*verify(tx), *verify_papers(tx)):
        yield Difference(None, None, f"{month:%Y-%m}", None, None, why)


def _figures(tx: Connection) -> Iterator[Difference]:
    facts, rows = facts_of(tx, EVER.first, EVER.last, by_day=True), tx.execute(SUMMED).all()
    for by, column in CUTS.items():
        reported = {key: _of_report(figure) for key, figure in grouped(facts, by).items()}
        yield from _unlike(column.replace("_", "-"), reported, _summed(rows, column))
    yield from _unlike("way", _ways(facts), _counted(tx.execute(COUNTED)))
    sent = {row.department: {"sent": int(row.sent), "cost": int(row.cost)} for row in tx.execute(REMINDED)}
    yield from _unlike("reminders", {key: asdict(one) for key, one in reminders_in(facts).items()}, sent)


def _folds(tx: Connection) -> Iterator[Difference]:
    """What is entered behind the place up to which it is folded would be in no figure."""
    for row in tx.execute(FOLDED_TOO_FAR):
        why = "it is folded further than there are entries; `outbound rebuild-facts` mends it"
        yield Difference(None, None, f"fold {row.name}", row.entry_id, row.newest, why)


def _unlike(
    what: str, reported: Mapping[str, Mapping[str, int]], summed: Mapping[str, Mapping[str, int]]
) -> Iterator[Difference]:
    for key in sorted(reported.keys() | summed.keys()):
        one, other = reported.get(key, {}), summed.get(key, {})
        for name in sorted(one.keys() | other.keys()):
            if one.get(name, 0) != other.get(name, 0):
                why = "the facts are not the sum of their entries; `outbound rebuild-facts` says which, and mends them"
                yield Difference(None, None, f"{what} {key}: {name}", one.get(name, 0), other.get(name, 0), why)


def _ways(facts: Iterable[Fact]) -> dict[str, dict[str, int]]:
    """Letters by the way that they went."""
    found: dict[str, dict[str, int]] = {}
    for fact in facts:
        _count(found, fact.way.channel, fact.way.route, fact.way.mailbox, fact.sums["letters"])
    return found


def _counted(rows: Iterable[Any]) -> dict[str, dict[str, int]]:
    """The same, by what was entered with their count."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        way = json.loads(row.inputs)
        _count(found, way["channel"], way["route"], way.get("mailbox", NOT_SAID), int(row.letters))
    return found


def _count(found: dict[str, dict[str, int]], channel: str, route: str, mailbox: str, letters: int) -> None:
    sums = found.setdefault(f"{channel} {route} {mailbox}", {"letters": 0})
    sums["letters"] += letters


def _of_report(figure: Figure) -> dict[str, int]:
    letters, money = figure.letters, figure.money
    ways = {"cost": money.cost, "office": money.baseline, "print": money.by_print}
    return {
        "digital": letters.digital,
        "printed": letters.printed,
        **{f"{way} {part}": amounts.get(part, 0) for way, amounts in ways.items() for part in Part},
        **{name: getattr(money, name) for name in ("failed", "returned", "charged", "invoiced", "householding")},
    }


SUMMED = text(
    "SELECT l.department, cast(e.day AS varchar(10)) AS day, d.channel, l.system, l.letter_type, "
    "e.stage, e.measure, CASE WHEN e.inputs LIKE '%\"weights\"%' THEN 1 ELSE 0 END AS shared, "
    "SUM(e.amount) AS amount, SUM(CASE WHEN l.follows IS NULL THEN 1 ELSE 0 END) AS firsts FROM entry e "
    "JOIN letter l ON l.id = e.letter_id JOIN dispatch d ON d.id = e.dispatch_id "
    "WHERE e.stage <> 'estimate' AND e.measure NOT LIKE 'nemsms%' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
)
COUNTED = text(
    "SELECT e.inputs, SUM(CASE WHEN e.stage = 'booked' THEN 1 ELSE -1 END) AS letters FROM entry e "
    "JOIN letter l ON l.id = e.letter_id WHERE e.measure = 'letter' AND l.follows IS NULL GROUP BY 1"
)
FOLDED_TOO_FAR = text(
    "SELECT name, entry_id, newest FROM fold JOIN (SELECT coalesce(max(id), 0) AS newest FROM entry) AS e "
    "ON entry_id > newest ORDER BY name"
)
REMINDED = text(
    "SELECT l.department, SUM(CASE WHEN e.measure <> 'nemsms' THEN 0 WHEN e.stage = 'booked' THEN 1 ELSE -1 END) "
    "AS sent, SUM(e.amount) AS cost FROM entry e JOIN letter l ON l.id = e.letter_id "
    "WHERE e.stage <> 'estimate' AND e.measure LIKE 'nemsms%' GROUP BY 1"
)


def _summed(rows: Iterable[Any], column: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        sums = found.setdefault(getattr(row, column), {})
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
