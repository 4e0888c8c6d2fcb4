"""The ends of pages, with a letter that grows line by line: no line alone, no table without its head."""

from collections.abc import Callable
from pathlib import Path

import pytest

from outbound.rendering import Frame, LetterTypes, render
from outbound.rendering.window import WINDOW
from tests.rendering.placed import glyphs, text_of
from tests.rendering.test_letter_types import TOML, write

BODY_LATER = WINDOW.body_later

Made = Callable[..., Frame]
LENGTHS = [(paragraphs, lines) for paragraphs in range(6, 24) for lines in (1, 2, 3)]  # around the end of a page
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"afsnit": {"type": "integer"}, "linjer": {"type": "integer"}},
}
BEFORE = (
    "<h1>Brev</h1><p>{% for nr in range(linjer) %}før<br/>{% endfor %}</p>"
    "{% for nr in range(afsnit) %}<p>før</p>{% endfor %}"
)
LONG, SHORT = (f"<p>{' '.join(f'ord{number}' for number in range(words))}</p>" for words in (120, 40))
ROWS = "".join(f'<tr><td>række {number}</td><td class="amount">{number} kr.</td></tr>' for number in range(12))
TABLE = (
    '<table><thead><tr><th>Hoved</th><th class="amount">Beløb</th></tr></thead><tbody>'
    f'{ROWS}<tr class="total"><td>Sum</td><td class="amount">99 kr.</td></tr></tbody></table>'
)
ITEMS = f"<p>Indledning:</p><ul>{'<li>punkt</li>' * 6}</ul>"
SIGNATURE = '<p class="signature">Venlig hilsen<br/><br/>Birgitte Løvstrøm<br/>Nordby Kommune</p>'


@pytest.fixture(scope="module", params=LENGTHS)
def lines(request: pytest.FixtureRequest) -> tuple[int, int]:
    paragraphs, lines = request.param
    return paragraphs, lines


def pages(folder: Path, frame: Frame, body: str, lines: tuple[int, int]) -> list[list[str]]:
    """The lines of each page's body."""
    fields = dict(zip(("afsnit", "linjer"), lines, strict=True))
    made = LetterTypes.load(write(folder, BEFORE + body, toml=TOML, schema=SCHEMA, example=fields))["et-brev"]
    found = glyphs(render(made, fields, frame).pdf)
    last = max(one.page for one in found)
    return [
        text_of([one for one in found if one.page == page and _top(page) < one.top < 279]).splitlines()
        for page in range(1, last + 1)
    ]


def _top(page: int) -> float:
    return 97 if page == 1 else BODY_LATER.top - 3


@pytest.mark.parametrize("paragraph", [LONG, SHORT])
def test_no_line_of_a_paragraph_stands_alone(
    tmp_path: Path, frame: Made, lines: tuple[int, int], paragraph: str
) -> None:
    parts = [
        sum(line.startswith("ord") for line in page) for page in pages(tmp_path, frame(), paragraph + "<p>x</p>", lines)
    ]
    assert sum(parts) == {LONG: 8, SHORT: 3}[paragraph]
    assert 1 not in parts


def test_a_table_has_its_head_on_every_page_and_never_the_head_alone(
    tmp_path: Path, frame: Made, lines: tuple[int, int]
) -> None:
    found = pages(tmp_path, frame(), f"<h2>Overskrift</h2>{TABLE}<p>efter</p>", lines)
    for page in found:
        rows = [line for line in page if line.startswith("række")]
        heads = [number for number, line in enumerate(page) if line == "Hoved Beløb"]
        assert len(heads) == bool(rows)
        assert all(page[number + 1].startswith("række") for number in heads)
        assert page[-1] != "Overskrift"
    assert sum(line.startswith("række") for page in found for line in page) == 12


def test_a_sum_has_a_row_above_it(tmp_path: Path, frame: Made, lines: tuple[int, int]) -> None:
    (page,) = [page for page in pages(tmp_path, frame(), TABLE, lines) if "Sum 99 kr." in page]
    assert page[page.index("Sum 99 kr.") - 1] == "række 11 11 kr."


def test_what_leads_into_a_list_stays_with_it(tmp_path: Path, frame: Made, lines: tuple[int, int]) -> None:
    for page in pages(tmp_path, frame(), ITEMS, lines):
        assert page[-1] != "Indledning:"


def test_a_signature_is_whole(tmp_path: Path, frame: Made, lines: tuple[int, int]) -> None:
    ends = [page for page in pages(tmp_path, frame(), f"<p>før</p>{SIGNATURE}", lines) if "Venlig hilsen" in page]
    assert len(ends) == 1
    assert ends[0][-2:] == ["Birgitte Løvstrøm", "Nordby Kommune"]
