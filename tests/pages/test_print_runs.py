"""`/drift/koersler`: print runs and their verbs; empty, with one, with thousands, and on a phone."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import insert

from outbound import clock, delivery, run_desk
from outbound.delivery import House
from outbound.delivery.proof import send_proof
from outbound.desk import Hand
from outbound.ledger import runs
from outbound.ledger import tables as t
from outbound.letter import Consignment, Counts, Mailbox, News
from outbound.life import Status
from outbound.ports import RunOrder
from tests.delivery.walking import run_to_rest
from tests.house import NOTICE, MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.pages.test_in_a_browser import fits
from tests.people import person
from tests.serving import PASSWORD, Served, hidden

HAND = Hand("drift", "prøve")


def sent(house: House, world: World, count: int = 2) -> tuple[UUID, list[UUID]]:
    """A run that the printer has."""
    world.enrolment.default = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", n)) for n in range(count)))
    run_to_rest(house)
    return dispatches(house, letters[0])[0].consignment_id, letters


def ordered(drift: httpx.Client, run: UUID, kind: str, **fields: str) -> httpx.Response:
    """Send the form of an order, as the page has it."""
    page = drift.get(f"/drift/koersler/{run}").text
    assert f"/drift/koersler/{run}/{kind}" in page
    return drift.post(f"/drift/koersler/{run}/{kind}", data={"token": hidden(page), **fields})


def thousands(house: House, count: int) -> None:
    """So many runs of which nothing was taken, one an hour."""
    now, ids = clock.now(), [uuid4() for _ in range(count)]
    at = [now - timedelta(hours=number) for number in range(1, count + 1)]
    run = {"letters": 500, "envelopes": 500, "pages": 1500, "sheets": 1000}
    consigned = {"channel": "print", "provider": "print", "lane": "mailing", "letters": 500, "tries": 0}
    with house.ledger.writing() as tx:
        closed = [{"id": one, "closed_at": when, **consigned} for one, when in zip(ids, at, strict=True)]
        tx.execute(insert(t.consignment), closed)
        entered = [{"id": one, "closed_at": when, "answer_due_at": when} for one, when in zip(ids, at, strict=True)]
        tx.execute(insert(t.print_run), [{**one, **run} for one in entered])


def test_without_runs_the_page_says_so_and_when_the_next_one_closes(drift: httpx.Client) -> None:
    page = drift.get("/drift/koersler").text
    assert "Der er ingen printkørsler endnu." in page
    assert "<dt>Lukker</dt><dd>23. november 2026" in page
    assert drift.get(f"/drift/koersler/{uuid4()}").status_code == 404
    overview = drift.get("/drift").text
    assert '<a href="/drift/koersler">Printkørsler</a>' in overview


def test_a_run_shows_both_counts_and_what_differs(drift: httpx.Client, house: House, world: World) -> None:
    run, letters = sent(house, world)
    assert "Hos trykkeriet" in drift.get("/drift/koersler").text
    with house.ledger.reading() as tx:
        found = runs.run(tx, run)
    assert found is not None
    world.paper_receipts.send_counts(run, Counts(1, 2, found.ours.pages, found.ours.sheets))
    run_to_rest(house)
    listed, page = drift.get("/drift/koersler").text, drift.get(f"/drift/koersler/{run}").text
    assert "andre tal hos trykkeriet" in listed
    assert "Trykkeriets tal mod vores: breve 1 mod 2." in page
    assert page.count("afviger") == 1
    assert all(f"/drift/breve/{letter}" in page for letter in letters)
    assert f'href="/drift/koersler/{run}"' in drift.get(f"/drift/breve/{letters[0]}").text


def test_a_run_is_held_and_recalled_from_its_page(
    drift: httpx.Client, house: House, world: World, served: Served
) -> None:
    run, letters = sent(house, world)
    assert ordered(drift, run, "hold").status_code == 422
    assert ordered(drift, run, "hold", why="forkert bilag").status_code == 200
    assert served.rung[-1] == ("receipts", 1)
    assert "gives nu" in drift.get("/drift/koersler").text
    delivery.give_orders(house)
    page = drift.get(f"/drift/koersler/{run}").text
    assert "Givet, venter på svar" in page
    assert "Intet lige nu." in page
    token = hidden(page)
    assert drift.post(f"/drift/koersler/{run}/recall", data={"token": token, "why": "x"}).status_code == 409
    world.paper_receipts.send_of_run(run, News.HELD_BACK)
    run_to_rest(house)
    assert "<h1>Holdt tilbage</h1>" in drift.get(f"/drift/koersler/{run}").text
    assert ordered(drift, run, "recall", why="forkert bilag").status_code == 200
    world.paper_receipts.send_of_run(run, News.RECALLED)
    run_to_rest(house)
    assert "<h1>Kaldt tilbage</h1>" in drift.get(f"/drift/koersler/{run}").text
    assert {look(house, one).status for one in letters} == {Status.HELD}
    assert "Brevets printkørsel er kaldt tilbage" in drift.get(f"/drift/breve/{letters[0]}").text


def test_a_run_of_which_nothing_is_heard_is_shown_and_measured(
    served: Served, house: House, world: World, moving_clock: MovingClock
) -> None:
    run, _ = sent(house, world)
    moving_clock.pass_(days=2)
    with served.signed_in("drift") as drift:
        assert "1 kørsel uden svar." in drift.get("/drift/koersler").text
        assert "Ring til dem" in drift.get(f"/drift/koersler/{run}").text
        assert "outbound_runs_missing 1.0" in drift.get("/metrics").text
    run_desk.order(house, run, RunOrder.HOLD, HAND)
    world.paper_receipts.send_of_run(run, News.HELD_BACK)
    run_to_rest(house)
    measured = httpx.get(f"{served.url}/metrics").text
    assert "outbound_runs_missing 0.0" in measured
    assert "outbound_runs_held_back 1.0" in measured


def test_proof_runs_are_listed_and_one_that_was_posted_is_a_warning(
    drift: httpx.Client, house: House, world: World
) -> None:
    seen: list[Consignment] = []
    world.paper.hook = lambda place, consignment: seen.append(consignment)
    send_proof(house, [NOTICE], HAND)
    page = drift.get("/drift/koersler").text
    assert "Prøvekørsler" in page
    assert "meldt postet" not in page
    world.paper_receipts.send(seen[0].dispatches[0].id, News.DELIVERED)
    run_to_rest(house)
    assert "En prøve må aldrig sendes" in drift.get("/drift/koersler").text
    assert "Prøvekørsler er meldt postet. Ring til trykkeriet." in drift.get("/drift").text


def test_thousands_of_runs_are_paged_the_newest_first_and_none_is_left_out(
    drift: httpx.Client, house: House, world: World
) -> None:
    sent(house, world)
    thousands(house, 120)
    seen: list[str] = []
    path = "/drift/koersler"
    for _ in range(5):
        page = drift.get(path).text
        seen += [part.split('"')[0] for part in page.split('href="/drift/koersler/')[1:]]
        if 'rel="next"' not in page:
            break
        path = "/drift/koersler?efter=" + page.split('rel="next" href="?efter=')[1].split('"')[0]
    assert (len(seen), len(set(seen))) == (121, 121)


def test_only_operations_see_it(served: Served) -> None:
    with served.signed_in("sag") as browser:
        assert browser.get("/drift/koersler").status_code == 403


@pytest.mark.browser
def test_on_a_phone_a_run_is_ordered_about_without_a_script(
    browser: Browser, served: Served, house: House, world: World
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{served.url}/drift/koersler")
    page.get_by_label("Navn").fill("drift")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    fits(page)
    run, _ = sent(house, world)
    thousands(house, 60)
    page.reload()
    fits(page)
    page.get_by_role("link", name=str(run)[-8:]).click()
    fits(page)
    page.get_by_text("Hold kørslen tilbage").first.click()
    page.get_by_label("Hvorfor").first.fill("forkert bilag")
    page.get_by_role("button", name="Hold kørslen tilbage").click()
    assert page.get_by_text("Gives nu").is_visible()
    fits(page)
