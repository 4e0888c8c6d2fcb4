"""Hand-overs folded by all that their price depends on: person-free, made of the entries alone, rebuilt at will.

A year of a million letters is some ten million entries; the same year is some ten thousand *kinds* of hand-over, each
with a number of letters for each day. The timer folds what has been booked or corrected since; whoever reads takes the
fold and the entries after it, so that the fold is never too old, only sometimes too short.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Executable, and_, bindparam, case, delete, func, insert, select, true
from sqlalchemy.exc import OperationalError

from outbound.accounts import BASELINE, BOOKED, CORRECTED, FAILED, LETTER, RETURNED
from outbound.facts.cursor import committed, folded_upto, go_on, insert_into, portions
from outbound.ledger import Ledger, deferred
from outbound.ledger import tables as t
from outbound.letter import Channel, Mailbox
from outbound.routing import Route
from outbound.shares import Share
from outbound.tariff_row import Part

AT_ONCE = 4_000  # letters
EVERY = timedelta(minutes=10)
NAME = "hand-over"
PORTO = str(Part.PORTO)
OFFICE_PORTO = f"{BASELINE}{Part.PORTO}"
TELLING = (PORTO, OFFICE_PORTO)
"""The measures whose inputs say what a letter was like."""

APART = tuple(f"{what}{part}" for what in (FAILED, RETURNED) for part in (Part.PORTO, Part.MATERIALS))
"""What is entered by itself, after a hand-over: it costs, and counts no letter."""

EXACT_BYTES = 1_048_576
"""Up to here a letter's size counts by the KB begun, which is how it is charged; above it, by the byte."""

Days = Counter[tuple[date, str]]
"""Letters handed over, less those taken back, by day and kind (its canonical JSON)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a hand-over was, as far as a price could depend on it. `prices` is what was booked, in øre by measure.

    `mailbox` is what the look-up said of the recipient, empty where nobody was looked up or it is not known.
    `again`: it costs and does not count, as a letter sent again by a person. `size` in bytes. `priced_on` is the day of
    the hand-over that is taken back, by whose tariff it goes; None for a hand-over itself. `share` is the letter's of
    the envelope that it went in with others.
    """

    department: str
    letter_type: str
    channel: Channel
    provider: str
    route: str
    mailbox: str
    again: bool
    sheets: int
    letter_class: str
    region: str
    size: int
    prices: Mapping[str, int]
    priced_on: date | None
    share: Share | None = None

    @classmethod
    def of(cls, body: str) -> "Kind":
        """The kind of a canonical JSON."""
        found = json.loads(body)
        on, share = found.pop("priced_on", None), found.pop("share", None)
        own = {"channel": Channel(found["channel"]), "priced_on": date.fromisoformat(on) if on else None}
        return cls(**found | own | {"share": Share.kept_in(share) if share else None})


def fold(ledger: Ledger, most: int = AT_ONCE) -> int:
    """Fold up to `most` of the letters booked or corrected since the last time; how many there were."""
    try:
        with ledger.writing() as tx:
            upto = committed(tx, NAME, EVERY)
    except OperationalError:  # somebody writes for long; the fold stays as short as it is
        return 0
    with ledger.reading() as tx:
        after = folded_upto(tx, NAME)
        days, last, letters = _gathered(tx, after, upto, most)
    if last > after:
        with ledger.writing() as tx:
            if go_on(tx, NAME, after, last):
                _add(tx, days)
    return letters


def unfold(tx: Connection) -> None:
    """Forget the fold, so that it is made again from the entries."""
    for table in (t.hand_over, t.hand_over_kind):
        tx.execute(delete(table))
    tx.execute(delete(t.fold).where(t.fold.c.name == NAME))


def hand_overs(tx: Connection, spans: Sequence[tuple[date, date]]) -> list[dict[str, int]]:
    """For each span of days the letters of each kind: the fold, and whatever was entered since."""
    deferred.flush(tx)
    found = [_of_span(tx, first, last) for first, last in spans]
    after = folded_upto(tx, NAME)
    while True:
        days, last, letters = _gathered(tx, after, None, AT_ONCE)
        for (day, body), many in days.items():
            for span, counted in zip(spans, found, strict=True):
                if span[0] <= day <= span[1]:
                    counted[body] = counted.get(body, 0) + many
        if letters < AT_ONCE:
            return found
        after = last


def _of_span(tx: Connection, first: date, last: date) -> dict[str, int]:
    h, k = t.hand_over.c, t.hand_over_kind.c
    many = (
        select(h.kind_id, func.sum(h.letters).label("letters"))
        .where(h.day >= first, h.day <= last)
        .group_by(h.kind_id)
        .subquery()
    )
    wanted = select(k.body, many.c.letters).join(many, many.c.kind_id == k.id)
    return {row.body: int(row.letters) for row in tx.execute(wanted)}


def _gathered(tx: Connection, after: int, upto: int | None, most: int) -> tuple[Days, int, int]:
    """The next letters counted in the entries: by day and kind, the last entry among them, and how many there were."""
    counted = tx.execute(_counted(upto is not None), {"after": after, "upto": upto, "most": most}).all()
    if not counted:
        return Counter(), max(after, upto or after), 0
    last = counted[-1].id
    entered = _entered(tx, after, last)
    days: Days = Counter()
    for row in counted:
        sign = 1 if row.stage == BOOKED else -1
        days[row.day, _body(row, sign, entered[row.id]) if row.measure == LETTER else _apart(row, sign)] += sign
    return days, last if len(counted) == most else max(last, upto or last), len(counted)


@cache
def _counted(bounded: bool) -> Executable:
    e, one, d, first = t.entry.c, t.letter.c, t.dispatch.c, t.entry.alias("first").c
    mine = (first.letter_id == e.letter_id, first.dispatch_id == e.dispatch_id, first.id < e.id)
    before = select(func.max(first.day)).where(*mine, first.stage == BOOKED, first.measure == LETTER).scalar_subquery()
    wanted = (
        select(
            case((e.stage == CORRECTED, before)).label("priced_on"),
            e.id, e.stage, e.measure, e.amount, e.day, e.inputs,
            one.department, one.letter_type, one.follows.is_not(None).label("again"), one.bytes, d.provider, d.channel,
        )
        .select_from(t.entry.join(t.letter, one.id == e.letter_id).join(t.dispatch, d.id == e.dispatch_id))
        .where(e.id > bindparam("after"), e.measure.in_((LETTER, *APART)), e.stage.in_((BOOKED, CORRECTED)))
        .order_by(e.id)
        .limit(bindparam("most"))
    )  # fmt: skip
    return wanted.where(e.id <= bindparam("upto")) if bounded else wanted


Entered = list[tuple[str, int, str | None]]
"""What was entered with a letter: measure, øre, and the inputs where they say what the letter was like."""


def _entered(tx: Connection, after: int, last: int) -> dict[int, Entered]:
    """By the counting entry, all that was entered with it, itself included: one act writes it at one moment."""
    found: dict[int, Entered] = defaultdict(list)
    for number, measure, amount, inputs in tx.execute(_with_each(tx.dialect.name), {"after": after, "last": last}):
        found[number].append((measure, amount, inputs))
    return found


@cache
def _with_each(dialect: str) -> Executable:
    counted = t.entry.alias("counted")
    e, c = t.entry.c, counted.c
    mine = and_(e.letter_id == c.letter_id, e.dispatch_id == c.dispatch_id, e.stage == c.stage, e.at == c.at)
    mine = and_(mine, e.measure.not_in(APART))
    each: Any = select(e.id, e.measure, e.amount, case((e.measure.in_(TELLING), e.inputs)).label("telling"))
    if dialect == "postgresql":  # letter by letter, by the index: it would rather read all entries and hash them
        each = each.where(mine).correlate(counted).offset(0).lateral("each")
        wanted = select(c.id, each.c.measure, each.c.amount, each.c.telling).select_from(counted.join(each, true()))
        order = (c.id, each.c.measure, each.c.id)
    else:
        wanted = select(c.id, *list(each.selected_columns)[1:]).select_from(counted.join(t.entry, mine))
        order = (c.id, e.measure, e.id)
    return wanted.where(c.id > bindparam("after"), c.id <= bindparam("last"), c.measure == LETTER).order_by(*order)


def _apart(row: Any, sign: int) -> str:
    """The kind of what was entered by itself: nothing but what it costs, whatever becomes of prices."""
    about = (row.department, row.letter_type, row.channel, row.provider, True, None, 0)
    return _canonical(about, '{"route":""}', "{}", "{}", ((row.measure, sign * row.amount),))


def _body(row: Any, sign: int, entered: Entered) -> str:
    """The kind of one hand-over. What was entered twice at one moment is shared between the two."""
    inputs = {measure: said for measure, _, said in entered if said}
    prices: Counter[str] = Counter()
    for measure, amount, _ in entered:
        prices[measure] += sign * amount
    times = sum(measure == LETTER for measure, _, _ in entered)
    del prices[LETTER]
    return _canonical(
        (row.department, row.letter_type, row.channel, row.provider, bool(row.again), row.priced_on, row.bytes or 0),
        row.inputs,
        inputs.get(PORTO, "{}"),
        inputs.get(OFFICE_PORTO, "{}"),
        tuple((measure, amount // times) for measure, amount in prices.items()),
    )


@lru_cache(50_000)
def _canonical(about: tuple[Any, ...], way: str, porto: str, office: str, prices: tuple[tuple[str, int], ...]) -> str:
    department, letter_type, channel, provider, again, priced_on, size = about
    went, paid, other = _parsed(way), _parsed(porto), _parsed(office)
    size = int(paid.get("bytes", size))
    kind = {
        "department": department,
        "letter_type": letter_type,
        "channel": channel,
        "provider": provider,
        "route": went["route"],
        "mailbox": went.get("mailbox") or _mailbox(went["route"]),
        "again": again,
        "sheets": int(other.get("sheets_of_letter") or paid.get("sheets", 1)),  # the latter: of the whole envelope
        "letter_class": paid.get("letter_class") or other.get("letter_class", ""),  # of a digital letter: the latter
        "region": paid.get("region", "home"),
        "size": -(-size // 1024) * 1024 if size <= EXACT_BYTES else size,
        "prices": dict(prices),
        "priced_on": priced_on.isoformat() if priced_on else None,
    }
    if share := Share.kept_in(paid):
        kind["share"] = share.inputs
    return json.dumps(kind, sort_keys=True, separators=(",", ":"))


@lru_cache(10_000)
def _parsed(inputs: str) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(inputs)
    return found


def _mailbox(route: str) -> str:
    """What the look-up must have said for this route to be chosen, for entries that do not say it themselves."""
    return _SAID.get(route, "")


_SAID: Mapping[str, str] = {
    Route.ENROLLED.code: Mailbox.ENROLLED,
    Route.DIGITAL_DEMANDED.code: Mailbox.ENROLLED,
    Route.EXEMPT.code: Mailbox.EXEMPT,
    Route.LEFT_THE_COUNTRY.code: Mailbox.LEFT_THE_COUNTRY,
    Route.NOT_YET_ACTIVE.code: Mailbox.NOT_YET_ACTIVE,
    Route.UNDER_15.code: Mailbox.UNDER_15,
    Route.NOT_ENROLLED.code: Mailbox.NOT_ENROLLED,
}


def _add(tx: Connection, days: Days) -> None:
    kinds = _numbers(tx, sorted({body for _, body in days}))
    rows = [{"day": day, "kind_id": kinds[body], "letters": many} for (day, body), many in sorted(days.items()) if many]
    if rows:
        new = insert_into(t.hand_over, tx)
        h = t.hand_over.c
        more = new.on_conflict_do_update(
            index_elements=[h.day, h.kind_id], set_={"letters": h.letters + new.excluded.letters}
        )
        tx.execute(more, rows)


def _numbers(tx: Connection, bodies: Sequence[str]) -> dict[str, int]:
    """The number of each kind, given where it is new."""
    hashes = {hashlib.sha256(body.encode()).hexdigest(): body for body in bodies}
    known = _known(tx, list(hashes))
    new = [{"hash": key, "body": body} for key, body in hashes.items() if key not in known]
    if new:
        tx.execute(insert(t.hand_over_kind), new)
        known |= _known(tx, [row["hash"] for row in new])
    return {hashes[key]: number for key, number in known.items()}


def _known(tx: Connection, hashes: Sequence[str]) -> dict[str, int]:
    k = t.hand_over_kind.c
    found: dict[str, int] = {}
    for some in portions(hashes):
        found |= {row.hash: row.id for row in tx.execute(select(k.hash, k.id).where(k.hash.in_(some)))}
    return found
