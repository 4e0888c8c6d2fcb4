"""`/ledelse/hvad-nu-hvis` shows what `what_if` and the command say, to those whose figures they are."""

import html
import json
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import uuid4

import httpx
import pytest

from outbound.delivery import House
from outbound.rendering.danish import kroner
from outbound.reports import Period, percent
from outbound.reports.whatif import Change, WhatIf, what_if
from outbound.reports.whatif_words import HEADINGS, cost, dearer, in_three, words
from outbound.tariff_row import Part
from outbound.web.pages.definition_words import WHAT_IF
from outbound.web.pages.what_if_words import ABOUT_POINTS
from tests.cli.conftest import Run, environment, run  # noqa: F401
from tests.reports.booked import HandOver, book
from tests.serving import Served

MARCH, YEAR = date(2026, 3, 2), Period(date(2026, 1, 1), date(2026, 11, 23))
PATH = "/ledelse/hvad-nu-hvis"
EXEMPT = HandOver(MARCH, channel="print", route="exempt", mailbox="exempt")
PAPER_ONLY = HandOver(MARCH, channel="print", route="paper-only", letter_type="byggetilladelse")
SCHOOL = "boern-og-skole"


@pytest.fixture
def sent(house: House) -> House:
    """Of two departments: 8 letters digital and 6 on paper, of which 3 of a type for paper only, one to an exempt."""
    some = [HandOver(MARCH)] * 6 + [HandOver(MARCH, department=SCHOOL)] * 2
    some += [EXEMPT] * 2 + [replace(EXEMPT, department=SCHOOL)]
    some += [PAPER_ONLY, replace(PAPER_ONLY, department=SCHOOL), replace(PAPER_ONLY, mailbox="exempt")]
    keep(house, *some)
    return house


def keep(house: House, *some: HandOver) -> None:
    with house.ledger.writing() as tx:
        for one in some:
            book(tx, house.tariffs, one)


def ask(house: House, change: Change = Change(), period: Period = YEAR) -> WhatIf:
    with house.ledger.reading() as tx:
        return what_if(tx, period, change, house.tariffs)


def get(served: Served, name: str = "ledelse", **query: str | list[str]) -> httpx.Response:
    with served.signed_in(name) as browser:
        return browser.get(PATH, params=query)


def cells(page: str) -> list[str]:
    return [plain(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", page)]


def plain(text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", text)).strip()


def has_row(page: str, row: list[str]) -> bool:
    shown = cells(page)
    return any(shown[place : place + len(row)] == row for place in range(len(shown)))


QUESTIONS: list[tuple[dict[str, str], Change]] = [
    ({}, Change()),
    ({"tilmeldte": "+2,5"}, Change(enrolled=Fraction(5, 2))),
    ({"porto": "33,5", "tilmeldte": "5"}, Change(postage=3350, enrolled=Fraction(5))),
    ({"type": "byggetilladelse", "porto": "40"}, Change(postage=4000, digital_types=frozenset({"byggetilladelse"}))),
    ({"samkuvertering": "fra", "porto": "0"}, Change(postage=0, householding=False)),
    ({"samkuvertering": "til"}, Change(householding=True)),
]


def test_the_page_is_what_the_function_answers(sent: House, served: Served) -> None:
    for query, change in QUESTIONS:
        answer, page = ask(sent, change), get(served, **query).text
        for line in (*answer.lines, answer.total):
            row = words(line, sent.organisation.name_of(line.key, YEAR.last) if line.key else "I alt")
            assert all(has_row(page, part) for part in in_three(row))
        for note in answer.notes:
            assert html.escape(note) in page


def test_three_tables_have_every_column_of_the_commands() -> None:
    row = [str(place) for place in range(len(HEADINGS))]
    letters, costs, saved = in_three(row)
    assert letters + costs[1:] + saved[1:] == row
    assert letters[0] == costs[0] == saved[0] == "0"


def test_the_page_is_what_the_command_prints(sent: House, served: Served, run: Run) -> None:  # noqa: F811
    asked = ("--postage", 4000, "--enrolled", "+5", "--digital-types", "byggetilladelse", "--format", "json")
    told = json.loads(run("whatif", "--from", YEAR.first, "--to", YEAR.last, *asked).out)[-1]
    page = get(served, porto="40", tilmeldte="5", type="byggetilladelse").text
    real, other = (sum(told[f"{way}_cost_{part}"] for part in Part) for way in ("real", "other"))
    tiles = [plain(tile) for tile in re.findall(r"<li class=\"tile.*?</li>", page)]
    assert f"Udgift{kroner(real)}" in tiles
    assert f"Udgift{kroner(other)}+{kroner(other - real)}" in tiles
    assert f"Breve digitalt{told['other_digital']}+{told['other_digital'] - told['real_digital']}" in tiles


def test_charts_draw_both_ways_of_every_department(sent: House, served: Served) -> None:
    answer, page = ask(sent, Change(postage=4000)), get(served, porto="40").text
    shares, costs = re.findall('<table class="figures-behind">.*?</table>', page, re.DOTALL)
    for line in answer.lines:
        name, both = sent.organisation.name_of(line.key, YEAR.last), (line.real, line.other)
        assert has_row(shares, [name, *(percent(one.letters.digital_share) for one in both)])
        assert has_row(costs, [name, *(kroner(cost(one)) for one in both)])
    assert len(re.findall('role="img" aria-labelledby', page)) == 2


def test_one_sentence_says_what_it_means(sent: House, served: Served) -> None:
    """Two of the three letters of the type are to recipients who are enrolled."""
    page = get(served, type="byggetilladelse").text
    saved = -dearer(ask(sent, Change(digital_types=frozenset({"byggetilladelse"}))).total)
    assert f"Med disse valg havde 2 flere breve været digitale, og udgiften havde været {kroner(saved)} lavere." in page
    assert "Valgt: digitale brevtyper: Byggetilladelse." in page
    assert "Intet er valgt" in get(served).text


def test_types_for_paper_only_are_there_to_be_chosen_with_their_letters(sent: House, served: Served) -> None:
    page = get(served, type="byggetilladelse").text
    assert re.search(r'value="byggetilladelse" checked.*?3 breve, 2 til tilmeldte', page)
    assert 'value="moedeindkaldelse"' not in page
    assert 'name="type"' not in get(served, fra="2026-04").text


def test_types_are_called_by_their_titles_and_others_by_their_codes(sent: House, served: Served) -> None:
    keep(sent, replace(PAPER_ONLY, letter_type="nedlagt-type"))
    page = get(served).text
    assert re.search(r'value="byggetilladelse"> <span><bdi>Byggetilladelse</bdi>', page)
    assert re.search(r'value="nedlagt-type"> <span><bdi>nedlagt-type</bdi>', page)


def test_a_month_that_runs_is_said_to_run(sent: House, served: Served) -> None:
    """And counted up to today."""
    page = get(served).text
    assert "1. januar 2026 til 23. november 2026" in page
    assert "November 2026 er ikke slut endnu." in page
    assert "er ikke slut endnu" not in get(served, til="2026-10").text


def test_an_account_without_a_department_that_is_there_is_told_so(sent: House, served: Served) -> None:
    page = get(served, "ingen", tilmeldte="5").text
    assert "Din konto har ingen forvaltninger." in page
    assert "Ingen breve i perioden." not in page


def test_the_page_leads_to_its_rules(sent: House, served: Served) -> None:
    assert 'href="/ledelse/definitioner#hvad-nu-hvis"' in get(served).text
    with served.signed_in("ledelse") as browser:
        defined = browser.get("/ledelse/definitioner").text
    assert '<section class="card" id="hvad-nu-hvis">' in defined
    assert all(f"<dt>{name}</dt>" in defined for name in WHAT_IF)


def test_a_manager_sees_their_own_departments_alone(sent: House, served: Served) -> None:
    """What moves is the same part of every department, so that all see the same figures of one."""
    query, change = QUESTIONS[2]
    (line,) = (line for line in ask(sent, change).lines if line.key == SCHOOL)
    page = get(served, "skoleleder", **query).text
    for name in (sent.organisation.name_of(SCHOOL, YEAR.last), "Dine forvaltninger i alt"):
        assert all(has_row(page, part) for part in in_three(words(line, name)))
    assert sent.organisation.name_of("borgerservice", YEAR.last) not in page
    assert "I alt" not in cells(page)
    assert "1 brev, 1 til tilmeldte" in page


def test_notes_count_no_letters_of_others(sent: House, served: Served) -> None:
    keep(sent, replace(PAPER_ONLY, mailbox=None), *[replace(EXEMPT, run=uuid4())] * 3)
    assert "1 breve af de valgte typer er ikke slået op" in get(served, type="byggetilladelse").text
    assert "ikke slået op" not in get(served, "skoleleder", type="byggetilladelse").text
    assert "2 breve på papir har ingen modtager" in get(served, "skoleleder", samkuvertering="til").text


def test_householding_shares_no_envelope_with_other_departments(sent: House, served: Served) -> None:
    one_run, whom = uuid4(), "a" * 64
    keep(
        sent,
        *[replace(EXEMPT, run=one_run, recipient=whom, department=SCHOOL)] * 2,
        replace(EXEMPT, run=one_run, recipient=whom),
    )
    assert "1 kuverter færre" in get(served, "skoleleder", samkuvertering="til").text
    assert "1 kuverter færre" in get(served, samkuvertering="til").text


def test_too_many_printed_letters_for_householding_are_said_and_not_read(
    sent: House, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(sent.settings), "what_if_printed", 5)
    page = get(served, samkuvertering="til")
    assert page.status_code == 422
    assert "Perioden har 6 breve på papir. Samkuvertering læser hvert af dem og regnes her for højst 5" in page.text
    assert get(served, "skoleleder", samkuvertering="til").status_code == 200
    assert get(served, samkuvertering="fra").status_code == 200


WRONG: list[tuple[dict[str, str | list[str]], str, str]] = [
    ({"tilmeldte": "1e999"}, "points", "Skriv procentpoint som et tal"),
    ({"tilmeldte": "-5"}, "points", "Skriv procentpoint som et tal"),
    ({"tilmeldte": "٣"}, "points", "Skriv procentpoint som et tal"),
    ({"tilmeldte": "100,001"}, "points", "Der kan højst tilmeldes 100 procentpoint flere."),
    ({"tilmeldte": "9" * 20_000}, "points", "Skriv procentpoint som et tal"),
    ({"porto": "33\0"}, "postage", "Skriv portoen i kroner"),
    ({"porto": "33 kr."}, "postage", "Skriv portoen i kroner"),
    ({"porto": "10000,01"}, "postage", "Portoen kan højst være 10.000,00 kr."),
    ({"type": "<script>alert(1)</script>\0"}, "types", "En brevtype har højst 100 tegn."),
    ({"type": "x" * 101}, "types", "En brevtype har højst 100 tegn."),
    ({"type": [f"t{number}" for number in range(4000)]}, "types", "Vælg højst 200 brevtyper."),
    ({"samkuvertering": "måske"}, "householding", "Vælg en af de tre muligheder."),
    ({"samkuvertering": "til", "tilmeldte": "5"}, "householding", "Spørg om samkuvertering for sig"),
    ({"samkuvertering": "til", "type": "byggetilladelse"}, "householding", "Spørg om samkuvertering for sig"),
    ({"fra": "2026-13"}, "fra", "Skriv måneden som år og måned"),
    ({"fra": "2026-01\0"}, "fra", "Skriv måneden som år og måned"),
    ({"til": "<img src=x onerror=alert(1)>{{7*7}}"}, "til", "Skriv måneden som år og måned"),
    ({"fra": "2026-12", "til": "2026-12"}, "fra", "Måneden er ikke begyndt endnu."),
    ({"til": "2026-12"}, "til", "Måneden er ikke begyndt endnu."),
    ({"fra": "2026-03", "til": "2026-02"}, "til", "Perioden skal slutte samme måned"),
    ({"fra": "2000-01", "til": "2026-01"}, "til", "Vælg højst 60 måneder."),
]


def test_what_cannot_be_asked_is_said_beside_its_field(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        for query, field, sentence in WRONG:
            page = browser.get(PATH, params=query)
            assert page.status_code == 422, query
            beside = re.search(f'<p class="warn" id="fejl-{field}">(.*?)</p>', page.text)
            assert beside is not None, query
            assert sentence in html.unescape(beside[1]), query
            assert f'href="#{field}"' in page.text
            assert "<script" not in page.text
            assert "<img" not in page.text
            assert len(page.text) < 30_000


def test_all_faults_are_said_at_once(sent: House, served: Served) -> None:
    page = get(served, fra="x", tilmeldte="mange", porto="?").text
    assert re.findall('id="fejl-([a-z]+)"', page) == ["fra", "points", "postage"]


def test_hostile_types_are_text(sent: House, served: Served) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}} \N{SLIGHTLY SMILING FACE}"
    keep(sent, replace(PAPER_ONLY, letter_type=hostile))
    unknown = get(served, type=["<script>alert(1)</script>"])
    assert (unknown.status_code, "alert(1)</script>" in unknown.text) == (422, False)
    page = get(served, type=[hostile]).text
    assert html.escape(hostile) in page
    assert "<img" not in page


def test_a_period_without_letters_says_so(sent: House, served: Served) -> None:
    page = get(served, fra="2026-02", til="2026-02", tilmeldte="5").text
    assert "Ingen breve i perioden." in page
    assert "Ingen breve i perioden gik på papir, fordi typen kun sendes på papir." in page
    assert "Virkelighed" not in page


def test_a_period_without_paper_has_nothing_to_move(house: House, served: Served) -> None:
    keep(house, *[HandOver(MARCH)] * 3)
    page = get(served, tilmeldte="5", porto="40").text
    assert "havde lige så mange breve været digitale, og udgiften havde været den samme." in page
    assert "tilmeldingen ændrer intet" in page


def test_presets_keep_the_period_and_can_be_asked(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get(PATH, params={"fra": "2026-03", "til": "2026-03"}).text
        (presets,) = re.findall('<p class="presets">(.*?)</p>', page)
        for address in re.findall('href="(.*?)"', presets):
            assert "fra=2026-03&amp;til=2026-03" in address
            asked = browser.get(html.unescape(address))
            assert asked.status_code == 200, address
            assert "1. marts 2026 til 31. marts 2026" in asked.text
    assert "type=byggetilladelse" in presets


def test_the_page_of_management_leads_here_and_back(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-03", "til": "2026-03"}).text
        (address,) = re.findall(f'href="({PATH}.*?)"', page)
        assert 'href="/ledelse?fra=2026-03&amp;til=2026-03"' in browser.get(html.unescape(address)).text


def test_only_management_may_ask(served: Served) -> None:
    for name in ("drift", "sag", "post"):
        assert get(served, name).status_code == 403


def test_a_type_that_there_is_not_is_said_beside_the_choice(house: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        answer = browser.get("/ledelse/hvad-nu-hvis", params={"type": "findes-ikke"})
    assert answer.status_code == 422
    assert "En af de valgte brevtyper findes ikke." in answer.text
    assert "findes-ikke" not in answer.text


def test_points_are_said_to_be_of_the_whole_municipality(sent: House, served: Served) -> None:
    assert ABOUT_POINTS in get(served, tilmeldte="5").text
    assert ABOUT_POINTS not in get(served, porto="40").text
