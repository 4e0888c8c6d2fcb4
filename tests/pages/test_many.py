"""`/drift/breve`, `/drift/mange`, `/drift/masseforsendelser`: found, looked at, done, undone, by page and keyboard."""

import re
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser

from outbound import desk, many
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger.mailings import open_mailing
from outbound.letter import Mailing
from outbound.life import Status
from tests.browsing import context_of, press, reach, sign_in, stands, type_into
from tests.delivery.walking import work_to_rest
from tests.house import MovingClock, hand_in, look, submission
from tests.people import person
from tests.serving import Served, hidden

HAND = Hand("mester", "prøve")
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} \u202e \N{JACK-O-LANTERN} " + "æ" * 120


def letters_of(house: House, count: int = 3, **changes: object) -> list[UUID]:
    return sorted(hand_in(house, *(submission(person("well", number), **changes) for number in range(count))))


def work(house: House) -> None:
    for _ in range(50):
        if not many.work(house):
            return


def chosen(page: str) -> dict[str, str]:
    """What the list's form carries."""
    return {"token": hidden(page), "valg": hidden(page, "valg").replace("&amp;", "&")}


def previewed(drift: httpx.Client, query: str, verb: str, **more: str) -> httpx.Response:
    form = chosen(drift.get(f"/drift/breve?{query}").text)
    return drift.post("/drift/mange", data={**form, "hvem": "alle", "handling": verb, **more})


def begun(drift: httpx.Client, query: str, verb: str, why: str = "derfor", **more: str) -> httpx.Response:
    page = previewed(drift, query, verb, **more).text
    form = {**chosen(page), "antal": hidden(page, "antal"), "why": why, "hvem": "alle", "handling": verb, **more}
    return drift.post("/drift/mange/begynd", data=form)


def test_letters_are_found_by_what_the_ledger_knows(drift: httpx.Client, house: House) -> None:
    one, two, three = letters_of(house)
    desk.hold(house, one, HAND)
    desk.cancel(house, two, HAND)
    for query, found in (
        ("tilstand=HELD", {one}),
        ("kode=held-by-person", {one}),
        ("venter=operations", {one}),
        ("venter=sender", set()),
        ("system=jobcenter", {one, two, three}),
        ("system=boligstoette", set()),
        ("type=moedeindkaldelse&tilstand=RECEIVED", {three}),
        (f"masseforsendelse={uuid4()}", set()),
        ("fra=2026-11-23&til=2026-11-23", {one, two, three}),
        ("fra=2026-11-24", set()),
        ("til=2026-11-22", set()),
        ("leverandoer=digital-post", set()),
        (f"koersel={uuid4()}", set()),
    ):
        page = drift.get(f"/drift/breve?{query}").text
        assert {each for each in (one, two, three) if f"/drift/breve/{each}" in page} == found, query
        assert ("Ingen breve passer til valget." in page) == (not found)


def test_a_provider_and_a_run_find_what_was_sent(drift: httpx.Client, house: House) -> None:
    (one,) = letters_of(house, 1)
    work_to_rest(house, 20)
    assert look(house, one).status is Status.SENT
    assert f"/drift/breve/{one}" in drift.get("/drift/breve?leverandoer=digital-post").text


NO_CODES = (
    *("tilstand=BORTE", "system=0102031236", "kode=Solvej Prøvesen", "fra=i går", "koersel=ingen-kørsel"),
    "set=2026-11-23",
    "set=0001-01-01T00:00%2B14:00",
    "fra=0001-01-01",
    "til=9999-12-31",
)


def test_what_is_no_code_id_or_day_is_refused_and_not_echoed(drift: httpx.Client) -> None:
    for query in NO_CODES:
        answer = drift.get(f"/drift/breve?{query}")
        assert answer.status_code == 422, query
        assert query.split("=")[1] not in answer.text


def test_the_list_goes_on_by_key_and_keeps_the_choice(drift: httpx.Client, house: House) -> None:
    ids = letters_of(house, 41)
    first = drift.get("/drift/breve?system=jobcenter").text
    assert "41 breve passer" in first
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further
    second = drift.get("/drift/breve" + further[1].replace("&amp;", "&")).text
    assert str(ids[-1]) in second
    assert str(ids[-1]) not in first
    assert "41 breve passer" in second


def test_a_preview_says_what_will_happen_and_changes_nothing(drift: httpx.Client, house: House) -> None:
    one, *_ = letters_of(house)
    desk.cancel(house, one, HAND)
    page = previewed(drift, "system=jobcenter", "cancel").text
    for said in (
        "2 breve",
        "standses straks",
        "Fristen for at fortryde er 10 minutter",
        "Annulleret",
        "moedeindkaldelse",
    ):
        assert said in page
    assert look(house, one).status is Status.CANCELLED
    assert "Der er ingen handlinger endnu." in drift.get("/drift/mange").text


def test_many_letters_are_held_and_let_go_again(drift: httpx.Client, house: House, served: Served) -> None:
    letters = letters_of(house)
    page = begun(drift, "system=jobcenter", "hold")
    assert ("batches", 1) in served.rung
    assert page.url.path.startswith("/drift/mange/")
    work(house)
    told = drift.get(page.url.path).text
    assert "3 af 3 breve" in told
    assert "Færdig" in told
    assert {look(house, one).status for one in letters} == {Status.HELD}
    assert "sammen med andre" in drift.get(f"/drift/breve/{letters[0]}").text
    undone = drift.post(f"{page.url.path}/fortryd", data={"token": hidden(told), "why": "fejl"})
    work(house)
    assert "Fortrudt" in drift.get(undone.url.path).text
    assert {look(house, one).status for one in letters} == {Status.RECEIVED}


def test_only_the_letters_with_a_mark_are_meant(drift: httpx.Client, house: House) -> None:
    one, two, three = letters_of(house)
    form = chosen(drift.get("/drift/breve?system=jobcenter").text) | {"handling": "hold"}
    page = drift.post("/drift/mange", data={**form, "hvem": "valgte", f"b.{one}": "on", f"b.{three}": "on"}).text
    assert "2 breve er sat hak ved" in page
    sent = {**chosen(page), "antal": hidden(page, "antal"), "hvem": "valgte", "handling": "hold", "why": "derfor"}
    drift.post("/drift/mange/begynd", data={**sent, f"b.{one}": "on", f"b.{three}": "on"})
    work(house)
    assert [look(house, each).status for each in (one, two, three)] == [Status.HELD, Status.RECEIVED, Status.HELD]


def test_without_a_why_the_preview_comes_again_and_nothing_is_done(drift: httpx.Client, house: House) -> None:
    letters_of(house)
    answer = begun(drift, "system=jobcenter", "hold", why=" ")
    assert answer.status_code == 422
    assert "Skriv hvorfor." in answer.text
    assert "Der er ingen handlinger endnu." in drift.get("/drift/mange").text


UNUSABLE: tuple[dict[str, str], ...] = (
    {"valg": "", "hvem": "alle", "handling": "hold"},
    {"valg": "system=jobcenter", "hvem": "valgte", "handling": "hold"},
    {"valg": "system=jobcenter", "hvem": "alle", "handling": "mend"},
    {"valg": "system=jobcenter", "hvem": "alle", "handling": "reroute"},
    {"valg": "system=jobcenter", "hvem": "alle", "handling": "reroute", "kanal": "brevdue"},
    {"valg": "=&=", "hvem": "alle", "handling": "hold"},
    {"valg": "system=jobcenter", "b.x": "on", "handling": "hold"},
)


def test_a_form_that_says_nothing_usable_is_refused(drift: httpx.Client, house: House) -> None:
    letters_of(house, 1)
    token = hidden(drift.get("/drift/breve").text)
    for form in UNUSABLE:
        for path in ("/drift/mange", "/drift/mange/begynd"):
            sent = {"token": token, "antal": "9", "why": "derfor", **form}
            assert drift.post(path, data=sent).status_code == 422, form


def test_every_form_wants_the_sessions_token(drift: httpx.Client, house: House) -> None:
    letters_of(house, 1)
    batch = begun(drift, "system=jobcenter", "hold").url.path
    mailing = mailing_of(house)
    for path in (
        "/drift/mange",
        "/drift/mange/begynd",
        f"{batch}/fortryd",
        f"{batch}/stands",
        f"/drift/masseforsendelser/{mailing}/pause",
        f"/drift/masseforsendelser/{mailing}/genoptag",
    ):
        form = {"valg": "system=jobcenter", "hvem": "alle", "handling": "hold", "antal": "9", "why": "derfor"}
        assert drift.post(path, data={**form, "token": "falsk"}).status_code == 403, path


def test_whoever_is_for_other_departments_sees_and_does_nothing(
    drift: httpx.Client, served: Served, house: House
) -> None:
    (letter,) = letters_of(house, 1)
    mailing, batch = mailing_of(house), begun(drift, "system=jobcenter", "hold").url.path
    file = house.settings.accounts_file
    assert file is not None
    file.write_text(file.read_text().replace("['sag']", "['drift']"))  # of borgerservice alone
    with served.signed_in("sag") as other:
        assert f"/drift/breve/{letter}" not in other.get("/drift/breve?system=jobcenter").text
        assert other.get(batch).status_code == 404
        assert other.get(f"/drift/masseforsendelser/{mailing}").status_code == 404
        token = hidden(other.get("/drift/breve").text)
        assert other.post(f"{batch}/fortryd", data={"token": token, "why": "derfor"}).status_code == 404


def test_only_operations_may(served: Served) -> None:
    for name in ("sag", "ledelse", "post"):
        with served.signed_in(name) as other:
            for path in ("/drift/breve", "/drift/mange", "/drift/masseforsendelser"):
                assert other.get(path).status_code == 403


def mailing_of(house: House, count: int = 2, title: str = "Årsopgørelse") -> UUID:
    """A mailing with so many letters."""
    with house.ledger.writing() as tx:
        made = open_mailing(tx, Mailing(uuid4(), "jobcenter", f"m-{uuid4().hex[:8]}", "beskaeftigelse", title))
    letters_of(house, count, mailing_id=made.id)
    return made.id


def test_a_mailing_is_paused_goes_on_and_its_rest_is_cancelled(
    drift: httpx.Client, house: House, moving_clock: MovingClock
) -> None:
    mailing = mailing_of(house, 3)
    path = f"/drift/masseforsendelser/{mailing}"
    assert "Årsopgørelse" in drift.get("/drift/masseforsendelser").text
    page = drift.post(f"{path}/pause", data={"token": hidden(drift.get(path).text), "why": "fejl i teksten"}).text
    assert "på pause siden" in page
    assert "på pause" in drift.get("/drift/masseforsendelser").text
    page = drift.post(f"{path}/genoptag", data={"token": hidden(page), "why": "alt vel"}).text
    assert "på pause siden" not in page
    sent = {**chosen(page), "hvem": "alle", "handling": "cancel"}
    preview = drift.post("/drift/mange", data=sent).text
    more = {"antal": hidden(preview, "antal"), "why": "fejl", "hvem": "alle", "handling": "cancel"}
    drift.post("/drift/mange/begynd", data={**chosen(preview), **more})
    work(house)
    moving_clock.pass_(hours=1)
    work(house)
    assert ">3</td>" in drift.get(path).text
    assert "Annulleret" in drift.get(path).text


def test_hostile_words_stay_words(drift: httpx.Client, house: House) -> None:
    mailing = mailing_of(house, 1, HOSTILE[:200])
    for path in ("/drift/masseforsendelser", f"/drift/masseforsendelser/{mailing}"):
        page = drift.get(path).text
        assert "<img src=x" not in page
        assert "{{7*7}}" in page


# ---- in a browser -------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_pages_stand_empty_and_full(browser: Browser, served: Served, house: House) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "drift", "/drift/breve")
    for path in ("/drift/breve", "/drift/mange", "/drift/masseforsendelser"):
        page.goto(served.url + path)
        stands(page)
    mailing = mailing_of(house, 3, HOSTILE[:200])
    for path in ("/drift/breve?system=jobcenter", "/drift/masseforsendelser", f"/drift/masseforsendelser/{mailing}"):
        page.goto(served.url + path)
        stands(page)


@pytest.mark.browser
def test_many_letters_are_held_and_undone_by_keyboard_alone(browser: Browser, served: Served, house: House) -> None:
    letters = letters_of(house)
    page = context_of(browser).new_page()
    sign_in(page, served, "drift", "/drift/breve")
    page.goto(f"{served.url}/drift/breve?system=jobcenter")
    reach(page, page.get_by_role("radio", name="de breve"))
    page.keyboard.press("ArrowDown")
    verb = page.locator("select[name=handling]")
    reach(page, verb)
    page.keyboard.type("Stands")
    press(page, page.get_by_role("button", name="Se, hvad der vil ske"))
    page.get_by_role("heading", name="Det vil ske").wait_for()
    stands(page)
    type_into(page, page.get_by_label("Hvorfor"), "fejl i brevet")
    press(page, page.get_by_role("button", name="Stands: 3 breve"))
    page.wait_for_url("**/drift/mange/*")
    stands(page)
    work(house)
    page.get_by_role("heading", name="Færdig").wait_for(timeout=20_000)  # the script has seen it
    assert {look(house, one).status for one in letters} == {Status.HELD}
    type_into(page, page.get_by_label("Hvorfor fortrydes det?"), "det var det ikke")
    press(page, page.get_by_role("button", name="Fortryd"))
    page.get_by_role("heading", name="Fortrydes").wait_for()  # a batch that is not yet to be undone has no work
    work(house)
    page.get_by_role("heading", name="Fortrudt").wait_for(timeout=20_000)
    assert {look(house, one).status for one in letters} == {Status.RECEIVED}
