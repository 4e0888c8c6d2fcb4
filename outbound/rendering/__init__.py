"""Fields and a template become a letter: PDF, accessible HTML twin, pages and sheets; ready-made PDFs are checked."""

from outbound.rendering.enclosures import enclosed, pages_together
from outbound.rendering.faults import Fault, LetterTypesFault, RenderingFault
from outbound.rendering.fonts import unprintable
from outbound.rendering.inserts import inserts_on
from outbound.rendering.letter_type import LetterType
from outbound.rendering.letter_types import LetterTypes
from outbound.rendering.preflight import NOTHING_KNOWN, Limits, marked, preflight, prepare
from outbound.rendering.reminders import ReminderRule, event_of, text_of
from outbound.rendering.renderer import render, sheets_of
from outbound.rendering.verdict import RULES, Expected, Found, Preflight
from outbound.rendering.views import Frame, Letterhead
from outbound.rendering.window import WINDOW, PrintPage

__all__ = [
    "NOTHING_KNOWN",
    "RULES",
    "WINDOW",
    "Expected",
    "Fault",
    "Found",
    "Frame",
    "LetterType",
    "LetterTypes",
    "LetterTypesFault",
    "Letterhead",
    "Limits",
    "Preflight",
    "PrintPage",
    "ReminderRule",
    "RenderingFault",
    "enclosed",
    "event_of",
    "inserts_on",
    "marked",
    "pages_together",
    "preflight",
    "prepare",
    "render",
    "sheets_of",
    "text_of",
    "unprintable",
]
