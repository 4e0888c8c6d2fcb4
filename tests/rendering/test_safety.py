"""What somebody writes is data: it is never markup, never code, never a path, and never turns up in a fault."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from outbound.rendering import Frame, LetterTypes, RenderingFault, render, unprintable
from tests.rendering.placed import glyphs, text_of
from tests.rendering.wild import HOSTILE

Made = Callable[..., Frame]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_stands(letter_types: LetterTypes, frame: Made, text: str) -> None:
    moede = letter_types["moedeindkaldelse"]
    fields = {**(moede.example or {}), "moeder": text, "sted": text, "formaal": text, "medbring": [text]}
    assert moede.faults(fields) == ()
    document = render(moede, fields, frame(recipient=text, caseworker=text, reference=text))

    printed = text_of(glyphs(document.pdf))
    assert printed.replace("\n", " ").count(text) + printed.replace("\n", "").count(text) >= 6
    assert _text_of_html(document.html or "").count(" ".join(text.split())) >= 6


def _text_of_html(html: str) -> str:
    class Reader(HTMLParser):
        text = ""

        def handle_data(self, data: str) -> None:
            self.text += data

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            assert tag not in ("img", "para", "script", "link", "iframe")

    reader = Reader()
    reader.feed(html)
    return reader.text


@pytest.mark.parametrize(
    "sign", ["😀", "\u202e", "\u200f", "\u200b", "\x00", "\x1b", "א", "\ufffd", "\ue000", "\u00ad"]
)
def test_a_character_that_no_face_has_is_a_fault_at_intake(letter_types: LetterTypes, frame: Made, sign: str) -> None:
    moede = letter_types["moedeindkaldelse"]
    fields = {**(moede.example or {}), "medbring": ["pas", f"hemmelig{sign}tekst"]}
    (fault,) = moede.faults(fields)

    assert fault.pointer == "/medbring/1"
    assert f"U+{ord(sign):04X}" in fault.message
    assert "hemmelig" not in fault.message
    assert unprintable(sign) == (sign,)
    with pytest.raises(RenderingFault) as refused:
        render(moede, fields, frame())
    assert "hemmelig" not in repr(refused.value)


def test_a_name_with_a_character_that_no_face_has_is_refused(letter_types: LetterTypes, frame: Made) -> None:
    moede = letter_types["moedeindkaldelse"]
    for where in ("recipient", "caseworker", "case_number", "marker"):
        with pytest.raises(RenderingFault, match=r"^character$"):
            render(moede, moede.example or {}, frame(**{where: "Ann 😀"}))


def test_letters_of_decomposed_accents_are_composed(letter_types: LetterTypes, frame: Made) -> None:
    moede = letter_types["moedeindkaldelse"]
    fields = {**(moede.example or {}), "moeder": "A\u030age Andre\u0301"}
    assert moede.faults(fields) == ()
    assert "Åge André" in text_of(glyphs(render(moede, fields, frame()).pdf))


def test_the_same_inputs_give_the_same_bytes(letter_types: LetterTypes, frame: Made) -> None:
    for letter_type in letter_types.values():
        if letter_type.example:
            one, two = (render(letter_type, letter_type.example, frame(cover=True)) for _ in range(2))
            assert one == two


def test_a_faulty_value_gives_a_code_and_nothing_of_itself(letter_types: LetterTypes, frame: Made) -> None:
    moede = letter_types["moedeindkaldelse"]
    good = moede.example or {}
    for fields in ({**good, "dag": "hemmelig"}, {**good, "klokken": "hemmelig"}, {"moeder": "hemmelig"}, {}):
        with pytest.raises(RenderingFault, match=r"^template$") as refused:
            render(moede, fields, frame())
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None


def test_a_ready_made_type_is_not_rendered(letter_types: LetterTypes, frame: Made) -> None:
    with pytest.raises(RenderingFault, match=r"^ready-made$"):
        render(letter_types["faerdigt-brev"], {}, frame())
