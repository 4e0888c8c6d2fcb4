"""What can be wrong with a letter, its fields or its type. No fault carries what somebody wrote."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (a JSON pointer into what was handed in) and a sentence that echoes no value.

    `code`: the stand code, where the fault has one.
    """

    pointer: str
    message: str
    code: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in a letter type's folder: its file (empty: the folder), its line where that is known, and a sentence.

    The sentence begins small and has no full stop.
    """

    file: str
    line: int | None
    message: str

    @property
    def text(self) -> str:
        """The sentence with its file."""
        between = " " if self.message.startswith("is ") else ": "
        return f"{self.file}{between}{self.message}" if self.file else self.message


class RenderingFault(Exception):
    """This letter cannot be rendered. `code` is a stand code of ours; nothing of the letter is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LetterTypesFault(Exception):
    """The folder of letter types cannot be used; the text names every fault of every letter type."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__("The letter types cannot be used:\n  " + "\n  ".join(sentences))
        self.sentences = sentences
