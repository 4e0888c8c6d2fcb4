"""The tables of a month's report, for those who answer for it: everything that the kept figures say.

A report of before something was kept is given without it: its tables are left out.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from outbound.organisation import EVERYONE
from outbound.rendering.danish import maaned
from outbound.reports.figures import Figure, Letters, share
from outbound.reports.monthly_figures import Figures, figure_of
from outbound.reports.monthly_paper import Cell, Row, Sheet, Typed, columns, each
from outbound.reports.monthly_told import DEPARTMENT, REST, TOTAL, C, M, P, S, T, Told, parted
from outbound.reports.paper import cost
from outbound.reports.report import ESTIMATED, UNKNOWN
from outbound.reports.returned import reason_said
from outbound.tariff_row import Part


def sheets_of(reported: Figures) -> Iterator[Sheet]:
    """Every table but the one by which the figures are made again."""
    told = Told(reported)
    yield _key_figures(told)
    yield _letters(told)
    if told.known is not None:
        yield _could(told)
        yield _local(told)
        yield _paper(told)
        yield from (_most(told, *which) for which in MOST_PAPER)
    yield _savings(told)
    yield _parts(told)
    yield _estimated(told)
    if told.known is not None:
        yield _gains(told)
    yield _cost(told)
    yield _reminders(told)
    if told.known is not None:
        yield _returned(told)
        yield months(told)
    if reported["invoices"]:
        yield _invoices(told)


def _key_figures(told: Told) -> Sheet:
    n, m, sent = told.total.letters, told.total.money, told.reported["total"]["reminders"]
    local: Cell = UNKNOWN if n.local is None else Typed(n.router_share, S)
    paid = cost(told.total)
    rows: tuple[Row, ...] = (
        ("Breve afleveret til en leverandør", n.through_router, None),
        ("Digital andel", Typed(n.digital_share, S), told.target("digital")),
        ("Papirandel", Typed(n.paper_share, S), None),
        ("Fjernprintandel", local, told.target("fjernprint")),
        ("Sparet på porto og materialer, sikkert", Typed(m.certain, M), None),
        ("Tid sparet, anslået", Typed(m.estimated, M), None),
        ("Udgift", Typed(paid, M), None),
        ("Udgift pr. brev", Typed(each(paid, n.through_router), M), None),
        ("NemSMS-påmindelser sendt", sent, None),
    )
    return Sheet("Nøgletal", columns("Nøgletal", ("Måneden", C), ("Mål", P)), rows)


def _letters(told: Told) -> Sheet:
    def row(code: str, figure: Figure) -> tuple[Cell, ...]:
        n = figure.letters
        target = told.target("digital", code or EVERYONE)
        return n.through_router, n.digital, n.printed, n.digital_share, target, n.paper_share

    heads = ("Breve", C), ("Digitalt", C), ("Fjernprint", C), ("Digital andel", S), ("Mål", P), ("Papirandel", S)
    return Sheet("Breve og digital andel", columns(DEPARTMENT, *heads), *told.by_department(row))


def _could(told: Told) -> Sheet:
    def row(code: str, _: Figure) -> tuple[Cell, ...]:
        could = told.could(code or None)
        return could.printed, could.digital_share, told.target("digitisable", code or EVERYONE)

    heads = ("Digitaliserbare på papir", C), ("Digital andel af digitaliserbare", S), ("Statens mål", P)
    return Sheet("Digitaliserbare breve", columns(DEPARTMENT, *heads), *told.by_department(row))


def _local(told: Told) -> Sheet:
    def row(code: str, figure: Figure) -> tuple[Cell, ...]:
        n, target = figure.letters, told.target("fjernprint", code or EVERYONE)
        if n.local is None:
            return UNKNOWN, UNKNOWN, UNKNOWN, target
        return n.local, ESTIMATED if n.estimated else "opgjort", n.router_share, target

    heads = ("Lokalt print", C), ("Lokalt print er", T), ("Fjernprintandel", S), ("Mål", P)
    note = "Lokalt print er, hvad forvaltningerne havde indberettet, da måneden blev talt op."
    return Sheet("Lokalt print", columns(DEPARTMENT, *heads), *told.by_department(row), note)


def _paper(told: Told) -> Sheet:
    printed = told.total.letters.printed
    ordered = sorted(told.reported["routes"], key=lambda one: (-one["printed"], one["name"]))
    rows = tuple((one["name"], one["printed"], share(one["printed"], printed)) for one in ordered if one["printed"])
    return Sheet("Grunde til papir", columns("Grund", ("Breve", C), ("Andel", S)), rows, (TOTAL, printed, None))


MOST_PAPER = (
    ("Brevtyper med mest papir", "Brevtype", "letter_types"),
    ("Fagsystemer med mest papir", "Fagsystem", "systems"),
)


def _most(told: Told, name: str, what: str, part: str) -> Sheet:
    heads = ("Breve", C), ("På papir", C), ("Papirandel", S), ("Udgift", M)
    first, rest = parted(told.reported[part])

    def row(label: str, figure: Figure) -> Row:
        n = figure.letters
        return label, n.through_router, n.printed, n.paper_share, cost(figure)

    rows = [row(one["name"], figure_of(one)) for one in first]
    if rest:
        rows.append(row(REST, sum((figure_of(one) for one in rest), Figure())))
    return Sheet(name, columns(what, *heads), tuple(rows), row(TOTAL, told.total))


def _savings(told: Told) -> Sheet:
    def row(_: str, figure: Figure) -> tuple[Cell, ...]:
        return figure.money.saved(Part.PORTO), figure.money.saved(Part.MATERIALS), figure.money.certain

    heads = ("Porto", M), ("Materialer", M), ("Sparet, sikkert", M)
    return Sheet("Sparet, sikkert", columns(DEPARTMENT, *heads), *told.by_department(row))


def _parts(told: Told) -> Sheet:
    def row(_: str, figure: Figure) -> tuple[Cell, ...]:
        return figure.money.certain_digitally, figure.money.certain_by_print, figure.money.householding

    heads = ("Digitalt frem for fjernprint", M), ("Fjernprint frem for kontoret", M), ("Samkuvertering", M)
    note = "De to første er tilsammen Sparet, sikkert; samkuvertering ligger i den anden."
    return Sheet("Heraf sikkert", columns(DEPARTMENT, *heads), *told.by_department(row), note)


def _estimated(told: Told) -> Sheet:
    def row(code: str, figure: Figure) -> tuple[Cell, ...]:
        return figure.money.estimated, told.budget("estimated", code or EVERYONE)

    note = "Tid er et skøn og lægges aldrig sammen med det, der er sparet for sikkert."
    heads = ("Tid sparet, anslået", M), ("Budget", M)
    return Sheet("Tid sparet, anslået", columns(DEPARTMENT, *heads), *told.by_department(row), note)


def _gains(told: Told) -> Sheet:
    def row(code: str, figure: Figure) -> tuple[Cell, ...]:
        budget, certain = told.budget("certain", code or EVERYONE), figure.money.certain
        return certain, budget, None if budget is None else certain - budget

    heads = ("Realiseret", M), ("Budget", M), ("Afvigelse", M)
    running = [one["amount"] for one in (told.known or {})["running"]]
    rows, total = told.by_department(row)
    net = told.total.money.certain - running[0] if running else None
    more = ("Driftsudgift", running[0] if running else None, None, None), ("Gevinst, netto", net, None, None)
    return Sheet("Gevinst mod budget", columns(DEPARTMENT, *heads), (*rows, total, *more))


def _cost(told: Told) -> Sheet:
    def row(_: str, figure: Figure) -> tuple[Cell, ...]:
        m, paid = figure.money, cost(figure)
        parts = m.cost.get(Part.PORTO, 0), m.cost.get(Part.MATERIALS, 0)
        return *parts, paid, each(paid, figure.letters.through_router), m.failed, m.returned

    heads = (
        ("Porto", M), ("Materialer", M), ("Udgift", M), ("Pr. brev", M), ("Heraf forgæves forsøg", M),
        ("Heraf kom retur", M),
    )  # fmt: skip
    return Sheet("Udgift", columns(DEPARTMENT, *heads), *told.by_department(row))


def _reminders(told: Told) -> Sheet:
    lines = (*told.lines, {"name": TOTAL, **told.reported["total"]})
    rows: list[Row] = [
        (line["name"], line["reminders"], share(line["reminders"], line["digital"] + line["printed"]),
         line["reminders_cost"])
        for line in lines
    ]  # fmt: skip
    heads = ("Sendt", C), ("Andel af brevene", S), ("Beløb", M)
    return Sheet("NemSMS-påmindelser", columns(DEPARTMENT, *heads), tuple(rows[:-1]), rows[-1])


def _returned(told: Told) -> Sheet:
    names = {line["department"]: line["name"] for line in told.lines}
    found = (told.known or {})["returned"]
    rows: tuple[Row, ...] = tuple(
        (names.get(one["department"], one["department"]), reason_said(one["reason"]), one["letters"]) for one in found
    )
    total = (TOTAL, None, sum(one["letters"] for one in found))
    note = "Breve på papir, der er meldt kommet retur i måneden; hvert brev én gang, af den grund, der er meldt sidst."
    return Sheet("Kommet retur", columns(DEPARTMENT, ("Grund", T), ("Breve", C)), rows, total, note)


def months(told: Told) -> Sheet:
    """The year, month by month, up to this one."""
    letters = {one["month"]: Letters(one["digital"], one["printed"]) for one in told.reported["months"]}
    rows = tuple((maaned(f"{key}-01"), *_month_row(one)) for key, one in letters.items())
    total = (TOTAL, *_month_row(sum(letters.values(), Letters())))
    return Sheet("Måned for måned", columns("Måned", *MONTH_HEADS), rows, total)


MONTH_HEADS = ("Breve", C), ("Digitalt", C), ("Fjernprint", C), ("Digital andel", S)


def _month_row(n: Letters) -> tuple[Cell, ...]:
    return n.through_router, n.digital, n.printed, n.digital_share


def trend(reported: Figures) -> tuple[tuple[date, Fraction | None], ...]:
    """The digital share of each month of the year up to this one; none in a report of before they were kept."""
    return tuple(
        (date.fromisoformat(f"{one['month']}-01"), Letters(one["digital"], one["printed"]).digital_share)
        for one in reported.get("months", ())
    )


def _invoices(told: Told) -> Sheet:
    rows = tuple(
        (one["number"], one["provider"], one["lines"], one["amount"], one["ours"], one["amount"] - one["ours"],
         one["strange_amount"])
        for one in told.reported["invoices"]
    )  # fmt: skip
    sums = (sum(row[place] for row in rows) for place in range(2, 7))
    heads = (
        ("Leverandør", T), ("Linjer", C), ("Beløb", M), ("Vores", M), ("Forskel", M), ("Heraf uden brev hos os", M),
    )  # fmt: skip
    return Sheet("Fakturaer", columns("Faktura", *heads), rows, (TOTAL, None, *sums))
