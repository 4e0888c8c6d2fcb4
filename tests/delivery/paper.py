"""The real renderer, asked once for each letter that is the same: what is tested here is the way, not the page."""

from collections.abc import Mapping
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
        key = repr((letter_type.name, fields, frame.recipient, frame.address, frame))
        if key not in _made:
            _made[key] = render(letter_type, fields, frame)
        return _made[key]
