"""The command that says why a PDF is refused; the page that explains each code."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from outbound.cli.app import app
from outbound.rendering import RULES
from outbound.rendering.verdict import PAPER_ONLY, WINDOW_ONLY, Rule
from outbound.settings import HOME
from tests.rendering.made import box, letter


def severity(code: str, rule: Rule) -> str:
    if code in WINDOW_ONLY:
        return "a fault where `window` and `paper` hold, else a warning"
    if code in PAPER_ONLY:
        return "a fault where `paper` holds, else a warning"
    return "a warning" if rule.warning else "a fault"


def row(code: str, rule: Rule) -> str:
    limits = {"too-many-pages": "80", "too-large": "`pdf_limit`"}
    return f"| `{code}` | {severity(code, rule)} | {rule.meaning.format(most=limits.get(code))} | {rule.what_to_do} |"


def test_the_table_of_codes_is_the_list_of_codes() -> None:
    page = (HOME / "docs" / "integration.md").read_text()
    table = re.findall(r"^\| `[a-z0-9-]+` \| a (?:fault|warning).*$", page, re.MULTILINE)
    assert table == [row(code, rule) for code, rule in RULES.items()]


def test_a_good_pdf_ends_well(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(letter())
    done = CliRunner().invoke(app, ["preflight", str(file), "--name", "Ærø Ågård", "--window"])
    assert done.exit_code == 0, done.output
    assert "not-tagged" in done.output


def test_a_faulty_one_ends_with_1_a_row_for_each_place_and_marks(tmp_path: Path) -> None:
    file, marks = tmp_path / "a.pdf", tmp_path / "marked.pdf"
    file.write_bytes(letter(box(2, 150, 6, 40), box(50, 290, 30, 3)))
    words = ["preflight", str(file), "--must-not-occur", "Opdigtet Allé 12", "--marked", str(marks), "--format", "json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    rows = json.loads(done.output)
    assert [one["code"] for one in rows if one["severity"] == "fault"] == [
        "content-outside-printable-area",
        "content-outside-printable-area",
        "protected-address-in-text",
    ]
    assert rows[0]["box"].split()[1].startswith(("149", "150"))
    assert marks.read_bytes().startswith(b"%PDF-")


def test_what_is_no_pdf_is_not_marked(tmp_path: Path) -> None:
    file, marks = tmp_path / "a.pdf", tmp_path / "marked.pdf"
    file.write_bytes(b"PK")
    done = CliRunner().invoke(app, ["preflight", str(file), "--marked", str(marks)])
    assert done.exit_code == 1
    assert "pdf-unreadable" in done.output
    assert not marks.exists()
