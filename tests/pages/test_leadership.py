"""`/ledelse` shows what the report says and nothing beside, to those whose figures they are."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import httpx
import pytest

from outbound.delivery import House, send_reminders
from outbound.letter import Channel, Mailbox
from outbound.rendering import LetterTypes
from outbound.reports import By, Period, Reminders, reminders_of, report, table, target_words
from outbound.reports import management_words as words
from outbound.reports.definitions import KNOWN, anchor
from outbound.reports.management import Management, management, read
from outbound.reports.paper import REASONS as PAPER
from outbound.reports.proof import prove
from outbound.reports.targets import target_report
from outbound.settings import HOME
from outbound.web.pages.leadership import FIELDS
from outbound.web.pages.leadership_tables import parted, term
from outbound.web.pages.type_titles import titles_of
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.outside import ModelMailer, ModelReceipts, World
from tests.people import person
from tests.serving import Served

NOT_LINKED = ("Samme brev fra kontoret", "Som fjernprint", "NemSMS af brevene", "NemSMS, beløb")
"""Figures that others are made of, or that stand in the small print of another."""
SO_FAR = Period(date(2026, 11, 1), date(2026, 11, 23))
"""The month up to the day on which the tests' clock stands."""


@pytest.fixture
def world() -> World:
    """Suppliers under the names that the shipped tariffs price."""
    name = "digital-post"
    return World(digital=ModelMailer(Channel.DIGITAL, name), digital_receipts=ModelReceipts(name))


@pytest.fixture
def sent(house: House, world: World) -> House:
    """Three digital letters and one on paper, of two departments."""
    world.enrolment.answers[person("well", 3)] = Mailbox.EXEMPT
    hand_in(house, *(submission(person("well", number)) for number in range(4)))
    hand_in(house, submission(person("well", 5), system="skole", department="boern-og-skole"))
    run_to_rest(house)
    return house


def cells(page: str) -> list[str]:
    return [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", page)]


def figures_of(house: House, departments: frozenset[str] | None = None, period: Period = SO_FAR) -> Management:
    with house.ledger.reading() as tx:
        return management(house.organisation, read(tx, house.organisation, period), departments)


def lacking(page: str, *tables: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """Rows of these tables that do not stand on the page, cell by cell."""
    shown = "\n".join(cells(page)) + "\n"
    return [row for rows in tables for row in rows if "\n".join(row) + "\n" not in shown]


def test_the_page_shows_the_figures_in_their_own_words(sent: House, served: Served) -> None:
    """Page, `management`, the report that reads anew and the audit: all of them the same."""
    made = figures_of(sent)
    with sent.ledger.reading() as tx:
        again = report(tx, sent.organisation, SO_FAR, By.DEPARTMENT)
        against = target_report(tx, sent.organisation, again)
        assert not list(prove(tx))
    assert (made.departments, made.total, made.against) == (again.lines, again.total, against)
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-11", "til": "2026-11"}).text
    (kind,) = made.letter_types
    titled = replace(kind, line=replace(kind.line, label="Indkaldelse til møde"))
    most = (words.most("Brevtype", [titled]), words.most("Fagsystem", made.systems))
    parts = (words.reasons(made), words.savings(made), words.costs(made), *most)
    lines = (*against.lines, against.total)
    two = (*parted(table(again), 8, 12), *parted(target_words.gains(lines, 2024), 6))
    assert lacking(page, *two, *parts, target_words.shares(lines), target_words.whole(against)) == []
    for tile in words.tiles(made):
        assert f"<b>{tile.value}</b>" in page
    for said in ("80,0 %", "mangler 12,0 procentpoint", "ukendt", "Fritaget for Digital Post", "4 af 5 personer"):
        assert said in page


def test_one_department_is_shown_alone(sent: House, served: Served) -> None:
    asked = {"fra": "2026-11", "til": "2026-11", "forvaltning": "boern-og-skole"}
    made = figures_of(sent, frozenset({"boern-og-skole"}))
    with served.signed_in("ledelse") as browser:
        page, file = browser.get("/ledelse", params=asked).text, browser.get("/ledelse.csv", params=asked).text
        assert f'<a href="/ledelse.csv?{urlencode(asked)}"' in page.replace("&amp;", "&")
    assert lacking(page, words.savings(made), words.costs(made)) == []
    assert '<option value="boern-og-skole" selected>' in page
    assert "Gevinst, netto" not in page
    assert "beskaeftigelse" not in file


def test_a_manager_sees_their_own_department_only(sent: House, served: Served) -> None:
    """Not in totals, not in charts, not in the file: what stands there is what stands where others have nothing."""
    made = figures_of(sent, frozenset({"boern-og-skole"}), Period(date(2026, 1, 1), SO_FAR.last))
    with served.signed_in("skoleleder") as browser:
        page, file = browser.get("/ledelse").text, browser.get("/ledelse.csv").text
        assert "Børne- og Ungdomsforvaltningen" in page
        assert lacking(page, words.savings(made), words.costs(made)) == []
        for others in ("Beskæftigelse", "beskaeftigelse", "Kultur- og Fritid", "borgerservice", "80,0 %", "personer"):
            assert others not in page + file
        assert "Gevinst, netto" not in page
        for other in ("beskaeftigelse", "findes-ikke"):
            for path in ("/ledelse", "/ledelse.csv"):
                answer = browser.get(path, params={"forvaltning": other})
                assert answer.status_code == 422
                assert "Beskæftigelse" not in answer.text


def test_each_heading_that_is_defined_leads_to_its_definition(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page, defined = browser.get("/ledelse").text, browser.get("/ledelse/definitioner").text
    anchors = set(re.findall(r'/ledelse/definitioner#([^"]+)"', page))
    assert anchors <= set(re.findall(r'<dt id="([^"]+)"', defined))
    in_words = {anchor(name) for name in NOT_LINKED}
    assert anchors == ({one.anchor for one in KNOWN.values()} - in_words) | {anchor("Fritaget for Digital Post")}
    assert term("Breve retur") == "returpost"


def test_each_reason_for_paper_is_defined_by_the_ways_that_count_as_it(served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        defined = browser.get("/ledelse/definitioner").text
    for route in PAPER:
        assert f"<li>{route.sentence}</li>" in defined
    for name, remedy in words.REASONS.values():
        assert f'<dt id="{anchor(name)}">{name}</dt>' in defined
        assert remedy in defined


def test_only_management_comes_to_the_figures(served: Served) -> None:
    with served.signed_in("sag") as browser:
        for path in ("/ledelse", "/ledelse.csv", "/ledelse/definitioner"):
            assert browser.get(path).status_code == 403


def test_reminders_are_counted_beside_the_letters(sent: House, served: Served, moving_clock: MovingClock) -> None:
    """One of six letters has one; it changes no other figure."""
    with sent.ledger.reading() as tx:
        before = report(tx, sent.organisation, Period.month(2026, 11), By.DEPARTMENT)
    fields = {**dict(submission().fields or {}), "dag": "2026-11-26"}
    hand_in(sent, submission(person("well", 9), fields=fields))
    run_to_rest(sent)
    moving_clock.pass_(days=2, hours=1)
    assert send_reminders(sent) == 1
    with sent.ledger.reading() as tx:
        made = report(tx, sent.organisation, Period.month(2026, 11), By.DEPARTMENT)
        reminders = reminders_of(tx, Period.month(2026, 11))
    assert made.total.figure.letters.through_router == before.total.figure.letters.through_router + 1
    assert reminders == {"beskaeftigelse": Reminders(sent=1, cost=5)}
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-11", "til": "2026-11"}).text
    assert "<b>1</b><em>16,7 % af brevene, 0,05 kr.</em>" in page


def test_a_month_without_letters_has_no_share(served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-02", "til": "2026-02"}).text
    assert "februar 2026" in page
    assert "<b>–</b>" in page
    assert "Ingen breve i perioden." in page
    assert "Ingen breve er meldt retur i perioden." in page


WRONG = [
    ({"fra": "2026-11", "til": "2026-01"}, "til", "Perioden skal slutte samme måned, som den begynder, eller senere."),
    ({"fra": "2026-13"}, "fra", "Skriv måneden som år og måned, fx 2026-03."),
    ({"fra": "1999-01"}, "fra", "Skriv måneden som år og måned, fx 2026-03."),
    ({"fra": "2026-01\x00"}, "fra", "Skriv måneden som år og måned, fx 2026-03."),
    ({"fra": "2026-12", "til": "2026-12"}, "fra", "Måneden er ikke begyndt endnu."),
    ({"til": "2026-12"}, "til", "Måneden er ikke begyndt endnu."),
    ({"til": "9999-12"}, "til", "Måneden er ikke begyndt endnu."),
    ({"fra": "2000-01"}, "til", "Vælg højst 60 måneder."),
    ({"forvaltning": "findes-ikke"}, "forvaltning", "Vælg en forvaltning på listen."),
    ({"forvaltning": "<img src=x onerror=alert(1)>{{7*7}}"}, "forvaltning", "Vælg en forvaltning på listen."),
    ({"forvaltning": "a" * 20_000}, "forvaltning", "Vælg en forvaltning på listen."),
    ({"forvaltning": "*"}, "forvaltning", "Vælg en forvaltning på listen."),
]


def test_what_cannot_be_asked_for_is_said_beside_its_field(served: Served) -> None:
    """And by the file in a sentence."""
    with served.signed_in("ledelse") as browser:
        for query, field, sentence in WRONG:
            page, file = browser.get("/ledelse", params=query), browser.get("/ledelse.csv", params=query)
            assert (page.status_code, file.status_code) == (422, 422), query
            assert f'<p class="warn" id="fejl-{field}">{sentence}</p>' in page.text
            assert re.search(f'id="{field}" name="{field}"[^>]* aria-invalid="true"', page.text)
            assert '<option value="social">' in page.text
            assert f"{FIELDS[field]}: {sentence}" in file.text
            assert "<img" not in page.text + file.text
            assert len(page.text) < 10_000


def test_a_field_that_is_right_is_kept_beside_one_that_is_wrong(served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-03", "til": "2027-01", "forvaltning": "social"}).text
    assert 'name="fra" value="2026-03"' in page
    assert '<option value="social" selected>' in page


def test_an_account_without_a_department_that_is_there_has_no_figures(served: Served) -> None:
    with served.signed_in("ingen") as browser:
        page, file = browser.get("/ledelse"), browser.get("/ledelse.csv")
    assert (page.status_code, file.status_code) == (200, 403)
    for answer in (page, file):
        assert "Din konto har ingen forvaltninger." in answer.text


def test_a_share_is_written_alike_in_chart_and_tables(sent: House, served: Served) -> None:
    """Digital andel of four letters in five; the target stays whole."""
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-11", "til": "2026-11"}).text
    assert lacking(page, (("nov. 26*", "80,0 %", "92 %"),)) == []
    assert ">80 %</text>" in page  # a tick
    assert ">80,0 %</text>" in page
    assert lacking(page, (("Kultur- og Fritidsforvaltningen", "–", "92 %"),)) == []


def test_a_type_is_called_by_its_title_and_by_its_code_where_another_has_the_same() -> None:
    types = LetterTypes.load(HOME / "templates" / "letters")
    same = {
        "a": replace(types["byggetilladelse"], label="Brev"),
        "b": replace(types["byggetilladelse"], label="Brev"),
        "c": replace(types["byggetilladelse"], label="", title="Byggetilladelse til {{ byggeri }}"),
        "d": replace(types["byggetilladelse"], label="", title="Brev fra kommunen"),
    }
    assert titles_of(same) == {"a": "Brev (a)", "b": "Brev (b)", "d": "Brev fra kommunen"}


def test_sixty_months_are_shown_and_the_one_that_is_not_over_is_marked(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2021-12", "til": "2026-11"}).text
    assert cells(page).count("nov. 26*") == 2  # in the tables behind two charts
    assert "* november 2026 er ikke slut endnu." in page
    assert "december 2021" in page


def test_the_year_so_far_is_shown_first(served: Served, moving_clock: MovingClock) -> None:
    with served.signed_in("ledelse") as browser:
        assert "1. januar 2026 til 23. november 2026" in browser.get("/ledelse").text


def test_nothing_of_a_person_is_among_the_figures(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page: httpx.Response = browser.get("/ledelse")
    for secret in ("Prøvesen", person("well", 1), "ref-"):
        assert secret not in page.text
