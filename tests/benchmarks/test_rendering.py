"""The comparison with other engines: it times nothing that is not the same letter, and says what it leaves out."""

import re
import subprocess
import sys
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import page
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks import rendering
from benchmarks.peers.html import TYPES
from benchmarks.peers.letters import letters
from benchmarks.peers.likeness import differences, looks
from benchmarks.renderer import TEMPLATES, frame_of
from outbound.rendering import LetterTypes, render

TYPE_FOLDERS = LetterTypes.load(TEMPLATES)


def ours(pages: int, number: int) -> bytes:
    [letter] = letters(pages, range(number, number + 1))
    return render(TYPE_FOLDERS[TYPES[pages]], letter["fields"], frame_of(number)).pdf


@pytest.mark.parametrize("pages", [1, 3])
def test_letters_have_their_pages_and_no_two_the_same_words(pages: int) -> None:
    seen = [looks(ours(pages, number)) for number in range(8)]

    assert {one.pages for one in seen} == {pages}
    assert len({frozenset(one.words.items()) for one in seen}) == 8
    assert len({str(letter["fields"]) for letter in letters(pages, range(8))}) == 8


def test_the_same_letter_has_no_differences() -> None:
    assert differences(looks(ours(1, 3)), looks(ours(1, 3))) == []


def test_other_words_pages_and_typefaces_are_differences() -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    out = BytesIO()
    canvas = Canvas(out)
    canvas.setFont("Vera", 10)
    canvas.drawString(50, 50, "Vera")
    canvas.showPage()
    canvas.showPage()
    canvas.save()

    pages, words, families = differences(looks(ours(1, 3)), looks(out.getvalue()))

    assert pages == "2 pages for 1"
    assert "lacks {'Nordby'" in words
    assert "has besides {'Vera': 1}" in words
    assert re.fullmatch(r"typefaces \['\w*Vera\w*'\] for \['LetterSans'\]", families)


def test_a_letter_that_differs_is_refused_by_engine_and_number(tmp_path: Path) -> None:
    for engine, letter in (("ours", 3), ("typst", 4)):
        (tmp_path / engine).mkdir()
        (tmp_path / engine / "3.pdf").write_bytes(ours(1, letter))

    with pytest.raises(rendering.Unlike, match=r"^typst, letter 3: other words: lacks .*26/000003"):
        rendering.compare(["ours", "typst"], tmp_path)


def test_without_the_peers_it_says_so_and_gives_no_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rendering, "PEERS", tmp_path / "nowhere")

    with rendering.font_folder(tmp_path) as fonts:
        rendering.measure(["ours", "typst"], 1, 1, 2, 1, tmp_path, fonts)

    said = capsys.readouterr().out
    assert "left out typst: lacks its environment .venv-peers; `make bench` makes it\n" in said
    assert re.search(r"^figure ours-1p-1proc [\d.]+ letters/s$", said, re.MULTILINE)
    assert "ratio" not in said


@pytest.mark.peers
@pytest.mark.parametrize("pages", [1, 3])
@pytest.mark.parametrize("engine", [name for name in rendering.SHARES if name != "ours"])
def test_every_engine_makes_our_letter(engine: str, pages: int, tmp_path: Path) -> None:
    with ExitStack() as ends, rendering.font_folder(tmp_path) as fonts:
        try:
            children = {name: rendering.Child(name, pages, fonts) for name in ("ours", engine)}
        except rendering.LeftOut as why:
            pytest.skip(f"peers: {why}")
        for child in children.values():
            ends.callback(child.close)

        rendering.check_alike(children, rendering.Letters(tmp_path, pages).some(3), tmp_path / "alike")

    made = [file.read_bytes() for file in (tmp_path / "alike" / engine).iterdir()]
    assert len(made) == 3
    for pdf in made:
        assert bool(page.validate_pdf_bytes(pdf, profile="ua1").failures) is not engine.endswith("-tagged")


@pytest.mark.peers
def test_weasyprint_is_left_out_where_it_would_make_subsets_slowly() -> None:
    code = """
from weasyprint.text import ffi
from benchmarks.peers.weasyprint import lacking
ffi.harfbuzz_subset = None
print(lacking())
"""
    python = rendering.PEERS / "bin" / "python"
    ran = subprocess.run([python, "-c", code], cwd=rendering.REPOSITORY, capture_output=True, text=True, check=False)

    if "cannot load library" in ran.stderr:
        pytest.skip("peers: there is no Pango on this machine")
    assert ran.stdout.strip().endswith("install Debian's libharfbuzz-subset0")


@pytest.mark.peers
def test_it_prints_figures_and_ratios() -> None:
    command = "-m benchmarks.rendering --letters 4 --rounds 1 --engines typst --pages 1"
    ran = subprocess.run(
        [sys.executable, *command.split()], cwd=rendering.REPOSITORY, capture_output=True, text=True, check=True
    )

    names = [line.rsplit(" ", 1)[0] for line in ran.stdout.splitlines() if line.startswith("ratio")]
    assert names == [
        "ratio typst-1p",
        "ratio typst-1p-cpu",
        "ratio typst-tagged-1p",
        "ratio typst-tagged-1p-cpu",
        "ratio typst-1p-2proc",
        "ratio typst-tagged-1p-2proc",
    ]
    for engine in ("ours", "typst", "typst-tagged"):
        for processes in (1, 2):
            assert re.search(rf"^figure {engine}-1p-{processes}proc [\d.]+ letters/s$", ran.stdout, re.MULTILINE)
