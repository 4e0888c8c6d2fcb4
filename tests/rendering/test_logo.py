"""The logo over the name: in its place, in the file once, and not said a second time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outbound.rendering import WINDOW, Frame, LetterTypes, render
from outbound.rendering.logos import read_logo
from outbound.rendering.window import MM, Box
from tests.rendering.conftest import HEAD as LETTERHEAD
from tests.rendering.placed import glyphs
from tests.rendering.tags import Tagged
from tests.rendering.test_images import RED, images_of, pixel, png
from tests.rendering.test_letter_types import TOML, write
from tests.rendering.test_tagged import heard, is_in_order, read

BODY_FIRST = WINDOW.body_first
HEAD = WINDOW.head
LOGO = WINDOW.logo
MARKER = WINDOW.marker

Made = Callable[..., Frame]


def with_logo(size: tuple[int, int] = (600, 300), colour: Any = RED) -> Any:
    return replace(LETTERHEAD, logo=read_logo(png(size, colour)))


def painted(pdf: bytes, left: float, right: float, top: float, bottom: float) -> list[tuple[float, float]]:
    """Where in a part of the first page there is colour of the logo: places in millimetres."""
    places = [(left + x, top + y) for x in range(int(right - left)) for y in range(int(bottom - top))]
    return [place for place in places if pixel(pdf, *place) not in ((255, 255, 255), (0, 0, 0))]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("how", [{}, {"cover": True, "marker": "Genudsendt"}, {"address": None}])
def test_a_letter_with_a_logo_keeps_both_standards(
    tmp_path: Path, frame: Made, colour: bool, how: dict[str, Any]
) -> None:
    made = LetterTypes.load(write(tmp_path, toml=TOML + f"colour = {str(colour).lower()}\n"))["et-brev"]
    document = render(made, {"tekst": "x"}, frame(letterhead=with_logo(), **how))
    is_in_order(document.pdf)
    (image,) = images_of(document.pdf)
    assert image["/ColorSpace"] == ("/DeviceRGB" if colour else "/DeviceGray")
    assert document == render(made, {"tekst": "x"}, frame(letterhead=with_logo(), **how))


def test_the_logo_is_not_heard_since_the_name_is(tmp_path: Path, frame: Made) -> None:
    made = LetterTypes.load(write(tmp_path))["et-brev"]
    plain, logo = (render(made, {"tekst": "x"}, frame(letterhead=one)) for one in (LETTERHEAD, with_logo()))
    assert list(Tagged(logo.pdf).root.all("Figure")) == []
    assert Tagged(logo.pdf).root.outline() == Tagged(plain.pdf).root.outline()
    assert heard(logo.pdf) == heard(plain.pdf) == read(logo.html)
    assert '<img src="data:image/png;base64,' in (logo.html or "")
    assert 'alt="" width="98"' in (logo.html or "")  # 26 mm
    assert "<img" not in (plain.html or "")


@pytest.mark.parametrize("size", [(600, 300), (300, 900), (1200, 100)])
def test_the_logo_stands_in_its_place_and_nowhere_near_the_window(
    letter_types: LetterTypes, frame: Made, size: tuple[int, int]
) -> None:
    moede = letter_types["moedeindkaldelse"]
    marked = frame(letterhead=with_logo(size), marker="Genudsendt")
    pdf = render(moede, moede.example or {}, marked).pdf
    wide = min(LOGO.width, LOGO.height * size[0] / size[1])
    tall = wide * size[1] / size[0]
    inside = Box(HEAD.left, HEAD.top, wide, tall)
    for x, y in ((inside.left + 0.5, inside.top + 0.5), (inside.right - 0.5, inside.bottom - 0.5)):
        assert pixel(pdf, x, y) not in ((255, 255, 255), (0, 0, 0))
    for x, y in (
        (inside.left - 1, inside.top + 1),
        (inside.right + 1, inside.top + 1),
        (inside.left, inside.top - 0.6),
    ):
        assert pixel(pdf, x, y) == (255, 255, 255)
    assert not LOGO.touches(WINDOW.risk)
    assert not LOGO.touches(MARKER)
    name = next(glyph for glyph in glyphs(pdf) if glyph.page == 1 and glyph.left > HEAD.left - 1 and glyph.top > 14)
    assert name.top >= inside.bottom


def test_the_body_makes_room_for_it(letter_types: LetterTypes, frame: Made) -> None:
    moede = letter_types["moedeindkaldelse"]
    tops = []
    for head in (LETTERHEAD, with_logo()):
        found = glyphs(render(moede, moede.example or {}, frame(letterhead=head)).pdf)
        tops.append(min(one.top for one in found if one.page == 1 and one.left < 23 and one.top > BODY_FIRST.top - 1))
    assert 5 < tops[1] - tops[0] < 20
    assert LOGO.height * MM < 40
