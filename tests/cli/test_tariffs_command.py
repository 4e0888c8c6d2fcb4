"""`outbound tariffs`: what is in force, what is an example, and whether a file can be used."""

import csv
import io
import json
from pathlib import Path

import pytest

from outbound.cli.faults import Code
from outbound.settings import HOME
from tests.cli.conftest import Run

SHIPPED = (HOME / "config" / "tariffs.toml").read_text(encoding="utf-8")


def test_the_prices_of_a_day_are_listed_and_examples_marked(run: Run) -> None:
    listed = {one["code"]: one for one in json.loads(run("tariffs", "--day", "2025-06-01", "--format", "json").out)}
    assert "office-porto-2024" not in listed
    assert "office-porto-2026" not in listed
    stamp = listed["office-porto-2025"]
    assert (stamp["price"], stamp["example"]) == ("til 100 g 33,00 kr. (med moms)", "")
    assert stamp["source"].startswith("a single weak source (2025)")
    assert listed["print-porto-economy"]["example"] == "example"


def test_csv_and_table_say_the_same(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("tariffs", "--format", "csv").out), delimiter=";"))
    table = run("tariffs").out
    assert len(table.splitlines()) == len(rows) + 2
    assert all(row["code"] in table for row in rows)
    assert {row["class"] for row in rows} == {"", "economy", "quick", "registered", "registered-receipt"}
    assert "registered-receipt: rekommanderet med modtagerbevis" in table


def test_a_file_with_faults_is_said_with_its_lines(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "nye.toml"
    file.write_text(SHIPPED.replace("valid_to = 2024-12-31", "valid_to = 2024-11-30"), encoding="utf-8")
    ended = run("tariffs", "--check", str(file))
    assert ended.code == Code.FOUND
    assert "/nye.toml:" in ended.err
    assert "no row is valid from 2024-12-01" in ended.err


def test_a_file_in_the_present_folder_is_named_as_it_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gap.toml").write_text(SHIPPED.replace("hourly = 28286", "hourly = -1"), encoding="utf-8")
    assert "\n  gap.toml:" in run("tariffs", "--check", "gap.toml").err


def test_a_way_that_is_used_and_has_no_price_that_day_is_said(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "tariffs.toml"
    ends = 'code = "print-materials"\npart = "materials"\nchannel = "print"\nprovider = "print"\n'
    begins = "valid_from = 2024-01-01\n"
    assert ends + begins in SHIPPED
    file.write_text(SHIPPED.replace(ends + begins, f"{ends}{begins}valid_to = 2026-12-31\n"), encoding="utf-8")
    assert run("tariffs", "--check", str(tmp_path), "--day", "2026-12-31").code == Code.DONE
    ended = run("tariffs", "--check", str(file), "--day", "2027-01-01")
    assert ended.code == Code.FOUND
    line = SHIPPED[: SHIPPED.index('code = "print-materials"')].count("\n")
    assert ended.err.strip().endswith(
        f"tariffs.toml:{line}: tariff print-materials: ends on 2026-12-31, and there is no price for print print "
        "materials on 2027-01-01; add a row after it."
    )


def test_a_day_before_every_price_is_a_day_without(run: Run) -> None:
    ended = run("tariffs", "--day", "2001-01-01")
    assert ended.code == Code.FOUND
    assert "tariffs.toml: tariff: there is no price for digital digital-post porto on 2001-01-01" in ended.err


def test_weights_without_a_price_are_warned_of(run: Run, tmp_path: Path) -> None:
    """40 sheets × 4,99 g and an envelope of 16 g: 215,6 g."""
    assert run("tariffs").err == ""
    assert (
        "office-porto-2025: weight_steps end at 100 g; a full envelope weighs 216 g."
        in run("tariffs", "--day", "2025-06-01").err
    )
    file = tmp_path / "tariffs.toml"
    file.write_text(SHIPPED.replace("up_to = 250, amount = 2300", "up_to = 215, amount = 2300", 1), encoding="utf-8")
    ended = run("tariffs", "--check", str(file))
    assert ended.code == Code.DONE
    line = SHIPPED[: SHIPPED.index('code = "print-porto-economy"')].count("\n")
    assert ended.err.startswith("Warning: ")
    assert f"tariffs.toml:{line}: tariff print-porto-economy: weight_steps end at 215 g" in ended.err


def test_a_day_that_is_none_is_refused(run: Run) -> None:
    assert run("tariffs", "--day", "i går").code == Code.REFUSED
