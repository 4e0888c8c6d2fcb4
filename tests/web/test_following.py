"""A letter is followed, proved, changed while it has not left, and journalised."""

import io
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from outbound.delivery import House
from outbound.letter import Blame, Channel, Life, Mailbox, News, Person
from outbound.life import Status
from outbound.seal import reading
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, look
from tests.outside import World
from tests.people import person, successor_of
from tests.serving import Served
from tests.web.bodies import ADDRESS, a_document, finished, letter, recipient


def handed_in(system: httpx.Client, body: dict[str, object] | None = None) -> str:
    answer = system.post("/v1/letters", json=body or letter())
    assert answer.status_code == 202, answer.text
    path: str = answer.json()["letters"][0]["links"]["self"]
    return path


def id_of(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def readings(house: House, letter_id: UUID) -> set[tuple[str, str, str]]:
    with house.ledger.reading() as tx:
        r = reading.c
        return {tuple(row) for row in tx.execute(select(r.part, r.by, r.purpose).where(r.owner == letter_id))}


def test_a_letters_whole_way_can_be_followed(system: httpx.Client, house: House, world: World) -> None:
    path = handed_in(system)
    run_to_rest(house)
    world.report()
    run_to_rest(house)
    said = system.get(path).json()
    assert said["state"] == "DELIVERED"
    assert said["route"] == {
        "channel": "digital",
        "code": "enrolled",
        "sentence": "Modtageren har en digital postkasse.",
        "looked_up_at": as_json(look(house, id_of(path)).looked_up_at),
    }
    (dispatch,) = said["dispatches"]
    assert UUID(dispatch["id"]) == dispatches(house, id_of(path))[0].id
    assert dispatch["outcome"] == "taken"
    assert all(dispatch[at] for at in ("begun_at", "taken_at", "available_at"))
    assert [event["now"] for event in said["events"]] == [
        "RECEIVED",
        "RENDERED",
        "ROUTED",
        "SENDING",
        "SENT",
        "DELIVERED",
    ]
    assert said["document"]["pages"] == 1
    assert any(amount["measure"] == "office-porto" and amount["amount"] > 0 for amount in said["money"])
    assert "Prøvesen" not in system.get(path).text
    assert person() not in system.get(path).text


def as_json(at: datetime | None) -> str:
    assert at is not None
    return at.isoformat().replace("+00:00", "Z")


def test_the_proof_says_who_what_when_why_and_what_came_back(system: httpx.Client, house: House, world: World) -> None:
    path = handed_in(system)
    run_to_rest(house)
    world.report()
    run_to_rest(house)
    proof = system.get(f"{path}/proof").json()
    assert proof["title"].startswith("Indkaldelse til møde")
    assert (proof["recipient"]["name"], proof["recipient"]["cpr"]) == ("Solvej Prøvesen", person())
    assert proof["letter"] == system.get(path).json()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(system.get(f"{path}/proof.pdf").content)).pages)
    for said in (
        "Bevis for afsendelse",
        "Solvej Prøvesen",
        proof["letter"]["dispatches"][0]["id"],
        "I digital postkasse",
        "Slået op i Digital Post",
    ):
        assert said in text
    by_accept = system.get(f"{path}/proof", headers={"Accept": "application/pdf"})
    assert by_accept.content.startswith(b"%PDF-")
    assert ("person", "jobcenter", "api-proof") in readings(house, id_of(path))


def test_the_proof_says_under_which_number_a_renumbered_recipient_got_it(
    system: httpx.Client, house: House, world: World
) -> None:
    now = successor_of(person())
    world.enrolment.answers |= {person(): Mailbox.NOT_ENROLLED, now: Mailbox.ENROLLED}
    world.persons.answers[person()] = replace(world.persons.default, current_cpr=now)
    path = handed_in(system)
    run_to_rest(house)
    proof = system.get(f"{path}/proof").json()["recipient"]
    assert (proof["cpr"], proof["current_cpr"]) == (person(), now)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(system.get(f"{path}/proof.pdf").content)).pages)
    assert all(said in text for said in ("Nuværende CPR-nummer", now, person()))


def test_the_proof_of_paper_never_says_that_it_arrived(system: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    path = handed_in(system)
    run_to_rest(house)
    world.report()
    run_to_rest(house)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(system.get(f"{path}/proof.pdf").content)).pages)
    assert "Afleveret til postvæsenet" in text
    assert "Prøvevej 7" in text
    assert "digital postkasse" not in text


@pytest.mark.parametrize("name", ['<img src="file:///etc/passwd">', "{{7*7}}{% for %}", "Ørn & Ål <b>", "Ω" * 130])
def test_a_hostile_name_is_text_in_the_proof(system: httpx.Client, name: str) -> None:
    answer = system.post("/v1/letters", json=letter(recipients=[recipient(name=name)]))
    path = answer.json()["letters"][0]["links"]["self"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(system.get(f"{path}/proof.pdf").content)).pages)
    assert name[:20].split()[0] in text


def test_fetching_the_copy_is_written_in_the_reading_log(system: httpx.Client, house: House) -> None:
    path = handed_in(system)
    too_early = system.get(f"{path}/pdf")
    assert (too_early.status_code, too_early.json()["type"]) == (409, "/problems/not-now")
    run_to_rest(house)
    assert system.get(f"{path}/pdf").content.startswith(b"%PDF-")
    assert ("document", "jobcenter", "api-pdf") in readings(house, id_of(path))


def test_the_first_word_of_journalising_stands(system: httpx.Client, house: House) -> None:
    path = handed_in(system)
    first = system.put(f"{path}/journalised").json()["journalised_at"]
    assert first is not None
    assert system.put(f"{path}/journalised").json()["journalised_at"] == first


def test_journalising_disturbs_no_worker(system: httpx.Client, house: House) -> None:
    path = handed_in(system)
    before = look(house, id_of(path)).version
    system.put(f"{path}/journalised")
    assert look(house, id_of(path)).version == before


def test_a_letter_that_waits_for_its_sender_is_mended_and_goes_on(
    system: httpx.Client, house: House, world: World, served: Served
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = replace(world.persons.default, address=None)
    path = handed_in(system)
    run_to_rest(house)
    held = system.get(path).json()
    assert held["held"] == {"code": "no-postal-address", "waits_for": "sender"}
    faulty = system.patch(f"{path}/address", json={"address": {**ADDRESS, "postcode": "80"}})
    assert (faulty.status_code, faulty.json()["errors"][0]["pointer"]) == (422, "/address")
    mended = system.patch(f"{path}/address", json={"address": ADDRESS})
    assert (mended.status_code, mended.json()["state"], mended.json()["held"]) == (200, "RECEIVED", None)
    assert served.rung[-1] == ("render-single", 1)
    run_to_rest(house)
    assert system.get(path).json()["state"] == "SENT"
    assert system.patch(f"{path}/address", json={"address": ADDRESS}).status_code == 409


def test_only_a_letter_that_waits_for_its_sender_is_released_by_it(
    system: httpx.Client, house: House, world: World
) -> None:
    world.persons.default = Person(Life.NOT_FOUND)
    world.enrolment.default = Mailbox.EXEMPT
    path = handed_in(system)
    assert system.post(f"{path}/release").status_code == 409
    run_to_rest(house)
    assert system.get(path).json()["held"]["waits_for"] == "sender"
    assert system.post(f"{path}/release", json={"reason": "Nummeret findes nu"}).json()["state"] == "RENDERED"
    world.enrolment.default = Mailbox.CLOSED
    run_to_rest(house)
    assert system.get(path).json()["held"] == {"code": "mailbox-closed", "waits_for": "department"}
    assert system.post(f"{path}/release").status_code == 409


def test_a_pdf_is_replaced_before_it_leaves_and_not_after(system: httpx.Client, house: House) -> None:
    path = handed_in(system, finished())
    other = a_document(title="Rettet svar")
    answer = system.put(f"{path}/pdf", json=other)
    assert answer.status_code == 200, answer.text
    run_to_rest(house)
    assert system.get(f"{path}/proof").json()["title"] == "Rettet svar"
    assert system.put(f"{path}/pdf", json=other).status_code == 409
    template = handed_in(system, letter("ref-2"))
    assert system.put(f"{template}/pdf", json=other).status_code == 409


def test_a_replacing_pdf_is_checked_as_the_first_was(system: httpx.Client) -> None:
    path = handed_in(system, finished())
    wrong = a_document(pdf="bm8gcGRm", title=" ", dated="2020-01-01")
    answer = system.put(f"{path}/pdf", json=wrong)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/pdf", "/title", "/dated"}


def test_a_letter_is_cancelled_where_no_dispatch_is_live(system: httpx.Client, house: House, world: World) -> None:
    path = handed_in(system)
    assert system.delete(path).json()["state"] == "CANCELLED"
    assert system.delete(path).status_code == 200
    run_to_rest(house)
    assert world.counted(id_of(path)) == 0
    gone = handed_in(system, letter("ref-2"))
    run_to_rest(house)
    answer = system.delete(gone)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-now")
    assert look(house, id_of(gone)).status is Status.SENT


def test_incidents_and_late_refusals_are_told(system: httpx.Client, house: House, world: World) -> None:
    path = handed_in(system)
    run_to_rest(house)
    (taken,) = dispatches(house, id_of(path))
    world.digital_receipts.send(taken.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    run_to_rest(house)
    said = system.get(path).json()
    assert [(one["channel"], one["outcome"]) for one in said["dispatches"]] == [
        ("digital", "refused"),
        ("print", "taken"),
    ]
    assert said["dispatches"][0]["code"] == "recipient.is.closed"
    assert said["route"]["code"] == "digital-refused"
    world.digital_receipts.send(taken.id, News.DELIVERED)
    run_to_rest(house)
    (incident,) = system.get(path).json()["incidents"]
    assert (incident["code"], incident["dispatch"]) == ("both-suspected", str(taken.id))
    assert look(house, id_of(path)).channel is Channel.PRINT


def test_a_reminder_is_followed_and_stopped_while_it_is_to_come(system: httpx.Client, house: House) -> None:
    body = letter()
    body["fields"] = {**body["fields"], "dag": "2026-12-22"}
    path = handed_in(system, body)
    said = system.get(path).json()["reminder"]
    assert said == {"state": "planned", "code": None, "planned_for": "2026-12-21T09:15:00Z", "sent_at": None}
    run_to_rest(house)
    answer = system.delete(f"{path}/reminder")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["reminder"]["state"]) == ("SENT", "dropped")
    assert answer.json()["reminder"]["code"] == "cancelled"
    assert system.delete(f"{path}/reminder").status_code == 409
    assert system.delete(f"/v1/letters/{UUID(int=1)}/reminder").status_code == 404


def test_a_letter_that_came_back_is_sent_again_to_another_address_once(
    system: httpx.Client, house: House, world: World
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    path = handed_in(system)
    run_to_rest(house)
    code = look(house, id_of(path)).return_code
    world.paper_receipts.send_by_code(code or "", "moved")
    run_to_rest(house)
    told = system.get("/v1/events").json()["events"][-1]
    assert (told["now"], told["code"]) == ("RETURNED", "returned-moved")
    mended = {"address": {**ADDRESS, "lines": ["Prøvevej 9"]}, "reason": "Oplyst af borgeren"}
    first, again = (system.post(f"{path}/resend", json=mended) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["follows"] == path.rpartition("/")[2]
    assert system.get(path).json()["followed_by"] == [first.json()["id"]]
    elsewhere = {"address": {**ADDRESS, "lines": ["Prøvevej 11"]}, "reason": "Oplyst af borgeren"}
    assert system.post(f"{path}/resend", json=elsewhere).status_code == 409
    wrong = {"address": {**ADDRESS, "town": "Odense C"}}
    assert system.post(f"{path}/resend", json=wrong).status_code == 422
    run_to_rest(house)
    assert look(house, UUID(first.json()["id"])).status is Status.SENT


def test_a_letter_that_has_not_left_is_not_sent_again(system: httpx.Client) -> None:
    path = handed_in(system)
    assert system.post(f"{path}/resend", json={}).status_code == 409
