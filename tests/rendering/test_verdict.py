"""Each code at least once, and what only nearly is one; the verdict is the same twice, and nobody is in it."""

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from outbound.rendering import RULES, Expected, marked, preflight
from outbound.rendering.window import Box
from tests.rendering.made import ADDRESS, BODY, MM, Draw, box, letter, pages, text, window
from tests.rendering.pdfs import pdf

WITHIN = Expected(("Ærø Øster Ågård",), window=True)
NAME = "Ærø Øster Ågård"


def codes(given: bytes, expected: Expected = WITHIN) -> tuple[str, ...]:
    return preflight(given, expected).codes


def test_a_letter_as_it_should_be_has_no_fault_and_says_what_it_is_like() -> None:
    found = preflight(letter(), WITHIN)
    assert (found.codes, found.warnings, found.pages) == ((), ("not-tagged",), 1)
    figures = found.figures
    assert figures.appeal
    assert (figures.words, figures.long_words) == (19, 4)
    assert figures.lix is not None


SIZES = [
    ((210, 297), True),
    ((211.9, 297), True),
    ((208.1, 295.1), True),
    ((210, 298.9), True),
    ((212.1, 297), False),
    ((210, 299.1), False),
    ((207.9, 297), False),
    ((297, 210), False),
    ((215.9, 279.4), False),
]


@pytest.mark.parametrize(("size", "good"), SIZES)
def test_a4_portrait_is_held_to_two_millimetres(size: tuple[float, float], good: bool) -> None:
    given = pdf(boxes=[f"[0 0 {size[0] * MM:.4f} {size[1] * MM:.4f}]"])
    assert ("page-not-a4-portrait" in codes(given, Expected(window=False))) is not good


@pytest.mark.parametrize(
    ("box", "entries", "good"),
    [
        ("[0 0 842 595]", "/Rotate 90", True),
        ("[0 0 842 595]", "/Rotate -90", True),
        ("[0 0 595 842]", "/Rotate 90", False),
        ("[0 0 595 842]", "/Rotate 45", False),
        ("[0 0 1000 1000]", "/CropBox[100 50 695 892]", True),
        ("[0 0 595 842]", "/CropBox[0 0 595 400]", False),
        ("[0 0 595 842]", "/CropBox[-100 -100 900 900]", True),
        ("[0 0 297.5 421]", "/UserUnit 2", True),
        ("[0 0 595 842]", "/UserUnit 2", False),
    ],
)
def test_the_page_counts_as_it_is_seen(box: str, entries: str, good: bool) -> None:
    given = pdf(boxes=[box], page=entries)
    assert ("page-not-a4-portrait" in codes(given, Expected(window=False))) is not good


OUTSIDE: dict[str, tuple[Draw, bool]] = {
    "in the left strip": (box(5, 100, 3, 3), False),
    "just right of it": (box(12.5, 100, 3, 3), True),
    "at the lowest edge": (box(50, 290, 30, 3), False),
    "just over it": (box(50, 285, 30, 3.5), True),
    "at the top": (box(50, 0, 30, 3), False),
    "just under the top": (box(50, 4.5, 30, 3), True),
    "at the right edge": (box(207, 150, 3, 30), False),
    "just inside it": (box(200, 150, 5.5, 30), True),
    "white as paper": (box(0, 100, 210, 30, grey=1), True),
    "pale as scanned paper": (box(0, 100, 210, 30, grey=0.93), True),
    "words": (text(60, 294, "Fodnote"), False),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_ink_where_the_printer_cannot_print_is_found(name: str) -> None:
    draw, good = OUTSIDE[name]
    assert ("content-outside-printable-area" not in codes(letter(draw))) is good


def test_what_stands_outside_is_shown_by_its_box() -> None:
    (found,) = (one for one in preflight(letter(box(2, 150, 6, 40)), WITHIN).found if not one.warning)
    (place,) = found.places
    assert place.page == 1
    assert place.box is not None
    assert (place.box.left, place.box.top) == pytest.approx((2, 150), abs=0.5)
    assert (place.box.width, place.box.height) == pytest.approx((6, 40), abs=0.8)


SURROUNDINGS: dict[str, tuple[Draw, bool]] = {
    "right of the address": (box(111, 60, 3, 10), False),
    "outside the risk": (box(117, 60, 20, 20), True),
    "over the return line": (box(60, 36.5, 10, 3), False),
    "the return line": (text(22, 44, "Nordby Kommune, Rådhuspladsen 1, 9999 Nordby", 7), True),
    "under the address": (box(60, 83, 10, 4), False),
    "under the risk": (box(60, 88.5, 10, 4), True),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_nothing_else_may_show_in_the_window(name: str) -> None:
    draw, good = SURROUNDINGS[name]
    assert ("address-window-not-clear" not in codes(letter(draw))) is good


def test_a_window_is_only_looked_at_on_the_first_page() -> None:
    assert codes(pages([*window(), *BODY], [box(60, 83, 10, 4)])) == ()


def test_text_that_runs_through_the_window_is_no_address() -> None:
    running = [text(22, 50 + 5 * line, "Vi har behandlet din ansøgning om boligstøtte, og " * 2) for line in range(7)]
    assert "address-window-not-clear" in codes(pages(running))
    assert "recipient-mismatch" not in codes(pages(running))


@pytest.mark.parametrize("lines", [(), ("Ærø Øster Ågård",)])
def test_a_window_without_an_address_is_found(lines: tuple[str, ...]) -> None:
    assert codes(letter(lines=lines)) == ("address-missing",)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_has_its_window_where_it_is_seen(turn: int) -> None:
    given = turned(turn, *window(), *BODY)
    assert codes(given) == ()
    assert codes(given, Expected(("Bo Anden",), window=True)) == ("recipient-mismatch",)
    assert "address-window-not-clear" in codes(turned(turn, *window(), box(111, 60, 3, 10)))


NAMES = [
    ("Ærø Øster Ågård", True),
    ("ÆRØ ØSTER ÅGÅRD", True),
    ("Aeroe Oester Aagaard", True),
    ("Ågård, Ærø Øster", True),
    ("Ærø Ågård", True),
    ("Ærø Ø. Ågård", True),
    ("Ærø Maria Øster Ågård", True),
    ("Ærø Øster Ågård c/o Bo Berg", True),
    ("Bo Øster Ågård", False),
    ("Ærø Vester Ågård", False),
    ("Bo Berg", False),
    ("Ærø", False),
]


@pytest.mark.parametrize(("name", "same"), NAMES)
def test_the_name_in_the_window_is_the_recipients(name: str, same: bool) -> None:
    assert ("recipient-mismatch" not in codes(letter(), Expected((name,), window=True))) is same


def test_a_name_may_take_two_lines_and_live_with_somebody() -> None:
    lines = ("Ærø Øster", "Ågård", "c/o Bo Berg", *ADDRESS[1:])
    assert codes(letter(lines=lines)) == ()
    assert codes(letter(lines=("Bo Berg", f"c/o {NAME}", *ADDRESS[1:]))) == ("recipient-mismatch",)


def test_without_a_name_none_is_compared() -> None:
    assert codes(letter(), Expected(window=True)) == ()


PROTECTED = [
    ("Hemmelig Vej 7, 1. th., 9999 Nordby", "Hun bor på HEMMELIG VEJ 7.", True),
    ("Hemmelig Vej 7", "Hun bor på Hemmelig Vej 71.", False),
    ("Hemmelig Vej 7B", "på Hemmelig Vej 7 B, 1.", True),
    ("Hemmelig Vej 7", "på en hemmelig vej i 7 km", False),
    ("Ågade 3", "Aagade 3", True),
]


@pytest.mark.parametrize(("address", "words", "found"), PROTECTED)
def test_an_address_that_must_not_occur_is_found(address: str, words: str, found: bool) -> None:
    given = pages([*window(), *BODY], [text(30, 200, words)])
    expected = Expected((NAME,), (address,), window=True)
    assert ("protected-address-in-text" in codes(given, expected)) is found


def test_an_address_over_two_lines_is_found_too() -> None:
    given = letter(text(150, 200, "Hun bor på Hemmelig"), text(22, 205, "Vej 7."))
    assert codes(given, Expected(must_not_occur=("Hemmelig Vej 7",))) == ("protected-address-in-text",)


def picture(size: tuple[int, int] = (200, 280)) -> Draw:
    image = Image.new("L", size, 255)
    image.paste(0, (50, 50, 150, 150))

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(image), 20 * MM, 20 * MM, 160 * MM, 160 * MM)

    return draw


def test_a_page_that_is_a_picture_is_told_and_taken() -> None:
    found = preflight(pages([*window(), *BODY], [picture()]), WITHIN)
    assert (found.codes, found.warnings) == ((), ("not-tagged", "page-without-text"))
    assert [place.page for one in found.found if one.code == "page-without-text" for place in one.places] == [2]


def test_a_blank_page_is_no_picture() -> None:
    assert preflight(pages([*window(), *BODY], []), WITHIN).warnings == ("not-tagged",)


FONT = "<</Type/Font/Subtype/TrueType/BaseFont/Comic>>"
ACTIVE = {
    "a form that is sent": {"page": "/Annots[<</Subtype/Widget/FT/Btn/A<</S/SubmitForm/F(x)>>>>]"},
    "a field that acts": {"catalog": "/AcroForm<</Fields[<</Kids[<</AA<</K<</S/JavaScript>>>>>>]>>]>>"},
    "a rich medium": {"page": "/Annots[<</Subtype/RichMedia>>]"},
    "another file": {"page": "/Annots[<</Subtype/Link/A<</S/GoToR/F(other.pdf)>>>>]"},
    "a picture from elsewhere": {"page": "/Resources<</XObject<</X 5 0 R>>>>"},
}
REFERRED = b"<</Subtype/Form/BBox[0 0 9 9]/Ref<</F(o.pdf)/Page 0>>/Length 0>>stream\n\nendstream"


@pytest.mark.parametrize("name", ACTIVE)
def test_what_acts_or_reaches_outside_is_found(name: str) -> None:
    assert codes(pdf(**ACTIVE[name], extra=[REFERRED]), Expected(window=False)) == ("active-content",)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "inner",
    [
        f"<</Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F{FONT}>>>>/Length 0>>",
        f"<</Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>/Font<</F{FONT}>>>>/Length 0>>",
    ],
)
def test_a_typeface_deep_inside_is_found(inner: str) -> None:
    stream = inner.encode() + b"stream\n\nendstream"
    loop = b"<</Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 0>>stream\n\nendstream"
    given = pdf(page="/Resources<</XObject<</X 5 0 R>>>>", extra=[stream, loop])
    assert codes(given, Expected(window=False)) == ("font-not-embedded",)


@pytest.mark.parametrize("before", [b"PK\x03\x04", b"\xef\xbb\xbf", b" ", b"\r\n"])
def test_a_file_begins_with_its_kind(before: bytes) -> None:
    assert codes(before + letter()) == ("pdf-unreadable",)


def test_what_is_only_about_paper_is_a_warning_where_there_is_none() -> None:
    given = letter(box(5, 100, 3, 3), lines=())
    assert set(codes(given)) == {"content-outside-printable-area", "address-missing"}
    assert codes(given, Expected(window=False)) == ("content-outside-printable-area",)
    digital = preflight(given, Expected(paper=False))
    assert digital.codes == ()
    assert {"content-outside-printable-area", "address-missing"} <= set(digital.warnings)


def test_the_verdict_is_the_same_twice_and_repeats_no_word() -> None:
    given = letter(box(5, 100, 3, 3), text(30, 200, "Hun bor på Hemmelig Vej 7."))
    expected = Expected(("Bo Berg",), ("Hemmelig Vej 7",), window=True)
    one, two = preflight(given, expected), preflight(given, expected)
    assert one == two
    said = repr(one) + " ".join(fault.message for fault in one.faults)
    assert all(word not in said for word in ("Hemmelig", "Berg", "Ågård", "Nordby"))


def test_every_code_has_its_sentences() -> None:
    for code, rule in RULES.items():
        assert rule.meaning.endswith((".", "({most})."))
        assert rule.what_to_do.endswith((".", ").")), code


def red(given: bytes, page: int, spot: Box) -> bool:
    """Is there red in this part of the page?"""
    import pypdfium2

    image = pypdfium2.PdfDocument(given)[page].render(scale=1).to_pil().convert("RGB")
    part = image.crop(tuple(int(x * MM) for x in (spot.left, spot.top, spot.right, spot.bottom)))
    return any(r > 150 and g < 110 and b < 110 for r, g, b in part.get_flattened_data())


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_marks_stand_around_what_they_mark_however_the_page_is_turned(turn: int) -> None:
    given = turned(turn, box(2, 150, 6, 40))
    found, made = marked(given, Expected(window=False))
    assert found.codes == ("content-outside-printable-area",)
    assert red(made, 0, Box(0, 148, 12, 4))
    assert not red(given, 0, Box(0, 148, 12, 4))
    assert not red(made, 0, Box(60, 160, 100, 100))


def turned(turn: int, *draws: Draw) -> bytes:
    """A page that is seen as it is drawn, and stored turned."""
    size = (WIDTH, HEIGHT) if turn % 180 == 0 else (HEIGHT, WIDTH)
    out = BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    place = {0: (0, 0, 0), 90: (90, HEIGHT, 0), 180: (180, WIDTH, HEIGHT), 270: (270, 0, WIDTH)}[turn]
    canvas.translate(*place[1:])
    canvas.rotate(place[0])
    for draw in draws:
        draw(canvas)
    canvas.showPage()
    canvas.save()
    writer, turned_out = PdfWriter(clone_from=BytesIO(out.getvalue())), BytesIO()
    writer.pages[0].rotate(turn)
    writer.write(turned_out)
    return turned_out.getvalue()


WIDTH, HEIGHT = 210 * MM, 297 * MM


def test_a_marked_pdf_acts_no_more() -> None:
    given = pdf(
        catalog="/OpenAction<</S/JavaScript/JS(app.alert)>>", page="/Annots[<</Subtype/Link/A<</S/Launch/F(cmd)>>>>]"
    )
    found, made = marked(given, Expected(window=False))
    assert found.codes == ("active-content",)
    assert "active-content" not in preflight(made, Expected(window=False)).codes


def test_what_cannot_be_opened_cannot_be_marked() -> None:
    found, made = marked(b"PK\x03\x04")
    assert (found.codes, made) == (("pdf-unreadable",), b"")


def test_every_code_is_tried() -> None:
    """Codes that this file and its neighbour expect, all told; a new one needs its test."""
    from pathlib import Path

    here = Path(__file__).parent
    tried = (here / "test_verdict.py").read_text() + (here / "test_preflight.py").read_text()
    without = {"pdf-busy"}  # needs every child at work for a minute
    assert [code for code in RULES if f'"{code}"' not in tried and code not in without] == []
