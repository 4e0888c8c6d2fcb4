"""The real renderer, asked once for each letter that is the same: what is tested here is the way, not the page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from outbound.letter import Document
from outbound.rendering import Frame, LetterType, render
from tests.house import Killed

_made: dict[str, Document] = {}


class RememberedRendering:
    """Called as `render` is. A recipient in `deadly` kills the worker that renders the letter."""

    def __init__(self) -> None:
        self.deadly: set[str] = set()
        self.rendered: list[str] = []
        self.frames: list[Frame] = []

    def __call__(self, letter_type: LetterType, fields: Mapping[str, Any], frame: Frame) -> Document:
        if frame.recipient in self.deadly:
            raise Killed
        self.rendered.append(frame.marker)
        self.frames.append(frame)
        alike = replace(frame, return_code="")  # every letter has another, and is drawn in a moment
        key = repr((letter_type.name, fields, frame.recipient, frame.address, alike))
        if key not in _made:
            _made[key] = render(letter_type, fields, alike)
        return replace(_made[key], return_code=frame.return_code if frame.address else "")
