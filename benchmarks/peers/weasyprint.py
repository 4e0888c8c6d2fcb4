"""WeasyPrint as its manual wants it for speed: fonts and style sheet read once, no hints, HarfBuzz to make subsets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from benchmarks.peers.html import TEMPLATES, Html


def lacking() -> str:
    """What this machine lacks for a fair comparison, and how to get it; empty where it has all."""
    try:
        from weasyprint.text import ffi
    except OSError:
        return "Pango; install Debian's libpango-1.0-0 and libpangoft2-1.0-0"
    if ffi.harfbuzz_subset is None or not ffi.harfbuzz.hb_version_atleast(4, 1, 0):
        # Without it WeasyPrint makes subsets with fontTools, which takes 25 times as long.
        return "HarfBuzz that makes subsets (4.1 or newer); install Debian's libharfbuzz-subset0"
    return ""


class Engine:
    """One process's WeasyPrint."""

    def __init__(self, pages: int, fonts: Path, *, tagged: bool) -> None:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration

        self._read = HTML
        self._html = Html("weasyprint.html.j2", pages)
        self._fonts = FontConfiguration()
        style = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=False).get_template("weasyprint.css.j2")
        self._style = CSS(string=style.render(fonts=fonts.as_uri()), font_config=self._fonts)
        self._options = {"pdf_variant": "pdf/ua-1"} if tagged else {}

    def render(self, letter: Mapping[str, Any]) -> bytes:
        """The letter's PDF."""
        made: bytes = self._read(string=self._html.of(letter)).write_pdf(
            stylesheets=[self._style], font_config=self._fonts, **self._options
        )
        return made
