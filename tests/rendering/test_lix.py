"""LIX by hand: words per sentence and the percentage of long words."""

import pytest

from outbound.rendering.lix import Lix, lix, read_aloud
from outbound.rendering.markup import parse


@pytest.mark.parametrize(
    ("texts", "words", "long_words", "sentences"),
    [
        ([], 0, 0, 1),
        (["Du får et brev."], 4, 0, 1),
        (["Ansøgningen er modtaget. Vi svarer snart."], 6, 2, 2),
        (["En overskrift", "Et punkt", "Et andet punkt."], 7, 1, 3),
        (["Mødet er den 22. november 2026 kl. 10.15 efter § 24, stk. 2."], 7, 1, 1),
        (["Kommer du? Ja! Husk: Tag kort med."], 7, 0, 4),
        (["Bo-Øst's 12 æbler"], 2, 1, 1),
    ],
)
def test_words_long_words_and_sentences_are_counted(
    texts: list[str], words: int, long_words: int, sentences: int
) -> None:
    assert lix(texts) == Lix(words, long_words, sentences)


def test_the_index_is_their_sum_and_has_advice() -> None:
    assert Lix(100, 20, 10).value == 30
    assert Lix(0, 0, 1).value == 0
    bands = [Lix(100, long, 10).advice.split(".")[0] for long in (14, 15, 25, 35, 45)]
    assert bands == ["LIX 24, very easy", "LIX 25, easy", "LIX 35, medium", "LIX 45, hard", "LIX 55, very hard"]


def test_a_table_is_not_read_aloud() -> None:
    body = parse(
        "<h1>Et</h1><section><p>To <em>tre</em></p></section><table><tbody><tr><td>Fire</td></tr></tbody></table>"
    )
    assert read_aloud(body) == ["Et", "To tre"]
