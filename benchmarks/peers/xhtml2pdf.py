"""xhtml2pdf with its fonts registered once, which its own way (@font-face) does again for every letter."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf import pisa
from xhtml2pdf.default import DEFAULT_FONT

from benchmarks.peers.html import Html

rl_config.useA85 = 0  # as our own renderer: ASCII85 is slower and longer
FAMILY = "LetterSans"


class Engine:
    """One process's xhtml2pdf."""

    def __init__(self, pages: int, fonts: Path, *, tagged: bool) -> None:
        faces = {style: f"{FAMILY}-{style}" for style in ("Regular", "Bold", "Italic")}
        for face in faces.values():
            registerFont(TTFont(face, str(fonts / f"{face}.ttf")))
        registerFontFamily(FAMILY, faces["Regular"], faces["Bold"], faces["Italic"], faces["Bold"])
        DEFAULT_FONT[FAMILY.lower()] = FAMILY
        self._html = Html("xhtml2pdf.html.j2", pages)

    def render(self, letter: Mapping[str, Any]) -> bytes:
        """The letter's PDF."""
        out = BytesIO()
        pisa.CreatePDF(self._html.of(letter), dest=out)
        return out.getvalue()
