"""Random letters, random tariff histories, random ends: the audit finds nothing, and parts make up their totals."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from outbound.accounts import audit
from outbound.ledger import tables as t
from outbound.letter import Blame, Mailbox, News
from outbound.life import Outcome
from outbound.postage import Envelope, Tariffs, by_product
from outbound.rendering import LetterTypes
from outbound.reports import By, Period, figures, total
from outbound.tariff_row import EnvelopePrice, Part, Step, TariffRow, recompute
from tests.delivery.walking import TUESDAY, Walk
from tests.house import NOTICE, submission
from tests.outside import World
from tests.people import person

FIRST = date(2026, 1, 1)
CHANGES = [TUESDAY.date() + timedelta(days=days) for days in range(1, 4)]
amounts = st.integers(1, 5_000)


@st.composite
def rows_of(draw: st.DrawFn, channel: Any, provider: str, part: Part) -> list[TariffRow]:
    """The history of one price: it may change on any of the days that letters leave on, with and without VAT."""
    begins = [FIRST, *sorted(draw(st.sets(st.sampled_from(CHANGES))))]
    ends: list[date | None] = [each - timedelta(days=1) for each in begins[1:]] + [None]
    return [
        TariffRow(
            f"{channel}-{provider}-{part}-{number}", part, channel, provider, begin, draw(st.booleans()), "test", end,
            **draw(PRICES[part]),
        )
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ]  # fmt: skip


steps = st.lists(amounts, min_size=4, max_size=4).map(
    lambda drawn: tuple(Step(at, amount) for at, amount in zip((20, 50, 100, 500), drawn, strict=True))
)
formats = st.tuples(amounts, amounts).map(lambda two: (EnvelopePrice("C5", two[0]), EnvelopePrice("C4", two[1])))
PRICES: dict[Part, st.SearchStrategy[dict[str, Any]]] = {
    Part.PORTO: st.fixed_dictionaries({"per_letter": st.integers(0, 99), "weight_steps": steps}),
    Part.MATERIALS: st.fixed_dictionaries({"per_sheet": st.integers(0, 99), "per_envelope": formats}),
    Part.HANDLING: st.just({"seconds": 210, "hourly": 28_286}),
}
ENVELOPES = tuple(
    Envelope(provider, *values, source="test")
    for provider in ("print", "office")
    for values in (("C5", 8, 6500), ("C4", 40, 16_000))
)


@st.composite
def histories(draw: st.DrawFn) -> Tariffs:
    found: list[TariffRow] = []
    for part in (Part.PORTO, Part.MATERIALS):
        found += draw(rows_of("print", "print", part))
    for part in Part:
        found += draw(rows_of("office", "office", part))
    return Tariffs(by_product(tuple(found)), ENVELOPES, 4990, frozenset({"DK"}))


letters = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 40), st.sampled_from(["economy", "quick"])), min_size=1, max_size=7
)
ends = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(sorted(set(News) & {"delivered", "returned", "refused", "try-again"})),
              st.sampled_from(Blame)),
    max_size=5,
)  # fmt: skip


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)  # the money is computed in Python
@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tariffs=histories(), days=st.lists(letters, min_size=1, max_size=3), receipts=ends, drops=st.booleans())
def test_whatever_is_sent_at_whatever_prices_every_krone_comes_again(
    walk: Walk, tariffs: Tariffs, days: list[list[tuple[int, int, str]]], receipts: list[Any], drops: bool
) -> None:
    walk.ledger.wipe()
    walk.clock.to(TUESDAY)
    world = World()
    world.enrolment.default = Mailbox.EXEMPT
    world.paper.plan = lambda _: "drop" if drops and world.paper.calls == 1 else "take"
    walk.world, walk.house = world, replace(walk.house, tariffs=tariffs, outside=world.outside())
    for number, some in enumerate(days):
        walk.clock.to(TUESDAY + timedelta(days=number))
        send(walk, some)
    for which, news, blame in receipts:
        if world.paper.takings:
            world.paper_receipts.send(world.paper.takings[which % len(world.paper.takings)].dispatch, news, "x", blame)
            walk.run()
    with walk.ledger.reading() as tx:
        assert list(audit(tx)) == []
    the_parts_make_up_the_total(walk)
    householded_costs_add_up_to_the_envelope(walk)


def send(walk: Walk, some: list[tuple[int, int, str]]) -> None:
    """Letters of so many sheets to so many people, all of one class, in the run of the day."""
    types = dict(walk.house.types.items())
    notice = replace(types[NOTICE], letter_class=some[0][2])
    walk.house = replace(walk.house, types=LetterTypes({**types, NOTICE: notice}))
    ids = walk.hand_in(*(submission(person("well", whose)) for whose, _, _ in some))
    for one, (_, sheets, _) in zip(ids, some, strict=True):
        walk.run_until_sending(one)
        with walk.ledger.writing() as tx:
            tx.execute(update(t.letter).where(t.letter.c.id == one).values(sheets=sheets))
    walk.run()


def the_parts_make_up_the_total(walk: Walk) -> None:
    period = Period(FIRST, date(2027, 12, 31))
    with walk.ledger.reading() as tx:
        whole = total(tx, period)
        for by in By:
            cut = figures(tx, period, by).values()
            assert sum(one.money.householding for one in cut) == whole.money.householding
            for part in Part:
                assert sum(one.money.cost.get(part, 0) for one in cut) == whole.money.cost.get(part, 0)


def householded_costs_add_up_to_the_envelope(walk: Walk) -> None:
    """By the entries and the tariff rows alone, in another way than the audit does it."""
    standing: dict[UUID, dict[str, Any]] = defaultdict(dict)
    with walk.ledger.reading() as tx:
        copies = {row.hash: TariffRow.from_canonical(row.body) for row in tx.execute(select(t.tariff_row))}
        for row in tx.execute(select(t.entry).where(t.entry.c.stage != "estimate").order_by(t.entry.c.id)):
            if row.stage == "corrected":
                standing.pop(row.dispatch_id, None)
            elif row.stage == "booked":
                standing[row.dispatch_id][row.measure] = row
        dispatches = tx.execute(select(t.dispatch).order_by(t.dispatch.c.letter_id)).all()
    envelopes: dict[UUID, list[Any]] = defaultdict(list)
    for one in dispatches:
        if one.outcome in (Outcome.OPEN, Outcome.DOUBT, Outcome.TAKEN):
            envelopes[one.envelope_of or one.id].append(one)
    for members in envelopes.values():
        booked = [standing[one.id] for one in members if one.outcome == Outcome.TAKEN]
        for measure in ("porto", "materials"):
            rows = [each[measure] for each in booked if measure in each]
            if len(rows) < len(members) or len({row.tariff_hash for row in rows}) > 1:
                continue
            inputs = json.loads(rows[0].inputs)
            whole = {name: inputs[name] for name in inputs if name not in ("weights", "place")}
            assert sum(row.amount for row in rows) == recompute(whole, copies[rows[0].tariff_hash])
