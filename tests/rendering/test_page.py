"""What stands where on the paper."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from outbound.letter import Address
from outbound.rendering import WINDOW, Frame, LetterTypes, RenderingFault, render
from outbound.rendering.window import PAGE_HEIGHT, PAGE_WIDTH, Box
from tests.rendering.conftest import HEAD
from tests.rendering.placed import Glyph, glyphs, text_of

Made = Callable[..., Frame]
TYPES = ("boligstoette-afgoerelse", "moedeindkaldelse")
WIDE = "W" * 34
ADDRESSES = (
    Address("Ærø Øster Ågård", ("Opdigtet Allé 12, 3. tv.",), "9999", "Nordby"),
    Address(WIDE, (WIDE, WIDE, WIDE), "9999", WIDE[:29]),
    Address("N" * 34, ("c/o Opdigtet", "Linje to", "Linje tre"), "", "12345 BERLIN", "DE"),
    Address("Ann " * 40, ("Opdigtet Allé 12",), "9999", "Nordby"),
)


def rendered(types: LetterTypes, name: str, frame: Frame, **changes: Any) -> list[Glyph]:
    return glyphs(render(types[name], {**(types[name].example or {}), **changes}, frame).pdf)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", TYPES)
def test_the_window_shows_the_address_and_nothing_else(
    letter_types: LetterTypes, frame: Made, name: str, address: Address
) -> None:
    found = rendered(letter_types, name, frame(address=address, recipient=address.name[:60]))
    seen = [glyph for glyph in found if glyph.page == 1 and glyph.touches(WINDOW.address)]

    assert all(glyph.inside(WINDOW.address) for glyph in seen)
    assert " ".join(text_of(seen).split()) == " ".join(" ".join(address.as_lines()).split())


@pytest.mark.parametrize("name", TYPES)
def test_the_return_address_stands_in_one_line_over_the_window(
    letter_types: LetterTypes, frame: Made, name: str
) -> None:
    found = rendered(letter_types, name, frame())
    line = [glyph for glyph in found if glyph.page == 1 and glyph.touches(WINDOW.return_line)]

    assert text_of(line) == HEAD.return_address
    assert all(glyph.inside(WINDOW.return_line) for glyph in line)


@pytest.mark.parametrize("name", TYPES)
def test_nothing_stands_in_the_clear_zones_however_much_is_written(
    letter_types: LetterTypes, frame: Made, name: str
) -> None:
    long = frame(caseworker="Birgitte " * 20, case_number="26/" + "4" * 60, marker="Genudsendt")
    changes: dict[str, Any] = (
        {"formaal": "ord " * 900} if name == "moedeindkaldelse" else {"begrundelse": "ord " * 1900}
    )
    found = rendered(letter_types, name, long, **changes)

    near = [glyph for glyph in found if glyph.page == 1 and glyph.touches(WINDOW.risk)]
    assert all(glyph.inside(WINDOW.address) or glyph.inside(WINDOW.return_line) for glyph in near)
    assert not [glyph for glyph in found if any(glyph.touches(zone) for zone in WINDOW.clear)]
    assert max(glyph.page for glyph in found) > 1


def test_the_body_begins_under_the_window_and_under_a_long_letterhead(letter_types: LetterTypes, frame: Made) -> None:
    short = rendered(letter_types, "moedeindkaldelse", frame())
    long = rendered(letter_types, "moedeindkaldelse", frame(caseworker="Birgitte Løvstrøm " * 12))
    heads = [next(g for g in found if g.page == 1 and g.left < 23 and g.top > 90) for found in (short, long)]

    assert heads[0].top >= WINDOW.body_first.top - 1
    assert heads[1].top > heads[0].top + 10


def test_a_letterhead_without_end_is_refused(letter_types: LetterTypes, frame: Made) -> None:
    with pytest.raises(RenderingFault, match=r"^letterhead$"):
        rendered(letter_types, "moedeindkaldelse", frame(caseworker="Birgitte Løvstrøm " * 200))


def test_an_address_that_cannot_stand_in_the_window_is_refused(letter_types: LetterTypes, frame: Made) -> None:
    for name in ("W" * 200, "Ann " * 200, ""):
        hopeless = Address(name, ("W " * 300,), "9999", "Nordby")
        with pytest.raises(RenderingFault, match=r"^address$"):
            rendered(letter_types, "moedeindkaldelse", frame(address=hopeless))


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("length", [1, 500, 1900])
def test_every_page_says_which_it_is_of_how_many(
    letter_types: LetterTypes, frame: Made, name: str, length: int
) -> None:
    key = "formaal" if name == "moedeindkaldelse" else "begrundelse"
    document = render(letter_types[name], {**(letter_types[name].example or {}), key: "ord " * length}, frame())
    found = glyphs(document.pdf)

    assert document.pages == len(PdfReader(BytesIO(document.pdf)).pages)
    for page in range(1, document.pages + 1):
        text = text_of([glyph for glyph in found if glyph.page == page])
        assert f"Side {page} af {document.pages}" in text.splitlines()


def test_every_page_is_a4(letter_types: LetterTypes, frame: Made) -> None:
    document = render(letter_types["boligstoette-afgoerelse"], _example(letter_types), frame(cover=True))
    for page in PdfReader(BytesIO(document.pdf)).pages:
        assert [round(float(side) * 25.4 / 72) for side in page.mediabox[2:]] == [PAGE_WIDTH, PAGE_HEIGHT]


def test_all_text_stands_on_the_paper(letter_types: LetterTypes, frame: Made) -> None:
    paper = Box(12, 8, 186, 281)
    unbroken = {"formaal": "x" * 4000, "sted": "W" * 240, "moeder": "Å" * 80, "medbring": ["Ø" * 160]}
    found = rendered(letter_types, "moedeindkaldelse", frame(recipient="N" * 200, caseworker="M" * 200), **unbroken)

    assert all(glyph.inside(paper) for glyph in found)
    assert sum(glyph.text == "x" for glyph in found) >= 4000


def test_a_wide_table_wraps_and_its_head_is_repeated(letter_types: LetterTypes, frame: Made) -> None:
    lines = [{"tekst": "W" * 120, "beloeb": -(10**9)} for _ in range(40)]
    found = rendered(letter_types, "boligstoette-afgoerelse", frame(), beregning=lines)
    text = text_of(found)

    assert all(glyph.inside(Box(12, 8, 186, 281)) for glyph in found)
    assert text.count("-10.000.000,00 kr.") == 40
    assert text.count("Beregning Beløb") > 1


def test_a_protected_address_stands_on_the_cover_and_nowhere_else(letter_types: LetterTypes, frame: Made) -> None:
    document = render(letter_types["boligstoette-afgoerelse"], _example(letter_types), frame(cover=True))
    found = glyphs(document.pdf)
    pages = [text_of([glyph for glyph in found if glyph.page == page]) for page in range(1, document.pages + 1)]

    assert "Opdigtet Allé 12, 3. tv." in pages[0]
    assert pages[1] == ""  # the back of the cover
    assert not any("Opdigtet Allé" in page or "9999 Nordby" in page.splitlines() for page in pages[1:])
    assert "Opdigtet Allé" not in (document.html or "")
    assert (document.pages, document.sheets) == (4, 2)
    assert "Side 1 af 2" in pages[2]


def test_a_cover_without_an_address_is_refused(letter_types: LetterTypes, frame: Made) -> None:
    with pytest.raises(RenderingFault, match=r"^cover-without-address$"):
        render(letter_types["moedeindkaldelse"], _example(letter_types, 1), frame(cover=True, address=None))


def test_a_letter_for_a_mailbox_shows_the_name_only(letter_types: LetterTypes, frame: Made) -> None:
    found = rendered(letter_types, "moedeindkaldelse", frame(address=None))
    assert text_of([g for g in found if g.page == 1 and g.touches(WINDOW.address)]) == "Ærø Øster Ågård"


def test_a_letter_sent_again_says_so(letter_types: LetterTypes, frame: Made) -> None:
    assert "Genudsendt" in text_of(rendered(letter_types, "moedeindkaldelse", frame(marker="Genudsendt"))).splitlines()


def test_a_heading_never_ends_a_page(letter_types: LetterTypes, frame: Made) -> None:
    headings = {"Afgørelse", "Begrundelse", "Sådan har vi beregnet støtten", "Du skal fortælle os om ændringer"}
    for words in range(20, 900, 35):
        found = rendered(
            letter_types, "boligstoette-afgoerelse", frame(), bolig="ord " * 20, begrundelse="ord " * words
        )
        for page in range(1, max(glyph.page for glyph in found) + 1):
            body = text_of([g for g in found if g.page == page and (97 if page == 1 else 15) < g.top < 279])
            assert body.splitlines()[-1] not in headings


def test_only_embedded_faces_are_used(letter_types: LetterTypes, frame: Made) -> None:
    document = render(letter_types["moedeindkaldelse"], _example(letter_types, 1), frame(recipient="Ǩ. Ёлкин"))
    names = set()
    for page in PdfReader(BytesIO(document.pdf)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"].get_object()
            names.add(font.get_object()["/BaseFont"].split("+")[1])
    assert names == {"LetterSans-Regular", "LetterSans-Bold", "OtherSans-Regular"}
    assert "Kære Ǩ. Ёлкин" in text_of(glyphs(document.pdf))


def test_the_pdf_says_its_title_and_language(letter_types: LetterTypes, frame: Made) -> None:
    document = render(letter_types["moedeindkaldelse"], _example(letter_types, 1), frame())
    reader = PdfReader(BytesIO(document.pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == document.title == "Indkaldelse til møde 8. december 2026"
    assert str(reader.root_object["/Lang"]) == "da"


def _example(letter_types: LetterTypes, number: int = 0) -> dict[str, Any]:
    return dict(letter_types[TYPES[number]].example or {})


def test_the_total_of_a_table_never_leaves_its_last_line_and_no_page_says_the_head_twice(
    letter_types: LetterTypes, frame: Made
) -> None:
    for lines in range(20, 27):
        items = [{"tekst": f"Linje {number} {'med ord ' * 13}", "beloeb": number} for number in range(lines)]
        found = rendered(letter_types, "opkraevning", frame(), linjer=items, ydelse="y")
        texts = [text_of([glyph for glyph in found if glyph.page == page]) for page in range(1, found[-1].page + 1)]
        assert all(text.count("Betaling for Periode Beløb") <= 1 for text in texts)
        (last,) = (text for text in texts if "I alt " in text)
        assert f"Linje {lines - 1} " in last
