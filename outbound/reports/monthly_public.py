"""The tables of a month's report for everybody: no count under five, none from which one follows, nobody's name.

Left out altogether: invoices, money by letter type and system, what came of few letters (failed tries, returns by
department), and who closed the month.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from outbound.rendering.danish import maaned
from outbound.reports.figures import Figure, Letters
from outbound.reports.monthly_figures import Figures
from outbound.reports.monthly_paper import Cell, Row, Sheet, columns
from outbound.reports.monthly_sheets import MONTH_HEADS
from outbound.reports.monthly_told import DEPARTMENT, REST, TOTAL, C, M, P, S, Told, parted
from outbound.reports.paper import cost
from outbound.reports.returned import reason_said
from outbound.reports.suppression import LEFT_OUT, Sum, few, hidden

LETTERS = ("digital", "printed", "letters")
WHOLE = frozenset(LETTERS)
"""The month's own cells, shown again month by month in this report and in those of later months: left out by one rule,
of themselves alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The counts of a public file by name, the sums among them, and what stands in the place of those left out."""

    cells: dict[str, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str) -> int | str:
        """What is shown of a cell."""
        return self.marks.get(name, self.cells[name])

    def all(self, *names: str) -> bool:
        """Are all of these shown?"""
        return not any(name in self.marks for name in names)


def public_sheets(reported: Figures) -> Iterator[Sheet]:
    """The tables."""
    told = Told(reported)
    shown = shown_of(told)
    yield _letters(told, shown)
    if told.known is not None:
        yield from _by_paper(told, shown)
    yield _money(told, shown)
    yield _reminders(told, shown)
    if told.known is not None:
        yield _returned(told, shown)
        yield _months(told, shown)


def public_trend(reported: Figures) -> tuple[tuple[date, Fraction | None], ...]:
    """The digital share of each month that is shown."""
    return tuple(
        (date.fromisoformat(f"{one['month']}-01"), None if _few_month(n) else n.digital_share)
        for one in reported.get("months", ())
        for n in (Letters(one["digital"], one["printed"]),)
    )


def shown_of(told: Told) -> Shown:
    """Every count of the file, and which are left out."""
    shown = Shown()
    of = told.reported["total"]
    shown.cells.update(digital=of["digital"], printed=of["printed"], letters=of["digital"] + of["printed"])
    shown.sums.append(("letters", ("digital", "printed")))
    for line in told.lines:
        _add_line(shown, line)
    for name in LETTERS:
        shown.sums.append((name, tuple(f"{name} {line['department']}" for line in told.lines)))
    for part in ("routes", "letter_types", "systems") if told.known is not None else ():
        _add_list(shown, part, paper_of(told.reported, part), "printed")
    _add_list(shown, "reminders", {line["department"]: line["reminders"] for line in told.lines}, "reminders")
    _add_list(shown, "returned", returned_of(told), "returned")
    if _few_month(told.total.letters):
        shown.marks.update(dict.fromkeys(LETTERS, LEFT_OUT))
    shown.marks.update(hidden(shown.cells, shown.sums, WHOLE, shown.marks))
    return shown


def _add_line(shown: Shown, line: Mapping[str, Any]) -> None:
    names = [f"{name} {line['department']}" for name in LETTERS]
    values = (line["digital"], line["printed"], line["digital"] + line["printed"])
    shown.cells.update(zip(names, values, strict=True))
    shown.sums.append((names[2], (names[0], names[1])))


def _add_list(shown: Shown, part: str, counts: Mapping[str, int], whole: str) -> None:
    shown.cells.setdefault(whole, sum(counts.values()))
    shown.cells.update({f"{part} {key}": many for key, many in counts.items()})
    shown.sums.append((whole, tuple(f"{part} {key}" for key in counts)))


def paper_of(reported: Figures, part: str) -> dict[str, int]:
    """Letters on paper by the names of a list, the most first; those beyond the tenth as one."""
    first, rest = parted(reported[part])
    if part == "routes":
        first, rest = [one for one in (*first, *rest) if one["printed"]], list[Mapping[str, Any]]()
    found = {one["name"]: 0 for one in first}
    for one in first:
        found[one["name"]] += one["printed"]
    return found | ({REST: sum(one["printed"] for one in rest)} if rest else {})


def returned_of(told: Told) -> dict[str, int]:
    """Letters that came back by reason."""
    found: dict[str, int] = {}
    for one in (told.known or {}).get("returned", ()):
        reason = reason_said(one["reason"])
        found[reason] = found.get(reason, 0) + one["letters"]
    return found


def _few_month(letters: Letters) -> bool:
    return any(few(one) for one in (letters.digital, letters.printed, letters.through_router))


def _letters(told: Told, shown: Shown) -> Sheet:
    def row(code: str, figure: Figure) -> tuple[Cell, ...]:
        digital, printed, letters = (f"{name} {code}".strip() for name in LETTERS)
        shares: tuple[Cell, Cell] = (LEFT_OUT, LEFT_OUT)
        if shown.all(digital, printed, letters):
            shares = figure.letters.digital_share, figure.letters.paper_share
        target = told.target("digital", code) if code else told.target("digital")
        return shown(letters), shown(digital), shown(printed), shares[0], target, shares[1]

    heads = ("Breve", C), ("Digitalt", C), ("Fjernprint", C), ("Digital andel", S), ("Mål", P), ("Papirandel", S)
    return Sheet("Breve og digital andel", columns(DEPARTMENT, *heads), *told.by_department(row))


BY_PAPER = (
    ("Grunde til papir", "Grund", "routes"),
    ("Brevtyper med mest papir", "Brevtype", "letter_types"),
    ("Fagsystemer med mest papir", "Fagsystem", "systems"),
)


def _by_paper(told: Told, shown: Shown) -> Iterator[Sheet]:
    """In the order of their names: in that of their letters a number between two others is no secret."""
    for name, what, part in BY_PAPER:
        labels = sorted(paper_of(told.reported, part), key=lambda label: (label == REST, label.casefold()))
        rows = tuple((label, shown(f"{part} {label}")) for label in labels)
        yield Sheet(name, columns(what, ("Breve på papir", C)), rows, (TOTAL, shown("printed")))


def _money(told: Told, shown: Shown) -> Sheet:
    """A department's money tells how many letters it had: it is left out with them, and never alone."""
    out = without_money(told, shown)

    def row(code: str, figure: Figure) -> tuple[Cell, ...]:
        m = figure.money
        return (LEFT_OUT,) * 3 if code in out else (cost(figure), m.certain, m.estimated)

    heads = ("Udgift", M), ("Sparet, sikkert", M), ("Tid sparet, anslået", M)
    note = "Tid er et skøn og lægges aldrig sammen med det, der er sparet for sikkert."
    return Sheet("Udgift og besparelse", columns(DEPARTMENT, *heads), *told.by_department(row), note)


def without_money(told: Told, shown: Shown) -> frozenset[str]:
    """The departments whose money is left out with their letters; the empty code is of all together.

    It is never one alone: of a count that is left out, its column has another, or its total is left out too.
    """
    codes = ["", *(line["department"] for line in told.lines)]
    return frozenset(code for code in codes if not shown.all(*(f"{name} {code}".strip() for name in LETTERS)))


def _reminders(told: Told, shown: Shown) -> Sheet:
    def row(label: str, key: str, line: Mapping[str, Any]) -> Row:
        sent = shown(key)
        return label, sent, LEFT_OUT if isinstance(sent, str) else line["reminders_cost"]

    rows = tuple(row(line["name"], f"reminders {line['department']}", line) for line in told.lines)
    total = row(TOTAL, "reminders", told.reported["total"])
    return Sheet("NemSMS-påmindelser", columns(DEPARTMENT, ("Sendt", C), ("Beløb", M)), rows, total)


def _returned(told: Told, shown: Shown) -> Sheet:
    rows = tuple((reason, shown(f"returned {reason}")) for reason in returned_of(told))
    return Sheet("Kommet retur", columns("Grund", ("Breve", C)), rows, (TOTAL, shown("returned")))


def _months(told: Told, shown: Shown) -> Sheet:
    """A month with so few of anything is left out as a whole: the same in every report that shows it."""
    rows: list[Row] = []
    for one in told.reported["months"]:
        n = Letters(one["digital"], one["printed"])
        values: Sequence[Cell] = (n.through_router, n.digital, n.printed, n.digital_share)
        if _few_month(n):
            values = (LEFT_OUT,) * len(values)
        rows.append((maaned(f"{one['month']}-01"), *values))
    return Sheet("Måned for måned", columns("Måned", *MONTH_HEADS), tuple(rows))
