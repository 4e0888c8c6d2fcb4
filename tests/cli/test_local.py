"""Local print reported from a file: every line is kept or none, and every fault is named by its line."""

from pathlib import Path

import pytest
from sqlalchemy import select

from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.ledger import tables as t
from tests.cli.conftest import Run

PERIODS = "department;first;last;letters\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "optalt.csv"


def test_a_file_is_kept_once_and_corrected(run: Run, file: Path) -> None:
    file.write_text(f"{PERIODS}borgerservice;2026-01-01;2026-01-31;412\nbeskaeftigelse;2026-01-01;2026-01-31;0\n")
    assert run("local", "import", file, "--source", "optalt").out == "2 reported, 0 corrected, 0 as before.\n"
    assert run("local", "import", file, "--source", "optalt").out == "0 reported, 0 corrected, 2 as before.\n"
    file.write_text(f"{PERIODS}borgerservice;2026-01-01;2026-01-31;400\nbeskaeftigelse;2026-01-01;2026-01-31;-\n")
    assert run("local", "import", file, "--source", "optalt", "--by", "Solvej").out.startswith(
        "0 reported, 2 corrected"
    )
    listed = run("local", "list").out
    assert "400" in listed
    assert "412" not in listed
    assert "beskaeftigelse" not in listed
    assert "Solvej" in listed


def test_to_withdraw_what_was_never_reported_changes_nothing(run: Run, house: House, file: Path) -> None:
    file.write_text(f"{PERIODS}borgerservice;2026-01-01;2026-01-31;-\n")
    assert run("local", "import", file, "--source", "optalt").out == "0 reported, 0 corrected, 1 as before.\n"
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.local_print)).all() == []


def test_a_counting_week_is_read_from_what_a_spreadsheet_writes(run: Run, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfDepartment,Year,Week,Letters\r\nborgerservice,2026,17,96\r\n\r\n")
    assert run("local", "import", file, "--source", "komhen-2026").out.startswith("1 reported")
    listed = run("local", "list", "--format", "csv").out
    assert "borgerservice;2026-04-20;2026-04-26;96;tælleuge;komhen-2026" in listed


def test_nothing_is_listed_where_nothing_is_reported(run: Run) -> None:
    assert run("local", "list").out == "Nothing has been reported.\n"


def test_every_fault_is_named_by_its_line_and_nothing_is_kept(run: Run, file: Path) -> None:
    lines = [
        "borgerservice;2026-01-01;2026-01-31;5",
        "havn;2026-01-01;2026-01-31;5",
        "borgerservice;2026-02-01;2026-02-28;-5",
        "borgerservice;1. marts;2026-03-31;5",
        "borgerservice;2026-01-15;2026-02-15;5",
        "borgerservice;2999-01-01;2999-01-31;5",
        "borgerservice;2026-05-01",
    ]
    file.write_text(PERIODS + "\n".join(lines) + "\n")
    ended = run("local", "import", file, "--source", "optalt")
    assert ended.code == Code.FOUND
    for said in (
        "line 3: department: There is no such department",
        "line 4: letters: write a whole number that is not negative",
        "line 5: first: write a day as YYYY-MM-DD",
        "line 6: counts days that a line above counts already",
        "line 7: last: The period is not over yet",
        "line 8: letters: write a whole number",
    ):
        assert said in ended.out
    assert "line 2" not in ended.out
    assert run("local", "list").out == "Nothing has been reported.\n"


def test_a_week_that_a_year_has_not_is_said(run: Run, file: Path) -> None:
    file.write_text("department;year;week;letters\nborgerservice;2025;53;5\n")
    ended = run("local", "import", file, "--source", "optalt")
    assert (ended.code, "The year 2025 has no week 53." in ended.out) == (Code.FOUND, True)


def test_what_overlaps_an_earlier_report_is_refused_whole(run: Run, file: Path) -> None:
    file.write_text(f"{PERIODS}borgerservice;2026-01-01;2026-01-31;5\n")
    run("local", "import", file, "--source", "optalt")
    file.write_text(f"{PERIODS}beskaeftigelse;2026-01-01;2026-01-31;5\nborgerservice;2026-01-31;2026-02-28;5\n")
    ended = run("local", "import", file, "--source", "optalt")
    assert ended.code == Code.REFUSED
    assert "Nothing was kept. borgerservice: 2026-01-31 to 2026-02-28 overlaps" in ended.err
    assert "beskaeftigelse" not in run("local", "list").out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a;b\n1;2\n", ("--source", "optalt")),
        (b"\xff\xfe", ("--source", "optalt")),
        (PERIODS.encode(), ("--source", "Ole Hansen")),
        (PERIODS.encode(), ("--source", "optalt", "--by", "0102031236")),
    ],
)
def test_a_file_or_a_name_that_cannot_be_used_is_refused(
    run: Run, file: Path, content: bytes, words: tuple[str, ...]
) -> None:
    file.write_bytes(content)
    assert run("local", "import", file, *words).code == Code.REFUSED
