"""How wide the columns of a table are, and how large its text may be for them."""

from collections.abc import Sequence

from lxml.etree import _Element

from outbound.rendering.fonts import BOLD, width
from outbound.rendering.fragments import CELL, block_of, text_of
from outbound.rendering.setting import Setting
from outbound.rendering.sizes import NORMAL, SMALLER, Size
from outbound.rendering.typesetting import unbroken

GAP = 6.0  # points at either side inside a cell; the table's own edges have none
Rows = Sequence[_Element]


def columns_of(rows: Rows, facts: bool, setting: Setting) -> tuple[Size, list[float]]:
    """The widths in points, and the size that the text has in them.

    In large print it is the largest in which every column holds its longest word. The smallest is the usual size;
    what does not fit in that either is parted as usual.
    """
    columns, whole = max(map(len, rows)), setting.across
    if setting.size is not NORMAL:
        for each in (setting.size, *SMALLER):
            least = _longest_words(rows, columns, each)
            if sum(least) <= whole:
                return each, _raised(_widths(rows, columns, facts, each, whole), least)
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


def _longest_words(rows: Rows, columns: int, size: Size) -> list[float]:
    """Points that the longest word of each column needs. An amount with its unit is one word."""
    least = [0.0] * columns
    for row in rows:
        for number, cell in enumerate(row):
            needed = block_of(cell, size.style(CELL), BOLD).widest_word + 2 * GAP + 1
            least[number] = max(least[number], needed)
    return least


def _raised(widths: list[float], least: list[float]) -> list[float]:
    """No column narrower than its longest word: what is missing is taken from those that have more than they need."""
    missing = sum(max(low - wide, 0.0) for wide, low in zip(widths, least, strict=True))
    spare = sum(max(wide - low, 0.0) for wide, low in zip(widths, least, strict=True))
    share = min(missing / spare, 1.0) if spare else 0.0
    return [low if wide < low else wide - share * (wide - low) for wide, low in zip(widths, least, strict=True)]
