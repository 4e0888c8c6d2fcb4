"""Letters that nobody should write, and that must neither break nor hold up the others."""

import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbound.letter import Address, Document
from outbound.rendering import Frame, LetterTypes, RenderingFault, fonts, render
from outbound.rendering.sheet import fitted
from outbound.rendering.window import WINDOW, Box
from tests.rendering.placed import glyphs, text_of
from tests.rendering.test_letter_types import TOML, write

Made = Callable[..., Frame]
PAPER = Box(12, 8, 186, 281)
SCHEMA = {"type": "object", "additionalProperties": False, "properties": {"tekst": {"type": "string"}}}
LONG = {
    "one word": "x" * 9_000,
    "short words": "x " * 6_000,
    "line breaks": "\n".join("x" * 700),
    "two scripts": "ǩa " * 900,
    "hard spaces": "a\u00a0" * 5_000,
}
BODIES = {
    "paragraph": "<p>{{ tekst | linjer }}</p>",
    "list": "<ul><li>{{ tekst | linjer }}</li></ul>",
    "cell": "<table><tbody><tr><td>y</td><td>{{ tekst | linjer }}</td></tr></tbody></table>",
    "box": "<section class='box'><h2>y</h2><p>{{ tekst | linjer }}</p></section>",
    "keep": "<section class='keep'><h2>y</h2><p>{{ tekst | linjer }}</p></section>",
    "signature": "<p class='signature'>{{ tekst | linjer }}</p>",
}


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("body", BODIES)
def test_long_text_flows_over_the_pages_whole(tmp_path: Path, frame: Made, body: str, text: str) -> None:
    written = LONG[text][: 6_000 if body == "cell" else None]
    folder = write(tmp_path, "<h1>y</h1>" + BODIES[body], toml=TOML, schema=SCHEMA, example={"tekst": "z"})
    letter_type = LetterTypes.load(folder)["et-brev"]
    assert letter_type.faults({"tekst": written}) == ()
    started = monotonic()
    document = render(letter_type, {"tekst": written}, frame())

    assert monotonic() - started < 20
    found = glyphs(document.pdf)
    assert all(glyph.inside(PAPER) for glyph in found)
    for sign in set(written) - {" ", "\n", "\u00a0"}:
        assert sum(glyph.text == sign for glyph in found) >= written.count(sign)


def test_more_pages_than_an_envelope_takes_are_refused_soon(tmp_path: Path, frame: Made) -> None:
    folder = write(tmp_path, "<h1>y</h1>" + BODIES["paragraph"], schema=SCHEMA, example={"tekst": "z"})
    started = monotonic()
    with pytest.raises(RenderingFault, match=r"^pages$"):
        render(LetterTypes.load(folder)["et-brev"], {"tekst": "x\n" * 20_000}, frame())
    assert monotonic() - started < 20


def test_a_heading_without_end_is_refused(tmp_path: Path, frame: Made) -> None:
    folder = write(tmp_path, "<h1>{{ tekst }}</h1>", schema=SCHEMA, example={"tekst": "z"})
    with pytest.raises(RenderingFault, match=r"^layout$"):
        render(LetterTypes.load(folder)["et-brev"], {"tekst": "ord " * 15_000}, frame())


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60), st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=5))
def test_any_text_is_refused_or_printed(letter_types: LetterTypes, frame: Made, one: str, more: list[str]) -> None:
    moede = letter_types["moedeindkaldelse"]
    fields: dict[str, Any] = {**(moede.example or {}), "moeder": one, "medbring": more}
    if moede.faults(fields):
        with pytest.raises(RenderingFault):
            render(moede, fields, frame())
        return
    found = glyphs(render(moede, fields, frame()).pdf)
    assert all(glyph.inside(PAPER) for glyph in found)


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=40), min_size=5, max_size=5))
def test_any_address_is_refused_or_stands_in_the_window(
    letter_types: LetterTypes, frame: Made, parts: list[str]
) -> None:
    address = Address(parts[0], (parts[1], parts[2]), parts[3], parts[4])
    if any(fonts.unprintable(composed(line)) for line in address.as_lines()) or not fits(address):
        with pytest.raises(RenderingFault, match=r"^(character|address)$"):
            letter(letter_types, frame(address=address))
        return
    document = letter(letter_types, frame(address=address))
    seen = [glyph for glyph in glyphs(document.pdf) if glyph.page == 1 and glyph.touches(WINDOW.address)]
    assert all(glyph.inside(WINDOW.address) for glyph in seen)
    assert "".join(text_of(seen).split()) == "".join(" ".join(map(composed, address.as_lines())).split())


def letter(letter_types: LetterTypes, frame: Frame) -> Document:
    moede = letter_types["moedeindkaldelse"]
    return render(moede, moede.example or {}, frame)


def composed(line: str) -> str:
    return unicodedata.normalize("NFC", line)


def fits(address: Address) -> bool:
    """Whether the lines can be set at all: some text, and at most as many lines and as wide ones as the window has."""
    lines = [line for line in (" ".join(composed(line).split()) for line in address.as_lines()) if line]
    try:
        fitted(tuple(lines), WINDOW.address)
    except RenderingFault:
        return False
    return True


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A typeface that two threads have made at once, alone in its folder."""
    folder = tmp_path_factory.mktemp("fonts") / "cache"
    with ThreadPoolExecutor(2) as threads:
        one, two = threads.map(lambda _: fonts.face_file(fonts.ITALIC, folder), range(2))
    assert one == two
    return one


def test_two_who_make_the_same_typeface_at_once_leave_one(made: Path) -> None:
    assert list(made.parent.iterdir()) == [made]


def test_what_a_killed_process_left_unfinished_is_removed_and_what_a_living_one_makes_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_instance", lambda face: face.name.encode())
    killed, living = tmp_path / "tmpkilled.tmp", tmp_path / "tmpliving.tmp"
    for unfinished, age in ((killed, 3700), (living, 3500)):
        unfinished.write_bytes(b"half")
        os.utime(unfinished, (unfinished.stat().st_mtime - age,) * 2)
    made = fonts.face_file(fonts.ITALIC, tmp_path)
    assert set(tmp_path.iterdir()) == {made, living}


def test_a_typeface_is_made_in_the_same_bytes_everywhere(made: Path, tmp_path: Path) -> None:
    assert fonts.face_file(fonts.ITALIC, tmp_path).read_bytes() == made.read_bytes()


def test_the_typefaces_keep_off_the_reserved_name(made: Path) -> None:
    """The SIL Open Font License reserves "Source" for unmodified files; copyright and licence stay in them."""
    names = TTFont(made)["name"]
    assert "Source" not in "".join(str(names.getName(number, 3, 1, 0x409)) for number in (1, 2, 3, 4, 6))
    assert "Adobe" in str(names.getName(0, 3, 1, 0x409))
    assert "Open Font License" in str(names.getName(13, 3, 1, 0x409))
