"""The tariff file: every fault is a sentence that names file and row, all of them together."""

from datetime import date
from pathlib import Path

import pytest

from outbound.settings import SettingsFault
from outbound.tariff_row import Part, TariffRow
from outbound.tariffs import load_tariffs

CONFIG = Path(__file__).parents[2] / "config"
SHIPPED = (CONFIG / "tariffs.toml").read_text(encoding="utf-8")
ECONOMY_2025 = 'code = "office-porto-2025"'


def faults_of(text: str, folder: Path) -> str:
    (folder / "tariffs.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsFault) as fault:
        load_tariffs(folder)
    return str(fault.value)


def changed(old: str, new: str) -> str:
    assert SHIPPED.count(old) == 1, old
    return SHIPPED.replace(old, new)


def test_the_shipped_tariffs_load_and_every_row_says_where_its_price_comes_from() -> None:
    tariffs = load_tariffs(CONFIG)
    rows = [row for product in tariffs.products.values() for row in product]
    assert all(row.source.strip() for row in rows)
    assert {row.code for row in rows if not row.is_example} == {
        "digital-post-2016",
        "nemsms-2016",
        "office-porto-2012",
        "office-porto-2017",
        "office-porto-2018",
        "office-porto-2024",
        "office-porto-2025",
        "office-handling",
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "valid_from = 2025-01-01",
            "valid_from = 2025-01-03",
            "tariff office-porto-2025 (office office porto economy home): no row is valid from 2025-01-01",
        ),
        (
            "valid_to = 2024-12-31",
            "valid_to = 2025-01-01",
            "2025-01-01; end the earlier one the day before. The earlier one is office-porto-2024, line ",
        ),
        ("valid_to = 2024-12-31\n", "", "two rows are valid on 2025-01-01"),
        ("valid_to = 2025-12-31", "valid_to = 2024-06-01", "valid_to 2024-06-01 lies before valid_from 2025-01-01"),
        (ECONOMY_2025, ECONOMY_2025 + "\ncolour = 3", "(office-porto-2025): colour: "),
        (ECONOMY_2025, 'code = "office-porto-2024"', "tariff office-porto-2024: this code stands more than once"),
        ("hourly = 28286", "hourly = 282.86", "(office-handling): hourly: "),
        ("hourly = 28286", "hourly = -1", "hourly: Input should be greater than or equal to 0"),
        ("hourly = 28286\n", "", "tariff office-handling: working time needs both seconds and hourly."),
        ("seconds = 210\nhourly = 28286\n", "", "tariff office-handling: charges for nothing"),
        ("amount = 3300", "amount = true", "weight_steps.0.amount: "),
        ("weight_steps = [{ up_to = 100, amount = 3300 }]", "per_mb = 1", "is not charged by bytes"),
        ("per_letter = 19\n", "per_sheet = 19\n", "a digital letter has no sheets"),
        (
            "{ up_to = 100, amount = 2300 }, { up_to = 250, amount = 4600 }",
            "{ up_to = 250, amount = 4600 }, { up_to = 100, amount = 2300 }",
            "tariff office-porto-2026: weight_steps: each step must reach further",
        ),
        ("hourly = 28286", "hourly = 1000000001", "hourly: Input should be less than or equal to 1000000000"),
        ("sheet_mg = 4990", "sheet_mg = 0", "paper: sheet_mg: "),
        ('home = ["DK", "FO", "GL"]', 'home = ["Danmark"]', "paper: home.0: "),
        ("[paper]", "[papir]\nx = 1\n[paper]", "papir: is no table of this file"),
        ("[paper]", "[paper", "the file: is no TOML"),
    ],
)
def test_a_fault_is_named_with_its_file_and_row(old: str, new: str, says: str, tmp_path: Path) -> None:
    said = faults_of(changed(old, new), tmp_path)
    assert says in said
    assert "/tariffs.toml:" in said


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("office-porto-2025", "valid_from = 2025-01-01", "valid_from = 2025-01-03"),  # a gap
        ("office-porto-2025", "valid_to = 2024-12-31", "valid_to = 2025-01-01"),  # an overlap
        ("office-porto-2025", "valid_to = 2025-12-31", "valid_to = 2024-06-01"),
        ("office-porto-2025", ECONOMY_2025, ECONOMY_2025 + "\ncolour = 3"),
        ("office-handling", "hourly = 28286", "hourly = -1"),
        ("office-handling", "hourly = 28286\n", ""),
        ("print-porto-registered", 'letter_class = "registered"\nvalid_from', 'letter_class = "flash"\nvalid_from'),
    ],
)
def test_a_fault_is_named_with_the_line_that_its_row_begins_in(code: str, old: str, new: str, tmp_path: Path) -> None:
    text = SHIPPED.replace(old, new, 1)
    assert text != SHIPPED
    line = text[: text.index(f'code = "{code}"')].count("\n")  # [[tariff]] stands a line above
    assert text.splitlines()[line - 1] == "[[tariff]]"
    assert f"{tmp_path.name}/tariffs.toml:{line}: tariff " in faults_of(text, tmp_path)


def test_a_code_that_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    text = changed(ECONOMY_2025, 'code = "office-porto-2024"')
    lines = [number for number, line in enumerate(text.splitlines()) if line == 'code = "office-porto-2024"']
    assert f"stands more than once (lines {lines[0]}, {lines[1]}); keep one." in faults_of(text, tmp_path)


def test_a_class_that_nobody_knows_is_a_fault_that_names_those_there_are(tmp_path: Path) -> None:
    text = SHIPPED.replace('letter_class = "quick"', 'letter_class = "express"')
    assert "express is none; known are economy, quick, registered, registered-receipt." in faults_of(text, tmp_path)


def test_rows_that_are_not_written_as_tables_have_no_line(tmp_path: Path) -> None:
    said = faults_of('tariff = [{ code = "x" }]\n', tmp_path)
    assert "/tariffs.toml: tariff 1 (x): part: " in said


def test_a_channel_without_a_part_that_it_is_charged_for_is_a_fault(tmp_path: Path) -> None:
    start = SHIPPED.index('[[tariff]]\ncode = "print-materials"')
    end = SHIPPED.index("# ---- the baseline")
    assert "tariff print print: there is no price for materials; add one." in faults_of(
        SHIPPED[:start] + SHIPPED[end:], tmp_path
    )


def test_a_part_that_is_not_charged_on_its_channel_is_a_fault(tmp_path: Path) -> None:
    text = SHIPPED + '\n[[tariff]]\ncode = "x"\npart = "handling"\nchannel = "digital"\nprovider = "digital-post"\n'
    text += 'valid_from = 2026-01-01\nvat_included = false\nper_letter = 5\nsource = "test"\n'
    assert "tariff digital digital-post: handling is not charged on this channel" in faults_of(text, tmp_path)


def test_a_provider_without_envelopes_is_a_fault(tmp_path: Path) -> None:
    text = SHIPPED.replace('channel = "print"\nprovider = "print"', 'channel = "print"\nprovider = "trykkeri"')
    assert "envelope trykkeri: there is no envelope for this provider" in faults_of(text, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (', { format = "C4", amount = 140 }]', "]", "per_envelope has no price for C4, which print has; add one."),
        ('"C4", amount = 140', '"C5", amount = 140', "per_envelope: a format stands more than once; keep one."),
    ],
)
def test_an_envelope_without_its_one_price_is_a_fault(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = SHIPPED.replace(old, new, 1)
    line = text[: text.index('code = "print-materials"')].count("\n")
    assert f"/tariffs.toml:{line}: tariff print-materials: {says}" in faults_of(text, tmp_path)


def test_the_larger_envelope_takes_more_sheets(tmp_path: Path) -> None:
    text = SHIPPED.replace("sheets = 40", "sheets = 8", 1)
    assert "envelope C4 of print: must take more sheets than C5." in faults_of(text, tmp_path)


def test_more_steps_than_the_workbook_has_columns_for_are_a_fault(tmp_path: Path) -> None:
    old = "weight_steps = [{ up_to = 100, amount = 3300 }]"
    steps = [f"{{ up_to = {20 * n}, amount = {n} }}" for n in range(1, 14)]
    said = faults_of(changed(old, f"weight_steps = [{', '.join(steps)}]"), tmp_path)
    assert "tariff office-porto-2025: weight_steps: has more than 12 steps" in said
    (tmp_path / "tariffs.toml").write_text(changed(old, f"weight_steps = [{', '.join(steps[:12])}]"), encoding="utf-8")
    assert load_tariffs(tmp_path).products


def test_all_faults_are_said_together(tmp_path: Path) -> None:
    text = changed("hourly = 28286", "hourly = -1").replace("sheet_mg = 4990", 'sheet_mg = "heavy"')
    said = faults_of(text, tmp_path)
    assert "hourly" in said
    assert "sheet_mg" in said


@pytest.mark.parametrize("text", ["", "paper = 7\nenvelope = 8\ntariff = 9\n", "tariff = [1, 2]\n", "[[paper]]\n"])
def test_a_file_of_another_shape_is_a_fault_and_no_crash(text: str, tmp_path: Path) -> None:
    assert "tariff" in faults_of(text, tmp_path)


def test_a_missing_file_and_one_that_is_no_text_are_faults(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match="is missing"):
        load_tariffs(tmp_path)
    (tmp_path / "tariffs.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsFault, match="is no TOML"):
        load_tariffs(tmp_path)


def test_the_hash_of_a_row_is_the_same_in_every_process_and_version() -> None:
    row = TariffRow("x", Part.PORTO, "digital", "digital-post", date(2026, 1, 1), False, "kilde: æøå")
    assert row.canonical == (
        '{"channel":"digital","code":"x","hourly":0,"letter_class":"","part":"porto","per_envelope":[],"per_letter":0,'
        '"per_mb":0,"per_sheet":0,"provider":"digital-post","region":"","seconds":0,"size_most":[],'
        '"source":"kilde: æøå","valid_from":"2026-01-01","valid_to":null,"vat_included":false,"weight_steps":[]}'
    )
    assert row.hash == "56dbb9df177a31559bf58fd13ca109ea1f51a566b0cb5ff6bd7ca3ecf3570fe9"
