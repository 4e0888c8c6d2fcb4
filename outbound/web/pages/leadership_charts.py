"""The charts of `/ledelse`: what is drawn of the management figures."""

from fractions import Fraction

from outbound.rendering.danish import MONTHS, kroner
from outbound.reports.management import Management, Month
from outbound.reports.management_words import REASONS, standing
from outbound.reports.report import percent
from outbound.web.axis import Number
from outbound.web.charts import Chart, Drawn, Row, bars, columns, whole_percent

UNFINISHED = "*"
"""Behind a month of which days are missing."""
SHORTEST = 3  # letters: maj


def by_month(made: Management) -> tuple[Drawn, Drawn]:
    """Letters, digital and on paper; and the digital share beside its target."""
    letters = [
        Row(_short(month), (month.line.figure.letters.digital, month.line.figure.letters.printed))
        for month in made.months
    ]
    shares = [
        Row(_short(month), (month.line.figure.letters.digital_share,), _part(month.line.target))
        for month in made.months
    ]
    return (
        columns(Chart("breve", "Breve måned for måned", "antal breve", ("Digitalt", "På papir"), letters, "Måned")),
        columns(
            Chart(
                "andel", "Digital andel måned for måned", "procent af månedens breve", ("Digital andel",), shares,
                "Måned", exact_percent, 1, whole=whole_percent,
            )
        ),
    )  # fmt: skip


def by_department(made: Management) -> Drawn:
    """The digital share of each department beside its target."""
    rows = [Row(line.label, (line.figure.letters.digital_share,), _part(line.target)) for line in made.departments]
    title, unit = "Digital andel i forvaltningerne", "procent af forvaltningens breve"
    return bars(
        Chart(
            "forvaltninger", title, unit, ("Digital andel",), rows, written=exact_percent, most=1, whole=whole_percent
        )
    )


def by_reason(made: Management) -> Drawn:
    """Letters on paper by reason."""
    rows = [Row(REASONS[one.why][0], (one.letters,)) for one in standing(made)]
    return bars(Chart("grunde", "Breve på papir efter grund", "antal breve", ("På papir",), rows, "Grund"))


def gains(made: Management) -> Drawn:
    """What is saved for certain beside its budget: all together, and each department."""
    lines = [made.against.total, *made.against.lines] if len(made.departments) > 1 else made.against.lines
    rows = [Row(line.label, (line.certain.current,), line.certain_budget.current) for line in lines]
    title, unit = "Sikker gevinst mod budget", "kroner uden moms, årets priser"
    return bars(Chart("gevinst", title, unit, ("Realiseret",), rows, written=exact_kroner, target="Budget"))


def exact_percent(share: Number) -> str:
    """As the tables write it."""
    return percent(Fraction(share))


def exact_kroner(ore: Number) -> str:
    """As the tables write it."""
    return kroner(int(ore))


def _short(month: Month) -> str:
    """`nov. 26*`"""
    year, number = month.line.key.split("-")
    name = MONTHS[int(number) - 1]
    said = name if len(name) <= SHORTEST else f"{name[:SHORTEST]}."
    return f"{said} {year[2:]}{'' if month.over else UNFINISHED}"


def _part(percent: int | None) -> Fraction | None:
    return None if percent is None else Fraction(percent, 100)
