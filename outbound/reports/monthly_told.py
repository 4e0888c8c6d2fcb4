"""A report's figures as figures, department by department and together, for its tables to be made of."""

from collections.abc import Mapping
from typing import Any

from outbound.organisation import EVERYONE
from outbound.reports.figures import Figure, Letters
from outbound.reports.local import Local, together
from outbound.reports.monthly_figures import Figures, figure_of
from outbound.reports.monthly_paper import Kind, Row

C, M, S, P, T = Kind.COUNT, Kind.MONEY, Kind.SHARE, Kind.PERCENT, Kind.TEXT
DEPARTMENT, TOTAL, REST = "Forvaltning", "I alt", "Øvrige"
MOST = 10
"""Letter types, and systems, that a report names."""


class Told:
    """The figures of a report as figures, department by department, and together."""

    def __init__(self, reported: Figures) -> None:
        self.reported = reported
        self.lines: list[Mapping[str, Any]] = list(reported["lines"])
        self.known: Mapping[str, Any] | None = reported.get("known")
        self.local = {
            one["department"]: Local(one["letters"] if one["known"] else None, one["estimated"])
            for one in (self.known or {}).get("local", ())
        }
        self.total = figure_of(reported["total"], together(self.local) if self.local else None)
        self.digitisable = {one["department"]: one["letters"] for one in reported.get("digitisable", ())}

    def figure(self, line: Mapping[str, Any]) -> Figure:
        """One department's."""
        return figure_of(line, self.local.get(line["department"]))

    def target(self, measure: str, department: str = EVERYONE) -> int | None:
        """In percent, as it was when the month was counted; everyone's, where a department has none by now."""
        found = {(one["department"], one["measure"]): one["percent"] for one in (self.known or {}).get("targets", ())}
        return found.get((department, measure), found.get((EVERYONE, measure)))

    def budget(self, kind: str, department: str = EVERYONE) -> int | None:
        """Øre; None where there is none."""
        found = {(one["department"], one["kind"]): one["amount"] for one in (self.known or {}).get("budgets", ())}
        return found.get((department, kind))

    def could(self, department: str | None = None) -> Letters:
        """The letters that were digital and those that could have been; of all of them without a department."""
        if department is None:
            return Letters(self.total.letters.digital, sum(self.digitisable.values()))
        digital = next((line["digital"] for line in self.lines if line["department"] == department), 0)
        return Letters(digital, self.digitisable.get(department, 0))

    def by_department(self, row: Any) -> tuple[tuple[Row, ...], Row]:
        """A row for each department, and the total: `row` of a name, a code (empty for all) and a figure."""
        rows = tuple((line["name"], *row(line["department"], self.figure(line))) for line in self.lines)
        return rows, (TOTAL, *row("", self.total))


def parted(lines: list[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Those with most paper, and the others."""
    ordered = sorted(lines, key=lambda one: (-one["printed"], one["name"], one["key"]))
    return ordered[:MOST], ordered[MOST:]
