"""Letter types: policy, schema and template of every kind of letter, read from folders of data.

A folder holds `letter.toml` and, where the router renders the letter, `letter.html.j2`, `fields.schema.json` and
`example.json` (further examples: `example-*.json`). A type with `ready_made = true` has only its `letter.toml`: its
PDFs come finished from a system.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from outbound.rendering.faults import Finding, LetterTypesFault
from outbound.rendering.footnotes import Footnote, read_footnotes
from outbound.rendering.letter_type import LetterType
from outbound.rendering.letter_type_folder import LetterTypeFolder
from outbound.rendering.window import WINDOW, PrintPage


class LetterTypes(Mapping[str, LetterType]):
    """Every letter type by its name."""

    def __init__(self, types: Mapping[str, LetterType]) -> None:
        self._types = dict(sorted(types.items()))

    @classmethod
    def load(cls, folder: Path, page: PrintPage = WINDOW) -> "LetterTypes":
        """Read and check them all, to be set on a print provider's page.

        Raises LetterTypesFault, which names every fault of every folder at once.
        """
        footnotes, faults = footnotes_in(folder)
        sources = [LetterTypeFolder.read(folder, path, footnotes) for path in folders_in(folder)]
        sentences = [f"{folder}: holds no letter type; add a folder with a letter.toml."] if not sources else []
        sentences += [f"{folder.name}/{fault.text}." for fault in faults]
        for source in sources:
            sentences += [f"{source.where}: {fault.text}." for fault in source.findings()]
        if sentences:
            raise LetterTypesFault(tuple(sentences))
        return cls({source.name: source.letter_type(page) for source in sources})

    def __getitem__(self, name: str) -> LetterType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


def folders_in(folder: Path) -> list[Path]:
    """The folders of letter types, by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))


def footnotes_in(folder: Path) -> tuple[tuple[Footnote, ...], list[Finding]]:
    """The footnotes of all types, and what is wrong with them."""
    return read_footnotes(folder, frozenset(path.name for path in folders_in(folder)))


def load_one(root: Path, path: Path, page: PrintPage = WINDOW) -> LetterType:
    """The letter type at `path` alone, whatever is wrong with its neighbours. Raises LetterTypesFault."""
    source = LetterTypeFolder.read(root, path, footnotes_in(root)[0])
    sentences = tuple(f"{source.where}: {fault.text}." for fault in source.findings())
    if sentences:
        raise LetterTypesFault(sentences)
    return source.letter_type(page)
