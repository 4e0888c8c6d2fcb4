"""A report: a line for everything of one kind, its names in Danish, and the same as a table of words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import Connection

from outbound.facts import Fact, facts_of
from outbound.letter import Channel
from outbound.organisation import EVERYONE, Organisation
from outbound.rendering.danish import kroner, maaned, tal
from outbound.reports.figures import Figure, Letters, rounded
from outbound.reports.local import Local, local_of, together
from outbound.reports.reading import By, Period, grouped
from outbound.routing import Route
from outbound.tariff_row import Part

UNKNOWN = "ukendt"
ESTIMATED = "anslået"
NO_LETTERS = "–"
TOGETHER = "I alt"

CHANNELS: Mapping[str, str] = {
    Channel.DIGITAL: "Digital Post",
    Channel.PRINT: "Fjernprint",
    Channel.NONE: "Ingen kanal",
}
KINDS: Mapping[By, str] = {
    By.DEPARTMENT: "Forvaltning",
    By.MONTH: "Måned",
    By.CHANNEL: "Kanal",
    By.ROUTE: "Begrundelse",
    By.SYSTEM: "Fagsystem",
    By.LETTER_TYPE: "Brevtype",
}
HEADINGS = (
    "Breve",
    "Digitalt",
    "Fjernprint",
    "Digital andel",
    "Mål",
    "Papirandel",
    "Fjernprintandel",
    "Porto sparet",
    "Materialer sparet",
    "Sparet, sikkert",
    "Tid sparet, anslået",
    "Heraf sikkert: digitalt frem for fjernprint",
    "Heraf sikkert: fjernprint frem for kontoret",
    "Heraf sikkert: samkuvertering",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One department, month, channel, …: its code, its Danish name, its figure and its target in percent."""

    key: str
    label: str
    figure: Figure
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of one kind over a period, and all of them together."""

    period: Period
    by: By
    lines: tuple[Line, ...]
    total: Line


def report(tx: Connection, organisation: Organisation, period: Period, by: By) -> Report:
    """The figures of the period. Departments in force and months stand in it also without letters."""
    lines = lines_of(organisation, period, by, facts_of(tx, period.first, period.last))
    whole = with_local(sum((line.figure for line in lines), Figure()), together(local_of(tx, organisation, period)))
    total = Line("", TOGETHER, whole, organisation.target("digital", EVERYONE, period.last))
    return Report(period, by, tuple(_with_local(tx, organisation, period, by, lines)), total)


def lines_of(organisation: Organisation, period: Period, by: By, facts: Iterable[Fact]) -> tuple[Line, ...]:
    """The lines of facts that were read already, without what was printed at the offices."""
    found = grouped(facts, by)
    keys = [*dict.fromkeys((*_expected(organisation, period, by), *found))]
    return tuple(_line(organisation, period, by, key, found.get(key, Figure())) for key in keys)


def with_local(figure: Figure, local: Local) -> Figure:
    """The figure with what was printed at the office."""
    letters = figure.letters
    return replace(figure, letters=Letters(letters.digital, letters.printed, local.letters, local.estimated))


def _with_local(
    tx: Connection, organisation: Organisation, period: Period, by: By, lines: tuple[Line, ...]
) -> Iterator[Line]:
    """The lines with what was printed at the offices, where that is known: by department and by month."""
    if by is By.DEPARTMENT:
        known = local_of(tx, organisation, period)
    elif by is By.MONTH:
        known = {f"{one.first:%Y-%m}": together(local_of(tx, organisation, one)) for one in period.months()}
    else:
        known = {}
    for line in lines:
        yield replace(line, figure=with_local(line.figure, known.get(line.key, Local())))


def router_share(letters: Letters) -> str:
    """Fjernprintandel in words: "ukendt" while local print is unknown, and said to be estimated where it is."""
    said = percent(letters.router_share, UNKNOWN if letters.local is None else NO_LETTERS)
    return f"{ESTIMATED} {said}" if letters.estimated and letters.router_share is not None else said


def table(one: Report) -> tuple[tuple[str, ...], ...]:
    """The report in words: a row of headings, a row for each line, and the total."""
    return ((KINDS[one.by], *HEADINGS), *(_words(line) for line in (*one.lines, one.total)))


def percent(share: Fraction | None, otherwise: str = NO_LETTERS) -> str:
    """`87,5 %`, to the nearest tenth, half upwards."""
    if share is None:
        return otherwise
    tenths = rounded(share * 1000)
    return f"{tenths // 10},{tenths % 10} %"


def _expected(organisation: Organisation, period: Period, by: By) -> list[str]:
    if by is By.DEPARTMENT:
        return [each.code for each in organisation.departments_on(period.last)]
    if by is By.MONTH:
        return [month.first.strftime("%Y-%m") for month in period.months()]
    return []


def _line(organisation: Organisation, period: Period, by: By, key: str, figure: Figure) -> Line:
    return Line(key, label_of(organisation, period, by, key), figure, _target(organisation, period, by, key))


def _target(organisation: Organisation, period: Period, by: By, key: str) -> int | None:
    if by is By.DEPARTMENT:
        return organisation.target("digital", key, period.last)
    if by is By.MONTH:
        year, month = map(int, key.split("-"))
        return organisation.target("digital", EVERYONE, Period.month(year, month).last)
    return None


def label_of(organisation: Organisation, period: Period, by: By, key: str) -> str:
    """What a line is called in Danish."""
    if by is By.DEPARTMENT:
        return organisation.name_of(key, period.last)
    if by is By.MONTH:
        return maaned(f"{key}-01")
    if by is By.CHANNEL:
        return CHANNELS.get(key, key)
    if by is By.ROUTE:
        return next((route.sentence for route in Route if route.code == key), key or "Ikke angivet")
    system = organisation.system(key) if by is By.SYSTEM else None
    return system.title if system else key


def _words(line: Line) -> tuple[str, ...]:
    letters, money = line.figure.letters, line.figure.money
    return (
        line.label,
        tal(letters.through_router),
        tal(letters.digital),
        tal(letters.printed),
        percent(letters.digital_share),
        NO_LETTERS if line.target is None else f"{line.target} %",
        percent(letters.paper_share),
        router_share(letters),
        kroner(money.saved(Part.PORTO)),
        kroner(money.saved(Part.MATERIALS)),
        kroner(money.certain),
        kroner(money.estimated),
        kroner(money.certain_digitally),
        kroner(money.certain_by_print),
        kroner(money.householding),
    )
