"""`/post/retur`: what the post room scans, what it hears, and what it may not see."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from outbound import clock, desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import returned
from outbound.ledger import tables as t
from outbound.letter import Mailbox, News, Recipient, ReturnReason, Role, Wish
from outbound.life import Status
from outbound.return_code import drawn_code, shown
from outbound.seal import reading
from tests.delivery.walking import run_to_rest
from tests.house import events, hand_in, look, submission
from tests.outside import HOME_ADDRESS, World
from tests.pages.test_in_a_browser import fits
from tests.people import person
from tests.serving import PASSWORD, Served, hidden

HAND = Hand("Drift Driftsen", "aftalt")


@pytest.fixture
def post(served: Served) -> Iterator[httpx.Client]:
    """Somebody of the post room, signed in."""
    with served.signed_in("post") as signed_in:
        yield signed_in


def on_paper(house: House, world: World, count: int = 1) -> list[UUID]:
    world.enrolment.default = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", number)) for number in range(count)))
    run_to_rest(house)
    return letters


def code_of(house: House, letter: UUID) -> str:
    code = look(house, letter).return_code
    assert code is not None
    return code


def scan(post: httpx.Client, code: str, reason: str = "moved") -> httpx.Response:
    token = hidden(post.get("/post/retur").text)
    return post.post("/post/retur", data={"token": token, "aarsag": reason, "kode": code})


def undo(post: httpx.Client, number: str) -> httpx.Response:
    token = hidden(post.get("/post/retur").text)
    return post.post("/post/retur/fortryd", data={"token": token, "nummer": number, "aarsag": "moved"})


def last_of(house: House, letter: UUID) -> returned.Return | None:
    with house.ledger.reading() as tx:
        return returned.last_of(tx, letter)


def test_an_empty_day_says_so(post: httpx.Client) -> None:
    page = post.get("/post/retur").text
    assert "Der er ikke registreret returpost i dag." in page
    assert "Fortryd" not in page


@pytest.mark.parametrize(
    "typed", [str, shown, lambda code: f"  {code}\r\n"], ids=["plain", "as printed", "by a scanner"]
)
def test_a_scan_is_answered_at_once_and_the_reason_stays(
    post: httpx.Client, house: House, world: World, typed: object
) -> None:
    (letter,) = on_paper(house, world)
    page = scan(post, typed(code_of(house, letter)))  # type: ignore[operator]
    assert (page.status_code, look(house, letter).status) == (200, Status.RETURNED)
    assert "Registreret som returpost." in page.text
    assert '<option value="moved" selected>' in page.text
    assert "Indkaldelse til møde" in page.text
    assert "1 i dag" in page.text
    found = last_of(house, letter)
    assert found is not None
    assert (found.reason, found.by) == (ReturnReason.MOVED, "post")
    assert events(house, letter)[-1] == "returned-moved"


def test_no_person_is_shown_and_nothing_is_opened(post: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    with house.ledger.reading() as tx:
        before = tx.execute(select(reading.c.id)).all()
    code = code_of(house, letter)
    pages = scan(post, code).text + post.get("/post/retur").text
    assert not [word for word in (HOME_ADDRESS.name, "Prøvevej", "8000", person("well", 0)) if word in pages]
    assert code not in pages
    with house.ledger.reading() as tx:
        opened = tx.execute(select(reading.c.id).where(reading.c.by == "post")).all()
        assert len(tx.execute(select(reading.c.id)).all()) == len(before)
    assert opened == []


@pytest.mark.parametrize("state", ["SENT", "DELIVERED", "HELD"])
def test_it_works_from_every_state_that_a_printed_letter_has(
    post: httpx.Client, house: House, world: World, state: str, moving_clock: object
) -> None:
    (letter,) = on_paper(house, world)
    if state == "DELIVERED":
        world.report(News.DELIVERED)
    elif state == "HELD":
        world.report(News.REFUSED, "new.code")
    run_to_rest(house)
    before = look(house, letter)
    assert before.status == state
    assert scan(post, code_of(house, letter)).status_code == 200
    found = last_of(house, letter)
    assert found is not None
    assert undo(post, str(found.id)).status_code == 200
    after = look(house, letter)
    same = ("status", "held_code", "waits_for", "due_at")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert events(house, letter)[-1] == "return-undone"
    assert last_of(house, letter) is None


def test_every_slip_is_said_in_words(post: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    code = code_of(house, letter)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    for typed, said in (
        (wrong, "Et ciffer er forkert"),
        ("12345", "Det er ingen returkode."),
        (person("well"), "Det er ingen returkode."),
        (drawn_code(7), "Ingen af vores breve har den kode."),
    ):
        answer = scan(post, typed)
        assert (answer.status_code, said in answer.text) == (422, True), typed
        assert typed not in answer.text
    assert look(house, letter).status is Status.SENT
    scan(post, code)
    assert "allerede registreret" in scan(post, code).text


def test_a_reason_is_chosen_first(post: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    assert scan(post, code_of(house, letter), "").status_code == 422
    assert look(house, letter).status is Status.SENT


def test_a_letter_that_is_in_the_mailbox_or_cancelled_is_put_aside(
    post: httpx.Client, house: House, world: World
) -> None:
    whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=person("well"), address=HOME_ADDRESS)
    (digital,) = hand_in(house, submission(recipients=(whom,)))
    run_to_rest(house)
    assert "ikke sendt på papir herfra" in scan(post, code_of(house, digital)).text
    world.paper.plan = lambda _: "unavailable"
    (cancelled,) = hand_in(house, submission(recipients=(whom,), wish=Wish.PAPER, wish_reason="ønsket"))
    run_to_rest(house)
    desk.cancel(house, cancelled, HAND)
    page = scan(post, code_of(house, cancelled)).text
    assert "annulleret" in page or "opgivet" in page
    assert look(house, cancelled).status is Status.CANCELLED


def test_a_slip_is_undone_by_whoever_made_it_and_only_until_somebody_has_seen_to_it(
    post: httpx.Client, house: House, world: World, served: Served
) -> None:
    first, second = on_paper(house, world, 2)
    scan(post, code_of(house, first))
    found = last_of(house, first)
    assert found is not None
    with served.signed_in("vikar") as other:
        assert "Fortryd" not in other.get("/post/retur").text
        assert undo(other, str(found.id)).status_code == 409
    assert undo(post, "x").status_code == 409
    desk.acknowledge(house, first, HAND)
    assert undo(post, str(found.id)).status_code == 409
    assert look(house, first).status is Status.RETURNED
    assert look(house, second).status is Status.SENT


def test_a_letter_scanned_again_after_a_slip_has_come_back(post: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    code = code_of(house, letter)
    scan(post, code)
    found = last_of(house, letter)
    assert found is not None
    undo(post, str(found.id))
    assert scan(post, code, "deceased").status_code == 200
    again = last_of(house, letter)
    assert again is not None
    assert (again.reason, again.by) == (ReturnReason.DECEASED, "post")
    assert "fortrudt" in post.get("/post/retur").text


def test_very_many_scans_are_shown_in_part(post: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    row = {"letter_id": letter, "reason": "moved", "was": "SENT", "by": "vikar", "at": clock.now()}
    with house.ledger.writing() as tx:
        tx.execute(t.returned.insert(), [row] * 230)
    page = post.get("/post/retur").text
    assert "230 i dag" in page
    assert "De seneste 100." in page
    assert page.count("<tr>") == 101


def test_operations_find_a_letter_by_the_code_in_its_window(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    form = {"token": hidden(drift.get("/drift").text), "soeg": shown(code_of(house, letter))}
    assert drift.post("/drift/find", data=form).url.path == f"/drift/breve/{letter}"


@pytest.mark.parametrize("name", ["drift", "ledelse", "sag"])
def test_it_is_the_post_rooms_page(served: Served, name: str) -> None:
    with served.signed_in(name) as somebody:
        assert somebody.get("/post/retur").status_code == 403


def test_a_form_from_elsewhere_does_nothing(post: httpx.Client, house: House, world: World) -> None:
    (letter,) = on_paper(house, world)
    form = {"token": "guessed", "aarsag": "moved", "kode": code_of(house, letter)}
    assert post.post("/post/retur", data=form).status_code == 403
    assert look(house, letter).status is Status.SENT


@pytest.mark.browser
def test_a_pile_is_scanned_with_the_keyboard_alone(
    browser: Browser,
    served: Served,
    house: House,
    world: World,
) -> None:
    letters = on_paper(house, world, 3)
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{served.url}/post/retur")
    page.get_by_label("Navn").fill("post")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Returpost").wait_for()
    page.locator("select:focus").wait_for()  # the reason has the focus first
    page.keyboard.type("Ikke")
    page.keyboard.press("Tab")
    for count, letter in enumerate(letters, 1):  # as a scanner does it
        page.locator("input:focus").wait_for()
        page.keyboard.type(code_of(house, letter))
        page.keyboard.press("Enter")
        page.get_by_text(f"{count} i dag").wait_for()
    fits(page)
    assert [look(house, letter).status for letter in letters] == [Status.RETURNED] * 3
    found = last_of(house, letters[0])
    assert found is not None
    assert found.reason is ReturnReason.NOT_COLLECTED
