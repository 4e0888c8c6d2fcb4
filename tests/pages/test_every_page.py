"""Every page in a real browser: axe-core, 320 px, dark, on paper. Empty, and with letters in every state."""

import pytest
from playwright.sync_api import Browser

from outbound.delivery import House
from outbound.letter import Life, Mailbox, Person
from tests.browsing import context_of, sign_in, stands
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, submission
from tests.outside import World
from tests.people import person
from tests.serving import Served

pytestmark = pytest.mark.browser
PAGES = (
    ("drift", "/drift"),
    ("drift", "/drift/tilstand/HELD"),
    ("drift", "/drift/koersler"),
    ("drift", "/drift/haendelser"),
    ("drift", "/drift/kvitteringer"),
    ("drift", "/drift/tvivl"),
    ("drift", "/drift/retur"),
    ("drift", "/drift/tabte"),
    ("drift", "/drift/webhooks"),
    ("drift", "/min-side"),
    ("ledelse", "/ledelse"),
    ("ledelse", "/ledelse/definitioner"),
    ("post", "/post/retur"),
)
OPEN = ("/log-ind", "/docs", "/problems", "/no-such-page")


@pytest.mark.parametrize(("name", "path"), PAGES)
def test_an_empty_page_stands(browser: Browser, served: Served, name: str, path: str) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, name, path)
    stands(page)


@pytest.mark.parametrize("path", OPEN)
def test_a_page_for_everybody_stands(browser: Browser, served: Served, path: str) -> None:
    page = context_of(browser).new_page()
    page.goto(f"{served.url}{path}")
    stands(page)


def test_pages_with_letters_stand(browser: Browser, served: Served, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(Life.ALIVE, "Solvej Prøvesen")
    (held,) = hand_in(house, submission(person()))
    run_to_rest(house)
    page = context_of(browser).new_page()
    sign_in(page, served, "drift", "/drift")
    stands(page)
    for path in ("/drift/tilstand/HELD", f"/drift/breve/{held}"):
        page.goto(f"{served.url}{path}")
        stands(page)
