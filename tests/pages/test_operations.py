"""`/drift` and a letter's story: what waits, for whom, the verbs; and no person without a reading that is logged."""

from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update

from outbound import clock, desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import restorations
from outbound.ledger import tables as t
from outbound.letter import Attachment, Blame, Consignment, Format, Life, Mailbox, News, Person
from outbound.life import Status
from outbound.seal import reading
from tests.delivery.walking import run_to_rest
from tests.house import Killed, MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.rendering.pdfs import pdf
from tests.serving import Served, hidden


def held(house: House, world: World, count: int = 1) -> list[UUID]:
    """Letters that wait for an address."""
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(Life.ALIVE, "Solvej Prøvesen")
    letters = hand_in(house, *(submission(person("well", number)) for number in range(count)))
    run_to_rest(house)
    assert look(house, letters[0]).held_code == "no-postal-address"
    return letters


def act(browser: httpx.Client, letter: UUID, verb: str, **fields: str) -> httpx.Response:
    """Send the form of a verb, as the page has it."""
    page = browser.get(f"/drift/breve/{letter}")
    assert f"/handling/{verb}" in page.text
    form = {"token": hidden(page.text), **fields}
    return browser.post(f"/drift/breve/{letter}/handling/{verb}", data=form)


def test_empty_pages_say_so(drift: httpx.Client) -> None:
    page = drift.get("/drift").text
    for said in ("Ingen breve er tabt.", "Intet kræver en hånd", "Alle køer er tomme.", "Ingen frist er i fare."):
        assert said in page
    assert "Der er ingen åbne hændelser." in drift.get("/drift/haendelser").text
    assert "Alle kvitteringer passer til et brev." in drift.get("/drift/kvitteringer").text
    assert "Her er ingen breve." in drift.get("/drift/tilstand/HELD").text


def test_that_the_ledger_is_a_back_up_stands_first(drift: httpx.Client, house: House) -> None:
    with house.ledger.writing() as tx:
        restorations.suspect(tx)
    page = drift.get("/drift").text
    assert "Intet sendes: databasen er genskabt fra en sikkerhedskopi.</strong> <strong>Ingen breve er tabt." in page
    assert "card answer alarm" in page


def test_the_overview_says_what_waits_and_for_whom(
    drift: httpx.Client, house: House, world: World, moving_clock: MovingClock
) -> None:
    held(house, world, 2)
    hand_in(house, submission(person("well", 9)))
    moving_clock.pass_(hours=2)
    page = drift.get("/drift").text
    for said in ("ingen postadresse, der kan bruges", "fagsystemet", "Opsætning", "Enkeltbreve", "2 timer"):
        assert said in page


def test_letters_of_a_killed_worker_stand_in_the_queues_with_their_age(
    drift: httpx.Client, house: House, world: World, moving_clock: MovingClock
) -> None:
    def die(place: str, consignment: Consignment) -> None:
        raise Killed

    world.digital.hook = die
    hand_in(house, submission(person()))
    with pytest.raises(Killed):
        run_to_rest(house)
    moving_clock.pass_(minutes=9)
    page = drift.get("/drift").text
    for said in ("Ved at blive afleveret", "Digital Post", "9 minutter"):
        assert said in page


def test_no_page_shows_a_person_until_the_letter_is_opened(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = held(house, world)
    for path in ("/drift", "/drift/standset?kode=no-postal-address&venter=sender", f"/drift/breve/{letter}"):
        page = drift.get(path).text
        assert "Solvej" not in page
        assert person()[:6] not in page
    assert readings(house, "drift") == []


def test_a_letters_page_says_that_it_is_in_large_print(drift: httpx.Client, house: House) -> None:
    usual, large = hand_in(house, *(submission(person("well", 1), format=one) for one in Format))
    pages = [drift.get(f"/drift/breve/{letter}").text for letter in (usual, large)]
    assert ["<dt>Format</dt><dd>Storskrift</dd>" in page for page in pages] == [False, True]


def test_opening_a_letter_shows_the_person_and_is_logged(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = held(house, world)
    desk.release(house, letter, Hand("drift", "Adressen er på vej"))
    token = hidden(drift.get(f"/drift/breve/{letter}").text)
    without = drift.post(f"/drift/breve/{letter}/aabn", data={"token": token})
    assert without.status_code == 422
    assert readings(house, "drift") == []
    page = drift.post(f"/drift/breve/{letter}/aabn", data={"token": token, "purpose": "page-inquiry"}).text
    for said in ("Solvej Prøvesen", f"{person()[:6]}-{person()[6:]}", "Adressen er på vej", "læseloggen"):
        assert said in page
    assert ("person", "page-inquiry") in readings(house, "drift")
    pdf = drift.post(f"/drift/breve/{letter}/pdf", data={"token": token, "purpose": "page-fault"})
    assert pdf.content.startswith(b"%PDF-")
    assert ("document", "page-fault") in readings(house, "drift")


def test_titles_of_attachments_are_shown_where_the_letter_is_opened(
    drift: httpx.Client, house: House, world: World
) -> None:
    beside = (Attachment(pdf(), "Beregning af ydelsen"),)
    (letter,) = hand_in(house, submission(person(), attachments=beside))
    run_to_rest(house)
    shut = drift.get(f"/drift/breve/{letter}").text
    assert "<dt>Bilag</dt><dd>1</dd>" in shut
    assert "Beregning" not in shut
    sent = {"token": hidden(shut), "purpose": "page-inquiry"}
    assert "Beregning af ydelsen (1 side)" in drift.post(f"/drift/breve/{letter}/aabn", data=sent).text


def test_the_story_tells_everything_in_its_order(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    (first,) = dispatches(house, letter)
    world.digital_receipts.send(first.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    run_to_rest(house)
    world.report()
    run_to_rest(house)
    page = drift.get(f"/drift/breve/{letter}").text
    told = [
        "Modtaget fra fagsystemet",
        "Modtageren har en digital postkasse.",
        "Digital Post har afvist at levere brevet til modtageren.",
        "Afleveret til postvæsenet (leverandørens tid)",
    ]
    places = [page.index(said, page.index("Historien")) for said in told]
    assert places == sorted(places)
    assert str(first.id) in page
    assert "recipient.is.closed" in page
    assert "er ankommet" not in page


def test_an_address_is_mended_from_the_page(drift: httpx.Client, house: House, world: World, served: Served) -> None:
    (letter,) = held(house, world)
    address = {"name": "Solvej Prøvesen", "lines": "Prøvevej 7\r\n2. tv.", "postcode": "8000", "town": "Aarhus C"}
    refused = act(drift, letter, "mend", **{**address, "postcode": "80"}, why="Fra borgeren")
    assert (refused.status_code, look(house, letter).status) == (422, Status.HELD)
    page = act(drift, letter, "mend", **address, why="Fra borgeren")
    assert page.url.path == f"/drift/breve/{letter}"
    assert "Adressen rettet" in page.text
    assert ("render-single", 1) in served.rung
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT


def test_every_verb_needs_a_why(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = held(house, world)
    for verb in ("release", "cancel"):
        assert act(drift, letter, verb, why="  ").status_code == 422
    assert look(house, letter).status is Status.HELD


def test_the_verbs_do_what_they_say(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = held(house, world)
    act(drift, letter, "reroute", channel="digital", why="Har en postkasse")
    assert look(house, letter).forced == "digital"
    world.enrolment.default = Mailbox.ENROLLED
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    elsewhere = {"lines": "Ny Vej 9", "postcode": "8200", "town": "Aarhus N"}
    assert act(drift, letter, "resend", why="Flyttet", **elsewhere).status_code == 422  # without a name
    page = act(drift, letter, "resend", why="Kunne ikke læses")
    new = UUID(page.url.path.rpartition("/")[2])
    assert (look(house, new).follows, look(house, new).status) == (letter, Status.RECEIVED)
    assert "Sendt igen som" in drift.get(f"/drift/breve/{letter}").text
    act(drift, new, "cancel", why="Fortrudt")
    assert look(house, new).status is Status.CANCELLED


def test_a_reminder_is_shown_and_stopped_from_the_page(drift: httpx.Client, house: House) -> None:
    fields = {**dict(submission().fields or {}), "dag": "2026-12-22"}
    (letter,) = hand_in(house, submission(person(), fields=fields))
    page = drift.get(f"/drift/breve/{letter}").text
    assert "NemSMS-påmindelse: <strong>planlagt</strong>" in page
    assert "21. december 2026 kl. 10.15" in page
    stop = f"/drift/breve/{letter}/paamindelse"
    assert drift.post(stop, data={"token": hidden(page), "why": " "}).status_code == 422
    assert drift.post(stop, data={"token": hidden(page), "why": "Mødet er flyttet"}).is_success
    page = drift.get(f"/drift/breve/{letter}").text
    assert "<strong>sendes ikke</strong>, standset af en medarbejder eller fagsystemet" in page
    assert "NemSMS-påmindelsen standset" in page
    assert drift.post(stop, data={"token": hidden(page), "why": "Igen"}).status_code == 409
    assert "Stands påmindelsen" not in page


def test_a_verb_that_does_not_fit_is_refused(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    token = hidden(drift.get(f"/drift/breve/{letter}").text)
    for verb, status in (("cancel", 409), ("settle-taken", 409), ("replace", 409), ("nothing", 404)):
        path = f"/drift/breve/{letter}/handling/{verb}"
        assert drift.post(path, data={"token": token, "why": "x"}).status_code == status
    assert drift.get(f"/drift/breve/{uuid4()}").status_code == 404


def test_no_form_works_without_the_sessions_own_token(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = held(house, world)
    for path in (
        f"/drift/breve/{letter}/handling/cancel",
        f"/drift/breve/{letter}/aabn",
        f"/drift/breve/{letter}/pdf",
        "/drift/pause",
        "/drift/genoptag",
        "/drift/standset?kode=no-postal-address&venter=sender",
        "/log-ud",
    ):
        for token in ({}, {"token": "0" * 64}):
            assert drift.post(path, data={"why": "x", "purpose": "page-fault", **token}).status_code == 403
    assert look(house, letter).status is Status.HELD
    assert readings(house, "drift") == []


def test_a_page_of_held_letters_is_released_together(drift: httpx.Client, house: House, world: World) -> None:
    letters = held(house, world, 53)
    path = "/drift/standset?kode=no-postal-address&venter=sender"
    first = drift.get(path).text
    assert first.count('href="/drift/breve/') == 50
    second = drift.get(f"{path}&efter={letters[49]}").text
    assert second.count('href="/drift/breve/') == 3
    form = {"token": hidden(second), "breve": hidden(second, "breve"), "why": "Registeret virker igen"}
    drift.post(path, data=form)
    assert [look(house, one).status for one in letters] == [Status.HELD] * 50 + [Status.RENDERED] * 3


def test_a_channel_is_paused_and_resumed(drift: httpx.Client, house: House) -> None:
    token = hidden(drift.get("/drift").text)
    page = drift.post("/drift/pause", data={"token": token, "what": "channel:digital", "why": "Service"}).text
    assert "På pause: kanal Digital Post, sat af drift." in page
    gone = drift.post(
        "/drift/genoptag", data={"token": token, "scope": "channel", "key": "digital", "why": "Slut"}
    ).text
    assert "Intet kræver en hånd" in gone
    for what in ("channel:none", "system:findes-ikke", "mailing:x", "", "<b>:x"):
        assert drift.post("/drift/pause", data={"token": token, "what": what, "why": "x"}).status_code == 422


def test_a_letter_is_found_by_its_id_and_by_its_systems_reference(drift: httpx.Client, house: House) -> None:
    one, two = submission(person(), reference="sag-1"), submission(person(), reference="sag-2")
    letters = hand_in(house, one, two)
    token = hidden(drift.get("/drift").text)
    for wanted in ("sag-1", str(letters[0]), f" {letters[0].hex} "):
        found = drift.post("/drift/find", data={"soeg": wanted, "token": token})
        assert found.url.path == f"/drift/breve/{letters[0]}"
    assert "Intet brev har" in drift.post("/drift/find", data={"soeg": "<script>", "token": token}).text
    by_number = drift.post("/drift/find", data={"soeg": person(), "token": token})
    assert (by_number.status_code, person() in by_number.text) == (422, False)


def test_receipts_that_match_nothing_and_incidents_are_shown(drift: httpx.Client, house: House) -> None:
    (letter,) = hand_in(house, submission(person()))
    row = {"provider": "print", "provider_id": "7", "state": "unmatched", "tries": 3, "owner": uuid4()}
    with house.ledger.writing() as tx:
        tx.execute(insert(t.receipt_inbox).values(**row, due_at=clock.now(), arrived_at=clock.now()))
        tx.execute(insert(t.incident).values(letter_id=letter, code="both-suspected", at=clock.now()))
    assert "Passer ikke til noget" in drift.get("/drift/kvitteringer").text
    assert "andre systemer" not in drift.get("/drift/kvitteringer").text
    with house.ledger.writing() as tx:
        foreign = {**row, "provider_id": "8", "state": "foreign", "owner": uuid4()}
        tx.execute(insert(t.receipt_inbox).values(**foreign, due_at=clock.now(), arrived_at=clock.now()))
    page = drift.get("/drift/kvitteringer").text
    assert (page.count("Passer ikke til noget"), page.count("1 kvitteringer til andre systemer")) == (1, 1)
    assert "Brevet kan være sendt to gange." in drift.get("/drift/haendelser").text
    assert "Brevet kan være sendt to gange." in drift.get(f"/drift/breve/{letter}").text


@pytest.mark.parametrize(
    "path",
    [
        "/drift/nej",
        "/drift/breve/x",
        "/drift/tilstand/NEJ",
        "/drift/standset",
        "/drift/standset?kode=x&venter=nej",
        "/drift/standset?kode=%00&venter=sender",
        "/drift/haendelser?efter=-1",
        "/drift/haendelser?efter=99999999999999999999",
        "/drift/standset?kode=x&venter=sender&efter=%00",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ],
)
def test_a_faulty_address_gets_a_danish_page(drift: httpx.Client, path: str) -> None:
    page = drift.get(path)
    assert page.status_code in (404, 422)
    assert '<html lang="da">' in page.text
    assert "Til forsiden" in page.text


def test_a_form_that_is_too_large_or_broken_is_refused(drift: httpx.Client) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert drift.post("/drift/pause", content=b"a=" + b"x" * 30_000, headers=form).status_code == 413
    assert drift.post("/drift/pause", content=b"a=%ff", headers=form).status_code == 400
    assert drift.post("/drift/pause", content=b"&a=1" * 60, headers=form).status_code == 400


def readings(house: House, by: str) -> list[tuple[str, str]]:
    with house.ledger.reading() as tx:
        r = reading.c
        return [tuple(row) for row in tx.execute(select(r.part, r.purpose).where(r.by == by).order_by(r.id))]


def in_doubt(house: House, world: World, moving_clock: MovingClock) -> UUID:
    """A letter whose answer was lost and of which no receipt came to the deadline."""
    world.digital.plan = lambda consignment: "drop"
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    world.digital.plan = None
    moving_clock.pass_(days=7)
    run_to_rest(house)
    assert look(house, letter).held_code == "doubt"
    return letter


@pytest.mark.parametrize(
    ("verb", "outcomes"), [("settle-taken", ["taken"]), ("settle-not-taken", ["void", "taken"])], ids=str
)
def test_a_doubt_says_what_to_ask_the_supplier_and_is_settled_by_its_answer(
    served: Served, house: House, world: World, moving_clock: MovingClock, verb: str, outcomes: list[str]
) -> None:
    letter = in_doubt(house, world, moving_clock)
    (doubt,) = dispatches(house, letter)
    with served.signed_in("drift") as drift:
        page = drift.get(f"/drift/breve/{letter}").text
        assert f"Spørg Digital Post (digital-post), om de har modtaget meddelelsen med messageUUID {doubt.id}" in page
        assert "vælg »Leverandøren har brevet«" in page
        assert "vælg »Leverandøren har ikke brevet«" in page
        assert act(drift, letter, verb, why="De har svaret i telefonen").status_code == 200
        run_to_rest(house)
        assert look(house, letter).status is Status.SENT
        assert [one.outcome for one in dispatches(house, letter)] == outcomes
        assert "Spørg Digital Post" not in drift.get(f"/drift/breve/{letter}").text


def test_a_missing_receipt_says_what_to_ask_by_the_suppliers_own_id(
    served: Served, house: House, world: World, moving_clock: MovingClock
) -> None:
    (digital,) = hand_in(house, submission(person()))
    run_to_rest(house)
    world.enrolment.default = Mailbox.EXEMPT
    (printed,) = hand_in(house, submission(person("well", 5)))
    run_to_rest(house)
    moving_clock.pass_(days=9)
    run_to_rest(house)
    (taken,), (job,) = dispatches(house, digital), dispatches(house, printed)
    with served.signed_in("drift") as drift:
        of_digital, of_printed = (drift.get(f"/drift/breve/{one}").text for one in (digital, printed))
    assert f"blevet af meddelelsen med messageUUID {taken.id} (transmissionId t), som de modtog" in of_digital
    assert f"blevet af brevet {job.id} i kørslen {job.consignment_id}, som de modtog" in of_printed
    for said in ("Brevet er afleveret", "Brevet er kommet retur", "Vent på kvitteringen"):
        assert f"»{said}«" in of_printed


def test_a_letter_that_waits_for_nobody_outside_asks_nothing(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = held(house, world)
    assert "Spørg" not in drift.get(f"/drift/breve/{letter}").text


GETS = ("/drift/nu", "/drift/tabte", "/drift/tvivl", "/drift/retur", "/drift/haendelser", "/drift/kvitteringer")
POSTS = (
    "/drift/tabte/{}",
    "/drift/haendelser/1/luk",
    "/drift/haendelser/1/genaabn",
    "/drift/kvitteringer/1/aabn",
    "/drift/kvitteringer/1/par",
    "/drift/kvitteringer/1/til-side",
    "/drift/kvitteringer/1/igen",
    "/drift/pause/hvorfor",
)


def test_what_operations_see_and_do_is_theirs_alone(served: Served) -> None:
    for name in ("sag", "ledelse", "post"):
        with served.signed_in(name) as browser:
            token = hidden(browser.get("/min-side").text)
            assert {browser.get(path).status_code for path in GETS} == {403}
            form = {"token": token, "why": "x", "purpose": "receipt-inquiry"}
            assert {browser.post(path.format(uuid4()), data=form).status_code for path in POSTS} == {403}
    with served.browser() as nobody:
        assert {nobody.get(path).url.path for path in GETS} == {"/log-ind"}


def test_no_act_is_taken_from_a_form_of_another_session(drift: httpx.Client, house: House) -> None:
    (letter,) = hand_in(house, submission(person()))
    with house.ledger.writing() as tx:
        tx.execute(insert(t.incident).values(letter_id=letter, code="both-suspected", at=clock.now()))
        tx.execute(update(t.letter).where(t.letter.c.id == letter).values(due_at=None))
    form = {"token": "0" * 64, "why": "x", "purpose": "receipt-inquiry", "dispatch": str(uuid4())}
    assert {drift.post(path.format(letter), data=form).status_code for path in POSTS} == {403}
    assert "Brevet kan være sendt to gange." in drift.get("/drift/haendelser").text
    assert look(house, letter).due_at is None


def test_a_receipt_is_opened_for_a_purpose_only_and_the_opening_is_logged(drift: httpx.Client, house: House) -> None:
    owner = uuid4()
    row = {"provider": "print", "provider_id": "7", "state": "unreadable", "tries": 3, "owner": owner}
    with house.ledger.writing() as tx:
        tx.execute(insert(t.receipt_inbox).values(**row, due_at=clock.now(), arrived_at=clock.now()))
        house.seal.put(tx, owner, f"{clock.now():%Y-%m}", {"receipt": b"<b>Solvej</b> \xff"})
    token = hidden(drift.get("/drift/kvitteringer").text)
    refused = drift.post("/drift/kvitteringer/1/aabn", data={"token": token, "purpose": "nysgerrig"})
    assert (refused.status_code, "Solvej" in refused.text, readings(house, "drift")) == (422, False, [])
    opened = drift.post("/drift/kvitteringer/1/aabn", data={"token": token, "purpose": "receipt-inquiry"})
    assert "&lt;b&gt;Solvej&lt;/b&gt; \ufffd" in opened.text
    assert len(readings(house, "drift")) == 1


def test_a_receipt_is_paired_on_the_page_and_leads_to_its_letter(
    drift: httpx.Client, house: House, world: World
) -> None:
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    (sent,) = dispatches(house, letter)
    owner = uuid4()
    row = {"provider": "digital-post", "provider_id": "7", "state": "unmatched", "tries": 3, "owner": owner}
    with house.ledger.writing() as tx:
        tx.execute(insert(t.receipt_inbox).values(**row, due_at=clock.now(), arrived_at=clock.now()))
        body = f"{uuid4()} {News.DELIVERED} - {Blame.UNKNOWN}".encode()
        house.seal.put(tx, owner, f"{clock.now():%Y-%m}", {"receipt": body})
    token = hidden(drift.get("/drift/kvitteringer").text)
    form = {"token": token, "why": "leverandøren siger det", "dispatch": "nej"}
    assert drift.post("/drift/kvitteringer/1/par", data=form).status_code == 422
    done = drift.post("/drift/kvitteringer/1/par", data={**form, "dispatch": str(sent.id)})
    assert done.url.path == f"/drift/breve/{letter}"
    assert "En kvittering uden brev fundet at handle om brevet" in done.text
    assert look(house, letter).status is Status.DELIVERED


def test_returned_post_and_doubts_lead_to_their_letters(drift: httpx.Client, house: House, world: World) -> None:
    (back,) = hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    world.digital_receipts.send(dispatches(house, back)[0].id, News.RETURNED)
    run_to_rest(house)
    world.digital.plan = lambda consignment: "drop"
    (unsure,) = hand_in(house, submission(person("well", 2)))
    run_to_rest(house)
    assert f"/drift/breve/{back}" in drift.get("/drift/retur").text
    consignment = dispatches(house, unsure)[0].consignment_id
    assert f"/drift/tvivl/{consignment}" in drift.get("/drift/tvivl").text
    assert f"/drift/breve/{unsure}" in drift.get(f"/drift/tvivl/{consignment}").text
