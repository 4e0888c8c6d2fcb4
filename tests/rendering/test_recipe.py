"""The recipe for a letter type, followed to the letter."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from outbound.rendering import Frame, LetterTypes, render
from outbound.rendering.lint import lint
from outbound.rendering.markup import CHILDREN, CLASSES
from outbound.rendering.policy import Policy
from outbound.rendering.templates import FILTERS
from tests.rendering.conftest import TEMPLATES
from tests.rendering.placed import glyphs, text_of

RECIPE = Path(__file__).resolve().parents[2] / "docs" / "recipes" / "letter-type.md"
FILES = ("letter.toml", "fields.schema.json", "example.json", "letter.html.j2")


def test_the_recipe_makes_a_letter_type(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    blocks = re.findall(r"^```\w+\n(.*?)^```$", RECIPE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    shutil.copytree(TEMPLATES / "_layout", tmp_path / "_layout")
    folder = tmp_path / "venteliste"
    folder.mkdir()
    for name, text in zip(FILES, blocks, strict=True):
        (folder / name).write_text(text, "utf-8")
    made = LetterTypes.load(tmp_path)["venteliste"]
    assert lint(tmp_path, folder).findings == ()
    document = render(made, made.example or {}, frame())

    assert document.title == "Plads på venteliste fra 1. februar 2027"
    text = text_of(glyphs(document.pdf))
    assert "Asta Opdigt er skrevet på venteliste" in text
    assert "2.456,00 kr. om måneden" in text


def test_the_recipe_names_everything_that_a_type_may_use() -> None:
    text = RECIPE.read_text("utf-8")
    names = {*Policy.model_fields, *FILTERS, *CHILDREN, *(name for some in CLASSES.values() for name in some)}
    assert {name for name in names - {"body", "mailbox"} if f"`{name}`" not in text} == set()
