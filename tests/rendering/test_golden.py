"""Every kind of letter looks as it did when somebody last looked at it; `make golden` where it is meant to look new."""

from collections.abc import Callable, Iterator
from ctypes import c_ushort
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pypdfium2 import raw

from outbound.rendering import WINDOW
from tests.rendering import golden

MM = 72 / 25.4
LETTERS = golden.letters()
SAMPLE = "boligstoette-afgoerelse.example"  # two pages, a table, a box, a list and links
Change = Callable[[pypdfium2.PdfDocument, pypdfium2.PdfPage], object]


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_looks_as_it_did(name: str, tmp_path: Path) -> None:
    assert golden.path_of(name).exists(), f"{name} has no golden picture: run `{golden.COMMAND}`, look at it, commit it"
    is_like(golden.picture(LETTERS[name]()), golden.stored(name), name, tmp_path)


def is_like(seen: Image.Image, wanted: Image.Image, name: str, folder: Path) -> None:
    """Fails, and leaves pictures to look at in the folder, where the two are not alike."""
    found = golden.apart(seen, wanted)
    if found <= golden.LIMIT:
        return
    pictures = {"seen": seen, "wanted": wanted, "difference": _difference(seen, wanted)}
    for what, picture in pictures.items():
        picture.save(folder / f"{name}.{what}.png")
    pytest.fail(
        f"{name} does not look as it did ({found:.0f}, at most {golden.LIMIT:.0f}): look at {folder}/{name}.*.png "
        f"({', '.join(pictures)}); is it meant to look so, run `{golden.COMMAND}`"
    )


def _difference(seen: Image.Image, wanted: Image.Image) -> Image.Image:
    """What is new in black on white; over the wider and the taller of the two."""
    size = (max(seen.width, wanted.width), max(seen.height, wanted.height))
    whole = [Image.new("L", size, 255) for _ in range(2)]
    for canvas, picture in zip(whole, (seen, wanted), strict=True):
        canvas.paste(picture, (0, 0))
    return ImageChops.invert(ImageChops.difference(*whole))


def test_no_picture_is_of_a_letter_that_is_no_more() -> None:
    assert list(golden.orphans()) == [], f"run `{golden.COMMAND}`, which removes them"


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in golden.FOLDER.iterdir()) < 1_500_000


# That the comparison sees what it must and nothing else. Each change is made to the finished page itself.


def texts(page: pypdfium2.PdfPage) -> Iterator[pypdfium2.PdfObject]:
    yield from page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])


def height(piece: pypdfium2.PdfObject) -> float:
    """Millimetres of its baseline from the top of the page."""
    return 297 - float(piece.get_matrix().f) / MM


def line(page: pypdfium2.PdfPage, at: float) -> list[pypdfium2.PdfObject]:
    """All pieces of the body's first line that lies lower than so many millimetres."""
    lower = [piece for piece in texts(page) if height(piece) > at]
    first = min(map(height, lower))
    return [piece for piece in lower if height(piece) - first < 0.5]


def move(pieces: list[pypdfium2.PdfObject], right: float, down: float) -> None:
    for piece in pieces:
        piece.transform(pypdfium2.PdfMatrix(1, 0, 0, 1, right * MM, -down * MM))


def write(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, words: str, left: float, top: float) -> None:
    """A line in Helvetica on this baseline."""
    piece = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 10.5)
    signs = words.encode("utf-16-le") + b"\0\0"
    raw.FPDFText_SetText(piece, (c_ushort * (len(signs) // 2)).from_buffer_copy(signs))
    raw.FPDFPageObj_Transform(piece, 1, 0, 0, 1, left * MM, (297 - top) * MM)
    raw.FPDFPage_InsertObject(page, piece)


def reset(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> None:
    """The first line of the body where it was, in Helvetica."""
    pieces = line(page, 115)
    place = pieces[0].get_matrix()
    said = page.get_textpage()
    words = "".join(said.get_text_bounded(*one.get_bounds()) for one in pieces)
    for one in pieces:
        page.remove_obj(one)
    write(document, page, words, place.e / MM, 297 - place.f / MM)


def lose(page: pypdfium2.PdfPage, top: float, bottom: float) -> None:
    """Everything that is written between these millimetres, the footer's margin included."""
    lost = [piece for piece in texts(page) if top < height(piece) < bottom]
    assert lost
    for piece in lost:
        page.remove_obj(piece)


CHANGES: dict[str, Change] = {
    "a line of the body 1 mm lower": lambda _, page: move(line(page, 115), 0, 1),
    "a line of the body 1 mm higher": lambda _, page: move(line(page, 115), 0, -1),
    "a line of the body 1 mm to the right": lambda _, page: move(line(page, 115), 1, 0),
    "a small line 1 mm lower": lambda _, page: move(line(page, 280), 0, 1),
    "the address 1 mm lower": lambda _, page: move(line(page, 45), 0, 1),
    "a lost paragraph": lambda _, page: lose(page, 114, 124),
    "a lost heading": lambda _, page: lose(page, 124, 130),
    "a line in another face": reset,
    "text over the window": lambda document, page: write(document, page, "x", 60, WINDOW.address.top + 20),
    "a full stop in the margin": lambda document, page: write(document, page, "•", 5, 200),
}


def changed(how: Change) -> Image.Image:
    """The sample with its first page changed."""
    with pypdfium2.PdfDocument(LETTERS[SAMPLE]()) as document:
        pages = [document[number] for number in range(len(document))]
        how(document, pages[0])
        return golden.beside([golden.drawn(page) for page in pages])


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(what: str) -> None:
    assert golden.apart(changed(CHANGES[what]), golden.stored(SAMPLE)) > golden.LIMIT


def test_nothing_is_seen_where_nothing_is_changed() -> None:
    assert golden.apart(changed(lambda *_: None), golden.stored(SAMPLE)) < golden.LIMIT / 2


@pytest.mark.parametrize("name", ["every-tag", "crowded", SAMPLE])
@pytest.mark.parametrize("finer", [5, 6, 8])
def test_letters_drawn_more_finely_look_the_same(name: str, finer: int) -> None:
    assert golden.apart(drawn_otherwise(name, finer), golden.picture(LETTERS[name]())) <= golden.LIMIT


@pytest.mark.parametrize("name", ["every-tag", "crowded", SAMPLE])
@pytest.mark.parametrize("how", ["no_smoothtext", "no_smoothpath", "force_halftone"])
def test_letters_drawn_without_antialiasing_look_the_same(name: str, how: str) -> None:
    assert golden.apart(drawn_otherwise(name, **{how: True}), golden.picture(LETTERS[name]())) <= golden.LIMIT


def drawn_otherwise(name: str, finer: int = golden.FINER, **how: bool) -> Image.Image:
    """As another build of pdfium may draw it."""
    with pypdfium2.PdfDocument(LETTERS[name]()) as document:
        return golden.beside([golden.drawn(page, finer, **how) for page in document])


def test_another_letter_and_a_page_more_are_seen() -> None:
    assert golden.apart(golden.stored("marker"), golden.stored("mailbox")) > golden.LIMIT
    assert golden.apart(golden.stored("cover"), golden.stored(SAMPLE)) == 255


def test_a_letter_that_looks_otherwise_leaves_pictures_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        is_like(golden.stored("cover"), golden.stored(SAMPLE), "x", tmp_path)
    assert str(tmp_path) in str(failed.value)
    assert golden.COMMAND in str(failed.value)
    assert {path.name for path in tmp_path.iterdir()} == {"x.seen.png", "x.wanted.png", "x.difference.png"}
    with Image.open(tmp_path / "x.difference.png") as difference:
        assert difference.size == golden.stored("cover").size
