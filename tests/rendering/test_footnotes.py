"""Footnotes: on the letters they are for, on their days, and never an invitation to those who are exempt."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from outbound.letter import Channel
from outbound.rendering import Frame, LetterTypes, LetterTypesFault, render
from outbound.rendering.letter_type import LetterType
from tests.rendering.placed import glyphs, text_of
from tests.rendering.test_letter_types import TOML, write

Made = Callable[..., Frame]
CLOSED = """[[footnote]]
text = "Rådhuset holder lukket den 24. & 25. <december>."
from = 2026-11-24
to = 2026-11-25
types = ["et-brev"]
"""


def loaded(folder: Path, footnotes: str) -> LetterTypes:
    write(folder)
    write(folder, name="andet")
    write(folder, name="letter-en", toml=TOML + 'languages = ["en"]\n')
    (folder / "_layout").mkdir()
    (folder / "_layout" / "footnotes.toml").write_text(footnotes, "utf-8")
    return LetterTypes.load(folder)


def carried(letter_type: LetterType, frame: Frame) -> bool:
    document = render(letter_type, {"tekst": "Hej"}, frame)
    on_paper = "Rådhuset holder lukket" in text_of(glyphs(document.pdf))
    assert on_paper == ("Rådhuset holder lukket" in (document.html or ""))
    return on_paper


@pytest.mark.parametrize("day", [23, 24, 25, 26])
def test_it_stands_from_its_first_day_to_its_last(tmp_path: Path, frame: Made, day: int) -> None:
    one = loaded(tmp_path, CLOSED)["et-brev"]
    assert carried(one, frame(dated=date(2026, 11, day))) == (day in (24, 25))


def test_it_stands_at_the_end_of_the_letters_it_is_for_and_as_plain_text(tmp_path: Path, frame: Made) -> None:
    types = loaded(tmp_path, CLOSED)
    html = render(types["et-brev"], {"tekst": "Hej"}, frame()).html or ""
    assert '<p class="note">Rådhuset holder lukket den 24. &amp; 25. &lt;december&gt;.</p></main>' in html
    assert not carried(types["andet"], frame())


def test_a_star_is_every_type_in_the_footnotes_language(tmp_path: Path, frame: Made) -> None:
    types = loaded(tmp_path, CLOSED.replace("et-brev", "*"))
    assert [name for name in types if carried(types[name], frame())] == ["andet", "et-brev"]


def test_one_for_a_channel_makes_its_letters_differ_by_channel(tmp_path: Path, frame: Made) -> None:
    types = loaded(tmp_path, CLOSED + 'channel = "digital"\n')
    assert carried(types["et-brev"], frame(channel=Channel.DIGITAL))
    assert not carried(types["et-brev"], frame(channel=Channel.PRINT))
    assert types["et-brev"].channel_specific
    assert not types["andet"].channel_specific


@pytest.mark.parametrize(
    "words",
    ["Tilmeld dig Digital Post.", "Du kan få brevet i din digitale postkasse.", "Brug mit.dk", "Please sign up."],
)
def test_the_exempt_are_never_told_to_sign_up(tmp_path: Path, words: str) -> None:
    row = CLOSED.replace("Rådhuset holder lukket den 24. & 25. <december>.", words)
    with pytest.raises(LetterTypesFault, match=r"footnote 1: speaks of signing up and could reach somebody .* exempt"):
        loaded(tmp_path / "any", row)
    with pytest.raises(LetterTypesFault, match="could reach somebody"):
        loaded(tmp_path / "print", row + 'channel = "print"\n')
    assert loaded(tmp_path / "digital", row + 'channel = "digital"\n')


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["et-brev"]', '["tredje"]', "footnote 1: there is no letter type tredje; name one that there is, or `*`."),
        ('["et-brev"]', "[]", "types: List should have at least 1 item"),
        ("2026-11-25", "2026-11-23", "footnote 1: its last day lies before its first"),
        ("2026-11-25", '"i morgen"', "footnote.0.to: Input should be a valid date"),
        ("to =", "til =", "footnote.0.til: Extra inputs"),
        ("[[footnote]]", "[[footnote]", "footnotes.toml is no TOML"),
        ("Rådhuset", "☎ Rådhuset", "footnote 1: text: Has the character U+260E"),
    ],
)
def test_a_fault_keeps_the_router_from_starting(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(LetterTypesFault) as fault:
        loaded(tmp_path, CLOSED.replace(old, new))
    assert says in str(fault.value)
    assert "/_layout/footnotes.toml" in str(fault.value)


def test_the_version_of_a_letter_type_covers_its_footnotes(tmp_path: Path) -> None:
    versions = {
        loaded(tmp_path / str(number), text)["et-brev"].template_version for number, text in enumerate(("", CLOSED))
    }
    assert len(versions) == 2
