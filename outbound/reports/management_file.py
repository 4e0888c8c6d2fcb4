"""What management sees as a file for people: a line for every figure of `/ledelse`, as a month's report has them.

For machines is `outbound management --format csv` (outbound/reports/columns.py).
"""

from collections.abc import Iterator

from outbound.rendering.danish import dato, maaned
from outbound.reports.management import Management
from outbound.reports.management_sheets import sheets_of
from outbound.reports.monthly_files import FIGURE, as_lines, written

HEADINGS = ("Fra", "Til", *FIGURE)
TITLE = "Digital andel og besparelser"


def as_csv(made: Management) -> bytes:
    """Semicolons, decimal comma, CRLF and a byte order mark, as Excel in Danish reads them."""
    period = f"{made.period.first}", f"{made.period.last}"
    lines = as_lines("Om tallene", (TITLE, *_said(made)), sheets_of(made))
    return written([HEADINGS, *((*period, *line) for line in lines)])


def _said(made: Management) -> Iterator[str]:
    yield f"{dato(made.period.first)} til {dato(made.period.last)}"
    yield "Hele kommunen" if made.whole else ", ".join(line.label for line in made.departments)
    unfinished = [maaned(f"{month.line.key}-01") for month in made.months if not month.over]
    if unfinished:
        yield f"Ikke hele måneden er med: {', '.join(unfinished)}"
    yield "Beløb er uden moms. Sparet tid er anslået og lægges ikke til det, der er sparet for sikkert."
    yield "Tallene er lavet af regnskabets poster alene og kan efterregnes med outbound audit."
