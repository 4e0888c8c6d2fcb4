"""What `/ledelse/hvad-nu-hvis` says. Danish."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from outbound.rendering.danish import kroner, tal
from outbound.reports.choices import LONGEST_TYPE, MOST_POINTS, MOST_POSTAGE, MOST_TYPES, Asked, Choices, Fault
from outbound.reports.figures import rounded
from outbound.reports.report import percent
from outbound.reports.whatif import Line
from outbound.reports.whatif_words import cost, dearer, more_digital
from outbound.web.axis import Number

FAULTS = {
    Fault.POINTS_WRITTEN: "Skriv procentpoint som et tal, fx 5 eller 2,5.",
    Fault.POINTS_TOO_MANY: f"Der kan højst tilmeldes {MOST_POINTS} procentpoint flere.",
    Fault.POSTAGE_WRITTEN: "Skriv portoen i kroner, fx 33 eller 33,50.",
    Fault.POSTAGE_TOO_MUCH: f"Portoen kan højst være {kroner(MOST_POSTAGE)}",
    Fault.TYPES_TOO_MANY: f"Vælg højst {MOST_TYPES} brevtyper.",
    Fault.TYPE_NAME: f"En brevtype har højst {LONGEST_TYPE} tegn. Vælg typerne på listen.",
    Fault.NOT_A_SWITCH: "Vælg en af de tre muligheder.",
    Fault.TOGETHER: "Spørg om samkuvertering for sig: Hvem der flyttes til postkassen, deler ikke kuvert. Fjern "
    "tilmelding og brevtyper, eller lad samkuvertering være, som det var.",
}
FIELDS = {
    "fra": "Fra måned",
    "til": "Til måned",
    str(Asked.POINTS): "Flere tilmeldte, procentpoint",
    str(Asked.POSTAGE): "Porto, kroner uden moms",
    str(Asked.HOUSEHOLDING): "Samkuvertering",
    str(Asked.TYPES): "Brevtyper, der kun sendes på papir, gjort digitale",
}
ABOUT_POINTS = (
    "Procentpointene er hele kommunens: så meget stiger tilmeldingen i alt. Den samme del af dem, der kunne have en "
    "postkasse, flyttes i hver forvaltning, som derfor kan stige mere eller mindre."
)
TYPE_UNKNOWN = "En af de valgte brevtyper findes ikke. Vælg typerne på listen."
TABLES = ("Breve", "Udgift", "Besparelse")
UNCHANGED = "som det var"
NOTHING_CHOSEN = "Intet er valgt, så hvad nu hvis er det samme som virkeligheden."


def too_many_printed(letters: int, most: int) -> str:
    """Householding is not computed for so many."""
    return (
        f"Perioden har {tal(letters)} breve på papir. Samkuvertering læser hvert af dem og regnes her for højst "
        f"{tal(most)}: Vælg færre måneder, eller bed it-driften om at køre outbound whatif --householding on."
    )


def sentence(line: Line) -> str:
    """What the choices mean, of letters and of money."""
    return f"Med disse valg havde {_letters(more_digital(line))}, og udgiften havde været {_money(dearer(line))}."


def _letters(more: int) -> str:
    if more == 0:
        return "lige så mange breve været digitale"
    number, than = tal(abs(more)), "flere" if more > 0 else "færre"
    return f"{number} {than} breve været digitale" if abs(more) > 1 else f"1 brev {than} været digitalt"


def _money(dearer_by: int) -> str:
    if dearer_by == 0:
        return "den samme"
    return f"{kroner(abs(dearer_by))} {'højere' if dearer_by > 0 else 'lavere'}"


def chosen(asked: Choices) -> Iterator[str]:
    """The choices, as they stand on paper."""
    if asked.points:
        yield f"{points(asked.points)} procentpoint flere tilmeldte"
    if asked.postage is not None:
        yield f"porto på {kroner(asked.postage)} for hvert brev på papir"
    if asked.types:
        yield f"digitale brevtyper: {', '.join(sorted(asked.types))}"
    if asked.householding is not None:
        yield "samkuvertering for alle brevtyper" if asked.householding else "ingen samkuvertering"


def points(number: Fraction) -> str:
    """`2,5`: points have three decimals at most."""
    return tal(float(number))


def share(of: Number) -> str:
    """As the table says it."""
    return percent(Fraction(of))


def money(amount: Number) -> str:
    """As the table says it."""
    return kroner(int(amount))


def tiles(total: Line) -> Iterator[tuple[str, str, str, str]]:
    """What is measured, how it was, how it would have been, and by how much more."""
    real, other = total.real, total.other
    for name, was, now in (
        ("Breve digitalt", real.letters.digital, other.letters.digital),
        ("Breve på papir", real.letters.printed, other.letters.printed),
    ):
        yield name, tal(was), tal(now), _signed(now - was, tal)
    shares = real.letters.digital_share, total.digital_share
    yield "Digital andel", percent(shares[0]), percent(shares[1]), _points_more(*shares)
    for name, was, now in (
        ("Udgift", cost(real), cost(other)),
        ("Sparet, sikkert", real.money.certain, other.money.certain),
        ("Tid sparet, anslået", real.money.estimated, other.money.estimated),
    ):
        yield name, kroner(was), kroner(now), _signed(now - was, kroner)


def _signed(more: int, written: Callable[[int], str]) -> str:
    return f"+{written(more)}" if more > 0 else written(more) if more else UNCHANGED


def _points_more(was: Fraction | None, now: Fraction | None) -> str:
    if was is None or now is None:
        return UNCHANGED
    tenths = rounded((now - was) * 1000)
    return _signed(tenths, lambda number: f"{tal(number / 10)} procentpoint")
