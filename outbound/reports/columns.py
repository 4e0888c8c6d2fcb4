"""Figures as rows for other programs: the columns of csv and json, and what stands in each."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from outbound.reports.figures import rounded
from outbound.reports.management import Management
from outbound.reports.paper import MostPaper, Reason, cost_per_letter
from outbound.reports.report import Line
from outbound.reports.targets import Against
from outbound.tariff_row import Part

FIGURES = (
    "key", "label", "letters", "digital", "printed", "digital_andel", "papirandel", "fjernprintandel",
    "local", "local_estimated",
    *(f"saved_{part}" for part in Part), "saved_digitally", "saved_by_print", "saved_householding",
    *(f"cost_{part}" for part in Part if part.certain), "failed", "returned", "charged", "invoiced",
)  # fmt: skip
"""The columns of csv and json: amounts in øre, shares as fractions of 1, nothing where one is not known."""

TABLES = ("total", "department", "month", "channel", "reason", "letter-type", "system", "returned")
"""What the rows of the management figures are of: their first column, `table`."""
MANAGEMENT = (
    "table", *FIGURES, "cost_per_letter", "target_digital", "target_fjernprint", "over", "share_of_paper",
    "certain_budget", "certain_fixed", "certain_budget_fixed", "estimated_budget", "running", "net", "net_fixed",
    "printed_to_enrolled", "would_have_saved", "reminders", "reminders_cost",
)  # fmt: skip
"""The columns of the management figures: those of a report, and what they have beside. Nothing where a row has none."""


def figures_of(line: Line) -> dict[str, Any]:
    """What stands in each of FIGURES."""
    letters, money = line.figure.letters, line.figure.money
    shares = {
        "digital_andel": letters.digital_share,
        "papirandel": letters.paper_share,
        "fjernprintandel": letters.router_share,
    }
    return {
        "key": line.key,
        "label": line.label,
        "letters": letters.through_router,
        "digital": letters.digital,
        "printed": letters.printed,
        "local": letters.local,
        "local_estimated": letters.estimated,
        **{name: fraction(share) for name, share in shares.items()},
        **{f"saved_{part}": money.saved(part) for part in Part},
        "saved_digitally": money.certain_digitally,
        "saved_by_print": money.certain_by_print,
        "saved_householding": money.householding,
        **{f"cost_{part}": money.cost.get(part, 0) for part in Part if part.certain},
        **{name: getattr(money, name) for name in ("failed", "returned", "charged", "invoiced")},
    }


def rows_of(made: Management) -> Iterator[dict[str, Any]]:
    """The management figures, a row for each line of each table."""
    yield {"table": "total", **_with_money(made.total), **_against(made.against.total), **_of_all(made)}
    for line, against in zip(made.departments, made.against.lines, strict=True):
        yield {"table": "department", **_with_money(line), **_against(against)}
    for month in made.months:
        target = {"target_digital": month.line.target, "over": month.over}
        yield {"table": "month", **_with_money(month.line), **target}
    for line in made.channels:
        yield {"table": "channel", **_with_money(line)}
    for reason in made.reasons:
        yield {"table": "reason", **_reason(reason)}
    for table, found in (("letter-type", made.letter_types), ("system", made.systems)):
        for most in found:
            yield {"table": table, **_with_money(most.line), **_most(most)}
    for why, letters in made.returned.items():
        yield {"table": "returned", "key": why, "letters": letters}


def fraction(share: Fraction | None) -> float | None:
    """A share as other programs read it, to the sixth place."""
    return None if share is None else round(float(share), 6)


def _with_money(line: Line) -> dict[str, Any]:
    average = cost_per_letter(line.figure)
    return {**figures_of(line), "cost_per_letter": None if average is None else rounded(average)}


def _against(against: Against) -> dict[str, Any]:
    return {
        "target_digital": against.targets["digital"],
        "target_fjernprint": against.targets["fjernprint"],
        "certain_budget": against.certain_budget.current,
        "certain_fixed": against.certain.fixed,
        "certain_budget_fixed": against.certain_budget.fixed,
        "estimated_budget": against.estimated_budget.current,
    }


def _of_all(made: Management) -> dict[str, Any]:
    reminders = {"reminders": made.reminders.sent, "reminders_cost": made.reminders.cost}
    if not made.whole:
        return reminders
    running, net = made.against.running, made.against.net
    return {**reminders, "running": running.current, "net": net.current, "net_fixed": net.fixed}


def _reason(reason: Reason) -> dict[str, Any]:
    shown = {"letters": reason.letters, "printed": reason.letters, "share_of_paper": fraction(reason.share)}
    return {"key": reason.why, **shown}


def _most(most: MostPaper) -> dict[str, Any]:
    return {"printed_to_enrolled": most.enrolled, "would_have_saved": most.saved}
