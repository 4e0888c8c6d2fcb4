"""`/sager`: a caseworker finds a letter, reads what became of it, and never sees another department's."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update

from outbound import cases, clock, desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import tables as t
from outbound.letter import Mailbox, News, Recipient, Role, WaitsFor
from outbound.life import Status
from outbound.seal import reading
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, events, hand_in, look, submission
from tests.outside import HOME_ADDRESS, World
from tests.people import company, person
from tests.serving import Served, hidden

HAND = Hand("Drift Driftsen", "aftalt")
OWN, OTHER = "borgerservice", "boern-og-skole"
ELSEWHERE = {"name": "Solvej Prøvesen", "lines": "Prøvevej 9", "postcode": "8000", "town": "Aarhus C", "country": "DK"}


@pytest.fixture
def sag(served: Served) -> Iterator[httpx.Client]:
    """A caseworker of `borgerservice`."""
    with served.signed_in("sag") as browser:
        yield browser


@pytest.fixture
def nabo(served: Served) -> Iterator[httpx.Client]:
    """A caseworker of another department."""
    with served.signed_in("nabo") as browser:
        yield browser


def post(browser: httpx.Client, path: str, **form: str) -> httpx.Response:
    return browser.post(path, data={"token": hidden(browser.get("/sager").text), **form})


def letters(house: House, count: int = 1, department: str = OWN, **changes: Any) -> list[UUID]:
    """Handed in, with a case number and a person each."""
    whom, case_number = changes.pop("recipients", None), changes.pop("case_number", "26/1042")
    made = [
        submission(
            department=department,
            case_number=case_number,
            recipients=whom or (Recipient(Role.PARTY, "Solvej Prøvesen", cpr=person("well", number)),),
            **changes,
        )
        for number in range(count)
    ]
    return hand_in(house, *made)


def delivered(house: House, world: World, **changes: Any) -> UUID:
    (letter,) = letters(house, **changes)
    run_to_rest(house)
    world.report(News.DELIVERED)
    run_to_rest(house)
    assert look(house, letter).status is Status.DELIVERED
    return letter


def held(house: House, world: World, **changes: Any) -> UUID:
    """For want of an address: it waits for its sender."""
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = world.persons.default.__class__(world.persons.default.life, "Solvej Prøvesen")
    (letter,) = letters(house, **changes)
    run_to_rest(house)
    assert look(house, letter).held_code == "no-postal-address"
    return letter


def readings(house: House, by: str = "sag") -> list[tuple[str, str]]:
    with house.ledger.reading() as tx:
        rows = tx.execute(select(reading.c.part, reading.c.purpose).where(reading.c.by == by).order_by(reading.c.id))
        return [(row.part, row.purpose) for row in rows]


def test_nothing_waits_and_the_page_says_so(sag: httpx.Client) -> None:
    assert "Ingen breve venter på jer lige nu." in sag.get("/sager").text


@pytest.mark.parametrize("name", ["drift", "ledelse", "post"])
def test_it_is_the_caseworkers_page(served: Served, name: str) -> None:
    with served.signed_in(name) as somebody:
        assert somebody.get("/sager").status_code == 403
        assert somebody.get(f"/sager/breve/{uuid4()}").status_code == 403


def test_a_caseworker_is_led_there_after_signing_in(served: Served) -> None:
    with served.signed_in("sag") as browser:
        assert browser.get("/log-ind").url.path == "/sager"
        assert 'href="/sager"' in browser.get("/min-side").text


def test_a_letter_is_found_and_its_story_read(sag: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = delivered(house, world)
    one = look(house, letter)
    page = sag.get("/sager")
    for typed in (one.case_number, one.reference, str(letter), one.return_code):
        page = post(sag, "/sager/find", soeg=f" {typed} ")
        assert page.url.path == f"/sager/breve/{letter}", typed
    assert "Afleveret til postvæsenet den 23. november 2026 kl. 10." in page.text
    assert "Vi ved ikke, om det er kommet frem." in page.text
    assert readings(house) == []  # the story opens nothing


def test_what_lies_in_the_mailbox_has_arrived_by_law(sag: httpx.Client, house: House, world: World) -> None:
    letter = delivered(house, world)
    page = sag.get(f"/sager/breve/{letter}").text
    assert "Lagt i modtagerens digitale postkasse den 23. november 2026 kl. 10." in page
    assert "Efter lov om Digital Post § 10 er det dermed kommet frem." in page
    assert "Vi ved ikke, om det er kommet frem" not in page


def test_many_letters_of_a_case_are_listed_the_newest_first_and_paged(sag: httpx.Client, house: House) -> None:
    found = letters(house, 53)
    page = post(sag, "/sager/find", soeg="26/1042")
    shown = re.findall(r"/sager/breve/([0-9a-f-]{36})", page.text)
    assert shown == [str(one) for one in reversed(found)][:50]
    rest = post(sag, "/sager/find", soeg="26/1042", foer=hidden(page.text, "foer"))
    assert re.findall(r"/sager/breve/([0-9a-f-]{36})", rest.text) == [str(one) for one in reversed(found[:3])]


def test_a_person_is_found_by_number_and_the_search_is_logged(sag: httpx.Client, house: House) -> None:
    first, other = letters(house, 2)
    (second,) = letters(house, case_number="26/77")
    number = person("well", 0)
    page = post(sag, "/sager/person", nummer=f"{number[:6]}-{number[6:]}", purpose="case-inquiry")
    assert re.findall(r"/sager/breve/([0-9a-f-]{36})", page.text) == [str(second), str(first)]
    assert (number in page.text, number in str(page.url), str(other) in page.text) == (False, False, False)
    assert readings(house) == [("search", "case-inquiry")]


def test_a_search_that_finds_nothing_is_logged_under_the_same_mark(sag: httpx.Client, house: House) -> None:
    number = person("well", 5)
    page = post(sag, "/sager/person", nummer=number, purpose="case-work")
    assert "Ingen af jeres breve passer på det." in page.text
    with house.ledger.reading() as tx:
        owners = tx.execute(select(reading.c.owner).where(reading.c.by == "sag")).scalars().all()
    assert owners == [cases.searched(cases.person_key(house.seal, number))]


def test_a_company_is_found_by_its_number(sag: httpx.Client, house: House) -> None:
    (letter,) = letters(house, recipients=(Recipient(Role.PARTY, "Prøvefirmaet", cvr=company("well")),))
    page = post(sag, "/sager/person", nummer=company("well"), purpose="case-work")
    assert page.url.path == f"/sager/breve/{letter}"


def test_a_search_without_a_purpose_or_a_number_is_refused(sag: httpx.Client, house: House) -> None:
    letters(house)
    for form in ({"purpose": ""}, {"purpose": "curious"}, {"nummer": "12"}, {"nummer": "x" * 5000}):
        answer = post(sag, "/sager/person", **{"nummer": person("well"), "purpose": "case-work", **form})
        assert answer.status_code == 422
        assert (person("well") in answer.text, readings(house)) == (False, [])


def test_a_number_in_the_field_for_cases_is_sent_to_the_one_that_is_logged(sag: httpx.Client, house: House) -> None:
    letters(house)
    answer = post(sag, "/sager/find", soeg=person("well"))
    assert (answer.status_code, "læseloggen" in answer.text, person("well") in answer.text) == (422, True, False)


def test_nobody_guesses_numbers(sag: httpx.Client, house: House) -> None:
    answers = [post(sag, "/sager/person", nummer=person("well", n), purpose="case-work").status_code for n in range(22)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429
    assert len(readings(house)) == answers.count(200)


def test_many_letters_to_a_person_are_paged_without_their_number(sag: httpx.Client, house: House) -> None:
    same = (Recipient(Role.PARTY, "Solvej Prøvesen", cpr=person("well")),)
    found = letters(house, 52, recipients=same)
    page = post(sag, "/sager/person", nummer=person("well"), purpose="case-work")
    assert person("well") not in page.text
    again = {name: hidden(page.text, name) for name in ("hvem", "purpose", "foer")}
    rest = post(sag, "/sager/person", **again)
    assert re.findall(r"/sager/breve/([0-9a-f-]{36})", rest.text) == [str(found[1]), str(found[0])]
    key, _, _ = again["hvem"].partition(".")
    assert post(sag, "/sager/person", **{**again, "hvem": f"{key}.guessed"}).status_code == 422


def test_another_session_cannot_use_the_key_of_a_search(sag: httpx.Client, nabo: httpx.Client, house: House) -> None:
    letters(house, 52, recipients=(Recipient(Role.PARTY, "Solvej Prøvesen", cpr=person("well")),))
    page = post(sag, "/sager/person", nummer=person("well"), purpose="case-work")
    stolen = hidden(page.text, "hvem")
    assert post(nabo, "/sager/person", hvem=stolen, purpose="case-work").status_code == 422


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "😀 \u202eabc",
    "a\x00b",
    "' OR 1=1 --",
    "%",
    "26/104_",
    "x" * 200,
]


def test_whatever_is_typed_finds_nothing_and_runs_nothing(sag: httpx.Client, house: House) -> None:
    letters(house)
    for typed in HOSTILE:
        answer = post(sag, "/sager/find", soeg=typed)
        assert (answer.status_code, "Ingen af jeres breve passer" in answer.text) == (200, True), typed
        assert "<img" not in answer.text


def test_a_hostile_case_number_is_text_on_every_page(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    for typed, shown in zip(HOSTILE[:3], ("&lt;img", "{{7*7}}", "😀"), strict=True):
        with house.ledger.writing() as tx:
            tx.execute(update(t.letter).values(case_number=typed, reference=typed))
        for path in ("/sager", "/sager/venter/fagsystem", f"/sager/breve/{letter}"):
            page = sag.get(path).text
            assert (shown in page, "<img" in page) == (True, False), (path, typed)


def test_another_departments_letter_is_not_found_by_any_way(nabo: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = delivered(house, world)
    one, nobody = look(house, letter), uuid4()
    for typed in (one.case_number, one.reference, str(letter), one.return_code or ""):
        answer = post(nabo, "/sager/find", soeg=typed)
        assert (answer.status_code, answer.url.path) == (200, "/sager/find"), typed
        assert (str(letter) in answer.text, "Ingen af jeres breve passer" in answer.text) == (False, True)
    answer = post(nabo, "/sager/person", nummer=person("well"), purpose="case-work")
    assert "Ingen af jeres breve passer" in answer.text
    gone, missing = (nabo.get(f"/sager/breve/{which}") for which in (letter, nobody))
    assert (gone.status_code, gone.text) == (404, missing.text)


VERBS = ["aabn", "pdf", "bevis", "send-igen", *(f"handling/{verb}" for verb in desk.Verb)]


def test_another_departments_letter_is_not_found_by_any_verb(nabo: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    before, form = look(house, letter), {"why": "fordi", "purpose": "case-work", **ELSEWHERE}
    for verb in VERBS:
        gone, missing = (post(nabo, f"/sager/breve/{which}/{verb}", **form) for which in (letter, uuid4()))
        assert (gone.status_code, gone.text) == (404, missing.text), verb
    assert look(house, letter) == before
    assert readings(house, "nabo") == []


def test_the_lists_hold_own_letters_alone(sag: httpx.Client, nabo: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    assert str(letter) in sag.get("/sager").text
    assert str(letter) in sag.get("/sager/venter/fagsystem").text
    assert "Ingen breve venter på jer lige nu." in nabo.get("/sager").text
    assert "Her er ingen breve." in nabo.get("/sager/venter/fagsystem").text


def test_the_recipient_is_shown_for_a_purpose_and_logged(sag: httpx.Client, house: House, world: World) -> None:
    letter = delivered(house, world)
    assert "Solvej" not in sag.get(f"/sager/breve/{letter}").text
    assert post(sag, f"/sager/breve/{letter}/aabn", purpose="").status_code == 422
    assert readings(house) == []
    page = post(sag, f"/sager/breve/{letter}/aabn", purpose="case-inquiry").text
    assert "Solvej Prøvesen" in page
    assert f"{person('well')[:6]}-{person('well')[6:]}" in page
    assert set(readings(house)) == {("person", "case-inquiry"), ("head", "case-inquiry")}


def test_letter_and_proof_are_pdfs_for_a_purpose(sag: httpx.Client, house: House, world: World) -> None:
    letter = delivered(house, world)
    for what in ("pdf", "bevis"):
        assert post(sag, f"/sager/breve/{letter}/{what}", purpose="").status_code == 422
        assert readings(house) == []
    for what in ("pdf", "bevis"):
        answer = post(sag, f"/sager/breve/{letter}/{what}", purpose="case-complaint")
        assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert {purpose for _, purpose in readings(house)} == {"case-complaint"}


def test_a_letter_is_sent_again_after_a_look_at_what_will_happen(
    sag: httpx.Client, house: House, world: World, served: Served
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = delivered(house, world)
    world.enrolment.default = Mailbox.ENROLLED  # since yesterday
    with house.ledger.writing() as tx:
        tx.execute(t.enrolment.delete())
    assert post(sag, f"/sager/breve/{letter}/send-igen", why="\x00").status_code == 422
    page = post(sag, f"/sager/breve/{letter}/send-igen", why="Hun har ikke fået det")
    assert "Det nye brev lægges i modtagerens digitale postkasse." in page.text
    assert "mærket »Genudsendt«" in page.text
    assert "Det koster 0," in page.text
    assert readings(house) == [("person", "case-resend")]
    assert look_for_followers(house, letter) == []  # nothing is sent yet
    served.rung.clear()
    form = {"why": hidden(page.text, "why"), "country": "DK"}
    done = post(sag, f"/sager/breve/{letter}/handling/resend", **form)
    (new,) = look_for_followers(house, letter)
    assert done.url.path == f"/sager/breve/{new}"
    assert served.rung
    assert post(sag, f"/sager/breve/{letter}/handling/resend", **form).url.path == f"/sager/breve/{new}"
    assert look_for_followers(house, letter) == [new]
    run_to_rest(house)
    assert look(house, new).route == "enrolled"


def look_for_followers(house: House, letter: UUID) -> list[UUID]:
    with house.ledger.reading() as tx:
        return list(tx.execute(select(t.letter.c.id).where(t.letter.c.follows == letter)).scalars())


def test_it_may_go_to_another_address_which_is_shown_first(sag: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = delivered(house, world)
    page = post(sag, f"/sager/breve/{letter}/send-igen", why="flyttet", **ELSEWHERE)
    assert ("Prøvevej 9" in page.text, "Prøvevej 7" in page.text) == (True, False)
    assert "sendes på papir til adressen herunder" in page.text
    form = {name: hidden(page.text, name) for name in ("why", *ELSEWHERE)}
    assert form == {"why": "flyttet", **ELSEWHERE}
    post(sag, f"/sager/breve/{letter}/handling/resend", **form)
    assert len(look_for_followers(house, letter)) == 1


def test_the_preview_says_what_would_stop_it(sag: httpx.Client, house: House, world: World) -> None:
    letter = delivered(house, world)
    world.enrolment.default = Mailbox.UNKNOWN
    with house.ledger.writing() as tx:
        tx.execute(t.enrolment.delete())
    page = post(sag, f"/sager/breve/{letter}/send-igen", why="igen").text
    assert "Det nye brev venter, til der er et svar." in page


def test_what_is_missing_is_said_before_anything_is_opened(sag: httpx.Client, house: House, world: World) -> None:
    letter = delivered(house, world)
    for form in ({"why": " "}, {"why": "x", **ELSEWHERE, "postcode": "80"}, {"why": "x", "name": "Kun Navn"}):
        assert post(sag, f"/sager/breve/{letter}/send-igen", **form).status_code == 422
    assert readings(house) == []


def test_an_address_is_mended_and_the_letter_goes_on(
    sag: httpx.Client, house: House, world: World, served: Served
) -> None:
    letter = held(house, world)
    assert "Det venter på fagsystemet jobcenter" in sag.get(f"/sager/breve/{letter}").text
    answer = post(sag, f"/sager/breve/{letter}/handling/mend", why="Oplyst af borgeren", **ELSEWHERE)
    assert answer.status_code == 200
    assert served.rung
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    assert "address-mended" in events(house, letter)


def test_no_verb_without_a_why(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    before = look(house, letter)
    for verb in ("mend", "release", "cancel"):
        assert post(sag, f"/sager/breve/{letter}/handling/{verb}", why=" ", **ELSEWHERE).status_code == 422
    assert look(house, letter) == before


def test_a_letter_is_released_or_cancelled(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    assert "Slip brevet fri" in sag.get(f"/sager/breve/{letter}").text
    post(sag, f"/sager/breve/{letter}/handling/release", why="adressen er kommet i registeret")
    assert look(house, letter).status is not Status.HELD
    post(sag, f"/sager/breve/{letter}/handling/cancel", why="afgørelsen er ændret")
    assert look(house, letter).status is Status.CANCELLED
    page = sag.get(f"/sager/breve/{letter}").text
    assert "Annulleret den 23. november 2026" in page
    assert "Brevet er ikke sendt og bliver ikke sendt." in page


def test_what_is_for_operations_is_not_a_caseworkers(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    before = look(house, letter)
    for verb in sorted({*desk.Verb} - {*cases.THEIRS}):
        answer = post(sag, f"/sager/breve/{letter}/handling/{verb}", why="fordi", channel="digital")
        assert answer.status_code == 409, verb
    assert look(house, letter) == before


def test_what_waits_for_operations_is_left_to_them(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).values(waits_for=WaitsFor.OPERATIONS, held_code="kills-its-worker"))
    page = sag.get(f"/sager/breve/{letter}").text
    assert "Du skal ikke gøre noget." in page
    assert ("Annullér brevet" in page, "Slip brevet fri" in page) == (True, False)
    assert post(sag, f"/sager/breve/{letter}/handling/release", why="x").status_code == 409


def test_returned_mail_is_on_the_list_until_it_is_seen_to(sag: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (letter,) = letters(house)
    run_to_rest(house)
    world.report(News.RETURNED, "moved")
    run_to_rest(house)
    assert "Kommet retur" in sag.get("/sager").text
    page = sag.get(f"/sager/breve/{letter}").text
    assert "modtageren er flyttet" in page
    assert "find en rigtig adresse" in page
    post(sag, f"/sager/breve/{letter}/handling/acknowledge", why="ringet til borgeren")
    assert str(letter) not in sag.get("/sager").text
    assert "Returposten er behandlet den" in sag.get(f"/sager/breve/{letter}").text


def test_what_is_soon_of_no_use_is_on_the_list_by_its_last_day(
    sag: httpx.Client, house: House, moving_clock: MovingClock
) -> None:
    today = clock.today()
    late, soon, _ = (letters(house, useful_until=today + timedelta(days=days))[0] for days in (3, 1, 4))
    shown = re.findall(r"/sager/breve/([0-9a-f-]{36})", sag.get("/sager").text)
    assert shown == [str(soon), str(late)]


def test_an_overdue_receipt_is_on_the_list_without_a_verb(
    served: Served, house: House, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = letters(house)
    run_to_rest(house)
    moving_clock.pass_(days=30)
    run_to_rest(house)
    assert look(house, letter).held_code == "no-receipt"
    with served.signed_in("sag") as sag:
        assert "Kvittering mangler" in sag.get("/sager").text
        page = sag.get(f"/sager/breve/{letter}").text
    assert "Modtaget hos Digital Post den 23. november 2026" in page
    assert "Vi ved ikke, om det er nået videre." in page
    assert "Intet lige nu." in page


def test_thousands_of_letters_are_counted_in_part_and_paged_by_key(
    sag: httpx.Client, house: House, world: World
) -> None:
    many(house, held(house, world), 2_000)
    page = sag.get("/sager").text
    assert "over 1.000" in page
    assert page.count("/sager/breve/") == 5
    seen: list[str] = []
    path = "/sager/venter/fagsystem"
    for _ in range(3):
        page = sag.get(path).text
        seen += re.findall(r"/sager/breve/([0-9a-f-]{36})", page)
        path = re.search(r'rel="next" href="([^"]+)"', page)[1]  # type: ignore[index]
    assert (len(seen), len(set(seen))) == (150, 150)


def many(house: House, like: UUID, count: int) -> None:
    """Rows like this one, older by a second each, but for every third, which is as old as the one before."""
    with house.ledger.writing() as tx:
        row = dict(tx.execute(select(t.letter).where(t.letter.c.id == like)).mappings().one())
        head = dict(tx.execute(select(t.submission).where(t.submission.c.id == row["submission_id"])).mappings().one())
        ids = [(uuid4(), uuid4()) for _ in range(count)]
        heads = [{**head, "id": each, "reference": each.hex} for each, _ in ids]
        tx.execute(insert(t.submission), heads)
        rows = [
            {**row, "id": one, "submission_id": each, "updated_at": row["updated_at"] - timedelta(seconds=at - at % 3)}
            for at, (each, one) in enumerate(ids)
        ]
        for each in rows:
            each["return_code"] = None
        tx.execute(insert(t.letter), rows)


def test_a_page_that_cannot_be_read_begins_from_the_beginning(sag: httpx.Client, house: House, world: World) -> None:
    letter = str(held(house, world))
    for after in ("x", "2026-11-23_x", "2026-11-23T10:00:00", "9" * 90, "_", "2026-11-23T10:00_" + "0" * 32):
        assert letter in sag.get("/sager/venter/fagsystem", params={"efter": after}).text, after


def test_forms_from_elsewhere_do_nothing(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    before = look(house, letter)
    form = {"token": "guessed", "why": "x", "purpose": "case-work", "soeg": "26/1042", "nummer": person("well")}
    for path in ("/sager/find", "/sager/person", *(f"/sager/breve/{letter}/{verb}" for verb in VERBS)):
        assert sag.post(path, data=form).status_code == 403, path
    assert look(house, letter) == before
    assert readings(house) == []


def test_a_doubt_is_said_to_be_one(sag: httpx.Client, house: House, world: World) -> None:
    world.digital.plan = lambda _: "nothing"
    (letter,) = letters(house)
    run_to_rest(house, 3)
    assert dispatches(house, letter)[0].outcome == "doubt"
    page = sag.get(f"/sager/breve/{letter}").text
    assert "Måske modtaget hos Digital Post." in page
    assert "Det sendes ikke igen, før det er afklaret." in page


def test_a_letter_not_sent_says_when_and_that_operations_paused_it(sag: httpx.Client, house: House) -> None:
    (letter,) = letters(house, not_before=date(2026, 12, 1))
    desk.pause(house, "system", "jobcenter", HAND)
    page = sag.get(f"/sager/breve/{letter}").text
    assert "Ikke sendt endnu." in page
    assert "Det sendes tidligst den 1. december 2026." in page
    assert "Driften har sat brevene fra det fagsystem på pause den 23. november 2026" in page


def test_a_protected_address_is_marked_where_it_is_shown(sag: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    known = world.persons.default
    world.persons.default = known.__class__(known.life, known.name, HOME_ADDRESS, protected=True)
    letter = delivered(house, world)
    page = post(sag, f"/sager/breve/{letter}/aabn", purpose="case-inquiry").text
    assert "Beskyttet: må ikke gives videre" in page


def test_every_address_of_these_pages_is_free_of_persons(sag: httpx.Client, house: House, world: World) -> None:
    letter = held(house, world)
    html = sag.get("/sager").text + sag.get(f"/sager/breve/{letter}").text
    forms = re.findall(r"<form[^>]*>", html)
    assert forms
    assert all('method="post"' in one for one in forms)
