"""How wide the columns of a table are, and how large its text may be for them."""

from collections.abc import Sequence

from lxml.etree import _Element

from outbound.rendering.fonts import BOLD, width
from outbound.rendering.fragments import CELL, block_of, text_of
from outbound.rendering.setting import Setting
from outbound.rendering.sizes import NORMAL, SMALLER, TIGHT, Size
from outbound.rendering.typesetting import unbroken

GAP = 6.0  # points at either side inside a cell; the table's own edges have none
_FEW_LETTERS = 40.0  # points: seven letters or so, in the usual size
Rows = Sequence[_Element]


def columns_of(rows: Rows, facts: bool, setting: Setting) -> tuple[Size, list[float]]:
    """The widths in points, and the size that the text has in them.

    It is the largest in which every column holds its longest word, though never less than usual; where there is none,
    the largest in which no amount, day or number is parted, which may be less. What does not fit then is parted too.
    """
    columns, whole = max(map(len, rows)), setting.across
    sizes = [setting.size] if setting.size is NORMAL else [setting.size, *SMALLER]
    tries = [(size, False) for size in sizes] + [(size, True) for size in (*sizes, *TIGHT)]
    for size, figures_only in tries:
        least = _longest_words(rows, columns, size, figures_only)
        if sum(least) <= whole:
            return size, _raised(_widths(rows, columns, facts, size, whole), least)
    return NORMAL, _widths(rows, columns, facts, NORMAL, whole)


def _widths(rows: Rows, columns: int, facts: bool, size: Size, whole: float) -> list[float]:
    """Columns of amounts, and the names of a table of facts, take what they need; the rest share what is left."""
    narrow: dict[int, float] = {}
    for row in rows:
        for number, cell in enumerate(row):
            if cell.get("class") == "amount" or (facts and number == 0):
                needed = width(unbroken(" ".join(text_of(cell).split())), BOLD, size.points(CELL.fontSize))
                narrow[number] = max(narrow.get(number, 0.0), needed + 2 * GAP + 1)
    most = whole * (0.34 if facts else 0.8 / columns)
    narrow = {number: min(needed, most) for number, needed in narrow.items()}
    others = columns - len(narrow)
    each = (whole - sum(narrow.values())) / others if others else 0.0
    return [narrow.get(number, each) for number in range(columns)]


def _longest_words(rows: Rows, columns: int, size: Size, figures_only: bool) -> list[float]:
    """Points that the longest word of each column needs. An amount with its unit is one word, and so is a day.

    `figures_only`: other words may be parted, in a column that holds some letters of them.
    """
    least = [0.0] * columns
    for row in rows:
        for number, cell in enumerate(row):
            block = block_of(cell, size.style(CELL), BOLD)
            needed = block.widest_word
            if figures_only:
                needed = max(min(needed, size.points(_FEW_LETTERS)), block.widest_figure)
            least[number] = max(least[number], needed + 2 * GAP + 1)
    return least


def _raised(widths: list[float], least: list[float]) -> list[float]:
    """No column narrower than its longest word: what is missing is taken from those that have more than they need."""
    missing = sum(max(low - wide, 0.0) for wide, low in zip(widths, least, strict=True))
    spare = sum(max(wide - low, 0.0) for wide, low in zip(widths, least, strict=True))
    share = min(missing / spare, 1.0) if spare else 0.0
    return [low if wide < low else wide - share * (wide - low) for wide, low in zip(widths, least, strict=True)]
