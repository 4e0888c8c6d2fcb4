"""Local print that departments report: what can be wrong with a report, and keeping it once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outbound import clock
from outbound.ledger import local_print as kept
from outbound.ledger.local_print import Counted, LocalPrint
from outbound.organisation import Organisation
from outbound.rendering import Fault

LONGEST = 366  # days
MOST_LETTERS = 100_000_000


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: its number, whether it was new, and whether it replaces another number of letters.

    Number 0: it withdrew what nobody had reported, and nothing was kept.
    """

    id: int
    new: bool
    replaces: bool


class Overlaps(Exception):
    """Another report counts the same days; the text says which, and where it came from."""


def counting_week(year: int, week: int) -> tuple[date, date]:
    """The Monday and the Sunday of an ISO week. Raises ValueError where the year has no such week."""
    try:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    except (ValueError, OverflowError):
        raise ValueError(f"The year {year} has no week {week}.") from None


def local_print_faults(organisation: Organisation, one: LocalPrint) -> Iterator[Fault]:
    """Everything that is wrong with the report itself."""
    if one.last < one.first:
        yield Fault("/last", "The period ends before it begins; exchange the days.")
    elif (one.last - one.first).days >= LONGEST:
        yield Fault("/last", f"The period is longer than {LONGEST} days; report it year by year.")
    if one.last >= clock.today():
        yield Fault("/last", "The period is not over yet; report it when it is.")
    if not any(organisation.is_department(one.department, day) for day in (one.first, one.last)):
        yield Fault("/department", "There is no such department in that period; see config/organisation.toml.")
    if one.letters is not None and not 0 <= one.letters <= MOST_LETTERS:
        yield Fault("/letters", f"Give a number of letters from 0 to {MOST_LETTERS}.")


def report_local_print(tx: Connection, some: Sequence[LocalPrint], by: str) -> list[Reported]:
    """Keep these reports. The same again changes nothing; another number under the same period replaces the first.

    Raises Overlaps, having kept nothing of them that the caller may commit.
    """
    kept.alone(tx)
    known = kept.standing(tx)
    found = []
    for one in some:
        before = next((each for each in known if each.reported.is_of(one)), None)
        if (before.reported.letters if before else None) == one.letters:
            found.append(Reported(before.id if before else 0, new=False, replaces=False))
            continue
        _check_alone(one, [each.reported for each in known])
        number = kept.add(tx, one, by)
        known = [each for each in known if not each.reported.is_of(one)]
        if one.letters is not None:
            known.append(kept.Kept(number, one, by, clock.now()))
        found.append(Reported(number, new=True, replaces=before is not None))
    return found


def _check_alone(one: LocalPrint, known: Sequence[LocalPrint]) -> None:
    other = next((each for each in known if one.letters is not None and one.overlaps(each)), None)
    if other:
        how = "counting week" if other.kind is Counted.WEEK else "report"
        raise Overlaps(
            f"{one.department}: {one.first} to {one.last} overlaps the {how} of {other.first} to {other.last} from "
            f"{other.source}; correct that one, or withdraw it first."
        )
