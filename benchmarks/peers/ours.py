"""Our own renderer, as the workers call it: the tagged PDF and its HTML twin."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.html import TYPES
from benchmarks.renderer import TEMPLATES, frame_of
from outbound.rendering import LetterTypes, render


class Engine:
    """One process's renderer."""

    def __init__(self, pages: int, fonts: Path, *, tagged: bool) -> None:
        self._type = LetterTypes.load(TEMPLATES)[TYPES[pages]]

    def render(self, letter: Mapping[str, Any]) -> bytes:
        """The letter's PDF."""
        return render(self._type, letter["fields"], frame_of(letter["number"])).pdf
