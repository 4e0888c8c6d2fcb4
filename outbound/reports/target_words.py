"""The report on targets in Danish words: tables for a terminal, a page or a file."""

from collections.abc import Iterable, Iterator

from outbound.rendering.danish import dato, kroner, tal
from outbound.reports.report import NO_LETTERS, UNKNOWN, percent, router_share
from outbound.reports.targets import Against, Prices, TargetReport, share_of_letters, share_of_people

SHARES = (
    "Forvaltning", "Digital andel", "Mål, digitalt", "Af digitaliserbare", "Statens mål", "Forudsat",
    "Fjernprintandel", "Mål, fjernprint",
)  # fmt: skip
GAINS = ("Forvaltning", "Realiseret", "Budget", "Afvigelse", "Tid, anslået", "Tid, budget")
Table = tuple[tuple[str, ...], ...]


def shares(lines: Iterable[Against]) -> Table:
    """Shares beside what they were to be."""
    return (SHARES, *(_shares(line) for line in lines))


def gains(lines: Iterable[Against], fixed_year: int | None) -> Table:
    """Gains beside their budgets: in the prices of the time, then certain ones in those of the fixed year."""
    names = () if fixed_year is None else GAINS[1:4]
    fixed = tuple(f"{name}, {fixed_year}-priser" for name in names)
    return ((*GAINS, *fixed), *(_gains(line, bool(fixed)) for line in lines))


def whole(made: TargetReport) -> Table:
    """The municipality: gross and net, and who is enrolled. Each a name, a figure, and what is to be said with it."""
    return tuple(_whole(made))


def _shares(line: Against) -> tuple[str, ...]:
    return (
        line.label,
        percent(line.letters.digital_share),
        _target(line.targets["digital"]),
        percent(line.digitisable.digital_share),
        _target(line.targets["digitisable"]),
        _target(line.targets["digitisable-assumed"]),
        router_share(line.letters),
        _target(line.targets["fjernprint"]),
    )


def _gains(line: Against, fixed: bool) -> tuple[str, ...]:
    apart = line.certain - line.certain_budget
    now = [line.certain, line.certain_budget, apart, line.estimated, line.estimated_budget]
    then = [line.certain, line.certain_budget, apart] if fixed else []
    return (line.label, *(_ore(one.current) for one in now), *(_ore(one.fixed) for one in then))


def _whole(made: TargetReport) -> Iterator[tuple[str, str, str]]:
    yield "Gevinst, brutto", _ore(made.total.certain.current), _in_fixed(made, made.total.certain)
    yield "Driftsudgift", _ore(made.running.current), _in_fixed(made, made.running)
    yield "Gevinst, netto", _ore(made.net.current), _in_fixed(made, made.net)
    target, official, found = made.total.targets["enrolled"], made.official, made.recipients
    said = f"{tal(official.enrolled)} af {tal(official.population)} den {dato(official.day)}" if official else ""
    share = percent(official.share if official else None, UNKNOWN)
    yield "Tilmeldte borgere", share, _sentence(said, _aim(target))
    people = f"{tal(found.people_enrolled)} af {tal(found.people)} personer"
    if found.forgotten:
        people = f"{tal(found.forgotten)} breve siger ikke længere, hvem de var til"
    unknown = UNKNOWN if found.forgotten else NO_LETTERS
    yield "Tilmeldte blandt modtagerne", percent(share_of_people(found), unknown), people
    letters = f"{tal(found.letters_enrolled)} af {tal(found.letters)} breve"
    yield "Breve til tilmeldte borgere", percent(share_of_letters(found)), letters


def _in_fixed(made: TargetReport, of: Prices) -> str:
    return f"{_ore(of.fixed)} i {made.fixed_year}-priser" if made.fixed_year and of.fixed is not None else ""


def _sentence(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _aim(target: int | None) -> str:
    return "" if target is None else f"mål {target} %"


def _target(of: int | None) -> str:
    return NO_LETTERS if of is None else f"{of} %"


def _ore(amount: int | None) -> str:
    return NO_LETTERS if amount is None else kroner(amount)
