"""`/ledelse` shows what the report says and nothing beside, to those whose figures they are."""

import re
from datetime import date

import httpx
import pytest

from outbound.delivery import House, send_reminders
from outbound.letter import Channel, Mailbox
from outbound.reports import By, Period, Reminders, reminders_of, report, table, target_words
from outbound.reports.targets import target_report
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.outside import ModelMailer, ModelReceipts, World
from tests.people import person
from tests.serving import Served

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


def test_the_page_shows_the_reports_own_words(sent: House, served: Served) -> None:
    with sent.ledger.reading() as tx:
        made = report(tx, sent.organisation, Period.month(2026, 11), By.DEPARTMENT)
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-11", "til": "2026-11"}).text
    shown = cells(page)
    rows = table(made)
    parts = [place for place, word in enumerate(rows[0]) if word == "Sparet, sikkert" or word.startswith("Heraf")]
    for row in rows:
        places = [place for place, word in enumerate(shown) if word == row[0]]
        for kept in (row[: parts[1]], [row[0], *(row[place] for place in parts)]):
            assert list(kept) in [shown[place : place + len(kept)] for place in places]
    assert "80,0 %" in page
    assert "ukendt" in page


def test_targets_and_budgets_stand_beside_what_is_realised(sent: House, served: Served) -> None:
    """A budget is that of the days up to today, also where the month is not over."""
    with sent.ledger.reading() as tx:
        made = report(tx, sent.organisation, SO_FAR, By.DEPARTMENT)
        against = target_report(tx, sent.organisation, made)
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-11", "til": "2026-11"}).text
    shown = cells(page)
    lines = (*against.lines, against.total)
    for rows in (target_words.shares(lines), target_words.gains(lines, 2024), target_words.whole(against)):
        for row in rows:
            places = [place for place, word in enumerate(shown) if word == row[0]]
            assert list(row) in [shown[place : place + len(row)] for place in places]
    assert "Statens mål" in page
    assert "4 af 5 personer" in page


def test_a_manager_sees_no_gain_of_others(sent: House, served: Served) -> None:
    with served.signed_in("skoleleder") as browser:
        page = browser.get("/ledelse").text
    assert "Gevinst mod budget" in page
    assert "Gevinst, netto" not in page
    assert "personer" not in page


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
    assert "NemSMS-påmindelser sendt</span><b>1</b><em>16,7 % af brevene, 0,05 kr.</em>" in page


def test_a_month_without_letters_has_no_share(served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params={"fra": "2026-02", "til": "2026-02"}).text
    assert "februar 2026" in page
    assert "<b>–</b>" in page
    assert "Ingen breve i perioden." in page


def test_a_manager_sees_their_own_department_only(sent: House, served: Served) -> None:
    with served.signed_in("skoleleder") as browser:
        page = browser.get("/ledelse").text
    assert "Børne- og Ungdomsforvaltningen" in page
    for others in (
        "Beskæftigelses- og Integrationsforvaltningen",
        "Kultur- og Fritidsforvaltningen",
        "I alt",
        "80,0 %",
    ):
        assert others not in page


@pytest.mark.parametrize(
    "query",
    [
        {"fra": "2026-12", "til": "2026-01"},
        {"fra": "2026-13"},
        {"fra": "x"},
        {"til": "1999-01"},
        {"fra": "2000-01", "til": "2099-12"},
    ],
)
def test_months_that_cannot_be_are_refused(served: Served, query: dict[str, str]) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse", params=query)
    assert page.status_code == 422
    assert "Noget mangler eller er forkert" in page.text


def test_the_year_so_far_is_shown_first(served: Served, moving_clock: MovingClock) -> None:
    with served.signed_in("ledelse") as browser:
        assert "1. januar 2026 til 30. november 2026" in browser.get("/ledelse").text


def test_nothing_of_a_person_is_among_the_figures(sent: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page: httpx.Response = browser.get("/ledelse")
    for secret in ("Prøvesen", person("well", 1), "ref-"):
        assert secret not in page.text
