"""Large print at a terminal and in the folder."""

from pathlib import Path

from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.letter import Format
from tests.cli.conftest import Run
from tests.cli.test_drop_folder import SYSTEM, drop, finished, letter, letters
from tests.house import hand_in, look, submission
from tests.people import person
from tests.rendering.pdfs import pdf


def test_the_folder_takes_it_as_the_api_does(run: Run, house: House, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    drop(folder, "a1", letter("ref-a", format="storskrift"))
    drop(folder, "b1", letter("ref-b", format="kæmpe"))
    drop(folder, "c1", {**finished("ref-c"), "format": "storskrift"})
    (folder / "c1.pdf").write_bytes(pdf())
    ended = run("submit", folder, *SYSTEM, "--age", 0)

    assert ended.code == Code.FOUND
    assert letters(house) == ["ref-a"]
    assert "/format: This must be" in (folder / "faulty" / "b1.reason.txt").read_text()
    assert "/format: A finished PDF cannot be enlarged" in (folder / "faulty" / "c1.reason.txt").read_text()


def test_show_says_so(run: Run, house: House) -> None:
    usual, large = hand_in(house, *(submission(person(), format=one) for one in Format))

    assert look(house, large).format is Format.LARGE
    assert "storskrift" in run("show", large).out
    assert "storskrift" not in run("show", usual).out


def test_a_preview_in_large_print_has_more_pages(run: Run, tmp_path: Path) -> None:
    usual = run("template", "preview", "kvittering-ansoegning", "--out", tmp_path / "a.pdf")
    large = run("template", "preview", "kvittering-ansoegning", "--large-print", "--out", tmp_path / "b.pdf")

    assert ": 1 page(s)" in usual.out
    assert ": 2 page(s)" in large.out
