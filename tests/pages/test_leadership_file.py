"""`/ledelse.csv` opens as it is in Excel in Danish, and says every figure of the page, one for one."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from outbound import clock
from outbound.delivery import House, send_reminders
from outbound.facts import People
from outbound.ledger import local_print
from outbound.ledger import tables as t
from outbound.ledger.local_print import Counted, LocalPrint
from outbound.letter import Channel, Mailbox, ReturnReason
from outbound.rendering.danish import kroner, tal
from outbound.reports import Period
from outbound.reports.management import Management, management, read
from outbound.reports.management_file import as_csv
from outbound.reports.management_sheets import sheets_of
from outbound.reports.monthly_paper import words
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.outside import World
from tests.pages.test_leadership import world
from tests.people import person
from tests.serving import Served

__all__ = ["world"]
NOVEMBER = {"fra": "2026-11", "til": "2026-11"}
SECTIONS = {
    "Måned for måned": "Måned for måned",
    "Forvaltning for forvaltning": "Forvaltning for forvaltning",
    "Andele mod mål": "Andele mod mål",
    "Grunde, og hvad der kan gøres ved dem": "Grunde til papir",
    "Besparelsens dele, uden moms": "Besparelsens dele",
    "Realiseret mod budget": "Realiseret mod budget",
    "Hvad brevene kostede, uden moms": "Pris efter kanal",
    "De ti brevtyper med mest papir": "Brevtyper med mest papir",
    "De ti fagsystemer med mest papir": "Fagsystemer med mest papir",
    "Breve, som kom retur, efter grund": "Returpost",
}
"""What the file calls the tables of the page: each by how its caption begins."""
ENROLMENT = "Netto og tilmelding i hele kommunen"
File = Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]
"""By section and line: column to value and unit."""
NUMBER = re.compile(r"-?[\d.,]*\d(?: kr\.| %)?")


@pytest.fixture
def sent(house: House, world: World, moving_clock: MovingClock) -> House:
    """Digital letters and some on paper of two departments, one with a reminder, one that came back; local print."""
    world.enrolment.answers |= {person("well", 3): Mailbox.EXEMPT, person("well", 6): Mailbox.EXEMPT}
    hand_in(house, *(submission(person("well", number)) for number in range(4)))
    hand_in(house, submission(person("well", 5), system="skole", department="boern-og-skole"))
    hand_in(house, submission(person("well", 6), system="skole", department="boern-og-skole"))
    fields = {**dict(submission().fields or {}), "dag": "2026-11-26"}
    hand_in(house, submission(person("well", 9), fields=fields))
    run_to_rest(house)
    moving_clock.pass_(days=2, hours=1)
    assert send_reminders(house) == 1
    _printed_at_the_offices(house)
    _come_back(house)
    return house


def _printed_at_the_offices(house: House) -> None:
    first, last = clock.today().replace(day=1), clock.today()
    with house.ledger.writing() as tx:
        for one in house.organisation.departments_on(last):
            ends = last + timedelta(days=5) if one.code == "boern-og-skole" else last  # a part of it: estimated
            local_print.add(tx, LocalPrint(one.code, "optalt", Counted.EXACT, first, ends, 3), "Solvej")


def _come_back(house: House) -> None:
    with house.ledger.writing() as tx:
        letter = tx.execute(t.letter.select().where(t.letter.c.channel == Channel.PRINT)).first()
        assert letter is not None
        row = {"letter_id": letter.id, "reason": ReturnReason.MOVED, "at": clock.now(), "by": "post", "was": "SENT"}
        tx.execute(t.returned.insert().values(row))


def file_of(body: bytes) -> File:
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for row in list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]:
        _, _, section, line, column, value, unit = row
        assert column not in found.setdefault((section, line), {}), (section, line, column)
        found[section, line][column] = (value, unit)
    return found


def as_shown(value: str, unit: str) -> str:
    """A figure of the file as the page writes it."""
    if not unit:
        return value or "–"
    if unit == "kr.":
        return kroner(int(value.replace(",", "")))
    return tal(int(value)) if unit == "stk." else f"{value} %"


def text(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html)).strip()


def tables_of(page: str) -> dict[str, list[list[str]]]:
    """By caption: the headings, then the rows."""
    found = {}
    for caption, body in re.findall(
        r'<table class="managed">\s*<caption>(.*?)</caption>(.*?)</table>', page, re.DOTALL
    ):
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
        found[text(caption)] = [[text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
    return found


def figure(line: Mapping[str, tuple[str, str]], columns: list[str], heading: str) -> str:
    """The next column that is called so, as the page writes its figure; `columns` are those left, in order."""
    while columns:
        name = columns.pop(0)
        if heading.lower() in name.lower():
            said = as_shown(*line[name])
            guess = name == "Fjernprintandel" and line["Lokalt print er"][0] == "anslået"
            return f"anslået {said}" if guess else said
    raise AssertionError(f"No column {heading} in {list(line)}")


def figures_of(house: House, departments: frozenset[str] | None = None) -> Management:
    period = Period(clock.today().replace(day=1), clock.today())
    with house.ledger.reading() as tx:
        return management(house.organisation, read(tx, house.organisation, period), departments)


def test_excel_in_danish_opens_it_as_it_is(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        answer = browser.get("/ledelse.csv", params=NOVEMBER)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ledelse-2026-11-2026-11.csv"'
    said = answer.content.decode()
    assert said.startswith(
        "\ufeffFra;Til;Afsnit;Linje;Kolonne;Værdi;Enhed\r\n2026-11-01;2026-11-25;Om tallene;1;;Digital"
    )
    assert said.count("\n") == said.count("\r\n") == said.count("\r\n2026-11-01;2026-11-25;") + 1
    for row in csv.reader(io.StringIO(said, newline=""), delimiter=";"):
        value, unit = row[5:]
        assert unit in ("", "stk.", "kr.", "pct.", "Enhed")
        assert re.fullmatch(r"-?\d+,\d\d", value) or unit != "kr."
        assert re.fullmatch(r"-?\d+(,\d)?", value) or unit not in ("stk.", "pct.")
        assert value not in ("True", "False", "None")


def test_it_has_every_figure_of_the_pages_tables(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page, body = (browser.get(path, params=NOVEMBER) for path in ("/ledelse", "/ledelse.csv"))
    found, shown = file_of(body.content), tables_of(page.text)
    met = set()
    for caption, (headings, *rows) in shown.items():
        for begins, section in SECTIONS.items():
            if caption.startswith(begins):
                met.add(section)
                for label, *cells in rows:
                    line = found[section, label]
                    columns = list(line)
                    expected = [figure(line, columns, heading) for heading in headings[1:]]
                    assert cells == expected, (caption, label)
    assert met == set(SECTIONS.values())
    assert {caption for caption in shown if not caption.startswith(tuple(SECTIONS))} == {ENROLMENT}
    assert "anslået" in page.text


def test_it_has_the_figures_in_front_with_their_targets(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page, body = (browser.get(path, params=NOVEMBER) for path in ("/ledelse", "/ledelse.csv"))
    found = {line: row for (section, line), row in file_of(body.content).items() if section == "Nøgletal"}
    values = {as_shown(*row["Perioden"]) for row in found.values()}
    tiles = re.findall(r'<li class="tile[^>]*><span>(.*?)</span><b>(.*?)</b>(.*?)</li>', page.text, re.DOTALL)
    assert len(tiles) == 9
    for name, value, rest in tiles:
        row = found[text(name)]
        assert as_shown(*row["Perioden"]) == value.removeprefix("anslået ")
        for said in re.findall(r"<em[^>]*>(.*?)</em>", rest, re.DOTALL):
            if (words_of := text(said)).startswith(("Mål: ", "Intet mål")):
                assert row["Mod målet"][0] == words_of
                assert f" {as_shown(*row['Mål'])}" in words_of or words_of == "Intet mål"
            else:
                numbers = NUMBER.findall(words_of)
                assert set(numbers) <= values, (name, words_of)
    assert as_shown(*found["NemSMS af brevene"]["Perioden"]) == "14,3 %"
    assert as_shown(*found["NemSMS, beløb"]["Perioden"]) == "0,05 kr."
    assert as_shown(*found["NemSMS, beløb pr. brev"]["Perioden"]) == "0,01 kr."


def test_it_has_net_and_enrolment_of_the_whole_municipality(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page, body = (browser.get(path, params=NOVEMBER) for path in ("/ledelse", "/ledelse.csv"))
    found = file_of(body.content)
    (_, *rows) = tables_of(page.text)[ENROLMENT]
    assert len(rows) == 6
    for name, shown, said in rows:
        line = found.get(("Netto", name)) or found["Tilmelding", name]
        cells = [as_shown(*cell) for cell in line.values()]
        assert cells[0] == shown
        numbers = NUMBER.findall(re.sub(r" den .*?\d{4}|\d{4}-priser", "", said))
        assert set(numbers) <= set(cells), (name, said)
    people = found["Tilmelding", "Tilmeldte blandt modtagerne"]
    assert (people["Tilmeldte"][0], people["Ud af"][0]) == ("5", "7")


def test_refused_and_returned_letters_stand_with_what_they_cost(sent: House) -> None:
    made = figures_of(sent)
    money = replace(made.total.figure.money, failed=1234, returned=567_890)
    total = replace(made.total, figure=replace(made.total.figure, money=money))
    found = file_of(as_csv(replace(made, total=total)))
    for section in ("Pris efter kanal", "Pris efter forvaltning", "Pris efter måned"):
        line = found[section, "I alt"]
        assert (line["Forgæves forsøg"], line["Kom retur"]) == (("12,34", "kr."), ("5678,90", "kr."))


def test_without_a_fixed_year_it_has_no_fixed_prices(sent: House) -> None:
    made = figures_of(sent)
    assert b"2024-priser" in as_csv(made)
    assert b"-priser" not in as_csv(replace(made, against=replace(made.against, fixed_year=None)))


def test_where_people_are_forgotten_it_counts_none(sent: House) -> None:
    made = figures_of(sent)
    of = replace(
        made.against, recipients=People(people=5, people_enrolled=4, letters=5, letters_enrolled=4, forgotten=2)
    )
    line = file_of(as_csv(replace(made, against=of)))["Tilmelding", "Tilmeldte blandt modtagerne"]
    told = {name: value for name, (value, _) in line.items() if value}
    assert told == {"Andel": "ukendt", "Breve uden modtager": "2"}


def test_of_one_department_nothing_of_others_is_in_it(sent: House, served: Served) -> None:
    with served.signed_in("skoleleder") as browser:
        found = file_of(browser.get("/ledelse.csv", params=NOVEMBER).content)
    assert not {"Netto", "Tilmelding"} & {section for section, _ in found}
    assert found["Om tallene", "3"][""][0] == "Børne- og Ungdomsforvaltningen"
    assert found["Nøgletal", "Breve"]["Perioden"] == ("2", "stk.")
    departments = {line for section, line in found if section == "Forvaltning for forvaltning"}
    assert departments == {"Børne- og Ungdomsforvaltningen", "I alt"}


def test_what_a_spreadsheet_would_compute_is_text(sent: House) -> None:
    made = figures_of(sent)
    evil = ("=HYPERLINK(0)", "@cmd", "+1;2", 'a"b\r\nc')
    renamed = tuple(replace(line, label=evil[at % 4] + str(at)) for at, line in enumerate(made.departments))
    body = as_csv(replace(made, departments=renamed))
    lines = {line for section, line in file_of(body) if section == "Forvaltning for forvaltning"}
    assert {"'=HYPERLINK(0)0", "'@cmd1", "'+1;22", 'a"b\r\nc3'} <= lines
    assert not any(line.startswith(("=", "@", "+")) for line in lines)


def test_its_tables_are_read_as_words_too(sent: House) -> None:
    """Each value has the kind of its column: amounts are written as kroner, shares in percent."""
    (savings,) = [sheet for sheet in sheets_of(figures_of(sent)) if sheet.name == "Besparelsens dele"]
    porto = savings.rows[0]
    assert isinstance(porto[1], int)
    assert [words(cell, column) for cell, column in zip(porto, savings.columns, strict=True)] == [
        "Porto sparet",
        kroner(porto[1]),
        "Sikkert",
    ]
