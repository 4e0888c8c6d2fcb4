"""Images of a template's own: read once, never chosen by a value, described, and as sharp as a printer needs."""

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image as Pixels
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader

from outbound.letter import Document
from outbound.rendering import Frame, LetterTypes, LetterTypesFault, render
from outbound.rendering.images import MOST_BYTES, MOST_PIXELS, read_image
from outbound.rendering.lint import lint, lint_layout
from outbound.rendering.window import MM, WINDOW
from tests.rendering.tags import Tagged
from tests.rendering.test_letter_types import TOML, faults_of, write
from tests.rendering.test_tagged import is_in_order

BODY_LATER = WINDOW.body_later

Made = Callable[..., Frame]
RED, GREY = (200, 30, 30), (90, 90, 90)
SHOWN = '<h1>Et brev</h1><p>{{ tekst }}</p><img src="kort.png" alt="Kort over (Havnen) Łódź"/>'


def png(size: tuple[int, int] = (600, 300), colour: Any = GREY, mode: str = "RGB", **more: Any) -> bytes:
    out = BytesIO()
    Pixels.new(mode, size, colour).save(out, "PNG", **more)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (600, 300), colour: Any = GREY, mode: str = "RGB", **more: Any) -> bytes:
    out = BytesIO()
    Pixels.new(mode, size, colour).save(out, "JPEG", **more)
    return out.getvalue()


def folder_with(folder: Path, body: str = SHOWN, toml: str = TOML, **images: bytes) -> Path:
    """A letter type `et-brev` with these images beside its template, by their names without `.png`."""
    write(folder, body, toml=toml)
    for name, content in images.items():
        (folder / "et-brev" / f"{name}.png").write_bytes(content)
    return folder


def letter(folder: Path, frame: Frame) -> Document:
    return render(LetterTypes.load(folder)["et-brev"], {"tekst": "Hej"}, frame)


def images_of(pdf: bytes) -> list[Any]:
    """Every image object of the file, each once."""
    found: dict[int, Any] = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for held in resources.get("/XObject", {}).values():
            found[held.idnum] = held.get_object()
    return list(found.values())


def pixel(pdf: bytes, x: float, y: float, page: int = 0) -> Any:
    """The colour at a place of a page, in millimetres from its upper left corner."""
    document = pypdfium2.PdfDocument(pdf)
    shown = document[page].render(scale=2).to_pil().convert("RGB")
    document.close()
    return shown.getpixel((int(x * MM * 2), int(y * MM * 2)))


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("content", [png(colour=RED), jpeg(colour=RED), png(mode="RGBA", colour=(*RED, 128))])
def test_a_letter_with_an_image_keeps_both_standards(tmp_path: Path, frame: Made, content: bytes, colour: bool) -> None:
    folder = folder_with(tmp_path, toml=TOML + f"colour = {str(colour).lower()}\n", kort=content)
    document = letter(folder, frame(cover=True, marker="Genudsendt"))
    is_in_order(document.pdf)
    (figure,) = Tagged(document.pdf).root.all("Figure")
    assert figure.entries["/Alt"] == "Kort over (Havnen) Łódź"
    left, bottom, right, top = map(float, figure.entries["/A"]["/BBox"])
    assert left == pytest.approx(BODY_LATER.left * MM, abs=0.01)
    assert (right - left, top - bottom) == pytest.approx((288, 144), abs=0.01)  # 600 pixels at 150 an inch
    seen = pixel(document.pdf, (left + 9) / MM, 297 - (bottom + 9) / MM, page=2)
    assert (len(set(seen)) > 1) is colour
    (image,) = images_of(document.pdf)
    assert image["/ColorSpace"] == ("/DeviceRGB" if colour else "/DeviceGray")
    assert "/SMask" not in image


def test_the_twin_carries_the_image_and_its_words(tmp_path: Path, frame: Made) -> None:
    twin = letter(folder_with(tmp_path, kort=png()), frame()).html or ""
    assert 'alt="Kort over (Havnen) Łódź"' in twin
    assert 'src="data:image/png;base64,' in twin
    assert 'width="384"' in twin  # 288 points
    assert "kort.png" not in twin


def test_an_image_without_words_is_not_heard(tmp_path: Path, frame: Made) -> None:
    document = letter(folder_with(tmp_path, SHOWN.replace("Kort over (Havnen) Łódź", ""), kort=png()), frame())
    is_in_order(document.pdf)
    assert list(Tagged(document.pdf).root.all("Figure")) == []
    assert len(images_of(document.pdf)) == 1
    assert 'alt=""' in (document.html or "")


def test_an_image_shown_often_is_in_the_file_once(tmp_path: Path, frame: Made) -> None:
    document = letter(folder_with(tmp_path, SHOWN + SHOWN[SHOWN.index("<img") :] * 9, kort=png()), frame())
    assert document.pages >= 3
    assert len(images_of(document.pdf)) == 1
    assert len(list(Tagged(document.pdf).root.all("Figure"))) == 10
    is_in_order(document.pdf)


def test_the_same_letter_has_the_same_bytes(tmp_path: Path, frame: Made) -> None:
    folder = folder_with(tmp_path, kort=jpeg(colour=RED))
    assert letter(folder, frame()) == letter(folder, frame())


def test_rendering_opens_no_file(tmp_path: Path, frame: Made) -> None:
    made = LetterTypes.load(folder_with(tmp_path, kort=png()))["et-brev"]
    (tmp_path / "et-brev" / "kort.png").unlink()
    assert len(images_of(render(made, {"tekst": "x"}, frame()).pdf)) == 1


def test_the_version_changes_with_the_image(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, kort=png())
    before = LetterTypes.load(folder)["et-brev"].template_version
    (folder / "et-brev" / "kort.png").write_bytes(png(colour=0))
    assert LetterTypes.load(folder)["et-brev"].template_version != before


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="{{ tekst }}" alt="x"/>',
        '<img src="{{ tekst }}.png" alt="x"/>',
        '<img src="../et-brev/kort.png" alt="x"/>',
        '<img src="/etc/kort.png" alt="x"/>',
        '<img src="https://www.nordby.example/kort.png" alt="x"/>',
        '<img src="data:image/png;base64,AAAA" alt="x"/>',
        '<img src="kort.png"/>',
        '<img alt="x"/>',
        "<img src='kort.png' alt='x'/>",
        '<{{ "img" }} src="{{ tekst }}" alt="x"/>',
        '<img src="kort.svg" alt="x"/>',
    ],
)
def test_an_image_is_written_out_and_described(tmp_path: Path, tag: str) -> None:
    (fault,) = faults_of(folder_with(tmp_path, f"<h1>x</h1>\n{tag}", kort=png()))
    assert fault.startswith(f"{tmp_path.name}/et-brev: letter.html.j2: has an image whose file is not written out")


@pytest.mark.parametrize("value", ["kort.png", "plan.png", "../kort.png", '"/><img src="kort.png" alt="x"/>'])
def test_a_value_never_becomes_an_image(tmp_path: Path, frame: Made, value: str) -> None:
    """Not by text that looks like a tag, and not by a template that tries to let it."""
    folder = folder_with(tmp_path, "<h1>x</h1><p>{{ tekst }}</p>", kort=png(), plan=png())
    assert images_of(render(LetterTypes.load(folder)["et-brev"], {"tekst": value}, frame()).pdf) == []
    (folder / "et-brev" / "letter.html.j2").write_text('<h1>x</h1><img {{ "s" }}rc="{{ tekst }}" alt="y"/>', "utf-8")
    with pytest.raises(LetterTypesFault, match="not written out"):
        LetterTypes.load(folder)


def test_a_name_that_no_file_had_at_loading_is_refused(tmp_path: Path, frame: Made) -> None:
    """Should a template get a value into `src` all the same: only images that it names are there."""
    body = '<h1>x</h1><{{ "im" }}g {{ "s" }}rc="{{ tekst }}" alt="y"/>'
    folder = write(tmp_path, body, example={"tekst": "kort.png"})
    (folder / "et-brev" / "kort.png").write_bytes(png())
    assert "<img> has an attribute or a value" in faults_of(folder)[0]


def test_an_image_of_the_shared_layout_serves_every_type(tmp_path: Path, frame: Made) -> None:
    body = '{% from "_layout/a.j2" import billede %}<h1>x</h1>{{ billede() }}'
    folder = write(tmp_path, body)
    (folder / "_layout").mkdir()
    macro = '{% macro billede() %}<img src="faelles.png" class="third" alt="Fælles"/>{% endmacro %}'
    (folder / "_layout" / "a.j2").write_text(macro, "utf-8")
    assert "_layout/a.j2: names the image faelles.png" in faults_of(folder)[0]
    (folder / "_layout" / "faelles.png").write_bytes(png(colour=RED))
    assert len(images_of(letter(folder, frame()).pdf)) == 1
    assert lint_layout(folder) == ()
    (folder / "_layout" / "anden.png").write_bytes(png())
    assert [one.file for one in lint_layout(folder)] == ["_layout/anden.png"]


def test_a_missing_image_keeps_the_type_from_being_used(tmp_path: Path) -> None:
    (fault,) = faults_of(folder_with(tmp_path))
    assert "letter.html.j2: names the image kort.png, which lies neither here nor in _layout" in fault


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no PNG or JPEG"),
        (b"%PDF-1.7", "is no PNG or JPEG"),
        (png()[:200], "is no PNG or JPEG"),
        (png(colour=1) + b"\0" * MOST_BYTES, f"an image may have {MOST_BYTES}"),
        (png((2000, MOST_PIXELS // 2000 + 1)), f"an image may have {MOST_PIXELS}"),
        (png((20_000, 5_000), 0, "1"), f"an image may have {MOST_PIXELS}"),
        (jpeg(mode="CMYK", colour=0), "has the mode CMYK"),
    ],
)
def test_a_file_that_cannot_be_set_is_told_at_loading(tmp_path: Path, content: bytes, said: str) -> None:
    (fault,) = faults_of(folder_with(tmp_path, kort=content))
    assert "et-brev: kort.png" in fault
    assert said in fault


def test_only_pixels_go_on(tmp_path: Path) -> None:
    note = PngInfo()
    note.add_text("Author", "Opdigt Opdigtsen")
    exif = Pixels.Exif()
    exif[0x013B] = "Opdigt Opdigtsen"
    for content in (png(pnginfo=note), jpeg(exif=exif)):
        assert b"Opdigtsen" in content
        image = read_image(content, colour=True)
        assert b"Opdigtsen" not in image.data
        assert len(image.uri) < len(content) * 2


def test_a_picture_lies_as_its_camera_was_held() -> None:
    exif = Pixels.Exif()
    exif[0x0112] = 6
    image = read_image(jpeg((600, 300), exif=exif), colour=False)
    assert (image.width, image.height) == (300, 600)


def test_what_is_grey_is_set_in_grey_even_in_a_letter_in_colour() -> None:
    assert read_image(png(colour=GREY), colour=True).grey
    assert read_image(jpeg(colour=GREY), colour=True).grey
    assert not read_image(png(colour=RED), colour=True).grey
    assert read_image(png(colour=RED), colour=False).grey


def test_what_is_clear_is_white() -> None:
    image = read_image(png(mode="RGBA", colour=(0, 0, 0, 0)), colour=True)
    assert image.grey
    assert set(zlib.decompress(image.data)) == {255}


@pytest.mark.parametrize(("share", "wide"), [("third", 1 / 3), ("half", 1 / 2), ("full", 1.0)])
def test_a_class_says_how_wide_it_stands(tmp_path: Path, frame: Made, share: str, wide: float) -> None:
    folder = folder_with(tmp_path, SHOWN.replace("<img", f'<img class="{share}"'), kort=png(dpi=(300, 300)))
    (figure,) = Tagged(letter(folder, frame()).pdf).root.all("Figure")
    left, _, right, _ = map(float, figure.entries["/A"]["/BBox"])
    assert right - left == pytest.approx(BODY_LATER.width * MM * wide, abs=0.01)


@pytest.mark.parametrize("size", [(1900, 300), (300, 1900), (60, 1990)])
@pytest.mark.parametrize("around", ["{}", "<section class='box'>{}</section>", "<h2>y</h2>{}<p>z</p>"])
def test_no_image_is_larger_than_the_text_or_the_page(
    tmp_path: Path, frame: Made, size: tuple[int, int], around: str
) -> None:
    tag = '<img src="kort.png" alt="x"/>'
    body = f"<h1>x</h1>{'<p>ord</p>' * 20}{around.format(tag)}"
    document = letter(folder_with(tmp_path, body, kort=png(size)), frame())
    (figure,) = Tagged(document.pdf).root.all("Figure")
    left, bottom, right, top = map(float, figure.entries["/A"]["/BBox"])
    assert right - left <= BODY_LATER.width * MM + 0.01
    assert top - bottom <= BODY_LATER.height * MM * 0.75 + 0.01
    assert left >= BODY_LATER.left * MM - 0.01
    assert (right - left) / (top - bottom) == pytest.approx(size[0] / size[1], rel=0.01)
    is_in_order(document.pdf)


def test_lint_names_what_is_coarse_coloured_or_never_shown(tmp_path: Path) -> None:
    images = {"kort": png((400, 200), RED), "plan": png((400, 200), dpi=(72, 72)), "spare": png()}
    body = SHOWN.replace("<img", '<img class="full"') + '\n<img src="plan.png" alt="x"/>'
    folder = folder_with(tmp_path, body, toml=TOML + 'languages = ["da"]\n', **images)
    said = [finding.text for finding in lint(folder, folder / "et-brev").findings if "tal" not in finding.text[:99]]
    said = [one for one in said if "png" in one]
    assert len(said) == 4
    assert said[0] == "spare.png is shown by no template; take it out, or write its <img>"
    assert said[1].startswith("kort.png is in colour and the letter is not")
    assert "letter.html.j2: shows kort.png at 62 dots an inch" in said[2]
    assert "letter.html.j2: shows plan.png at 72 dots an inch" in said[3]


def test_lint_is_content_with_an_image_as_it_should_be(tmp_path: Path) -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"tekst": {"type": "string"}}}
    schema["required"] = ["tekst"]
    write(tmp_path, SHOWN, toml=TOML + 'languages = ["da"]\n', schema=schema)
    (tmp_path / "et-brev" / "kort.png").write_bytes(png())
    assert lint(tmp_path, tmp_path / "et-brev").findings == ()


def test_an_unknown_class_is_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, SHOWN.replace("<img", '<img class="huge"'), kort=png())
    assert "its class may be full or half or third" in faults_of(folder)[0]
