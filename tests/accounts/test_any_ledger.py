"""Any letters, tariffs, refusals, receipts, invoices and months: the audit finds nothing, and closed months stay."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, update

from outbound import accounts, clock
from outbound.accounts import closing, invoices
from outbound.accounts.invoice_lines import InvoiceLine
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import sending
from outbound.ledger import tables as t
from outbound.ledger.letters import locked
from outbound.letter import Channel
from outbound.life import LIVE, Outcome
from outbound.postage import Tariffs, by_product
from outbound.reports import By, Period, figures, total
from outbound.reports.monthly import MonthReport, close_month, month_report
from outbound.tariff_row import NoPrice, Part, TariffRow
from tests.audited import differences
from tests.house import CrashingLedger, MovingClock, open_house
from tests.outside import World

BEGIN = date(2026, 1, 1)
DEPARTMENTS = ("borgerservice", "boern-og-skole", "nedlagt")
EVER = Period(date(2025, 1, 1), date(2030, 1, 1))


@pytest.fixture(scope="module")
def opened(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Opened"]:
    """One house on SQLite for all examples; each begins with an empty ledger."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "ledger.db").write_bytes(migrated_sqlite.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        moving = MovingClock(folder / "clock")
        patch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
        house = open_house(f"sqlite:///{folder / 'ledger.db'}", folder, World())
        event.listen(house.ledger.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        yield Opened(house, moving)
        house.ledger.close()


class Opened:
    """The house and its clock; without their words, which Hypothesis would write out."""

    def __init__(self, house: House, moving: MovingClock) -> None:
        self.house, self.moving = house, moving


def repriced(tariffs: Tariffs, changes: list[tuple[int, int, bool, bool]]) -> Tariffs:
    """From certain days on every price is another, with VAT or without, and failed tries cost or not."""
    made: list[TariffRow] = []
    for dated in tariffs.products.values():
        row = replace(dated[-1], valid_from=date(2020, 1, 1), valid_to=None)
        for day, more, vat, charged in sorted(changes):
            first = BEGIN + timedelta(days=day)
            made.append(replace(row, valid_to=first - timedelta(days=1)))
            may = charged and row.channel in ("digital", "print")
            steps = tuple(replace(step, amount=step.amount + more) for step in row.weight_steps)
            new = replace(row, valid_from=first, per_letter=row.per_letter + more, vat_included=vat, weight_steps=steps)
            row = replace(new, charged_if_refused=may)
        made.append(row)
    returned = TariffRow("r", Part.PORTO, "returned", "print", date(2020, 1, 1), False, "example: x", per_letter=425)
    return replace(tariffs, products=by_product((*made, returned)))


@dataclass
class Office:
    """Letters without their delivery: rows as it leaves them, and the accounts' own verbs."""

    house: House
    tariffs: Tariffs
    sent: list[tuple[UUID, UUID]] = field(default_factory=list)  # letter, dispatch
    closed: list[MonthReport] = field(default_factory=list)
    invoices: int = 0

    def hand_over(self, digital: bool, sheets: int, size: int, department: str, again: bool) -> None:
        letter, at = uuid4(), clock.now()
        channel, provider = ("digital", "digital-post") if digital else ("print", "print")
        submission, consignment, dispatch = uuid4(), uuid4(), uuid4()
        follows = self.sent[0][0] if again and self.sent else None
        with self.house.ledger.writing() as tx:
            tx.execute(insert(t.submission).values(
                id=submission, system="jobcenter", reference=str(letter), fingerprints="{}", created_at=at
            ))  # fmt: skip
            plain: dict[str, Any] = dict.fromkeys(("case_number", "refused"), "")
            plain |= {"role": "party", "system": "jobcenter", "reference": "r", "lane": "single", "ready_made": False}
            plain |= {"status": "SENT", "version": 1, "deaths": 0, "tries": 0, "created_at": at, "updated_at": at}
            plain |= {
                "recipient_no": 0,
                "country": "DK",
                "retention_month": "2030-01",
                "wish": "any",
                "letter_type": "x",
            }
            tx.execute(insert(t.letter).values(
                plain | {"id": letter, "submission_id": submission, "department": department, "sheets": sheets,
                         "bytes": size, "follows": follows, "route": "enrolled"}
            ))  # fmt: skip
            head = {"channel": channel, "provider": provider}
            tx.execute(insert(t.consignment).values(
                head | {"id": consignment, "lane": "single", "letters": 1, "closed_at": at, "tries": 0}
            ))  # fmt: skip
            tx.execute(insert(t.dispatch).values(
                head | {"id": dispatch, "letter_id": letter, "consignment_id": consignment, "kind": "letter",
                        "outcome": "open", "created_at": at}
            ))  # fmt: skip
            one, found = locked(tx, letter), sending.dispatch(tx, dispatch)
            way = accounts.sending_of(one, Channel(channel), provider, "economy")
            with suppress(NoPrice):
                accounts.estimate(tx, self.tariffs, one, way, "print")
            tx.execute(update(t.dispatch).where(t.dispatch.c.id == dispatch).values(outcome="taken", taken_at=at))
            accounts.book(tx, self.tariffs, one, found, "economy", at, "print")
        self.sent.append((letter, dispatch))

    def refuse(self, which: int, unworked: bool) -> None:
        if not self.sent:
            return
        letter, dispatch = self.sent[which % len(self.sent)]
        with self.house.ledger.writing() as tx:
            if sending.settle_dispatch(tx, dispatch, Outcome.REFUSED, LIVE):
                if unworked:
                    accounts.take_back(tx, letter, dispatch)
                else:
                    accounts.correct(tx, locked(tx, letter), sending.dispatch(tx, dispatch))

    def contradict(self, which: int) -> None:
        """What had been refused was taken after all."""
        if not self.sent:
            return
        (letter, dispatch), at = self.sent[which % len(self.sent)], clock.now()
        with self.house.ledger.writing() as tx:
            found = sending.dispatch(tx, dispatch)
            if sending.settle_dispatch(tx, dispatch, Outcome.TAKEN, frozenset(Outcome) - LIVE, taken_at=at):
                accounts.book(tx, self.tariffs, locked(tx, letter), found, "economy", at, "print")

    def tell(self, which: int, amount: int, returned: bool) -> None:
        """A receipt: it came back, or what it cost."""
        if not self.sent:
            return
        letter, dispatch = self.sent[which % len(self.sent)]
        with self.house.ledger.writing() as tx:
            one, found = locked(tx, letter), sending.dispatch(tx, dispatch)
            if not returned:
                accounts.charged(tx, one, found, amount)
            elif found.outcome is Outcome.TAKEN and found.channel is Channel.PRINT:
                accounts.came_back(tx, self.tariffs, one, found)

    def invoice(self, amount: int) -> None:
        self.invoices += 1
        jobs = [str(dispatch) for _, dispatch in self.sent] + ["gebyr"]
        lines = tuple(InvoiceLine(n, job, amount - 9 * n, amount < 9 * n) for n, job in enumerate(jobs, 1))
        one = invoices.Invoice("print", f"F-{self.invoices}", clock.today().replace(day=1), str(self.invoices), lines)
        with self.house.ledger.writing() as tx:
            invoices.keep(tx, one, "regnskab")

    def close(self) -> None:
        """The next month that can be closed, where one can."""
        with self.house.ledger.reading() as tx:
            known = closing.closed(tx)
            first = closing._first_of(tx)
        month = closing.after(known[-1].month) if known else first
        if month and closing.after(month) <= clock.today():
            self.closed.append(close_month(self.house.ledger, self.house.organisation, month, "regnskab"))


NUMBER = st.integers(0, 50)
ACTS = st.one_of(
    st.tuples(
        st.just("hand_over"), st.booleans(), st.integers(1, 60), st.integers(0, 200_000), st.sampled_from(DEPARTMENTS),
        st.booleans(),
    ),
    st.tuples(st.just("refuse"), NUMBER, st.booleans()),
    st.tuples(st.just("contradict"), NUMBER),
    st.tuples(st.just("tell"), NUMBER, st.integers(1, 9999), st.booleans()),
    st.tuples(st.just("invoice"), st.integers(0, 9999)),
    st.tuples(st.just("pass"), st.integers(1, 45)),
    st.tuples(st.just("close")),
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.integers(5, 300), st.integers(0, 3000), st.booleans(), st.booleans()),
    max_size=3,
    unique_by=lambda change: change[0],
)


@settings(
    deadline=None, max_examples=20, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck)
)
@given(acts=st.lists(ACTS, min_size=5, max_size=30), changes=CHANGES)
def test_whatever_happens_the_books_are_right_and_closed_months_stay(
    opened: "Opened", acts: list[tuple[Any, ...]], changes: list[tuple[int, int, bool, bool]]
) -> None:
    house, moving = opened.house, opened.moving
    assert isinstance(house.ledger, CrashingLedger)
    house.ledger.wipe()
    moving.to(datetime(2026, 1, 5, 10, tzinfo=COPENHAGEN))
    office = Office(house, repriced(house.tariffs, changes))
    for name, *what in acts:
        if name == "pass":
            moving.pass_(days=what[0])
        else:
            getattr(office, name)(*what)
    moving.pass_(days=40)
    office.close()
    assert differences(house.ledger) == []
    with house.ledger.reading() as tx:
        for made in office.closed:
            assert month_report(tx, house.organisation, made.month) == made
        whole = total(tx, EVER)
        for by in By:
            assert sum((one for one in figures(tx, EVER, by).values()), start=type(whole)()) == whole
    money = whole.money
    assert money.certain == money.certain_digitally + money.certain_by_print
    assert money.failed + money.returned <= sum(money.cost.values())
