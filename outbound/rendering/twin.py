"""The accessible twin of a letter: the same text as one complete HTML5 page, for mailboxes and screen readers."""

from collections.abc import Iterable, Mapping

from lxml import etree
from lxml.etree import _Element
from markupsafe import Markup, escape

from outbound.letter import Format
from outbound.rendering.images import Image
from outbound.rendering.letter_type import LetterType
from outbound.rendering.pictures import logo_size, printed
from outbound.rendering.sheet import facts_of, one_line
from outbound.rendering.views import Frame
from outbound.rendering.window import MM
from outbound.rendering.words import words_in

_STYLE = (
    "body{font-family:sans-serif;line-height:1.5;max-width:44em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:1em 0}th,td{text-align:left;vertical-align:top;padding:.3em 1em .3em 0}"
    ".amount{text-align:right}.total td{font-weight:bold;border-top:1px solid}"
    ".box{background:#f1f1f1;padding:.5em 1em}"
    ".new-page{break-before:page}"
    "img{display:block;max-width:100%;height:auto;margin:1em 0}"
    "a{overflow-wrap:anywhere}"
)
_SIZES = {Format.NORMAL: "", Format.LARGE: "html{font-size:150%}"}  # of a browser's usual 12 points: 18


def twin(title: str, body: _Element, frame: Frame, letter_type: LetterType, images: Mapping[str, Image]) -> str:
    """A page that stands alone; it fetches nothing. `body` is changed in place (cells get scopes, images pixels)."""
    page = letter_type.page.body_later
    for element in body.iter("img"):
        image = images[element.get("src", "")]
        wide, _ = printed(image, element.get("class", ""), page.width * MM, page.height * MM)
        element.set("src", image.uri)
        element.set("width", str(_pixels(wide)))
    for head in body.iterfind(".//thead//th"):
        head.set("scope", "col")
    for head in body.iterfind(".//tbody//th"):
        head.set("scope", "row")
    body.tag = "main"
    language = letter_type.languages[0]
    main = etree.tostring(body, method="html", encoding="unicode")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{_SIZES[frame.format]}</style>\n</head>\n<body>\n"
        f"{_logo(frame, letter_type)}{_header(frame, language)}\n{main}\n</body>\n</html>\n"
    )


def _header(frame: Frame, language: str) -> str:
    """As it is heard in the PDF; the municipality's own names are marked as Danish in a letter that is not."""
    head, words = frame.letterhead, words_in(language)
    own = "" if words.language == "da" else "da"
    hours = Markup(" · ").join(filter(None, map(_line, head.opening_hours.strip().splitlines())))
    address = frame.address_in_window
    blocks = (
        [_line(frame.marker, own)],
        [
            *(_line(text, own) for text in (head.name, head.department, head.return_address)),
            *map(_line, (head.phone and words.phone.format(head.phone), head.mail, head.web)),
            hours and Markup("{}: {}").format(words.opening_hours, _in(hours, own)),
        ],
        map(_line, address.as_lines() if address else (frame.recipient,)),
        [_line(f"{label}: {text}") for label, text in facts_of(frame, words)],
    )
    whole = "" if language.partition("-")[0] == words.language else f' lang="{words.language}"'
    return f"<header{whole}>\n{''.join(map(_block, blocks))}</header>"


def _logo(frame: Frame, letter_type: LetterType) -> str:
    """Without words of its own: the name follows as text."""
    logo = frame.letterhead.logo
    if logo is None:
        return ""
    image = logo.on(letter_type.colour)
    wide, _ = logo_size(image, letter_type.page.logo)
    return f'<img src="{image.uri}" alt="" width="{_pixels(wide)}">\n'


def _pixels(points: float) -> int:
    """As CSS counts them."""
    return round(points / 0.75)


def _line(text: str, language: str = "") -> Markup:
    return _in(escape(one_line(text)), language)


def _in(text: Markup, language: str) -> Markup:
    return Markup('<span lang="{}">{}</span>').format(language, text) if text and language else text


def _block(lines: Iterable[Markup | str]) -> str:
    text = Markup("<br>").join(filter(None, lines))
    return f"<p>{text}</p>\n" if text else ""
