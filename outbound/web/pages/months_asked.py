"""The months that the pages of management are asked for, by one rule; and what is wrong with them, in Danish."""

import re
from datetime import date

from outbound import clock
from outbound.rendering.danish import maaned
from outbound.reports import Period

FIRST, LAST = "fra", "til"
MOST_MONTHS = 60
WRITTEN = "Skriv måneden som år og måned, fx 2026-03."
TURNED = "Perioden skal slutte samme måned, som den begynder, eller senere."
AHEAD = "Måneden er ikke begyndt endnu."
TOO_MANY = f"Vælg højst {MOST_MONTHS} måneder."
NO_DEPARTMENTS = "Din konto har ingen forvaltninger."
ECHOED = 40  # characters of what was written, in its field again
_MONTH = re.compile(r"[2-9][0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)


def period_of(first: str, last: str) -> tuple[Period | None, dict[str, str]]:
    """From the first of a month (`2026-03`) to the last of another or to today; this year so far where nothing is said.

    Or no period, and what is wrong by field.
    """
    today = clock.today()
    written = {FIRST: first or f"{today:%Y}-01", LAST: last or f"{today:%Y-%m}"}
    faults = {name: WRITTEN for name, text in written.items() if not _MONTH.fullmatch(text)}
    faults |= {name: AHEAD for name, text in written.items() if name not in faults and text > latest()}
    if faults:
        return None, faults
    begins, ends = (date.fromisoformat(f"{text}-01") for text in written.values())
    months = (ends.year - begins.year) * 12 + ends.month - begins.month + 1
    if months < 1:
        return None, {LAST: TURNED}
    if months > MOST_MONTHS:
        return None, {LAST: TOO_MANY}
    return Period(begins, min(_end_of(ends), today)), {}


def shown_as(period: Period | None, first: str, last: str) -> tuple[str, str]:
    """What the two fields show: the months, or what was written, cut where nobody can have meant it."""
    if period:
        return f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"
    return first[:ECHOED], last[:ECHOED]


def latest() -> str:
    """The month that runs, as fields write it."""
    return f"{clock.today():%Y-%m}"


def running(period: Period) -> str:
    """`november 2026`, where the period's last month is not over; else empty."""
    end = _end_of(period.last)
    return maaned(f"{end:%Y-%m-%d}") if end >= clock.today() else ""


def _end_of(day: date) -> date:
    return Period.month(day.year, day.month).last
