"""Charts: what is drawn is as long as it says, whatever the numbers are, and all of it stands in the table behind."""

import re
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from outbound.rendering.danish import kroner
from outbound.reports.report import percent
from outbound.web import axis, charts
from outbound.web.charts import Chart, Drawn, Row
from outbound.web.pages.looks import _environment

MONTHS = [f"{month:02d}/26" for month in range(1, 13)]
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}} \N{SLIGHTLY SMILING FACE} \u202e " + "langt " * 40


def shown(drawn: Drawn) -> str:
    return _environment().from_string('{% from "_charts.html" import chart %}{{ chart(it) }}').render(it=drawn)


def lengths(drawn: Drawn) -> list[tuple[str, str]]:
    return [(box.x, box.width) for box in drawn.boxes]


def cells(page: str) -> list[str]:
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", page)]


def test_bars_are_as_long_as_their_values_and_the_greatest_fills_the_field() -> None:
    drawn = charts.bars(Chart("a", "Breve", "breve", ("Før", "Nu"), [Row("Skole", (100, 25)), Row("Miljø", (0, 50))]))
    assert lengths(drawn) == [("0%", "100%"), ("0%", "25%"), ("0%", "50%")]
    assert [box.series for box in drawn.boxes] == [0, 1, 1]
    assert [word.text for word in drawn.beside] == ["100", "25", "0", "50"]


def test_what_is_below_nought_lies_on_the_other_side_of_the_line() -> None:
    drawn = charts.bars(Chart("a", "Sparet", "kr.", ("Sparet",), [Row("Skole", (75,)), Row("Miljø", (-25,))]))
    assert lengths(drawn) == [("25%", "75%"), ("0%", "25%")]
    assert drawn.lines[0].x1 == "25%"


def test_a_target_stands_where_its_share_is() -> None:
    rows = [Row("Skole", (Fraction(1, 2),), Fraction(4, 5)), Row("Miljø", (None,))]
    drawn = charts.bars(Chart("a", "Andel", "%", ("Andel",), rows, written=charts.whole_percent, most=1))
    assert lengths(drawn) == [("0%", "50%")]
    assert [mark.x1 for mark in drawn.targets] == ["80%"]
    assert drawn.chart.table == [("Skole", "50 %", "80 %"), ("Miljø", "–", "–")]


def test_columns_are_stacked_from_nought() -> None:
    """The axis goes to 200 in 200 pixels below the 20 above: a letter is a pixel."""
    rows = [Row("jan", (120, 40, 20)), Row("feb", (50, 0, None))]
    drawn = charts.columns(Chart("a", "Breve", "breve", ("Digitalt", "Papir", "Lokalt"), rows))
    found = [(box.y, box.height, box.series) for box in drawn.boxes]
    assert found == [(100, 120, 0), (60, 40, 1), (40, 20, 2), (170, 50, 0)]
    assert [word.text for word in drawn.beside] == ["0", "50", "100", "150", "200"]
    assert [word.text for word in drawn.above] == ["180", "50"]


def test_columns_of_corrections_hang_below_nought() -> None:
    drawn = charts.columns(Chart("a", "Breve", "breve", ("Digitalt", "Papir"), [Row("jan", (100, -100))]))
    assert [(box.y, box.height) for box in drawn.boxes] == [(20, 100), (120, 100)]


def test_targets_of_months_make_a_line() -> None:
    rows = [Row(month, (Fraction(1, 2),), Fraction(8 + (place > 5), 10)) for place, month in enumerate(MONTHS)]
    drawn = charts.columns(Chart("a", "Andel", "%", ("Andel",), rows, written=charts.whole_percent, most=1))
    assert [(mark.y1, mark.y2) for mark in drawn.targets] == [(60, 60)] * 6 + [(40, 40)] * 6
    assert drawn.targets[0].x2 == drawn.targets[1].x1
    assert [word.text for word in drawn.beside] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(80, 56), (79, 56), (74, 56), (71, 74), (82, 52), (None, 216)],  # the line is at 60, and a percent is two pixels
)
def test_a_target_does_not_run_through_what_is_written_above_its_column(percent: int | None, expected: int) -> None:
    rows = [Row("jan", (None if percent is None else Fraction(percent, 100),), Fraction(4, 5))]
    drawn = charts.columns(Chart("a", "Andel", "%", ("Andel",), rows, written=charts.whole_percent, most=1))
    assert [word.y for word in drawn.above] == [expected]


@pytest.mark.parametrize("greatest", [1, 2, 3, 7, 999, 1_000_000_007, 10**15])
def test_the_axis_has_few_round_numbers_and_reaches_the_greatest(greatest: int) -> None:
    drawn = charts.columns(Chart("a", "Breve", "breve", ("Breve",), [Row("jan", (greatest,))]))
    said = [int(word.text.replace(".", "")) for word in drawn.beside]
    assert said == sorted(set(said))
    assert 2 <= len(said) <= axis.MOST_TICKS + 2
    assert said[-2] < greatest <= said[-1]


def test_sixty_months_name_twelve_and_no_totals() -> None:
    drawn = charts.columns(Chart("a", "Breve", "breve", ("Breve",), [Row(str(month), (month,)) for month in range(60)]))
    assert [word.text for word in drawn.words] == [str(month) for month in range(0, 60, 5)]
    assert drawn.above == ()
    assert len(drawn.chart.table) == 60


@pytest.mark.parametrize("draw", [charts.bars, charts.columns])
@pytest.mark.parametrize("rows", [[], [Row("jan", (None,))], [Row("jan", (0,))], [Row("", (Fraction(1, 3),))]])
def test_whatever_there_is_can_be_drawn(draw: object, rows: list[Row]) -> None:
    assert callable(draw)
    page = shown(draw(Chart("a", "Breve", "breve", ("Breve",), rows)))
    assert ("Ingen tal i perioden." in page) is (not rows)


def test_of_very_many_rows_the_first_are_drawn_and_all_are_in_the_table() -> None:
    drawn = charts.bars(Chart("a", "Typer", "breve", ("Breve",), [Row(f"type-{number}", (1,)) for number in range(90)]))
    page = shown(drawn)
    assert (len(drawn.boxes), drawn.left_out) == (40, 50)
    assert "50 rækker mere står kun i tabellen." in page
    assert "type-89" in cells(page)


def test_hostile_labels_are_text_and_long_ones_are_cut_in_the_drawing_alone() -> None:
    drawn = charts.bars(Chart("a", "Typer", "breve", ("Breve",), [Row(HOSTILE, (1,))]))
    page = shown(drawn)
    assert "<img" not in page
    assert "{{7*7}}" in page
    assert [len(word.text) <= charts.LABEL for word in drawn.words] == [True] * charts.LABEL_LINES
    assert drawn.words[-1].text.endswith("…")


class Ids(HTMLParser):
    """Notes ids, what refers to them, and styles or scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.used: set[str] = set()
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("aria-labelledby", "aria-describedby"):
                self.used |= set((value or "").split())
            if name == "fill" and value:
                self.used.add(value.removeprefix("url(#").removesuffix(")"))
            if name == "style" or name.startswith("on"):
                self.forbidden.append(name)
        self.forbidden += [tag] if tag in ("style", "script") else []


def test_two_charts_of_a_page_have_ids_of_their_own_and_refer_to_them() -> None:
    rows = [Row("jan", (1, 2, 3, 4, 5), 2)]
    page = "".join(shown(draw(Chart(key, "Breve", "breve", tuple("abcde"), rows))) for key, draw in
                   (("ene", charts.bars), ("to", charts.columns)))  # fmt: skip
    seen = Ids()
    seen.feed(page)
    assert len(seen.ids) == len(set(seen.ids))
    assert seen.used <= set(seen.ids)
    assert seen.forbidden == []
    assert page.count('role="img"') == 2


def test_the_alternative_says_the_greatest_and_the_least() -> None:
    page = shown(charts.bars(Chart("a", "Breve", "breve", ("Nu",), [Row("Skole", (7,)), Row("Miljø", (1234,))])))
    assert "Nu: mest Miljø, 1.234; mindst Skole, 7." in page


def test_the_alternative_is_said_as_people_say_it() -> None:
    """One row is no rows, and the full stop of an amount ends the sentence."""
    rows = [Row("Skole", (13265,))]
    one = charts.bars(Chart("a", "Udgift", "kroner", ("Nu",), rows, written=lambda ore: kroner(int(ore))))
    assert one.summary == (
        "Udgift, kroner. 1 række; alle tal står i tabellen under figuren. "
        "Nu: mest Skole, 132,65 kr.; mindst Skole, 132,65 kr."
    )


def test_values_have_their_tenths_where_ticks_and_targets_are_whole() -> None:
    chart = Chart(
        "a", "Andel", "%", ("Nu",), [Row("maj", (Fraction(9, 10),), Fraction(4, 5))], most=1,
        written=lambda share: percent(Fraction(share)), whole=charts.whole_percent,
    )  # fmt: skip
    drawn = charts.columns(chart)
    assert chart.table == [("maj", "90,0 %", "80 %")]
    assert [word.text for word in drawn.above] == ["90,0 %"]
    assert "100 %" in [word.text for word in drawn.beside]


def test_numbers_are_written_in_danish() -> None:
    assert charts.whole_percent(Fraction(4, 5)) == "80 %"
    assert charts.whole_percent(Fraction(1, 3)) == "33,3 %"
