"""What a past period would have cost otherwise: other prices, more people enrolled, other types made digital.

Nothing is touched: hand-overs are read by what their price depends on (`outbound.facts`), each kind is priced once, and
reality stands beside. Sums are whole øre times whole letters; only the part of the letters that is moved is a fraction,
and each amount is rounded once, for its department; letters so that the departments' make up the rounded whole.
docs/measures.md defines every term.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from sqlalchemy import Connection

from outbound.accounts import ALONE, BASELINE, BY_PRINT, kind_and_part
from outbound.accounts import Kind as Money_of
from outbound.facts import Kind, hand_overs
from outbound.letter import Channel, Mailbox
from outbound.postage import Tariffs
from outbound.reports.figures import Figure, Letters, Money, rounded, share
from outbound.reports.reading import Period
from outbound.reports.sharing import Shared, shared_envelopes
from outbound.reports.whatif_change import Change, can_move, is_freed
from outbound.reports.whatif_pricing import Pricing
from outbound.routing import Route
from outbound.tariff_row import Part

__all__ = ["Change", "Line", "PaperOnly", "TooManyPrinted", "WhatIf", "what_if"]

FAILED, RETURNED, HOUSEHOLDING = "failed", "returned", "householding"
SUMS = (*(f"{what}{part}" for what in ("", BASELINE, BY_PRINT) for part in Part), FAILED, RETURNED, HOUSEHOLDING)
"""What is summed of the money, as `Money` has it."""

Sums = dict[str, int]
"""Letters by channel and øre by what they are (`SUMS`)."""

Counted = Sequence[tuple[date, Kind, int]]


class TooManyPrinted(Exception):
    """Householding reads each printed letter, and the period has more of them than may be read."""

    def __init__(self, letters: int) -> None:
        super().__init__(f"The period has {letters} printed letters.")
        self.letters = letters


@dataclass(frozen=True, slots=True)
class Line:
    """One department, or all: as it was, and as it would have been. `digital`: how many letters would exactly have been
    digital; those of `other` are whole."""

    key: str
    real: Figure
    other: Figure
    digital: Fraction

    @property
    def digital_share(self) -> Fraction | None:
        """Digital andel, as it would have been. None without letters."""
        return share(self.digital, self.other.letters.through_router)


@dataclass(frozen=True, slots=True)
class PaperOnly:
    """Letters of a type for paper only, and how many of them were to recipients whose look-up said enrolled."""

    letters: int = 0
    enrolled: int = 0


@dataclass(slots=True)
class WhatIf:
    """The answer: a line for each department, all of them together, and what must be said with it (Danish).

    `paper_only` has the letters of each type that went on paper because the type is for paper only.
    """

    period: Period
    lines: tuple[Line, ...]
    total: Line
    notes: list[str] = field(default_factory=list)
    paper_only: Mapping[str, PaperOnly] = field(default_factory=dict)


@dataclass(slots=True)
class _Found:
    """Sums of one department: as it was; as it would be for whoever stays; and twice over for whoever may be moved."""

    real: Sums = field(default_factory=lambda: defaultdict(int))
    other: Sums = field(default_factory=lambda: defaultdict(int))
    stays: Sums = field(default_factory=lambda: defaultdict(int))
    moves: Sums = field(default_factory=lambda: defaultdict(int))


def what_if(
    tx: Connection,
    period: Period,
    change: Change,
    tariffs: Tariffs,
    departments: frozenset[str] | None = None,
    most_printed: int | None = None,
) -> WhatIf:
    """The period as it was and as it would have been. `tariffs` price the letters that go another way.

    `departments`: lines and notes of these alone; what moves is the same part of all. Raises TooManyPrinted where
    householding would have to read more than `most_printed` letters.
    """
    pricing = Pricing(change, change.tariffs or tariffs)
    counted = _counted(tx, period, pricing.tariffs)
    pricing.mailbox = _supplier(counted, Channel.DIGITAL, "digital-post")
    pricing.printer = _supplier(counted, Channel.PRINT, "")
    part = _part_moved(counted, change)
    mine = [one for one in counted if departments is None or one[1].department in departments]
    found: dict[str, _Found] = defaultdict(_Found)
    for day, kind, many in mine:
        _add(found[kind.department], kind, many, pricing, kind.priced_on or day)
    shared = Shared()
    if change.householding:
        _check_printed(mine, most_printed)
        shared = shared_envelopes(tx, period, pricing.tariffs, change.household_letters, change.postage, departments)
    lines = tuple(_lines(found, min(part, Fraction(1)), shared))
    exactly = sum((line.digital for line in lines), Fraction(0))
    total = Line("", _sum(line.real for line in lines), _sum(line.other for line in lines), exactly)
    notes = [*_notes(change, part, pricing, mine, shared)]
    return WhatIf(period, lines, total, notes, _paper_only(mine))


def _counted(tx: Connection, period: Period, tariffs: Tariffs) -> Counted:
    """The hand-overs of the period: a day whose tariffs are theirs, what they were, and how many."""
    spans = [*_spans(period, tariffs)]
    parsed = cache(Kind.of)
    return [
        (span[0], parsed(body), many)
        for span, kinds in zip(spans, hand_overs(tx, spans), strict=True)
        for body, many in kinds.items()
    ]


def _check_printed(counted: Counted, most: int | None) -> None:
    printed = sum(many for _, kind, many in counted if kind.channel is Channel.PRINT)
    if most is not None and printed > most:
        raise TooManyPrinted(printed)


def _paper_only(counted: Counted) -> dict[str, PaperOnly]:
    letters: dict[str, int] = defaultdict(int)
    enrolled: dict[str, int] = defaultdict(int)
    for _, kind, many in counted:
        if kind.route == Route.PAPER_ONLY.code and not kind.again:
            letters[kind.letter_type] += many
            enrolled[kind.letter_type] += many if kind.mailbox == Mailbox.ENROLLED else 0
    return {name: PaperOnly(many, enrolled[name]) for name, many in sorted(letters.items()) if many > 0}


def _add(found: _Found, kind: Kind, many: int, pricing: Pricing, day: date) -> None:
    """Count these letters where they belong."""
    _count(found.real, kind, many, kind.prices, kind.channel)
    freed = is_freed(kind, pricing.change)
    if freed and kind.mailbox == Mailbox.ENROLLED:
        _count(found.other, kind, many, *pricing.moved(kind, day, many))
    elif pricing.change.enrolled and can_move(kind, freed):
        _count(found.stays, kind, many, pricing.stays(kind, day, many), kind.channel)
        _count(found.moves, kind, many, *pricing.moved(kind, day, many))
    else:
        _count(found.other, kind, many, pricing.stays(kind, day, many), kind.channel)


def _count(into: Sums, kind: Kind, many: int, prices: Mapping[str, int], channel: Channel) -> None:
    into[channel] += 0 if kind.again else many
    for measure, name, sign in _summed(tuple(prices), channel is Channel.PRINT):
        into[name] += sign * prices[measure] * many


@cache
def _summed(measures: tuple[str, ...], printed: bool) -> tuple[tuple[str, str, int], ...]:
    """Of each measure the sums that its amount goes into, and with which sign."""
    shared = any(name.startswith(ALONE) for name in measures)
    return tuple((measure, *sum_) for measure in measures for sum_ in _sums_of(measure, printed, shared))


def _sums_of(measure: str, printed: bool, shared: bool) -> tuple[tuple[str, int], ...]:
    """As in `reports.reading`."""
    what, part = kind_and_part(measure) or (None, None)
    if what is Money_of.ALONE:
        return ((HOUSEHOLDING, 1),)
    if what in (Money_of.BASELINE, Money_of.BY_PRINT):
        return ((measure, 1),)
    if what not in _COSTS:
        return ()
    names = [str(part), *_COSTS[what], *([f"{BY_PRINT}{part}"] if printed else [])]
    saved = ((HOUSEHOLDING, -1),) if shared and what is Money_of.COST else ()
    return (*((name, 1) for name in names), *saved)


_COSTS = {Money_of.COST: (), Money_of.FAILED: (FAILED,), Money_of.RETURNED: (RETURNED,)}
"""What is of the cost, and the line that it has of its own beside."""


def _part_moved(counted: Counted, change: Change) -> Fraction:
    """Which part of the letters that can be moved is moved; above 1 where there are too few of them."""
    looked_up = movable = 0
    for _, kind, many in counted:
        if kind.mailbox and not kind.again:
            looked_up += many
            movable += many if can_move(kind, is_freed(kind, change)) else 0
    return Fraction(change.enrolled) * looked_up / 100 / movable if movable > 0 else Fraction(0)


def _supplier(counted: Counted, channel: Channel, otherwise: str) -> str:
    """The supplier that most letters of this channel went to."""
    by: dict[str, int] = defaultdict(int)
    for _, kind, many in counted:
        if kind.channel is channel:
            by[kind.provider] += many
    return max(sorted(by), key=lambda name: by[name], default=otherwise)


def _lines(found: Mapping[str, _Found], part: Fraction, shared: Shared) -> Iterator[Line]:
    """Of each department. Parts of letters are carried on to the next one: rounded by themselves, a letter in many
    departments of half a letter each would be many letters."""
    exactly, told = Fraction(0), 0
    for key, one in sorted(found.items()):
        other = {name: rounded(_exactly(one, name, part) + shared.change(key, name)) for name in SUMS}
        mine = _exactly(one, Channel.DIGITAL, part)
        exactly += mine
        digital = rounded(exactly) - told
        told += digital
        letters = one.real[Channel.DIGITAL] + one.real[Channel.PRINT]
        channels: Sums = {Channel.DIGITAL: digital, Channel.PRINT: letters - digital}
        yield Line(key, _figure(one.real), _figure({**other, **channels}), mine)


def _exactly(found: _Found, name: str, part: Fraction) -> Fraction:
    return found.other[name] + part * found.moves[name] + (1 - part) * found.stays[name]


def _figure(sums: Mapping[str, int]) -> Figure:
    letters = Letters(sums[Channel.DIGITAL], sums[Channel.PRINT])
    cost, office, printed = (
        {part: amount for part in Part if (amount := sums[f"{what}{part}"])} for what in ("", BASELINE, BY_PRINT)
    )
    own = {name: sums[name] for name in (FAILED, RETURNED, HOUSEHOLDING)}
    return Figure(letters, Money(cost, office, by_print=printed, **own))


def _sum(figures: Iterable[Figure]) -> Figure:
    return sum(figures, Figure())


def _spans(period: Period, tariffs: Tariffs) -> Iterator[tuple[date, date]]:
    """The period in parts within which no price changes."""
    begins = {row.valid_from for rows in tariffs.products.values() for row in rows}
    ends = {row.valid_to + timedelta(days=1) for rows in tariffs.products.values() for row in rows if row.valid_to}
    cuts = sorted(day for day in begins | ends if period.first < day <= period.last)
    for first, following in zip([period.first, *cuts], [*cuts, period.last + timedelta(days=1)], strict=True):
        yield first, following - timedelta(days=1)


def _notes(change: Change, part: Fraction, pricing: Pricing, counted: Counted, shared: Shared) -> Iterator[str]:
    if change.enrolled and part > 1:
        yield "Så mange flere kan ikke tilmeldes: alle breve til modtagere, der kunne få en postkasse, er flyttet."
    if change.enrolled and not part:
        yield "Ingen breve gik på papir, fordi modtageren manglede en postkasse; tilmeldingen ændrer intet."
    if pricing.unpriced:
        yield f"{pricing.unpriced} breve har ingen pris i taksterne på den anden vej og er regnet som i virkeligheden."
    unknown = sum(many for _, kind, many in counted if is_freed(kind, change) and not kind.mailbox)
    kinds = {kind.letter_type for _, kind, _ in counted if kind.route == Route.PAPER_ONLY.code}
    for name in sorted(change.digital_types - kinds):
        yield f"Ingen breve af typen {name} gik på papir, fordi typen kun sendes på papir."
    if unknown:
        yield f"{unknown} breve af de valgte typer er ikke slået op i Digital Post og bliver på papir."
    if change.householding is False and not any(f"{ALONE}porto" in kind.prices for _, kind, _ in counted):
        yield "Ingen breve i perioden delte kuvert; samkuvertering fra ændrer intet."
    yield from shared.notes
