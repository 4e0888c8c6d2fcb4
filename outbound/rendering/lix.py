"""How hard a text is to read: LIX, the readability index of C.-H. Björnsson ("Läsbarhet", 1968).

LIX = words per sentence + percentage of words of more than six letters. A heading, a list item and a paragraph each
end a sentence. Tables are left out: they are looked up in, not read.
"""

import re
from dataclasses import dataclass

from lxml.etree import _Element

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_END = re.compile(r"[.!?:](?=\s+[^\W\d_a-zæøå]|\s*$)")  # `22. november` and `stk. 2` end nothing
_LONG = 6  # letters: a longer word is a long one
_READ = ("h1", "h2", "h3", "p", "li")
BANDS = (
    (25, "very easy", "Nothing to do."),
    (35, "easy", "Nothing to do."),
    (45, "medium", "Good for a letter to everybody; shorter sentences make it better still."),
    (55, "hard", "Write shorter sentences, one message in each, and find shorter words."),
    (None, "very hard", "Rewrite it: most readers will not get through. Aim at 45 or less."),
)


@dataclass(frozen=True, slots=True)
class Lix:
    """The index of one text, and what it is made of."""

    words: int
    long_words: int
    sentences: int

    @property
    def value(self) -> int:
        """The index, rounded; 0 for a text without words."""
        if not self.words:
            return 0
        return round(self.words / self.sentences + 100 * self.long_words / self.words)

    @property
    def advice(self) -> str:
        """The band it lies in, and what to do."""
        band, words = next((band, words) for most, band, words in BANDS if most is None or self.value < most)
        return f"LIX {self.value}, {band}. {words}"


def lix(texts: list[str]) -> Lix:
    """The index of texts that stand under each other; the end of each ends a sentence."""
    words = [word for text in texts for word in _WORD.findall(text)]
    sentences = sum(bool(_WORD.search(part)) for text in texts for part in _END.split(text))
    return Lix(len(words), sum(len(word) > _LONG for word in words), max(sentences, 1))


def read_aloud(body: _Element) -> list[str]:
    """The texts of a letter's body that are read as running text."""
    return [" ".join("".join(map(str, element.itertext())).split()) for element in body.iter(*_READ)]
