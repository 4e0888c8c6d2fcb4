"""Who pays: a month's cost by department, cost centre, provider and channel, as they were on each day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, case, func, literal, select

from outbound.accounts import BOOKED, CORRECTED, LETTER, REMINDER, Kind, kind_and_part
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.organisation import Organisation
from outbound.rendering.danish import beloeb
from outbound.reports.reading import Period
from outbound.tariff_row import Part

REMINDERS = "nemsms"
"""The channel of reminders by text message in a billing line; their letters are billed on lines of their own."""
PAID = (Kind.COST, Kind.FAILED, Kind.RETURNED, Kind.REMINDER)

FORMULA = ("=", "+", "-", "@", "\t", "\r")

HEADINGS: Mapping[str, str] = {
    "month": "Måned",
    "department": "Forvaltning",
    "name": "Navn",
    "cost_centre": "Omkostningssted",
    "ean": "EAN",
    "provider": "Leverandør",
    "channel": "Kanal",
    "pieces": "Antal",
    "porto": "Porto",
    "materials": "Materialer",
    "total": "I alt",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A department as it was from one day of a month to another."""

    code: str
    name: str
    cost_centre: str
    ean: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class BillingLine:
    """What one cost centre pays to one provider on one channel: pieces less those refused, and øre without VAT."""

    department: str
    name: str
    cost_centre: str
    ean: str
    provider: str
    channel: str
    pieces: int = 0
    porto: int = 0
    materials: int = 0

    @property
    def total(self) -> int:
        """Porto and materials."""
        return self.porto + self.materials


def places_in(organisation: Organisation, period: Period) -> tuple[Place, ...]:
    """The departments of the period, each as often as it was another."""
    return tuple(
        Place(one.code, one.name, one.cost_centre, one.ean, max(one.valid_from, period.first), last)
        for one in organisation.departments
        if one.valid_from <= period.last
        and (last := min(one.valid_to or period.last, period.last)) >= max(one.valid_from, period.first)
    )


def billing(tx: Connection, period: Period, places: Iterable[Place], names: Mapping[str, str]) -> list[BillingLine]:
    """The lines of the period, by department, cost centre, provider and channel.

    A department that had no row on an entry's day is called as `names` says, and has no cost centre.
    """
    deferred.flush(tx)
    places, found = tuple(places), dict[tuple[str, ...], BillingLine]()
    for row in (*_letters(tx, period), *_reminders(tx, period)):
        place = next((p for p in places if p.code == row.department and p.first <= row.day <= p.last), None)
        who = (
            (place.name, place.cost_centre, place.ean) if place else (names.get(row.department, row.department), "", "")
        )
        key = (row.department, *who, row.provider, row.channel)
        found[key] = _with(found.get(key, BillingLine(*key)), row)
    return [found[key] for key in sorted(found) if _charges(found[key])]


def as_csv(month: str, lines: Iterable[BillingLine]) -> str:
    """The billing file: semicolons, decimal comma, a byte order mark and CRLF, as Excel in Danish reads them."""
    rows = [";".join(HEADINGS.values()), *(";".join(_cells(month, line)) for line in lines)]
    return "\ufeff" + "".join(f"{row}\r\n" for row in rows)


def _cells(month: str, line: BillingLine) -> Iterator[str]:
    values = {"month": month, **asdict(line), "total": line.total}
    for name in HEADINGS:
        value = values[name]
        yield cell(value) if isinstance(value, str) else str(value) if name == "pieces" else beloeb(value)


def cell(text: str) -> str:
    """Quoted where it must be; what a spreadsheet would take for a formula is made text by an apostrophe."""
    text = f"'{text}" if text.startswith(FORMULA) else text
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(';"\r\n') else text


def _letters(tx: Connection, period: Period) -> Sequence[Any]:
    """Sums by department, day, provider, channel and measure; a letter that is sent again is no piece."""
    e, one, d = t.entry.c, t.letter.c, t.dispatch.c
    sign = case((e.stage == BOOKED, 1), else_=-1)
    pieces = case((e.measure == LETTER, case((one.follows.is_(None), sign), else_=0)), else_=0)
    keys = (one.department, e.day, d.provider, d.channel, e.measure)
    joined = t.entry.join(t.letter, one.id == e.letter_id).join(t.dispatch, d.id == e.dispatch_id)
    wanted = select(*keys, func.sum(pieces).label("pieces"), func.sum(e.amount).label("amount")).select_from(joined)
    return tx.execute(wanted.where(*_of(e, period)).group_by(*keys)).all()


def _reminders(tx: Connection, period: Period) -> Sequence[Any]:
    e, one, r = t.entry.c, t.letter.c, t.reminder.c
    pieces = case((e.measure == REMINDER, case((e.stage == BOOKED, 1), else_=-1)), else_=0)
    keys = (one.department, e.day, r.provider, e.measure)
    joined = t.entry.join(t.letter, one.id == e.letter_id).join(t.reminder, r.id == e.dispatch_id)
    sums = (func.sum(pieces).label("pieces"), func.sum(e.amount).label("amount"))
    wanted = select(*keys, literal(REMINDERS).label("channel"), *sums).select_from(joined)
    return tx.execute(wanted.where(*_of(e, period)).group_by(*keys)).all()


def _of(e: Any, period: Period) -> tuple[Any, ...]:
    return e.stage.in_((BOOKED, CORRECTED)), e.day >= period.first, e.day <= period.last


def _with(line: BillingLine, row: Row[Any]) -> BillingLine:
    line = replace(line, pieces=line.pieces + int(row.pieces))
    kind, part = kind_and_part(row.measure) or (None, None)
    if kind not in PAID:
        return line
    if part is Part.PORTO:
        return replace(line, porto=line.porto + int(row.amount))
    return replace(line, materials=line.materials + int(row.amount))


def _charges(line: BillingLine) -> bool:
    return bool(line.pieces or line.porto or line.materials)
