"""The audit's workbook, computed by another program than ours: it comes to what the ledger has."""

import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from outbound.accounts import BOOKED, CORRECTED
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.reports import Period, formulas, workbook
from outbound.reports.proof import EVER
from outbound.tariff_row import EnvelopePrice, Part, Step, TariffRow, recompute
from tests.accounts.policy import CHARGED, PRESENT, with_tariffs
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.outside import World
from tests.people import person
from tests.reports.conftest import the_autumn
from tests.reports.spreadsheet import Formula, NotAvailable, Sheets
from tests.tampering import unguarded


def exported(house: House, folder: Path, period: Period = EVER) -> Sheets:
    with house.ledger.reading() as tx:
        workbook.export(tx, folder / "poster.xlsx", period)
    return Sheets(folder / "poster.xlsx")


def column(name: str) -> str:
    return formulas.letters(workbook.PLACE[name])


def lines_of(book: Sheets, sheet: str = "Poster 1") -> range:
    return range(2, max(row for _, row in book.cells[sheet]) + 1)


def sums_of(book: Sheets) -> dict[str, tuple[int, int, int, int]]:
    """By measure: letters, the ledger's øre, those computed, the difference."""
    rows = range(4, max(row for _, row in book.cells["Oversigt"]) + 1)
    found = {}
    for row in rows:
        if not (measure := book.value("Oversigt", "A", row)):
            break
        found[measure] = tuple(int(book.value("Oversigt", letter, row)) for letter in "BCDE")
    return found  # type: ignore[return-value]


def test_every_amount_and_sum_comes_again(
    house: House, world: World, moving_clock: MovingClock, tmp_path: Path
) -> None:
    house = with_tariffs(house, tmp_path, (PRESENT, CHARGED.replace("per_letter", "per_mb = 85\nper_letter")))
    the_autumn(house, world, moving_clock)
    book = exported(house, tmp_path)
    e = t.entry.c
    with house.ledger.reading() as tx:
        rows = tx.execute(select(t.entry).where(e.stage.in_((BOOKED, CORRECTED))).order_by(e.id)).all()
    assert [int(book.value("Poster 1", "A", line)) for line in lines_of(book)] == [row.id for row in rows]
    for line, row in zip(lines_of(book), rows, strict=True):
        assert book.value("Poster 1", column("again"), line) == row.amount, (row.stage, row.measure, row.inputs)
        assert book.value("Poster 1", column("difference"), line) == 0
    ledger = Counter[str]()
    for row in rows:
        ledger[row.measure] += row.amount
    sums = sums_of(book)
    assert {measure: again for measure, (_, _, again, _) in sums.items()} == dict(ledger)
    assert sums["letter"] == (6, 0, 0, 0)
    assert any(row.measure == "failed-porto" for row in rows)


def test_the_departments_make_up_the_whole(
    house: House, world: World, moving_clock: MovingClock, tmp_path: Path
) -> None:
    the_autumn(house, world, moving_clock)
    book = exported(house, tmp_path)
    whole = sums_of(book)
    parts = Counter[str]()
    for row in range(len(whole) + 6, max(row for _, row in book.cells["Oversigt"]) + 1):
        parts[book.value("Oversigt", "B", row)] += int(book.value("Oversigt", "E", row))
    assert dict(parts) == {measure: again for measure, (_, _, again, _) in whole.items()}


def test_an_amount_that_was_altered_shows_as_a_difference(house: House, tmp_path: Path) -> None:
    hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    with house.ledger.writing() as tx, unguarded(tx):
        altered = update(t.entry).where(t.entry.c.measure == "office-porto", t.entry.c.stage == BOOKED)
        tx.execute(altered.values(amount=t.entry.c.amount + 7))
    assert sums_of(exported(house, tmp_path))["office-porto"][3] == 7


def test_a_tariff_that_was_altered_or_an_input_not_known_is_no_amount(house: House, tmp_path: Path) -> None:
    hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.entry).where(t.entry.c.measure == "porto").values(inputs='{"bytes":1,"moon":"full"}'))
    with pytest.raises(NotAvailable):
        sums_of(exported(house, tmp_path))


def test_a_period_has_its_entries_alone(house: House, world: World, moving_clock: MovingClock, tmp_path: Path) -> None:
    the_autumn(house, world, moving_clock)
    sums = sums_of(exported(house, tmp_path, Period.month(2026, 12)))
    assert sums["letter"][0] == 0  # one taken back, one booked anew
    assert sums["materials"][2] == 67


def test_more_entries_than_a_sheet_holds_go_on_the_next(
    house: House, world: World, moving_clock: MovingClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS", 10)
    the_autumn(house, world, moving_clock)
    book = exported(house, tmp_path)
    assert len([name for name in book.cells if name.startswith("Poster")]) > 4
    assert len(lines_of(book)) == 10
    assert sums_of(book)["letter"][0] == 6


def test_an_empty_ledger_is_a_workbook_too(house: House, tmp_path: Path) -> None:
    assert sums_of(exported(house, tmp_path)) == {}


def test_what_looks_like_a_formula_is_text(house: House, tmp_path: Path) -> None:
    hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).values(department="=1+1"))
    exported(house, tmp_path)
    with zipfile.ZipFile(tmp_path / "poster.xlsx") as packed:
        sheets = [packed.read(name).decode() for name in packed.namelist() if "sheet" in name]
    assert any("<t>=1+1</t>" in sheet for sheet in sheets)
    assert not any("<f>1+1" in sheet for sheet in sheets)


AMOUNT = st.integers(0, 100_000)
STEPS = st.lists(st.tuples(st.integers(1, 2000), AMOUNT), max_size=4, unique_by=lambda step: step[0]).map(
    lambda steps: tuple(Step(limit, amount) for limit, amount in sorted(steps))
)


@settings(deadline=None, max_examples=150)
@given(
    row=st.builds(
        TariffRow,
        code=st.just("x"),
        part=st.sampled_from(Part),
        channel=st.just("print"),
        provider=st.just("print"),
        valid_from=st.dates(),
        vat_included=st.booleans(),
        source=st.just("=kilde"),
        per_letter=st.integers(0, 900),
        per_sheet=AMOUNT,
        per_envelope=st.sampled_from([(), (EnvelopePrice("C5", 55), EnvelopePrice("C4", 141))]),
        weight_steps=STEPS,
        per_mb=AMOUNT,
        size_most=STEPS.map(lambda steps: tuple(replace(step, amount=step.amount + 900) for step in steps)),
        seconds=AMOUNT,
        hourly=AMOUNT,
    ),
    sheets=st.integers(1, 60),
    envelope=st.sampled_from(["C5", "C4"]),
    size=st.integers(0, 3000),
)
def test_any_tariff_and_letter_come_to_the_same_in_the_workbook(
    row: TariffRow, sheets: int, envelope: str, size: int
) -> None:
    inputs: dict[str, int | str] = {
        "sheets": sheets,
        "envelope": envelope,
        "envelope_mg": 6500,
        "sheet_mg": 4990,
        "bytes": size,
    }
    book = Sheets.__new__(Sheets)
    cells = {(formulas.letters(formulas.COLUMNS[name]), 2): value for name, value in formulas.cells_of(row).items()}
    places = {name: formulas.letters(place) for place, name in enumerate(inputs)}
    here = {(places[name], 1): value for name, value in inputs.items()}
    book.cells = {formulas.SHEET: cells, "Her": here}
    book.value = lambda sheet, letter, line: book.cells[sheet].get((letter, line), "")  # type: ignore[assignment]
    text = formulas.formula(row, 2, {name: f"{letter}1" for name, letter in places.items()})
    try:
        expected = recompute(inputs, row)
    except Exception:
        with pytest.raises(NotAvailable):
            Formula(book, "Her", text).computed()
    else:
        assert Formula(book, "Her", text).computed() == expected


@settings(deadline=None, max_examples=150)
@given(amount=st.integers(0, 100_000), weights=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_the_shares_of_an_envelope_make_up_the_whole(amount: int, weights: list[int]) -> None:
    """Largest remainders: what is left after rounding down goes by an øre to those who lost most, ties by order."""
    whole = sum(weights)
    expected = [amount * weight // whole for weight in weights]
    losses = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at))
    for at in losses[: amount - sum(expected)]:
        expected[at] += 1
    book = Sheets.__new__(Sheets)
    book.cells = {"Her": {("A", 1): amount}}
    book.value = lambda sheet, letter, line: book.cells[sheet][letter, line]  # type: ignore[assignment]
    shares = [
        Formula(book, "Her", formulas.share("A1", weights, place + 1)).computed() for place in range(len(weights))
    ]
    assert shares == expected
    assert sum(shares) == amount
