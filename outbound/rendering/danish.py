"""How dates, money and numbers are written in Danish: the filters that a template has."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")


def dato(day: date | str) -> str:
    """`2026-11-22` → `22. november 2026`."""
    found = _day(day)
    return f"{found.day}. {MONTHS[found.month - 1]} {found.year}"


def ugedag(day: date | str) -> str:
    """`2026-11-24` → `tirsdag`."""
    return WEEKDAYS[_day(day).weekday()]


def maaned(day: date | str) -> str:
    """`2026-11-01` → `november 2026`."""
    found = _day(day)
    return f"{MONTHS[found.month - 1]} {found.year}"


def _day(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def klokkeslaet(clock: time | str) -> str:
    """`10:15` → `kl. 10.15`."""
    found = time.fromisoformat(clock) if isinstance(clock, str) else clock
    return f"kl. {found.hour}.{found.minute:02d}"


def kroner(amount: int) -> str:
    """Øre → kroner: `123450` → `1.234,50 kr.`."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("Money is a whole number of øre.")
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}{_thousands(whole)},{rest:02d} kr."


def beloeb(amount: int) -> str:
    """Øre → kroner as a program reads them: `123450` → `1234,50`."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' * (amount < 0)}{whole},{rest:02d}"


def tal(number: int | float) -> str:
    """`1234.5` → `1.234,5`."""
    whole, _, rest = format(Decimal(str(number)), "f").partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    rest = rest.rstrip("0")
    return sign + _thousands(int(digits)) + ("," + rest if rest else "")


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def stort(text: str) -> str:
    """`en have i Prøveby` → `En have i Prøveby`: names inside keep their letters."""
    return str(text)[:1].upper() + str(text)[1:]


def linjer(text: str) -> Markup:
    """Line breaks that somebody typed become line breaks on the page; everything else is still text."""
    return Markup("<br/>").join(escape(line.strip()) for line in str(text).strip().splitlines())


def afsnit(text: str) -> list[str]:
    """The paragraphs of a text that somebody typed: what empty lines part."""
    blocks = "\n".join(line.strip() for line in str(text).splitlines()).split("\n\n")
    return [block.strip() for block in blocks if block.strip()]


FILTERS: dict[str, Callable[..., Any]] = {
    made.__name__: made for made in (dato, ugedag, maaned, klokkeslaet, kroner, tal, stort, linjer, afsnit)
}
