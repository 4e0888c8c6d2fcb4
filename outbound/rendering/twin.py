"""The accessible twin of a letter: the same text as one complete HTML5 page, for mailboxes and screen readers."""

from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element
from markupsafe import Markup, escape

from outbound.letter import Format
from outbound.rendering.sheet import facts_of, one_line
from outbound.rendering.views import Frame

_STYLE = (
    "body{font-family:sans-serif;line-height:1.5;max-width:44em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:1em 0}th,td{text-align:left;vertical-align:top;padding:.3em 1em .3em 0}"
    ".amount{text-align:right}.total td{font-weight:bold;border-top:1px solid}"
    ".box{background:#f1f1f1;padding:.5em 1em}"
    "a{overflow-wrap:anywhere}"
)
_SIZES = {Format.NORMAL: "", Format.LARGE: "html{font-size:150%}"}  # of a browser's usual 12 points: 18


def twin(title: str, body: _Element, frame: Frame, language: str) -> str:
    """A page that stands alone; it fetches nothing. `body` is changed in place (its cells get their scopes)."""
    for head in body.iterfind(".//thead//th"):
        head.set("scope", "col")
    for head in body.iterfind(".//tbody//th"):
        head.set("scope", "row")
    body.tag = "main"
    main = etree.tostring(body, method="html", encoding="unicode")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{_SIZES[frame.format]}</style>\n</head>\n<body>\n"
        f"{_header(frame)}\n{main}\n</body>\n</html>\n"
    )


def _header(frame: Frame) -> str:
    head = frame.letterhead
    lines = [
        head.name,
        head.department,
        head.return_address,
        head.phone and f"Telefon {head.phone}",
        head.mail,
        head.web,
    ]
    hours = [f"Åbningstid: {' · '.join(head.opening_hours.strip().splitlines())}"] if head.opening_hours.strip() else []
    address = frame.address_in_window
    recipient = address.as_lines() if address else (frame.recipient,)
    facts = [f"{label}: {text}" for label, text in facts_of(frame)]
    blocks: list[Sequence[str]] = [[frame.marker], [*lines, *hours], recipient, facts]
    return f"<header>\n{''.join(map(_block, blocks))}</header>"


def _block(lines: Sequence[str]) -> str:
    text = Markup("<br>").join(escape(one_line(line)) for line in lines if line.strip())
    return f"<p>{text}</p>\n" if text else ""
