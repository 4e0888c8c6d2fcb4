"""Golden pages: pictures of finished letters that somebody has looked at, and how another picture is told from them.

`make golden` makes them all again. Look at every picture that it changes before it is committed.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from outbound.letter import Address, Channel, ReadyMade
from outbound.rendering import Letterhead, LetterTypes, prepare, render
from tests.rendering import made
from tests.rendering.conftest import HEAD, TEMPLATES, usual_frame
from tests.rendering.test_letter_types import TOML, write

FOLDER = Path(__file__).parent / "golden_pages"
COMMAND = "make golden"
DPI = 50
FINER = 4  # drawn so many times finer and shrunk: pdfium puts letters on whole pixels, which here are 1/8 mm
GREYS = 16
LIMIT = 24.0
"""Of 255: how far two pictures may lie apart at any place of 1 mm, both made soft over 2 mm.

Measured with pypdfium2 5.15: letters drawn at 5 to 8 times the resolution lie 14 apart, without antialiasing 18, darker
by a fifth 17; a line that has moved by 0.7 mm lies 29 apart, by 1 mm 35 or more.
"""

_SHADES = [shade * 255 // (GREYS - 1) for shade in range(GREYS)]
_WORDS = "Vi har set på din sag og skriver, hvad vi er kommet frem til. "
EVERY_TAG = f"""
<h1>Alt, hvad et brev<br/>kan bestå af</h1>
<p>Kære {{{{ letter.recipient }}}}</p>
<p>{_WORDS * 3}<strong>Fed, <em>fed og skrå</em></strong> og <em>skrå</em>; linjen<br/>brydes. Læs mere på
<a href="https://www.nordby.example/sager">vores hjemmeside</a>, eller skriv til
<a href="mailto:post@nordby.example">post@nordby.example</a>.</p>
<p class="note">{_WORDS * 2}</p>
<h2>Overskrift</h2>
<h3>Under overskriften</h3>
<p>Du skal bruge:</p>
<ul><li>pas</li><li>{_WORDS}</li><li>dåbsattest<br/>eller kørekort</li></ul>
<ol>{"<li>trin</li>" * 11}</ol>
<table class="facts"><tbody><tr><th>Sted</th><td>Rådhuset, lokale 1.07</td></tr>
<tr><th>Hvornår</th><td>{_WORDS * 2}</td></tr></tbody></table>
<table><thead><tr><th>Hvad</th><th>Hvornår</th><th class="amount">Beløb</th></tr></thead><tbody>
<tr><td>Husleje</td><td>december 2026</td><td class="amount">8.900,00 kr.</td></tr>
<tr><td>{_WORDS}</td><td>januar 2027</td><td class="amount">-1,50 kr.</td></tr>
<tr class="total"><td>I alt</td><td></td><td class="amount">8.898,50 kr.</td></tr></tbody></table>
<section class="box"><h2>I en kasse</h2><p>{_WORDS * 3}</p><ul><li>også her</li></ul></section>
<section class="keep"><h2>På én side</h2><p>{_WORDS * 4}</p>
<p class="signature">Venlig hilsen<br/><br/>Birgitte Løvstrøm<br/>Nordby Kommune</p></section>
"""
_ROWS = "".join(
    f"<tr><td>Linje {number} med så mange ord, at den fylder flere linjer i sin kolonne</td>"
    f"<td>{number % 12 + 1}/2026</td><td class='amount'>{number}.234,50 kr.</td></tr>"
    for number in range(1, 41)
)
LONG_TABLE = (
    "<h1>En lang tabel</h1><table><thead><tr><th>Tekst</th><th>Måned</th><th class='amount'>Beløb</th></tr></thead>"
    f"<tbody>{_ROWS}<tr class='total'><td>I alt</td><td></td><td class='amount'>1.234,50 kr.</td></tr></tbody></table>"
    "<p>Efter tabellen.</p>"
)
Letter = Callable[[], bytes]


@cache
def _types() -> LetterTypes:
    return LetterTypes.load(TEMPLATES)


def _example(name: str, example: str = "example", **frame: Any) -> bytes:
    one = _types()[name]
    return render(one, one.examples[f"{example}.json"], usual_frame(**frame)).pdf


def _of_body(body: str) -> bytes:
    with TemporaryDirectory() as folder:
        one = LetterTypes.load(write(Path(folder), body, toml=TOML))["et-brev"]
        return render(one, one.examples["example.json"], usual_frame()).pdf


def _ready_made(lines: Sequence[str] = made.ADDRESS, plex: str = "duplex", **frame: Any) -> bytes:
    ready = ReadyMade(made.letter(lines=lines), "Et brev", date(2026, 11, 24))
    return prepare(ready, usual_frame(**frame), plex=plex).pdf


_BARE = Letterhead(HEAD.name, HEAD.return_address)
_CODE = "12345678906"
_DECISION, _NOTICE = "boligstoette-afgoerelse", "moedeindkaldelse"
_CROWDED: dict[str, Any] = {
    "recipient": "Ёлкин Ǩ. Nguyễn Thị Hồng Ξενοφών",
    "address": Address("Nguyễn Thị Hồng " * 5, ("c/o Ξενοφών", "Ёлкин Ǩ. " * 7, "Linje tre"), "", "12345 BERLIN", "DE"),
    "case_number": "26/" + "4" * 60,
    "caseworker": "Birgitte Løvstrøm " * 12,
    "marker": "Genudsendt",
}
SPECIAL: Mapping[str, Letter] = {
    "cover": lambda: _example(_DECISION, cover=True),
    "cover-and-marker-simplex": lambda: _ready_made((), "simplex", cover=True, marker="Genudsendt"),
    "cover-sheet-ready-made": lambda: _ready_made(cover_sheet=True),
    "crowded": lambda: _example(_NOTICE, **_CROWDED),
    "every-tag": lambda: _of_body(EVERY_TAG),
    "long-table": lambda: _of_body(LONG_TABLE),
    "mailbox": lambda: _example(_NOTICE, address=None, channel=Channel.DIGITAL),
    "marker": lambda: _example(_NOTICE, marker="Genudsendt"),
    "marker-ready-made": lambda: _ready_made(marker="Genudsendt"),
    "return-code": lambda: _example(_NOTICE, return_code=_CODE),
    "return-code-ready-made": lambda: _ready_made(return_code=_CODE),
    "nothing-known": lambda: _example(
        "opkraevning", "example-betalingsservice", case_number="", reference="", caseworker="", letterhead=_BARE
    ),
}


def letters() -> dict[str, Letter]:
    """Every letter that has a golden picture, by the picture's name."""
    examples = sorted(TEMPLATES.glob("[!_.]*/example*.json"))
    own = {f"{file.parent.name}.{file.stem}": (file.parent.name, file.stem) for file in examples}
    return {name: lambda at=at: _example(*at) for name, at in own.items()} | dict(SPECIAL)


def picture(pdf: bytes) -> Image.Image:
    """All pages beside one another, in greys."""
    with pypdfium2.PdfDocument(pdf) as document:
        return beside([drawn(page) for page in document])


def drawn(page: pypdfium2.PdfPage, finer: int = FINER, **how: bool) -> Image.Image:
    """One page in greys; `how`: other ways of pdfium's, to try what they come to."""
    fine: Image.Image = page.render(scale=finer * DPI / 72, grayscale=True, **how).to_pil()
    return fine.reduce(finer)


def beside(pages: list[Image.Image]) -> Image.Image:
    """The pages in one picture."""
    whole = Image.new("L", (sum(page.width for page in pages), max(page.height for page in pages)), 255)
    left = 0
    for page in pages:
        whole.paste(page, (left, 0))
        left += page.width
    return whole


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far the two lie apart where they do most, of 255; pictures of unlike sizes lie as far apart as can be."""
    if one.size != other.size:
        return 255.0
    return float(softened_difference(one, other).getextrema()[1])  # type: ignore[arg-type] # a pair: of one band


def softened_difference(one: Image.Image, other: Image.Image) -> Image.Image:
    """What `apart` looks at: half as wide and tall as the two."""
    soft, other_soft = (picture.filter(ImageFilter.BoxBlur(1.5)) for picture in (one, other))
    return ImageChops.difference(soft, other_soft).reduce(2)


def path_of(name: str) -> Path:
    """Where the golden picture lies."""
    return FOLDER / f"{name}.png"


def stored(name: str) -> Image.Image:
    """The golden picture. Raises FileNotFoundError."""
    with Image.open(path_of(name)) as found:
        return found.convert("L")


def store(name: str, seen: Image.Image, folder: Path = FOLDER) -> None:
    """Keep the picture as the golden one, in so few shades that it is small."""
    few = seen.point([round(value * (GREYS - 1) / 255) for value in range(256)]).convert("P")
    few.putpalette([part for shade in _SHADES for part in (shade, shade, shade)])
    few.save(folder / f"{name}.png", optimize=True, bits=4)


def orphans() -> Iterator[Path]:
    """Golden pictures of no letter, and what else lies with them."""
    known = {path_of(name) for name in letters()}
    return (path for path in sorted(FOLDER.iterdir()) if path not in known)


def main() -> int:
    """Make every golden picture that is not as its letter is, and remove those of no letter."""
    FOLDER.mkdir(exist_ok=True)
    for path in orphans():
        path.unlink()
        print(f"removed {path.name}")
    for name, letter in letters().items():
        seen = picture(letter())
        if not path_of(name).exists() or apart(seen, stored(name)) > LIMIT:
            store(name, seen)
            print(f"{path_of(name).name}: look at it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
