"""Letters printed at the offices, as far as departments have reported them; see "Local print" in docs/measures.md."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import Connection

from outbound import clock
from outbound.ledger.local_print import Counted, LocalPrint, standing
from outbound.organisation import Organisation
from outbound.reports.billing import Place, places_in
from outbound.reports.figures import rounded
from outbound.reports.reading import Period


@dataclass(frozen=True, slots=True)
class Local:
    """Letters printed at the office; None = unknown. `estimated`: by a counting week or a part of a report."""

    letters: int | None = None
    estimated: bool = False

    def __add__(self, other: "Local") -> "Local":
        known = None if self.letters is None or other.letters is None else self.letters + other.letters
        return Local(known, known is not None and (self.estimated or other.estimated))


def local_of(
    tx: Connection, organisation: Organisation, period: Period, known_at: datetime | None = None
) -> dict[str, Local]:
    """The local print of each department that is in force on some day of the period."""
    return local_in(tx, _in_force(organisation, period), known_at)


def local_in(
    tx: Connection, of_departments: Mapping[str, frozenset[int]], known_at: datetime | None = None
) -> dict[str, Local]:
    """The local print of each department on its days (ordinals)."""
    reported = [one.reported for one in standing(tx, known_at)]
    return {
        code: local_print(days, [one for one in reported if one.department == code])
        for code, days in of_departments.items()
    }


def days_of(places: Iterable[Place], latest: date) -> dict[str, frozenset[int]]:
    """The days (ordinals) of each department by these places, up to the latest."""
    found: dict[str, frozenset[int]] = {}
    for one in places:
        if days := frozenset(range(one.first.toordinal(), min(one.last, latest).toordinal() + 1)):
            found[one.code] = found.get(one.code, frozenset()) | days
    return found


def together(of: Mapping[str, Local]) -> Local:
    """The municipality's: unknown while one of its departments is; nothing where it has none."""
    return sum(of.values(), Local(0)) if of else Local()


def local_print(days: frozenset[int], reported: Sequence[LocalPrint]) -> Local:
    """What was printed on these days (ordinals): exact reports first, then counting weeks of the same year."""
    letters, estimated, left = Fraction(0), False, days
    for one in (one for one in reported if one.kind is Counted.EXACT):
        of_report = frozenset(range(one.first.toordinal(), one.last.toordinal() + 1))
        if common := of_report & days:
            letters += Fraction((one.letters or 0) * len(common), len(of_report))
            estimated |= common != of_report
            left -= common
    for year, many in Counter(date.fromordinal(day).year for day in left).items():
        daily = _a_day(year, reported)
        if daily is None:
            return Local()
        letters, estimated = letters + daily * many, True
    return Local(rounded(letters), estimated)


def _a_day(year: int, reported: Sequence[LocalPrint]) -> Fraction | None:
    """Letters a day by the year's counting weeks, each of seven days; None where it has none."""
    weeks = [one.letters or 0 for one in reported if one.kind is Counted.WEEK and _year(one) == year]
    return Fraction(sum(weeks), 7 * len(weeks)) if weeks else None


def _year(week: LocalPrint) -> int:
    return week.first.isocalendar().year


def _in_force(organisation: Organisation, period: Period) -> dict[str, frozenset[int]]:
    """The days of the period on which each department is in force, up to today: nothing is printed tomorrow yet."""
    return days_of(places_in(organisation, period), clock.today())
