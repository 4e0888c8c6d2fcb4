"""The tables of what management sees, as values with their kinds: every figure of `/ledelse`, for a file of them."""

from collections.abc import Iterable, Iterator, Sequence

from outbound.reports.figures import Letters
from outbound.reports.management import Management, Month
from outbound.reports.management_words import REASONS, savings_of, standing, tiles
from outbound.reports.monthly_paper import Cell, Row, Sheet, Typed, Value, columns, each
from outbound.reports.monthly_told import DEPARTMENT, TOTAL, C, M, P, S, T
from outbound.reports.paper import MostPaper, cost
from outbound.reports.report import ESTIMATED, HEADINGS, UNKNOWN, Line
from outbound.reports.returned import reason_said
from outbound.reports.target_words import GAINS
from outbound.reports.targets import Against, Prices, share_of_letters, share_of_people
from outbound.tariff_row import Part

MONTH = "Måned"
LOCAL = ("Lokalt print", C), ("Lokalt print er", T)
COUNTED = "opgjort"


def sheets_of(made: Management) -> Iterator[Sheet]:
    """Every table, as the page has them from the top; enrolment and net of the whole municipality alone."""
    yield _front(made)
    yield _lines("Måned for måned", MONTH, [month.line for month in made.months], made.total)
    yield _months(made.months)
    yield _shares(made)
    yield _lines("Forvaltning for forvaltning", DEPARTMENT, made.departments, made.total)
    yield _reasons(made)
    yield _savings(made)
    yield _gains(made)
    if made.whole:
        yield _net(made)
        yield _enrolment(made)
    yield _costs("Pris efter kanal", "Kanal", made.channels, made.total)
    yield _costs("Pris efter forvaltning", DEPARTMENT, made.departments, made.total)
    yield _costs("Pris efter måned", MONTH, [month.line for month in made.months], made.total)
    yield _most("Brevtyper med mest papir", "Brevtype", made.letter_types)
    yield _most("Fagsystemer med mest papir", "Fagsystem", made.systems)
    yield _returned(made)


def _front(made: Management) -> Sheet:
    """The figures in large type, and those said with them."""
    n, money, sms = made.total.figure.letters, made.total.figure.money, made.reminders
    targets, held = made.against.total.targets, {tile.name: tile.target for tile in tiles(made)}
    paid, many = cost(made.total.figure), n.through_router
    found: tuple[tuple[str, Cell, int | None], ...] = (
        ("Breve", many, None),
        ("Digitalt", n.digital, None),
        ("På papir", n.printed, None),
        ("Digital andel", Typed(n.digital_share, S), made.total.target),
        ("Papirandel", Typed(n.paper_share, S), made.target_paper),
        ("Fjernprintandel", Typed(_router_share(n), S), targets["fjernprint"]),
        ("Sparet, sikkert", Typed(money.certain, M), None),
        ("Pris", Typed(paid, M), None),
        ("Pris pr. brev", Typed(each(paid, many), M), None),
        ("NemSMS-påmindelser sendt", sms.sent, None),
        ("NemSMS af brevene", Typed(sms.share_of(many), S), None),
        ("NemSMS, beløb", Typed(sms.cost, M), None),
        ("NemSMS, beløb pr. brev", Typed(each(sms.cost, many), M), None),
        ("Returpost", sum(made.returned.values()), None),
        ("Tid sparet, anslået", Typed(money.estimated, M), None),
    )
    rows = tuple((*one, held.get(one[0], "")) for one in found)
    return Sheet("Nøgletal", columns("Nøgletal", ("Perioden", C), ("Mål", P), ("Mod målet", T)), rows)


def _lines(name: str, first: str, lines: Sequence[Line], total: Line) -> Sheet:
    """A report, and what the offices printed themselves."""
    kinds = (C, C, C, S, P, S, S, *[M] * 7)
    heads = (*zip(HEADINGS, kinds, strict=True), *LOCAL)
    return Sheet(name, columns(first, *heads), tuple(_line(line) for line in lines), _line(total))


def _line(line: Line) -> Row:
    n, m = line.figure.letters, line.figure.money
    shares = n.digital_share, line.target, n.paper_share, _router_share(n)
    saved = m.saved(Part.PORTO), m.saved(Part.MATERIALS), m.certain, m.estimated
    parts = m.certain_digitally, m.certain_by_print, m.householding
    return line.label, n.through_router, n.digital, n.printed, *shares, *saved, *parts, *_local(n)


def _months(months: Iterable[Month]) -> Sheet:
    """Which months are whole."""
    rows = tuple((month.line.label, "ja" if month.over else "nej") for month in months)
    return Sheet("Måneder, der er slut", columns(MONTH, ("Hele måneden er med", T)), rows)


def _shares(made: Management) -> Sheet:
    heads = (
        ("Digital andel", S), ("Mål, digitalt", P), ("Digital andel af digitaliserbare", S), ("Statens mål", P),
        ("Forudsat", P), ("Fjernprintandel", S), ("Mål, fjernprint", P), ("Digitaliserbare på papir", C), *LOCAL,
    )  # fmt: skip
    rows = tuple(_share(line) for line in made.against.lines)
    return Sheet("Andele mod mål", columns(DEPARTMENT, *heads), rows, _share(made.against.total))


def _share(line: Against) -> Row:
    n, could, targets = line.letters, line.digitisable, line.targets
    state = could.digital_share, targets["digitisable"], targets["digitisable-assumed"]
    router = _router_share(n), targets["fjernprint"]
    return line.label, n.digital_share, targets["digital"], *state, *router, could.printed, *_local(n)


def _reasons(made: Management) -> Sheet:
    rows = tuple((REASONS[one.why][0], one.letters, one.share, REASONS[one.why][1]) for one in standing(made))
    heads = ("Breve på papir", C), ("Andel af papiret", S), ("Hvad der kan gøres", T)
    return Sheet("Grunde til papir", columns("Grund", *heads), rows)


def _savings(made: Management) -> Sheet:
    return Sheet("Besparelsens dele", columns("Besparelse", ("Beløb", M), ("Art", T)), savings_of(made))


def _gains(made: Management) -> Sheet:
    """In the prices of the time; the certain ones also in those of the fixed year, where there is one."""
    year = made.against.fixed_year
    heads = GAINS[1:]
    fixed = () if year is None else tuple(f"{name}, {year}-priser" for name in heads[:3])
    rows = tuple(_gain(line, bool(fixed)) for line in (*made.against.lines, made.against.total))
    return Sheet(
        "Realiseret mod budget", columns(DEPARTMENT, *((name, M) for name in (*heads, *fixed))), rows[:-1], rows[-1]
    )


def _gain(line: Against, fixed: bool) -> Row:
    apart = line.certain - line.certain_budget
    now = line.certain, line.certain_budget, apart, line.estimated, line.estimated_budget
    return line.label, *(one.current for one in now), *(one.fixed for one in now[:3] if fixed)


def _net(made: Management) -> Sheet:
    of, year = made.against, made.against.fixed_year
    found = ("Gevinst, brutto", of.total.certain), ("Driftsudgift", of.running), ("Gevinst, netto", of.net)
    heads = (("Beløb", M), *(() if year is None else ((f"Beløb, {year}-priser", M),)))
    return Sheet("Netto", columns("Hele kommunen", *heads), tuple(_amounts(*one, year) for one in found))


def _amounts(name: str, of: Prices, year: int | None) -> Row:
    return (name, of.current) if year is None else (name, of.current, of.fixed)


def _enrolment(made: Management) -> Sheet:
    """People who are forgotten are in no count: where some are, nothing is said of the people."""
    official, found = made.against.official, made.against.recipients
    target, known = made.against.total.targets["enrolled"], not found.forgotten
    people = (share_of_people(found), found.people_enrolled, found.people) if known else (UNKNOWN, None, None)
    counted = (official.share, official.enrolled, official.population) if official else (UNKNOWN, None, None)
    rows: tuple[Row, ...] = (
        ("Tilmeldte borgere", *counted, target, f"{official.day}" if official else "", None),
        ("Tilmeldte blandt modtagerne", *people, None, "", found.forgotten),
        ("Breve til tilmeldte borgere", share_of_letters(found), found.letters_enrolled, found.letters, None, "", None),
    )
    heads = ("Andel", S), ("Tilmeldte", C), ("Ud af", C), ("Mål", P), ("Talt op", T), ("Breve uden modtager", C)
    note = "Breve uden modtager siger ikke længere, hvem de var til."
    return Sheet("Tilmelding", columns("Hele kommunen", *heads), rows, note=note)


def _costs(name: str, first: str, lines: Sequence[Line], total: Line) -> Sheet:
    heads = (
        ("Breve", C), ("Porto", M), ("Materialer", M), ("Pris", M), ("Pris pr. brev", M), ("Forgæves forsøg", M),
        ("Kom retur", M),
    )  # fmt: skip
    return Sheet(name, columns(first, *heads), tuple(_cost(line) for line in lines), _cost(total))


def _cost(line: Line) -> Row:
    many, m, paid = line.figure.letters.through_router, line.figure.money, cost(line.figure)
    parts = m.cost.get(Part.PORTO, 0), m.cost.get(Part.MATERIALS, 0)
    return line.label, many, *parts, paid, each(paid, many), m.failed, m.returned


def _most(name: str, first: str, found: Iterable[MostPaper]) -> Sheet:
    heads = (
        ("Breve", C), ("På papir", C), ("Papirandel", S), ("Papir til tilmeldte", C),
        ("Sparet, hvis digitalt, anslået", M),
    )  # fmt: skip
    return Sheet(name, columns(first, *heads), tuple(_paper(one) for one in found))


def _paper(one: MostPaper) -> Row:
    n = one.line.figure.letters
    known = (UNKNOWN if value is None else value for value in (one.enrolled, one.saved))
    return one.line.label, n.through_router, n.printed, n.paper_share, *known


def _returned(made: Management) -> Sheet:
    rows = tuple((reason_said(why), letters) for why, letters in made.returned.items())
    return Sheet("Returpost", columns("Grund", ("Breve retur", C)), rows, (TOTAL, sum(made.returned.values())))


def _router_share(n: Letters) -> Value:
    return UNKNOWN if n.local is None else n.router_share


def _local(n: Letters) -> tuple[Cell, Cell]:
    return (UNKNOWN, UNKNOWN) if n.local is None else (n.local, ESTIMATED if n.estimated else COUNTED)
