"""The tables of `/ledelse`: in the words of the reports, and none with more columns than a sheet holds upright."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from outbound.rendering import LetterType
from outbound.reports import By, table, target_words
from outbound.reports import management_words as words
from outbound.reports.definitions import KNOWN, anchor
from outbound.reports.management import Management
from outbound.reports.paper import MostPaper
from outbound.reports.report import Report
from outbound.web.pages.type_titles import titles_of

SHORTER = {
    "Af digitaliserbare": "Digital andel af digitaliserbare",
    "Breve retur": "Returpost",
    "Tid, budget": "Budget",
    "Mål, digitalt": "Mål",
    "Mål, fjernprint": "Mål",
    "Sparet, hvis digitalt, anslået": "Sparet, hvis digitalt",
}
"""How a table calls a figure that is defined under another name."""
GROUNDS = frozenset(name for name, _ in words.REASONS.values())
SAVINGS, FIXED = (8, 12), 6
"""The columns with which savings begin in a report, and the parts of them; and gains in the prices of one year."""


def term(word: str) -> str:
    """Where a heading is defined on the page of definitions; empty where it is not."""
    name = word.replace("Heraf sikkert: ", "Heraf ").partition(", 20")[0]
    name = SHORTER.get(name, name)
    return anchor(name) if name in KNOWN or name in GROUNDS else ""


def tables_of(made: Management, types: Mapping[str, LetterType]) -> dict[str, object]:
    """By name, each a row of headings and the others; the widest in parts."""
    lines = (*made.against.lines, made.against.total) if len(made.departments) > 1 else made.against.lines
    return {
        "tiles": words.tiles(made),
        "reasons": words.reasons(made),
        "savings": words.savings(made),
        "costs": words.costs(made),
        "letter_types": words.most("Brevtype", titled(made.letter_types, titles_of(types))),
        "systems": words.most("Fagsystem", made.systems),
        "returned": words.returned(made),
        "shares": target_words.shares(lines),
        "budgets": parted(target_words.gains(lines, made.against.fixed_year), FIXED),
        "municipality": target_words.whole(made.against) if made.whole else (),
        "by_department": parted(table(Report(made.period, By.DEPARTMENT, made.departments, made.total)), *SAVINGS),
        "by_month": parted(
            table(Report(made.period, By.MONTH, tuple(month.line for month in made.months), made.total)), *SAVINGS
        ),
    }


def parted(rows: words.Table, *at: int) -> tuple[words.Table, ...]:
    """A table as several, each with the names of its rows, that begin with the columns `at`; none for no column."""
    ends = pairwise((1, *at, len(rows[0])))
    return tuple(tuple((row[0], *row[first:end]) for row in rows) for first, end in ends if first < end)


def titled(found: Iterable[MostPaper], titles: Mapping[str, str]) -> list[MostPaper]:
    """The same letter types by their titles, those without one by their codes."""
    return [replace(one, line=replace(one.line, label=titles.get(one.line.key, one.line.label))) for one in found]
