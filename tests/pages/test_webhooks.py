"""`/drift/webhooks`: how each system's webhook stands, and its verbs; with a keyboard, narrow, dark and on paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from outbound import webhooks
from outbound.delivery import House
from outbound.ledger import hooks
from outbound.ledger.hooks import HookState
from outbound.ports import Gone, OutsideError, Unavailable
from tests.browsing import context_of, press, sign_in, stands, type_into
from tests.house import MovingClock, hand_in, open_house, submission
from tests.outside import World
from tests.people import person
from tests.serving import Served, hidden, serve, signing_in

SYSTEM, OTHER = "jobcenter", "boligstoette"


@dataclass
class Door:
    """An address of the test's own: it takes everything, or fails as it is told."""

    fault: OutsideError | None = None
    told: list[str] = field(default_factory=list)

    def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        if self.fault:
            raise self.fault
        self.told.append(headers["webhook-id"])

    def close(self) -> None: ...


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock, door: Door) -> Iterator[House]:
    """A house of which two systems take webhooks."""
    opened = open_house(sqlite_url, tmp_path, world, **signing_in(tmp_path))
    opened = replace(opened, outside=replace(opened.outside, hooks={SYSTEM: door, OTHER: Door()}))
    webhooks.enrol(opened)
    yield opened
    opened.ledger.close()


def state(house: House) -> HookState:
    with house.ledger.reading() as tx:
        return hooks.hooks(tx, [SYSTEM])[0].state


def act(drift: httpx.Client, verb: str, **fields: str) -> httpx.Response:
    token = hidden(drift.get("/drift/webhooks").text)
    return drift.post(f"/drift/webhooks/{SYSTEM}/{verb}", data={"token": token, **fields})


def test_it_shows_how_each_stands(drift: httpx.Client, house: House, door: Door, moving_clock: MovingClock) -> None:
    hand_in(house, submission(person()))
    door.fault = Unavailable("http-500")
    webhooks.deliver(house, SYSTEM)
    moving_clock.pass_(hours=2)
    page = drift.get("/drift/webhooks").text
    assert "Prøver igen" in page
    assert "Systemet svarede 500." in page
    assert "<dd>1, den ældste i 2 timer</dd>" in page
    assert page.count("<dt>Tilstand</dt>") == 2
    assert '<a href="/drift/webhooks">' in drift.get("/drift").text


def test_one_that_has_ended_by_itself_asks_for_a_hand(drift: httpx.Client, house: House, door: Door) -> None:
    hand_in(house, submission(person()))
    door.fault = Gone("http-410")
    webhooks.deliver(house, SYSTEM)
    assert "Afmeldt af systemet (410).</strong>" in drift.get("/drift/webhooks").text
    door.fault = None
    assert act(drift, "start", why="rettet").status_code == 200
    assert webhooks.deliver(house, SYSTEM) == 1


def test_each_verb(served: Served, drift: httpx.Client, house: House, door: Door) -> None:
    hand_in(house, submission(person()))
    webhooks.deliver(house, SYSTEM)
    assert act(drift, "stop", why="de flytter server").status_code == 200
    assert state(house) is HookState.STOPPED
    assert act(drift, "start", why="de er flyttet").status_code == 200
    assert state(house) is HookState.ON
    assert act(drift, "igen", why="de tabte noget", fra="0-0").status_code == 200
    assert webhooks.deliver(house, SYSTEM) == 1
    assert act(drift, "igen", why="de tabte noget", fra="2026-11-23 09:00").status_code == 200
    assert webhooks.deliver(house, SYSTEM) == 1
    assert len(set(door.told)) == 1
    assert ("webhooks", 1) in served.rung
    assert "prøven blev taget imod." in act(drift, "proev").text
    door.fault = Unavailable("http-401")
    assert "Har det den rigtige hemmelighed?" in act(drift, "proev").text


@pytest.mark.parametrize(
    ("verb", "fields", "status", "said"),
    [
        ("stop", {}, 422, "Skriv hvorfor."),
        ("start", {"why": "x"}, 409, "Det står allerede sådan."),
        ("igen", {"why": "x", "fra": "i går"}, 422, "Skriv et tidspunkt"),
        ("igen", {"why": "x", "fra": "9-9"}, 409, "Så langt er systemet ikke nået."),
        ("igen", {"why": "x"}, 422, "Skriv et tidspunkt"),
        ("slet", {"why": "x"}, 404, ""),
    ],
)
def test_what_cannot_be_done_is_said(
    drift: httpx.Client, verb: str, fields: dict[str, str], status: int, said: str
) -> None:
    answer = act(drift, verb, **fields)
    assert answer.status_code == status
    assert said in answer.text


def test_without_the_sessions_token_or_the_role_nothing_is_done(
    served: Served, drift: httpx.Client, house: House
) -> None:
    for verb in ("stop", "igen", "proev"):
        assert drift.post(f"/drift/webhooks/{SYSTEM}/{verb}", data={"why": "x", "fra": "0-0"}).status_code == 403
    with served.signed_in("ledelse") as other:
        assert other.get("/drift/webhooks").status_code == 403
    assert state(house) is HookState.ON


def test_an_unknown_system_is_not_there(drift: httpx.Client) -> None:
    token = hidden(drift.get("/drift/webhooks").text)
    for system in ("skole", "../x", "%3Cimg%3E"):
        for verb in ("stop", "proev"):
            answer = drift.post(f"/drift/webhooks/{system}/{verb}", data={"token": token, "why": "x"})
            assert answer.status_code == 404


def test_what_stands_in_the_address_is_not_believed(drift: httpx.Client) -> None:
    assert drift.get("/drift/webhooks", params={"proevet": SYSTEM, "svar": "<img src=x>"}).status_code == 422
    assert 'role="status"' not in drift.get("/drift/webhooks", params={"proevet": "skole", "svar": "x"}).text


def test_without_any_the_page_says_how_to_have_one(
    sqlite_url: str, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    bare = open_house(sqlite_url, tmp_path, world, **signing_in(tmp_path))
    with serve(bare) as running, running.signed_in("drift") as drift:
        assert "OUTBOUND_WEBHOOKS" in drift.get("/drift/webhooks").text
    bare.ledger.close()


@pytest.mark.browser
def test_it_stands_in_a_browser_and_is_worked_by_keyboard(
    browser: Browser, served: Served, house: House, door: Door
) -> None:
    hand_in(house, submission(person()))
    door.fault = Unavailable("http-500")
    webhooks.deliver(house, SYSTEM)
    with context_of(browser) as context:
        page = context.new_page()
        sign_in(page, served, "drift", "/drift/webhooks")
        for summary in page.locator("summary").all():
            summary.click()
        stands(page)
        card = page.locator(f"#{SYSTEM}")
        type_into(page, card.locator(f"#hvorfor-{SYSTEM}"), "de flytter server")
        press(page, page.get_by_role("button", name=f"Stands {SYSTEM}"))
        page.wait_for_url(f"{served.url}/drift/webhooks#{SYSTEM}")
        assert state(house) is HookState.STOPPED
        press(page, page.get_by_role("button", name=f"Prøv webhook for {SYSTEM}"))
        page.get_by_role("status").wait_for()
        stands(page)
