"""`/drift` in a real browser: live without reload, kept still under the hands of whoever works in it, honest when the
router is away; the verbs of incidents, receipts and lost letters by keyboard alone."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import insert, update

from outbound import clock, desk, standing
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import incidents
from outbound.ledger import tables as t
from outbound.web.pages import now
from tests.browsing import context_of, press, sign_in, stands, type_into
from tests.house import MovingClock, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.serving import Served

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds


@pytest.fixture
def page(browser: Browser, served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Somebody of operations before `/drift`, which asks ten times as often as it does otherwise."""
    monkeypatch.setattr(now, "KEPT", 0.0)
    opened = context_of(browser).new_page()
    opened.route("**/drift", _hurried)
    sign_in(opened, served, "drift", "/drift")
    yield opened
    opened.context.close()


def _hurried(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('data-every="5"', 'data-every="0.5"'))


def lose(house: House) -> UUID:
    (one,) = hand_in(house, submission(person()))
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).where(t.letter.c.id == one).values(due_at=None))
    return one


def test_a_letter_that_is_handed_in_appears_without_a_reload(page: Page, house: House) -> None:
    page.evaluate("window.kept = true")
    assert "Ingen breve venter" in page.locator("#nu-svar").inner_text()
    hand_in(house, submission(person()))
    page.get_by_text("1 brev venter på at komme afsted.").wait_for(timeout=PATIENCE)
    page.get_by_role("row", name="Opsætning, enkeltbreve").wait_for(timeout=PATIENCE)
    assert page.locator("#live-hoer").inner_text() == "Ingen breve er tabt. Ingen frist er i fare."
    lose(house)
    page.locator("#live-hoer", has_text="1 brev er tabt.").wait_for(timeout=PATIENCE, state="attached")
    assert page.evaluate("window.kept")
    stands(page)


def test_what_somebody_works_in_is_not_swapped_under_their_hands(page: Page, house: House) -> None:
    desk.pause(house, "channel", "digital", Hand("mester", "Service"))
    summary = page.locator("#nu-haender summary")
    summary.wait_for(timeout=PATIENCE)
    press(page, summary)
    type_into(page, page.locator("#nu-haender").get_by_label("Hvorfor", exact=True), "Servicen er sl")
    lose(house)
    page.get_by_text("1 brev er tabt.").first.wait_for(timeout=PATIENCE)
    page.keyboard.type("ut")
    assert page.locator("#nu-haender").get_by_label("Hvorfor", exact=True).input_value() == "Servicen er slut"
    page.keyboard.press("Enter")
    summary.wait_for(state="detached", timeout=PATIENCE)
    with house.ledger.reading() as tx:
        assert standing.pauses(tx) == []


def test_a_link_keeps_the_focus_when_its_part_is_swapped(page: Page, house: House) -> None:
    lose(house)
    link = page.get_by_role("link", name="1 brev er tabt.")
    link.wait_for(timeout=PATIENCE)
    link.focus()
    lose(house)
    page.get_by_role("link", name="2 breve er tabt.").wait_for(timeout=PATIENCE)
    assert page.evaluate("document.activeElement.innerText") == "2 breve er tabt."


def test_a_router_that_does_not_answer_and_a_session_that_is_over_are_told_of(
    page: Page, served: Served, house: House
) -> None:
    page.route("**/drift/nu", lambda route: route.abort())
    page.get_by_text("Routeren svarer ikke. Tallene er ikke nye").wait_for(timeout=PATIENCE)
    page.unroute("**/drift/nu")
    hand_in(house, submission(person()))
    page.get_by_text("1 brev venter på at komme afsted.").wait_for(timeout=PATIENCE)
    assert page.locator("#live-siger").inner_text() == ""
    page.context.clear_cookies()
    page.get_by_text("Du er logget ud. Tallene er ikke nye").wait_for(timeout=PATIENCE)


def test_a_hidden_page_asks_nothing(page: Page) -> None:
    page.reload()  # by itself the page that a redirect leads to is not hurried
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
                   document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    page.wait_for_timeout(1500)
    asked.clear()
    page.wait_for_timeout(2000)
    assert asked == []
    page.evaluate("() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }")
    page.wait_for_timeout(1000)
    assert asked


def test_lost_letters_incidents_and_receipts_are_seen_to_by_keyboard_alone(
    page: Page, served: Served, house: House
) -> None:
    lost = lose(house)
    row = {"provider": "<img src=x onerror=alert(1)>", "provider_id": "7", "state": "unmatched", "tries": 3}
    with house.ledger.writing() as tx:
        incidents.report(tx, lost, "both-suspected", uuid4())
        tx.execute(insert(t.receipt_inbox).values(**row, owner=uuid4(), due_at=clock.now(), arrived_at=clock.now()))
    for path, fold, button in (
        ("/drift/tabte", "Tag det op igen", "Tag op igen"),
        ("/drift/haendelser", "Luk", "Luk"),
        ("/drift/kvitteringer", "Læg den til side", "Læg til side"),
    ):
        page.goto(f"{served.url}{path}")
        stands(page)
        opened = page.locator("details", has=page.locator("summary", has_text=fold))
        press(page, opened.locator("summary"))
        type_into(page, opened.get_by_label("Hvorfor"), "set til 👀 {{7*7}}")
        press(page, opened.get_by_role("button", name=button, exact=True))
        page.locator(".empty").wait_for(timeout=PATIENCE)
    assert look(house, lost).due_at is not None


def test_a_page_with_very_many_needs_stands(page: Page, served: Served, house: House, world: World) -> None:
    letters = hand_in(house, *(submission(person("well", number)) for number in range(3)))
    hostile = ("<img src=x onerror=alert(1)>", "{{7*7}}", "x" * 60, "\u202eא👀")
    with house.ledger.writing() as tx:
        for number in range(120):
            incidents.report(tx, letters[0], hostile[number] if number < len(hostile) else f"code-{number}", uuid4())
        for number in range(60):
            tx.execute(
                insert(t.pause).values(
                    scope="type", key=f"brevtype-{number}".ljust(64, "x"), by="drift", since=clock.now()
                )
            )
    page.reload()
    assert page.locator("#nu-haender tbody tr").count() >= 180
    stands(page)
    page.goto(f"{served.url}/drift/haendelser")
    assert page.locator("tbody tr").count() == 50
    stands(page)


def test_why_something_is_paused_is_read_from_under_the_seal(
    page: Page, house: House, moving_clock: MovingClock
) -> None:
    desk.pause(house, "channel", "digital", Hand("mester", "Service <b>nu</b>"))
    page.reload()
    page.locator("#nu-haender summary").click()
    page.get_by_role("button", name="Vis hvorfor").click()
    assert page.locator("pre").inner_text() == "Service <b>nu</b>"
    stands(page)
