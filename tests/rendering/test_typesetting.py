"""Lines: where they end, how a word is parted, and how a paragraph and a table are parted over pages."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.styles import ParagraphStyle

from outbound.letter import Format
from outbound.rendering import Frame, LetterTypes, fonts, render
from outbound.rendering.fonts import BOLD, REGULAR, SOFT_HYPHEN
from outbound.rendering.typesetting import Hyphens, TextBlock, text_from
from outbound.rendering.window import MM, WINDOW
from tests.rendering.placed import glyphs, text_of
from tests.rendering.tags import Tagged
from tests.rendering.test_letter_types import write

STYLE = ParagraphStyle("tried", fontSize=10, leading=12)
DANISH = Hyphens("da", 5000)
LONG = "undervisningspligten"


def block(text: str, hyphens: Hyphens | None = DANISH) -> TextBlock:
    fonts.register()
    return TextBlock(text_from([(text, REGULAR, None)]), STYLE, hyphens=hyphens)


def lines(made: TextBlock, width: float) -> list[str]:
    made.wrap(width, 1000)
    return [made._span.text.flat[line.start : line.stop] + line.ending for line in made._lines]


def wide(text: str) -> float:
    return fonts.width(text, REGULAR, 10)


def test_a_line_holds_all_the_words_that_fit() -> None:
    exactly = wide("et to tre")
    assert lines(block("et to tre fire"), exactly) == ["et to tre ", "fire"]
    assert lines(block("et to tre fire"), exactly - 0.01) == ["et to ", "tre fire"]


def test_a_word_is_parted_where_its_line_would_else_be_much_too_short() -> None:
    room = wide("Derfor begynder undervisnings-") + 1
    assert lines(block(f"Derfor begynder {LONG} nu"), room) == [
        f"Derfor begynder undervisnings{SOFT_HYPHEN}",
        "pligten nu",
    ]


@pytest.mark.parametrize(
    ("text", "hyphens"),
    [
        ("Derfor begynder hun at tale om skolen", DANISH),  # short words
        ("Derfor begynder Undervisningspligten", DANISH),  # perhaps a name
        (f"Derfor begynder {LONG}", Hyphens("da", 60_000)),  # a heading
        (f"Derfor begynder {LONG}", Hyphens("kl", 5000)),  # a language that we cannot part
        (f"Derfor begynder {LONG}", None),
    ],
)
def test_nothing_is_parted_without_need(text: str, hyphens: Hyphens | None) -> None:
    room = wide("Derfor begynder undervisnings-") + 1
    assert not any(line.endswith(SOFT_HYPHEN) for line in lines(block(text, hyphens), room))


def test_no_two_lines_after_each_other_end_in_a_hyphen() -> None:
    room = wide("xx undervisnings-") + 1
    endings = [line[-1] for line in lines(block(" ".join(["xx", LONG] * 6)), room)]
    assert endings.count(SOFT_HYPHEN) >= 2
    assert not any(one == other == SOFT_HYPHEN for one, other in pairwise(endings))


def test_a_word_wider_than_its_line_is_parted_at_its_joints_and_else_anywhere() -> None:
    room = wide("Undervisnings-") + 1
    assert lines(block("Undervisningspligten"), room)[0] == f"Undervisnings{SOFT_HYPHEN}"
    assert "".join(lines(block("9" * 60), room)) == "9" * 60


def test_a_hyphen_of_its_own_needs_no_other() -> None:
    room = wide("kommune og skole-hjem-") + 1
    assert lines(block("kommune og skole-hjem-samarbejdet"), room) == ["kommune og skole-hjem-", "samarbejdet"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["af", "boligstøtte", LONG, "Ærø", "1.234,50 kr.", "skole-hjem", "x" * 30]), max_size=40),
    st.integers(40, 400),
)
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(words: list[str], width: int) -> None:
    text = " ".join(words)
    made = block(text)
    found = lines(made, width)
    assert "".join(found).replace(SOFT_HYPHEN, "") == made._span.text.flat
    assert all(
        wide(line.rstrip(" ").replace("\u00a0", " ").replace(SOFT_HYPHEN, "-")) <= width + 0.001 for line in found
    )


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(0, 13))
def test_a_paragraph_is_parted_with_two_lines_at_least_on_either_side(count: int, room: int) -> None:
    made = block("\n".join(f"linje {number}" for number in range(count)))
    parts = made.parted(200, room * 12)
    if room >= count:
        assert parts == [made]
    elif not parts:
        assert count < 4 or room < 2
    else:
        upper, lower = (lines(part, 200) for part in parts)
        assert min(len(upper), len(lower)) >= 2
        assert len(upper) <= room
        assert [line.strip() for line in upper + lower] == [f"linje {number}" for number in range(count)]


def test_a_page_does_not_end_in_a_parted_word() -> None:
    room = wide("xx undervisnings-") + 1
    made = block(" ".join(["xx", LONG] * 12))
    endings = [line[-1] for line in lines(made, room)]
    for fit in range(3, len(endings) - 1):
        upper, _ = made.parted(room, fit * 12)
        assert lines(upper, room)[-1][-1] != SOFT_HYPHEN


def test_what_is_kept_of_a_paragraph_says_the_same_as_one_measured_anew() -> None:
    parts = [("Kære ", REGULAR, None), ("Ærø", BOLD, None)]
    first, again = text_from(parts), text_from([*parts])
    assert again is first
    assert text_from([("Kære ", REGULAR, None), ("Ærø", REGULAR, None)]).at != first.at


SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {},
}


def test_a_parted_word_is_one_word_to_who_hears_the_letter(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    cell = "<table><tbody><tr>" + "<td>Undervisningspligten</td>" * 8 + "</tr></tbody></table>"
    folder = write(tmp_path, f"<h1>y</h1>{cell}", schema=dict(SCHEMA), example={})
    document = render(LetterTypes.load(folder)["et-brev"], {}, frame())
    heard = Tagged(document.pdf).root.text
    assert SOFT_HYPHEN in heard
    assert heard.replace(SOFT_HYPHEN, "").count("Undervisningspligten") == 8
    assert text_of(glyphs(document.pdf)).count("Undervisningspligten") == 8


def test_a_table_in_a_tinted_box_stays_in_it(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    row = "<tr><td>Husleje</td><td class='amount'>1.234,50 kr.</td></tr>"
    body = f"<h1>y</h1><section class='box'><table><tbody>{row}</tbody></table></section>"
    folder = write(tmp_path, body, schema=dict(SCHEMA), example={})
    document = render(LetterTypes.load(folder)["et-brev"], {}, frame())
    amount = [glyph for glyph in glyphs(document.pdf) if glyph.text == "." and glyph.top > WINDOW.risk.bottom]
    assert max(glyph.right for glyph in amount if glyph.bottom < 200) <= WINDOW.body_first.right - 9 / MM + 0.01


AMOUNT = "1.234.567,89 kr."


@pytest.mark.parametrize("size", list(Format))
def test_no_amount_is_parted_however_many_columns_there_are(
    tmp_path: Path, frame: Callable[..., Frame], size: Format
) -> None:
    cells = f"<td class='amount'>{AMOUNT}</td>" * 6
    body = f"<h1>y</h1><table><tbody><tr><td>2026</td>{cells}</tr></tbody></table>"
    folder = write(tmp_path, body, schema=dict(SCHEMA), example={})
    document = render(LetterTypes.load(folder)["et-brev"], {}, frame(format=size))
    found = [glyph for glyph in glyphs(document.pdf) if glyph.top > WINDOW.risk.bottom and glyph.bottom < 260]
    assert text_of(found).replace("\u00a0", " ").count(AMOUNT) == 6
    assert len({round(glyph.bottom, 1) for glyph in found if glyph.text == "k"}) == 1


def test_a_heading_goes_with_the_first_row_of_its_table(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    tall = "<tr><td>" + "linje<br/>" * 12 + "linje</td></tr>"
    for lines in range(20, 34):
        before = "<p>" + "x<br/>" * lines + "x</p>"
        table = f"<h2>Plan</h2><table><thead><tr><th>Hvad</th></tr></thead><tbody>{tall}{tall}</tbody></table>"
        folder = write(tmp_path / str(lines), f"<h1>y</h1>{before}{table}", schema=dict(SCHEMA), example={})
        found = glyphs(render(LetterTypes.load(folder)["et-brev"], {}, frame()).pdf)
        pages = {page: text_of([one for one in found if one.page == page]) for page in (1, 2)}
        (own,) = [page for page, text in pages.items() if "Plan" in text]
        assert "linje" in pages[own].partition("Plan")[2]
