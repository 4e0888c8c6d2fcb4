"""What management sees in Danish words: tables for a page or a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from outbound.rendering.danish import kroner, tal
from outbound.reports.figures import rounded
from outbound.reports.management import Management
from outbound.reports.paper import MostPaper, Reason, Why, cost, cost_per_letter
from outbound.reports.report import CHANNELS, NO_LETTERS, UNKNOWN, percent, router_share
from outbound.reports.returned import reason_said
from outbound.tariff_row import Part

Table = tuple[tuple[str, ...], ...]
REASONS: Mapping[Why, tuple[str, str]] = {
    Why.EXEMPT: (
        "Fritaget for Digital Post",
        "Modtagerens eget valg. Tilbyd hjælp til at komme på Digital Post, når borgeren alligevel henvender sig.",
    ),
    Why.NOT_ENROLLED: (
        "Ikke tilmeldt eller ikke i brug",
        "Hjælp med MitID og det første besøg i postkassen, når borgeren alligevel henvender sig.",
    ),
    Why.PAPER_ONLY: (
        "Brevtypen er kun til papir",
        "Forvaltningen bestemmer: gør brevtypen digital, hvor ingen regel kræver papir.",
    ),
    Why.DEMANDED: (
        "Forlangt eller valgt på papir",
        "Afsenderen eller en medarbejder valgte papir. Gå begrundelserne igennem med forvaltningen.",
    ),
    Why.NOT_TAKEN: (
        "Afvist eller for stort digitalt",
        "Gør store bilag mindre, og få driften til at se på afvisningerne.",
    ),
    Why.UNDER_15: (
        "Børn under 15 år",
        "Børn har ingen postkasse. Undersøg, om brevet må stiles til en forælder i stedet.",
    ),
    Why.LEFT: ("Udrejst af Danmark", "Kommunen kan ikke gøre noget ved det."),
    Why.NO_NUMBER: (
        "Uden CPR- eller CVR-nummer",
        "Få fagsystemet til at sende nummeret med, hvor modtageren har et.",
    ),
    Why.OTHER: ("Andet", "Grunden hedder noget, som systemet ikke længere kender."),
}
REACHED, MISSED = "reached", "missed"
NO_TARGET = "Intet mål", ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure in large type: its name as defined, its value, what is said with it, and how it stands to its target."""

    name: str
    value: str
    said: str = ""
    target: str = ""
    state: str = ""
    estimated: bool = False


def tiles(made: Management) -> tuple[Tile, ...]:
    """The figures in front."""
    return (*_shares(made), *_money(made))


def reasons(made: Management) -> Table:
    """Why letters went on paper, and what can be done."""
    rows = ((REASONS[one.why][0], tal(one.letters), percent(one.share), REASONS[one.why][1]) for one in standing(made))
    return (("Grund", "Breve på papir", "Andel af papiret", "Hvad der kan gøres"), *rows)


def standing(made: Management) -> list[Reason]:
    """The reasons that letters went by, the greatest first."""
    return sorted((one for one in made.reasons if one.letters), key=lambda one: -one.letters)


def savings(made: Management) -> Table:
    """What was saved, part by part; what is certain and what is estimated apart."""
    return (("Besparelse", "Beløb", "Art"), *((name, kroner(ore), kind) for name, ore, kind in savings_of(made)))


def savings_of(made: Management) -> tuple[tuple[str, int, str], ...]:
    """The same in øre: each a name, an amount, and how sure it is."""
    money, sure, guess = made.total.figure.money, "Sikkert", "Anslået, lægges ikke til"
    return (
        ("Porto sparet", money.saved(Part.PORTO), sure),
        ("Materialer sparet", money.saved(Part.MATERIALS), sure),
        ("Sparet, sikkert", money.certain, "Sikkert: porto og materialer"),
        ("Heraf digitalt frem for fjernprint", money.certain_digitally, sure),
        ("Heraf fjernprint frem for kontoret", money.certain_by_print, sure),
        ("Heraf samkuvertering", money.householding, "Sikkert, en del af fjernprint"),
        ("Tid sparet, anslået", money.estimated, guess),
    )


def costs(made: Management) -> Table:
    """What letters cost, by channel and together."""
    return (
        ("Kanal", "Breve", "Pris", "Pris pr. brev", "Forgæves forsøg", "Kom retur"),
        *(
            (
                CHANNELS.get(line.key, line.label),
                tal(line.figure.letters.through_router),
                kroner(cost(line.figure)),
                _average(cost_per_letter(line.figure)),
                kroner(line.figure.money.failed),
                kroner(line.figure.money.returned),
            )
            for line in (*made.channels, made.total)
        ),
    )


def most(what: str, found: Sequence[MostPaper]) -> Table:
    """The letter types or systems with most paper."""
    headings = (what, "Breve", "På papir", "Papirandel", "Papir til tilmeldte", "Sparet, hvis digitalt, anslået")
    return (headings, *(_most(one) for one in found))


def returned(made: Management) -> Table:
    """Letters that came back, by reason."""
    rows = ((reason_said(why), tal(letters)) for why, letters in made.returned.items())
    return (("Grund", "Breve retur"), *rows)


def _shares(made: Management) -> Iterator[Tile]:
    letters, targets = made.total.figure.letters, made.against.total.targets
    yield Tile(
        "Breve",
        tal(letters.through_router),
        f"{tal(letters.digital)} digitalt, {tal(letters.printed)} på papir",
    )
    digital = _least(letters.digital_share, made.total.target)
    yield Tile("Digital andel", percent(letters.digital_share), "", *digital)
    paper = _most_allowed(letters.paper_share, made.target_paper)
    yield Tile("Papirandel", percent(letters.paper_share), "", *paper)
    unreported = "Lokalt print er ikke indberettet" if letters.local is None else ""
    reached = _least(letters.router_share, targets["fjernprint"])
    yield Tile("Fjernprintandel", router_share(letters), unreported, *reached)


def _money(made: Management) -> Iterator[Tile]:
    figure, sms, back = made.total.figure, made.reminders, sum(made.returned.values())
    yield Tile("Sparet, sikkert", kroner(figure.money.certain), "Porto og materialer")
    yield Tile("Pris pr. brev", _average(cost_per_letter(figure)), f"{kroner(cost(figure))} i alt")
    share = percent(sms.share_of(figure.letters.through_router))
    yield Tile("NemSMS-påmindelser sendt", tal(sms.sent), f"{share} af brevene, {kroner(sms.cost)}")
    yield Tile("Returpost", tal(back), "Breve på papir, som kom retur")
    yield Tile("Tid sparet, anslået", kroner(figure.money.estimated), "Anslået, lægges ikke til", estimated=True)


def _least(share: Fraction | None, target: int | None) -> tuple[str, str]:
    """A share that is to be high."""
    if target is None:
        return NO_TARGET
    return _held(f"mindst {target} %", "mangler {} procentpoint", None if share is None else target - share * 100)


def _most_allowed(share: Fraction | None, target: int | None) -> tuple[str, str]:
    """A share that is to be low."""
    if target is None:
        return NO_TARGET
    return _held(f"højst {target} %", "{} procentpoint for meget", None if share is None else share * 100 - target)


def _held(target: str, missed: str, lacks: Fraction | None) -> tuple[str, str]:
    """The target, and by how many percentage points it was missed, if it was."""
    if lacks is None:
        return f"Mål: {target}", ""
    if lacks <= 0:
        return f"Mål: {target}, nået", REACHED
    tenths = rounded(lacks * 10)
    said = f"{tenths // 10},{tenths % 10}" if tenths else "under 0,1"
    return f"Mål: {target}, {missed.format(said)}", MISSED


def _most(one: MostPaper) -> tuple[str, ...]:
    letters = one.line.figure.letters
    return (
        one.line.label,
        tal(letters.through_router),
        tal(letters.printed),
        percent(letters.paper_share),
        UNKNOWN if one.enrolled is None else tal(one.enrolled),
        UNKNOWN if one.saved is None else kroner(one.saved),
    )


def _average(ore: Fraction | None) -> str:
    return NO_LETTERS if ore is None else kroner(rounded(ore))
