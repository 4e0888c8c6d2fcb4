"""Months' reports made by hand: figures of any size under any name, without a ledger."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from outbound.reports.monthly import MonthReport
from outbound.reports.monthly_figures import NO_LETTERS
from outbound.reports.shape import VERSION, misshapen

MONTH = date(2026, 10, 1)


def line(digital: int, printed: int, reminders: int = 0) -> dict[str, int]:
    """A line whose money follows its letters: a message costs 30 øre, a letter on paper 2467, at the office 2590."""
    letters = digital + printed
    return NO_LETTERS | {
        "digital": digital,
        "printed": printed,
        "cost_porto": 30 * digital + 2400 * printed,
        "cost_materials": 67 * printed,
        "office_porto": 2500 * letters,
        "office_materials": 90 * letters,
        "office_handling": 1650 * letters,
        "print_porto": 2400 * letters,
        "print_materials": 67 * letters,
        "reminders": reminders,
        "reminders_cost": 5 * reminders,
    }


def added(lines: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The sum of lines."""
    return {name: sum(one[name] for one in lines) for name in NO_LETTERS}


def keyed(counts: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """Lines of a list, by name."""
    found = []
    for name, (digital, printed) in counts.items():
        own = {key: value for key, value in line(digital, printed).items() if not key.startswith("reminders")}
        found.append({"key": name, "name": name, **own})
    return found


def month_of(
    departments: Mapping[str, tuple[int, int, int]],
    routes: Mapping[str, int] | None = None,
    types: Mapping[str, tuple[int, int]] | None = None,
    systems: Mapping[str, tuple[int, int]] | None = None,
    returned: Sequence[tuple[str, str, int]] = (),
    before: Sequence[tuple[int, int]] = (),
    **more: Any,
) -> MonthReport:
    """A closed month. `departments`: digital, printed, reminders; `before`: the months of the year before it."""
    lines = {name: line(*counts) for name, counts in departments.items()}
    total = added([*lines.values()])
    whole = {"alt": (total["digital"], total["printed"])}
    year = [*before][-9:]
    first = MONTH.month - len(year)
    months = [(first + number, *counts) for number, counts in enumerate(year)]
    months.append((MONTH.month, total["digital"], total["printed"]))
    figures = {
        "version": VERSION,
        "municipality": "Nordby Kommune",
        "month": f"{MONTH:%Y-%m}",
        "ledger": {"entries": 4711, "last": 99, "digest": "ab" * 32},
        "previous": "cd" * 32,
        "places": [],
        "lines": [{"department": name, "name": name, **one} for name, one in lines.items()],
        "total": total,
        "digitisable": [{"department": name, "letters": counts[1] // 2} for name, counts in departments.items()],
        "routes": keyed({name: (0, many) for name, many in (routes or {"Fritaget": total["printed"]}).items()}),
        "letter_types": keyed(types or whole),
        "systems": keyed(systems or whole),
        "months": [{"month": f"2026-{m:02d}", "digital": d, "printed": p} for m, d, p in months],
        "billing": [],
        "invoices": [],
        "known": {
            "at": "2026-11-02T08:00:00.000000+00:00",
            "local": [],
            "returned": [{"department": d, "reason": r, "letters": n} for d, r, n in returned],
            "targets": [{"department": "*", "measure": "digital", "percent": 80}],
            "budgets": [{"department": "*", "kind": "certain", "amount": 4_000_000}],
            "running": [{"amount": 1_200_000}],
        },
        **more,
    }
    assert not [*misshapen(figures, NO_LETTERS)]
    return MonthReport(MONTH, figures, "ef" * 32, "regnskab", "2026-11-02T08:00:00+00:00")
