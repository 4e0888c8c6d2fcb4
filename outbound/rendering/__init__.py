"""Fields and a template become a letter: PDF, accessible HTML twin, pages and sheets; ready-made PDFs are checked."""

from outbound.rendering.faults import Fault, LetterTypesFault, RenderingFault
from outbound.rendering.fonts import unprintable
from outbound.rendering.letter_type import LetterType
from outbound.rendering.letter_types import LetterTypes
from outbound.rendering.preflight import Preflight, preflight, prepare
from outbound.rendering.renderer import render
from outbound.rendering.views import Frame, Letterhead
from outbound.rendering.window import WINDOW, Window

__all__ = [
    "WINDOW",
    "Fault",
    "Frame",
    "LetterType",
    "LetterTypes",
    "LetterTypesFault",
    "Letterhead",
    "Preflight",
    "RenderingFault",
    "Window",
    "preflight",
    "prepare",
    "render",
    "unprintable",
]
